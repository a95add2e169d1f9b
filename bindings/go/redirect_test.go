package sortie

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// confided is a server that says which credentials it was told. From /a it redirects to where the query says.
func confided(t *testing.T) string {
	return served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
			return
		}
		told := []string{r.URL.RawQuery}
		for _, name := range []string{"X-Plain", "X-Api-Key", "X-Mine", "Authorization"} {
			told = append(told, r.Header.Get(name))
		}
		io.WriteString(w, strings.Join(told, "|"))
	})
}

var confidences = []Option{
	Bearer("5ecret"), Header("X-Plain", "plain"), Header("X-Api-Key", "5ecret"), SensitiveHeader("X-Mine", "5ecret"),
	Param("key", "5ecret"),
}

func TestCredentialsOfTheSessionStayAtTheirOrigin(t *testing.T) {
	home := confided(t)
	away := strings.Replace(home, "127.0.0.1", "localhost", 1)
	path := filepath.Join(t.TempDir(), "session")
	saved := opened(t, confidences...)
	if err := saved.Save(path, true); err != nil {
		t.Fatal(err)
	}
	restored, err := Restore(path)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	for name, client := range map[string]*http.Client{
		"options":  client(t, confidences...),
		"a file":   {Transport: Transport(restored)},
		"Basic":    client(t, append(confidences[1:len(confidences):len(confidences)], BasicAuth("me", "5ecret"))...),
		"in hooks": client(t, append(confidences[:len(confidences):len(confidences)], OnArgs(func(*Request) error { return nil }))...),
	} {
		response, err := client.Get(home + "/a?to=" + away + "/b")
		if text := content(t, response, err); text != "|plain|||" {
			t.Error(name, "away:", text)
		}
		response, err = client.Get(home + "/a?to=/b")
		if text := content(t, response, err); !strings.HasPrefix(text, "|plain|5ecret|5ecret|B") {
			t.Error(name, "at home:", text)
		}
		response, err = client.Get(home + "/b")
		if text := content(t, response, err); !strings.HasPrefix(text, "key=5ecret|plain|5ecret|5ecret|B") {
			t.Error(name, "first:", text)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Error(err)
	}
}

func TestAnOriginThatWasLeftIsNotComeBackTo(t *testing.T) {
	hop := func(texts ...string) *http.Request {
		var request *http.Request
		for _, text := range texts {
			at, err := url.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			next := &http.Request{URL: at}
			if request != nil {
				next.Response = &http.Response{Request: request}
			}
			request = next
		}
		return request
	}
	for text, wanted := range map[string][2]bool{
		"http://a/1":                                    {false, false},
		"http://a/1 http://A:80/2":                      {true, false},
		"http://a/ https://a/":                          {true, false},
		"https://a/ http://a/":                          {true, true},
		"http://a:8080/ https://a:8443/":                {true, true},
		"http://a/ http://b/ http://a/":                 {true, true},
		"http://a/ http://a.b/":                         {true, true},
		"http://a/ http://a:81/":                        {true, true},
		"https://a/1 https://a/2 https://a/3":           {true, false},
		"https://a/1 https://a/2 https://b/ https://b/": {true, true},
	} {
		redirected, left := leftOrigin(hop(strings.Fields(text)...))
		if redirected != wanted[0] || left != wanted[1] {
			t.Error(text, redirected, left)
		}
	}
	if redirected, left := leftOrigin(&http.Request{URL: &url.URL{}, Response: &http.Response{}}); !redirected || !left {
		t.Error("an origin that nobody knows is another one")
	}
}

func TestTheTransportOfARestoredSessionHasItsSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session")
	first := opened(t, Header("X-One", "1"), UserAgent("kept"))
	if err := first.Save(path, true); err != nil {
		t.Fatal(err)
	}
	restored, err := Restore(path, Header("X-Two", "2"), TrustEnv(false))
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	url := served(t, echo)
	response, err := (&http.Client{Transport: Transport(restored)}).Get(url)
	text := content(t, response, err)
	for _, line := range []string{"X-One: 1\n", "X-Two: 2\n", "User-Agent: kept\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not in %q", line, text)
		}
	}
}
