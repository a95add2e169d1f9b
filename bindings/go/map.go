package sortie

/*
#include "helper.h"
*/
import "C"

import (
	"context"
	"unsafe"
)

// Result is what a request came to: one of the two is nil.
type Result struct {
	Response *Response
	Err      error
}

// share is how many small responses of a map are freed together, when none of them is needed any more.
const share = 64

// slab is how much memory small contents share.
const slab = 16 << 10

// Map sends requests, as many at once as the session has connections for, and waits for all of them.
//
// The results stand in the order of the requests. It takes a handful of calls into C, however many requests there are,
// and one thread. The end of the context ends those that have no response yet.
func (s *Session) Map(ctx context.Context, requests []*Request) []Result {
	results := make([]Result, len(requests))
	if len(requests) == 0 {
		return results
	}
	defer func() {
		for _, request := range requests {
			request.end()
		}
	}()
	watch, err := s.begin(ctx)
	if err != nil {
		return failed(results, err)
	}
	defer s.finish(watch)

	// A request that cannot be packed fails alone.
	settings := packed{data: make([]byte, 0, 128*len(requests))}
	sent := make([]int, 0, len(requests))
	for i, request := range requests {
		if err := request.pack(&settings); err != nil {
			results[i].Err = err
			continue
		}
		sent = append(sent, i)
	}
	if len(sent) == 0 {
		return results
	}
	ended := make([]C.sortie_go_result, len(sent))
	at, size := settings.pointer()
	if err := C.sortie_go_map(s.handle, at, size, C.size_t(len(sent)), watch.cancel, &ended[0]); err != nil {
		failure := newError(err)
		for _, i := range sent {
			results[i].Err = failure
		}
		return results
	}
	take(ctx, requests, results, sent, ended)
	return results
}

// take makes responses of Go's of what C gave. Many of them share an allocation.
func take(ctx context.Context, requests []*Request, results []Result, sent []int, ended []C.sortie_go_result) {
	for len(sent) > 0 {
		count := min(share, len(sent))
		responses := make([]Response, count)
		handles := make([]*C.sortie_response, 0, count)
		owner := &owner{}
		var room []byte
		for n, from := range ended[:count] {
			i := sent[n]
			if from.error != nil {
				results[i].Err = requests[i].explain(newError(from.error).because(ctx))
				continue
			}
			if from.size > slab/4 {
				// Neither it nor those that share are kept by the others.
				results[i].Response = newResponse(from, newOwner(from.response))
				continue
			}
			response := &responses[n]
			response.Status, response.handle, response.owner = int(from.status), from.response, owner
			response.Body, room = copiedInto(room, from.content, int(from.size))
			results[i].Response = response
			handles = append(handles, from.response)
		}
		if len(handles) > 0 {
			owner.keep(handles)
		}
		sent, ended = sent[count:], ended[count:]
	}
}

// copiedInto is content of C's in memory of Go's, which small ones share.
func copiedInto(room []byte, data *C.uint8_t, size int) (content, left []byte) {
	if size == 0 {
		return nil, room
	}
	if size > len(room) {
		room = make([]byte, slab)
	}
	copy(room, unsafe.Slice((*byte)(unsafe.Pointer(data)), size))
	return room[:size:size], room[size:]
}

func failed(results []Result, err error) []Result {
	for i := range results {
		results[i].Err = err
	}
	return results
}
