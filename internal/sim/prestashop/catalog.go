package prestashop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new shop.
const (
	firstProduct = 55
	firstCombo   = 12
	firstStock   = 301
)

// micro is an amount in millionths, as prices are kept: without tax, six decimals.
type micro int64

func (m micro) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	return fmt.Sprintf("%s%d.%06d", sign, m/1e6, m%1e6)
}

// parseMicro reads an amount with at most six decimals.
func parseMicro(s string) (micro, bool) {
	s = strings.TrimSpace(s)
	digits, negative := strings.CutPrefix(s, "-")
	integer, frac, _ := strings.Cut(digits, ".")
	if integer == "" || len(frac) > 6 || strings.ContainsAny(frac, "+-") {
		return 0, false
	}
	n, err := strconv.ParseInt(integer+frac+strings.Repeat("0", 6-len(frac)), 10, 64)
	if negative {
		n = -n
	}
	return micro(n), err == nil
}

// minor rounds to hundredths, half away from zero.
func (m micro) minor() int64 {
	if m < 0 {
		return -(-m).minor()
	}
	return (int64(m) + 5000) / 10000
}

func (s *Shop) gross(net micro) micro { return micro(scale(int64(net), 1000+s.o.TaxPerMille, 1000)) }
func (s *Shop) net(minor int64) micro { return micro(scale(minor*10000, 1000, 1000+s.o.TaxPerMille)) }

// scale is n × num / den, rounded half away from zero.
func scale(n, num, den int64) int64 {
	if n < 0 {
		return -scale(-n, num, den)
	}
	return (n/den)*num + ((n%den)*num+den/2)/den
}

// product is a product; its combinations are the variants buyers choose from.
type product struct {
	reference, ean13, name string
	price                  micro // without tax
	reduction              micro // with tax: a sale that runs, as a specific price makes it
	active, state          bool
	category               bool // it belongs to one: without, nobody finds it
	minimal                int64
	description            string
	combos                 []int64
	stocks                 []int64
}

// combination is a variant of a product.
type combination struct {
	id, product      int64
	reference, ean13 string
	impact           micro // on the product's price, without tax; may be negative
	minimal          int64
	stocks           []int64
}

// stockRow is a quantity of a product or combination in one shop.
type stockRow struct {
	id, product, combo, shop int64
	quantity                 int64
	outOfStock               int64 // 0 deny, 1 allow, 2 as the shop says
	depends                  bool  // advanced stock management counts it: a written quantity is ignored
	broken                   bool  // a write fails, for tests of bulk writes
}

// offerKey names an offer: a product, or one of its combinations.
type offerKey struct{ product, combo int64 }

// String is the id the buyers' side uses: "55", or "55-12" for a combination. The shop has no single number for both.
func (k offerKey) String() string {
	if k.combo == 0 {
		return strconv.FormatInt(k.product, 10)
	}
	return strconv.FormatInt(k.product, 10) + "-" + strconv.FormatInt(k.combo, 10)
}

func parseKey(id string) offerKey {
	first, second, _ := strings.Cut(id, "-")
	p, err1 := strconv.ParseInt(first, 10, 64)
	c, err2 := strconv.ParseInt(second, 10, 64)
	if err1 != nil || second != "" && err2 != nil {
		return offerKey{}
	}
	return offerKey{p, c}
}

// SeedOffers implements sim.Shop. A seed with ParentSKU is a combination of the product with that code.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, seed := range seeds {
		key, known := s.bySKU[seed.SKU]
		switch {
		case known:
		case seed.ParentSKU != "" && s.products.Get(s.bySKU[seed.ParentSKU].product) != nil:
			key = s.addCombination(s.bySKU[seed.ParentSKU].product)
		default:
			key = s.addProduct(seed, now)
		}
		s.fill(key, seed, now)
	}
}

func (s *Shop) addProduct(seed sim.OfferSeed, now time.Time) offerKey {
	id, _ := strconv.ParseInt(seed.ID, 10, 64) // not a number = assigned
	id = s.products.FreeID(id, firstProduct)
	s.products.Add(&sim.Row[product]{ID: id, Created: now, Changed: now, Value: product{active: true, state: true, category: true, minimal: 1}})
	s.products.Get(id).Value.stocks = s.addStock(id, 0)
	return offerKey{id, 0}
}

func (s *Shop) addCombination(parent int64) offerKey {
	id := int64(len(s.combos)) + firstCombo
	p := &s.products.Get(parent).Value
	p.combos = append(p.combos, id)
	s.combos[id] = &combination{id: id, product: parent, minimal: 1, stocks: s.addStock(parent, id)}
	return offerKey{parent, id}
}

// addStock makes the rows of every shop: nobody can POST them.
func (s *Shop) addStock(product, combo int64) (ids []int64) {
	for _, shop := range s.o.Shops {
		id := int64(len(s.stocks)) + firstStock
		s.stocks[id] = &stockRow{id: id, product: product, combo: combo, shop: shop, outOfStock: 2}
		ids = append(ids, id)
	}
	return ids
}

func (s *Shop) fill(key offerKey, seed sim.OfferSeed, now time.Time) {
	row := s.products.Get(key.product)
	p := &row.Value
	ids := p.stocks
	if key.combo == 0 {
		p.reference, p.ean13, p.name, p.price, p.active = seed.SKU, seed.Barcode, seed.Title, s.net(seed.PriceMinor), !seed.Hidden
	} else {
		c := s.combos[key.combo]
		c.reference, c.ean13, c.impact = seed.SKU, seed.Barcode, s.net(seed.PriceMinor)-p.price
		ids = c.stocks
	}
	for _, id := range ids {
		s.stocks[id].quantity = seed.Quantity
	}
	s.sum(p)
	if seed.SKU != "" {
		s.bySKU[seed.SKU] = key
	}
	s.products.Touch(row, now, 0)
}

// sum keeps the product's own rows the sum of its combinations'.
func (s *Shop) sum(p *product) {
	if len(p.combos) == 0 {
		return
	}
	for i, id := range p.stocks {
		total := int64(0)
		for _, c := range p.combos {
			total += s.stocks[s.combos[c].stocks[i]].quantity
		}
		s.stocks[id].quantity = total
	}
}

// stockOf is the row of an offer in the first shop; nil when there is no such offer. A product with combinations is none.
func (s *Shop) stockOf(key offerKey) *stockRow {
	row := s.products.Get(key.product)
	if row == nil {
		return nil
	}
	if key.combo == 0 {
		if len(row.Value.combos) > 0 {
			return nil
		}
		return s.stocks[row.Value.stocks[0]]
	}
	c := s.combos[key.combo]
	if c == nil || c.product != key.product {
		return nil
	}
	return s.stocks[c.stocks[0]]
}

// stateOf is an offer as buyers see it.
func (s *Shop) stateOf(key offerKey) (sim.OfferState, bool) {
	st := s.stockOf(key)
	if st == nil {
		return sim.OfferState{}, false
	}
	row := s.products.Get(key.product)
	p := &row.Value
	o := sim.OfferState{
		ID: key.String(), SKU: p.reference, Barcode: p.ean13, Title: p.name, Quantity: st.quantity, Tracked: true, ChangedAt: row.Changed,
		PriceMinor: s.shown(p, key.combo, true).minor(),
		Orderable:  p.active && p.state && p.category && (st.quantity > 0 || st.outOfStock == 1),
	}
	if key.combo != 0 {
		o.SKU, o.Barcode = s.combos[key.combo].reference, s.combos[key.combo].ean13
	}
	o.ExternalID = o.SKU
	return o, true
}

// shown is the price with tax.
func (s *Shop) shown(p *product, combo int64, reduced bool) micro {
	net := p.price
	if c := s.combos[combo]; c != nil {
		net += c.impact
	}
	m := s.gross(net)
	if reduced {
		m -= p.reduction
	}
	return m
}

// Offer implements sim.Shop.
func (s *Shop) Offer(id string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stateOf(parseKey(id))
}

// OfferBySKU implements sim.Shop.
func (s *Shop) OfferBySKU(sku string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stateOf(s.bySKU[sku])
}

// Offers implements sim.Shop.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, _ := s.products.Find(sim.Query[product]{Ascending: true})
	var out []sim.OfferState
	for _, r := range rows {
		combos := r.Value.combos
		if len(combos) == 0 {
			combos = []int64{0}
		}
		for _, c := range combos {
			if o, ok := s.stateOf(offerKey{r.ID, c}); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

// tweak changes the stock rows of an offer.
func (s *Shop) tweak(offerID string, f func(*stockRow)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := parseKey(offerID)
	for _, row := range s.stocks {
		if row.product == key.product && row.combo == key.combo {
			f(row)
		}
	}
}

// DependOnStock puts an offer under advanced stock management, which ignores written quantities.
func (s *Shop) DependOnStock(offerID string) {
	s.tweak(offerID, func(r *stockRow) { r.depends = true })
}

// AllowOutOfStock lets buyers order an offer of which nothing is left.
func (s *Shop) AllowOutOfStock(offerID string) {
	s.tweak(offerID, func(r *stockRow) { r.outOfStock = 1 })
}

// Break makes every write of an offer's quantity fail.
func (s *Shop) Break(offerID string) { s.tweak(offerID, func(r *stockRow) { r.broken = true }) }

// Reduce starts a sale of a product: buyers pay so much less.
func (s *Shop) Reduce(offerID string, minor int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.products.Get(parseKey(offerID).product).Value.reduction = micro(minor * 10000)
}

// Describe sets what only the shop knows of a product: a write must not lose it.
func (s *Shop) Describe(offerID, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.products.Get(parseKey(offerID).product).Value.description = text
}

// Description is what Describe set, unless a write lost it.
func (s *Shop) Description(offerID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.products.Get(parseKey(offerID).product).Value.description
}

// StockQuantity is the quantity of an offer in one shop of a multistore, or of the sum row of a product with combinations.
func (s *Shop) StockQuantity(offerID string, shop int64) int64 {
	n := int64(-1)
	s.tweak(offerID, func(r *stockRow) {
		if r.shop == shop {
			n = r.quantity
		}
	})
	return n
}

// stockIDs are the ids of the rows that belong to a product, combinations' included.
func (s *Shop) stockIDs(p *product) []int64 {
	ids := slices.Clone(p.stocks)
	for _, c := range p.combos {
		ids = append(ids, s.combos[c].stocks...)
	}
	return ids
}
