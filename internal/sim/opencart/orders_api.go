package opencart

import (
	"net/http"
	"regexp"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// lookBack is how far a journal read from its beginning reaches.
const lookBack = 14 * 24 * time.Hour

func (s *Shop) changes(c *sim.Call) sim.Answer {
	var b struct {
		Journal string `json:"journal"`
		After   int64  `json:"after"`
		Limit   int    `json:"limit"`
	}
	if a := decode(c, &b); a != nil {
		return *a
	}
	if b.After < 0 || b.Limit < 1 || b.Limit > maxOrders {
		return invalid("after and limit are out of bounds")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Journal != s.journalName || b.After > int64(len(s.journal)) {
		b.After = 0
	}
	rows, next := s.since(b.After, b.Limit, c.At)
	views := make([]any, 0, len(rows))
	for _, r := range rows {
		views = append(views, s.view(c, r))
	}
	return result(map[string]any{"orders": sim.Disturb(c, views), "journal": s.journalName, "next": next, "more": next < int64(len(s.journal))})
}

// since reads the journal after a change until it has met limit different orders.
func (s *Shop) since(after int64, limit int, now time.Time) (rows []*orderRow, next int64) {
	seen := map[int64]bool{}
	next = after
	for ; next < int64(len(s.journal)); next++ {
		row := s.orders.Get(s.journal[next])
		switch {
		case seen[row.ID], after == 0 && row.Changed.Before(now.Add(-lookBack)):
			continue
		case len(rows) == limit:
			return rows, next
		}
		seen[row.ID] = true
		rows = append(rows, row)
	}
	return rows, next
}

func (s *Shop) readOrders(c *sim.Call) sim.Answer {
	var b struct {
		IDs []int64 `json:"ids"`
	}
	if a := decode(c, &b); a != nil {
		return *a
	}
	if len(b.IDs) == 0 || len(b.IDs) > maxOrders {
		return invalid("ids: one to a hundred numbers")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	views := []any{}
	for _, id := range b.IDs {
		if row := s.orders.Get(id); row != nil {
			views = append(views, s.view(c, row))
		}
	}
	return result(map[string]any{"orders": views})
}

var (
	keyShape     = regexp.MustCompile(`^[0-9A-Za-z:._-]{1,64}$`)
	carrierShape = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
)

// statusCall is the body of status and tracking.
type statusCall struct {
	OrderID  int64     `json:"order_id"`
	From     int64     `json:"from"`
	To       int64     `json:"to"`
	Comment  string    `json:"comment"`
	Notify   bool      `json:"notify"`
	Key      string    `json:"key"`
	Tracking *tracking `json:"tracking"`
}

// problem tells what is wrong with the body; "" = nothing.
func (b statusCall) problem() string {
	t := b.Tracking
	switch {
	case !keyShape.MatchString(b.Key):
		return "key is missing or not a short word"
	case len(b.Comment) > 4000:
		return "comment is too long"
	case t != nil && (!carrierShape.MatchString(t.Carrier) || t.Number == "" || len(t.Number) > 64 || len(t.Title) > 128):
		return "tracking needs a carrier and a number"
	}
	return ""
}

func (s *Shop) setStatus(c *sim.Call) sim.Answer {
	var b statusCall
	if a := decode(c, &b); a != nil {
		return *a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.status(b.To); !known {
		return invalid("The shop has no such status")
	}
	return s.act(c, b)
}

func (s *Shop) setTracking(c *sim.Call) sim.Answer {
	var b statusCall
	if a := decode(c, &b); a != nil {
		return *a
	}
	if b.Tracking == nil {
		return invalid("tracking is missing")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.orders.Get(b.OrderID); row != nil {
		b.From, b.To = 0, row.Value.status
	}
	return s.act(c, b)
}

// act makes a step or stores a waybill; the key of the newest entry and a step to where the order is do nothing.
func (s *Shop) act(c *sim.Call, b statusCall) sim.Answer {
	if p := b.problem(); p != "" {
		return invalid(p)
	}
	row := s.orders.Get(b.OrderID)
	if row == nil || row.Value.deleted {
		return failure(http.StatusNotFound, "not_found", "There is no such order")
	}
	o := &row.Value
	said := func(done bool) sim.Answer {
		status := b.To
		if !done {
			status = o.status
		}
		return result(map[string]any{"order_id": row.ID, "status": status, "done": done})
	}
	same := b.Tracking == nil || o.tracking != nil && o.tracking.Carrier == b.Tracking.Carrier && o.tracking.Number == b.Tracking.Number
	switch {
	case o.lastKey == b.Key, o.status == b.To && b.Comment == "" && same:
		return said(false)
	case b.From != 0 && b.From != o.status:
		return failure(http.StatusConflict, "conflict", "The order has another status")
	case c.Ignore:
		return said(true)
	}
	if b.Tracking != nil {
		o.tracking = b.Tracking
	}
	if b.Notify {
		o.mails++
	}
	s.step(row, b.To, c.At, b.Key)
	return said(true)
}

// Reinstall is the module installed anew: its journal has another name and begins with the orders there are.
func (s *Shop) Reinstall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journalName += "b"
	s.journal = nil
	rows, _ := s.orders.Find(sim.Query[order]{Ascending: true})
	for _, r := range rows {
		s.journal = append(s.journal, r.ID)
	}
}

// Restore is a backup put back from before the last n changes; the orders of the time after it stay as they are here.
func (s *Shop) Restore(n int) { s.set(func() { s.journal = s.journal[:len(s.journal)-n] }) }
