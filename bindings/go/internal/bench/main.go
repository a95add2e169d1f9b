// Bench sends requests as the programs of benches/peers do, and prints the line that they print.
//
//	bench URL COUNT CONCURRENCY [--round-trip | --net-http]
//
// Session.Map sends them; or, with --round-trip, sortie's RoundTripper below an http.Client and as many goroutines as the
// concurrency; or the same with net/http's own Transport. All keep status and content of every response until they have
// measured.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	sortie "example.invalid/sortie/bindings/go"
)

type kept struct {
	status  int
	content []byte
	err     error
}

// A sender sends count requests and keeps what came.
type sender func(url string, count, concurrency int) ([]kept, error)

var senders = map[string]sender{"--round-trip": byRoundTrip, "--net-http": byNetHTTP}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	send := byMap
	if len(arguments) == 4 {
		send = senders[arguments[3]]
	}
	if len(arguments) < 3 || len(arguments) > 4 || send == nil {
		return errors.New("usage: bench URL COUNT CONCURRENCY [--round-trip | --net-http]")
	}
	count, err := strconv.Atoi(arguments[1])
	if err != nil {
		return err
	}
	concurrency, err := strconv.Atoi(arguments[2])
	if err != nil || concurrency < 1 {
		return errors.New("the concurrency is a number from 1")
	}
	began, spent := time.Now(), cpu()
	all, err := send(arguments[0], count, min(concurrency, max(count, 1)))
	if err != nil {
		return err
	}
	return report(all, time.Since(began), cpu()-spent)
}

func byMap(url string, count, concurrency int) ([]kept, error) {
	session, err := sortie.New(sortie.TrustEnv(false), sortie.Connections(concurrency), sortie.PerOrigin(concurrency))
	if err != nil {
		return nil, err
	}
	defer session.Close()
	requests := make([]*sortie.Request, count)
	for i := range requests {
		requests[i] = sortie.NewRequest("GET", url)
	}
	all := make([]kept, count)
	for i, result := range session.Map(context.Background(), requests) {
		if result.Err != nil {
			all[i].err = result.Err
			continue
		}
		all[i] = kept{status: result.Response.Status, content: result.Response.Body}
	}
	return all, nil
}

func byRoundTrip(url string, count, concurrency int) ([]kept, error) {
	session, err := sortie.New(sortie.TrustEnv(false), sortie.Connections(concurrency), sortie.PerOrigin(concurrency))
	if err != nil {
		return nil, err
	}
	defer session.Close()
	return byClient(&http.Client{Transport: sortie.Transport(session)}, url, count, concurrency), nil
}

func byNetHTTP(url string, count, concurrency int) ([]kept, error) {
	transport := &http.Transport{
		MaxIdleConns:        concurrency,
		MaxIdleConnsPerHost: concurrency,
		MaxConnsPerHost:     concurrency,
		DisableCompression:  true,
	}
	return byClient(&http.Client{Transport: transport}, url, count, concurrency), nil
}

func byClient(client *http.Client, url string, count, concurrency int) []kept {
	all := make([]kept, count)
	var next atomic.Int64
	var workers sync.WaitGroup
	for i := 0; i < concurrency; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for {
				index := int(next.Add(1)) - 1
				if index >= count {
					return
				}
				all[index] = ask(client, url)
			}
		}()
	}
	workers.Wait()
	return all
}

func ask(client *http.Client, url string) kept {
	response, err := client.Get(url)
	if err != nil {
		return kept{err: err}
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return kept{status: response.StatusCode, content: content, err: err}
}

func report(all []kept, wall, cpu time.Duration) error {
	ok, bytes, told := 0, 0, 0
	for i, one := range all {
		bytes += len(one.content)
		if one.err == nil && one.status == http.StatusOK {
			ok++
		} else if told++; told <= 5 {
			fmt.Fprintln(os.Stderr, "request", i, one.status, one.err)
		}
	}
	each := "null"
	if len(all) > 0 {
		each = fmt.Sprintf("%.3f", float64(cpu.Nanoseconds())/1e3/float64(len(all)))
	}
	fmt.Printf(`{"requests":%d,"ok":%d,"bytes":%d,"wall_s":%.6f,"cpu_s":%.6f,`, len(all), ok, bytes, wall.Seconds(), cpu.Seconds())
	fmt.Printf(`"us_cpu_per_request":%s,"requests_per_s":%.3f,"peak_rss_kib":%d}`+"\n", each, float64(len(all))/max(wall.Seconds(), 1e-9), peak())
	if ok < len(all) {
		return fmt.Errorf("%d of %d were not answered with 200", len(all)-ok, len(all))
	}
	return nil
}

// cpu is what the process has spent until now.
func cpu() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// peak is the most memory that the process had, in KiB.
func peak() int {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, _ := strconv.Atoi(strings.Fields(value)[0])
			return kib
		}
	}
	return -1
}
