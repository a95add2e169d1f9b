package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"time"
)

// Request is a request that was not sent yet. Its methods change it and return it; faults in them are told when it is
// sent. One goroutine at a time may change it.
type Request struct {
	method, url string
	changes     packed
	body        packed
	reader      *reader
	hooks       []handled
	// What a hook is lent; nil else.
	lent *C.sortie_request
}

// NewRequest is a request of any method. The URL is absolute, or relative where the session has a base.
func NewRequest(method, url string) *Request {
	return &Request{method: method, url: url}
}

// SetMethod changes the method.
func (r *Request) SetMethod(method string) *Request {
	if r.lent != nil {
		return r.text1(C.GO_METHOD, method)
	}
	r.method = method
	return r
}

// SetURL changes the URL.
func (r *Request) SetURL(url string) *Request {
	if r.lent != nil {
		return r.text1(C.GO_URL, url)
	}
	r.url = url
	return r
}

// SetHeader sets a header field, in place of a default or of those of that name.
func (r *Request) SetHeader(name, value string) *Request {
	return r.text2(C.GO_SET_HEADER, name, value)
}

// AddHeader adds a header field to those of that name.
func (r *Request) AddHeader(name, value string) *Request {
	return r.text2(C.GO_APPEND_HEADER, name, value)
}

// SetSensitiveHeader is SetHeader, and the value is not shown in logs and errors, nor sent to another origin.
func (r *Request) SetSensitiveHeader(name, value string) *Request {
	return r.text2(C.GO_SET_SENSITIVE_HEADER, name, value)
}

// UnsetHeader takes a header field away, also a default one.
func (r *Request) UnsetHeader(name string) *Request { return r.text1(C.GO_UNSET_HEADER, name) }

// AddParam adds a parameter to the URL's query.
func (r *Request) AddParam(name, value string) *Request { return r.text2(C.GO_ADD_PARAM, name, value) }

// AddCookie sends a cookie with this request alone.
func (r *Request) AddCookie(name, value string) *Request {
	return r.text2(C.GO_ADD_COOKIE, name, value)
}

// SetBasicAuth sends a user and a password.
func (r *Request) SetBasicAuth(user, password string) *Request {
	return r.text2(C.GO_SET_BASIC_AUTH, user, password)
}

// SetDigestAuth proves that a password is known, where the server asks for it.
func (r *Request) SetDigestAuth(user, password string) *Request {
	return r.text2(C.GO_SET_DIGEST_AUTH, user, password)
}

// SetBearer sends a token.
func (r *Request) SetBearer(token string) *Request { return r.text1(C.GO_SET_BEARER_AUTH, token) }

// UnsetAuth sends no credentials, though the session has some.
func (r *Request) UnsetAuth() *Request {
	r.changes.setting(C.GO_UNSET_AUTH)
	return r
}

// SetTimeout bounds the whole call; Never lifts the session's. A context's deadline does the same, and either ends it.
func (r *Request) SetTimeout(limit time.Duration) *Request { return r.timeout(timeoutTotal, limit) }

// SetConnectTimeout bounds the making of a connection.
func (r *Request) SetConnectTimeout(limit time.Duration) *Request {
	return r.timeout(timeoutConnect, limit)
}

// SetFirstByteTimeout bounds the wait for the response to begin.
func (r *Request) SetFirstByteTimeout(limit time.Duration) *Request {
	return r.timeout(timeoutFirstByte, limit)
}

// SetBetweenBytesTimeout bounds a pause of the peer's.
func (r *Request) SetBetweenBytesTimeout(limit time.Duration) *Request {
	return r.timeout(timeoutBetweenBytes, limit)
}

// SetQueueTimeout bounds the wait for a connection.
func (r *Request) SetQueueTimeout(limit time.Duration) *Request {
	return r.timeout(timeoutQueue, limit)
}

// SetRedirects is whether they are followed.
func (r *Request) SetRedirects(follow bool) *Request { return r.yes(C.GO_SET_REDIRECTS, follow) }

// SetMaxRedirects is how many are followed in a row.
func (r *Request) SetMaxRedirects(most uint32) *Request {
	return r.number(C.GO_SET_MAX_REDIRECTS, int64(most))
}

// SetRetries says whether and when it is tried again.
func (r *Request) SetRetries(retries Retries) *Request {
	retries.pack(&r.changes)
	return r
}

// SetMaxContent bounds the response's content, in bytes.
func (r *Request) SetMaxContent(bytes uint64) *Request {
	return r.number(C.GO_SET_MAX_CONTENT, int64(bytes))
}

// SetResend is whether it is sent again when a connection that was kept turns out to be closed.
func (r *Request) SetResend(resend bool) *Request { return r.yes(C.GO_SET_RESEND, resend) }

// SetRange asks for the bytes from first to last, both included; a negative last for all from first on.
func (r *Request) SetRange(first uint64, last int64) *Request {
	r.changes.setting(C.GO_SET_RANGE).number(int64(first)).number(last)
	return r
}

// SetProxy is the way that it takes; the empty URL goes straight.
func (r *Request) SetProxy(url string) *Request {
	r.changes.setting(C.GO_SET_PROXY).optional(url)
	return r
}

// SetUnixSocket is where it goes, whatever host its URL names.
func (r *Request) SetUnixSocket(path string) *Request { return r.text1(C.GO_SET_UNIX_SOCKET, path) }

// SetTLS is how its connection is secured.
func (r *Request) SetTLS(config TLSConfig) *Request {
	config.pack(&r.changes, C.GO_SET_TLS)
	return r
}

// Method is the method, as it is now.
func (r *Request) Method() string {
	if r.lent == nil {
		return r.method
	}
	return r.ask(func(request *C.sortie_request) *C.char { return C.sortie_request_method(request) })
}

// URL is the URL, as it is now.
func (r *Request) URL() string {
	if r.lent == nil {
		return r.url
	}
	return r.ask(func(request *C.sortie_request) *C.char { return C.sortie_request_url(request) })
}

// Header is the first header field of that name that was set, or empty.
func (r *Request) Header(name string) string {
	at, free, err := text(name)
	if err != nil {
		return ""
	}
	defer free()
	return r.ask(func(request *C.sortie_request) *C.char { return C.sortie_request_header(request, at) })
}

// ask has C answer a question about the request as it is now.
func (r *Request) ask(question func(*C.sortie_request) *C.char) string {
	if r.lent != nil {
		// A fault is told when the hook has returned.
		if err := r.flush(); err != nil {
			r.changes.fault = err
		}
		return C.GoString(question(r.lent))
	}
	var plain packed
	if (&Request{method: r.method, url: r.url, changes: r.changes}).pack(&plain) != nil {
		return ""
	}
	var request *C.sortie_request
	at, size := plain.pointer()
	if err := C.sortie_go_request(at, size, &request); err != nil {
		C.sortie_error_free(err)
		return ""
	}
	defer C.sortie_request_free(request)
	return C.GoString(question(request))
}

// flush applies changes to what a hook is lent.
func (r *Request) flush() error {
	if err := r.fault(); err != nil {
		return err
	}
	var all packed
	all.data = append(append(r.handles(), r.changes.data...), r.body.data...)
	r.changes, r.body, r.hooks, r.reader = packed{}, packed{}, nil, nil
	at, size := all.pointer()
	return fault(C.sortie_go_apply(r.lent, at, size))
}

// pack writes the request behind others, as helper.c reads it. Handles in it are C's to let go from then on.
func (r *Request) pack(to *packed) error {
	if r == nil {
		return &Error{Status: ErrNull, Kind: "null", Message: "the request is nil"}
	}
	if err := r.fault(); err != nil {
		return err
	}
	var named packed
	if named.text(r.method).text(r.url); named.fault != nil {
		return named.fault
	}
	if r.reader != nil {
		if err := r.reader.take(); err != nil {
			return err
		}
	}
	handles := r.handles()
	to.setting(C.GO_NEW).number(int64(len(named.data) + len(handles) + len(r.changes.data) + len(r.body.data)))
	for _, part := range [][]byte{named.data, handles, r.changes.data, r.body.data} {
		to.data = append(to.data, part...)
	}
	return nil
}

// fault is the first thing in it that cannot be sent.
func (r *Request) fault() error {
	if r.changes.fault != nil {
		return r.changes.fault
	}
	return r.body.fault
}

// handles are its settings that call Go back.
func (r *Request) handles() []byte {
	own := handleSettings(r.hooks)
	if r.reader != nil {
		reader := packed{data: own}
		reader.setting(C.GO_SET_READER).number(newHandle(r.reader)).number(r.reader.size)
		own = reader.data
	}
	return own
}

func (r *Request) text1(name byte, one string) *Request {
	r.changes.setting(name).text(one)
	return r
}

func (r *Request) text2(name byte, one, two string) *Request {
	r.changes.setting(name).text(one).text(two)
	return r
}

func (r *Request) number(name byte, value int64) *Request {
	r.changes.setting(name).number(value)
	return r
}

func (r *Request) yes(name byte, is bool) *Request {
	r.changes.setting(name).yes(is)
	return r
}

func (r *Request) timeout(which int64, limit time.Duration) *Request {
	r.changes.setting(C.GO_SET_TIMEOUT).number(which).number(milliseconds(limit))
	return r
}
