package woocommerce

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/woocommerce"
)

func (s *stand) listAll(t *testing.T, between func()) map[string]connector.Offer {
	t.Helper()
	got, cursor := map[string]connector.Offer{}, ""
	for range 50 {
		p, err := s.ListOffers(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Offers {
			got[o.ExternalID] = o
		}
		if cursor = p.Next; !p.More {
			return got
		}
		if between != nil {
			between()
			between = nil
		}
	}
	t.Fatal("the list does not end")
	return nil
}

func TestOffers(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	s.Change("55", func(p *shop.Product) { p.Backorders, p.Quantity = "yes", -2 })
	s.Change("57", func(p *shop.Product) { p.Count, p.Quantity = "true", 9 })
	s.Change("57-58", func(p *shop.Product) { p.Count = "parent" })
	s.Change("57-59", func(p *shop.Product) { p.Count = "false" })
	s.SeedOffers([]sim.OfferSeed{{SKU: "SKU-17-OLD", Title: "Старий"}, {SKU: "AFFILIATE", Title: "Чужий"}, {SKU: "DRAFT", Title: "Чернетка", Hidden: true, PriceMinor: 100, Quantity: 1}})
	s.Change("60", func(p *shop.Product) { p.Trash = true })
	s.Change("61", func(p *shop.Product) { p.Kind = "external" })
	want := map[string]connector.Offer{
		"55":    {ExternalID: "55", SKU: "SKU-17", Barcode: "4820000000017", Title: "Чайник", Price: uah(74000), Orderable: true, Counted: true, Active: true},
		"56":    {ExternalID: "56", SKU: "CUP", Title: "Чашка", Price: uah(12050), Counted: true, Active: true},
		"57-58": {ExternalID: "57-58", SKU: "SHIRT-M", Title: "Набір SHIRT: M", Price: uah(50000), Quantity: qty.Pieces(9), Orderable: true, Counted: true, Active: true},
		"57-59": {ExternalID: "57-59", SKU: "SHIRT-L", Title: "Набір SHIRT: L", Price: uah(52000), Orderable: true, Active: true},
		"62":    {ExternalID: "62", SKU: "DRAFT", Title: "Чернетка", Price: uah(100), Quantity: qty.Pieces(1), Counted: true},
	}
	got := s.listAll(t, nil)
	read, err := s.ReadOffers(t.Context(), []string{"55", "57-59", "56", "57-58", "62", "55", "57", "60", "61", "99-1", "x", "", "-5", "57-"})
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]connector.Offer{}
	for _, o := range read {
		byID[o.ExternalID] = o
	}
	for name, offers := range map[string]map[string]connector.Offer{"listed": got, "read by id": byID} {
		for id, o := range offers {
			o.URL = ""
			offers[id] = o
		}
		if diff := cmp.Diff(want, offers); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestListOffersSurvivesRemovals(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	var seeds []sim.OfferSeed
	for i := range 250 {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%03d", i), Title: "Товар", PriceMinor: 100, Quantity: 1})
	}
	s.SeedOffers(seeds)
	got := s.listAll(t, func() {
		for _, id := range []string{"60", "61", "62"} {
			s.Change(id, func(p *shop.Product) { p.Trash = true })
		}
	})
	if len(got) != 254 { // the three were read before they went
		t.Errorf("%d offers, want 254", len(got))
	}
}
