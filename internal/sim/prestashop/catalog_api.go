package prestashop

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

func (s *Shop) productResource() *resource {
	return &resource{
		name: "products", node: "product",
		fields: []string{"id", "id_category_default", "id_tax_rules_group", "reference", "ean13", "price", "active", "state", "minimal_quantity",
			"date_add", "date_upd", "name", "link_rewrite", "description"},
		dynamic: []string{"manufacturer_name", "quantity"}, refused: []string{"manufacturer_name", "quantity"},
		rows: s.productRows, put: s.putProduct,
	}
}

func (s *Shop) productRows(q *query) (out []*element, cut bool) {
	rows, cut := find(s.products, q, s.stamp)
	for _, r := range rows {
		p := &r.Value
		e := group("product", whole("id", r.ID), leaf("manufacturer_name", ""), leaf("quantity", "0"), whole("id_tax_rules_group", 1),
			flag("id_category_default", p.category), leaf("reference", p.reference), leaf("ean13", p.ean13), leaf("price", p.price.String()),
			flag("active", p.active), flag("state", p.state), whole("minimal_quantity", p.minimal), leaf("date_add", s.stamp(r.Created)),
			leaf("date_upd", s.stamp(r.Changed)), words("name", p.name), words("link_rewrite", "product-"+strconv.FormatInt(r.ID, 10)),
			words("description", p.description))
		e.kids = append(e.kids, s.added(q, p, 0)...)
		categories, combos, stocks := group("categories"), group("combinations"), group("stock_availables")
		if p.category {
			categories.kids = append(categories.kids, group("category", whole("id", 2)))
		}
		for _, c := range p.combos {
			combos.kids = append(combos.kids, group("combination", whole("id", c)))
		}
		for _, id := range s.stockIDs(p) {
			stocks.kids = append(stocks.kids, group("stock_available", whole("id", id), whole("id_product_attribute", s.stocks[id].combo)))
		}
		e.kids = append(e.kids, group("associations", categories, combos, stocks))
		out = append(out, e)
	}
	return out, cut
}

// added are the prices that a query asks for under names of its own.
func (s *Shop) added(q *query, p *product, combo int64) (out []*element) {
	for _, name := range slices.Sorted(maps.Keys(q.prices)) {
		ask := q.prices[name]
		if combo != 0 {
			ask.combination = combo
		}
		m := s.shown(p, ask.combination, ask.reduction)
		if !ask.tax {
			m = micro(scale(int64(m), 1000, 1000+s.o.TaxPerMille))
		}
		out = append(out, leaf(name, m.String()))
	}
	return out
}

// putProduct stores a whole product: whatever the body leaves out is lost.
func (s *Shop) putProduct(c *sim.Call, id int64, e *element) (*element, *failure) {
	if f := missing(e, "price", "name", "link_rewrite"); f != nil {
		return nil, f
	}
	price, ok := parseMicro(e.value("price"))
	if !ok || price < 0 {
		return nil, refuse(http.StatusBadRequest, 85, "Validation error: \"Property Product->price is not valid\"")
	}
	if c.Ignore {
		return e, nil
	}
	row := s.products.Get(id)
	before := s.offersOf(row)
	p := &row.Value
	p.reference, p.ean13, p.price = e.value("reference"), e.value("ean13"), price
	p.active, p.state, p.minimal = e.value("active") == "1", e.value("state") == "1", e.number("minimal_quantity")
	p.name, p.description = e.kid("name").language(1), ""
	if d := e.kid("description"); d != nil {
		p.description = d.language(1)
	}
	p.category = false
	if a := e.kid("associations"); a != nil && a.kid("categories") != nil {
		p.category = len(a.kid("categories").kids) > 0
	}
	s.products.Touch(row, c.At, 0)
	s.tell(c, before)
	return e, nil
}

// offersOf are the offers of a product before a write.
func (s *Shop) offersOf(row *sim.Row[product]) (out []sim.OfferState) {
	for _, c := range append([]int64{0}, row.Value.combos...) {
		if o, ok := s.stateOf(offerKey{row.ID, c}); ok {
			out = append(out, o)
		}
	}
	return out
}

func (s *Shop) tell(c *sim.Call, before []sim.OfferState) {
	for _, b := range before {
		if a, ok := s.stateOf(parseKey(b.ID)); ok {
			c.Changed(b, a)
		}
	}
}

func (s *Shop) combinationResource() *resource {
	return &resource{
		name: "combinations", node: "combination",
		fields:  []string{"id", "id_product", "reference", "ean13", "price", "minimal_quantity"},
		dynamic: []string{"quantity"}, rows: s.combinationRows, put: s.putCombination,
	}
}

func (s *Shop) combinationRows(q *query) (out []*element, cut bool) {
	for _, id := range s.comboIDs(q) {
		c := s.combos[id]
		if c == nil {
			continue
		}
		p := &s.products.Get(c.product).Value
		e := group("combination", whole("id", c.id), whole("id_product", c.product), leaf("reference", c.reference), leaf("ean13", c.ean13),
			leaf("price", c.impact.String()), whole("minimal_quantity", c.minimal), whole("quantity", s.stocks[c.stocks[0]].quantity))
		e.kids = append(e.kids, s.added(q, p, c.id)...)
		out = append(out, e)
	}
	return out, false
}

// comboIDs are the candidates of a query, by the index it can use.
func (s *Shop) comboIDs(q *query) (ids []int64) {
	if ids = q.ids("id"); ids != nil {
		return ids
	}
	if products := q.ids("id_product"); products != nil {
		for _, id := range products {
			if row := s.products.Get(id); row != nil {
				ids = append(ids, row.Value.combos...)
			}
		}
		return ids
	}
	return slices.Sorted(maps.Keys(s.combos))
}

// ids are the values of an "any of" filter; nil without one.
func (q *query) ids(field string) (out []int64) {
	for _, c := range q.conds {
		if c.field != field || c.op != "=" {
			continue
		}
		out = []int64{}
		for _, v := range c.values {
			n, _ := strconv.ParseInt(v, 10, 64) // 0 is no row
			out = append(out, n)
		}
	}
	return out
}

func (s *Shop) putCombination(c *sim.Call, id int64, e *element) (*element, *failure) {
	if f := missing(e, "id_product", "minimal_quantity"); f != nil {
		return nil, f
	}
	impact, ok := parseMicro(e.value("price"))
	if !ok {
		return nil, refuse(http.StatusBadRequest, 85, "Validation error: \"Property Combination->price is not valid\"")
	}
	if c.Ignore {
		return e, nil
	}
	combo := s.combos[id]
	row := s.products.Get(combo.product)
	before := s.offersOf(row)
	combo.impact, combo.reference, combo.ean13, combo.minimal = impact, e.value("reference"), e.value("ean13"), e.number("minimal_quantity")
	s.products.Touch(row, c.At, 0)
	s.tell(c, before)
	return e, nil
}

func (s *Shop) stockResource() *resource {
	return &resource{
		name: "stock_availables", node: "stock_available",
		fields: []string{"id", "id_product", "id_product_attribute", "id_shop", "id_shop_group", "quantity", "depends_on_stock", "out_of_stock"},
		rows:   s.stockRows, put: s.putStock,
	}
}

func (s *Shop) stockRows(q *query) (out []*element, cut bool) {
	ids := q.ids("id")
	if ids == nil {
		for _, product := range q.ids("id_product") {
			if row := s.products.Get(product); row != nil {
				ids = append(ids, s.stockIDs(&row.Value)...)
			}
		}
	}
	if ids == nil && q.ids("id_product") == nil {
		ids = slices.Sorted(maps.Keys(s.stocks))
	}
	for _, id := range ids {
		r := s.stocks[id]
		if r == nil || q.shop > 0 && r.shop != q.shop {
			continue
		}
		out = append(out, group("stock_available", whole("id", r.id), whole("id_product", r.product), whole("id_product_attribute", r.combo),
			whole("id_shop", r.shop), whole("id_shop_group", 0), whole("quantity", r.quantity), flag("depends_on_stock", r.depends), whole("out_of_stock", r.outOfStock)))
	}
	return out, false
}

func (s *Shop) putStock(c *sim.Call, id int64, e *element) (*element, *failure) {
	if f := missing(e, "id_product", "id_product_attribute", "id_shop", "depends_on_stock", "out_of_stock", "quantity"); f != nil {
		return nil, f
	}
	r := s.stocks[id]
	n, err := strconv.ParseInt(e.value("quantity"), 10, 64)
	if r.broken || err != nil || e.number("id_product") != r.product || e.number("id_product_attribute") != r.combo || e.number("id_shop") != r.shop {
		return nil, refuse(http.StatusBadRequest, 85, "Validation error: \"Property StockAvailable->quantity is not valid\"")
	}
	if c.Ignore {
		return e, nil
	}
	row := s.products.Get(r.product)
	before := s.offersOf(row)
	if !r.depends {
		r.quantity = n
	}
	r.outOfStock = e.number("out_of_stock")
	if r.combo != 0 {
		s.sum(&row.Value)
	}
	s.tell(c, before)
	return e, nil
}
