//go:build browser

package ui_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// leaving marks the page, so that the one after it can be told apart.
var leaving = until(`(window.leaving = true)`)

// arrived waits for a condition of the page after the one that was marked; asking while the browser leaves the old one fails and is
// repeated.
func arrived(js string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			v, err := until("!window.leaving && "+js)(ctx, target)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "(-32000)") {
				return v, err
			}
		}
	}
}

// TestWizard: a channel is connected by its form, its offers are linked by proposals, its words are mapped and its prices set; the
// channel breaks, the alarm shows, it comes back; somebody else changes its offers, that shows too, and one press repairs it.
func TestWizard(t *testing.T) {
	s := open(t)
	names := []string{"Генератор Konner KS 3000", "Павербанк Baseus 20000", "Чайник Philips HD9350", "Дриль Bosch GSB 13", "Ліхтар Fenix E35", "Футболка чорна розмір XL"}
	shop := prom.New(prom.Options{})
	for i, name := range names {
		sku := s.Add(catalog.NewSKU{Code: fmt.Sprintf("OWN-%d", i), Name: name, Price: money.New(100_00, money.UAH)})
		s.Receive(sku.ID, 5)
		shop.SeedOffers([]sim.OfferSeed{{SKU: fmt.Sprintf("P%d", i), Title: name, PriceMinor: 99_00, Quantity: 1}})
	}
	srv := httptest.NewServer(shop)
	t.Cleanup(srv.Close)
	t.Cleanup(s.Connections.Stop)
	settings := shop.Settings(srv.URL)
	s.Start()
	b := browse(t, s, 1440)
	b.do(b.open("/connections/new"), click(`a[href="/connections/new?driver=prom"]`), landed("#connection-form"), choose("#set_base_url", settings["base_url"]), keys("#set_token", "wrong"),
		click(`button[value="test"]`), seen("#connection-form .note, #connection-form .err, #connection-form .errors"))
	b.shoot("wizard-refused")
	b.do(choose("#set_token", settings["token"]), click(`button[value="save"]`), landed("#connection-health"))
	id := s.Int("select max(id) from connection where tenant_id = $1")
	if err := s.Connections.SetRate(t.Context(), s.Who, id, 1000); err != nil {
		t.Fatal(err)
	}
	s.Settled(id)
	path := fmt.Sprintf("/connections/%d", id)
	b.do(b.open(path+"/proposals"), seen("#proposals-table"))
	b.shoot("proposals")
	b.do(click("form .acts .pri"), landed(".plainlist"))
	s.Settled(id)
	shown := func(pieces int64) {
		t.Helper()
		for i := range names {
			apptest.Eventually(t, "the channel shows it", func() bool {
				o, _ := shop.OfferBySKU(fmt.Sprintf("P%d", i))
				return o.Quantity == pieces
			})
		}
	}
	shown(5)
	b.do(b.open(path+"/mapping"), seen(".graph svg"), choose("#stage_pending", "confirmed"))
	b.shoot("mapping")
	b.do(leaving, click("main form .acts .pri"), arrived(`document.querySelector("#stage_pending")?.value === "confirmed"`))
	b.do(b.open(path+"/prices"), seen("#prices-table"), click("#push"), choose("#mul", "110"), leaving, click(`button[value="save"]`), arrived(`document.querySelector("#prices-table") !== null`))
	apptest.Eventually(t, "the price arrives", func() bool { o, _ := shop.OfferBySKU("P0"); return o.PriceMinor == 110_00 })
	b.shoot("prices")

	shop.Faults().Set(sim.Status5xx, sim.Rule{})
	b.do(b.open(path), seen("#connection-health .tag.warn"))
	b.shoot("broken")
	shop.Faults().Clear(sim.Status5xx)
	b.do(until(`document.querySelector("#connection-health .ok") !== null`))
	for i, name := range names {
		o, _ := shop.OfferBySKU(fmt.Sprintf("P%d", i))
		shop.SeedOffers([]sim.OfferSeed{{ID: o.ID, SKU: o.SKU, Title: name, PriceMinor: o.PriceMinor, Quantity: 77}})
	}
	apptest.Eventually(t, "all are proved", func() bool {
		return s.Int("select count(*) from listing_stock where tenant_id = $1 and state <> 'confirmed'") == 0
	})
	b.do(click(`#connection-health button[hx-post$="/sync"]`), seen(`#connection-health button[hx-post$="/repair"]`))
	b.shoot("drifted")
	b.do(click(`#connection-health button[hx-post$="/repair"]`))
	shown(5)
}
