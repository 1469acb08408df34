package woocommerce

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// SeedOffers implements sim.Shop. A seed with a ParentSKU is a variation of a variable product that all variants of that SKU
// share; the seed with that SKU stays a product of its own.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		row := s.products.Get(s.bySKU[seed.SKU]) // a seed without SKU is always a new offer
		if row == nil {
			row = s.add(seed, now)
		}
		s.fill(row, seed)
		s.products.Touch(row, now, row.Value.kind)
	}
}

// add makes the row of a new offer, and the variable product around it when the seed is its first variant.
func (s *Shop) add(seed sim.OfferSeed, now time.Time) *productRow {
	var parent int64
	kind := kindSimple
	if seed.ParentSKU != "" {
		kind = kindVariation
		if parent = s.groups[seed.ParentSKU]; parent == 0 {
			name := strings.TrimSpace("Набір " + seed.ParentSKU)
			row := s.insert(0, product{kind: kindVariable, name: name, category: seed.Category, status: "publish", count: countNone, stock: "instock", backorders: "no"}, now)
			parent = row.ID
			s.groups[seed.ParentSKU] = parent
		}
	}
	id, _ := strconv.ParseInt(seed.ID, 10, 64) // not a number = assigned
	row := s.insert(id, product{kind: kind, parent: parent, count: countOwn, backorders: "no"}, now)
	if parent > 0 {
		s.children[parent] = append(s.children[parent], row.ID)
	}
	return row
}

func (s *Shop) insert(id int64, p product, now time.Time) *productRow {
	id = s.products.FreeID(id, firstProduct)
	row := &productRow{ID: id, Created: now, Changed: now, Group: p.kind, Value: p}
	s.products.Add(row)
	return row
}

func (s *Shop) fill(row *productRow, seed sim.OfferSeed) {
	p := &row.Value
	p.sku, p.barcode, p.name, p.category, p.status = seed.SKU, seed.Barcode, seed.Title, seed.Category, "publish"
	p.regularMinor, p.saleMinor, p.quantity, p.stock = seed.PriceMinor, 0, seed.Quantity, "instock"
	if seed.Hidden {
		p.status = "draft"
	}
	if seed.Quantity <= 0 {
		p.stock = "outofstock"
	}
	s.derive(row)
	if seed.SKU != "" {
		s.bySKU[seed.SKU] = row.ID
	}
}

// Change edits a product behind the API, as a person in the cabinet does. The id is the offer's.
func (s *Shop) Change(id string, edit func(*Product)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.find(id, "")
	if row == nil {
		return
	}
	p := &row.Value
	e := Product{Count: p.count, Backorders: p.backorders, Kind: kindNames[p.kind], Quantity: p.quantity}
	edit(&e)
	p.count, p.backorders, p.quantity, p.saleFrom = e.Count, e.Backorders, e.Quantity, e.SaleFrom
	if i := slices.Index(kindNames, e.Kind); i >= 0 {
		p.kind = i
	}
	group := p.kind
	if e.Trash {
		group += inTrash
	}
	s.derive(row)
	s.products.Touch(row, s.Now(), group)
}

// Product is what a person can set in the cabinet.
type Product struct {
	Kind       string // simple, variable, variation, grouped, external
	Count      string // "true", "false", "parent"
	Quantity   int64
	Backorders string    // no, notify, yes
	SaleFrom   time.Time // when a sale price begins to count
	Trash      bool
}

// find resolves a buyer's line: by offer id, else by the seller's code. nil = unknown.
func (s *Shop) find(offer, sku string) *productRow {
	if _, variation, ok := strings.Cut(offer, "-"); ok {
		offer = variation
	}
	if id, err := strconv.ParseInt(offer, 10, 64); err == nil {
		return s.products.Get(id)
	}
	return s.products.Get(s.bySKU[sku])
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

// Offers implements sim.Shop: what a buyer can put into the cart, so no variable product itself.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, _ := s.products.Find(sim.Query[product]{Ascending: true})
	out := make([]sim.OfferState, 0, len(rows))
	for _, r := range rows {
		if r.Value.kind == kindSimple || r.Value.kind == kindVariation {
			out = append(out, s.state(r))
		}
	}
	return out
}

// move changes the counted quantity of an order's lines; sign is -1 when they are sold and 1 when they come back.
func (s *Shop) move(o *order, sign int64, now time.Time) {
	for _, l := range o.lines {
		row := s.products.Get(max(l.variation, 0))
		if row == nil {
			row = s.products.Get(l.product)
		}
		if row == nil || l.quantity <= 0 {
			continue
		}
		c := s.counted(row)
		if c == nil {
			continue
		}
		c.Value.quantity += sign * l.quantity
		s.derive(c)
		s.derive(row)
		s.products.Touch(row, now, row.Group)
	}
}

// orderable refuses what a buyer could not put into the cart.
func (s *Shop) orderable(row *productRow, n int64) error {
	if row == nil || n <= 0 || !s.state(row).Orderable || row.Value.kind != kindSimple && row.Value.kind != kindVariation {
		return sim.ErrNotOrderable
	}
	if c := s.counted(row); c != nil && c.Value.backorders == "no" && n > c.Value.quantity {
		return fmt.Errorf("%w: %d left", sim.ErrNotOrderable, c.Value.quantity)
	}
	return nil
}
