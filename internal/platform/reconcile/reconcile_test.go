package reconcile_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// lane is work that a test scripts: each run takes the next step, the last one again and again.
type lane struct {
	name string
	runs chan<- string
	mu   sync.Mutex
	list []func() (reconcile.Step, error)
}

func (l *lane) Name() string { return l.name }

func (l *lane) Run(context.Context) (reconcile.Step, error) {
	l.mu.Lock()
	f := l.list[0]
	if len(l.list) > 1 {
		l.list = l.list[1:]
	}
	l.mu.Unlock()
	step, err := f()
	l.runs <- l.name
	return step, err
}

func rest() (reconcile.Step, error)  { return reconcile.Step{}, nil }
func again() (reconcile.Step, error) { return reconcile.Step{Again: true}, nil }

// errDenied concerns one lane only.
var errDenied = errors.New("denied")

func denied() (reconcile.Step, error) { return reconcile.Step{}, errDenied }

// policy notes what it is told.
type policy struct {
	mu     sync.Mutex
	proves bool
	rows   []int
	stopAt int
}

func (p *policy) Worked(string) bool { return p.proves }

func (p *policy) Failed(_ string, err error, inRow int) reconcile.Verdict {
	if errors.Is(err, errDenied) {
		return reconcile.Verdict{Rest: time.Minute, Lane: true}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = append(p.rows, inRow)
	return reconcile.Verdict{Rest: time.Millisecond, Stop: len(p.rows) == p.stopAt}
}

type run struct {
	*reconcile.Loop
	runs chan string
	now  *clock.Fake
	done chan struct{}
}

func start(t *testing.T, p *policy, sweep time.Duration, lanes ...*lane) *run {
	t.Helper()
	r := &run{runs: make(chan string), now: clock.NewFake(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)), done: make(chan struct{})}
	list := make([]reconcile.Lane, len(lanes))
	for i, l := range lanes {
		l.runs = r.runs
		list[i] = l
	}
	r.Loop = reconcile.NewLoop(slog.New(slog.DiscardHandler), r.now.Now, sweep, p, list...)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { defer close(r.done); r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for {
			select {
			case <-r.runs:
			case <-r.done:
				return
			}
		}
	})
	return r
}

// next is the lane that ran next.
func (r *run) next(t *testing.T) string {
	t.Helper()
	select {
	case name := <-r.runs:
		return name
	case <-time.After(10 * time.Second):
		t.Fatal("no lane ran")
	}
	return ""
}

func (r *run) wants(t *testing.T, names ...string) {
	t.Helper()
	for i, want := range names {
		if got := r.next(t); got != want {
			t.Fatalf("run %d was %s, want %s", i, got, want)
		}
	}
}

func script(name string, steps ...func() (reconcile.Step, error)) *lane {
	return &lane{name: name, list: steps}
}

// Lanes run in order of urgency; one that has more runs again before the less urgent ones.
func TestUrgency(t *testing.T) {
	t.Parallel()
	r := start(t, &policy{proves: true}, time.Hour, script("first", again, again, rest), script("second", rest), script("third", rest))
	r.wants(t, "first", "first", "first", "second", "third")
	r.Wake("third")
	r.wants(t, "third")
	r.Wake("second")
	r.wants(t, "second")
}

// A lane that never has enough does not starve the others.
func TestNobodyStarves(t *testing.T) {
	t.Parallel()
	var r *run
	tick := func() (reconcile.Step, error) {
		r.now.Advance(100 * time.Millisecond)
		return reconcile.Step{Again: true}, nil
	}
	ready := make(chan struct{})
	r = start(t, &policy{proves: true}, time.Hour, script("greedy", func() (reconcile.Step, error) { <-ready; return tick() }), script("poor", rest))
	close(ready)
	for range 60 {
		if r.next(t) == "poor" {
			return
		}
	}
	t.Error("the poor lane never ran")
}

// A wake-up while the lane runs makes it run once more; many make it run once.
func TestWakeWhileRunning(t *testing.T) {
	t.Parallel()
	var r *run
	ready := make(chan struct{})
	wake := func() (reconcile.Step, error) {
		<-ready
		for range 5 {
			r.Wake("only")
		}
		return reconcile.Step{}, nil
	}
	r = start(t, &policy{proves: true}, time.Hour, script("only", wake, rest), script("other", rest))
	close(ready)
	r.wants(t, "only", "only", "other")
}

// A lane that names a time runs then, without a wake-up.
func TestAt(t *testing.T) {
	t.Parallel()
	var r *run
	ready := make(chan struct{})
	at := func() (reconcile.Step, error) {
		<-ready
		return reconcile.Step{At: r.now.Now().Add(10 * time.Millisecond)}, nil
	}
	r = start(t, &policy{proves: true}, time.Hour, script("timed", at, rest))
	close(ready)
	r.wants(t, "timed")
	r.now.Advance(time.Second)
	r.wants(t, "timed")
}

// Failures are counted in a row over all lanes, and only a run that proves something ends the row.
func TestFailuresInARow(t *testing.T) {
	t.Parallel()
	for proves, want := range map[bool][]int{false: {1, 2, 3}, true: {1, 1, 1}} {
		bad := func() (reconcile.Step, error) { return reconcile.Step{}, errors.New("broken") }
		p := &policy{proves: proves, stopAt: 3}
		var r *run
		ready := make(chan struct{})
		idle := func() (reconcile.Step, error) { <-ready; r.Wake("idle"); return reconcile.Step{}, nil }
		slow := func() (reconcile.Step, error) { r.now.Advance(3 * time.Second); return bad() }
		r = start(t, p, time.Hour, script("idle", idle), script("bad", slow))
		close(ready)
		for ended := false; !ended; {
			select {
			case <-r.runs:
				r.now.Advance(time.Second)
			case <-r.done:
				ended = true
			}
		}
		p.mu.Lock()
		if !slices.Equal(p.rows, want) {
			t.Errorf("proves %v: failures in a row %v, want %v", proves, p.rows, want)
		}
		p.mu.Unlock()
	}
}

// A lane that failed alone rests, whoever wakes it, until its time has passed or a person says that the reason is gone; the
// others work on, and the failure is none of the account's.
func TestLaneRestsAlone(t *testing.T) {
	t.Parallel()
	p := &policy{proves: true}
	r := start(t, p, time.Hour, script("barred", denied), script("other", rest))
	r.wants(t, "barred", "other")
	for range 3 {
		r.Wake("barred")
		r.Wake("other")
		r.wants(t, "other")
	}
	r.Retry()
	r.Wake("other")
	r.wants(t, "barred", "other")
	r.now.Advance(time.Minute)
	r.Wake("other")
	r.wants(t, "barred", "other")
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rows) != 0 {
		t.Errorf("failures of the account: %v", p.rows)
	}
}

// Every request waits for its turn and is counted; an unlimited account never waits.
func TestLimiter(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { sent.Add(1) }))
	t.Cleanup(srv.Close)
	l := reconcile.NewLimiter(http.DefaultTransport, 50, 2)
	if l.Left() != 2 || !l.Ready(time.Now()).Before(time.Now().Add(time.Millisecond)) {
		t.Errorf("fresh: %v left", l.Left())
	}
	began := time.Now()
	client := &http.Client{Transport: l}
	for range 6 {
		resp, err := client.Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if took := time.Since(began); took < 60*time.Millisecond || l.Calls() != 6 || sent.Load() != 6 {
		t.Errorf("6 requests at 50/s took %s, %d counted", took, l.Calls())
	}
	if !l.Ready(time.Now()).After(time.Now()) {
		t.Error("an unimportant request may take the last token")
	}
	free := reconcile.NewLimiter(http.DefaultTransport, 0, 0)
	if free.Left() != -1 || free.Ready(began) != began {
		t.Error("an unlimited account waits")
	}
}

// A connection of another protocol takes a token as a request does, and is not opened while none is there.
func TestLimiterDial(t *testing.T) {
	t.Parallel()
	l := reconcile.NewLimiter(http.DefaultTransport, 0.001, 2)
	opened := 0
	dial := l.Dial(func(context.Context, string, string) (net.Conn, error) { opened++; return nil, nil })
	for range 2 {
		if _, err := dial(context.Background(), "tcp", "db.example.com:3306"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := dial(ctx, "tcp", "db.example.com:3306"); err == nil || opened != 2 || l.Calls() != 2 {
		t.Errorf("error %v, %d opened, %d calls", err, opened, l.Calls())
	}
}
