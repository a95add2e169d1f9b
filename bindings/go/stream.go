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

	request *Request
	// The caller's, by which errors are explained, and ours, which Close ends too.
	ctx   context.Context
	close context.CancelFunc
	watch *watch

	// Held while it is read.
	lock   sync.Mutex
	handle *C.sortie_stream
	ended  error
}

// Stream sends a request and waits for the head of the response.
//
// The content is read by Read. The context ends it also then. Close the stream, or read it to its end or an error.
func (s *Session) Stream(ctx context.Context, request *Request) (*Stream, error) {
	own, end := context.WithCancel(ctx)
	stream, err := s.stream(own, request)
	if err != nil {
		request.end()
		end()
		return nil, err
	}
	stream.ctx, stream.close = ctx, end
	runtime.SetFinalizer(stream, (*Stream).Close)
	return stream, nil
}

func (s *Session) stream(ctx context.Context, request *Request) (*Stream, error) {
	watch, err := s.begin(ctx)
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
	stream := &Stream{request: request, watch: watch, handle: handle}
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
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ended != nil || len(buffer) == 0 {
		return 0, s.ended
	}
	if err := sit(s.ctx); err != nil {
		return 0, s.finish(err)
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
	s.close()
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ended == nil {
		_ = s.finish(&Error{Status: ErrStreamClosed, Kind: "closed", Message: "the stream is closed"})
	}
	return nil
}

// finish lets go of all that the stream holds. The lock is held.
func (s *Stream) finish(why error) error {
	s.ended = why
	runtime.SetFinalizer(s, nil)
	C.sortie_stream_free(s.handle)
	s.handle = nil
	s.close()
	s.watch.end()
	s.request.end()
	return why
}
