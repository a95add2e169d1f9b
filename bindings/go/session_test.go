package sortie

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var background = context.Background()

// opened is a session that heeds no environment, and is closed when the test ends.
func opened(t testing.TB, options ...Option) *Session {
	t.Helper()
	leavesNothing(t)
	session, err := New(append([]Option{TrustEnv(false)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

func served(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	leavesNothing(t)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// watched are the tests that are looked at when they end.
var watched sync.Map

// leavesNothing sees to it that the test ends with as many handles and open files as it began with.
//
// It is called before the first session and the first server are opened, and so looks after they were closed.
func leavesNothing(t testing.TB) {
	if _, again := watched.LoadOrStore(t.Name(), true); again {
		return
	}
	held, open := handles.Load(), openFiles()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		for tries := 0; handles.Load() != held || openFiles() > open; tries++ {
			if tries == 2_000 {
				t.Errorf("%d handles and %d open files are left behind", handles.Load()-held, openFiles()-open)
				return
			}
			// What is lost is let go by finalizers.
			runtime.GC()
		}
	})
}

// openFiles is how many files this process has open; 0 where that cannot be told.
func openFiles() int {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(files)
}

// told is the Error that a call failed with.
func told(t *testing.T, err error) *Error {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no *Error", err)
	}
	return failure
}

func must(t *testing.T, response *Response, err error) *Response {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s\n", r.Method, r.URL)
	for _, name := range []string{"X-One", "X-Two", "Authorization", "User-Agent", "Content-Type", "Cookie", "Range"} {
		for _, value := range r.Header.Values(name) {
			fmt.Fprintf(w, "%s: %s\n", name, value)
		}
	}
	fmt.Fprintf(w, "\n%s", body)
}

func TestAResponseSaysWhatCameAndWhatWasSent(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Link", `</2>; rel="next"`)
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		w.WriteHeader(201)
		io.WriteString(w, "hellö")
	})
	session := opened(t, UserAgent("tester"))
	got, err := session.Get(background, url+"/1")
	response := must(t, got, err)
	if response.Status != 201 || !response.OK() || response.Reason() != "Created" || response.Version() != "HTTP/1.1" {
		t.Error(response.Status, response.Reason(), response.Version())
	}
	if string(response.Body) != "hellö" || response.Text() != "hellö" || response.URL() != url+"/1" {
		t.Error(response.Text(), response.URL())
	}
	if response.Header().Get("content-type") != "text/plain; charset=utf-8" || !strings.HasSuffix(response.Link("next"), "/2") {
		t.Error(response.Header(), response.Link("next"))
	}
	if response.RequestHeader().Get("User-Agent") != "tester" || response.RequestMethod() != "GET" {
		t.Error(response.RequestHeader())
	}
	if response.Peer() != strings.TrimPrefix(url, "http://") || response.Elapsed() <= 0 || response.Timings().Total <= 0 {
		t.Error(response.Peer(), response.Elapsed(), response.Timings())
	}
	cookies := response.Cookies()
	if len(cookies) != 1 || cookies[0].Name != "a" || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode {
		t.Error(cookies)
	}
	kept, err := session.Cookies()
	if err != nil || len(kept) != 1 || kept[0].Value != "b" {
		t.Error(kept, err)
	}
	if err := response.SetStatus(200); !errors.Is(err, ErrArgument) {
		t.Error("only hooks change responses:", err)
	}
}

func TestOptionsReachTheServer(t *testing.T) {
	session := opened(t, BaseURL(served(t, echo)), Header("X-One", "1"), BasicAuth("me", "secret"), Param("q", "a b"))
	got, err := session.Do(background, NewRequest("GET", "/path").SetHeader("X-Two", "2").AddParam("r", "c").AddCookie("k", "v"))
	text := must(t, got, err).Text()
	for _, wanted := range []string{"GET /path?q=a+b&r=c\n", "X-One: 1\n", "X-Two: 2\n", "Authorization: Basic bWU6c2VjcmV0\n", "Cookie: k=v\n"} {
		if !strings.Contains(text, wanted) && !strings.Contains(text, strings.Replace(wanted, "+", "%20", 1)) {
			t.Errorf("%q is not in %q", wanted, text)
		}
	}
}

func TestRedirectsAreHistory(t *testing.T) {
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
		}
	})
	session := opened(t)
	got, err := session.Get(background, url+"/a")
	response := must(t, got, err)
	if history := response.History(); len(history) != 1 || history[0].Status != 302 || response.URL() != url+"/b" {
		t.Error(history, response.URL())
	}
	got, err = session.Do(background, NewRequest("GET", url+"/a").SetRedirects(false))
	if must(t, got, err).Status != 302 {
		t.Error(got.Status)
	}
}

func TestABadStatusIsAResponse(t *testing.T) {
	got, err := opened(t).Get(background, served(t, http.NotFound))
	response := must(t, got, err)
	failure := told(t, response.RaiseForStatus())
	if failure.Status != ErrStatus || response.OK() {
		t.Error(failure)
	}
	if failure.Response == nil || failure.Response.Status != 404 || !strings.Contains(failure.Response.Text(), "not found") {
		t.Error(failure.Response)
	}
}

func TestAnErrorSaysWhatTheSystemSaid(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	listener.Close()
	_, err = opened(t).Get(background, url)
	failure := told(t, err)
	if !errors.Is(err, ErrConnect) || !errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, ErrTLS) {
		t.Errorf("%#v", failure)
	}
	if failure.Phase != "connect" || failure.Method != "GET" || !strings.HasPrefix(failure.URL, url) || failure.Kind == "" || failure.Timeout() {
		t.Errorf("%#v", failure)
	}
	if len(failure.Causes) == 0 || !strings.Contains(err.Error(), failure.Causes[0]) {
		t.Error(err, failure.Causes)
	}
}

func TestATimeoutIsANetError(t *testing.T) {
	released := make(chan struct{})
	url := served(t, func(http.ResponseWriter, *http.Request) { <-released })
	defer close(released)
	_, err := opened(t, Timeout(20*time.Millisecond)).Get(background, url)
	var failure net.Error
	if !errors.As(err, &failure) || !failure.Timeout() || !errors.Is(err, ErrTotalTimeout) {
		t.Error(err)
	}
}

func TestFaultsOfTheCallerAreTold(t *testing.T) {
	session := opened(t)
	for name, request := range map[string]*Request{
		"NUL":      NewRequest("GET", "http://a\x00b/"),
		"NUL too":  NewRequest("GET", "http://a/").SetHeader("a", "b\x00c"),
		"method":   NewRequest("G T", "http://a/"),
		"URL":      NewRequest("GET", "http://[::"),
		"UTF-8":    NewRequest("GET", "http://a/").SetHeader("a", "\xff"),
		"line":     NewRequest("GET", "http://a/").SetHeader("a", "b\r\nc: d"),
		"timeout":  NewRequest("GET", "http://a/").SetTimeout(0),
		"not JSON": NewRequest("POST", "http://a/").SetJSON(func() {}),
	} {
		if _, err := session.Do(background, request); err == nil || told(t, err).Status == ErrResolve {
			t.Error(name, err)
		}
	}
	if _, err := New(Proxy("gopher://x")); err == nil {
		t.Error("a proxy of gopher's")
	}
	if _, err := New(BaseURL("a\x00b")); !errors.Is(err, ErrArgument) {
		t.Error(err)
	}
}

func TestAClosedSessionIsAnError(t *testing.T) {
	session := opened(t)
	session.Close()
	session.Close()
	_, err := session.Get(background, "http://127.0.0.1/")
	if !errors.Is(err, ErrSessionClosed) {
		t.Error(err)
	}
	if _, err := session.Cookies(); !errors.Is(err, ErrSessionClosed) {
		t.Error(err)
	}
	if results := session.Map(background, []*Request{NewRequest("GET", "http://a/")}); !errors.Is(results[0].Err, ErrSessionClosed) {
		t.Error(results)
	}
	if _, err := session.Stream(background, NewRequest("GET", "http://a/")); !errors.Is(err, ErrSessionClosed) {
		t.Error(err)
	}
}

func TestCallsThatRunOutliveClose(t *testing.T) {
	const callers = 8
	var waiting sync.WaitGroup
	waiting.Add(callers)
	released := make(chan struct{})
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		waiting.Done()
		<-released
		io.WriteString(w, "late")
	})
	session := opened(t)
	ended := make(chan error, callers)
	for i := 0; i < callers; i++ {
		go func() {
			response, err := session.Get(background, url)
			if err == nil && string(response.Body) != "late" {
				err = errors.New(response.Text())
			}
			ended <- err
		}()
	}
	waiting.Wait()
	session.Close()
	if _, err := session.Get(background, url); !errors.Is(err, ErrSessionClosed) {
		t.Error(err)
	}
	close(released)
	for i := 0; i < callers; i++ {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestManyGoroutinesShareASession(t *testing.T) {
	session := opened(t, BaseURL(served(t, echo)))
	var all sync.WaitGroup
	for i := 0; i < 32; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			for j := 0; j < 20; j++ {
				path := fmt.Sprintf("/%d/%d", i, j)
				response, err := session.Get(background, path)
				if err != nil || !strings.HasPrefix(response.Text(), "GET "+path+"\n") {
					t.Error(path, err)
				}
			}
		}(i)
	}
	all.Wait()
}

func TestCookiesGoToAFileAndBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cookies")
	session := opened(t)
	if err := session.AddCookie("https://example.com/", "a=b; Max-Age=1000; Secure; Domain=example.com"); err != nil {
		t.Fatal(err)
	}
	if err := session.SaveCookies(path, Netscape, true); err != nil {
		t.Fatal(err)
	}
	if err := session.ClearCookies(); err != nil {
		t.Fatal(err)
	}
	if kept, err := session.Cookies(); err != nil || len(kept) != 0 {
		t.Error(kept, err)
	}
	if count, err := session.LoadCookies(path, Netscape); count != 1 || err != nil {
		t.Error(count, err)
	}
	if _, err := session.LoadCookies(path+"x", Netscape); !errors.Is(err, ErrFile) || !errors.Is(err, syscall.ENOENT) {
		t.Error(err)
	}
	if err := session.Save(path, false); err != nil {
		t.Fatal(err)
	}
	restored, err := Restore(path)
	if err != nil {
		t.Fatal(err)
	}
	restored.Close()
}

func TestLinesOfTheLogAreWritten(t *testing.T) {
	var lines strings.Builder
	session := opened(t, Log(&lines))
	if _, err := session.Get(background, served(t, echo)+"/logged"); err != nil {
		t.Fatal(err)
	}
	session.Close()
	if !strings.Contains(lines.String(), "/logged") || !strings.HasSuffix(lines.String(), "\n") {
		t.Errorf("%q", lines.String())
	}
}

func TestADownloadIsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	url := served(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "content") })
	session := opened(t)
	if _, err := session.Download(background, NewRequest("GET", url), path, false, ""); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); string(content) != "content" || err != nil {
		t.Error(string(content), err)
	}
	if _, err := session.Download(background, NewRequest("GET", url), path+"2", false, strings.Repeat("0", 64)); err == nil {
		t.Error("a sum that is none")
	}
}

func TestTLSIsTrustedByItsAuthority(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(echo))
	defer server.Close()
	if !strings.Contains(" "+strings.Join(Features(), " ")+" ", " tls ") {
		t.Skip("skipped: this libsortie has no TLS")
	}
	authority := certificate(server)
	got, err := opened(t, TLS(TLSConfig{RootsPEM: authority})).Get(background, server.URL)
	if must(t, got, err).Status != 200 {
		t.Error(got.Status)
	}
	if _, err := opened(t).Get(background, server.URL); !errors.Is(err, ErrTLS) {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(path, authority, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = opened(t, TLS(TLSConfig{RootsFile: path})).Get(background, server.URL)
	if must(t, got, err).Status != 200 {
		t.Error(got.Status)
	}
}

func TestALibraryThatIsTooOldIsRefusedInWords(t *testing.T) {
	if err := checkVersion(); err != nil {
		t.Error(err)
	}
	err := versionFault(0, "0.0.0")
	if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "older than") {
		t.Error(err)
	}
}

// settled waits until no goroutine of the package's own is left: one that no test is part of.
func settled(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	for tries := 0; ; tries++ {
		left := ""
		for _, stack := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(stack, "sortie/bindings/go.") && !strings.Contains(stack, "_test.go:") {
				left = stack
			}
		}
		if left == "" {
			return
		}
		if tries == 10_000 {
			t.Fatalf("left behind: %s", left)
		}
		runtime.Gosched()
	}
}
