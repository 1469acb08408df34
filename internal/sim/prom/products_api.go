package prom

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// maxEdit is how many products one edit may carry.
const maxEdit = 100

var (
	presences = []string{"available", "not_available", "order", "service"}
	shownAs   = []string{"on_display", "not_on_display", "draft", "deleted"} // what a seller can set
)

func (s *Shop) listProducts(c *sim.Call) sim.Answer {
	q := sim.Query[offer]{}
	var ok bool
	if q.Limit, q.MaxID, ok = page(c); !ok {
		return failure(http.StatusBadRequest, "Invalid limit or last_id")
	}
	for name, t := range map[string]*time.Time{"last_modified_from": &q.ChangedFrom, "last_modified_to": &q.ChangedTo} {
		if *t, ok = bound(c, name); !ok {
			return failure(http.StatusBadRequest, "Invalid "+name)
		}
	}
	var group any
	if t := c.Query("group_id"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil {
			return failure(http.StatusBadRequest, "Invalid group_id")
		}
		q.Groups, group = []int{n}, n
	}
	s.mu.Lock()
	rows, _ := s.offers.Find(q)
	views := make([]productView, 0, len(rows))
	for _, r := range rows {
		views = append(views, s.product(r))
	}
	s.mu.Unlock()
	return sim.JSON(http.StatusOK, map[string]any{"group_id": group, "products": views})
}

func (s *Shop) getProduct(c *sim.Call) sim.Answer { return s.oneProduct(c.ID("id")) }

func (s *Shop) getProductByExternalID(c *sim.Call) sim.Answer {
	s.mu.Lock()
	id := s.byExt[c.Request.PathValue("id")]
	s.mu.Unlock()
	return s.oneProduct(id)
}

func (s *Shop) oneProduct(id int64) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.offers.Get(id)
	if row == nil {
		return failure(http.StatusNotFound, "Product not found")
	}
	return sim.JSON(http.StatusOK, map[string]any{"product": s.product(row)})
}

func (s *Shop) listGroups(*sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	for i, name := range s.groups {
		out = append(out, map[string]any{"id": firstGroup + i, "name": name, "parent_group_id": nil})
	}
	return sim.JSON(http.StatusOK, map[string]any{"groups": out})
}

// edit is one object of an edit's array.
type edit struct {
	ID         sim.Field `json:"id"`
	ExternalID sim.Field `json:"external_id"`
	Name       sim.Field `json:"name"`
	Price      sim.Field `json:"price"`
	OldPrice   sim.Field `json:"oldprice"`
	Discount   sim.Field `json:"discount"`
	Presence   sim.Field `json:"presence"`
	InStock    sim.Field `json:"in_stock"`
	Quantity   sim.Field `json:"quantity_in_stock"`
	Status     sim.Field `json:"status"`
}

func (s *Shop) editByID(c *sim.Call) sim.Answer {
	return s.editAll(c, func(e edit) (key any, name string, row *offerRow) {
		id, ok := e.ID.Int()
		if !ok {
			return nil, e.ID.Scalar(), nil
		}
		return id, strconv.FormatInt(id, 10), s.offers.Get(id)
	})
}

func (s *Shop) editByExternalID(c *sim.Call) sim.Answer {
	return s.editAll(c, func(e edit) (key any, name string, row *offerRow) {
		name = e.ID.Scalar()
		if name == "" {
			name = e.ExternalID.Scalar()
		}
		return name, name, s.offers.Get(s.byExt[name])
	})
}

// editAll applies an array of edits: each object whole or not at all.
func (s *Shop) editAll(c *sim.Call, find func(edit) (key any, name string, row *offerRow)) sim.Answer {
	var edits []edit
	if err := c.Decode(&edits); err != nil {
		return failure(http.StatusBadRequest, "Body must be an array of products")
	}
	if len(edits) > maxEdit {
		return failure(http.StatusBadRequest, "Too many products in one request")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done, errs := []any{}, map[string]map[string][]string{}
	for _, e := range edits {
		key, name, row := find(e)
		if row == nil {
			errs[name] = map[string][]string{"id": {"Product not found"}}
			continue
		}
		next, wrong := e.apply(row.Value)
		if len(wrong) > 0 {
			errs[name] = wrong
			continue
		}
		done = append(done, key)
		if !c.Ignore {
			before := state(row)
			row.Value = next
			s.offers.Touch(row, c.At, row.Group)
			c.Changed(before, state(row))
		}
	}
	return sim.JSON(http.StatusOK, map[string]any{"processed_ids": done, "errors": errs})
}

// apply makes the edited offer, or tells what is wrong per field.
func (e edit) apply(o offer) (offer, map[string][]string) {
	wrong := map[string][]string{}
	amount := func(f sim.Field, field string, to *int64) {
		if !f.Sent() {
			return
		}
		if n, ok := f.Minor(); ok && n > 0 {
			*to = n
			return
		}
		wrong[field] = []string{"Must be a positive number"}
	}
	choice := func(f sim.Field, field string, allowed []string, to *string) {
		if !f.Sent() {
			return
		}
		if v, ok := f.Text(); ok && slices.Contains(allowed, v) {
			*to = v
			return
		}
		wrong[field] = []string{"Unknown value"}
	}
	amount(e.Price, "price", &o.priceMinor)
	amount(e.OldPrice, "oldprice", &o.oldMinor)
	choice(e.Presence, "presence", presences, &o.presence)
	choice(e.Status, "status", shownAs, &o.status)
	if name, ok := e.Name.Text(); ok {
		o.name = name
	}
	if e.InStock.Sent() && e.InStock.Decode(&o.inStock) != nil {
		wrong["in_stock"] = []string{"Must be a boolean"}
	}
	if e.Discount.Sent() {
		var raw json.RawMessage
		_ = e.Discount.Decode(&raw) // a sent member is valid JSON
		o.discount = raw
	}
	e.count(&o, wrong)
	return o, wrong
}

// count applies quantity_in_stock; null stops the counting. Presence is left as it is: that is the trap.
func (e edit) count(o *offer, wrong map[string][]string) {
	switch n, ok := e.Quantity.Int(); {
	case !e.Quantity.Sent():
	case e.Quantity.Null():
		o.tracked, o.quantity = false, 0
	case !ok || n < 0:
		wrong["quantity_in_stock"] = []string{"Must be a whole number, not negative"}
	default:
		o.tracked, o.quantity = true, n
	}
}
