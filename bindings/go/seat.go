package sortie

import "context"

// mostWaiting is how many calls into C may wait at once. Each keeps a thread, and Go ends a program that has 10,000.
const mostWaiting = 4096

var seats = make(chan struct{}, mostWaiting)

// sit waits until a call may wait in C, or its context ends.
func sit(ctx context.Context) error {
	select {
	case seats <- struct{}{}:
		return nil
	default:
	}
	select {
	case seats <- struct{}{}:
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}

// rise makes room for another.
func rise() { <-seats }
