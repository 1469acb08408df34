package shopify

import (
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// SeedOffers implements sim.Shop. The quantity goes to the first location; a new offer is stocked there only.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		row := s.variants.Get(s.bySKU[seed.SKU]) // a seed without SKU is always a new offer
		if row == nil {
			id, _ := strconv.ParseInt(seed.ID, 10, 64) // not a number = assigned
			id = s.variants.FreeID(id, firstVariant)
			row = &variantRow{ID: id, Created: now, Changed: now, Value: variant{levels: map[int64]*level{}}}
			row.Value.product = s.productOf(seed, id)
			s.variants.Add(row)
		}
		v := &row.Value
		v.sku, v.barcode, v.title, v.priceMinor, v.compareMinor = seed.SKU, seed.Barcode, seed.Title, seed.PriceMinor, 0
		s.products[v.product].status = "ACTIVE"
		if seed.Hidden {
			s.products[v.product].status = "DRAFT"
		}
		v.at(s.o.Locations[0].ID).available = seed.Quantity
		if seed.SKU != "" {
			s.bySKU[seed.SKU] = row.ID
		}
		s.variants.Touch(row, now, 0)
	}
}

// productOf is the product of a new variant: its parent's, else one of its own.
func (s *Shop) productOf(seed sim.OfferSeed, id int64) int64 {
	if parent := s.variants.Get(s.bySKU[seed.ParentSKU]); parent != nil && seed.ParentSKU != "" {
		p := s.products[parent.Value.product]
		p.variants = append(p.variants, id)
		return p.id
	}
	p := &product{id: s.nextID(), title: seed.Title, variants: []int64{id}}
	s.products[p.id] = p
	return p.id
}

// at is the level at a location, stocked there if it was not.
func (v *variant) at(location int64) *level {
	l := v.levels[location]
	if l == nil {
		l = &level{}
		v.levels[location] = l
	}
	return l
}

// Track switches the counting of an offer off or on, as "Track quantity" in the cabinet does.
func (s *Shop) Track(id string, on bool) { s.edit(id, func(v *variant) { v.untracked = !on }) }

// Oversell lets buyers order what is not there (inventoryPolicy CONTINUE), or not.
func (s *Shop) Oversell(id string, on bool) { s.edit(id, func(v *variant) { v.oversell = on }) }

// Stock sets the pieces of an offer at a location; a negative number takes it out of that location.
func (s *Shop) Stock(id string, location, pieces int64) {
	s.edit(id, func(v *variant) {
		if pieces < 0 {
			delete(v.levels, location)
			return
		}
		v.at(location).available = pieces
	})
}

func (s *Shop) edit(id string, f func(*variant)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.find(id, ""); row != nil {
		f(&row.Value)
		s.variants.Touch(row, s.Now(), 0)
	}
}

// find resolves a buyer's line: by variant id, else by the seller's code. nil = unknown.
func (s *Shop) find(id, sku string) *variantRow {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		return s.variants.Get(n)
	}
	return s.variants.Get(s.bySKU[sku])
}

// Offer implements sim.Shop.
func (s *Shop) Offer(id string) (sim.OfferState, bool) { return s.shown(id, "") }

// OfferBySKU implements sim.Shop.
func (s *Shop) OfferBySKU(sku string) (sim.OfferState, bool) { return s.shown("", sku) }

func (s *Shop) shown(id, sku string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.View(s.find(id, sku), s.state)
}

// Offers implements sim.Shop.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.variants, s.state)
}
