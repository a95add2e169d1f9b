package sortie

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

func TestAStreamIsReadWhileItArrives(t *testing.T) {
	more := make(chan struct{})
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, "first ")
		w.(http.Flusher).Flush()
		<-more
		io.WriteString(w, "last")
		w.Header().Set("X-Sum", "10")
	})
	stream, err := opened(t).Stream(background, NewRequest("GET", url).SetHeader("TE", "trailers"))
	if err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	n, err := io.ReadFull(stream, buffer[:6])
	if string(buffer[:n]) != "first " || err != nil || stream.Status != 200 || stream.Version != "HTTP/1.1" {
		t.Error(string(buffer[:n]), err, stream.Status)
	}
	close(more)
	rest, err := io.ReadAll(stream)
	if string(rest) != "last" || err != nil || stream.Trailer.Get("X-Sum") != "10" {
		t.Error(string(rest), err, stream.Trailer)
	}
	if _, err := stream.Read(buffer); err != io.EOF {
		t.Error(err)
	}
	stream.Close()
	settled(t)
}

// trickling is a stream whose content never ends.
func trickling(t *testing.T, ctx context.Context) *Stream {
	t.Helper()
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	stream, err := opened(t).Stream(ctx, NewRequest("GET", url))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stream, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	return stream
}

func TestAContextEndsAStreamInItsMiddle(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	stream := trickling(t, ctx)
	go cancel()
	_, err := stream.Read(make([]byte, 1))
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, again := stream.Read(make([]byte, 1)); again != err {
		t.Error(again)
	}
	settled(t)
}

func TestCloseEndsAReadThatWaits(t *testing.T) {
	stream := trickling(t, background)
	ended := make(chan error)
	go func() {
		_, err := stream.Read(make([]byte, 1))
		ended <- err
	}()
	stream.Close()
	if err := <-ended; !errors.Is(err, ErrCancelled) && !errors.Is(err, ErrStreamClosed) {
		t.Error(err)
	}
	if _, err := stream.Read(make([]byte, 1)); err == nil {
		t.Error("a closed stream has content")
	}
	settled(t)
}

func TestAContextEndsAStreamThatNobodyReads(t *testing.T) {
	ended := make(chan struct{})
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(ended)
	})
	ctx, cancel := context.WithCancel(background)
	body := &closing{Reader: strings.NewReader("body")}
	stream, err := opened(t).Stream(ctx, NewRequest("POST", url).SetReader(body, -1))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-ended
	if _, err := stream.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) || !errors.Is(err, ErrCancelled) {
		t.Error(err)
	}
	settled(t)
}

func TestCloseDoesNotWaitForASeat(t *testing.T) {
	stream := trickling(t, background)
	for i := 0; i < mostWaiting; i++ {
		seats <- struct{}{}
	}
	ended := make(chan error)
	go func() {
		_, err := stream.Read(make([]byte, 1))
		ended <- err
	}()
	// Until the read waits for a seat.
	for stream.lock.TryLock() {
		stream.lock.Unlock()
		runtime.Gosched()
	}
	stream.Close()
	if err := <-ended; !errors.Is(err, ErrStreamClosed) {
		t.Error(err)
	}
	for i := 0; i < mostWaiting; i++ {
		<-seats
	}
	settled(t)
}

func TestAStreamThatIsLostIsClosed(t *testing.T) {
	ended := make(chan struct{})
	url := served(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(ended)
	})
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	if _, err := opened(t).Stream(ctx, NewRequest("GET", url)); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case <-ended:
			return
		default:
			runtime.GC()
		}
	}
}
