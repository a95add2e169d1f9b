package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"net/http"
	"unsafe"
)

// Prepared is what will be sent, or was. It is lent to hooks: use it only until the hook returns.
type Prepared struct {
	handle  *C.sortie_prepared
	changed bool
}

// Method is the request's.
func (p *Prepared) Method() string { return C.GoString(C.sortie_prepared_method(p.handle)) }

// URL is where it goes.
func (p *Prepared) URL() string { return C.GoString(C.sortie_prepared_url(p.handle)) }

// Header is all header fields. Changing the map changes nothing else: see SetHeader.
func (p *Prepared) Header() http.Header {
	return fields(C.sortie_prepared_header_count(p.handle), func(i C.size_t) (*C.char, *C.char) {
		return C.sortie_prepared_header_name(p.handle, i), C.sortie_prepared_header_value(p.handle, i)
	})
}

// Body is a copy of the body; nil where it is streamed.
func (p *Prepared) Body() []byte {
	body := C.sortie_prepared_body(p.handle)
	return copied(body.data, body.size)
}

// SetMethod changes the method.
func (p *Prepared) SetMethod(method string) error {
	return p.text1(method, func(method *C.char, err **C.sortie_error) {
		C.sortie_prepared_set_method(p.handle, method, err)
	})
}

// SetURL changes where it goes, and the Host field with it.
func (p *Prepared) SetURL(url string) error {
	return p.text1(url, func(url *C.char, err **C.sortie_error) { C.sortie_prepared_set_url(p.handle, url, err) })
}

// SetHeader sets a header field, in place of those of that name.
func (p *Prepared) SetHeader(name, value string) error {
	return p.text1(name, func(name *C.char, err **C.sortie_error) {
		value, free, unfit := text(value)
		if unfit == nil {
			defer free()
			C.sortie_prepared_set_header(p.handle, name, value, err)
		}
	}, value)
}

// AddHeader adds a header field to those of that name.
func (p *Prepared) AddHeader(name, value string) error {
	return p.text1(name, func(name *C.char, err **C.sortie_error) {
		value, free, unfit := text(value)
		if unfit == nil {
			defer free()
			C.sortie_prepared_append_header(p.handle, name, value, err)
		}
	}, value)
}

// RemoveHeader takes the header fields of that name away.
func (p *Prepared) RemoveHeader(name string) error {
	return p.text1(name, func(name *C.char, err **C.sortie_error) {
		C.sortie_prepared_remove_header(p.handle, name, err)
	})
}

// SetBody changes the body, and Content-Length with it; Content-Encoding goes. It is copied.
func (p *Prepared) SetBody(data []byte) error {
	var err *C.sortie_error
	C.sortie_prepared_set_body(p.handle, (*C.uint8_t)(unsafe.SliceData(data)), C.size_t(len(data)), &err)
	p.changed = p.changed || err == nil
	return fault(err)
}

// text1 changes something by a text; `others` are checked before.
func (p *Prepared) text1(one string, change func(*C.char, **C.sortie_error), others ...string) error {
	at, free, err := text(one)
	if err != nil {
		return err
	}
	defer free()
	var check packed
	for _, other := range others {
		if check.text(other); check.fault != nil {
			return check.fault
		}
	}
	var failed *C.sortie_error
	change(at, &failed)
	p.changed = p.changed || failed == nil
	return fault(failed)
}
