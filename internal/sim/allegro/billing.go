package allegro

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

// Bounds of a page of billing entries.
const (
	maxBills      = 100
	maxBillOffset = 10_000
)

// Charge books what the seller pays for an order, negative when it is given back, and returns the entry's id.
func (s *Shop) Charge(orderID string, minor int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastBill++
	b := bill{id: fmt.Sprintf("b1110000-7a14-11f1-9c52-%012x", s.lastBill), at: s.Now(), orderID: orderID, code: "SUC", name: "Prowizja od sprzedaży", minor: -minor}
	if minor < 0 {
		b.code, b.name = "REF", "Zwrot prowizji"
	}
	if row := s.order(orderID); row != nil && len(row.Value.lines) > 0 {
		b.offerID = fmt.Sprint(row.Value.lines[0].offerID)
	}
	s.bills = append(s.bills, b)
	return b.id
}

func (s *Shop) billingEntries(c *sim.Call) sim.Answer {
	limit, okLimit := size(c, maxBills, maxBills)
	from, okOffset := offset(c)
	since, okSince := bound(c, "occurredAt.gte")
	until, okUntil := bound(c, "occurredAt.lte")
	if !okLimit || !okOffset || !okSince || !okUntil || from > maxBillOffset {
		return invalid("a parameter can not be used")
	}
	v := c.Request.URL.Query()
	keep := func(name, has string) bool { return len(v[name]) == 0 || slices.Contains(v[name], has) }
	s.enter(c)
	defer s.mu.Unlock()
	entries := []any{}
	for _, b := range slices.Backward(s.bills) {
		if b.at.Before(since) || !until.IsZero() && b.at.After(until) || !keep("order.id", b.orderID) || !keep("offer.id", b.offerID) || !keep("type.id", b.code) {
			continue
		}
		if from > 0 {
			from--
			continue
		}
		if len(entries) == limit {
			break
		}
		entries = append(entries, b.view(c))
	}
	return sim.JSON(http.StatusOK, map[string]any{"billingEntries": entries})
}

func (b bill) view(c *sim.Call) any {
	v := map[string]any{
		"id": b.id, "occurredAt": stamp(c, b.at), "type": map[string]string{"id": b.code, "name": b.name}, "offer": nil, "value": pln(b.minor),
		"tax": map[string]string{"percentage": "23.00"}, "balance": pln(0), "order": nil, "additionalInfo": []any{},
	}
	if b.orderID != "" {
		v["order"] = map[string]string{"id": b.orderID}
	}
	if b.offerID != "" {
		v["offer"] = map[string]string{"id": b.offerID, "name": ""}
	}
	return v
}
