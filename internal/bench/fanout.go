package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

// FanoutResult is how long a change takes from its commit to every other channel.
type FanoutResult struct {
	Bench          string  `json:"bench"`
	Engine         string  `json:"engine"`
	Rate           int     `json:"rate"`
	Channels       int     `json:"channels"`
	Orders         int     `json:"orders"`
	Pushes         int     `json:"pushes"`
	RequestP50MS   float64 `json:"request_p50_ms"`
	RequestP99MS   float64 `json:"request_p99_ms"`
	ConfirmedP50MS float64 `json:"confirmed_p50_ms"`
	ConfirmedP99MS float64 `json:"confirmed_p99_ms"`
	IdleP50MS      float64 `json:"idle_p50_ms"`
	Lost           int     `json:"lost"`
}

// Sizes of the fan-out bench.
const (
	fanoutRate  = 200
	fanoutSKUs  = 2000
	fanoutOther = 5
	idleOrders  = 60
	fanoutUnits = 1_000_000
	noLimit     = 1000 // requests per second: the most that may be agreed on
	settleWait  = 60 * time.Second
)

// fanout is the running scene: one channel that sells, five that must learn of it.
type fanout struct {
	skus    int
	counted map[int64]bool // connections whose pushes are measured
	h       *hub
	source  sim.Shop
	others  []sim.Shop
	// counters are where the channels are served: the source's, then the others'.
	counters []*counter

	mu        sync.Mutex
	requests  []time.Duration
	confirmed []time.Duration
}

// Fanout sells 200 orders a second on one simulated channel and measures when the first request with the new quantity leaves
// for each of five others, and when a read-back proves that it shows.
func Fanout(ctx context.Context, o Options, engine db.Engine) (FanoutResult, error) {
	r := FanoutResult{Bench: "fanout", Engine: string(engine), Rate: fanoutRate, Channels: fanoutOther}
	p, err := newPlace(ctx, o, engine)
	if err != nil {
		return r, err
	}
	defer p.end()
	f := &fanout{skus: fanoutSKUs, counted: map[int64]bool{}}
	defer f.close()
	if err := f.open(ctx, p, -1); err != nil {
		return r, err
	}
	o.say("fanout: six channels linked and confirmed")
	idle, err := f.idle(ctx)
	if err != nil {
		return r, err
	}
	r.IdleP50MS = latencies(idle, 50)[0]
	f.take()
	if r.Orders, err = f.load(ctx, fanoutRate, o.lasts()); err != nil {
		return r, err
	}
	r.Lost, err = f.settle(ctx)
	requests, confirmed := f.take()
	r.Pushes = len(requests)
	a, b := latencies(requests, 50, 99), latencies(confirmed, 50, 99)
	r.RequestP50MS, r.RequestP99MS, r.ConfirmedP50MS, r.ConfirmedP99MS = a[0], a[1], b[0], b[1]
	return r, err
}

// open connects the channels; of the others only those that sick does not name are measured.
func (f *fanout) open(ctx context.Context, p *place, sick int) error {
	o := p.options()
	o.PollEvery = 50 * time.Millisecond
	var err error
	if f.h, err = openHub(ctx, o, f.skus, 0, qty.Pieces(fanoutUnits)); err != nil {
		return err
	}
	f.h.Connections.Observe = func(_ db.Tenant, id int64, toRequest, _ time.Duration) { f.note(&f.requests, id, toRequest) }
	f.h.Connections.Confirmed = func(_ db.Tenant, id int64, took time.Duration) { f.note(&f.confirmed, id, took) }
	f.source = prom.New(prom.Options{})
	f.others = []sim.Shop{prom.New(prom.Options{}), rozetka.New(rozetka.Options{}), horoshop.New(horoshop.Options{}), prom.New(prom.Options{}), rozetka.New(rozetka.Options{})}
	for i, shop := range append([]sim.Shop{f.source}, f.others...) {
		c, err := f.h.connect(ctx, shop, shop, f.skus)
		if err != nil {
			return err
		}
		f.counters = append(f.counters, c)
		f.mu.Lock()
		f.counted[c.id] = i > 0 && i-1 != sick
		f.mu.Unlock()
	}
	_, err = f.settle(ctx)
	f.take()
	return err
}

func (f *fanout) note(list *[]time.Duration, connection int64, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counted[connection] {
		*list = append(*list, d)
	}
}

// take empties the measurements.
func (f *fanout) take() (requests, confirmed []time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	requests, confirmed = f.requests, f.confirmed
	f.requests, f.confirmed = nil, nil
	return requests, confirmed
}

// order buys one to three different SKUs on the source channel.
func (f *fanout) order(dice *rand.Rand) (skus []string, err error) {
	b := sim.Basket{Buyer: sim.Buyer{Name: "Олена Коваль", Phone: fmt.Sprintf("+38067%07d", dice.IntN(9_999_999))}, Force: true}
	for range 1 + dice.IntN(3) {
		code := skuCode(dice.Int64N(int64(f.skus)) + 1)
		if slices.Contains(skus, code) {
			continue
		}
		skus = append(skus, code)
		b.Lines = append(b.Lines, sim.BasketLine{SKU: code, Quantity: 1})
	}
	_, err = f.source.PlaceOrder(b)
	return skus, err
}

// load places orders at the rate, open loop: a slow program does not slow the buyers down.
func (f *fanout) load(ctx context.Context, rate int, lasts time.Duration) (int, error) {
	dice := rand.New(rand.NewPCG(1, 2))
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	n := 0
	for began := time.Now(); time.Since(began) < lasts; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return n, ctx.Err()
		}
		if _, err := f.order(dice); err != nil {
			return n, err
		}
	}
	return n, nil
}

// idle places orders one at a time, each after the last has reached every channel.
func (f *fanout) idle(ctx context.Context) ([]time.Duration, error) {
	dice := rand.New(rand.NewPCG(3, 4))
	var all []time.Duration
	for range idleOrders {
		f.take()
		skus, err := f.order(dice)
		if err != nil {
			return nil, err
		}
		want := len(skus) * fanoutOther
		ok := waitFor(ctx, settleWait, 5*time.Millisecond, func() bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			return len(f.confirmed) >= want && len(f.requests) >= want
		})
		requests, _ := f.take()
		if !ok {
			return nil, fmt.Errorf("an order did not reach all channels: %d of %d", len(requests), want)
		}
		all = append(all, requests...)
	}
	return all, nil
}

// settle waits until every order is in and nothing is dirty, then counts offers that show another quantity than they should.
func (f *fanout) settle(ctx context.Context) (lost int, err error) {
	waitFor(ctx, settleWait, 100*time.Millisecond, func() bool { return f.pending(ctx) == 0 })
	for _, shop := range f.others {
		shown := map[string]int64{}
		for _, o := range shop.Offers() {
			shown[o.SKU] = o.Quantity
		}
		wanted, err := f.wanted(ctx)
		if err != nil {
			return 0, err
		}
		for code, n := range wanted {
			if shown[code] != n {
				lost++
			}
		}
	}
	return lost, nil
}

// pending counts what has not reached its place yet: orders not taken in, listings not told.
func (f *fanout) pending(ctx context.Context) int { return f.pendingBut(ctx, 0) }

// pendingBut is pending without the offers of one connection.
func (f *fanout) pendingBut(ctx context.Context, without int64) (n int) {
	err := f.h.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		var orders, dirty, listings int
		err := tx.QueryRow(ctx, `select (select count(*) from orders where tenant_id = $1), (select count(*) from listing_stock where tenant_id = $1 and connection_id <> $2 and dirty),
			(select count(*) from listing_stock where tenant_id = $1)`, int64(tenant), without).Scan(&orders, &dirty, &listings)
		n = len(f.source.Orders()) - orders + dirty + f.skus*(fanoutOther+1) - listings
		return err
	})
	if err != nil {
		return 1
	}
	return n
}

func (f *fanout) wanted(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	err := f.h.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		return tx.Each(ctx, `select k.code, (l.on_hand - l.reserved) / 1000 from level l join sku k on k.tenant_id = l.tenant_id and k.id = l.sku_id where l.tenant_id = $1`,
			[]any{int64(tenant)}, func(sc db.Scanner) error {
				var code string
				var n int64
				err := sc.Scan(&code, &n)
				out[code] = n
				return err
			})
	})
	return out, err
}

func (f *fanout) close() {
	if f.h != nil && f.h.stop != nil {
		f.h.stop()
	}
	for _, c := range f.counters {
		c.shut()
	}
}

// waitFor asks every so often until it is so, at most for the time given.
func waitFor(ctx context.Context, most, every time.Duration, ok func() bool) bool {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < most; {
		if ok() {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return ok()
}
