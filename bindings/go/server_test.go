package sortie

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// The test server of the Rust crates, whose address ffi-tests tells.
func testServer(t *testing.T) string {
	t.Helper()
	url := os.Getenv("SORTIE_TEST_SERVER")
	if url == "" {
		t.Skip("skipped: SORTIE_TEST_SERVER names no server")
	}
	return url
}

func TestRequestsOfAMapAreUnderWayAtOnce(t *testing.T) {
	session := opened(t, BaseURL(testServer(t)))
	requests := make([]*Request, 16)
	for i := range requests {
		requests[i] = NewRequest("GET", "/wait/16")
	}
	for _, result := range session.Map(background, requests) {
		if must(t, result.Response, result.Err).Status != 200 {
			t.Error(result.Response.Status)
		}
	}
}

func TestADigestIsProven(t *testing.T) {
	session := opened(t, BaseURL(testServer(t)), DigestAuth("me", "secret"))
	got, err := session.Get(background, "/digest-auth/auth/me/secret/SHA-256")
	if must(t, got, err).Status != 200 {
		t.Error(got.Status, got.Text())
	}
	if session := opened(t, DigestAuth("me", "wrong")); session != nil {
		got, err := session.Get(background, testServer(t)+"/digest-auth/auth/me/secret/SHA-256")
		if must(t, got, err).Status != 401 {
			t.Error(got.Status)
		}
	}
}

func TestRetriesTryAgain(t *testing.T) {
	// The server remembers whom it has turned away.
	name := fmt.Sprint(time.Now().UnixNano())
	session := opened(t, BaseURL(testServer(t)), Retry(Retries{Count: 3, Statuses: []uint16{503}, Backoff: 1}))
	got, err := session.Get(background, "/retry/"+name+"/2?after=0")
	if must(t, got, err).Status != 200 {
		t.Error(got.Status)
	}
	got, err = session.Do(background, NewRequest("GET", "/retry/"+name+"-too/2?after=0").SetRetries(Retries{}))
	if must(t, got, err).Status != 503 {
		t.Error(got.Status)
	}
}

func TestCodingsAreTakenOff(t *testing.T) {
	session := opened(t, BaseURL(testServer(t)))
	for _, path := range []string{"/gzip", "/deflate"} {
		var said map[string]any
		got, err := session.Get(background, path)
		if err := must(t, got, err).JSON(&said); err != nil || len(said) == 0 {
			t.Error(path, err, said)
		}
	}
}
