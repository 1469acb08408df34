package rehearsal

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/report"
	"github.com/lad-hub/lad/internal/sim"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// errBrokenOff is why a run ends that a person has stopped twice, or that the program's end has cut.
var errBrokenOff = errors.New("rehearsal broken off")

// run is one rehearsal.
type run struct {
	lab    *Lab
	tenant db.Tenant // whose goods they are
	goods  goods
	limits limits
	meter  *meter
	buyers *buyers
	cancel context.CancelCauseFunc

	app     *app.App // the program of the rehearsal, on its own database
	conn    int64
	ids     map[string]int64 // of SKUs there, by code
	all     []string         // every placed order
	coming  map[string]order // placed and not yet in Lad
	drifted map[int64]bool   // listings that showed something else at the last look

	mu      sync.Mutex
	plan    rehearsalui.Plan
	phase   rehearsalui.Phase
	stand   *stand
	faults  map[string]int64
	struck  int64 // by faults that are off again
	began   time.Time
	ended   time.Time
	problem error
	enough  chan struct{} // closed when no more buyers shall come
	leave   sync.Once
}

// limits are what goes by the channel's clock. At speed n a channel that lives n times as fast is asked n times as often and
// takes n times as many requests.
type limits struct {
	perSecond float64
	pollEvery time.Duration
}

// defaultPoll is the pause between two looks at the orders of a channel that names none.
const defaultPoll = 30 * time.Second

func limitsOf(p rehearsalui.Plan) limits {
	out := limits{pollEvery: defaultPoll}
	if d, ok := drivers.ByName(p.Channel); ok {
		l := d.Info().Limits
		out.perSecond = min(l.RequestsPerSecond*float64(p.Speed), unlimited)
		if l.PollEvery > 0 {
			out.pollEvery = l.PollEvery
		}
	}
	out.pollEvery = max(out.pollEvery/time.Duration(p.Speed), 50*time.Millisecond)
	return out
}

// unlimited is the highest rate of a connection, in requests a second.
const unlimited = 1000

func newRun(l *Lab, t db.Tenant, p rehearsalui.Plan, g goods) *run {
	r := &run{lab: l, tenant: t, goods: g, limits: limitsOf(p), plan: p, phase: rehearsalui.Preparing, faults: p.Faults,
		coming: map[string]order{}, drifted: map[int64]bool{}, enough: make(chan struct{})}
	r.plan.Faults = map[string]int64{}
	maps.Copy(r.plan.Faults, p.Faults)
	r.meter = newMeter(r)
	return r
}

// play is the whole rehearsal, from an empty database to the verdict.
func (r *run) play(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "lad-rehearsal-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	database := r.lab.Database
	if database == (db.Options{}) {
		database.Path = filepath.Join(dir, "lad.db")
	}
	s, err := openStand(simulators[r.plan.Channel](sim.Options{Seed: r.lab.Seed}, string(r.goods.settings.Currency)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r.app, err = app.Open(ctx, app.Options{
		Database: database, Migrate: true, KeyFile: filepath.Join(dir, "lad.key"), OnlyAddress: s.addr, PollEvery: r.limits.pollEvery, Region: r.lab.app.Region,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.app.Close(context.WithoutCancel(ctx))) }()
	if err := r.prepare(ctx, s); err != nil {
		return err
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	return r.judge(ctx)
}

// prepare copies the goods, puts them on show and waits until the channel shows what can be sold.
func (r *run) prepare(ctx context.Context, s *stand) (err error) {
	if r.ids, err = r.goods.stockUp(ctx, r.app, r.plan.Least); err != nil {
		return err
	}
	available, err := r.available(ctx)
	if err != nil {
		return err
	}
	offers := r.goods.offers(available, r.ids)
	s.SeedOffers(offers)
	r.buyers = newBuyers(r.lab.Seed, offers)
	who := access.ForSystem(shop)
	c, err := r.app.Connections.Add(ctx, who, connections.Input{Driver: s.Name(), Name: channelOf(s.Name()).Title, Settings: s.settings()})
	if err != nil {
		return err
	}
	r.conn = c.ID
	if err := r.app.Connections.SetRate(ctx, who, r.conn, unlimited); err != nil {
		return err
	}
	r.app.Connections.Observe = func(_ db.Tenant, _ int64, toRequest, toAnswer time.Duration) { r.meter.lag(toRequest + toAnswer) }
	if err := r.app.Start(ctx); err != nil {
		return err
	}
	if err := r.linked(ctx, int64(len(offers))); err != nil {
		return err
	}
	if err := r.app.Connections.SetRate(ctx, who, r.conn, r.limits.perSecond); err != nil {
		return err
	}
	r.serve(s)
	return nil
}

// linked waits until every offer is tied to its SKU and every quantity has been told. A channel that does not take all of the
// goods, because of a code that it does not like, is rehearsed with the others.
func (r *run) linked(ctx context.Context, offers int64) error {
	var last [2]int64
	moved := time.Now()
	return r.each(ctx, 100*time.Millisecond, func() (bool, error) {
		var now [2]int64
		err := r.app.DB.Read(ctx, shop, func(tx *db.Tx) (err error) {
			if now[0], err = report.Linked(ctx, tx, r.conn); err == nil {
				now[1], err = report.Dirty(ctx, tx)
			}
			return err
		})
		if now != last {
			last, moved = now, time.Now()
		}
		if stuck := time.Since(moved) > r.lab.Patience; err != nil || !stuck {
			return now == [2]int64{offers, 0}, err
		}
		if now[0] == 0 {
			return false, errs.New(errs.Unavailable, "error.rehearsal.not_linked")
		}
		return true, nil
	})
}

// each looks every so often until it is done or ctx ends.
func (r *run) each(ctx context.Context, pause time.Duration, look func() (done bool, err error)) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if done, err := look(); done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// load lets the buyers in until the load is over or a person stops it.
func (r *run) load(ctx context.Context) error {
	r.enter(rehearsalui.Running)
	r.meter.start(length(r.plan))
	tried := int64(0)
	return r.each(ctx, 50*time.Millisecond, func() (bool, error) {
		elapsed := r.elapsed()
		for ; tried < due(r.plan, elapsed); tried++ {
			o, bought, err := r.buyers.buy(r.stand)
			if err != nil {
				return false, err
			}
			if bought {
				r.all = append(r.all, o.id)
				r.coming[o.id] = o
			}
			r.meter.bought(bought)
		}
		if r.meter.due() {
			if _, err := r.look(ctx); err != nil {
				return false, err
			}
		}
		select {
		case <-r.enough:
			return true, nil
		default:
			return elapsed >= length(r.plan), nil
		}
	})
}

// enter begins a phase.
func (r *run) enter(p rehearsalui.Phase) {
	r.mu.Lock()
	r.phase = p
	if p == rehearsalui.Running {
		r.began = time.Now()
	}
	r.mu.Unlock()
	r.lab.tell(r.tenant)
}

// elapsed is our time since the first order.
func (r *run) elapsed() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.began.IsZero() {
		return 0
	}
	if !r.ended.IsZero() {
		return r.ended.Sub(r.began)
	}
	return time.Since(r.began)
}

// stop sends the buyers home, or lets none in.
func (r *run) stop() { r.leave.Do(func() { close(r.enough) }) }

// breakOff ends the run where it stands.
func (r *run) breakOff() { r.cancel(errBrokenOff) }

// end notes that nothing happens any more, and why.
func (r *run) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.phase, r.problem, r.ended = rehearsalui.Ended, err, time.Now()
	if err != nil {
		r.phase = rehearsalui.Failed
	}
}

// over says whether the run has ended.
func (r *run) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.phase == rehearsalui.Ended || r.phase == rehearsalui.Failed
}
