package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"io"
	"sync"
)

// Log writes a line for each step of a call: connections, requests, responses, redirects.
//
// Each line is one Write, one at a time. What the writer says to it is not heard. A writer must not use the session: what
// that has to say would wait for the line that is being written. Nor may it call [runtime.Goexit], which ends the program.
func Log(to io.Writer) Option { return logged(to, C.SORTIE_LOG_LINES) }

// LogDetailed is Log with all header fields, but for secrets.
func LogDetailed(to io.Writer) Option { return logged(to, C.SORTIE_LOG_DETAILED) }

func logged(to io.Writer, style int) Option {
	log := &logger{to: to, style: style}
	return func(to *settings) { to.handled = append(to.handled, handled{C.GO_SET_LOG, log}) }
}

type logger struct {
	lock  sync.Mutex
	to    io.Writer
	style int
}

func (l *logger) write(line []byte) {
	l.lock.Lock()
	defer l.lock.Unlock()
	defer func() { _ = recover() }()
	_, _ = l.to.Write(append(line, '\n'))
}
