package sortie

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBodiesArriveAsTheyWereSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	session := opened(t, BaseURL(served(t, echo)))
	post := func() *Request { return NewRequest("POST", "/") }
	for wanted, request := range map[string]*Request{
		"\n\nbytes": post().SetBody([]byte("bytes")),
		"Content-Type: text/plain; charset=utf-8\n\nwörds": post().SetText("wörds"),
		"Content-Type: application/json\n\n{\"a\":[1,2]}":  post().SetJSON(map[string][]int{"a": {1, 2}}),
		"x-www-form-urlencoded\n\na=1&a=2&b=3":             post().SetForm(url.Values{"b": {"3"}, "a": {"1", "2"}}),
		"\n\nof a file":                                    post().SetFile(path),
		"\n\nread":                                         post().SetReader(strings.NewReader("read"), 4),
		"\n\nunknown":                                      post().SetReader(strings.NewReader("unknown"), -1),
		"\n\nlast":                                         post().SetReader(strings.NewReader("first"), -1).SetBody([]byte("last")),
		"\n\nread last":                                    post().SetBody([]byte("first")).SetReader(strings.NewReader("read last"), -1),
	} {
		got, err := session.Do(background, request)
		if text := must(t, got, err).Text(); !strings.HasSuffix(text, wanted) {
			t.Errorf("%q is not the end of %q", wanted, text)
		}
	}
}

func TestPartsAreMultipart(t *testing.T) {
	server := served(t, func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		if err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		content, _ := io.ReadAll(file)
		io.WriteString(w, r.FormValue("field")+" "+header.Filename+" "+header.Header.Get("Content-Type")+" "+string(content))
	})
	request := NewRequest("POST", server).AddPart("field", []byte("value"), "", "").
		AddPart("file", []byte("content"), "a.txt", "text/x-test")
	got, err := opened(t).Do(background, request)
	if text := must(t, got, err).Text(); text != "value a.txt text/x-test content" {
		t.Error(text)
	}
}

func TestALargeBodyIsReadWhileItIsSent(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		size, _ := io.Copy(io.Discard, r.Body)
		io.WriteString(w, strings.Repeat("x", int(size>>20)))
	})
	const size = 32 << 20
	for _, known := range []int64{size, -1} {
		got, err := opened(t).Do(background, NewRequest("PUT", url).SetReader(io.LimitReader(zeros{}, size), known))
		if len(must(t, got, err).Body) != 32 {
			t.Error(known, len(got.Body))
		}
	}
}

func TestAReaderThatFailsSaysWhy(t *testing.T) {
	url := served(t, echo)
	why := errors.New("the reader's reason")
	for name, from := range map[string]io.Reader{
		"fails":      io.MultiReader(strings.NewReader("some"), failing{why}),
		"panics":     panicking{},
		"lies":       lying{},
		"is a nil":   (*strings.Reader)(nil),
		"never does": lazy{},
	} {
		_, err := opened(t).Do(background, NewRequest("POST", url).SetReader(from, -1))
		if !errors.Is(err, ErrBody) || name == "fails" && !errors.Is(err, why) {
			t.Error(name, err)
		}
	}
}

func TestAReaderIsClosedOnceAndReadOnce(t *testing.T) {
	session := opened(t)
	from := &closing{Reader: strings.NewReader("once")}
	request := NewRequest("POST", served(t, echo)).SetReader(from, -1)
	got, err := session.Do(background, request)
	must(t, got, err)
	if from.closed != 1 {
		t.Error(from.closed)
	}
	if _, err := session.Do(background, request); !errors.Is(err, ErrBody) {
		t.Error(err)
	}
	never := &closing{Reader: strings.NewReader("never")}
	if _, err := session.Do(background, NewRequest("G T", "http://a/").SetReader(never, -1)); err == nil || never.closed != 1 {
		t.Error(err, never.closed)
	}
	results := session.Map(background, []*Request{
		NewRequest("G T", "http://a/"),
		NewRequest("POST", "http://a/").SetReader(never, -1),
	})
	if results[0].Err == nil || results[1].Err == nil {
		t.Error(results)
	}
}

type failing struct{ why error }

func (f failing) Read([]byte) (int, error) { return 0, f.why }

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("no more") }

type lying struct{}

func (lying) Read(buffer []byte) (int, error) { return len(buffer) + 1, nil }

type lazy struct{}

func (lazy) Read([]byte) (int, error) { return 0, nil }

type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error {
	c.closed++
	return nil
}
