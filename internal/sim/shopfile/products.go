package shopfile

import (
	"github.com/lad-hub/lad/internal/sim"
)

// SeedOffers implements sim.Shop. An offer with a ParentSKU is a variant; the parent is made when it is not there.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		var parent int64
		if seed.ParentSKU != "" {
			parent = s.offer(seed.ParentSKU, 0).ID
		}
		row := s.offer(seed.SKU, parent)
		o := &row.Value
		o.barcode, o.name, o.priceMinor, o.quantity = seed.Barcode, seed.Title, seed.PriceMinor, seed.Quantity
		if seed.Hidden {
			o.quantity = 0 // the protocol knows no other way not to sell
		}
		s.offers.Touch(row, now, row.Group)
	}
}

// Groups of the book of offers.
const (
	groupProduct = 0
	groupVariant = 1
)

// offer finds an offer by the seller's code, or makes it; call it under the lock. One without a code is always new.
func (s *Shop) offer(sku string, parent int64) *offerRow {
	if row := s.offers.Get(s.bySKU[sku]); row != nil {
		return row
	}
	now := s.Now()
	row := &offerRow{ID: s.offers.FreeID(0, firstProduct), Created: now, Changed: now, Group: groupProduct, Value: offer{sku: sku, name: sku, product: parent}}
	if parent != 0 {
		row.Group = groupVariant
		s.variant[parent] = append(s.variant[parent], row.ID)
	}
	s.offers.Add(row)
	if sku != "" {
		s.bySKU[sku] = row.ID
	}
	return row
}

// find resolves a buyer's line: by offer id, else by the seller's code. nil = unknown.
func (s *Shop) find(id, sku string) *offerRow {
	if id != "" {
		return s.byID(id)
	}
	return s.offers.Get(s.bySKU[sku])
}

// Offer implements sim.Shop.
func (s *Shop) Offer(id string) (sim.OfferState, bool) { return s.shown(id, "") }

// OfferBySKU implements sim.Shop.
func (s *Shop) OfferBySKU(sku string) (sim.OfferState, bool) { return s.shown("", sku) }

func (s *Shop) shown(id, sku string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.View(s.find(id, sku), state)
}

// Offers implements sim.Shop.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.offers, state)
}
