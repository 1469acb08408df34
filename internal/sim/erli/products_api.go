package erli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

const (
	maxBatch      = 100
	maxExternalID = 1023
	maxPrice      = 2147483647
	maxStock      = 2000000000
)

// paging is the part of a search that every list has.
type paging struct {
	SortField string          `json:"sortField"`
	Order     string          `json:"order"`
	Limit     *int            `json:"limit"`
	After     json.RawMessage `json:"after"`
}

// read checks a page's bounds and gives its length and the text of after.
func (p paging) read(fields ...string) (limit int, after string, bad *sim.Answer) {
	limit = defaultPage
	if p.Limit != nil {
		limit = *p.Limit
	}
	if limit < 1 || limit > maxPage || !slices.Contains([]string{"", "ASC", "DESC"}, p.Order) || !slices.Contains(append(fields, ""), p.SortField) {
		return 0, "", invalid("pagination can not be used")
	}
	if len(p.After) > 0 && json.Unmarshal(p.After, &after) != nil {
		return 0, "", invalid("pagination.after must be a string")
	}
	return limit, after, nil
}

// filter is one condition of a search.
type filter struct {
	Field    string          `json:"field"`
	Operator string          `json:"operator"`
	Value    json.RawMessage `json:"value"`
}

func (s *Shop) searchProducts(c *sim.Call) sim.Answer {
	var b struct {
		Pagination paging   `json:"pagination"`
		Filter     *filter  `json:"filter"`
		Fields     []string `json:"fields"`
	}
	if bad := decode(c, &b); bad != nil {
		return *bad
	}
	limit, after, bad := b.Pagination.read("externalId")
	if bad != nil {
		return *bad
	}
	var only []string
	if f := b.Filter; f != nil && (f.Field != "externalId" || f.Operator != "in" || json.Unmarshal(f.Value, &only) != nil) {
		return failure(http.StatusBadRequest, "filter can not be used")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	names := s.names
	if b.Filter != nil {
		slices.Sort(only)
		names = slices.Compact(only)
	}
	at, found := slices.BinarySearch(names, after)
	if found {
		at++
	}
	out := []productView{}
	for _, id := range names[at:] {
		if row := s.offers.Get(s.byID[id]); row != nil && len(out) < limit {
			out = append(out, product(c, row))
		}
	}
	return sim.JSON(http.StatusOK, out)
}

func (s *Shop) getProduct(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.offers.Get(s.byID[c.Request.PathValue("id")])
	if row == nil {
		return failure(http.StatusNotFound, "Product not found")
	}
	return sim.JSON(http.StatusOK, product(c, row))
}

// change is what a write says of a product; what it does not name stays.
type change struct {
	ExternalID string  `json:"externalId"`
	Name       *string `json:"name"`
	EAN        *string `json:"ean"`
	SKU        *string `json:"sku"`
	Price      *int64  `json:"price"`
	Stock      *int64  `json:"stock"`
	Status     *string `json:"status"`
}

// write is a change that was accepted and does not show yet.
type write struct {
	row int64
	ch  change
}

// broken reports a value that no product can have: the whole request is refused for it.
func (ch change) broken() bool {
	return ch.Price != nil && *ch.Price > maxPrice || ch.Stock != nil && (*ch.Stock > maxStock || *ch.Stock < -maxStock) ||
		ch.Status != nil && *ch.Status != "active" && *ch.Status != "inactive"
}

func (s *Shop) createProduct(c *sim.Call) sim.Answer {
	var ch change
	if bad := decode(c, &ch); bad != nil {
		return *bad
	}
	id := c.Request.PathValue("id")
	if ch.broken() || len(id) > maxExternalID || ch.Name == nil || ch.Price == nil || ch.Stock == nil {
		return failure(http.StatusBadRequest, "Request validation failed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[id] != 0 {
		return failure(http.StatusConflict, "Product exists")
	}
	if !c.Ignore {
		row := s.addOffer(id)
		row.Value.active = true
		s.apply(c, row, ch)
	}
	return sim.JSON(http.StatusAccepted, map[string]any{})
}

func (s *Shop) patchProduct(c *sim.Call) sim.Answer {
	var ch change
	if bad := decode(c, &ch); bad != nil {
		return *bad
	}
	if ch.broken() {
		return failure(http.StatusBadRequest, "Request validation failed")
	}
	ch.ExternalID = c.Request.PathValue("id")
	s.mu.Lock()
	defer s.mu.Unlock()
	status, answer := s.update(c, ch)
	return sim.JSON(status, answer)
}

// batchUpdate answers per product; a batch that breaks the API's own rules is refused as a whole.
func (s *Shop) batchUpdate(c *sim.Call) sim.Answer {
	var list []change
	d := json.NewDecoder(bytes.NewReader(c.Body))
	d.DisallowUnknownFields()
	if d.Decode(&list) != nil || len(list) == 0 || len(list) > maxBatch || slices.ContainsFunc(list, func(ch change) bool {
		return ch.broken() || ch.ExternalID == "" || len(ch.ExternalID) > maxExternalID
	}) {
		return failure(http.StatusBadRequest, "Request validation failed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	for _, ch := range list {
		status, answer := s.update(c, ch)
		key := "result"
		if status >= http.StatusBadRequest {
			key = "error"
		}
		out = append(out, map[string]any{"externalId": ch.ExternalID, "status": status, key: answer})
	}
	return sim.JSON(http.StatusOK, out)
}

// update changes one product and says what it will change; call it under the lock.
func (s *Shop) update(c *sim.Call, ch change) (status int, answer map[string]any) {
	row := s.offers.Get(s.byID[ch.ExternalID])
	switch {
	case row == nil:
		return http.StatusNotFound, map[string]any{"name": "NotFound", "message": "Product not found", "polishMessage": "Nie ma takiego produktu"}
	case ch.Price != nil && *ch.Price <= 0:
		return http.StatusBadRequest, map[string]any{"name": "BadRequest", "message": "price must be positive"}
	case c.Ignore:
	case s.o.Slow:
		s.waiting = append(s.waiting, write{row.ID, ch})
	default:
		s.apply(c, row, ch)
	}
	fields := []string{}
	for name, sent := range map[string]bool{"price": ch.Price != nil, "stock": ch.Stock != nil, "status": ch.Status != nil} {
		if sent && !row.Value.frozen[name] {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return http.StatusAccepted, map[string]any{"updatedFields": fields}
}

// apply makes a change show, except in frozen fields; call it under the lock.
func (s *Shop) apply(c *sim.Call, row *offerRow, ch change) {
	before := state(row)
	s.put(row, ch)
	s.offers.Touch(row, s.Now(), 0)
	c.Changed(before, state(row))
}

func (s *Shop) put(row *offerRow, ch change) {
	o := &row.Value
	if ch.Price != nil && !o.frozen["price"] {
		o.priceMinor = *ch.Price
	}
	if ch.Stock != nil && !o.frozen["stock"] {
		o.stock = *ch.Stock
	}
	if ch.Status != nil && !o.frozen["status"] {
		o.active = *ch.Status == "active"
	}
	for to, from := range map[*string]*string{&o.name: ch.Name, &o.barcode: ch.EAN} {
		if from != nil {
			*to = *from
		}
	}
	if ch.SKU != nil {
		delete(s.bySKU, o.sku)
		o.sku = *ch.SKU
		s.bySKU[o.sku] = row.ID
	}
}

// Settle lets the accepted writes of a slow shop show.
func (s *Shop) Settle() {
	s.Tell(s.settle())
}

func (s *Shop) settle() (changes []sim.OfferChange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.waiting {
		row := s.offers.Get(w.row)
		before := state(row)
		s.put(row, w.ch)
		s.offers.Touch(row, s.Now(), 0)
		changes = append(changes, sim.OfferChange{Shop: s.Name(), Cause: sim.CauseAPI, At: s.Now(), Before: before, After: state(row)})
	}
	s.waiting = nil
	return changes
}
