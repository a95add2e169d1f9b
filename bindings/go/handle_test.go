package sortie

import (
	"fmt"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"
)

// All tests together leave C no handle of Go's: each hook, log and reader was let go by its drop.
func TestMain(m *testing.M) {
	// What Go itself keeps open for as long as it runs.
	httptest.NewServer(nil).Close()
	code := m.Run()
	for tries := 0; handles.Load() != 0; tries++ {
		if tries == 1000 {
			fmt.Println("FAIL: handles that C has not let go:", handles.Load())
			os.Exit(1)
		}
		runtime.GC()
	}
	os.Exit(code)
}
