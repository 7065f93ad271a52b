package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
)

// tolerance is how far an average may be from the other sidecar's.
const tolerance = 0.10

func compareFiles(markdown bool, goFile, batonFile string) {
	other, err := read(goFile)
	check(err)
	own, err := read(batonFile)
	check(err)
	faults := compare(other, own)
	print(markdown, other, own)
	for _, fault := range faults {
		fmt.Fprintln(os.Stderr, "differs:", fault)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
}

func read(file string) (seen Observation, err error) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &seen)
	}
	return seen, err
}

type row struct {
	name  string
	value func(Measured) float64
}

var rows = []row{
	{"concurrency", func(m Measured) float64 { return m.Concurrency }},
	{"of it proxied", func(m Measured) float64 { return m.ProxiedConcurrency }},
	{"requests/s", func(m Measured) float64 { return m.Rate }},
	{"of them proxied", func(m Measured) float64 { return m.ProxiedRate }},
}

// compare lists what keeps the two from being interchangeable for the autoscaler.
func compare(other, own Observation) (faults []string) {
	for _, side := range []struct {
		name string
		seen Observation
	}{{"Go", other}, {"Baton", own}} {
		if len(side.seen.Failed) > 0 {
			faults = append(faults, fmt.Sprintf("%s: %d scrapes failed: %s", side.name, len(side.seen.Failed), side.seen.Failed[0]))
		}
		if side.seen.Scrapes < 25 {
			faults = append(faults, fmt.Sprintf("%s: only %d scrapes within 30 s", side.name, side.seen.Scrapes))
		}
	}
	for _, r := range rows {
		theirs, ours := r.value(other.Scraped), r.value(own.Scraped)
		if !(theirs > 0) || math.Abs(ours-theirs) > tolerance*theirs {
			faults = append(faults, fmt.Sprintf("%s: %.2f for Go, %.2f for Baton", r.name, theirs, ours))
		}
	}
	if !same(other.Concurrency, own.Concurrency) {
		faults = append(faults, "the decisions by concurrency")
	}
	if !same(other.Rate, own.Rate) {
		faults = append(faults, "the decisions by requests/s")
	}
	return faults
}

// same is true if at each tick either side decides within the range that the other covers from the tick before to the tick after:
// a change may be seen by one a tick later, and half-way once, because the second over which a sidecar averages begins when it started.
func same(a, b []Decision) bool {
	short := min(len(a), len(b))
	if short < 13 || max(len(a), len(b))-short > 1 {
		return false
	}
	return within(a[:short], b[:short]) && within(b[:short], a[:short])
}

func within(a, b []Decision) bool {
	for i, decision := range a {
		least, most, onward, aside := int32(math.MaxInt32), int32(-1), false, false
		for _, near := range b[max(0, i-1):min(len(b), i+2)] {
			least, most = min(least, near.Pods), max(most, near.Pods)
			onward = onward || near.Activator
			aside = aside || !near.Activator
		}
		if decision.Pods < least || decision.Pods > most || decision.Activator && !onward || !decision.Activator && !aside {
			return false
		}
	}
	return true
}

func print(markdown bool, other, own Observation) {
	format := "%-30s %-40s %-40s %s\n"
	if markdown {
		format = "| %s | %s | %s | %s |\n"
	}
	fmt.Printf(format, "over 30 s", "Go", "Baton", "Baton / Go")
	if markdown {
		fmt.Println("|---|---|---|---|")
	}
	for _, r := range rows {
		theirs, ours := r.value(other.Scraped), r.value(own.Scraped)
		fmt.Printf(format, r.name, both(theirs, r.value(other.Load)), both(ours, r.value(own.Load)), fmt.Sprintf("%.3f", ours/theirs))
	}
	fmt.Printf(format, "pods by concurrency", list(other.Concurrency), list(own.Concurrency), verdict(other.Concurrency, own.Concurrency))
	fmt.Printf(format, "pods by requests/s", list(other.Rate), list(own.Rate), verdict(other.Rate, own.Rate))
}

func both(scraped, load float64) string {
	return fmt.Sprintf("%.2f (load: %.2f)", scraped, load)
}

// list has one decision for each tick; a plus where the requests shall take the way through the activator.
func list(decisions []Decision) string {
	var words []string
	for _, decision := range decisions {
		word := "-"
		if decision.Pods >= 0 {
			word = fmt.Sprint(decision.Pods)
		}
		if decision.Activator {
			word += "+"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func verdict(other, own []Decision) string {
	if same(other, own) {
		return "same"
	}
	return "differ"
}
