package sortie

import (
	"encoding/pem"
	"net/http/httptest"
)

// certificate is a test server's, in PEM.
func certificate(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}
