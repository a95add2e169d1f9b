package sortie

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestHooksChangeWhatIsSentAndWhatCame(t *testing.T) {
	var order []string
	session := opened(t, BaseURL(served(t, echo)),
		OnArgs(func(r *Request) error {
			order = append(order, "args "+r.Method()+" "+r.URL())
			if r.Header("X-One") != "1" {
				t.Error(r.Header("X-One"))
			}
			r.SetHeader("X-One", "2").AddParam("a", "b")
			if r.Header("X-One") != "2" {
				t.Error("a change is seen at once:", r.Header("X-One"))
			}
			return nil
		}),
		OnPreRequest(func(p *Prepared) error {
			order = append(order, "pre "+p.Method())
			if p.Header().Get("X-One") != "2" || string(p.Body()) != "body" || !strings.HasSuffix(p.URL(), "/path?a=b") {
				t.Error(p.Header(), string(p.Body()), p.URL())
			}
			return errors.Join(p.SetHeader("X-Two", "3"), p.SetBody([]byte("another")))
		}),
		OnPostRequest(func(p *Prepared, r *Response, err *Error) error {
			order = append(order, "post")
			if r == nil || err != nil || r.Status != 200 || p.Header().Get("X-Two") != "3" {
				t.Error(r, err, p.Header())
			}
			return nil
		}),
		OnResponse(func(r *Response) error {
			order = append(order, "response")
			if !strings.Contains(string(r.Body), "X-Two: 3\n") || !strings.HasSuffix(string(r.Body), "\n\nanother") {
				t.Error(string(r.Body))
			}
			return errors.Join(r.SetStatus(299), r.SetHeader("X-Hook", "yes"), r.SetBody([]byte("changed")))
		}),
	)
	got, err := session.Do(background, NewRequest("POST", "/path").SetHeader("X-One", "1").SetBody([]byte("body")))
	response := must(t, got, err)
	if response.Status != 299 || response.Header().Get("x-hook") != "yes" || response.Text() != "changed" {
		t.Error(response.Status, response.Header(), response.Text())
	}
	if len(response.Warnings()) != 0 || len(order) != 4 {
		t.Error(response.Warnings(), order)
	}
}

func TestAHookThatFailsIsAWarning(t *testing.T) {
	url := served(t, echo)
	for name, hook := range map[string]ResponseHook{
		"an error": func(*Response) error { return errors.New("no luck") },
		"a panic":  func(*Response) error { panic("no luck") },
	} {
		got, err := opened(t, OnResponse(hook)).Get(background, url)
		response := must(t, got, err)
		if warnings := response.Warnings(); len(warnings) != 1 || !strings.Contains(warnings[0], "no luck") {
			t.Error(name, warnings)
		}
	}
	for name, option := range map[string]Option{
		"args": OnArgs(func(*Request) error { panic("no luck") }),
		"pre":  OnPreRequest(func(*Prepared) error { panic("no luck") }),
		"post": OnPostRequest(func(*Prepared, *Response, *Error) error { panic("no luck") }),
	} {
		got, err := opened(t, option).Get(background, url)
		if warnings := must(t, got, err).Warnings(); len(warnings) != 1 || !strings.Contains(warnings[0], "no luck") {
			t.Error(name, warnings)
		}
	}
}

func TestAHookRefusesACall(t *testing.T) {
	asked := false
	url := served(t, func(http.ResponseWriter, *http.Request) { asked = true })
	for name, option := range map[string]Option{
		"args": OnArgs(func(*Request) error { return Refuse("not today") }),
		"pre":  OnPreRequest(func(*Prepared) error { return Refuse("not today") }),
	} {
		_, err := opened(t, option).Get(background, url)
		if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "not today") {
			t.Error(name, err)
		}
	}
	if asked {
		t.Error("the server was asked")
	}
}

func TestARequestsHooksAreItsOwn(t *testing.T) {
	session := opened(t)
	url := served(t, echo)
	calls := 0
	request := NewRequest("GET", url).OnResponse(func(r *Response) error {
		calls++
		return r.SetBody([]byte("hooked"))
	})
	for i := 0; i < 2; i++ {
		got, err := session.Do(background, request)
		if must(t, got, err).Text() != "hooked" {
			t.Error(got.Text())
		}
	}
	got, err := session.Get(background, url)
	if must(t, got, err).Text() == "hooked" || calls != 2 {
		t.Error(got.Text(), calls)
	}
}

func TestWhatAHookWasLentIsEmptyAfterwards(t *testing.T) {
	var kept *Response
	var prepared *Prepared
	session := opened(t,
		OnPreRequest(func(p *Prepared) error { prepared = p; return nil }),
		OnResponse(func(r *Response) error { kept = r; return nil }))
	if _, err := session.Get(background, served(t, echo)); err != nil {
		t.Fatal(err)
	}
	if kept.URL() != "" || len(kept.History()) != 0 || prepared.URL() != "" || kept.SetStatus(200) == nil {
		t.Error(kept.URL(), prepared.URL())
	}
}

func TestAHookSeesWhyACallFailed(t *testing.T) {
	var seen *Error
	session := opened(t, OnPostRequest(func(_ *Prepared, r *Response, err *Error) error {
		seen = err
		return nil
	}))
	url := served(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	_, err := session.Do(background, NewRequest("POST", url))
	if err == nil || seen == nil || seen.Status != told(t, err).Status {
		t.Error(err, seen)
	}
}

func TestABodyOfAHookThatFailsIsClosed(t *testing.T) {
	url := served(t, echo)
	for name, end := range map[string]func() error{
		"an error":  func() error { return errors.New("no luck") },
		"a refusal": func() error { return Refuse("no") },
		"a panic":   func() error { panic("no luck") },
		"nothing":   func() error { return nil },
	} {
		body := &closing{Reader: strings.NewReader("body")}
		session := opened(t, OnArgs(func(r *Request) error {
			r.SetReader(body, -1)
			return end()
		}))
		_, _ = session.Do(background, NewRequest("POST", url))
		session.Close()
		if body.closed != 1 {
			t.Error(name, body.closed)
		}
	}
}
