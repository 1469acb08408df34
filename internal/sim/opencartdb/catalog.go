package opencartdb

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// First ids of a new shop.
const (
	firstOrder   = 1042
	firstProduct = 50
	firstOption  = 3
	firstValue   = 17
)

var tableName = regexp.MustCompile(`\{(\w+)\}`)

func (s *Shop) sql(query string) string {
	return tableName.ReplaceAllString(query, "`"+s.o.Prefix+"$1`")
}

// all reads rows.
func (s *Shop) all(query string, args ...any) []map[string]string {
	return s.db.all(s.sql(query), args...)
}

// one reads a number; 0 when there is none.
func (s *Shop) one(query string, args ...any) int64 {
	for _, r := range s.all(query, args...) {
		for _, v := range r {
			return atoi(v)
		}
	}
	return 0
}

func (s *Shop) exec(query string, args ...any) int64 { return s.db.must(s.sql(query), args...) }

// now is the shop's local time.
func (s *Shop) now() string { return s.Now().In(s.o.Zone).Format(layout) }

// offerID is a product, or one value of its option.
func offerID(product, value int64) string {
	if value == 0 {
		return itoa(product)
	}
	return itoa(product) + "-" + itoa(value)
}

func parts(id string) (product, value int64) {
	p, v, _ := strings.Cut(id, "-")
	return atoi(p), atoi(v)
}

// SeedOffers implements sim.Shop. A seed that names a parent becomes a variant in OpenCart 4, and in OpenCart 3 a value of the one
// option of a product that stands for the parent; the parent itself is no offer.
func (s *Shop) SeedOffers(seeds []sim.OfferSeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seed := range seeds {
		sku := seed.SKU
		if sku == "" {
			sku = seed.ID
		}
		id := s.bySKU[sku]
		if id == "" {
			id = s.newOffer(seed, sku)
			s.bySKU[sku], s.codes[id] = id, sku
		}
		s.show(id, seed)
	}
}

func (s *Shop) newOffer(seed sim.OfferSeed, sku string) string {
	parent := ""
	if seed.ParentSKU != sku {
		parent = seed.ParentSKU
	}
	switch {
	case parent == "":
		return offerID(s.newProduct(atoi(seed.ID), sku, seed.Title, 0), 0)
	case s.four:
		return offerID(s.newProduct(0, sku, seed.Title, s.parent(parent)), 0)
	}
	product := s.parent(parent)
	option := max(s.one("select max(product_option_id) from {product_option_value} where product_id = ?", product),
		s.one("select coalesce(max(product_option_id), 0) + 1 from {product_option_value}"), firstOption)
	if own := s.one("select max(product_option_id) from {product_option_value} where product_id = ?", product); own > 0 {
		option = own
	}
	value := max(s.one("select coalesce(max(product_option_value_id), 0) + 1 from {product_option_value}"), firstValue)
	s.exec("insert into {option_value_description} (option_value_id, language_id, option_id, name) values (?, 1, ?, ?)", value+1000, option, escaped(seed.Title))
	s.exec("insert into {product_option_value} (product_option_value_id, product_option_id, product_id, option_id, option_value_id, subtract, price, price_prefix)"+
		" values (?, ?, ?, ?, ?, 1, '0.0000', '+')", value, option, product, option, value+1000)
	return offerID(product, value)
}

// parent finds or makes the product that stands for a parent.
func (s *Shop) parent(sku string) int64 {
	if id := s.one("select product_id from {product} where sku = ?", sku); id > 0 {
		return id
	}
	id := s.newProduct(0, sku, "Товар "+sku, 0)
	s.exec("update {product} set price = '0.0000', status = 1 where product_id = ?", id)
	return id
}

func (s *Shop) newProduct(id int64, sku, title string, master int64) int64 {
	if id <= 0 || s.one("select count(*) from {product} where product_id = ?", id) > 0 {
		id = max(s.one("select coalesce(max(product_id), 0) + 1 from {product}"), firstProduct)
	}
	s.exec("insert into {product} (product_id, model, sku, subtract, minimum, status, date_available, date_added, date_modified) values (?, ?, ?, 1, 1, 1, '2020-01-01', ?, ?)",
		id, escaped(sku), escaped(sku), s.now(), s.now())
	if s.four {
		s.exec("update {product} set master_id = ? where product_id = ?", master, id)
	}
	s.exec("insert into {product_description} (product_id, language_id, name) values (?, 1, ?)", id, escaped(title))
	return id
}

// show puts an offer's price and quantity up. A value's price is what it adds to the product's.
func (s *Shop) show(id string, seed sim.OfferSeed) {
	product, value := parts(id)
	status := int64(1)
	if seed.Hidden {
		status = 0
	}
	quantity, price := max(seed.Quantity, 0), sim.Decimal(seed.PriceMinor)+"00"
	if value > 0 {
		s.exec("update {product_option_value} set quantity = ?, price = ? where product_option_value_id = ?", quantity, price, value)
		s.exec("update {product} set status = ?, date_modified = ? where product_id = ?", status, s.now(), product)
	} else {
		s.exec("update {product} set quantity = ?, price = ?, status = ?, ean = ?, date_modified = ? where product_id = ?", quantity, price, status, seed.Barcode, s.now(), product)
		s.exec("update {product_description} set name = ? where product_id = ?", escaped(seed.Title), product)
	}
	s.sums(product)
}

// sums keeps a product at the sum of its option's values, and a master at that of its variants.
func (s *Shop) sums(product int64) {
	s.exec("update {product} set quantity = (select sum(max(v.quantity, 0)) from {product_option_value} v where v.product_id = ?1)"+
		" where product_id = ?1 and exists (select 1 from {product_option_value} v where v.product_id = ?1 and v.subtract = 1)", product)
	if !s.four {
		return
	}
	if master := s.one("select master_id from {product} where product_id = ?", product); master > 0 {
		s.exec("update {product} set quantity = (select sum(max(p.quantity, 0)) from {product} p where p.master_id = ?1) where product_id = ?1", master)
	}
}

// escaped is a text as OpenCart stores it.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(s)
}

var unescaper = strings.NewReplacer("&quot;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&")

// minor is a decimal of the tables in kopiykas.
func minor(decimal string) int64 {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(decimal, "-"), ".")
	n := atoi(whole)*100 + atoi((frac + "00")[:2])
	if strings.HasPrefix(decimal, "-") {
		return -n
	}
	return n
}

// offers are what a buyer sees, all of them or the one with an id; products that have values or variants are none themselves.
func (s *Shop) offers(only string) []sim.OfferState {
	product, value := parts(only)
	where := " where (?1 = 0 or p.product_id = ?1)"
	variants := ""
	if s.four {
		variants = " and not exists (select 1 from {product} c where c.master_id = p.product_id)"
	}
	columns := "select p.product_id, p.sku, p.ean, p.quantity as whole, p.price, p.status, p.date_modified, d.name"
	from := " from {product} p join {product_description} d on d.product_id = p.product_id"
	rows := s.all(columns+", 0 as value, p.quantity as quantity, '0' as more, '+' as sign"+from+where+variants+
		" and not exists (select 1 from {product_option_value} v where v.product_id = p.product_id and v.subtract = 1)"+
		" union all "+columns+", v.product_option_value_id, v.quantity, v.price, v.price_prefix"+from+
		" join {product_option_value} v on v.product_id = p.product_id and v.subtract = 1"+where+" order by 1, 9", product)
	var out []sim.OfferState
	for _, r := range rows {
		if only == "" || atoi(r["value"]) == value {
			out = append(out, s.state(r))
		}
	}
	return out
}

func (s *Shop) state(r map[string]string) sim.OfferState {
	id := offerID(atoi(r["product_id"]), atoi(r["value"]))
	price, more := minor(r["price"]), minor(r["more"])
	if r["sign"] == "-" {
		more = -more
	}
	quantity := atoi(r["quantity"])
	st := sim.OfferState{
		ID: id, SKU: s.codes[id], ExternalID: s.codes[id], Barcode: r["ean"], Title: unescaper.Replace(r["name"]), PriceMinor: price + more, Quantity: quantity, Tracked: true,
		Orderable: r["status"] == "1" && quantity > 0 && atoi(r["whole"]) > 0, ChangedAt: s.time(r["date_modified"]),
	}
	return st
}

// Offer implements sim.Shop.
func (s *Shop) Offer(id string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offer(id)
}

func (s *Shop) offer(id string) (sim.OfferState, bool) {
	if p, _ := parts(id); p == 0 {
		return sim.OfferState{}, false
	}
	for _, o := range s.offers(id) {
		if o.ID == id {
			return o, true
		}
	}
	return sim.OfferState{}, false
}

// OfferBySKU implements sim.Shop.
func (s *Shop) OfferBySKU(sku string) (sim.OfferState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offer(s.bySKU[sku])
}

// Offers implements sim.Shop.
func (s *Shop) Offers() []sim.OfferState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offers("")
}

// move puts an order's goods into stock or takes them out, as OpenCart does: the product, the value of its option, the master.
func (s *Shop) move(order int64, sign int64) {
	for _, l := range s.all("select l.product_id, l.quantity, coalesce(o.product_option_value_id, 0) as value from {order_product} l"+
		" left join {order_option} o on o.order_product_id = l.order_product_id where l.order_id = ?", order) {
		product, n := atoi(l["product_id"]), sign*atoi(l["quantity"])
		s.exec("update {product} set quantity = quantity + ? where product_id = ? and subtract = 1", n, product)
		s.exec("update {product_option_value} set quantity = quantity + ? where product_option_value_id = ? and subtract = 1", n, atoi(l["value"]))
		if s.four {
			s.exec("update {product} set quantity = quantity + ? where product_id = (select master_id from {product} where product_id = ?) and subtract = 1", n, product)
		}
	}
}

// errNo makes the error of an offer that a buyer can not order.
func errNo(id, sku string) error {
	return fmt.Errorf("%w: offer %q, SKU %q", sim.ErrNotOrderable, id, sku)
}
