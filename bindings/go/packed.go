package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unsafe"
)

// packed is settings as helper.c reads them: so that a request is made, or a session set up, in one call into C.
type packed struct {
	data []byte
	// The first text that C cannot be told, since it has a NUL in it.
	fault error
}

func (p *packed) setting(name byte) *packed {
	p.data = append(p.data, name)
	return p
}

func (p *packed) number(value int64) *packed {
	p.data = binary.NativeEndian.AppendUint64(p.data, uint64(value))
	return p
}

func (p *packed) bytes(data []byte) *packed {
	p.number(int64(len(data)))
	p.data = append(p.data, data...)
	return p
}

func (p *packed) text(text string) *packed {
	if p.fault == nil && strings.IndexByte(text, 0) >= 0 {
		p.fault = &Error{Status: ErrArgument, Kind: "invalid argument", Message: fmt.Sprintf("a NUL in %q", text)}
	}
	p.number(int64(len(text)))
	p.data = append(append(p.data, text...), 0)
	return p
}

// optional is a text, or NULL for an empty one.
func (p *packed) optional(text string) *packed {
	if text == "" {
		return p.number(-1)
	}
	return p.text(text)
}

func (p *packed) yes(is bool) *packed {
	if is {
		return p.number(1)
	}
	return p.number(0)
}

// pointer is where the settings are, for a call into C; it is not NULL.
func (p *packed) pointer() (*C.uint8_t, C.size_t) {
	if len(p.data) == 0 {
		return &nothing, 0
	}
	return (*C.uint8_t)(unsafe.Pointer(&p.data[0])), C.size_t(len(p.data))
}

var nothing C.uint8_t
