package shopify

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/shopify"
)

// list reads all offers; the clock goes on while the bulk query runs.
func (s *stand) list(t *testing.T) (offers map[string]connector.Offer, pages int) {
	t.Helper()
	offers = map[string]connector.Offer{}
	cursor := ""
	for range 300 {
		p, err := s.ch.ListOffers(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Offers {
			offers[o.ExternalID] = o
		}
		pages++
		if cursor = p.Next; !p.More {
			return offers, pages
		}
		s.clock.Advance(100 * time.Millisecond)
	}
	t.Fatal("the list does not end")
	return nil, 0
}

func (s *stand) shown(t *testing.T, id string) sim.OfferState {
	t.Helper()
	o, ok := s.Offer(id)
	if !ok {
		t.Fatalf("no offer %s", id)
	}
	return o
}

func accepted(id string) connector.ItemResult {
	return connector.ItemResult{OfferID: id, State: connector.ItemAccepted}
}

// byOffer is the results by offer with the codes and words of refusals.
func byOffer(t *testing.T, results []connector.ItemResult, err error) map[string]string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range results {
		out[r.OfferID] = string(r.State)
		if r.Err != nil {
			out[r.OfferID] += ": " + r.Err.Message
		}
	}
	return out
}

func TestOffers(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{Currency: "PLN"}, nil)
	s.Track(red, false)
	s.Oversell(generator, true)
	s.Stock(generator, 1001, 0)
	s.SeedOffers([]sim.OfferSeed{{SKU: "HID", Title: "Чернетка", PriceMinor: 100, Quantity: 3, Hidden: true}})
	pln := func(minor int64) connector.Money { return money.New(minor, money.PLN) } // variants name no currency: the shop does
	want := map[string]connector.Offer{
		kettle: {ExternalID: kettle, SKU: "SKU-17", Barcode: "4820000000017", Title: "Чайник - Чайник", Price: pln(74000), Quantity: qty.Pieces(9), Orderable: true, Counted: true, Active: true},
		red: {ExternalID: red, SKU: "SKU-17-R", Title: "Чайник - Чайник червоний", Price: pln(75000), Orderable: true, Active: true,
			Refuses: "Shopify does not track the quantity of this variant (switch on “Track quantity”)"},
		generator:     {ExternalID: generator, SKU: "GEN", Title: "Генератор - Генератор", Price: pln(1890050), Orderable: true, Counted: true, Active: true},
		"44000000004": {ExternalID: "44000000004", SKU: "HID", Title: "Чернетка - Чернетка", Price: pln(100), Quantity: qty.Pieces(3), Counted: true},
	}
	listed, _ := s.list(t)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("the list:\n%s", diff)
	}
	read, err := s.ch.ReadOffers(t.Context(), []string{kettle, red, generator, "44000000004", "7", "x", ""})
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]connector.Offer{}
	for _, o := range read {
		byID[o.ExternalID] = o
	}
	if diff := cmp.Diff(want, byID); diff != "" {
		t.Errorf("by id:\n%s", diff)
	}
}

func TestListManyOffers(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	var seeds []sim.OfferSeed
	for i := range 1500 {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%04d", i), Title: strings.Repeat("Ї", i%60), PriceMinor: 100, Quantity: int64(i)})
	}
	seeds = append(seeds, sim.OfferSeed{Title: "без артикула", PriceMinor: 100}, sim.OfferSeed{Title: "і цей", PriceMinor: 100})
	s.SeedOffers(seeds)
	got, pages := s.list(t)
	if len(got) != 1505 || pages < 8 {
		t.Errorf("%d offers on %d pages", len(got), pages)
	}
	for i := range 1500 {
		o, _ := s.OfferBySKU(seeds[i].SKU)
		if got[o.ID].Quantity != qty.Pieces(int64(i)) {
			t.Fatalf("offer %s: %+v", o.ID, got[o.ID])
		}
	}
	whole := open(t, shop.Options{}, nil)
	whole.SeedOffers(seeds)
	whole.respond = func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Range"); return false }
	if got, _ := whole.list(t); len(got) != 1505 {
		t.Errorf("a storage without ranges: %d offers", len(got))
	}
}

func TestListStartsAnew(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	first, err := s.ch.ListOffers(t.Context(), "")
	if err != nil || !first.More {
		t.Fatalf("%+v, error %v", first, err)
	}
	busy, err := s.ch.ListOffers(t.Context(), "") // an earlier session's query runs
	if err != nil || !busy.More || busy.Next != "" {
		t.Errorf("%+v, error %v", busy, err)
	}
	s.clock.Advance(time.Second)
	s.respond = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	}
	_, err = s.ch.ListOffers(t.Context(), first.Next)
	wantKind(t, "an address that has expired", err, connector.KindTransient, "fetched")
	s.respond = nil
	again, err := s.ch.ListOffers(t.Context(), first.Next)
	if err != nil || again.Next == first.Next || !again.More {
		t.Errorf("the same cursor afterwards: %+v, error %v", again, err)
	}
	_, err = s.ch.ListOffers(t.Context(), `{"op":4242}`)
	wantKind(t, "a forgotten query", err, connector.KindTransient, "forgot")
	if got, _ := s.list(t); len(got) != 3 {
		t.Errorf("%d offers", len(got))
	}
	empty := open(t, shop.Options{}, nil)
	empty.Shop = shop.New(shop.Options{Options: sim.Options{Clock: empty.clock}})
	if got, _ := empty.list(t); len(got) != 0 {
		t.Errorf("an empty shop: %v", got)
	}
}

func TestPushStockBadItemsInABigBatch(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{Locations: []shop.Location{{ID: 1001, Name: "Склад"}, {ID: 1002, Name: "Магазин"}}}, map[string]string{"location": "Магазин"})
	var items []connector.StockUpdate
	for i := range 95 {
		sku := fmt.Sprintf("B-%02d", i)
		s.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: sku, PriceMinor: 100, Quantity: 1}})
		o, _ := s.OfferBySKU(sku)
		s.Stock(o.ID, 1002, 3)
		items = append(items, connector.StockUpdate{OfferID: o.ID, Quantity: qty.Pieces(int64(i % 5))})
	}
	s.Track(red, false)
	items = append(items,
		connector.StockUpdate{OfferID: kettle, Quantity: qty.Pieces(6)}, // not stocked at the location yet
		connector.StockUpdate{OfferID: red, Quantity: qty.Pieces(6)}, connector.StockUpdate{OfferID: "44999999999", Quantity: qty.Pieces(1)},
		connector.StockUpdate{OfferID: "x", Quantity: qty.Pieces(1)}, connector.StockUpdate{OfferID: "", Quantity: qty.Pieces(1)})
	results, err := s.ch.PushStock(t.Context(), items)
	got := byOffer(t, results, err)
	if len(got) != 100 || len(results) != 100 {
		t.Errorf("%d results for %d offers", len(results), len(got))
	}
	for _, it := range items[:96] {
		if got[it.OfferID] != "accepted" {
			t.Errorf("offer %s: %q", it.OfferID, got[it.OfferID])
		}
	}
	for id, words := range map[string]string{red: "not tracked", "44999999999": "no such variant", "x": "not a number", "": "not a number"} {
		if !strings.HasPrefix(got[id], "rejected") || !strings.Contains(got[id], words) {
			t.Errorf("offer %q: %q, want “%s”", id, got[id], words)
		}
	}
	offers, err := s.ch.ReadOffers(t.Context(), []string{kettle, items[4].OfferID})
	if err != nil || len(offers) != 2 || offers[0].Quantity != qty.Pieces(6) || offers[1].Quantity != qty.Pieces(4) {
		t.Errorf("read back %+v, error %v", offers, err)
	}
	if o := s.shown(t, kettle); o.Quantity != 15 {
		t.Errorf("the other location has changed: %d pieces in all, want 9 + 6", o.Quantity)
	}
}

// A key that was used before would be answered with the first result.
func TestPushStockEveryTimeAnew(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	for _, n := range []int64{5, 0, 5, 0, 5} {
		results, err := s.ch.PushStock(t.Context(), []connector.StockUpdate{{OfferID: kettle, Quantity: qty.Pieces(n) + 500}})
		if diff := cmp.Diff([]connector.ItemResult{accepted(kettle)}, results); err != nil || diff != "" {
			t.Errorf("error %v\n%s", err, diff)
		}
		if got := s.shown(t, kettle).Quantity; got != n {
			t.Errorf("shown %d, want %d", got, n)
		}
	}
}

func TestPushStockStale(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	if _, err := s.ch.ReadOffers(t.Context(), []string{kettle, generator}); err != nil {
		t.Fatal(err)
	}
	s.place(t, basket(sim.BasketLine{OfferID: kettle, Quantity: 2})) // what was seen is not true any more
	before := len(s.bodies)
	push := []connector.StockUpdate{{OfferID: kettle, Quantity: qty.Pieces(3)}, {OfferID: generator, Quantity: qty.Pieces(1)}}
	results, err := s.ch.PushStock(t.Context(), push)
	got := byOffer(t, results, err)
	if got[kettle] != "accepted" || got[generator] != "accepted" || s.shown(t, kettle).Quantity != 3 || s.shown(t, generator).Quantity != 1 {
		t.Errorf("%v, shown %d and %d", got, s.shown(t, kettle).Quantity, s.shown(t, generator).Quantity)
	}
	if sent := s.bodies[before:]; len(sent) != 3 || !strings.Contains(sent[0], `"changeFromQuantity":9`) || !strings.Contains(sent[2], `"changeFromQuantity":7`) {
		t.Errorf("requests %s", strings.Join(sent, "\n"))
	}
	s.meddle = func(body string) { // somebody buys before each push arrives
		if strings.Contains(body, "inventorySetQuantities") {
			s.Stock(kettle, 1001, int64(100+len(s.bodies)))
		}
	}
	results, err = s.ch.PushStock(t.Context(), push)
	if got := byOffer(t, results, err); len(got) != 0 {
		t.Errorf("a number that never holds still: %v, want no result", got)
	}
}

func TestPushStockAtAServiceLocation(t *testing.T) {
	t.Parallel()
	places := []shop.Location{{ID: 1001, Name: "Склад"}}
	s := open(t, shop.Options{Locations: places}, nil)
	if _, err := s.ch.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	places[0].Service = true // handed over while the session was open
	results, err := s.ch.PushStock(t.Context(), []connector.StockUpdate{{OfferID: kettle, Quantity: 1000}})
	if got := byOffer(t, results, err); !strings.Contains(got[kettle], "fulfillment service location") {
		t.Errorf("%v", got)
	}
}

func TestPushPrice(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	uah := func(minor int64) connector.Money { return money.New(minor, money.UAH) }
	push := func(items ...connector.PriceUpdate) map[string]string {
		results, err := s.ch.PushPrice(t.Context(), items)
		return byOffer(t, results, err)
	}
	got := push(
		connector.PriceUpdate{OfferID: kettle, Price: uah(70050), Old: uah(89000)}, connector.PriceUpdate{OfferID: red, Price: money.New(100, money.PLN)},
		connector.PriceUpdate{OfferID: generator, Price: uah(1)}, connector.PriceUpdate{OfferID: "44999999999", Price: uah(1)}, connector.PriceUpdate{OfferID: "x", Price: uah(1)},
		connector.PriceUpdate{OfferID: "0", Price: uah(-1)},
	)
	want := map[string]string{
		kettle: "accepted", red: "rejected: the shop sells in UAH", generator: "accepted",
		"44999999999": "rejected: Shopify has no such variant", "x": "rejected: Shopify has no such variant", "0": "rejected: Shopify has no such variant",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if k, g := s.shown(t, kettle), s.shown(t, generator); k.PriceMinor != 70050 || k.OldPriceMinor != 89000 || g.PriceMinor != 1 {
		t.Errorf("shown %+v and %+v", k, g)
	}
	if got := push(connector.PriceUpdate{OfferID: kettle, Price: uah(70050)}, connector.PriceUpdate{OfferID: red, Price: uah(70060)}); got[kettle] != "accepted" || got[red] != "accepted" {
		t.Errorf("two variants of one product: %v", got)
	}
	if k := s.shown(t, kettle); k.OldPriceMinor != 0 {
		t.Errorf("the crossed-out price stays: %+v", k)
	}
	s.ch.known[45] = position{item: 1, product: 901} // a variant that was deleted since
	got = push(connector.PriceUpdate{OfferID: "45", Price: uah(5)}, connector.PriceUpdate{OfferID: red, Price: uah(5)})
	if got["45"] != "rejected: Product variant does not exist" || got[red] != "accepted" {
		t.Errorf("one bad variant of a product: %v", got)
	}
	s.ch.known[46] = position{item: 1, product: 4242}
	if got = push(connector.PriceUpdate{OfferID: "46", Price: uah(5)}, connector.PriceUpdate{OfferID: red, Price: uah(6)}); got["46"] != "rejected: Product does not exist" || got[red] != "accepted" {
		t.Errorf("a product that is gone: %v", got)
	}
}

// A full batch of prices, one product each, stays below the bound of one query's cost.
func TestPushPriceFullBatch(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{}, nil)
	var items []connector.PriceUpdate
	for i := range info.Limits.PriceBatch {
		sku := fmt.Sprintf("P-%02d", i)
		s.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: sku, PriceMinor: 100, Quantity: 1}})
		o, _ := s.OfferBySKU(sku)
		items = append(items, connector.PriceUpdate{OfferID: o.ID, Price: money.New(12345, money.UAH)})
	}
	results, err := s.ch.PushPrice(t.Context(), items)
	if got := byOffer(t, results, err); len(got) != len(items) {
		t.Errorf("%d results", len(got))
	}
	for _, it := range items {
		if s.shown(t, it.OfferID).PriceMinor != 12345 {
			t.Errorf("offer %s: %+v", it.OfferID, s.shown(t, it.OfferID))
		}
	}
}
