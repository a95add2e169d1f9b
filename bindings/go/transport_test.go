package sortie

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func client(t *testing.T, options ...Option) *http.Client {
	return &http.Client{Transport: Transport(opened(t, options...))}
}

func content(t *testing.T, response *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAResponseOfTheTransportIsAsNetHTTPsOwn(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Host", r.Host)
		w.Header().Set("X-Length", fmt.Sprint(r.ContentLength, r.TransferEncoding))
		w.Header().Set("X-Header", strings.Join(r.Header.Values("X-Twice"), "+"))
		switch r.URL.Path {
		case "/none":
			w.WriteHeader(204)
		case "/chunked":
			w.Header().Set("Trailer", "X-Trailer")
			io.WriteString(w, "in ")
			w.(http.Flusher).Flush()
			io.WriteString(w, "chunks")
			w.Header().Set("X-Trailer", "last")
		default:
			fmt.Fprintf(w, "%s %s %s", r.Method, r.URL, body)
		}
	})
	for name, ask := range map[string]func() *http.Request{
		"GET":      func() *http.Request { return ask(t, "GET", url+"/a?b=c%20d#e", nil) },
		"HEAD":     func() *http.Request { return ask(t, "HEAD", url+"/a", nil) },
		"no more":  func() *http.Request { return ask(t, "DELETE", url+"/none", nil) },
		"chunked":  func() *http.Request { return ask(t, "GET", url+"/chunked", nil) },
		"a body":   func() *http.Request { return ask(t, "POST", url+"/a", strings.NewReader("body")) },
		"a stream": func() *http.Request { return ask(t, "PUT", url+"/a", io.MultiReader(strings.NewReader("stream"))) },
		"a host": func() *http.Request {
			request := ask(t, "GET", url+"/a", nil)
			request.Host = "example.test"
			return request
		},
	} {
		ours, err := client(t).Do(ask())
		oursText := content(t, ours, err)
		theirs, err := http.DefaultClient.Do(ask())
		theirsText := content(t, theirs, err)
		for _, one := range []*http.Response{ours, theirs} {
			one.Header.Del("Date")
		}
		if got, wanted := seen(ours, oursText), seen(theirs, theirsText); got != wanted {
			t.Errorf("%s:\n%s\nnet/http:\n%s", name, got, wanted)
		}
	}
}

func ask(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Add("X-Twice", "1")
	request.Header.Add("X-Twice", "2")
	return request
}

func seen(r *http.Response, text string) string {
	return fmt.Sprint(r.Status, r.StatusCode, r.Proto, r.ProtoMajor, r.ProtoMinor, r.ContentLength, r.TransferEncoding,
		r.Close, r.Uncompressed, r.Request != nil, "\n", r.Header, "\n", r.Trailer, "\n", text)
}

func TestTheClientFollowsRedirectsAndKeepsCookies(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.SetCookie(w, &http.Cookie{Name: "k", Value: "v"})
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		io.WriteString(w, r.Header.Get("Cookie")+" "+r.Header.Get("Referer"))
	})
	ours := client(t)
	response, err := ours.Get(url + "/a")
	if text := content(t, response, err); text != " "+url+"/a" {
		t.Error("the transport kept a cookie:", text)
	}
	ours.Jar, _ = cookiejar.New(nil)
	response, err = ours.Get(url + "/a")
	if text := content(t, response, err); text != "k=v "+url+"/a" {
		t.Error(text)
	}
	ours.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err = ours.Get(url + "/a")
	if content(t, response, err); response.StatusCode != 302 {
		t.Error(response.Status)
	}
}

func TestContentIsDecodedInSilence(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			io.WriteString(w, "plain")
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		io.WriteString(writer, "packed")
		writer.Close()
		w.Write(packed.Bytes())
	})
	response, err := client(t).Get(url)
	if text := content(t, response, err); text != "packed" || !response.Uncompressed || response.ContentLength != -1 {
		t.Error(text, response.Uncompressed, response.ContentLength)
	}
	if response.Header.Get("Content-Encoding") != "" || response.Header.Get("Content-Length") != "" {
		t.Error(response.Header)
	}
	request := ask(t, "GET", url, nil)
	request.Header.Set("Range", "bytes=0-")
	response, err = client(t).Do(request)
	if text := content(t, response, err); text != "plain" {
		t.Error(text)
	}
}

func TestTheRequestsContextEndsTheBodyToo(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(background)
	response, err := client(t).Do(ask(t, "GET", url, nil).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	go cancel()
	if _, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	response.Body.Close()

	impatient := client(t)
	impatient.Timeout = 20 * time.Millisecond
	response, err = impatient.Get(url)
	if err == nil {
		_, err = io.ReadAll(response.Body)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	settled(t)
}

func TestABodyThatWaitsDoesNotHoldACancelledCall(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })
	reader, writer := io.Pipe()
	ctx, cancel := context.WithCancel(background)
	go func() {
		io.WriteString(writer, "some")
		cancel()
	}()
	_, err := client(t).Do(ask(t, "POST", url, reader).WithContext(ctx))
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := io.WriteString(writer, "more"); err != io.ErrClosedPipe {
		t.Error("the body is open:", err)
	}
}

func TestABodyIsClosedWhateverComes(t *testing.T) {
	session := opened(t)
	transport := Transport(session)
	body := &closing{Reader: strings.NewReader("body")}
	request := ask(t, "POST", "http://127.0.0.1/", body)
	session.Close()
	if _, err := transport.RoundTrip(request); !errors.Is(err, ErrSessionClosed) || body.closed != 1 {
		t.Error(err, body.closed)
	}
}

func TestManyGoroutinesShareATransport(t *testing.T) {
	url := served(t, echo)
	shared := client(t)
	var all sync.WaitGroup
	for i := 0; i < 32; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			for j := 0; j < 10; j++ {
				body := fmt.Sprint("body ", i, j)
				response, err := shared.Post(url, "text/plain", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				if j%3 == 0 {
					response.Body.Close()
					continue
				}
				if text := content(t, response, nil); !strings.HasSuffix(text, body) {
					t.Error(text)
				}
			}
		}(i)
	}
	all.Wait()
	shared.CloseIdleConnections()
	settled(t)
}

func TestClosingIdleConnectionsFailsNoRequest(t *testing.T) {
	url := served(t, echo)
	shared := client(t)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				shared.CloseIdleConnections()
			}
		}
	}()
	var all sync.WaitGroup
	for i := 0; i < 8; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 50; j++ {
				response, err := shared.Get(url)
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}()
	}
	all.Wait()
	close(stop)
	<-stopped
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	asked := false
	server := served(t, func(http.ResponseWriter, *http.Request) { asked = true })
	for name, change := range map[string]func(*http.Request){
		"an upgrade":     func(r *http.Request) { r.Header.Set("Upgrade", "websocket") },
		"a connection's": func(r *http.Request) { r.Header.Set("Connection", "keep-alive, Upgrade") },
		"opaque":         func(r *http.Request) { r.URL.Opaque = "//a/%2f" },
		"a trailer":      func(r *http.Request) { r.Trailer = http.Header{"X-Sum": nil} },
	} {
		body := &closing{Reader: strings.NewReader("body")}
		request := ask(t, "POST", server, body)
		change(request)
		_, err := Transport(opened(t)).RoundTrip(request)
		if !errors.Is(err, errors.ErrUnsupported) || !errors.Is(err, ErrUnsupported) || body.closed != 1 {
			t.Error(name, err, body.closed)
		}
	}
	if asked {
		t.Error("the server was asked")
	}
}

func TestAResponseSaysWhetherItsConnectionEnds(t *testing.T) {
	for _, head := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close",
		"HTTP/1.0 200 OK\r\nContent-Length: 2",
		"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: Keep-Alive",
		"HTTP/1.1 200 OK\r\nX-No: length",
		"HTTP/1.1 204 No Content\r\nX-No: length",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0",
	} {
		server := served(t, func(w http.ResponseWriter, r *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			io.WriteString(connection, head+"\r\n\r\nok")
		})
		ours, err := client(t).Get(server)
		if err != nil {
			t.Fatal(err)
		}
		ours.Body.Close()
		theirs, err := http.Get(server)
		if err != nil {
			t.Fatal(err)
		}
		theirs.Body.Close()
		if ours.Close != theirs.Close {
			t.Errorf("%q: %v, net/http: %v", head, ours.Close, theirs.Close)
		}
	}
}

func TestSmallReadsAreGathered(t *testing.T) {
	server := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, strings.Repeat("x", 100_000))
		w.Header().Set("X-Sum", "100000")
	})
	response, err := client(t).Get(server)
	if err != nil {
		t.Fatal(err)
	}
	calls, count := runtime.NumCgoCall(), 0
	for one := make([]byte, 1); ; count++ {
		if _, err := io.ReadFull(response.Body, one); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if calls = runtime.NumCgoCall() - calls; calls > 10_000 || count != 100_000 || response.Trailer.Get("X-Sum") != "100000" {
		t.Error(calls, count, response.Trailer)
	}
	response.Body.Close()
	if _, err := response.Body.Read(make([]byte, 1)); err != http.ErrBodyReadAfterClose {
		t.Error(err)
	}
}
