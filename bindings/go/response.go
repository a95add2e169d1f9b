package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"encoding/json"
	"math"
	"net/http"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// Response is what came back from a call. Any goroutine may read it, several at once.
//
// Status and Body are Go's own. The rest is asked of the C library when it is wanted, and let go by the garbage
// collector.
type Response struct {
	// Status is the status code.
	Status int
	// Body is the content, decoded of its content codings.
	Body []byte

	handle *C.sortie_response
	// What keeps the handle; nil where a hook is lent it.
	owner any
	// Whether a hook changed it, and the history that the hook was lent with it.
	changed bool
	lent    []*Response

	once   sync.Once
	header http.Header
}

// owner frees responses of C's when no Response is left that needs one of them.
type owner struct{ handles []*C.sortie_response }

func newOwner(handles ...*C.sortie_response) *owner {
	o := &owner{}
	o.keep(handles)
	return o
}

// keep takes over what C gave; at least one.
func (o *owner) keep(handles []*C.sortie_response) {
	o.handles = handles
	runtime.SetFinalizer(o, func(o *owner) {
		C.sortie_go_free_responses(&o.handles[0], C.size_t(len(o.handles)))
	})
}

func newResponse(from C.sortie_go_result, owner any) *Response {
	return &Response{
		Status: int(from.status),
		Body:   copied(from.content, from.size),
		handle: from.response,
		owner:  owner,
	}
}

// giveBack ends what a hook was lent.
func (r *Response) giveBack() {
	r.handle = nil
	for _, earlier := range r.lent {
		earlier.giveBack()
	}
}

// OK is whether the status is below 400.
func (r *Response) OK() bool { return r.Status < 400 }

// Reason is the reason phrase.
func (r *Response) Reason() string {
	return r.text(func() *C.char { return C.sortie_response_reason(r.handle) })
}

// Version is the protocol's, such as "HTTP/1.1".
func (r *Response) Version() string {
	return r.text(func() *C.char { return C.sortie_response_version(r.handle) })
}

// URL is where the response came from, after redirects.
func (r *Response) URL() string {
	return r.text(func() *C.char { return C.sortie_response_url(r.handle) })
}

// Peer is the address that answered; empty where it is not known.
func (r *Response) Peer() string {
	return r.text(func() *C.char { return C.sortie_response_peer(r.handle) })
}

// Encoding is the characters' encoding that Text reads by.
func (r *Response) Encoding() string {
	return r.text(func() *C.char { return C.sortie_response_encoding(r.handle) })
}

// Header is the header fields, their names in canonical form.
func (r *Response) Header() http.Header {
	r.once.Do(func() {
		defer runtime.KeepAlive(r)
		r.header = fields(C.sortie_response_header_count(r.handle), func(i C.size_t) (*C.char, *C.char) {
			return C.sortie_response_header_name(r.handle, i), C.sortie_response_header_value(r.handle, i)
		})
	})
	return r.header
}

// Trailer is the fields that came after the content.
func (r *Response) Trailer() http.Header {
	defer runtime.KeepAlive(r)
	return fields(C.sortie_response_trailer_count(r.handle), func(i C.size_t) (*C.char, *C.char) {
		return C.sortie_response_trailer_name(r.handle, i), C.sortie_response_trailer_value(r.handle, i)
	})
}

// Text is the content as text, in UTF-8.
func (r *Response) Text() string {
	defer runtime.KeepAlive(r)
	text := C.sortie_response_text(r.handle)
	return string(copied(text.data, text.size))
}

// JSON reads the content into what v points to, as encoding/json does.
func (r *Response) JSON(v any) error { return json.Unmarshal(r.Body, v) }

// Cookies are those that the response set.
func (r *Response) Cookies() []*http.Cookie {
	defer runtime.KeepAlive(r)
	var list *C.sortie_cookies
	if C.sortie_response_cookies(r.handle, &list, nil) != C.SORTIE_OK {
		return nil
	}
	return cookies(list)
}

// History are the redirects that led here, and other responses on the way, the first one first.
func (r *Response) History() []*Response {
	defer runtime.KeepAlive(r)
	var history []*Response
	for i := C.size_t(0); i < C.sortie_response_history_count(r.handle); i++ {
		earlier := C.sortie_response_history(r.handle, i)
		history = append(history, newResponse(C.sortie_go_look(earlier), r.owner))
	}
	if r.owner == nil {
		r.lent = append(r.lent, history...)
	}
	return history
}

// Link is the target of the first link of the Link fields with that relation, such as "next"; empty without one.
func (r *Response) Link(relation string) string {
	at, free, err := text(relation)
	if err != nil {
		return ""
	}
	defer free()
	return r.text(func() *C.char { return C.sortie_response_link(r.handle, at) })
}

// Warnings are what hooks and the library found wrong on the way.
func (r *Response) Warnings() []string {
	defer runtime.KeepAlive(r)
	var all []string
	for i := C.size_t(0); i < C.sortie_response_warning_count(r.handle); i++ {
		all = append(all, C.GoString(C.sortie_response_warning(r.handle, i)))
	}
	return all
}

// RequestMethod is the method of what was sent last.
func (r *Response) RequestMethod() string {
	return r.text(func() *C.char { return C.sortie_response_request_method(r.handle) })
}

// RequestHeader is the header fields of what was sent last.
func (r *Response) RequestHeader() http.Header {
	defer runtime.KeepAlive(r)
	return fields(C.sortie_response_request_header_count(r.handle), func(i C.size_t) (*C.char, *C.char) {
		return C.sortie_response_request_header_name(r.handle, i), C.sortie_response_request_header_value(r.handle, i)
	})
}

// RaiseForStatus is an error for a status of 400 or above, and nil else.
func (r *Response) RaiseForStatus() error {
	defer runtime.KeepAlive(r)
	var err *C.sortie_error
	C.sortie_response_raise_for_status(r.handle, &err)
	return fault(err)
}

// Elapsed is the time from sending to the response's head.
func (r *Response) Elapsed() time.Duration {
	defer runtime.KeepAlive(r)
	return time.Duration(C.sortie_response_elapsed_ns(r.handle))
}

// Timings are how long the parts of a call took; those that were not needed took nothing.
type Timings struct {
	Queue, Resolve, Connect, TLS, Send, FirstByte, Content, Elapsed, Total time.Duration
}

// Timings are how long the parts of the call took.
func (r *Response) Timings() Timings {
	defer runtime.KeepAlive(r)
	var t C.sortie_timings
	C.sortie_response_timings(r.handle, &t, nil)
	return Timings{
		Queue:     time.Duration(t.queue_ns),
		Resolve:   time.Duration(t.resolve_ns),
		Connect:   time.Duration(t.connect_ns),
		TLS:       time.Duration(t.tls_ns),
		Send:      time.Duration(t.send_ns),
		FirstByte: time.Duration(t.first_byte_ns),
		Content:   time.Duration(t.content_ns),
		Elapsed:   time.Duration(t.elapsed_ns),
		Total:     time.Duration(t.total_ns),
	}
}

// SetStatus changes the status. Only a hook may, which is lent the response.
func (r *Response) SetStatus(status int) error {
	var err *C.sortie_error
	C.sortie_response_set_status(r.handle, C.int32_t(min(max(status, -1), math.MaxInt32)), &err)
	if err == nil {
		r.Status, r.changed = status, true
	}
	runtime.KeepAlive(r)
	return fault(err)
}

// SetHeader sets a header field. Only a hook may, which is lent the response.
func (r *Response) SetHeader(name, value string) error {
	nameAt, free, unfit := text(name)
	if unfit != nil {
		return unfit
	}
	defer free()
	valueAt, free, unfit := text(value)
	if unfit != nil {
		return unfit
	}
	defer free()
	var err *C.sortie_error
	C.sortie_response_set_header(r.handle, nameAt, valueAt, &err)
	if err == nil {
		r.changed, r.once = true, sync.Once{}
	}
	runtime.KeepAlive(r)
	return fault(err)
}

// SetBody changes the content. Only a hook may, which is lent the response.
func (r *Response) SetBody(data []byte) error {
	var err *C.sortie_error
	C.sortie_response_set_content(r.handle, (*C.uint8_t)(unsafe.SliceData(data)), C.size_t(len(data)), &err)
	if err == nil {
		r.Body, r.changed = data, true
	}
	runtime.KeepAlive(r)
	return fault(err)
}

func (r *Response) text(question func() *C.char) string {
	defer runtime.KeepAlive(r)
	return C.GoString(question())
}
