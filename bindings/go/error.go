package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"context"
	"errors"
	"runtime"
	"syscall"
)

// Error is why a call has no response, or why something could not be set.
//
// It is a [net.Error]. [errors.Is] finds in it a [Status], a [syscall.Errno], what a body's reader said, and
// [context.Canceled] or [context.DeadlineExceeded] where the call's context ended it.
type Error struct {
	// Status is the number of what went wrong.
	Status Status
	// Kind is the same in words, such as "connect timeout".
	Kind string
	// Message is one clause, without causes and without secrets.
	Message string
	// Phase is how far the call had come, such as "connect"; empty where that is not known.
	Phase string
	// Method and URL are the request's, the URL without secrets; empty where there was none.
	Method, URL string
	// OSError is what the system said; 0 where it said nothing.
	OSError syscall.Errno
	// Attempts is how often the request was tried.
	Attempts int
	// Causes say why, each why the one before it.
	Causes []string
	// Warnings are what hooks and the library found wrong on the way.
	Warnings []string
	// Response is what the call had got until then, or nil.
	Response *Response

	chain   string
	timeout bool
	sources []error
}

// Error is the message with its causes.
func (e *Error) Error() string {
	text := e.Message
	if e.chain != "" {
		text = e.chain
	}
	for _, source := range e.sources {
		text += ": " + source.Error()
	}
	return "sortie: " + text
}

// Unwrap is what the error comes from: the context's, a body reader's, the system's.
func (e *Error) Unwrap() []error {
	sources := e.sources
	if e.OSError != 0 {
		sources = append(sources[:len(sources):len(sources)], e.OSError)
	}
	return sources
}

// Is whether target is the error's status.
func (e *Error) Is(target error) bool {
	status, ok := target.(Status)
	return ok && status == e.Status
}

// Timeout is whether something took too long: the call, a part of it, or its context's deadline. It is net.Error's.
func (e *Error) Timeout() bool {
	return e.timeout || errors.Is(errors.Join(e.sources...), context.DeadlineExceeded)
}

// Temporary is what net.Error wants, and has no meaning of its own: it is Timeout.
func (e *Error) Temporary() bool {
	return e.Timeout()
}

// newError takes a C error over.
func newError(from *C.sortie_error) *Error {
	e := lentError(from)
	if e.Response == nil {
		C.sortie_error_free(from)
		return e
	}
	owner := &errorOwner{from}
	runtime.SetFinalizer(owner, func(owner *errorOwner) { C.sortie_error_free(owner.handle) })
	e.Response.owner = owner
	return e
}

// lentError copies what a C error says. Its response lives as long as it.
func lentError(from *C.sortie_error) *Error {
	var told C.sortie_go_told
	C.sortie_go_tell(from, &told)
	e := &Error{
		Status:   Status(told.status),
		Kind:     C.GoString(told.kind),
		Message:  C.GoString(told.message),
		Phase:    C.GoString(told.phase),
		Method:   C.GoString(told.method),
		URL:      C.GoString(told.url),
		OSError:  syscall.Errno(told.os_error),
		Attempts: int(told.attempts),
		chain:    C.GoString(told.chain),
		timeout:  told.is_timeout != 0,
	}
	for i := C.size_t(0); i < told.causes; i++ {
		e.Causes = append(e.Causes, C.GoString(C.sortie_error_cause(from, i)))
	}
	for i := C.size_t(0); i < told.warnings; i++ {
		e.Warnings = append(e.Warnings, C.GoString(C.sortie_error_warning(from, i)))
	}
	if told.response != nil {
		e.Response = newResponse(C.sortie_go_look(told.response), nil)
	}
	return e
}

// errorOwner keeps a C error for the response in it.
type errorOwner struct{ handle *C.sortie_error }

// contextError is a call that its context ended before it began.
func contextError(ctx context.Context) *Error {
	return (&Error{Status: ErrCancelled, Kind: "cancelled", Message: "the request was not sent"}).because(ctx)
}

// because adds what the context says, where that ended the call.
func (e *Error) because(ctx context.Context) *Error {
	why := ctx.Err()
	if e.Status != ErrCancelled || why == nil {
		return e
	}
	e.sources = append(e.sources, why)
	if cause := context.Cause(ctx); cause != why {
		e.sources = append(e.sources, cause)
	}
	return e
}

// status makes an error of a C function's, or nil.
func fault(error *C.sortie_error) error {
	if error == nil {
		return nil
	}
	return newError(error)
}
