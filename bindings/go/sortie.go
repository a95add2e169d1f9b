// Package sortie is an HTTP client over libsortie: sessions with cookies and pooled connections, hooks, retries, and
// batches of requests that cost a fraction of what as many goroutines do.
//
//	session, err := sortie.New(sortie.BaseURL("https://api.example.com"), sortie.Bearer("token"))
//	response, err := session.Get(ctx, "/users")
//	fmt.Println(response.Status, response.Text())
//
// [Session.Map] sends many requests at once, in a handful of calls into C. [Transport] puts a session below an
// [net/http.Client]. Contexts end calls at once, also in the middle of a body. The guide is docs/go.md.
//
// The package is linked with libsortie by pkg-config: it needs cgo, and sortie.pc where PKG_CONFIG_PATH leads.
//
// A call that waits keeps a thread of the system, as any call into C does: many thousands of requests at once are what
// Map is for.
package sortie

/*
#cgo pkg-config: sortie
#cgo CFLAGS: -std=c99
#include "helper.h"
*/
import "C"

import (
	"fmt"
	"strings"
	"sync"
)

// Version is the version of the library that was found when the program started, such as "0.1.0".
func Version() string {
	return C.GoString(C.sortie_version())
}

// Features are the abilities that the library was built with beside HTTP/1.1, gzip and deflate, such as "tls".
func Features() []string {
	return strings.Fields(C.GoString(C.sortie_features()))
}

// checkVersion says in words that the library that was found lacks functions of the header that this was built with.
var checkVersion = sync.OnceValue(func() error {
	return versionFault(uint32(C.sortie_version_number()), Version())
})

func versionFault(found uint32, name string) error {
	if found >= C.SORTIE_VERSION {
		return nil
	}
	return &Error{
		Status: ErrUnsupported,
		Kind:   "library too old",
		Message: fmt.Sprintf("libsortie %s was found, which is older than the %d.%d.%d that this program was built with",
			name, C.SORTIE_VERSION_MAJOR, C.SORTIE_VERSION_MINOR, C.SORTIE_VERSION_PATCH),
	}
}
