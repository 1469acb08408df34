package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/sim"
)

// Sizes of the bench of a sick channel. The conditions take turns in a random order, each for some windows of time, and of the
// windows of each the quietest quarter counts: what else the machine does (a disk that is busy for a second multiplies every
// figure) comes and goes, while harm done by a channel would be there in every window.
const (
	sickRate    = 50 // orders a second
	sickRounds  = 3  // one for a short run
	sickWindows = 6  // of a second, as a rule: longer than the slow channel takes
	sickDelay   = 5 * time.Second
	sickOne     = 0 // which of the others falls ill
)

// sickNeighbour sells on one channel while one of five others is well, slow or dead, and measures the four healthy ones.
func sickNeighbour(ctx context.Context, o Options, p *place, r *ChannelsResult) error {
	f := &fanout{skus: o.skus(fanoutSKUs), counted: map[int64]bool{}}
	defer f.close()
	if err := f.open(ctx, p, sickOne); err != nil {
		return err
	}
	sick, door := f.others[sickOne], f.counters[1+sickOne]
	well := func() error { sick.Faults().Clear(); return nil }
	refusing := func() error { door.shut(); return nil }
	failing := func() error { sick.Faults().Set(sim.Status5xx, sim.Rule{}); return nil }
	slow := func() error { sick.Faults().Set(sim.Delay, sim.Rule{Delay: sickDelay}); return nil }
	var healthy, beside, dead []float64 // p99 of each window
	conditions := []struct {
		begin, end func() error
		into       *[]float64
	}{{well, well, &healthy}, {slow, well, &beside}, {failing, well, &dead}, {well, well, &healthy}, {slow, well, &beside}, {refusing, door.open, &dead}}
	f.take()
	dice := rand.New(rand.NewPCG(5, 6)) // what came before a condition must not count for or against it
	rounds, windows := sickRounds, sickWindows
	if o.Lasts > 0 && o.Lasts < 5*time.Second {
		rounds, windows = 1, 2
	}
	for range rounds {
		dice.Shuffle(len(conditions), func(i, j int) { conditions[i], conditions[j] = conditions[j], conditions[i] })
		for _, c := range conditions {
			list, err := f.under(ctx, door.id, c.begin, c.end, windows, o.lasts()/10)
			if err != nil {
				return err
			}
			*c.into = append(*c.into, list...)
		}
		o.say("channels: p99 %.1f ms, beside a slow one %.1f ms, beside a dead one %.1f ms (medians of the windows: %.1f, %.1f, %.1f ms)",
			quantile(healthy, quiet), quantile(beside, quiet), quantile(dead, quiet), quantile(healthy, 0.5), quantile(beside, 0.5), quantile(dead, 0.5))
	}
	r.FanoutP99MS, r.SlowP99MS, r.DeadP99MS = quantile(healthy, quiet), quantile(beside, quiet), quantile(dead, quiet)
	var err error
	r.lostBySick, err = f.settle(ctx)
	return err
}

// quiet is the part of the windows that counts: their quietest quarter.
const quiet = 0.25

// quantile is the value below which a part of a list lies.
func quantile(list []float64, part float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[int(float64(len(list))*part)]
}

// under measures the healthy channels while the sick one is in a condition, and waits until it has recovered. It answers the
// p99 of each window.
func (f *fanout) under(ctx context.Context, sick int64, begin, end func() error, windows int, window time.Duration) (p99 []float64, err error) {
	if err := begin(); err != nil {
		return nil, err
	}
	for i := range windows {
		if _, err := f.load(ctx, sickRate, window); err != nil {
			return nil, errors.Join(err, end())
		}
		if i == windows-1 {
			waitFor(ctx, settleWait, 20*time.Millisecond, func() bool { return f.pendingBut(ctx, sick) == 0 })
		}
		if list, _ := f.take(); len(list) > 0 {
			p99 = append(p99, latencies(list, 99)[0])
		}
	}
	if err := end(); err != nil {
		return nil, err
	}
	if err := f.h.Connections.Resume(ctx, access.ForSystem(tenant), sick); err != nil { // cuts its rest short
		return nil, err
	}
	_, err = f.settle(ctx)
	f.take()
	return p99, err
}
