// Package demo is a living sample shop in one process: Lad on a database of its own, three simulated channels on loopback
// listeners, buyers who order, pay and change their minds, and staff who keep up with them. Nothing outside is touched.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/rehearsal"
	demoui "github.com/lad-hub/lad/internal/ui/demo"
)

// pollEvery is the pause between two looks at a channel's orders. Real channels are asked less often: their limits are tighter.
const pollEvery = 250 * time.Millisecond

// Options say how the demo runs.
type Options struct {
	Addr string // where the console listens
	// Data keeps the shop between runs; empty is a temporary folder that is removed at the end.
	Data string
	// Pace of the buyers: 1 is about an order in five seconds, 0 stops them.
	Pace float64
	// Quiet leaves buyers and staff out altogether: the shop is empty until somebody orders by hand.
	Quiet bool
	Seed  uint64
	// PollEvery overrides the pause between two looks at a channel's orders.
	PollEvery time.Duration
	// SignIn makes everybody sign in, the owner with this; nil lets browsers of this machine in as the owner.
	SignIn *SignIn
	Out    io.Writer // progress; nil for nowhere
	Log    *slog.Logger
	// Ready is told the address once the console answers.
	Ready func(url string)
}

// Demo is the running shop.
type Demo struct {
	Options
	app    *app.App
	stalls []*stall
	tenant db.Tenant
	owner  access.Actor
	staff  []access.Actor
	fresh  bool // the shop was founded by this run

	articles []article
	skus     map[string]int64 // by code
	main     int64            // warehouse
	second   int64
	buyers   *crowd
	bell     bell
	scene    sync.Mutex // one scene at a time
	last     lastScene
}

// lastScene is the newest result of the scene.
type lastScene struct {
	sync.Mutex
	scene *demoui.Scene
}

// Run runs the demo until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.PollEvery == 0 {
		o.PollEvery = pollEvery
	}
	remove, err := o.folder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	d := &Demo{Options: o}
	d.buyers = newCrowd(o.Seed, o.Pace)
	if d.stalls, err = openStalls(o.Seed); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStalls(d.stalls)) }()
	d.app, err = app.Open(ctx, app.Options{
		Database: db.Options{Path: filepath.Join(o.Data, "lad.db")}, Migrate: true, KeyFile: filepath.Join(o.Data, "lad.key"),
		AllowPrivate: true, PollEvery: o.PollEvery, Rehearsal: true, Log: o.Log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.app.Close(context.WithoutCancel(ctx))) }()
	return d.run(ctx)
}

// run sets the shop up and serves it with everybody in it.
func (d *Demo) run(ctx context.Context) error {
	if err := d.open(ctx); err != nil {
		return err
	}
	d.listen()
	authenticate := d.authenticate
	if d.SignIn != nil {
		authenticate = d.asked
	}
	lab := rehearsal.New(d.app, rehearsal.Options{Seed: d.Seed})
	defer lab.Close()
	ctx, stop := context.WithCancel(ctx)
	var people sync.WaitGroup
	defer people.Wait()
	defer stop()
	return d.app.Serve(ctx, app.ServeOptions{
		Addr: d.Addr, PerSecond: -1, Authenticate: authenticate,
		Extra: func(rt *httpx.Router) { demoui.Register(rt, d.deps()); lab.Register(rt) },
		Ready: func(url, _ string) {
			fmt.Fprintf(d.Out, "The demo shop is at %s\n", url)
			if d.Ready != nil {
				d.Ready(url)
			}
			people.Go(func() { d.live(ctx) })
		},
	})
}

// live waits until the channels show our stock, then lets buyers in and staff work.
func (d *Demo) live(ctx context.Context) {
	if err := d.linked(ctx); err != nil {
		d.complain(ctx, "offers are not linked", err)
		return
	}
	if d.Quiet {
		return
	}
	if d.fresh {
		d.past()
	}
	var people sync.WaitGroup
	people.Go(func() { d.buy(ctx) })
	people.Go(func() { d.work(ctx) })
	people.Wait()
}

// complain logs a failure unless it is only the end.
func (d *Demo) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		d.app.Log.Warn(what, "err", err)
	}
}

// listen rings the bell whenever an order or a channel changes.
func (d *Demo) listen() {
	orders, connections := d.app.Orders.Changed, d.app.Connections.Changed
	d.app.Orders.Changed = func(t db.Tenant, ids []int64) { orders(t, ids); d.bell.ring() }
	d.app.Connections.Changed = func(t db.Tenant, id int64) { connections(t, id); d.bell.ring() }
}

// folder makes the folder of the data and answers what undoes it.
func (o *Options) folder() (remove func() error, err error) {
	if o.Data != "" {
		return func() error { return nil }, os.MkdirAll(o.Data, 0o700)
	}
	dir, err := os.MkdirTemp("", "lad-demo-")
	o.Data = dir
	return func() error { return os.RemoveAll(dir) }, err
}

// bell wakes all who wait for news.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// heard is closed at the next ring.
func (b *bell) heard() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// lookEvery is how often a waiting condition is looked at without news.
const lookEvery = 25 * time.Millisecond

// until waits for a condition, at most for so long; false when the time is over.
func (d *Demo) until(ctx context.Context, longest time.Duration, cond func() (bool, error)) (bool, error) {
	end := time.Now().Add(longest)
	for {
		heard := d.bell.heard()
		if ok, err := cond(); ok || err != nil {
			return ok, err
		}
		if time.Now().After(end) {
			return false, nil
		}
		t := time.NewTimer(lookEvery)
		select {
		case <-heard:
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
		if err := ctx.Err(); err != nil {
			return false, err
		}
	}
}
