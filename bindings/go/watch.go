package sortie

/*
#include "helper.h"
*/
import "C"

import "context"

// watch fires a cancel of C's when a context ends.
type watch struct {
	cancel *C.sortie_cancel
	stop   func() bool
	fired  chan struct{}
}

// watchContext begins to watch. A context that cannot end costs nothing.
func watchContext(ctx context.Context) (*watch, error) {
	if ctx.Done() == nil {
		return &watch{}, nil
	}
	var cancel *C.sortie_cancel
	var err *C.sortie_error
	C.sortie_cancel_new(&cancel, &err)
	if err != nil {
		return nil, newError(err)
	}
	w := &watch{cancel: cancel, fired: make(chan struct{})}
	w.stop = context.AfterFunc(ctx, func() {
		C.sortie_cancel_fire(cancel, nil)
		close(w.fired)
	})
	return w, nil
}

// end ends the watching. It waits for a cancel that is being fired, so that none is fired that is free.
func (w *watch) end() {
	if w.cancel == nil {
		return
	}
	if !w.stop() {
		<-w.fired
	}
	C.sortie_cancel_free(w.cancel)
	w.cancel = nil
}
