package bench

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
	"github.com/lad-hub/lad/internal/sim/woocommerce"
)

// Sizes of the change of every price.
const (
	priceSKUs = 10_000
	priceWait = 10 * time.Minute
	newPrice  = 80000 // minor units
)

// pricing is a shop of many SKUs whose prices Lad sets on four channels.
type pricing struct {
	h        *hub
	o        Options
	shops    []sim.Shop
	counters []*counter
}

// priceChange gives every SKU a new base price and every channel a new rule, and waits until all channels show it.
func priceChange(ctx context.Context, o Options, p *place, r *ChannelsResult) error {
	h, err := newHub(ctx, p, o.skus(priceSKUs), 0, qty.Pieces(syncUnits))
	if err != nil {
		return err
	}
	defer h.stop()
	m := &pricing{h: h, o: o, shops: []sim.Shop{prom.New(prom.Options{}), rozetka.New(rozetka.Options{}), horoshop.New(horoshop.Options{}), woocommerce.New(woocommerce.Options{})}}
	defer func() {
		for _, c := range m.counters {
			c.shut()
		}
	}()
	if err := m.open(ctx); err != nil {
		return err
	}
	if r.priceImportS, err = m.reprice(ctx); err != nil {
		return err
	}
	began := time.Now()
	if err := m.rule(ctx, 1_100_000); err != nil {
		return err
	}
	r.priceRuleS = time.Since(began).Seconds()
	r.PriceWantedS = max(r.priceImportS, r.priceRuleS)
	o.say("prices: noted in %.2f s by an import, in %.2f s by rules", r.priceImportS, r.priceRuleS)
	if err := m.settle(ctx, newPrice*11/10); err != nil {
		return err
	}
	r.PricePushedS, r.priceIdealS = time.Since(began).Seconds(), m.ideal()
	return nil
}

// open connects the channels, lets them show everything without a limit, and puts each back to its own.
func (m *pricing) open(ctx context.Context) error {
	for _, shop := range m.shops {
		c, err := m.h.connect(ctx, shop, shop, m.o.skus(priceSKUs))
		if err != nil {
			return err
		}
		m.counters = append(m.counters, c)
	}
	if err := m.rule(ctx, 1_000_000); err != nil {
		return err
	}
	if err := m.settle(ctx, offerPrice); err != nil {
		return err
	}
	for _, c := range m.counters {
		if err := m.h.Connections.SetRate(ctx, access.ForSystem(tenant), c.id, 0); err != nil {
			return err
		}
	}
	m.o.say("prices: four channels linked")
	return nil
}

// rule lets every channel show the base price times a multiplier.
func (m *pricing) rule(ctx context.Context, ppm int64) error {
	rule := connections.AsIs
	rule.Push, rule.MulPPM = true, ppm
	for _, c := range m.counters {
		if err := m.h.Connections.SetPrices(ctx, access.ForSystem(tenant), c.id, rule); err != nil {
			return err
		}
	}
	return nil
}

// reprice imports a price list and says how many seconds it took until the last price was wanted everywhere.
func (m *pricing) reprice(ctx context.Context) (float64, error) {
	var list strings.Builder
	list.WriteString("code;price\n")
	for i := range m.o.skus(priceSKUs) {
		fmt.Fprintf(&list, "%s;%d.%02d\n", skuCode(int64(i+1)), newPrice/100, newPrice%100)
	}
	who := access.ForSystem(tenant)
	imp, err := m.h.Catalog.Preview(ctx, who, catalog.Upload{Kind: catalog.ImportProducts, FileName: "prices.csv", Body: strings.NewReader(list.String())})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if imp, err = m.h.Catalog.Run(ctx, who, imp.ID); err != nil {
		return 0, err
	}
	took := time.Since(began)
	var wanted int
	err = m.h.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from listing_price where tenant_id = $1 and wanted_at >= $2", int64(tenant), began.UnixMicro()).Scan(&wanted)
	})
	if want := m.o.skus(priceSKUs) * len(m.shops); err == nil && wanted != want {
		err = fmt.Errorf("prices: %d of %d wanted, import %s: %d changed, %d failed", wanted, want, imp.State, imp.Changed, imp.Failed)
	}
	return took.Seconds(), err
}

// settle waits until every channel has been told, and holds it to the price.
func (m *pricing) settle(ctx context.Context, price int64) error {
	var err error
	said := time.Now()
	done := waitFor(ctx, priceWait, 200*time.Millisecond, func() bool {
		var left int
		if left, err = m.left(ctx); err != nil {
			return true
		}
		if left > 0 && time.Since(said) > 10*time.Second {
			said = time.Now()
			m.o.say("prices: %d offers to go", left)
		}
		return left == 0
	})
	if err != nil || !done {
		return fmt.Errorf("prices were not told within %s: %w", priceWait, err)
	}
	for _, shop := range m.shops {
		for _, s := range shop.Offers() {
			if s.PriceMinor != price {
				return fmt.Errorf("prices: %s shows %d for %s, not %d", shop.Name(), s.PriceMinor, s.SKU, price)
			}
		}
	}
	return nil
}

// left counts offers whose channel does not know the newest price or quantity.
func (m *pricing) left(ctx context.Context) (n int, err error) {
	err = m.h.DB.Read(ctx, tenant, func(tx *db.Tx) error {
		var prices, stock int
		err := tx.QueryRow(ctx, `select (select count(*) from listing_price where tenant_id = $1 and not dirty), (select count(*) from listing_stock where tenant_id = $1 and not dirty)`,
			int64(tenant)).Scan(&prices, &stock)
		n = m.o.skus(priceSKUs)*len(m.shops)*2 - prices - stock
		return err
	})
	return n, err
}

// ideal is how many seconds the requests of the slowest channel take at its limit.
func (m *pricing) ideal() (s float64) {
	for _, shop := range m.shops {
		d, _ := drivers.ByName(shop.Name())
		l := d.Info().Limits
		s = max(s, math.Ceil(float64(m.o.skus(priceSKUs))/float64(l.PriceBatch))/l.RequestsPerSecond)
	}
	return s
}
