package sortie

/*
#include "helper.h"
*/
import "C"

// TLSConfig is how connections are secured. The zero value is the default: the system's roots, TLS 1.2 and 1.3.
type TLSConfig struct {
	// RootsFile and RootsPEM are the authorities to trust in place of the system's.
	RootsFile string
	RootsPEM  []byte
	// MoreRootsFile and MoreRootsPEM are trusted beside them.
	MoreRootsFile string
	MoreRootsPEM  []byte
	// CertFile and KeyFile prove who asks; or IdentityPEM, which has both.
	CertFile, KeyFile string
	IdentityPEM       []byte
	// Pins are SHA-256 sums of public keys, of which the server's chain must have one.
	Pins [][32]byte
	// ServerName is asked for and checked in place of the URL's host.
	ServerName string
	// TLS13 refuses TLS 1.2.
	TLS13 bool
	// DangerAcceptInvalidCerts checks nothing: anyone on the way can read and change all.
	DangerAcceptInvalidCerts bool
	// KeyLog writes secrets into the file that SSLKEYLOGFILE names.
	KeyLog bool
	// NoResumption makes a full handshake for each connection.
	NoResumption bool
}

// TLS is how connections to servers are secured.
func TLS(config TLSConfig) Option {
	return func(to *settings) { config.pack(&to.packed, C.GO_SET_TLS) }
}

// ProxyTLS is how connections to https proxies are secured. Default: as those to servers.
func ProxyTLS(config TLSConfig) Option {
	return func(to *settings) { config.pack(&to.packed, C.GO_SET_PROXY_TLS) }
}

func (c *TLSConfig) pack(to *packed, name byte) {
	var own packed
	own.someText(C.GO_ROOTS_FILE, c.RootsFile)
	own.someBytes(C.GO_ROOTS_PEM, c.RootsPEM)
	own.someText(C.GO_MORE_ROOTS_FILE, c.MoreRootsFile)
	own.someBytes(C.GO_MORE_ROOTS_PEM, c.MoreRootsPEM)
	if c.CertFile != "" || c.KeyFile != "" {
		own.setting(C.GO_IDENTITY_FILES).text(c.CertFile).text(c.KeyFile)
	}
	own.someBytes(C.GO_IDENTITY_PEM, c.IdentityPEM)
	for _, pin := range c.Pins {
		own.setting(C.GO_PIN).bytes(pin[:])
	}
	own.someText(C.GO_SERVER_NAME, c.ServerName)
	if c.TLS13 {
		own.setting(C.GO_MIN_VERSION).number(C.SORTIE_TLS_1_3)
	}
	own.some(C.GO_ACCEPT_INVALID, c.DangerAcceptInvalidCerts)
	own.some(C.GO_KEY_LOG, c.KeyLog)
	if c.NoResumption {
		own.setting(C.GO_RESUMPTION).yes(false)
	}
	if to.fault == nil {
		to.fault = own.fault
	}
	to.setting(name).bytes(own.data)
}

func (p *packed) someText(name byte, text string) {
	if text != "" {
		p.setting(name).text(text)
	}
}

func (p *packed) someBytes(name byte, data []byte) {
	if len(data) > 0 {
		p.setting(name).bytes(data)
	}
}

func (p *packed) some(name byte, is bool) {
	if is {
		p.setting(name).yes(true)
	}
}
