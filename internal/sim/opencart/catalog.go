package opencart

import (
	"fmt"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// SeedOffers implements sim.Shop. A seed that names a parent becomes a value of the one option of a product that stands for
// the parent; the product itself is no offer.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seed := range seeds {
		sku := seed.SKU
		if sku == "" {
			sku = seed.ID
		}
		row, u := s.find(s.bySKU[sku])
		if u == nil {
			row, u = s.newUnit(seed, sku)
		}
		*u = unit{
			value: u.value, sku: sku, barcode: seed.Barcode, title: seed.Title, priceMinor: seed.PriceMinor, quantity: max(seed.Quantity, 0), hidden: seed.Hidden,
		}
		s.products.Touch(row, s.Now(), 0)
	}
}

func (s *Shop) newUnit(seed sim.OfferSeed, sku string) (*productRow, *unit) {
	isValue := seed.ParentSKU != "" && seed.ParentSKU != sku
	row := s.products.Get(s.byGroup[seed.ParentSKU])
	if !isValue || row == nil {
		row = s.newProduct(seed, isValue)
	}
	value := int64(0)
	if isValue {
		s.lastValue = max(s.lastValue, firstValue-1) + 1
		value = s.lastValue
	}
	row.Value.units = append(row.Value.units, unit{value: value})
	s.bySKU[sku] = offerID(row.ID, value)
	return row, &row.Value.units[len(row.Value.units)-1]
}

func (s *Shop) newProduct(seed sim.OfferSeed, withOption bool) *productRow {
	id, err := strconv.ParseInt(seed.ID, 10, 64)
	if err != nil || id <= 0 || s.products.Get(id) != nil {
		id = s.products.FreeID(0, firstProduct)
	}
	now := s.Now()
	row := &productRow{ID: id, Created: now, Changed: now, Value: product{title: seed.Title}}
	if withOption {
		row.Value.option = "Варіант"
		s.byGroup[seed.ParentSKU] = id
	}
	s.products.Add(row)
	return row
}

// Refuse makes a product one whose stock can not be set: "options" or "variants".
func (s *Shop) Refuse(id, why string) error {
	return s.edit(id, func(r *productRow, _ *unit) { r.Value.refuses = why })
}

// Special puts up a special price that is not Lad's.
func (s *Shop) Special(id string, minor int64) error {
	return s.edit(id, func(_ *productRow, u *unit) { u.specialMinor, u.foreign = minor, true })
}

// edit is what the owner does to an offer in the admin.
func (s *Shop) edit(id string, f func(*productRow, *unit)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, u := s.find(id)
	if u == nil {
		return fmt.Errorf("opencart: no offer %q", id)
	}
	f(row, u)
	s.products.Touch(row, s.Now(), 0)
	return nil
}

// Offer implements sim.Shop.
func (s *Shop) Offer(id string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, u := s.find(id)
	if u == nil {
		return sim.OfferState{}, false
	}
	return s.state(row, u), true
}

// OfferBySKU implements sim.Shop.
func (s *Shop) OfferBySKU(sku string) (sim.OfferState, bool) {
	s.mu.Lock()
	id := s.bySKU[sku]
	s.mu.Unlock()
	return s.Offer(id)
}

// Offers implements sim.Shop.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, _ := s.products.Find(sim.Query[product]{Ascending: true})
	out := make([]sim.OfferState, 0, len(rows))
	for _, r := range rows {
		for i := range r.Value.units {
			out = append(out, s.state(r, &r.Value.units[i]))
		}
	}
	return out
}
