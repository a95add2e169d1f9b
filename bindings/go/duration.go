package sortie

/*
#include "helper.h"
*/
import "C"

import "time"

// Never lifts a timeout.
const Never time.Duration = -1

const (
	timeoutTotal        = C.SORTIE_TIMEOUT_TOTAL
	timeoutConnect      = C.SORTIE_TIMEOUT_CONNECT
	timeoutFirstByte    = C.SORTIE_TIMEOUT_FIRST_BYTE
	timeoutBetweenBytes = C.SORTIE_TIMEOUT_BETWEEN_BYTES
	timeoutQueue        = C.SORTIE_TIMEOUT_QUEUE
)

// milliseconds is a time as C counts it: rounded up, so that a short one is not none.
func milliseconds(limit time.Duration) int64 {
	if limit < 0 {
		return C.SORTIE_NEVER
	}
	return int64((limit + time.Millisecond - 1) / time.Millisecond)
}
