package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// Sizes of the first sync.
const (
	syncOffers = 30_000
	syncUnits  = 5
	syncWait   = 5 * time.Minute
	refusal    = "this product is being moderated"
)

// picky is a channel that refuses every batch with one of its offers.
type picky struct {
	sim.Shop
	offer string
}

func (p picky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/products/edit") {
		p.Shop.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || bytes.Contains(body, []byte(`"id":`+p.offer+`,`)) {
		http.Error(w, `{"status":"error","message":"`+refusal+`"}`, http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.Shop.ServeHTTP(w, r)
}

// firstSync connects a channel of many offers, one of which it refuses to change.
func firstSync(ctx context.Context, o Options, p *place, r *ChannelsResult) error {
	h, err := newHub(ctx, p, o.offers(), 0, qty.Pieces(syncUnits))
	if err != nil {
		return err
	}
	defer h.stop()
	shop := prom.New(prom.Options{})
	bad := skuCode(int64(o.offers()/2 + 1))
	shop.SeedOffers([]sim.OfferSeed{{SKU: bad, Title: "Товар", PriceMinor: offerPrice, Quantity: 1}})
	offer, _ := shop.OfferBySKU(bad)
	memory := watchMemory()
	began := time.Now()
	c, err := h.connect(ctx, shop, picky{shop, offer.ID}, o.offers())
	if err != nil {
		return err
	}
	defer c.shut()
	said := began
	var left int
	done := waitFor(ctx, syncWait, 100*time.Millisecond, func() bool {
		var health connections.Health
		if health, left, err = h.syncState(ctx, c.id, o.offers()); err != nil {
			return true
		}
		if time.Since(said) > 5*time.Second {
			said = time.Now()
			o.say("first sync: %d of %d offers read, %d not told yet", max(health.OffersRead, int(health.Connection.OffersSeen)), o.offers(), left)
		}
		return left == 0 && health.Connection.OffersReadAt > 0
	})
	r.FirstSyncS, r.FirstSyncRSSMB = time.Since(began).Seconds(), memory()
	if err != nil || !done {
		return fmt.Errorf("first sync: %d offers were not told within %s: %w", left, syncWait, err)
	}
	o.say("first sync: %d offers in %.1f s", o.offers(), r.FirstSyncS)
	for _, s := range shop.Offers() {
		if want := int64(syncUnits); s.Quantity != want && s.SKU != bad {
			return fmt.Errorf("first sync: offer %s shows %d", s.SKU, s.Quantity)
		}
	}
	return h.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from listing_stock where tenant_id = $1 and state = 'parked' and error = $2", int64(tenant), refusal).Scan(&r.refused)
	})
}

// syncState is how a connection is doing and how many of its offers were not told their quantity yet.
func (h *hub) syncState(ctx context.Context, id int64, offers int) (out connections.Health, left int, err error) {
	err = h.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		c, err := connections.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if out, err = h.Connections.HealthOf(ctx, tx, c); err != nil {
			return err
		}
		var told int
		err = tx.QueryRow(ctx, "select count(*) from listing_stock where tenant_id = $1 and connection_id = $2 and not dirty", int64(tenant), id).Scan(&told)
		left = offers - told
		return err
	})
	return out, left, err
}

// watchMemory begins to watch this process; the answer ends it and says by how many MB the memory grew at most.
func watchMemory() func() float64 {
	debug.FreeOSMemory()
	base := rssMB(os.Getpid())
	peak := base
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				peak = max(peak, rssMB(os.Getpid()))
			case <-end:
				return
			}
		}
	}()
	return func() float64 {
		close(end)
		<-done
		return peak - base
	}
}
