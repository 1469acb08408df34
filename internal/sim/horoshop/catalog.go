package horoshop

import (
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

// SeedOffers implements sim.Shop. All pieces lie in the main warehouse.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		article := seed.SKU
		if article == "" {
			article = seed.ID
		}
		row := s.offers.Get(s.byArticle[article])
		if row == nil {
			row = &offerRow{ID: s.offers.MaxID() + 1, Created: now, Changed: now}
			s.offers.Add(row)
			s.byArticle[article] = row.ID
		}
		parent := seed.ParentSKU
		if parent == "" {
			parent = article
		}
		row.Value = offer{
			article: article, parent: parent, titleUA: seed.Title, titleRU: s.russian(seed.Title), category: s.parentID(seed.Category), barcode: seed.Barcode,
			priceMinor: seed.PriceMinor, residues: make([]int64, len(s.warehouses)), shown: !seed.Hidden,
		}
		row.Value.residues[0] = max(seed.Quantity, 0)
		row.Value.derive()
		s.offers.Touch(row, now, 0)
	}
}

// russian is what a text in Russian reads as.
func (s *Shop) russian(text string) string {
	if s.o.NoRussian {
		return ""
	}
	return text
}

// parentID is the number of a category path, made when it is new.
func (s *Shop) parentID(path string) int {
	if path == "" {
		path = "Каталог"
	}
	i := slices.Index(s.parents, path)
	if i < 0 {
		i = len(s.parents)
		s.parents = append(s.parents, path)
	}
	return firstParent + i
}

// find resolves a buyer's line: the article is both the id and the SKU. nil = unknown.
func (s *Shop) find(id, sku string) *offerRow {
	if id != "" {
		return s.offers.Get(s.byArticle[id])
	}
	return s.offers.Get(s.byArticle[sku])
}

// Offer implements sim.Shop.
func (s *Shop) Offer(id string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.View(s.find(id, ""), s.state)
}

// OfferBySKU implements sim.Shop.
func (s *Shop) OfferBySKU(sku string) (sim.OfferState, bool) { return s.Offer(sku) }

// Offers implements sim.Shop.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sim.Views(s.offers, s.state)
}
