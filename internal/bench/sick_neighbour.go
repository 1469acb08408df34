package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/sim"
)

// Sizes of the bench of a sick channel. The conditions take turns in a random order, so that what else the machine does falls on
// all of them alike; every push counts.
const (
	sickRate   = 50 // orders a second
	sickRounds = 6  // one for a short run
	sickDelay  = 5 * time.Second
	sickOne    = 0 // which of the others falls ill
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
	var healthy, beside, dead []time.Duration
	conditions := []struct {
		begin, end func() error
		into       *[]time.Duration
	}{{well, well, &healthy}, {slow, well, &beside}, {failing, well, &dead}, {well, well, &healthy}, {slow, well, &beside}, {refusing, door.open, &dead}}
	f.take()
	dice := rand.New(rand.NewPCG(5, 6))         // what came before a condition must not count for or against it
	rounds, lasts := sickRounds, o.lasts()*6/10 // longer than the slow channel takes
	if o.Lasts > 0 && o.Lasts < 5*time.Second {
		rounds = 1
	}
	for range rounds {
		dice.Shuffle(len(conditions), func(i, j int) { conditions[i], conditions[j] = conditions[j], conditions[i] })
		for _, c := range conditions {
			list, err := f.under(ctx, door.id, c.begin, c.end, lasts)
			if err != nil {
				return err
			}
			*c.into = append(*c.into, list...)
		}
		r.FanoutP99MS, r.SlowP99MS, r.DeadP99MS = latencies(healthy, 99)[0], latencies(beside, 99)[0], latencies(dead, 99)[0]
		o.say("channels: p99 %.1f ms, beside a slow one %.1f ms, beside a dead one %.1f ms", r.FanoutP99MS, r.SlowP99MS, r.DeadP99MS)
	}
	var err error
	r.lostBySick, err = f.settle(ctx)
	return err
}

// under measures the healthy channels while the sick one is in a condition, and waits until it has recovered.
func (f *fanout) under(ctx context.Context, sick int64, begin, end func() error, lasts time.Duration) (took []time.Duration, err error) {
	if err := begin(); err != nil {
		return nil, err
	}
	if _, err := f.load(ctx, sickRate, lasts); err != nil {
		return nil, errors.Join(err, end())
	}
	waitFor(ctx, settleWait, 20*time.Millisecond, func() bool { return f.pendingBut(ctx, sick) == 0 })
	took, _ = f.take()
	if err := end(); err != nil {
		return nil, err
	}
	if err := f.h.Connections.Resume(ctx, access.ForSystem(tenant), sick); err != nil { // cuts its rest short
		return nil, err
	}
	_, err = f.settle(ctx)
	f.take()
	return took, err
}
