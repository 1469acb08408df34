package rozetka

import (
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// feedRow is what the seller's price list says of an offer.
type feedRow struct {
	price    int64
	quantity int64
}

// whole rounds kopiykas to the hryvnias this channel counts in.
func whole(minor int64) int64 { return (minor + 50) / 100 }

// SeedOffers implements sim.Shop. The seed is also the content of the price list until SetFeed replaces it.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		offerID := seed.ExternalID
		if offerID == "" {
			offerID = seed.SKU
		}
		row := s.items.Get(s.byOffer[offerID]) // a seed without SKU is always a new offer
		if row == nil {
			id, _ := strconv.ParseInt(seed.ID, 10, 64) // not a number = assigned
			id = s.items.FreeID(id, firstItem)
			row = &itemRow{ID: id, Created: now, Changed: now, Value: item{innerID: firstInner + int64(s.items.Len())}}
			s.items.Add(row)
			s.byInner[row.Value.innerID] = id
		}
		i := &row.Value
		i.offerID, i.article, i.barcode, i.name, i.hidden = offerID, seed.SKU, seed.Barcode, seed.Title, seed.Hidden
		i.price, i.parked = whole(seed.PriceMinor), 0
		i.setStock(seed.Quantity)
		s.items.Touch(row, now, 0)
		if offerID != "" {
			s.byOffer[offerID] = row.ID
			s.feed[offerID] = feedRow{whole(seed.PriceMinor), seed.Quantity}
		}
	}
}

// find resolves a buyer's line: by rz_item_id, else by the seller's offer id. nil = unknown.
func (s *Shop) find(id, sku string) *itemRow {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		return s.items.Get(n)
	}
	return s.items.Get(s.byOffer[sku])
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
	return sim.Views(s.items, state)
}

// SetFeed replaces the content of the seller's price list. Rows are matched by ExternalID, then SKU.
func (s *Shop) SetFeed(rows []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.feed)
	for _, r := range rows {
		key := r.ExternalID
		if key == "" {
			key = r.SKU
		}
		s.feed[key] = feedRow{whole(r.PriceMinor), r.Quantity}
	}
}

// SetAvailability changes who owns quantities: 3 = the price list, 4 = the API.
func (s *Shop) SetAvailability(mode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = mode
}

// FeedPull reads the price list as the marketplace does on its own period: an offer that is missing from it vanishes
// (available 2), and in mode 3 quantities and prices are overwritten. It returns the number of offers it changed.
func (s *Shop) FeedPull() int {
	changes := s.pull()
	s.Tell(changes)
	return len(changes)
}

func (s *Shop) pull() []sim.OfferChange {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	s.pulled = now
	var changes []sim.OfferChange
	rows, _ := s.items.Find(sim.Query[item]{Ascending: true})
	for _, row := range rows {
		before := state(row)
		f, listed := s.feed[row.Value.offerID]
		switch {
		case !listed:
			row.Value.available = availableVanished
		case s.mode == modeFeed:
			row.Value.price, row.Value.parked = f.price, 0
			row.Value.setStock(f.quantity)
		case row.Value.available == availableVanished:
			row.Value.setStock(row.Value.stock)
		}
		change := sim.OfferChange{Shop: s.Name(), Cause: sim.CauseFeed, At: now, Before: before, After: state(row)}
		if change.Shown() {
			s.items.Touch(row, now, 0)
			changes = append(changes, change)
		}
	}
	return changes
}

// AcceptPrice is a manager's consent to a parked price; false when none is parked.
func (s *Shop) AcceptPrice(id string) bool {
	return s.decide(id, func(i *item) { i.price, i.parked = i.parked, 0 })
}

// RejectPrice is a manager's refusal of a parked price; it stays listed as rejected and is never applied.
func (s *Shop) RejectPrice(id string) bool { return s.decide(id, func(i *item) { i.parkState = 2 }) }

func (s *Shop) decide(id string, f func(*item)) bool {
	s.mu.Lock()
	row := s.find(id, "")
	if row == nil || row.Value.parked == 0 {
		s.mu.Unlock()
		return false
	}
	now := s.Now()
	before := state(row)
	f(&row.Value)
	s.items.Touch(row, now, 0)
	change := sim.OfferChange{Shop: s.Name(), Cause: sim.CauseAPI, At: now, Before: before, After: state(row)}
	s.mu.Unlock()
	s.Tell([]sim.OfferChange{change})
	return true
}
