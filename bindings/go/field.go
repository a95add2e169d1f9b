package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"net/http"
	"unsafe"
)

// fields are header fields of C's as Go has them.
func fields(count C.size_t, at func(C.size_t) (name, value *C.char)) http.Header {
	header := make(http.Header, count)
	for i := C.size_t(0); i < count; i++ {
		name, value := at(i)
		header.Add(C.GoString(name), C.GoString(value))
	}
	return header
}

// copied is bytes of C's in memory of Go's.
func copied(data *C.uint8_t, size C.size_t) []byte {
	if size == 0 {
		return nil
	}
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size))...)
}
