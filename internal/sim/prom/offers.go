package prom

import (
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// feedRow is what the seller's import file says of an offer.
type feedRow struct {
	priceMinor int64
	quantity   int64
}

// SeedOffers implements sim.Shop. The seed is also the content of the scheduled import file until SetFeed replaces it.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		row := s.offers.Get(s.bySKU[seed.SKU]) // a seed without SKU is always a new offer
		if row == nil {
			id, _ := strconv.ParseInt(seed.ID, 10, 64) // not a number = assigned
			id = s.offers.FreeID(id, firstOffer)
			row = &offerRow{ID: id, Created: now, Changed: now, Group: s.groupID(seed.Category)}
			s.offers.Add(row)
		}
		s.fill(row, seed)
		s.offers.Touch(row, now, s.groupID(seed.Category))
	}
}

func (s *Shop) fill(row *offerRow, seed sim.OfferSeed) {
	if seed.ExternalID == "" {
		seed.ExternalID = seed.SKU
	}
	presence, status := "available", "on_display"
	if seed.Quantity <= 0 {
		presence = "not_available"
	}
	if seed.Hidden {
		status = "not_on_display"
	}
	row.Value = offer{
		externalID: seed.ExternalID, sku: seed.SKU, barcode: seed.Barcode, name: seed.Title, base: s.bySKU[seed.ParentSKU],
		priceMinor: seed.PriceMinor, tracked: true, quantity: seed.Quantity, presence: presence, inStock: seed.Quantity > 0, status: status,
	}
	if seed.SKU != "" {
		s.bySKU[seed.SKU] = row.ID
	}
	if seed.ExternalID != "" {
		s.byExt[seed.ExternalID] = row.ID
	}
	s.feed[row.ID] = feedRow{seed.PriceMinor, seed.Quantity}
}

// groupID is the number of a group of products, made when the name is new; 0 for no group.
func (s *Shop) groupID(name string) int {
	if name == "" {
		return 0
	}
	i := slices.Index(s.groups, name)
	if i < 0 {
		i = len(s.groups)
		s.groups = append(s.groups, name)
	}
	return firstGroup + i
}

// find resolves a buyer's line: by product id, else by the seller's code, else by the external id. nil = unknown.
func (s *Shop) find(offerID, sku string) *offerRow {
	if id, err := strconv.ParseInt(offerID, 10, 64); err == nil {
		return s.offers.Get(id)
	}
	if id, ok := s.bySKU[sku]; ok {
		return s.offers.Get(id)
	}
	return s.offers.Get(s.byExt[sku])
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

// SetFeed replaces the content of the seller's scheduled import file. Rows are matched by external id, then SKU; offers
// without a row are left alone, as with mark_missing_product_as none.
func (s *Shop) SetFeed(rows []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.feed)
	for _, r := range rows {
		id, ok := s.byExt[r.ExternalID]
		if !ok {
			id, ok = s.bySKU[r.SKU]
		}
		if ok {
			s.feed[id] = feedRow{r.PriceMinor, r.Quantity}
		}
	}
}

// ScheduledImport runs the seller's import link, which Prom does every few hours when one is set: it overwrites price,
// presence and quantity whatever the API wrote meanwhile. It returns the number of offers it changed.
func (s *Shop) ScheduledImport() int {
	changes := s.runImport()
	s.Tell(changes)
	return len(changes)
}

func (s *Shop) runImport() []sim.OfferChange {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	var changes []sim.OfferChange
	rows, _ := s.offers.Find(sim.Query[offer]{Ascending: true})
	for _, row := range rows {
		f, ok := s.feed[row.ID]
		if !ok {
			continue
		}
		before := state(row)
		o := &row.Value
		o.priceMinor, o.quantity, o.tracked, o.presence, o.inStock = f.priceMinor, f.quantity, true, "available", true
		if f.quantity <= 0 {
			o.presence, o.inStock = "not_available", false
		}
		change := sim.OfferChange{Shop: s.Name(), Cause: sim.CauseFeed, At: now, Before: before, After: state(row)}
		if change.Shown() {
			s.offers.Touch(row, now, row.Group)
			changes = append(changes, change)
		}
	}
	return changes
}
