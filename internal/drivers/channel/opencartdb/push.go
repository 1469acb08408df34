package opencartdb

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
)

// PushStock sets quantities, absolute, a batch in one statement for each table: products, values of options, and what follows
// them. OpenCart counts whole pieces: a part of one is not there for a buyer.
func (c *channel) PushStock(ctx context.Context, items []connector.StockUpdate) ([]connector.ItemResult, error) {
	b := batch{}
	for _, it := range items {
		b.add(it.OfferID, max(it.Quantity, 0).Whole())
	}
	return c.push(ctx, &b, func(s *session, sh *shape) error {
		for _, id := range b.open() {
			if g := b.goods[b.products[id]]; g.refuses != "" {
				b.refuse(id, "follows", g.refuses)
			}
			if why := sh.refusesStock(c, b.values[id] > 0); why != "" {
				b.refuse(id, "right", why)
			}
		}
		return s.setStock(sh, &b)
	})
}

// batch is what a push asks for, and what became of it.
type batch struct {
	ids      []string
	wanted   map[string]int64
	products map[string]int64 // of offers
	values   map[string]int64 // of offers; 0 for a product itself
	goods    map[int64]*goods
	results  []connector.ItemResult
	done     map[string]bool // that have a result
}

// add asks for a number; an offer asked for twice gets the last.
func (b *batch) add(id string, wanted int64) {
	if b.wanted == nil {
		b.wanted, b.products, b.values, b.done = map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]bool{}
	}
	if _, twice := b.wanted[id]; !twice {
		b.ids = append(b.ids, id)
	}
	b.wanted[id] = wanted
	b.products[id], b.values[id] = offerParts(id)
}

func (b *batch) refuse(id, code, why string) {
	if b.done[id] {
		return
	}
	b.done[id] = true
	e := &connector.Error{Kind: connector.KindItem, Code: code, Message: why}
	b.results = append(b.results, connector.ItemResult{OfferID: id, State: connector.ItemRejected, Err: e})
}

// open are the offers without a result.
func (b *batch) open() (ids []string) {
	for _, id := range b.ids {
		if !b.done[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// push reads the goods, lets set change them, and answers for each offer.
func (c *channel) push(ctx context.Context, b *batch, set func(*session, *shape) error) ([]connector.ItemResult, error) {
	if len(b.ids) == 0 {
		return nil, nil
	}
	err := c.write(ctx, func(s *session) error {
		sh, err := s.shape()
		if err != nil {
			return err
		}
		list, err := s.goods(productsOf(b.ids))
		if err != nil {
			return err
		}
		b.goods = map[int64]*goods{}
		for _, g := range list {
			b.goods[g.id] = g
		}
		for _, id := range b.ids {
			if !b.known(id) {
				b.refuse(id, "unknown", "the shop has no such product or option value")
			}
		}
		return set(s, sh)
	})
	if errors.Is(err, errNoRight) {
		for _, id := range b.open() {
			b.refuse(id, "right", "the database user may not change this: it has no right UPDATE (see the page on this channel)")
		}
		return b.results, nil
	}
	if err != nil {
		return nil, err
	}
	for _, id := range b.open() {
		b.results = append(b.results, connector.ItemResult{OfferID: id, State: connector.ItemAccepted})
	}
	return b.results, nil
}

// known says whether the shop has an offer.
func (b *batch) known(id string) bool {
	g := b.goods[b.products[id]]
	if g == nil {
		return false
	}
	return slices.ContainsFunc(g.offers(), func(o connector.Offer) bool { return o.ExternalID == id })
}

// setStock changes quantities. A product is sold out for OpenCart when its own quantity is, whatever its options say, so it is
// kept at the sum of its values, and a master at the sum of its variants.
func (s *session) setStock(sh *shape, b *batch) error {
	values, whole := cases{}, cases{}
	var summed, masters []int64
	for _, id := range b.open() {
		product := b.products[id]
		if value := b.values[id]; value > 0 {
			values.add(value, strconv.FormatInt(b.wanted[id], 10))
			summed = append(summed, product)
		} else {
			whole.add(product, strconv.FormatInt(b.wanted[id], 10))
		}
		if master := b.goods[product].row["master_id"].Number(); master > 0 {
			masters = append(masters, master)
		}
	}
	touched := ""
	if sh.has("product", "date_modified") {
		touched = ", date_modified = NOW()"
	}
	if err := s.set("product_option_value", "product_option_value_id", "", values, "quantity"); err != nil {
		return err
	}
	if err := s.set("product", "product_id", touched, whole, "quantity"); err != nil {
		return err
	}
	if err := s.follow(summed, touched, "SELECT v.product_id AS id, SUM(CASE WHEN v.quantity > 0 THEN v.quantity ELSE 0 END) AS n FROM {product_option_value} v"+
		" WHERE v.product_id IN (?) AND v.product_option_id IN (SELECT w.product_option_id FROM {product_option_value} w WHERE w.subtract = 1 AND w.product_id = v.product_id)"+
		" GROUP BY v.product_id"); err != nil {
		return err
	}
	return s.follow(masters, touched, "SELECT p.master_id AS id, SUM(CASE WHEN p.quantity > 0 THEN p.quantity ELSE 0 END) AS n FROM {product} p"+
		" WHERE p.master_id IN (?) GROUP BY p.master_id")
}

// follow sets products to sums that are read first: a table can not be changed by a query on itself.
func (s *session) follow(ids []int64, touched, sums string) error {
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	found, err := s.rows(strings.Replace(sums, "(?)", list(slices.Compact(ids)), 1))
	if err != nil {
		return err
	}
	var c cases
	for _, r := range found {
		n, ok := number(r["n"]), r["id"].Number() > 0
		if n != nil && ok {
			c.add(r["id"].Number(), n.FloatString(0))
		}
	}
	return s.set("product", "product_id", touched, c, "quantity")
}

// cases are new values by key, for each of some columns.
type cases struct {
	keys   []int64
	values [][]string
}

func (c *cases) add(key int64, values ...string) {
	c.keys, c.values = append(c.keys, key), append(c.values, values)
}

// set changes columns of many rows in one statement.
func (s *session) set(table, key, also string, c cases, columns ...string) error {
	if len(c.keys) == 0 {
		return nil
	}
	var args []any
	var sets []string
	for i, column := range columns {
		var when strings.Builder
		for n, k := range c.keys {
			when.WriteString(" WHEN " + strconv.FormatInt(k, 10) + " THEN ?")
			args = append(args, c.values[n][i])
		}
		sets = append(sets, column+" = CASE "+key+when.String()+" ELSE "+column+" END")
	}
	return s.exec("UPDATE {"+table+"} SET "+strings.Join(sets, ", ")+also+" WHERE "+key+" IN "+list(c.keys), args...)
}
