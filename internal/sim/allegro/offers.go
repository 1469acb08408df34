package allegro

import (
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// SeedOffers implements sim.Shop. A seed without pieces is an offer that has ended, a hidden one a draft.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		row := s.offers.Get(s.bySKU[seed.SKU]) // a seed without SKU is always a new offer
		if row == nil {
			id, _ := strconv.ParseInt(seed.ID, 10, 64) // not a number = assigned
			id = s.offers.FreeID(id, firstOffer)
			row = &offerRow{ID: id, Created: now, Changed: now}
			s.offers.Add(row)
		}
		o := &row.Value
		o.sku, o.title, o.price, o.status = seed.SKU, seed.Title, seed.PriceMinor, offerActive
		o.setStock(seed.Quantity)
		if seed.Hidden {
			o.status = offerInactive
		}
		s.offers.Touch(row, now, 0)
		if seed.SKU != "" {
			s.bySKU[seed.SKU] = row.ID
		}
	}
}

// End is the seller's ending of an offer by hand; its pieces stay.
func (s *Shop) End(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.find(id, "")
	if row == nil {
		return false
	}
	row.Value.status = offerEnded
	s.offers.Touch(row, s.Now(), 0)
	return true
}

// Foreign makes an offer of another seller known under an id.
func (s *Shop) Foreign(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foreign[id] = true
}

// Lock makes every change of an offer fail with a reason, as an offer under review does; no reason ends that.
func (s *Shop) Lock(id, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.find(id, ""); row != nil {
		s.locked[row.ID] = reason
	}
}

// find resolves a buyer's line: by offer id, else by the seller's code. nil = unknown.
func (s *Shop) find(id, sku string) *offerRow {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		return s.offers.Get(n)
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
	return sim.View(s.find(id, sku), offerState)
}

// Offers implements sim.Shop.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.offers, offerState)
}
