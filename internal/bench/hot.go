package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// HotResult is what became of one SKU that everybody wants at once.
type HotResult struct {
	Bench     string  `json:"bench"`
	Engine    string  `json:"engine"`
	Buyers    int     `json:"buyers"`
	Units     int     `json:"units"`
	Held      int64   `json:"held"`
	Shortages int64   `json:"shortages"`
	Negative  int64   `json:"negative"`
	Errors    int64   `json:"errors"`
	Seconds   float64 `json:"seconds"`
}

// Sizes of the hot bench.
const (
	hotBuyers = 500
	hotUnits  = 100
)

// Hot lets 500 buyers order the same SKU in the same moment, 100 units of which are there.
func Hot(ctx context.Context, o Options, engine db.Engine) (HotResult, error) {
	r := HotResult{Bench: "hot", Engine: string(engine), Buyers: hotBuyers, Units: hotUnits}
	p, err := newPlace(ctx, o, engine)
	if err != nil {
		return r, err
	}
	defer p.end()
	h, err := newHub(ctx, p, 1, benchChannels, qty.Pieces(hotUnits))
	if err != nil {
		return r, err
	}
	defer h.stop()
	var bad atomic.Int64
	var wg, ready sync.WaitGroup
	gate := make(chan struct{})
	for n := range hotBuyers {
		ready.Add(1)
		wg.Go(func() {
			c, err := dial(h.addr, h.token)
			ready.Done()
			<-gate
			if err != nil {
				bad.Add(1)
				return
			}
			defer c.close()
			body := fmt.Sprintf(`{"currency":"UAH","customer":{"name":"B %d","phone":"+38067%07d"},"lines":[{"sku":"%s","quantity":1,"price":"740.00"}]}`, n, n, skuCode(1))
			if status, _, err := c.do("POST", "/api/v1/orders", fmt.Sprint("hot-", n), []byte(body)); err != nil || status != 201 {
				bad.Add(1)
			}
		})
	}
	ready.Wait()
	began := time.Now()
	close(gate)
	wg.Wait()
	r.Seconds, r.Errors = time.Since(began).Seconds(), bad.Load()
	return r, h.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `select (select cast(coalesce(sum(qty), 0) / 1000 as bigint) from hold where tenant_id = $1 and state = 'open'),
			(select count(*) from shortage where tenant_id = $1 and state = 'open'),
			(select count(*) from level where tenant_id = $1 and (reserved > on_hand or reserved < 0 or on_hand < 0))`, int64(tenant)).Scan(&r.Held, &r.Shortages, &r.Negative)
	})
}
