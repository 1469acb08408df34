package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// OrdersResult is one run of the orders bench.
type OrdersResult struct {
	Bench      string  `json:"bench"`
	Engine     string  `json:"engine"`
	Buyers     int     `json:"buyers"`
	Hot        bool    `json:"hot"`
	Orders     int64   `json:"orders"`
	OrdersPerS float64 `json:"orders_per_s"`
	RawPerS    float64 `json:"raw_per_s"`
	Ratio      float64 `json:"ratio"`
	P50MS      float64 `json:"p50_ms"`
	P95MS      float64 `json:"p95_ms"`
	P99MS      float64 `json:"p99_ms"`
	Errors     int64   `json:"errors"`
	RSSMB      float64 `json:"rss_mb"`
}

// orderLoad is a closed loop of buyers: each sends an order of three lines, waits for the answer and sends the next.
type orderLoad struct {
	addr, token string
	buyers      int
	skus        int
	hot         bool
	lasts       time.Duration
	people      int
	run         string // part of the idempotency keys, so that two loads on one database differ
}

func (l orderLoad) measure() (OrdersResult, error) {
	var errorsSeen, orders atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var failure error
	var wg sync.WaitGroup
	began := time.Now()
	for n := range l.buyers {
		wg.Go(func() {
			times, bad, err := l.buyer(n, began)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, times...)
			errorsSeen.Add(bad)
			orders.Add(int64(len(times)))
			if err != nil && failure == nil {
				failure = err
			}
		})
	}
	wg.Wait()
	took := time.Since(began).Seconds()
	p := latencies(all, 50, 95, 99)
	return OrdersResult{Bench: "orders", Buyers: l.buyers, Hot: l.hot, Orders: orders.Load(), OrdersPerS: float64(orders.Load()) / took,
		P50MS: p[0], P95MS: p[1], P99MS: p[2], Errors: errorsSeen.Load()}, failure
}

func (l orderLoad) buyer(n int, began time.Time) (times []time.Duration, bad int64, err error) {
	c, err := dial(l.addr, l.token)
	if err != nil {
		return nil, 0, err
	}
	defer c.close()
	dice := rand.New(rand.NewPCG(uint64(n), 7))
	var body bytes.Buffer
	for i := 0; time.Since(began) < l.lasts; i++ {
		l.write(&body, dice)
		sent := time.Now()
		status, answer, err := c.do("POST", "/api/v1/orders", fmt.Sprintf("%s-%d-%d", l.run, n, i), body.Bytes())
		if err != nil {
			return times, bad, err
		}
		if status != http.StatusCreated {
			bad++
			if bad > 10 {
				return times, bad, fmt.Errorf("order answered %d: %s", status, answer)
			}
			continue
		}
		times = append(times, time.Since(sent))
	}
	return times, bad, nil
}

// write makes an order: three lines of distinct SKUs, one of which is always the same in a hot load.
func (l orderLoad) write(b *bytes.Buffer, dice *rand.Rand) {
	b.Reset()
	who := dice.IntN(l.people)
	fmt.Fprintf(b, `{"currency":"UAH","customer":{"name":"Покупець %d","phone":"+38067%07d"},"delivery":{"service":"nova_poshta","city":"Київ","branch":"17"},"payment":{"on_pickup":true,"method":"cod"},"lines":[`, who, who)
	start := dice.IntN(l.skus)
	for i := range 3 {
		sku := (start+i*7919)%l.skus + 1
		if l.hot && i == 0 {
			sku = 1
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `{"sku":"%s","quantity":1,"price":"740.00"}`, skuCode(int64(sku)))
	}
	b.WriteString("]}")
}

// Sizes of the orders bench.
const (
	benchSKUs     = 10_000
	benchPeople   = 20_000
	benchChannels = 3
	warmUp        = 2 * time.Second
)

// Orders measures durable orders per second through HTTP, by the full path, and bare transactions in the same run: before and
// after, so that a disk that is busy for a while hurts both.
func Orders(ctx context.Context, o Options, engine db.Engine, buyers []int, hot []bool) ([]OrdersResult, error) {
	p, err := newPlace(ctx, o, engine)
	if err != nil {
		return nil, err
	}
	defer p.end()
	h, err := newHub(ctx, p, benchSKUs, benchChannels, qty.Max)
	if err != nil {
		return nil, err
	}
	defer h.stop()
	raw := func() (float64, error) {
		dir, err := os.MkdirTemp(p.dir, "raw-*")
		if err != nil {
			return 0, err
		}
		return rawOrders(ctx, engine, dir, p.dsn, benchSKUs, 32, o.lasts()/2)
	}
	load := orderLoad{addr: h.addr, token: h.token, skus: benchSKUs, people: benchPeople, lasts: warmUp, buyers: 32, run: "warm"}
	if _, err := load.measure(); err != nil {
		return nil, err
	}
	var out []OrdersResult
	for i := range buyers {
		before, err := raw()
		if err != nil {
			return nil, err
		}
		load.buyers, load.hot, load.lasts, load.run = buyers[i], hot[i], o.lasts(), fmt.Sprint("run", i)
		r, err := load.measure()
		if err != nil {
			return nil, err
		}
		after, err := raw()
		if err != nil {
			return nil, err
		}
		r.Engine, r.RawPerS, r.RSSMB = string(engine), (before+after)/2, rssMB(os.Getpid())
		r.Ratio = r.OrdersPerS / r.RawPerS
		out = append(out, r)
	}
	return out, nil
}
