package sortie

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

func TestResultsStandInTheOrderOfTheRequests(t *testing.T) {
	session := opened(t, BaseURL(served(t, echo)))
	requests := make([]*Request, 1000)
	for i := range requests {
		requests[i] = NewRequest("POST", fmt.Sprintf("/%d", i)).SetHeader("X-One", fmt.Sprint(i)).SetText(fmt.Sprint("body ", i))
	}
	results := session.Map(background, requests)
	runtime.GC()
	for i, result := range results {
		text := must(t, result.Response, result.Err).Text()
		if !strings.HasPrefix(text, fmt.Sprintf("POST /%d\nX-One: %d\n", i, i)) || !strings.HasSuffix(text, fmt.Sprint("\n\nbody ", i)) {
			t.Fatalf("%d: %q", i, text)
		}
		if string(result.Response.Body) != text || result.Response.Header().Get("Content-Type") == "" {
			t.Fatal(i, result.Response.Header())
		}
	}
	if results := session.Map(background, nil); len(results) != 0 {
		t.Error(results)
	}
}

func TestARequestThatFailsFailsAlone(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, strings.Repeat("x", 100_000))
	})
	results := opened(t).Map(background, []*Request{
		NewRequest("GET", url),
		NewRequest("POST", url+"/broken"),
		NewRequest("GET", "http://a\x00b/"),
		NewRequest("G T", url),
		NewRequest("GET", url).SetHeader("a", "\xff"),
		NewRequest("GET", url),
	})
	for i, fails := range []bool{false, true, true, true, true, false} {
		result := results[i]
		if (result.Err != nil) != fails || (result.Response == nil) != fails {
			t.Errorf("%d: %v", i, result.Err)
		}
		if !fails && len(result.Response.Body) != 100_000 {
			t.Error(i, len(result.Response.Body))
		}
	}
}

func TestTenThousandRequestsAreOneMap(t *testing.T) {
	var asked atomic.Int64
	session := opened(t, BaseURL(served(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		io.WriteString(w, r.URL.Path)
	})))
	requests := make([]*Request, 10_000)
	for i := range requests {
		requests[i] = NewRequest("GET", fmt.Sprint("/", i))
	}
	calls := runtime.NumCgoCall()
	results := session.Map(background, requests)
	if calls = runtime.NumCgoCall() - calls; calls > 100 {
		t.Errorf("%d calls into C", calls)
	}
	for i, result := range results {
		if result.Err != nil || string(result.Response.Body) != fmt.Sprint("/", i) {
			t.Fatal(i, result.Err)
		}
	}
	if asked.Load() != 10_000 {
		t.Error(asked.Load())
	}
}

func TestAContextEndsThoseOfAMapThatWait(t *testing.T) {
	url, asked := held(t)
	fast := served(t, echo)
	ctx, cancel := context.WithCancel(background)
	go func() {
		<-asked
		cancel()
	}()
	results := opened(t).Map(ctx, []*Request{NewRequest("GET", url), NewRequest("GET", fast), NewRequest("GET", url)})
	for _, i := range []int{0, 2} {
		if !errors.Is(results[i].Err, context.Canceled) {
			t.Error(i, results[i].Err)
		}
	}
	settled(t)
}

func TestHooksAndReadersOfAMapAreEachRequestsOwn(t *testing.T) {
	session := opened(t, BaseURL(served(t, echo)))
	requests := make([]*Request, 100)
	for i := range requests {
		body := fmt.Sprint("body ", i)
		requests[i] = NewRequest("POST", "/").SetReader(strings.NewReader(body), -1).OnResponse(func(r *Response) error {
			return r.SetHeader("X-Body", string(r.Body[len(r.Body)-len(body):]))
		})
	}
	for i, result := range session.Map(background, requests) {
		if got := must(t, result.Response, result.Err).Header().Get("X-Body"); got != fmt.Sprint("body ", i) {
			t.Error(i, got)
		}
	}
}

func TestNoRequestIsAnErrorInWords(t *testing.T) {
	session := opened(t, BaseURL(served(t, echo)))
	body := &closing{Reader: strings.NewReader("body")}
	results := session.Map(background, []*Request{NewRequest("GET", "/"), nil, NewRequest("POST", "/").SetReader(body, -1)})
	for i, fails := range []bool{false, true, false} {
		if (results[i].Err != nil) != fails {
			t.Error(i, results[i].Err)
		}
	}
	_, sent := session.Do(background, nil)
	_, streamed := session.Stream(background, nil)
	_, loaded := session.Download(background, nil, filepath.Join(t.TempDir(), "file"), false, "")
	for _, err := range []error{sent, streamed, loaded, results[1].Err} {
		if !errors.Is(err, ErrNull) || !strings.Contains(err.Error(), "the request is nil") {
			t.Error(err)
		}
	}
	if body.closed != 1 {
		t.Error(body.closed)
	}
	settled(t)
}

func TestALargeResultIsNotKeptByTheOthers(t *testing.T) {
	session := opened(t, BaseURL(served(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", 1+len(r.URL.Path)*slab/4))
	})))
	results := session.Map(background, []*Request{NewRequest("GET", "/"), NewRequest("GET", "/large")})
	for _, result := range results {
		must(t, result.Response, result.Err)
	}
	let := make(chan struct{})
	runtime.SetFinalizer(results[1].Response, func(*Response) { close(let) })
	results[1] = Result{}
	for done := false; !done; {
		select {
		case <-let:
			done = true
		default:
			runtime.GC()
		}
	}
	if results[0].Response.Header().Get("Date") == "" {
		t.Error(results[0].Response.Header())
	}
}
