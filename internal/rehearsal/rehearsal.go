// Package rehearsal lets a merchant try Lad against a simulated channel: the goods that can be sold are copied into a database
// of their own, a second program on it is connected to a simulator on loopback, buyers come with a chosen load, faults are
// switched, and what becomes of the orders is measured until channel and books are at rest.
//
// The real shop cannot be touched: nothing here holds its connections, its credentials are not copied, all writes go to the
// other database, and the HTTP client of the rehearsal reaches the simulator's address only. What the real shop gets is two
// journal entries, one at the start and one with the result; the results of the page are read from there.
package rehearsal

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// Options say where a rehearsal works.
type Options struct {
	// Database is an empty database to rehearse in; the zero value is a file in a folder that is removed afterwards.
	Database db.Options
	Seed     uint64 // of buyers and faults
	// Patience is how long nothing may move before a rehearsal goes on without what is missing; 0 means two minutes.
	Patience time.Duration
}

// Lab rehearses for the shops of one program, one rehearsal at a time. It implements rehearsalui.Lab.
type Lab struct {
	Options
	app *app.App

	mu      sync.Mutex
	last    *run // under way, or the last one
	closed  bool
	running sync.WaitGroup
}

// New makes the lab of a program; Close ends it before the program.
func New(a *app.App, o Options) *Lab {
	if o.Patience == 0 {
		o.Patience = 2 * time.Minute
	}
	return &Lab{app: a, Options: o}
}

// Register adds the lab's page.
func (l *Lab) Register(rt *httpx.Router) {
	rehearsalui.Register(rt, rehearsalui.Deps{Lab: l, Frame: l.app.Frame()})
}

// Close breaks off what is under way and waits for its end.
func (l *Lab) Close() {
	l.mu.Lock()
	l.closed = true
	if l.last != nil {
		l.last.breakOff()
	}
	l.mu.Unlock()
	l.running.Wait()
}

// Start implements rehearsalui.Lab.
func (l *Lab) Start(ctx context.Context, a access.Actor, p rehearsalui.Plan) error {
	if err := a.Must(access.OrdersWrite); err != nil {
		return err
	}
	if err := validate(p); err != nil {
		return err
	}
	g, err := l.copyGoods(ctx, a.Tenant)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.last != nil && !l.last.over() {
		return errs.New(errs.Conflict, "error.rehearsal.busy")
	}
	if err := l.note(ctx, a.Tenant, a.String(), kindStarted, p); err != nil {
		return err
	}
	r := newRun(l, a.Tenant, p, g)
	l.last = r
	// The rehearsal outlives the request that began it.
	ctx, r.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	l.running.Go(func() { l.rehearse(ctx, r, a) })
	return nil
}

// rehearse plays a run and keeps what it came to.
func (l *Lab) rehearse(ctx context.Context, r *run, a access.Actor) {
	err := r.play(ctx)
	if errors.Is(context.Cause(ctx), errBrokenOff) {
		err = nil
		r.meter.broken()
	}
	r.cancel(nil)
	if err != nil {
		l.app.Log.Warn("rehearsal failed", "err", err)
	}
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		err = l.note(ctx, r.tenant, a.String(), kindEnded, r.meter.result())
	}
	r.end(err)
	l.tell(r.tenant)
}

// tell lets open pages read the lab again.
func (l *Lab) tell(t db.Tenant) { l.app.Live.Publish(int64(t), "rehearsal") }

// of is the run of a shop; nil while there was none.
func (l *Lab) of(t db.Tenant) *run {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || l.last.tenant != t {
		return nil
	}
	return l.last
}

// active is the shop's run that is under way.
func (l *Lab) active(a access.Actor) (*run, error) {
	if err := a.Must(access.OrdersWrite); err != nil {
		return nil, err
	}
	r := l.of(a.Tenant)
	if r == nil || r.over() {
		return nil, errs.New(errs.Conflict, "error.rehearsal.none")
	}
	return r, nil
}

// Stop implements rehearsalui.Lab.
func (l *Lab) Stop(_ context.Context, a access.Actor, now bool) error {
	r, err := l.active(a)
	if err != nil {
		return err
	}
	if now {
		r.breakOff()
	} else {
		r.stop()
	}
	l.tell(a.Tenant)
	return nil
}

// SetFaults implements rehearsalui.Lab.
func (l *Lab) SetFaults(_ context.Context, a access.Actor, on map[string]int64) error {
	r, err := l.active(a)
	if err != nil {
		return err
	}
	if err := checkFaults(on); err != nil {
		return err
	}
	return r.choose(on)
}
