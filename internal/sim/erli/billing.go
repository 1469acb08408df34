package erli

import (
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

const (
	firstEntry  = 70001
	maxEntries  = 500
	defEntries  = 100
	entryFee    = "COMM"
	entryRebate = "COMM_RET"
	entryPayout = "PAYMENT"
)

// entry is one movement on the seller's account, in grosze: what Erli takes is negative.
type entry struct {
	ID      int64
	At      time.Time
	Kind    string
	Amount  int64
	OrderID string
}

// Charge books a fee of an order, negative for one that is given back, and returns the entry's id.
func (s *Shop) Charge(orderID string, minor int64) string {
	kind := entryFee
	if minor < 0 {
		kind = entryRebate
	}
	return s.book(kind, orderID, -minor)
}

// PayOut books a payment between the seller and Erli: no fee.
func (s *Shop) PayOut(minor int64) string { return s.book(entryPayout, "", minor) }

func (s *Shop) book(kind, orderID string, amount int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := entry{ID: firstEntry + int64(len(s.entries)), At: s.Now(), Kind: kind, Amount: amount, OrderID: orderID}
	s.entries = append(s.entries, e)
	return strconv.FormatInt(e.ID, 10)
}

func (s *Shop) billingTypes(*sim.Call) sim.Answer {
	return sim.JSON(http.StatusOK, []map[string]string{
		{"type": entryFee, "description": "naliczenie prowizji", "displayLabel": "Prowizja", "fiscalFunction": "plusCharges"},
		{"type": entryRebate, "description": "zwrot prowizji", "displayLabel": "Zwrot prowizji", "fiscalFunction": "minusCharges"},
		{"type": entryPayout, "description": "wpłata", "displayLabel": "Wpłata", "fiscalFunction": "plusPayments"},
	})
}

// billingEntries lists the newest first; after is the last id seen.
func (s *Shop) billingEntries(c *sim.Call) sim.Answer {
	var b struct {
		Pagination struct {
			SortField string `json:"sortField"`
			Order     string `json:"order"`
			After     int64  `json:"after"`
			Limit     *int   `json:"limit"`
		} `json:"pagination"`
		Simple *struct {
			From time.Time `json:"fromOccurredAt"`
		} `json:"simpleFilter"`
	}
	if bad := decode(c, &b); bad != nil {
		return *bad
	}
	limit := defEntries
	if b.Pagination.Limit != nil {
		limit = *b.Pagination.Limit
	}
	if b.Simple == nil || limit < 1 || limit > maxEntries || b.Pagination.Order == "ASC" {
		return failure(http.StatusBadRequest, "Request validation failed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	for i := len(s.entries) - 1; i >= 0 && len(out) < limit; i-- {
		e := s.entries[i]
		if b.Pagination.After > 0 && e.ID >= b.Pagination.After || e.At.Before(c.Unstamp(b.Simple.From)) {
			continue
		}
		row := map[string]any{"id": e.ID, "occurredAt": stamp(c, e.At), "type": e.Kind, "description": e.Kind, "amount": e.Amount, "balanceAfter": 0}
		if e.OrderID != "" {
			row["orderId"] = e.OrderID
		}
		out = append(out, row)
	}
	return sim.JSON(http.StatusOK, out)
}
