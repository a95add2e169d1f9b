package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"sync"
	"unsafe"
)

// Stream is a response whose content is read while it arrives. It is an [io.ReadCloser].
//
// One goroutine reads it; Close may be called by any, also during a read.
type Stream struct {
	// Status is the status code.
	Status int
	// Reason is the reason phrase, Version the protocol's, such as "HTTP/1.1".
	Reason, Version string
	// URL is where the response came from, after redirects.
	URL string
	// Header is the header fields, their names in canonical form.
	Header http.Header
	// Trailer is the fields after the content, once that was read to its end.
	Trailer http.Header

	*flow
}

// flow is what of a stream the context keeps too: not the Stream, so that one that is lost is closed.
type flow struct {
	request *Request
	// The caller's, by which errors are explained, and ours, which Close ends too.
	ctx, own context.Context
	close    context.CancelFunc
	watch    *watch
	unwatch  func() bool

	// Held while it is read.
	lock   sync.Mutex
	handle *C.sortie_stream
	ended  error
}

// Stream sends a request and waits for the head of the response.
//
// The content is read by Read. The context ends it also then. Close the stream, or read it to its end or an error.
func (s *Session) Stream(ctx context.Context, request *Request) (*Stream, error) {
	return s.openStream(ctx, request, s.begin)
}

func (s *Session) openStream(ctx context.Context, request *Request, begin func(context.Context) (*watch, error)) (*Stream, error) {
	own, end := context.WithCancel(ctx)
	stream, err := s.stream(own, request, begin)
	if err != nil {
		request.end()
		end()
		return nil, err
	}
	flow := stream.flow
	flow.ctx, flow.own, flow.close = ctx, own, end
	flow.lock.Lock()
	flow.unwatch = context.AfterFunc(own, flow.abandon)
	flow.lock.Unlock()
	runtime.SetFinalizer(stream, (*Stream).Close)
	return stream, nil
}

func (s *Session) stream(ctx context.Context, request *Request, begin func(context.Context) (*watch, error)) (*Stream, error) {
	watch, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	defer rise()
	var settings packed
	if err := request.pack(&settings); err != nil {
		watch.end()
		s.leave()
		return nil, err
	}
	var handle *C.sortie_stream
	var head *C.sortie_response
	at, size := settings.pointer()
	if err := C.sortie_go_stream(s.handle, at, size, watch.cancel, &handle, &head); err != nil {
		told := request.explain(newError(err).because(ctx))
		watch.end()
		s.leave()
		return nil, told
	}
	// The session's connections outlive its handle.
	s.leave()
	stream := &Stream{flow: &flow{request: request, watch: watch, handle: handle}}
	stream.Status = int(C.sortie_response_status(head))
	stream.Reason = C.GoString(C.sortie_response_reason(head))
	stream.Version = C.GoString(C.sortie_response_version(head))
	stream.URL = C.GoString(C.sortie_response_url(head))
	stream.Header = fields(C.sortie_response_header_count(head), func(i C.size_t) (*C.char, *C.char) {
		return C.sortie_response_header_name(head, i), C.sortie_response_header_value(head, i)
	})
	return stream, nil
}

// Read waits for content. It gives io.EOF at the end, and the same error again after an error.
func (s *Stream) Read(buffer []byte) (int, error) {
	defer runtime.KeepAlive(s)
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ended != nil || len(buffer) == 0 {
		return 0, s.ended
	}
	// Close does not wait behind the others that sit.
	if sit(s.own) != nil {
		return 0, s.finish(s.given())
	}
	read := C.sortie_go_read(s.handle, (*C.uint8_t)(unsafe.Pointer(&buffer[0])), C.size_t(len(buffer)))
	rise()
	switch {
	case read.error != nil:
		return 0, s.finish(s.request.explain(newError(read.error).because(s.ctx)))
	case read.count == 0:
		s.Trailer = fields(C.sortie_stream_trailer_count(s.handle), func(i C.size_t) (*C.char, *C.char) {
			return C.sortie_stream_trailer_name(s.handle, i), C.sortie_stream_trailer_value(s.handle, i)
		})
		return 0, s.finish(io.EOF)
	}
	return int(read.count), nil
}

// Close gives up what was not read. It ends a read that waits.
func (s *Stream) Close() error {
	s.flow.close()
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ended == nil {
		_ = s.finish(s.given())
	}
	return nil
}

// abandon lets the stream go when its context ends, also where nobody reads it. A read that waits ends first.
func (f *flow) abandon() {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.ended == nil {
		_ = f.finish(f.given())
	}
}

// given is why a stream was given up.
func (f *flow) given() error {
	if f.ctx.Err() == nil {
		return &Error{Status: ErrStreamClosed, Kind: "closed", Message: "the stream is closed"}
	}
	return (&Error{Status: ErrCancelled, Kind: "cancelled", Message: "the content was not read to its end"}).because(f.ctx)
}

// finish lets go of all that the stream holds. The lock is held.
func (f *flow) finish(why error) error {
	f.ended = why
	C.sortie_stream_free(f.handle)
	f.handle = nil
	f.unwatch()
	f.close()
	f.watch.end()
	f.request.end()
	return why
}
