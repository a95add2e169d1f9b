package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"encoding/binary"
	"time"
)

// Retries say which requests are tried again, and when.
type Retries struct {
	// Count is how often a request is tried again at most.
	Count uint32
	// Statuses are those that are tried again, in place of the default's.
	Statuses []uint16
	// NoFailures leaves failures of the network as they are.
	NoFailures bool
	// AnyMethod also tries requests again that may have had an effect, such as POST.
	AnyMethod bool
	// Backoff is the pause before the first retry, which doubles with each, up to MaxBackoff. 0 is the default's.
	Backoff, MaxBackoff time.Duration
	// Jitter is by how much of itself a pause may differ, from 1 to 100; 0 is the default's.
	Jitter uint8
}

func (r Retries) pack(to *packed) {
	to.setting(C.GO_SET_RETRIES).number(int64(r.Count)).yes(!r.NoFailures).yes(r.AnyMethod)
	first, most, jitter := int64(-1), int64(-1), int64(-1)
	if r.Backoff > 0 || r.MaxBackoff > 0 {
		first = milliseconds(max(r.Backoff, 0))
		most = max(milliseconds(max(r.MaxBackoff, 0)), first)
	}
	if r.Jitter > 0 {
		jitter = int64(r.Jitter)
	}
	var statuses []byte
	for _, status := range r.Statuses {
		statuses = binary.NativeEndian.AppendUint16(statuses, status)
	}
	to.number(first).number(most).number(jitter).bytes(statuses)
}
