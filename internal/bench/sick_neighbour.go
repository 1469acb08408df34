package bench

import (
	"context"
	"errors"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/sim"
)

// Sizes of the bench of a sick channel. The conditions take turns, so that whatever else the machine does falls on each alike.
const (
	sickRate   = 50 // orders a second
	sickRounds = 4
	sickDelay  = 5 * time.Second
	sickOne    = 0 // which of the others falls ill
)

// sickNeighbour sells on one channel while one of five others is well, slow or dead, and measures the four healthy ones.
func sickNeighbour(ctx context.Context, o Options, p *place, r *ChannelsResult) error {
	f := &fanout{}
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
		part       int // of a round
		into       *[]time.Duration
	}{{well, well, 2, &healthy}, {slow, well, 2, &beside}, {failing, well, 1, &dead}, {refusing, door.open, 1, &dead}}
	f.take()
	for range sickRounds {
		for _, c := range conditions {
			list, err := f.under(ctx, door.id, c.begin, c.end, o.lasts()*time.Duration(c.part)/2/sickRounds)
			if err != nil {
				return err
			}
			*c.into = append(*c.into, list...)
		}
		o.say("channels: p99 %.1f ms, beside a slow one %.1f ms, beside a dead one %.1f ms", latencies(healthy, 99)[0], latencies(beside, 99)[0], latencies(dead, 99)[0])
	}
	r.FanoutP99MS, r.SlowP99MS, r.DeadP99MS = latencies(healthy, 99)[0], latencies(beside, 99)[0], latencies(dead, 99)[0]
	var err error
	r.lostBySick, err = f.settle(ctx)
	return err
}

// under measures the healthy channels while the sick one is in a condition, and waits until it has recovered.
func (f *fanout) under(ctx context.Context, sick int64, begin, end func() error, lasts time.Duration) ([]time.Duration, error) {
	if err := begin(); err != nil {
		return nil, err
	}
	_, err := f.load(ctx, sickRate, lasts)
	list, _ := f.take()
	if err := errors.Join(err, end()); err != nil {
		return nil, err
	}
	if err := f.h.Connections.Resume(ctx, access.ForSystem(tenant), sick); err != nil { // cuts its rest short
		return nil, err
	}
	_, err = f.settle(ctx)
	f.take()
	return list, err
}
