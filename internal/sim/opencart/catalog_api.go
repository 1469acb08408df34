package opencart

import (
	"github.com/lad-hub/lad/internal/sim"
)

func (s *Shop) listOffers(c *sim.Call) sim.Answer {
	var b struct {
		After int64    `json:"after"`
		Limit int      `json:"limit"`
		IDs   []string `json:"ids"`
	}
	if a := decode(c, &b); a != nil {
		return *a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	views := []map[string]any{}
	if b.IDs != nil {
		if len(b.IDs) == 0 || len(b.IDs) > maxItems {
			return invalid("ids: one to two hundred")
		}
		for _, id := range b.IDs {
			if row, u := s.find(id); u != nil {
				views = append(views, s.offerView(row, u))
			}
		}
		return result(map[string]any{"currency": "UAH", "offers": views})
	}
	if b.After < 0 || b.Limit < 1 || b.Limit > maxProducts {
		return invalid("after and limit are out of bounds")
	}
	rows, _ := s.products.Find(sim.Query[product]{MinID: b.After + 1, Limit: b.Limit, Ascending: true})
	next := b.After
	for _, r := range rows {
		next = r.ID
		for i := range r.Value.units {
			views = append(views, s.offerView(r, &r.Value.units[i]))
		}
	}
	return result(map[string]any{"currency": "UAH", "offers": views, "next": next, "more": next < s.products.MaxID(), "total": s.products.Len()})
}

func (s *Shop) offerView(r *productRow, u *unit) map[string]any {
	price, old := u.shown()
	id, crossed := offerID(r.ID, u.value), ""
	if old > 0 {
		crossed = sim.Decimal(old)
	}
	return map[string]any{
		"offer_id": id, "product_id": r.ID, "sku": u.sku, "barcode": u.barcode, "title": u.title,
		"url":   "https://shop.example/index.php?route=product/product&product_id=" + offerID(r.ID, 0),
		"price": sim.Decimal(price), "old": crossed, "quantity": u.quantity, "active": !u.hidden, "orderable": s.orderable(u), "refuses": r.Value.refuses,
	}
}

// item is one of a batch; which members it has depends on the call.
type item struct {
	OfferID  sim.Field `json:"offer_id"`
	Quantity sim.Field `json:"quantity"`
	Price    sim.Field `json:"price"`
	Old      sim.Field `json:"old"`
}

type batch struct {
	Currency string `json:"currency"`
	Items    []item `json:"items"`
}

// each applies a batch item by item. change makes the new unit or tells a code and words of what is wrong.
func (s *Shop) each(c *sim.Call, change func(batch, item, *productRow, unit) (unit, string, string)) sim.Answer {
	var b batch
	if a := decode(c, &b); a != nil {
		return *a
	}
	if len(b.Items) == 0 || len(b.Items) > maxItems {
		return invalid("items: one to two hundred")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	said, seen := []map[string]any{}, map[string]bool{}
	for _, it := range b.Items {
		id, _ := it.OfferID.Text()
		code, message := "unknown", "There is no such product or option"
		var next unit
		row, u := s.find(id)
		switch {
		case seen[id]:
			code, message = "invalid", "The same offer stands twice in the list"
		case u != nil:
			next, code, message = change(b, it, row, *u)
		}
		seen[id] = true
		if code != "" {
			said = append(said, map[string]any{"offer_id": id, "ok": false, "code": code, "message": message})
			continue
		}
		said = append(said, map[string]any{"offer_id": id, "ok": true})
		if c.Ignore {
			continue
		}
		before := s.state(row, u)
		*u = next
		s.products.Touch(row, c.At, 0)
		c.Changed(before, s.state(row, u))
	}
	return result(map[string]any{"items": said})
}

func (s *Shop) setStock(c *sim.Call) sim.Answer {
	return s.each(c, func(_ batch, it item, r *productRow, u unit) (unit, string, string) {
		n, whole := it.Quantity.Int()
		switch {
		case r.Value.refuses != "":
			return u, r.Value.refuses, "The stock of this product follows its parts"
		case !whole || n < 0 || n > 1_000_000_000:
			return u, "invalid", "The quantity is not a whole number"
		}
		u.quantity = n
		return u, "", ""
	})
}

func (s *Shop) setPrice(c *sim.Call) sim.Answer {
	return s.each(c, func(b batch, it item, _ *productRow, u unit) (unit, string, string) {
		price, ok := it.Price.Minor()
		old, okOld := it.Old.Minor()
		text, _ := it.Old.Text()
		crossed := it.Old.Sent() && text != ""
		switch {
		case b.Currency != "UAH":
			return u, "currency", "The shop's prices are in UAH"
		case !ok || price <= 0 || crossed && (!okOld || old <= price):
			return u, "invalid", "The price is not a positive amount below the old one"
		case u.foreign:
			return u, "special", "A special price of the shop hides this price"
		case crossed && u.value > 0:
			return u, "invalid", "An option can not have a crossed-out price"
		}
		u.priceMinor, u.specialMinor = price, 0
		if crossed {
			u.priceMinor, u.specialMinor = old, price
		}
		return u, "", ""
	})
}
