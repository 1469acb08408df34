package prestashop

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/prestashop"
)

func kinds(results []connector.ItemResult) map[string]connector.ItemState {
	out := map[string]connector.ItemState{}
	for _, r := range results {
		out[r.OfferID] = r.State
	}
	return out
}

func TestOneBadItemInABigBatch(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	var seeds []sim.OfferSeed
	for i := range info.Limits.StockBatch {
		seeds = append(seeds, sim.OfferSeed{SKU: "B-" + string(rune('A'+i)), Title: "Товар", PriceMinor: 1000, Quantity: 5})
	}
	s.shop.SeedOffers(seeds)
	var items []connector.StockUpdate
	for _, seed := range seeds {
		o, _ := s.shop.OfferBySKU(seed.SKU)
		items = append(items, connector.StockUpdate{OfferID: o.ID, Quantity: qty.Pieces(2)})
	}
	bad := []string{items[7].OfferID, items[8].OfferID, items[30].OfferID}
	for _, id := range bad {
		s.shop.Break(id)
	}
	results, err := s.PushStock(t.Context(), items)
	if err != nil {
		t.Fatal(err)
	}
	got := kinds(results)
	for _, it := range items {
		want, shown := connector.ItemAccepted, int64(2)
		if slices.Contains(bad, it.OfferID) {
			want, shown = connector.ItemRejected, 5
		}
		if o, _ := s.shop.Offer(it.OfferID); got[it.OfferID] != want || o.Quantity != shown {
			t.Errorf("offer %s: %q, shows %d", it.OfferID, got[it.OfferID], o.Quantity)
		}
	}
	for _, r := range results {
		if r.State == connector.ItemRejected && !strings.Contains(r.Err.Message, "StockAvailable") {
			t.Errorf("%s is refused in other words: %v", r.OfferID, r.Err)
		}
	}
}

// Many bad items end a push early; those left out have no result and come again.
func TestManyBadItems(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	var items []connector.StockUpdate
	for i := range 9 {
		sku := "B-" + string(rune('A'+i))
		s.shop.SeedOffers([]sim.OfferSeed{{SKU: sku, Title: "Товар", PriceMinor: 1000, Quantity: 5}})
		o, _ := s.shop.OfferBySKU(sku)
		s.shop.Break(o.ID)
		items = append(items, connector.StockUpdate{OfferID: o.ID})
	}
	results, err := s.PushStock(t.Context(), items)
	if err != nil || len(results) != maxRefusals {
		t.Errorf("%d results, error %v", len(results), err)
	}
}

func TestStockThatCanNotBeWritten(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	s.shop.DependOnStock("56-13")
	results, err := s.PushStock(t.Context(), []connector.StockUpdate{
		{OfferID: "56", Quantity: qty.Pieces(50)}, {OfferID: "56-13", Quantity: qty.Pieces(8)}, {OfferID: "56-12", Quantity: 2500},
		{OfferID: "55-12", Quantity: 1}, {OfferID: "055", Quantity: 1}, {OfferID: "55", Quantity: qty.Pieces(9)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]connector.ItemState{
		"56": connector.ItemRejected, "56-13": connector.ItemRejected, "56-12": connector.ItemAccepted, "55-12": connector.ItemRejected,
		"055": connector.ItemRejected, "55": connector.ItemConfirmed,
	}
	if diff := cmp.Diff(want, kinds(results)); diff != "" {
		t.Error(diff)
	}
	if got := s.shop.StockQuantity("56", 1); got != 6 {
		t.Errorf("the sum row is %d, want 2 and 4", got)
	}
	offers, err := s.ReadOffers(t.Context(), []string{"56-13", "56"})
	if err != nil || len(offers) != 1 || !strings.Contains(offers[0].Refuses, "warehouses") {
		t.Errorf("%+v, %v", offers, err)
	}
}

func TestMultistore(t *testing.T) {
	t.Parallel()
	o := shop.Options{Shops: []int64{1, 2}}
	push := []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(1)}}
	all := start(t, o, nil)
	_, err := all.PushStock(t.Context(), push)
	wantKind(t, "stock without a shop's number", err, connector.KindSettings, "shop_id")
	_, err = all.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(1)}})
	wantKind(t, "a price without a shop's number", err, connector.KindSettings, "shop_id")
	_, err = all.Check(t.Context())
	wantKind(t, "a form without a shop's number", err, connector.KindSettings, "shop_id")
	second := start(t, o, map[string]string{"shop_id": "2"})
	results, err := second.PushStock(t.Context(), push)
	if err != nil || results[0].State != connector.ItemAccepted {
		t.Errorf("%+v, %v", results, err)
	}
	if a, b := second.shop.StockQuantity("55", 1), second.shop.StockQuantity("55", 2); a != 9 || b != 1 {
		t.Errorf("shop 1 has %d and shop 2 has %d, want 9 and 1", a, b)
	}
	for shop, want := range map[string]bool{"1": false, "2": true} {
		s := start(t, o, map[string]string{"shop_id": shop})
		s.shop.SeedOffers([]sim.OfferSeed{{SKU: "SKU-17", Title: "Чайник", PriceMinor: 740_00}})
		offers, err := s.ReadOffers(t.Context(), []string{"55"})
		if err != nil || len(offers) != 1 || offers[0].Orderable != want {
			t.Errorf("shop %s: %+v, %v; it sells what is sold out: %v", shop, offers, err, want)
		}
	}
	_, err = start(t, o, map[string]string{"shop_id": "3"}).Check(t.Context())
	wantKind(t, "a shop that is not there", err, connector.KindSettings, "shop_id")
}

func TestPriceWithoutTax(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]shop.Options{"PATCH": {TaxPerMille: 230}, "whole rows": {Old: true, TaxPerMille: 75}, "no tax": {TaxPerMille: -1}} {
		s := start(t, o, nil)
		s.shop.Describe("55", "Опис магазину")
		var items []connector.PriceUpdate
		want := map[string]int64{"55": 1234_57, "56-12": 99_99, "56-13": 1}
		for id, minor := range want {
			items = append(items, connector.PriceUpdate{OfferID: id, Price: uah(minor), Old: uah(minor * 2)})
		}
		results, err := s.PushPrice(t.Context(), append(items, connector.PriceUpdate{OfferID: "56", Price: uah(5)}))
		if err != nil || kinds(results)["56"] != connector.ItemRejected {
			t.Errorf("%s: %+v, %v", name, results, err)
		}
		for id, minor := range want {
			if o, _ := s.shop.Offer(id); o.PriceMinor != minor || !o.Orderable || kinds(results)[id] != connector.ItemAccepted {
				t.Errorf("%s: offer %s shows %d (orderable: %v), %q, want %d", name, id, o.PriceMinor, o.Orderable, kinds(results)[id], minor)
			}
		}
		if got := s.shop.Description("55"); got != "Опис магазину" {
			t.Errorf("%s: the description became %q", name, got)
		}
		writes := s.sent("P")
		if results, err = s.PushPrice(t.Context(), items); err != nil || results[0].State != connector.ItemConfirmed || s.sent("P") != writes {
			t.Errorf("%s: the same prices again: %+v, %v, %d writes", name, results, err, s.sent("P")-writes)
		}
	}
}

func TestPriceDuringASale(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	s.shop.Reduce("55", 40_00)
	offers, err := s.ReadOffers(t.Context(), []string{"55"})
	if err != nil || offers[0].Price != uah(700_00) {
		t.Errorf("%+v, %v: want what buyers pay", offers, err)
	}
	results, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(650_00)}})
	if err != nil || results[0].State != connector.ItemRejected || !strings.Contains(results[0].Err.Message, "sale") {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	s.shop.AllowOutOfStock("56-13")
	s.shop.SeedOffers([]sim.OfferSeed{{SKU: "SHIRT-L", PriceMinor: 90_00}, {SKU: "HID", Title: "Схований", PriceMinor: 5_00, Quantity: 1, Hidden: true}})
	p, err := s.ListOffers(t.Context(), "")
	if err != nil || p.More {
		t.Fatalf("more %v, error %v", p.More, err)
	}
	want := []connector.Offer{
		{ExternalID: "55", SKU: "SKU-17", Barcode: "4820000000017", Title: "Чайник", Price: uah(740_00), Quantity: qty.Pieces(9), Orderable: true, Counted: true, Active: true},
		{ExternalID: "56-12", SKU: "SHIRT-M", Title: "Сорочка SHIRT-M", Price: uah(110_00), Quantity: qty.Pieces(3), Orderable: true, Counted: true, Active: true},
		{ExternalID: "56-13", SKU: "SHIRT-L", Title: "Сорочка SHIRT-L", Price: uah(90_00), Orderable: true, Counted: true, Active: true},
		{ExternalID: "57", SKU: "HID", Title: "Схований", Price: uah(5_00), Quantity: qty.Pieces(1), Counted: true},
	}
	if diff := cmp.Diff(want, p.Offers); diff != "" {
		t.Error(diff)
	}
}

// Rows of several shops for one offer, which no setting tells apart, are not guessed at.
func TestRowsOfSeveralShops(t *testing.T) {
	t.Parallel()
	row := func(shop string) *node {
		return &node{name: "stock_available", kids: []*node{leaf("id", shop), leaf("id_shop", shop), leaf("depends_on_stock", "0")}}
	}
	both := []*node{row("1"), row("2")}
	if got, why := (&channel{}).kept(both); got != nil || !strings.Contains(why, "several shops") {
		t.Errorf("%v, %q", got, why)
	}
	if got, why := (&channel{shop: "2"}).kept(both); got != both[1] || why != "" {
		t.Errorf("%v, %q", got, why)
	}
	if got, why := (&channel{shop: "2"}).kept(both[:1]); got != both[0] || why != "" {
		t.Errorf("a row that shops share: %v, %q", got, why)
	}
}

func TestShopWithoutStockManagement(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	f, err := s.know(t.Context(), reading)
	if err != nil {
		t.Fatal(err)
	}
	f.counts = false
	results, err := s.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(1)}})
	if err != nil || results[0].State != connector.ItemRejected || s.sent("PUT") > 0 {
		t.Errorf("%+v, %v", results, err)
	}
	offers, err := s.ReadOffers(t.Context(), []string{"55"})
	if err != nil || offers[0].Counted || !offers[0].Orderable || offers[0].Refuses == "" {
		t.Errorf("%+v, %v", offers, err)
	}
}
