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

// Sizes of the bench of a sick channel. The conditions take turns in a random order, and of the rounds of each the quietest quarter
// counts: what else the machine does (a disk that is busy for a second multiplies every figure) comes and goes, while harm done by
// a channel would be there in every round.
const (
	sickRate   = 50 // orders a second
	sickRounds = 12
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
	var healthy, beside, dead []float64 // p99 of each round
	conditions := []struct {
		begin, end func() error
		into       *[]float64
	}{{well, well, &healthy}, {slow, well, &beside}, {failing, well, &dead}, {well, well, &healthy}, {slow, well, &beside}, {refusing, door.open, &dead}}
	f.take()
	dice := rand.New(rand.NewPCG(5, 6)) // what came before a condition must not count for or against it
	for range sickRounds / 2 {
		dice.Shuffle(len(conditions), func(i, j int) { conditions[i], conditions[j] = conditions[j], conditions[i] })
		for _, c := range conditions {
			list, err := f.under(ctx, door.id, c.begin, c.end, o.lasts()/10)
			if err != nil {
				return err
			}
			*c.into = append(*c.into, latencies(list, 99)[0])
		}
		o.say("channels: p99 %.1f ms, beside a slow one %.1f ms, beside a dead one %.1f ms", quiet(healthy), quiet(beside), quiet(dead))
	}
	r.FanoutP99MS, r.SlowP99MS, r.DeadP99MS = quiet(healthy), quiet(beside), quiet(dead)
	var err error
	r.lostBySick, err = f.settle(ctx)
	return err
}

// quiet is the upper bound of the quietest quarter.
func quiet(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/4]
}

// under measures the healthy channels while the sick one is in a condition, and waits until it has recovered.
func (f *fanout) under(ctx context.Context, sick int64, begin, end func() error, lasts time.Duration) ([]time.Duration, error) {
	if err := begin(); err != nil {
		return nil, err
	}
	_, err := f.load(ctx, sickRate, lasts)
	waitFor(ctx, settleWait, 20*time.Millisecond, func() bool { return f.pendingBut(ctx, sick) == 0 })
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
