package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"runtime/cgo"
	"sync/atomic"
)

// handled is a setting that calls Go back: what C is told with it is a number that stands for a Go value, no pointer.
type handled struct {
	name  byte
	value any
}

// newHandle is a number for C that stands for a value, until C lets it go by sortieGoDrop.
func newHandle(value any) int64 {
	handles.Add(1)
	return int64(cgo.NewHandle(value))
}

// handleSettings packs them. C lets all of them go, once they are in its hands.
func handleSettings(all []handled) []byte {
	var own packed
	for _, one := range all {
		own.setting(one.name).number(newHandle(one.value))
		if one.name == C.GO_SET_LOG {
			own.number(int64(one.value.(*logger).style))
		}
	}
	return own.data
}

// handles is how many C has, for tests.
var handles atomic.Int64
