package sim

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Kind names a fault.
type Kind string

// The faults a simulator can show.
const (
	Delay            Kind = "delay"              // answer later: Rule.Delay plus up to Rule.Jitter
	Drop             Kind = "drop"               // close the connection without an answer; the request is not executed
	HalfResponse     Kind = "half_response"      // execute, write half of the body, cut the connection
	Status429        Kind = "status_429"         // refuse with 429 and Retry-After (Rule.RetryAfter, at least a second)
	Status5xx        Kind = "status_5xx"         // refuse with Rule.Status (503)
	AcceptThenIgnore Kind = "accept_then_ignore" // writes answer success and change nothing
	AcceptThenFail   Kind = "accept_then_fail"   // writes are applied and answered with 500: the outcome is unknown to the caller
	DuplicateOrders  Kind = "duplicate_orders"   // a page of orders carries its first order twice
	ReorderPages     Kind = "reorder_pages"      // rows of a page come shuffled; numbered pages come in reverse
	ExpireTokens     Kind = "expire_tokens"      // session tokens issued before the fault are dead; a static token is dead while it lasts
	BrokenJSON       Kind = "broken_json"        // 200 with JSON that breaks off
	UnknownFields    Kind = "unknown_fields"     // every object carries a field nobody knows
	HugeBody         Kind = "huge_body"          // the answer is blown up to Rule.Bytes (10 MB)
	HTMLErrors       Kind = "html_errors"        // refuse with Rule.Status (401) and an HTML page
	ClockSkew        Kind = "clock_skew"         // the channel's clock is off by Rule.Skew
	RateLimit        Kind = "rate_limit"         // 429 above Rule.PerSecond requests a second (0 = the sheet's number)
)

// Kinds are all faults in the order a switchboard shows them.
func Kinds() []Kind {
	return []Kind{Delay, Drop, HalfResponse, Status429, Status5xx, RateLimit, AcceptThenIgnore, AcceptThenFail, DuplicateOrders,
		ReorderPages, ExpireTokens, BrokenJSON, UnknownFields, HugeBody, HTMLErrors, ClockSkew}
}

// Rule says when a fault strikes and how. The zero rule strikes at every request.
type Rule struct {
	Prefix      string  `json:"prefix,omitempty"`      // of the URL path; "" = every path
	Probability float64 `json:"probability,omitempty"` // 0 = always
	Next        int     `json:"next,omitempty"`        // strike this many times, then switch itself off; 0 = until cleared

	Delay      time.Duration `json:"delay,omitempty"`
	Jitter     time.Duration `json:"jitter,omitempty"`
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	Status     int           `json:"status,omitempty"`
	Skew       time.Duration `json:"skew,omitempty"`
	PerSecond  float64       `json:"per_second,omitempty"`
	Bytes      int           `json:"bytes,omitempty"`
}

// ActiveFault is one switched-on fault.
type ActiveFault struct {
	Kind Kind `json:"kind"`
	Rule Rule `json:"rule"`
	Hits int  `json:"hits"` // times it struck since it was set
}

// Faults is a plan of faults that can be changed while requests run. Dice are seeded, so a sequence of requests sees the
// same faults on every run.
type Faults struct {
	on    atomic.Int32 // number of rules, so that a quiet plan costs one load
	epoch atomic.Int64 // times ExpireTokens was set

	mu    sync.Mutex
	dice  *rand.Rand
	rules map[Kind]*ActiveFault
}

// NewFaults makes an empty plan.
func NewFaults(seed uint64) *Faults {
	return &Faults{dice: rand.New(rand.NewPCG(seed, 0x1ad)), rules: map[Kind]*ActiveFault{}}
}

// Set switches a fault on, or replaces its rule.
func (f *Faults) Set(kind Kind, r Rule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules[kind] = &ActiveFault{Kind: kind, Rule: r}
	f.on.Store(int32(len(f.rules)))
	if kind == ExpireTokens {
		f.epoch.Add(1)
	}
}

// Clear switches the named faults off, or all when none is named.
func (f *Faults) Clear(kinds ...Kind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(kinds) == 0 {
		clear(f.rules)
	}
	for _, k := range kinds {
		delete(f.rules, k)
	}
	f.on.Store(int32(len(f.rules)))
}

// Active lists the switched-on faults in the order of Kinds.
func (f *Faults) Active() []ActiveFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]ActiveFault, 0, len(f.rules))
	for _, k := range Kinds() {
		if a := f.rules[k]; a != nil {
			out = append(out, *a)
		}
	}
	return slices.Clip(out)
}

// Take asks whether a fault strikes at this path now, and counts it.
func (f *Faults) Take(kind Kind, path string) (Rule, bool) {
	if f.on.Load() == 0 {
		return Rule{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.rules[kind]
	if a == nil || !strings.HasPrefix(path, a.Rule.Prefix) {
		return Rule{}, false
	}
	if p := a.Rule.Probability; p > 0 && f.dice.Float64() >= p {
		return Rule{}, false
	}
	a.Hits++
	if a.Rule.Next > 0 && a.Hits >= a.Rule.Next {
		delete(f.rules, kind)
		f.on.Store(int32(len(f.rules)))
	}
	return a.Rule, true
}

// Epoch grows by one each time ExpireTokens is set; a session token of an earlier epoch is dead.
func (f *Faults) Epoch() int64 { return f.epoch.Load() }

// jitter is a random part of d.
func (f *Faults) jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Duration(f.dice.Int64N(int64(d)))
}

// shuffle mixes n things with the plan's dice.
func (f *Faults) shuffle(n int, swap func(i, j int)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dice.Shuffle(n, swap)
}
