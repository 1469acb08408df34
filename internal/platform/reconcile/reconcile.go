// Package reconcile keeps one outside account in the state the database wants. Work is never handed over as an event: a lane
// reads what is wanted now, makes one step towards it and says when it wants to be asked again. Waking a lane costs nothing,
// waking it twice costs nothing more, and a wake-up that is lost is made good by the sweep.
package reconcile

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Step is what a lane says after it was run.
type Step struct {
	// Again asks to be run at once: there is more.
	Again bool
	// At asks to be run at that time even if nobody wakes the lane; zero leaves it to wake-ups and the sweep.
	At time.Time
}

// Lane is one kind of work for one account.
type Lane interface {
	// Name identifies the lane for waking it and in logs.
	Name() string
	// Run makes at most one outside request's worth of progress. An error pauses the account, or the lane, by the loop's policy;
	// what concerns one item only is the lane's own business.
	Run(ctx context.Context) (Step, error)
}

// Verdict is what follows from an error.
type Verdict struct {
	Rest time.Duration // of the account, or of the lane
	Lane bool          // only the lane rests, the others go on
	Stop bool          // the loop ends
}

// Policy decides what an error means for the account.
type Policy interface {
	// Failed is told of an error of a lane; inRow counts the errors of the account since something worked.
	Failed(lane string, err error, inRow int) Verdict
	// Worked is told that a lane's run succeeded and answers whether that proves that the outside works: a lane that had nothing
	// to ask proves nothing, and the rests after failures keep growing.
	Worked(lane string) bool
}

// patience is how long a due lane lets more urgent ones go first.
const patience = time.Second

// Loop runs the lanes of one account, one at a time, the first lane that is due first: an account has one request under way.
type Loop struct {
	lanes  []Lane
	policy Policy
	log    *slog.Logger
	now    func() time.Time
	sweep  time.Duration

	mu   sync.Mutex
	due  map[string]time.Time
	held map[string]time.Time // lanes that rest until then, whoever wakes them
	wake chan struct{}
}

// NewLoop makes a loop; lanes are given in order of urgency. Every lane is due at the start and at least once per sweep.
func NewLoop(log *slog.Logger, now func() time.Time, sweep time.Duration, p Policy, lanes ...Lane) *Loop {
	l := &Loop{lanes: lanes, policy: p, log: log, now: now, sweep: sweep, due: map[string]time.Time{}, held: map[string]time.Time{}, wake: make(chan struct{}, 1)}
	for _, each := range lanes {
		l.due[each.Name()] = now()
	}
	return l
}

// Wake makes a lane due now. It may be called from anywhere, also while the lane runs: then it runs once more.
func (l *Loop) Wake(lane string) {
	l.mu.Lock()
	l.due[lane] = l.soonest(lane)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Retry ends the rest of lanes that failed alone: a person says that the reason is gone.
func (l *Loop) Retry() {
	l.mu.Lock()
	clear(l.held)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// soonest is now, or earlier if the lane has been due for longer.
func (l *Loop) soonest(lane string) time.Time {
	now := l.now()
	if due := l.due[lane]; due.Before(now) {
		return due
	}
	return now
}

// Run works until ctx ends or the policy stops the account.
func (l *Loop) Run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		lane, wait := l.next()
		if lane == nil {
			l.sleep(ctx, wait)
			continue
		}
		step, err := lane.Run(ctx)
		if err == nil {
			if l.policy.Worked(lane.Name()) {
				failures = 0
			}
			l.schedule(lane.Name(), step)
			continue
		}
		if ctx.Err() != nil {
			return
		}
		v := l.policy.Failed(lane.Name(), err, failures+1)
		l.log.Warn("account lane failed", "lane", lane.Name(), "err", err, "in_row", failures+1, "rest_ms", v.Rest.Milliseconds(), "alone", v.Lane, "stop", v.Stop)
		if v.Stop {
			return
		}
		l.schedule(lane.Name(), Step{Again: true})
		if v.Lane {
			l.hold(lane.Name(), v.Rest)
			continue
		}
		failures++
		Pause(ctx, v.Rest)
	}
}

func (l *Loop) hold(lane string, rest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[lane] = l.now().Add(rest)
}

// next picks the first due lane and claims it, or says how long nothing is due.
func (l *Loop) next() (Lane, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	wait := l.sweep
	var first Lane
	var since time.Time // when the first one was due
	for _, lane := range l.lanes {
		due := l.due[lane.Name()]
		if held := l.held[lane.Name()]; held.After(due) {
			due = held
		}
		wait = min(wait, due.Sub(now))
		// An urgent lane goes before the others, but not for ever: one that has waited for patience goes first.
		if !due.After(now) && (first == nil || now.Sub(due) > patience && now.Sub(since) <= patience) {
			first, since = lane, due
		}
	}
	if first != nil {
		l.due[first.Name()] = now.Add(l.sweep)
	}
	return first, wait
}

// schedule notes when a lane is due again, unless it was woken while it ran.
func (l *Loop) schedule(lane string, s Step) {
	l.mu.Lock()
	defer l.mu.Unlock()
	due := l.due[lane]
	switch {
	case s.Again:
		l.due[lane] = l.soonest(lane)
	case !s.At.IsZero() && s.At.Before(due):
		l.due[lane] = s.At
	}
}

func (l *Loop) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-l.wake:
	case <-t.C:
	case <-ctx.Done():
	}
}

// Pause waits for d or until ctx ends.
func Pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
