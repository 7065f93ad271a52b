package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"knative.dev/serving/pkg/activator"
)

const (
	userAddress      = "127.0.0.1:8080"
	sidecarAddress   = "127.0.0.1:8012"
	activatorAddress = "127.0.0.1:8008"
	slow             = 200 * time.Millisecond
)

// A stage keeps this many slow requests in flight for a time: each is followed by the next.
type stage struct {
	length          time.Duration
	direct, proxied int
}

var (
	warmUp = stage{4 * time.Second, 6, 4}
	// 10 requests in flight, then 30, then 10: with a target of 12 one pod, then three, and one again once the panic is over.
	stages = []stage{{8 * time.Second, 6, 4}, {8 * time.Second, 18, 12}, {14 * time.Second, 6, 4}}
)

// serveUserProgram answers every request after a fixed time.
func serveUserProgram() error {
	listener, err := net.Listen("tcp", userAddress)
	if err != nil {
		return err
	}
	go http.Serve(listener, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		time.Sleep(slow)
		io.WriteString(response, "done\n")
	}))
	return nil
}

type served struct {
	begin, end time.Time
	proxied    bool
}

// load sends requests and keeps when each began and ended. Its methods are for one goroutine.
type load struct {
	client *http.Client
	mutex  sync.Mutex
	served []served
	failed error
}

func newLoad() *load {
	return &load{client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true},
		Timeout:   20 * time.Second,
	}}
}

// run blocks for the stage's length, and until its last requests are answered.
func (l *load) run(s stage) {
	until := time.Now().Add(s.length)
	var workers sync.WaitGroup
	for i := range s.direct + s.proxied {
		workers.Go(func() {
			for time.Now().Before(until) {
				l.send(i >= s.direct)
			}
		})
	}
	workers.Wait()
}

func (l *load) send(proxied bool) {
	address := sidecarAddress
	if proxied {
		address = activatorAddress
	}
	request, err := http.NewRequest(http.MethodGet, "http://"+address+"/", nil)
	if err == nil {
		request.Host = "app.judged.test"
		request.Header.Set(activator.RevisionHeaderNamespace, namespace)
		request.Header.Set(activator.RevisionHeaderName, revision)
	}
	begin := time.Now()
	if err == nil {
		err = l.exchange(request)
	}
	end := time.Now()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.served = append(l.served, served{begin, end, proxied})
	if err != nil {
		l.failed = errors.Join(l.failed, err)
		// A sidecar that refuses at once is not to be asked without a pause.
		time.Sleep(slow)
	}
}

func (l *load) exchange(request *http.Request) error {
	response, err := l.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", request.URL, response.Status)
	}
	return nil
}

// measured says what the load was between two moments, by its own clock; an error if any request failed.
func (l *load) measured(begin, end time.Time) (Measured, error) {
	var m Measured
	seconds := end.Sub(begin).Seconds()
	for _, s := range l.served {
		if s.end.Before(begin) || s.begin.After(end) {
			continue
		}
		share := minTime(s.end, end).Sub(maxTime(s.begin, begin)).Seconds() / seconds
		m.Concurrency += share
		arrived := 0.0
		if !s.begin.Before(begin) {
			arrived = 1 / seconds
		}
		m.Rate += arrived
		if s.proxied {
			m.ProxiedConcurrency += share
			m.ProxiedRate += arrived
		}
	}
	return m, l.failed
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
