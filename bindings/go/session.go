package sortie

/*
#include <stdlib.h>
#include "helper.h"
*/
import "C"

import (
	"context"
	"path/filepath"
	"runtime"
	"sync"
	"unsafe"
)

// Session is what persists between calls: cookies, defaults, hooks, connections. Many goroutines may share one.
type Session struct {
	handle *C.sortie_session
	// Opens one more like it, with further options.
	again func(...Option) (*Session, error)

	lock   sync.Mutex
	users  int
	closed bool
	// What Transport sends by: a session with these options that keeps no cookies.
	plain *Session
}

// New is a session with the library's defaults, and options on top of them.
//
// Close it when it is no longer needed. It fails where an option makes no sense, and with a library that is older than
// the header that this package was built with.
func New(options ...Option) (*Session, error) {
	return open(options, func(handle **C.sortie_session, err **C.sortie_error) { C.sortie_session_new(handle, err) })
}

// Restore is a session as [Session.Save] wrote it into a file, and options on top of that.
func Restore(path string, options ...Option) (*Session, error) {
	// The folder may be another one when Transport reads the file again.
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	var check packed
	if check.text(path); check.fault != nil {
		return nil, check.fault
	}
	return open(options, func(handle **C.sortie_session, err **C.sortie_error) {
		name := C.CString(path)
		defer C.free(unsafe.Pointer(name))
		C.sortie_session_restore(name, handle, err)
	})
}

func open(options []Option, begin func(**C.sortie_session, **C.sortie_error)) (*Session, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	s := &Session{again: func(more ...Option) (*Session, error) {
		return open(append(options[:len(options):len(options)], more...), begin)
	}}
	var err *C.sortie_error
	var handle *C.sortie_session
	if begin(&handle, &err); err != nil {
		return nil, newError(err)
	}
	s.handle = handle
	if err := s.configure(options); err != nil {
		C.sortie_session_free(s.handle)
		return nil, err
	}
	runtime.SetFinalizer(s, (*Session).Close)
	return s, nil
}

func (s *Session) configure(options []Option) error {
	var all settings
	for _, option := range options {
		option(&all)
	}
	if all.fault != nil {
		return all.fault
	}
	both := packed{data: append(handleSettings(all.handled), all.data...)}
	at, size := both.pointer()
	return fault(C.sortie_go_configure(s.handle, at, size))
}

// Close lets the session go. Calls that run go on to their ends; later ones fail with [ErrSessionClosed].
func (s *Session) Close() error {
	s.lock.Lock()
	plain := s.plain
	s.plain = nil
	free := !s.closed && s.users == 0
	s.closed = true
	s.lock.Unlock()
	if plain != nil {
		plain.Close()
	}
	if free {
		s.free()
	}
	return nil
}

func (s *Session) free() {
	runtime.SetFinalizer(s, nil)
	C.sortie_session_free(s.handle)
	s.handle = nil
}

// enter holds the session open until leave.
func (s *Session) enter() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.closed {
		return &Error{Status: ErrSessionClosed, Kind: "closed", Message: "the session is closed"}
	}
	s.users++
	return nil
}

func (s *Session) leave() {
	s.lock.Lock()
	s.users--
	free := s.closed && s.users == 0
	s.lock.Unlock()
	if free {
		s.free()
	}
}

// use calls C with the session held open.
func (s *Session) use(call func(session *C.sortie_session, err **C.sortie_error)) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	var err *C.sortie_error
	call(s.handle, &err)
	return fault(err)
}

// Get asks for a URL.
func (s *Session) Get(ctx context.Context, url string) (*Response, error) {
	return s.Do(ctx, NewRequest("GET", url))
}

// Post sends content of a type to a URL.
func (s *Session) Post(ctx context.Context, url, contentType string, content []byte) (*Response, error) {
	return s.Do(ctx, NewRequest("POST", url).SetHeader("Content-Type", contentType).SetBody(content))
}

// Do sends a request and waits for the answer, redirects included.
//
// A status of 400 or above is a response, no error: see [Response.RaiseForStatus]. The end of the context ends the call.
// The request can be sent again, unless its body is read from an [io.Reader].
func (s *Session) Do(ctx context.Context, request *Request) (*Response, error) {
	return s.send(ctx, request, func(settings *packed, cancel *C.sortie_cancel) C.sortie_go_result {
		at, size := settings.pointer()
		return C.sortie_go_send(s.handle, at, size, cancel)
	})
}

// Download writes the content into a file, which gets its name when it is whole. With resume it goes on where an earlier
// download to that path broke off. Unless it is empty, sha256 is what the content must sum up to, in hex.
func (s *Session) Download(ctx context.Context, request *Request, path string, resume bool, sha256 string) (*Response, error) {
	var how packed
	how.text(path).yes(resume).optional(sha256)
	if how.fault != nil {
		return nil, how.fault
	}
	return s.send(ctx, request, func(settings *packed, cancel *C.sortie_cancel) C.sortie_go_result {
		at, size := settings.pointer()
		howAt, howSize := how.pointer()
		return C.sortie_go_download(s.handle, at, size, howAt, howSize, cancel)
	})
}

func (s *Session) send(ctx context.Context, request *Request, call func(*packed, *C.sortie_cancel) C.sortie_go_result) (*Response, error) {
	defer request.end()
	watch, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer s.finish(watch)
	var settings packed
	if err := request.pack(&settings); err != nil {
		return nil, err
	}
	result := call(&settings, watch.cancel)
	if result.error != nil {
		return nil, request.explain(newError(result.error).because(ctx))
	}
	return newResponse(result, newOwner(result.response)), nil
}

// begin readies a call that waits: the session is held open, the context watched.
func (s *Session) begin(ctx context.Context) (*watch, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	return s.ready(ctx)
}

// ready is begin for a caller that has entered. Where it fails, it leaves.
func (s *Session) ready(ctx context.Context) (*watch, error) {
	if ctx.Err() != nil {
		s.leave()
		return nil, contextError(ctx)
	}
	if err := sit(ctx); err != nil {
		s.leave()
		return nil, err
	}
	watch, err := watchContext(ctx)
	if err != nil {
		rise()
		s.leave()
		return nil, err
	}
	return watch, nil
}

func (s *Session) finish(watch *watch) {
	watch.end()
	rise()
	s.leave()
}

// Save writes settings and cookies into a file, for [Restore]; credentials and cookies' values only withSecrets.
func (s *Session) Save(path string, withSecrets bool) error {
	name, free, err := text(path)
	if err != nil {
		return err
	}
	defer free()
	return s.use(func(session *C.sortie_session, err **C.sortie_error) {
		C.sortie_session_save(session, name, number(withSecrets), err)
	})
}

// Warm opens connections to the URL's origin ahead of use, and tells how many stand.
func (s *Session) Warm(url string, count int) (int, error) {
	name, free, err := text(url)
	if err != nil {
		return 0, err
	}
	defer free()
	var standing C.size_t
	err = s.use(func(session *C.sortie_session, err **C.sortie_error) {
		C.sortie_session_warm(session, name, C.size_t(max(count, 0)), &standing, err)
	})
	return int(standing), err
}

// text is a text for C, and how to free it.
func text(goes string) (*C.char, func(), error) {
	var check packed
	if check.text(goes); check.fault != nil {
		return nil, nil, check.fault
	}
	at := C.CString(goes)
	return at, func() { C.free(unsafe.Pointer(at)) }, nil
}

func number(is bool) C.int32_t {
	if is {
		return 1
	}
	return 0
}
