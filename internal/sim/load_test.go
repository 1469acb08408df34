package sim_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

// stocked opens all three shops with the same n offers.
func stocked(o sim.Options, n int) []sim.Shop {
	shops := []sim.Shop{prom.New(prom.Options{Options: o}), rozetka.New(rozetka.Options{Options: o}), horoshop.New(horoshop.Options{Options: o})}
	seeds := make([]sim.OfferSeed, 0, n)
	for i := range n {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%05d", i), Title: "Товар", PriceMinor: 10000, Quantity: 1_000_000})
	}
	for _, s := range shops {
		s.SeedOffers(seeds)
	}
	return shops
}

func buy(i int) sim.Basket {
	return sim.Basket{Lines: []sim.BasketLine{{SKU: fmt.Sprintf("S-%05d", i%100), Quantity: 1}}}
}

// Every shop keeps the promises of sim.Shop under concurrency: what was placed is there once, and pieces add up.
func TestShopsUnderConcurrency(t *testing.T) {
	t.Parallel()
	for _, s := range stocked(sim.Options{}, 100) {
		if s.Settings("http://x")["base_url"] == "" || s.Name() == "" {
			t.Errorf("%s: no address", s.Name())
		}
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 50 {
					p, err := s.PlaceOrder(buy(w*50 + i))
					if err != nil {
						t.Error(err)
						return
					}
					s.Order(p.ID)
					s.Faults().Set(sim.ClockSkew, sim.Rule{Skew: time.Second})
					simtest.Call(s, http.MethodGet, "/orders/search?types=1&expand=purchases", "", map[string]string{"Authorization": "Bearer rozetka-sim-token"})
					simtest.Call(s, http.MethodGet, prom.Prefix+"/orders/list", "", map[string]string{"Authorization": "Bearer prom-sim-token"})
				}
			})
		}
		wg.Wait()
		sold := int64(0)
		for _, o := range s.Offers() {
			sold += 1_000_000 - o.Quantity
		}
		if n := len(s.Orders()); n != 400 || sold != 400 {
			t.Errorf("%s: %d orders, %d pieces sold; want 400 of each", s.Name(), n, sold)
		}
	}
}

// BenchmarkShops measures placing an order and reading the newest changes with 100,000 orders in the shop.
func BenchmarkShops(b *testing.B) {
	c := clock.NewFake(time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC))
	for _, s := range stocked(sim.Options{Clock: c}, 10_000) {
		for i := range 100_000 {
			c.Advance(time.Second)
			if _, err := s.PlaceOrder(buy(i)); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(s.Name()+"/place", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := s.PlaceOrder(buy(i)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(s.Name()+"/list", func(b *testing.B) { list(b, s) })
		b.Run(s.Name()+"/push100", func(b *testing.B) { push(b, s) })
	}
}

// list reads one page of what changed in the last minutes.
func list(b *testing.B, s sim.Shop) {
	token := simtest.Call(s, "POST", "/api/auth", `{"login":"api_user","password":"horoshop-sim-password"}`, nil).At("response.token")
	for b.Loop() {
		var r simtest.Reply
		switch s.Name() {
		case "prom":
			r = simtest.Call(s, "GET", prom.Prefix+"/orders/list?limit=100&last_modified_from=2026-10-03T15:36:00", "", map[string]string{"Authorization": "Bearer prom-sim-token"})
		case "rozetka":
			r = simtest.Call(s, "GET", "/orders/search?types=1&sort=-id&expand=purchases,delivery,payment&changed_from=2026-10-03+15:36:00", "", map[string]string{"Authorization": "Bearer rozetka-sim-token"})
		default:
			r = simtest.Call(s, "POST", "/api/orders/get/", `{"token":"`+token+`","from":"2026-10-02","status":[1],"limit":100}`, nil)
		}
		if r.Status != 200 || len(r.Body) < 5000 {
			b.Fatalf("%s: %.200s", s.Name(), r.Body)
		}
	}
}

// push writes a hundred quantities.
func push(b *testing.B, s sim.Shop) {
	token := simtest.Call(s, "POST", "/api/auth", `{"login":"api_user","password":"horoshop-sim-password"}`, nil).At("response.token")
	body := ""
	for i, o := range s.Offers()[:100] {
		if i > 0 {
			body += ","
		}
		switch s.Name() {
		case "prom":
			body += `{"id":` + o.ID + `,"presence":"available","quantity_in_stock":` + strconv.Itoa(i) + `}`
		case "rozetka":
			body += `{"item_rz_id":` + o.ID + `,"stock_quantity":` + strconv.Itoa(i) + `}`
		default:
			body += `{"article":"` + o.ID + `","residues":[{"warehouse":"office","quantity":` + strconv.Itoa(i) + `}]}`
		}
	}
	for b.Loop() {
		var r simtest.Reply
		switch s.Name() {
		case "prom":
			r = simtest.Call(s, "POST", prom.Prefix+"/products/edit", "["+body+"]", map[string]string{"Authorization": "Bearer prom-sim-token"})
		case "rozetka":
			r = simtest.Call(s, "PUT", "/items/mass-update", `{"items":[`+body+`]}`, map[string]string{"Authorization": "Bearer rozetka-sim-token"})
		default:
			r = simtest.Call(s, "POST", "/api/catalog/import/", `{"token":"`+token+`","products":[`+body+`]}`, nil)
		}
		if r.Status != 200 {
			b.Fatalf("%s: %.200s", s.Name(), r.Body)
		}
	}
}
