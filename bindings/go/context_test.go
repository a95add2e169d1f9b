package sortie

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// held is a server whose handler waits until the test ends; `asked` tells that it does.
func held(t *testing.T) (url string, asked chan struct{}) {
	asked, released := make(chan struct{}, 100), make(chan struct{})
	url = served(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-released:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(released) })
	return url, asked
}

func TestAContextThatEndedSendsNothing(t *testing.T) {
	url, asked := held(t)
	ctx, cancel := context.WithCancel(background)
	cancel()
	session := opened(t)
	_, err := session.Get(ctx, url)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrCancelled) || told(t, err).Timeout() {
		t.Error(err)
	}
	if results := session.Map(ctx, []*Request{NewRequest("GET", url)}); !errors.Is(results[0].Err, context.Canceled) {
		t.Error(results)
	}
	if _, err := session.Stream(ctx, NewRequest("GET", url)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(asked) != 0 {
		t.Error("the server was asked")
	}
}

func TestAContextEndsACallThatWaits(t *testing.T) {
	url, asked := held(t)
	session := opened(t)
	for name, call := range map[string]func(context.Context) error{
		"Get": func(ctx context.Context) error {
			_, err := session.Get(ctx, url)
			return err
		},
		"Map": func(ctx context.Context) error {
			return session.Map(ctx, []*Request{NewRequest("GET", url)})[0].Err
		},
		"Stream": func(ctx context.Context) error {
			_, err := session.Stream(ctx, NewRequest("GET", url))
			return err
		},
	} {
		why := errors.New("the test's own reason")
		ctx, cancel := context.WithCancelCause(background)
		go func() {
			<-asked
			cancel(why)
		}()
		err := call(ctx)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, why) || !errors.Is(err, ErrCancelled) {
			t.Error(name, err)
		}
	}
	settled(t)
}

func TestAContextsDeadlineIsATimeout(t *testing.T) {
	url, _ := held(t)
	ctx, cancel := context.WithTimeout(background, 20*time.Millisecond)
	defer cancel()
	_, err := opened(t).Get(ctx, url)
	var failure net.Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failure) || !failure.Timeout() {
		t.Error(err)
	}
}

func TestAContextThatEndsLaterChangesNothing(t *testing.T) {
	session := opened(t)
	url := served(t, echo)
	for i := 0; i < 50; i++ {
		ctx, cancel := context.WithCancel(background)
		got, err := session.Get(ctx, url)
		response := must(t, got, err)
		cancel()
		if response.Status != 200 || response.Header().Get("Date") == "" {
			t.Error(response.Status)
		}
	}
	settled(t)
}

func TestAContextThatEndsAtAnyMomentIsACallThatEnds(t *testing.T) {
	session := opened(t)
	url := served(t, echo)
	for i := 0; i < 100; i++ {
		ctx, cancel := context.WithCancel(background)
		go cancel()
		if _, err := session.Get(ctx, url); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

func TestACallUnderWayLeavesNoGoroutine(t *testing.T) {
	url, asked := held(t)
	session := opened(t)
	ctx, cancel := context.WithCancel(background)
	ended := make(chan error)
	for i := 0; i < 10; i++ {
		go func() {
			_, err := session.Do(ctx, NewRequest("POST", url).SetReader(io.LimitReader(zeros{}, 1000), 1000))
			ended <- err
		}()
	}
	for i := 0; i < 10; i++ {
		<-asked
	}
	cancel()
	for i := 0; i < 10; i++ {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	session.Close()
	settled(t)
}

type zeros struct{}

func (zeros) Read(buffer []byte) (int, error) {
	clear(buffer)
	return len(buffer), nil
}
