package shopfile

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// page finds the products of one page and how many pages there are; call it under the lock.
func (s *Shop) page(c call) (rows []*offerRow, pages int) {
	size, n := productsPage, max(int(c.number("page")), 1)
	total := s.offers.GroupLen(groupProduct)
	pages = max((total+size-1)/size, 1)
	if s.o.OnePage {
		size, n, pages = total+1, 1, 0
	}
	rows, _ = s.offers.Find(sim.Query[offer]{Groups: []int{groupProduct}, Ascending: true, Offset: (n - 1) * size, Limit: size})
	return rows, pages
}

// withPages adds the number of pages to a list that has them.
func withPages(d dict, pages int) dict {
	if pages > 0 {
		d["pages"] = pages
	}
	return d
}

func (s *Shop) productsList(c call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*offerRow
	pages := 0
	if ids := c.get("filter_ids_list"); ids != "" {
		rows = s.listed(ids, len(ids))
	} else {
		rows, pages = s.page(c)
	}
	out := dict{}
	for _, r := range rows {
		o := r.Value
		row := map[string]any{"name": o.name, "quantity": s.stock(r), "price": sim.Decimal(o.priceMinor), "ean": o.barcode, "sku": o.sku}
		if s.o.Currency != "" {
			row["currency"] = s.o.Currency
		}
		out[strconv.FormatInt(r.ID, 10)] = row
	}
	return s.answer(withPages(out, pages))
}

// listed finds the products of a list of ids, at most so many; unknown ones are left out.
func (s *Shop) listed(ids string, most int) (rows []*offerRow) {
	for id := range strings.SplitSeq(ids, ",") {
		n, _ := strconv.ParseInt(strings.TrimSpace(id), 10, 64) // 0 is no product
		if r := s.item(0, n); r != nil && len(rows) < most && !slices.Contains(rows, r) {
			rows = append(rows, r)
		}
	}
	return rows
}

// stock is what a product has in all: with variants, what they have.
func (s *Shop) stock(r *offerRow) int64 {
	var sum int64
	for _, id := range s.variant[r.ID] {
		sum += s.offers.Get(id).Value.quantity
	}
	if len(s.variant[r.ID]) == 0 {
		return r.Value.quantity
	}
	return sum
}

func (s *Shop) productsData(c call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := dict{}
	for _, r := range s.listed(c.get("products_id"), maxData) {
		o := r.Value
		variants := dict{}
		for _, id := range s.variant[r.ID] {
			v := s.offers.Get(id).Value
			variants[strconv.FormatInt(id, 10)] = map[string]any{
				"full_name": o.name + " " + v.name, "name": v.name, "price": sim.Decimal(v.priceMinor), "quantity": v.quantity, "sku": v.sku, "ean": v.barcode, "images": dict{},
			}
		}
		row := map[string]any{
			"sku": o.sku, "ean": o.barcode, "name": o.name, "quantity": strconv.FormatInt(s.stock(r), 10), "price": sim.Decimal(o.priceMinor), "tax": 23,
			"url": "https://shop.example/p/" + strconv.FormatInt(r.ID, 10), "images": dict{}, "features": dict{}, "variants": variants,
		}
		if s.o.Currency != "" {
			row["currency"] = s.o.Currency
		}
		out[strconv.FormatInt(r.ID, 10)] = row
	}
	return s.answer(out)
}

func (s *Shop) productsQuantity(c call) sim.Answer {
	return s.perVariant(c, func(o *offer) any { return o.quantity })
}

func (s *Shop) productsPrices(c call) sim.Answer {
	return s.perVariant(c, func(o *offer) any { return sim.Decimal(o.priceMinor) })
}

// perVariant lists a figure of every product under "0" and of its variants under their ids.
func (s *Shop) perVariant(c call, figure func(*offer) any) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, pages := s.page(c)
	out := dict{}
	for _, r := range rows {
		one := dict{"0": figure(&r.Value)}
		for _, id := range s.variant[r.ID] {
			one[strconv.FormatInt(id, 10)] = figure(&s.offers.Get(id).Value)
		}
		out[strconv.FormatInt(r.ID, 10)] = one
	}
	return s.answer(withPages(out, pages))
}

// update is one element of a batch.
type update struct {
	Product   sim.Field `json:"product_id"`
	Variant   sim.Field `json:"variant_id"`
	Operation string    `json:"operation"`
	Quantity  sim.Field `json:"quantity"`
	Price     sim.Field `json:"price"`
}

func (s *Shop) quantityUpdate(c call) sim.Answer {
	return s.updateAll(c, func(u update) (func(*offer), bool) {
		n, ok := u.Quantity.Int()
		switch u.Operation {
		case "set":
			return func(o *offer) { o.quantity = max(n, 0) }, ok
		case "change":
			return func(o *offer) { o.quantity = max(o.quantity+n, 0) }, ok
		}
		return nil, false
	})
}

func (s *Shop) priceUpdate(c call) sim.Answer {
	return s.updateAll(c, func(u update) (func(*offer), bool) {
		n, ok := u.Price.Minor()
		return func(o *offer) { o.priceMinor = n }, ok && n > 0 && n < 1_000_000_00
	})
}

// updateAll applies a batch and counts what exists; an element that is broken spoils the batch.
func (s *Shop) updateAll(c call, read func(update) (func(*offer), bool)) sim.Answer {
	var list []update
	if json.Unmarshal([]byte(c.get("products")), &list) != nil {
		return s.refuse("products", "products is no list")
	}
	apply := make([]func(*offer), len(list))
	for i, u := range list {
		var ok bool
		if apply[i], ok = read(u); !ok {
			return s.refuse("products", "product "+u.Product.Scalar()+": the value can not be used")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for i, u := range list {
		row := s.target(u)
		if row == nil {
			continue
		}
		n++
		if !c.Ignore {
			before := state(row)
			apply[i](&row.Value)
			s.offers.Touch(row, c.At, row.Group)
			c.Changed(before, state(row))
		}
	}
	return s.answer(map[string]any{"counter": n})
}

// target finds what an element of a batch means; variant 0 is the product itself.
func (s *Shop) target(u update) *offerRow {
	product, ok := u.Product.Int()
	if !ok {
		return nil
	}
	if variant, _ := u.Variant.Int(); variant != 0 {
		return s.item(product, variant)
	}
	return s.item(0, product)
}
