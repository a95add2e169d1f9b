package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// What helper.c calls. The handle stands for the value that newHandle was given; nothing of Go's may unwind into C.

//export sortieGoDrop
func sortieGoDrop(handle C.uintptr_t) {
	held := cgo.Handle(handle)
	if body, ok := held.Value().(*reader); ok {
		body.close()
	}
	held.Delete()
	handles.Add(-1)
}

//export sortieGoRead
func sortieGoRead(handle C.uintptr_t, buffer *C.uint8_t, size C.size_t) C.int64_t {
	body := cgo.Handle(handle).Value().(*reader)
	return C.int64_t(body.read(unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(size))))
}

//export sortieGoLog
func sortieGoLog(handle C.uintptr_t, line *C.char, size C.size_t) {
	cgo.Handle(handle).Value().(*logger).write(C.GoBytes(unsafe.Pointer(line), C.int(size)))
}

//export sortieGoArgs
func sortieGoArgs(handle C.uintptr_t, lent *C.sortie_request, reason *C.sortie_reason) C.int32_t {
	request := &Request{lent: lent}
	defer func() {
		request.lent = nil
		// A body that the library was not told of, since the hook failed.
		request.end()
	}()
	hook := func() error { return cgo.Handle(handle).Value().(ArgsHook)(request) }
	return answer(reason, hook, func() (bool, error) {
		// Asking about it may have applied changes already: a copy that is put back unchanged does no harm.
		return true, request.flush()
	})
}

//export sortieGoPreRequest
func sortieGoPreRequest(handle C.uintptr_t, lent *C.sortie_prepared, reason *C.sortie_reason) C.int32_t {
	prepared := &Prepared{handle: lent}
	defer func() { prepared.handle = nil }()
	hook := func() error { return cgo.Handle(handle).Value().(PreRequestHook)(prepared) }
	return answer(reason, hook, func() (bool, error) { return prepared.changed, nil })
}

//export sortieGoPostRequest
func sortieGoPostRequest(handle C.uintptr_t, lent *C.sortie_prepared, response *C.sortie_response, err *C.sortie_error, reason *C.sortie_reason) C.int32_t {
	prepared := &Prepared{handle: lent}
	var came *Response
	var failed *Error
	if response != nil {
		came = newResponse(C.sortie_go_look(response), nil)
		defer came.giveBack()
	}
	if err != nil {
		failed = lentError(err)
		if failed.Response != nil {
			defer failed.Response.giveBack()
		}
	}
	defer func() { prepared.handle = nil }()
	hook := func() error { return cgo.Handle(handle).Value().(PostRequestHook)(prepared, came, failed) }
	return answer(reason, hook, func() (bool, error) { return prepared.changed, nil })
}

//export sortieGoResponse
func sortieGoResponse(handle C.uintptr_t, lent *C.sortie_response, reason *C.sortie_reason) C.int32_t {
	response := newResponse(C.sortie_go_look(lent), nil)
	defer response.giveBack()
	hook := func() error { return cgo.Handle(handle).Value().(ResponseHook)(response) }
	return answer(reason, hook, func() (bool, error) { return response.changed, nil })
}
