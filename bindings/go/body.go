package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"sort"
	"sync"
)

// SetBody sends bytes. They are copied.
func (r *Request) SetBody(data []byte) *Request {
	r.newBody().setting(C.GO_SET_BODY).bytes(data)
	return r
}

// SetText sends text, as text/plain in UTF-8.
func (r *Request) SetText(text string) *Request {
	r.newBody().setting(C.GO_SET_TEXT).text(text)
	return r
}

// SetJSON sends a value as JSON, as encoding/json writes it.
func (r *Request) SetJSON(value any) *Request {
	text, err := json.Marshal(value)
	if err != nil && r.changes.fault == nil {
		r.changes.fault = &Error{
			Status: ErrInvalidBody, Kind: "invalid body", Message: "the value cannot be written as JSON", sources: []error{err},
		}
	}
	r.newBody().setting(C.GO_SET_JSON).text(string(text))
	return r
}

// SetForm sends pairs as a form does, in the order of their names.
func (r *Request) SetForm(pairs url.Values) *Request {
	names := make([]string, 0, len(pairs))
	for name := range pairs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		for _, value := range pairs[name] {
			r.AddForm(name, value)
		}
	}
	return r
}

// AddForm adds a pair to a form.
func (r *Request) AddForm(name, value string) *Request {
	r.setReader(nil)
	r.body.setting(C.GO_ADD_FORM).text(name).text(value)
	return r
}

// SetFile sends a file's content, which is read while it is sent.
func (r *Request) SetFile(path string) *Request {
	r.newBody().setting(C.GO_SET_FILE).text(path)
	return r
}

// AddPart adds a part to a body of multipart/form-data. The filename and the type may be empty.
func (r *Request) AddPart(name string, data []byte, filename, contentType string) *Request {
	r.setReader(nil)
	r.body.setting(C.GO_ADD_PART).text(name).bytes(data).optional(filename).optional(contentType)
	return r
}

// AddFilePart adds a file to a body of multipart/form-data. The type may be empty.
func (r *Request) AddFilePart(name, path, contentType string) *Request {
	r.setReader(nil)
	r.body.setting(C.GO_ADD_FILE_PART).text(name).text(path).optional(contentType)
	return r
}

// SetReader sends what a reader gives, once: such a request cannot be sent again. A negative size is one that is not
// known. A reader that is an [io.Closer] is closed when the call ends, or it has been read to its end.
//
// It is read on another goroutine's thread than the call's, one read at a time. C is below it: it must not call
// [runtime.Goexit], which ends the program.
func (r *Request) SetReader(from io.Reader, size int64) *Request {
	r.newBody()
	return r.setReader(&reader{from: from, size: size})
}

// SetExpectContinue is whether the server is asked for its consent before the body is sent.
func (r *Request) SetExpectContinue(asked bool) *Request {
	return r.yes(C.GO_SET_EXPECT_CONTINUE, asked)
}

// SetCompress sends the body in a coding, such as "gzip".
func (r *Request) SetCompress(coding string) *Request { return r.text1(C.GO_SET_COMPRESS, coding) }

// end says that the call has ended, however it did: its reader is read no more.
func (r *Request) end() {
	if r != nil && r.reader != nil {
		r.reader.close()
	}
}

// explain adds why a body could not be read.
func (r *Request) explain(err *Error) *Error {
	if r.reader == nil {
		return err
	}
	r.reader.lock.Lock()
	defer r.reader.lock.Unlock()
	if r.reader.fault != nil && r.reader.fault != io.EOF && err.Status == ErrBody {
		err.sources = append(err.sources, r.reader.fault)
	}
	return err
}

// newBody is where a body is packed that takes the place of what was there.
func (r *Request) newBody() *packed {
	r.setReader(nil)
	r.body = packed{}
	return &r.body
}

func (r *Request) setReader(from *reader) *Request {
	if r.reader != nil && r.reader != from {
		r.reader.close()
	}
	r.reader = from
	return r
}

// reader is a body of the caller's.
type reader struct {
	from io.Reader
	size int64

	// Guards what follows; it is not held while the body is read, so that closing ends a read that waits.
	lock   sync.Mutex
	fault  error
	taken  bool
	closed bool
}

var errBodyClosed = errors.New("the call that sent the body has ended")

// take is for the one call that may read it.
func (b *reader) take() error {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.taken {
		return &Error{Status: ErrBody, Kind: "body", Message: "the body is read from a reader, and was sent before"}
	}
	b.taken = true
	return nil
}

// read fills C's buffer: how much came, 0 at the end, -1 where it failed.
func (b *reader) read(buffer []byte) (count int64) {
	if len(buffer) == 0 {
		return 0
	}
	b.lock.Lock()
	fault := b.fault
	if fault == nil && b.closed {
		fault = errBodyClosed
	}
	b.lock.Unlock()
	var n int
	for tries := 0; fault == nil && n == 0; tries++ {
		if tries == 100 {
			fault = io.ErrNoProgress
			break
		}
		n, fault = b.readOnce(buffer)
	}
	if fault != nil {
		b.lock.Lock()
		b.fault = fault
		b.lock.Unlock()
	}
	if n > 0 {
		return int64(n)
	}
	b.close()
	if fault == io.EOF {
		return 0
	}
	return -1
}

// readOnce turns a panic of the reader's into an error.
func (b *reader) readOnce(buffer []byte) (n int, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			n, err = 0, fmt.Errorf("the body's reader panicked: %v", panicked)
		}
	}()
	n, err = b.from.Read(buffer)
	if n < 0 || n > len(buffer) {
		return 0, fmt.Errorf("the body's reader told of %d bytes in a buffer of %d", n, len(buffer))
	}
	return n, err
}

func (b *reader) close() {
	b.lock.Lock()
	first := !b.closed
	b.closed = true
	b.lock.Unlock()
	if closer, ok := b.from.(io.Closer); ok && first {
		defer func() { _ = recover() }()
		_ = closer.Close()
	}
}
