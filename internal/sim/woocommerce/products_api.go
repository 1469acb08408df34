package woocommerce

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// maxBatch is how many objects one batch may carry.
const maxBatch = 100

func unknownProduct(status int) sim.Answer {
	return failure(status, "woocommerce_rest_product_invalid_id", "Invalid ID.")
}

// listProducts shows products, not variations, and nothing from the trash. The newest come first unless order says asc.
func (s *Shop) listProducts(c *sim.Call) sim.Answer {
	offset, limit, refused := page(c)
	if refused != nil {
		return *refused
	}
	include, refused := ids(c, "include")
	if refused != nil {
		return *refused
	}
	changed, refused := s.bound(c, "modified_after")
	if refused != nil {
		return *refused
	}
	q := sim.Query[product]{Ascending: c.Query("order") == "asc", Offset: offset, Limit: limit, Count: true, ChangedFrom: changed}
	sku, status, kind := c.Query("sku"), c.Query("status"), c.Query("type")
	if len(include) > 0 {
		q.MinID, q.MaxID = max(slices.Min(include), 1), max(slices.Max(include), 1)
	}
	q.Match = func(r *productRow) bool {
		p := &r.Value
		return p.kind != kindVariation && r.Group < inTrash && (len(include) == 0 || slices.Contains(include, r.ID)) && (sku == "" || p.sku == sku) &&
			(status == "" || status == "any" || p.status == status) && (kind == "" || kindNames[p.kind] == kind)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, total := s.products.Find(q)
	var views []any
	for _, r := range found {
		views = append(views, s.product(c, r))
	}
	return rows(c, views, total, limit)
}

func (s *Shop) getProduct(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.products.Get(c.ID("id"))
	if row == nil {
		return unknownProduct(http.StatusNotFound)
	}
	return sim.JSON(http.StatusOK, trim(c, s.product(c, row)))
}

func (s *Shop) listVariations(c *sim.Call) sim.Answer {
	offset, limit, refused := page(c)
	if refused != nil {
		return *refused
	}
	include, refused := ids(c, "include")
	if refused != nil {
		return *refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	parent := s.products.Get(c.ID("id"))
	if parent == nil || parent.Value.kind != kindVariable {
		return failure(http.StatusNotFound, "woocommerce_rest_product_invalid_id", "Invalid ID.")
	}
	var all []any
	for _, id := range s.children[parent.ID] {
		if r := s.products.Get(id); r.Group < inTrash && (len(include) == 0 || slices.Contains(include, id)) {
			all = append(all, s.product(c, r))
		}
	}
	return rows(c, cut(all, offset, limit), len(all), limit)
}

// edit is one object of a batch.
type edit struct {
	ID          sim.Field `json:"id"`
	ManageStock sim.Field `json:"manage_stock"`
	Quantity    sim.Field `json:"stock_quantity"`
	Status      sim.Field `json:"stock_status"`
	Regular     sim.Field `json:"regular_price"`
	Sale        sim.Field `json:"sale_price"`
}

func (s *Shop) batchProducts(c *sim.Call) sim.Answer { return s.batch(c, 0) }

func (s *Shop) batchVariations(c *sim.Call) sim.Answer {
	parent := c.ID("id")
	s.mu.Lock()
	row := s.products.Get(parent)
	s.mu.Unlock()
	if row == nil {
		return unknownProduct(http.StatusNotFound)
	}
	return s.batch(c, parent)
}

// batch applies edits, each whole or not at all, and answers 200 whatever became of them.
func (s *Shop) batch(c *sim.Call, parent int64) sim.Answer {
	var b struct {
		Create []json.RawMessage `json:"create"`
		Update []edit            `json:"update"`
		Delete []json.RawMessage `json:"delete"`
	}
	if err := c.Decode(&b); err != nil {
		return failure(http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
	}
	if len(b.Create)+len(b.Update)+len(b.Delete) > maxBatch {
		return failure(http.StatusRequestEntityTooLarge, "woocommerce_rest_request_entity_too_large", "Unable to accept more than 100 items for this request.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done := []any{}
	for _, e := range b.Update {
		id, _ := e.ID.Int() // 0 is no product
		row := s.products.Get(id)
		if row == nil || row.Value.parent != parent || row.Group >= inTrash {
			done = append(done, itemError(id, "woocommerce_rest_product_invalid_id", "Invalid ID."))
			continue
		}
		next, wrong := s.apply(e, row.Value)
		if wrong != "" {
			done = append(done, itemError(id, "rest_invalid_param", "Invalid parameter(s): "+wrong))
			continue
		}
		done = append(done, s.put(c, row, next))
	}
	return sim.JSON(http.StatusOK, map[string]any{"update": done})
}

// put stores an edited product, unless the call is to be ignored: then the answer only looks as if.
func (s *Shop) put(c *sim.Call, row *productRow, next product) any {
	old, before := row.Value, s.state(row)
	row.Value = next
	s.derive(row)
	v := s.product(c, row)
	if c.Ignore {
		row.Value = old
		return trim(c, v)
	}
	s.products.Touch(row, c.At, row.Group)
	c.Changed(before, s.state(row))
	return trim(c, v)
}

func itemError(id int64, code, text string) any {
	return map[string]any{"id": id, "error": map[string]any{"code": code, "message": text, "data": map[string]any{"status": http.StatusBadRequest}}}
}

// apply makes the edited product, or names the parameter that is wrong. Without counting a quantity means nothing.
func (s *Shop) apply(e edit, p product) (product, string) {
	if e.ManageStock.Sent() {
		var on bool
		if e.ManageStock.Decode(&on) != nil {
			return p, "manage_stock"
		}
		p.count = map[bool]string{true: countOwn, false: countNone}[on]
	}
	if e.Quantity.Sent() && !e.Quantity.Null() {
		n, ok := e.Quantity.Int()
		if !ok {
			return p, "stock_quantity"
		}
		if p.count == countOwn && !s.o.NoStockManagement {
			p.quantity = n
		}
	}
	if status, ok := e.Status.Text(); ok {
		if !slices.Contains([]string{"instock", "outofstock", "onbackorder"}, status) {
			return p, "stock_status"
		}
		p.stock = status
	}
	for _, f := range []struct {
		sent sim.Field
		name string
		to   *int64
	}{{e.Regular, "regular_price", &p.regularMinor}, {e.Sale, "sale_price", &p.saleMinor}} {
		text, ok := f.sent.Text()
		switch minor, isAmount := f.sent.Minor(); {
		case !f.sent.Sent():
		case ok && text == "":
			*f.to = 0
		case !ok || !isAmount || minor < 0:
			return p, f.name // a number where a string is wanted, too
		default:
			*f.to = minor
		}
	}
	if p.saleMinor >= p.regularMinor || p.saleMinor == 0 {
		p.saleMinor, p.saleFrom = 0, time.Time{}
	}
	return p, ""
}
