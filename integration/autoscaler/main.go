// What Knative's autoscaler and activator, v0.42.2, make of a sidecar.
//
//	autoscaler observe FILE COMMAND...        starts a sidecar, loads it for 30 s, writes what was seen to a file
//	autoscaler compare [--markdown] GO BATON  compares two such files; exit code 1 if they differ
//
// Knative's own packages do the work: the scraper, the metric collector, the KPA scaler, the activator's throttler and its chain
// of handlers. Only the API server is a fake, which knows one ready pod.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

const (
	namespace = "judged"
	revision  = "judged-00001"
	pod       = "judged-00001-pod"
	podIP     = "127.0.0.1"
)

// Observation is one sidecar's run: what the load really was, what the autoscaler saw, and what it decided.
type Observation struct {
	Load        Measured
	Scraped     Measured
	Scrapes     int
	Failed      []string
	Concurrency []Decision
	Rate        []Decision
}

// Measured has averages over the 30 s: requests in flight, and requests a second; of all, and of those by way of the activator.
type Measured struct {
	Concurrency, ProxiedConcurrency, Rate, ProxiedRate float64
}

// Decision is what the scaler wants at one of its ticks.
type Decision struct {
	Pods int32
	// Activator is whether the requests shall take the way through the activator.
	Activator bool
}

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) >= 3 && arguments[0] == "observe":
		check(observe(arguments[1], arguments[2:]))
	case len(arguments) == 3 && arguments[0] == "compare":
		compareFiles(false, arguments[1], arguments[2])
	case len(arguments) == 4 && arguments[0] == "compare" && arguments[1] == "--markdown":
		compareFiles(true, arguments[2], arguments[3])
	default:
		fmt.Fprintln(os.Stderr, "usage: autoscaler observe FILE COMMAND... | autoscaler compare [--markdown] FILE FILE")
		os.Exit(2)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "autoscaler:", err)
		os.Exit(2)
	}
}

func observe(file string, command []string) (err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := serveUserProgram(); err != nil {
		return err
	}
	sidecar, err := startSidecar(command)
	if err != nil {
		return err
	}
	defer sidecar.stop()
	cluster, err := newCluster(ctx)
	if err != nil {
		return err
	}
	judge := newJudge(ctx, cluster)
	if err := serveActivator(ctx, cluster, judge.record); err != nil {
		return err
	}
	if err := judge.collect(); err != nil {
		return err
	}
	load := newLoad()
	load.run(warmUp)

	// Both runs begin at the same place within a second: the collector's buckets are cut by the clock.
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(1500 * time.Millisecond)))
	if err := judge.start(); err != nil {
		return err
	}
	begin := time.Now()
	for _, stage := range stages {
		load.run(stage)
	}
	end := time.Now()
	seen := judge.stop(begin, end)
	seen.Load, err = load.measured(begin, end)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(seen, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
