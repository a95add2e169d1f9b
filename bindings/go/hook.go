package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"errors"
	"fmt"
)

// ArgsHook sees a request as it was asked for, before defaults are added, and may change it by its methods.
//
// An error is a warning, and the call goes on with the request as it was; [Refuse] ends the call unsent. A panic is a
// warning too. That holds for all hooks. They run on whatever thread has got that far, several at once. C is below them:
// one that calls [runtime.Goexit], as FailNow of a test does, ends the program.
type ArgsHook func(request *Request) error

// PreRequestHook sees what will be sent, and may change it. [Refuse] ends the call unsent.
type PreRequestHook func(prepared *Prepared) error

// PostRequestHook sees what was sent, and what came of it: a response or an error, the other is nil.
type PostRequestHook func(prepared *Prepared, response *Response, err *Error) error

// ResponseHook sees the response that the call will give, and may change it. It is lent: use it only until the hook
// returns.
type ResponseHook func(response *Response) error

// Refuse is the error by which a hook ends a call that was not sent yet. The call fails with [ErrRefused].
func Refuse(reason string) error { return refusal(reason) }

type refusal string

func (r refusal) Error() string { return string(r) }

// OnArgs adds a hook that is called first.
func OnArgs(hook ArgsHook) Option { return hooked(C.GO_ON_ARGS, hook) }

// OnPreRequest adds a hook that is called before anything is sent.
func OnPreRequest(hook PreRequestHook) Option { return hooked(C.GO_ON_PRE_REQUEST, hook) }

// OnPostRequest adds a hook that is called after each request that was sent.
func OnPostRequest(hook PostRequestHook) Option { return hooked(C.GO_ON_POST_REQUEST, hook) }

// OnResponse adds a hook that is called last, with the response.
func OnResponse(hook ResponseHook) Option { return hooked(C.GO_ON_RESPONSE, hook) }

// OnArgs adds a hook for this request, after the session's.
func (r *Request) OnArgs(hook ArgsHook) *Request { return r.hooked(C.GO_ON_ARGS, hook) }

// OnPreRequest adds a hook for this request, after the session's.
func (r *Request) OnPreRequest(hook PreRequestHook) *Request {
	return r.hooked(C.GO_ON_PRE_REQUEST, hook)
}

// OnPostRequest adds a hook for this request, after the session's.
func (r *Request) OnPostRequest(hook PostRequestHook) *Request {
	return r.hooked(C.GO_ON_POST_REQUEST, hook)
}

// OnResponse adds a hook for this request, after the session's.
func (r *Request) OnResponse(hook ResponseHook) *Request { return r.hooked(C.GO_ON_RESPONSE, hook) }

func hooked(name byte, hook any) Option {
	return func(to *settings) { to.handled = append(to.handled, handled{name, hook}) }
}

func (r *Request) hooked(name byte, hook any) *Request {
	r.hooks = append(r.hooks, handled{name, hook})
	return r
}

// answer runs a hook and tells C what came of it. `changed` asks afterwards whether the data was changed.
func answer(reason *C.sortie_reason, hook func() error, changed func() (bool, error)) C.int32_t {
	err := calm(hook)
	replace := false
	if err == nil {
		replace, err = changed()
	}
	if err == nil && replace {
		return C.SORTIE_HOOK_REPLACE
	}
	if err == nil {
		return C.SORTIE_HOOK_KEEP
	}
	if words, free, unfit := text(err.Error()); unfit == nil {
		defer free()
		C.sortie_reason_set(reason, words, nil)
	}
	var refused refusal
	if errors.As(err, &refused) {
		return C.SORTIE_HOOK_REFUSE
	}
	return C.SORTIE_HOOK_FAIL
}

// calm turns a panic into an error.
func calm(hook func() error) (err error) {
	ended := false
	defer func() {
		if panicked := recover(); !ended {
			err = fmt.Errorf("the hook panicked: %v", panicked)
		}
	}()
	err = hook()
	ended = true
	return err
}
