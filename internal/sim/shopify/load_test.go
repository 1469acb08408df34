package shopify

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

func stocked(o sim.Options, n int) *Shop {
	s := New(Options{Options: o})
	seeds := make([]sim.OfferSeed, 0, n)
	for i := range n {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%05d", i), Title: "Товар", PriceMinor: 10000, Quantity: 1_000_000})
	}
	s.SeedOffers(seeds)
	return s
}

func buy(i int) sim.Basket {
	return sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: fmt.Sprintf("S-%05d", i%100), Quantity: 1}}}
}

const newest = `{orders(first:10,sortKey:UPDATED_AT,query:"updated_at:>='2026-10-02T13:20:00Z' status:any"){nodes{id name lineItems(first:10){nodes{id quantity variant{id}}}} pageInfo{hasNextPage}}}`

// What was placed is there once, and pieces add up, whoever reads and buys at the same time.
func TestUnderConcurrency(t *testing.T) {
	t.Parallel()
	s := stocked(sim.Options{}, 100)
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
				simtest.Call(s, "POST", endpoint, ask("", newest, "", nil).Body, token)
			}
		})
	}
	wg.Wait()
	sold := int64(0)
	for _, o := range s.Offers() {
		sold += 1_000_000 - o.Quantity
	}
	if n := len(s.Orders()); n != 400 || sold != 400 {
		t.Errorf("%d orders, %d pieces sold; want 400 of each", n, sold)
	}
}

// BenchmarkShop measures a shop of 30,000 offers with 5,000 orders.
func BenchmarkShop(b *testing.B) {
	c := clock.NewFake(noon)
	s := stocked(sim.Options{Clock: c}, 30_000)
	for i := range 5_000 {
		c.Advance(time.Second)
		if _, err := s.PlaceOrder(buy(i)); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("place", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := s.PlaceOrder(buy(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
	call := func(b *testing.B, body string) {
		for b.Loop() {
			if r := simtest.Call(s, "POST", endpoint, body, token); r.Status != 200 || r.At("errors") != "" {
				b.Fatalf("%.300s", r.Body)
			}
		}
	}
	b.Run("list", func(b *testing.B) { call(b, ask("", newest, "", nil).Body) })
	b.Run("push100", func(b *testing.B) {
		rows := ""
		for i := range 100 {
			if i > 0 {
				rows += ","
			}
			rows += row(gid("InventoryItem", firstVariant+itemOffset+int64(i)), depot, fmt.Sprintf(`"quantity":%d,"changeFromQuantity":null`, 1000+i))
		}
		for i := 0; b.Loop(); i++ {
			body := ask("", setQuantities, quantities(fmt.Sprintf("k%d-%p", i, b), rows), nil).Body
			if r := simtest.Call(s, "POST", endpoint, body, token); r.At("data.inventorySetQuantities.userErrors.#") != "0" {
				b.Fatalf("%.300s", r.Body)
			}
		}
	})
	b.Run("dump", func(b *testing.B) {
		start := `mutation{bulkOperationRunQuery(query:"{productVariants{edges{node{id sku price product{status} inventoryItem{id tracked}}}}}"){bulkOperation{id} userErrors{code}}}`
		for b.Loop() {
			c.Advance(time.Minute)
			if r := simtest.Call(s, "POST", endpoint, ask("", start, "", nil).Body, token); r.At("data.bulkOperationRunQuery.userErrors.#") != "0" {
				b.Fatalf("%.300s", r.Body)
			}
		}
	})
}
