package erli

import (
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

// SeedOffers implements sim.Shop. The product's id is the merchant's own: ExternalID of the seed, else ID, else SKU.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		row := s.offers.Get(s.bySKU[seed.SKU]) // a seed without SKU is always a new offer
		if row == nil {
			row = s.addOffer(firstOf(seed.ExternalID, seed.ID, seed.SKU))
		}
		o := &row.Value
		o.sku, o.barcode, o.name, o.group = seed.SKU, seed.Barcode, seed.Title, seed.ParentSKU
		o.priceMinor, o.stock, o.active, o.archived = seed.PriceMinor, seed.Quantity, !seed.Hidden, false
		if seed.SKU != "" {
			s.bySKU[seed.SKU] = row.ID
		}
		s.offers.Touch(row, now, 0)
	}
}

// addOffer makes an empty product, or finds the one with this id; call it under the lock.
func (s *Shop) addOffer(externalID string) *offerRow {
	if row := s.offers.Get(s.byID[externalID]); row != nil {
		return row
	}
	now := s.Now()
	row := &offerRow{ID: s.offers.FreeID(0, firstMeta), Created: now, Changed: now, Value: offer{externalID: externalID, frozen: map[string]bool{}}}
	s.offers.Add(row)
	s.byID[externalID] = row.ID
	at, _ := slices.BinarySearch(s.names, externalID)
	s.names = slices.Insert(s.names, at, externalID)
	return row
}

// Freeze is the seller's own edit of a field in the panel: from then on the API passes over it.
func (s *Shop) Freeze(externalID string, fields ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.offers.Get(s.byID[externalID]); row != nil {
		for _, f := range fields {
			row.Value.frozen[f] = true
		}
	}
}

// Archive takes a product out of the panel; it can not be bought.
func (s *Shop) Archive(externalID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.offers.Get(s.byID[externalID]); row != nil {
		row.Value.archived = true
	}
}

// find resolves a buyer's line: by product id, else by the seller's code. nil = unknown.
func (s *Shop) find(offerID, sku string) *offerRow {
	if row := s.offers.Get(s.byID[offerID]); row != nil {
		return row
	}
	if offerID == "" {
		return s.offers.Get(s.bySKU[sku])
	}
	return nil
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

// Offers implements sim.Shop: in the order of the merchant's ids.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]sim.OfferState, 0, len(s.names))
	for _, id := range s.names {
		out = append(out, state(s.offers.Get(s.byID[id])))
	}
	return out
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
