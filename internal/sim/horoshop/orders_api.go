package horoshop

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// ordersQuery is the body of orders/get.
type ordersQuery struct {
	window
	From       string          `json:"from"`
	To         string          `json:"to"`
	IDs        []int64         `json:"ids"`
	Status     json.RawMessage `json:"status"`
	Additional bool            `json:"additionalData"`
}

func (s *Shop) getOrders(c *sim.Call) sim.Answer {
	var b ordersQuery
	if a := decode(c, &b); a != nil {
		return *a
	}
	offset, limit, none := b.bounds(s.since(3, 30))
	q := sim.Query[order]{Offset: offset, Limit: limit}
	var ok [2]bool
	q.CreatedFrom, ok[0] = moment(c, b.From, false)
	q.CreatedTo, ok[1] = moment(c, b.To, true)
	if !ok[0] || !ok[1] {
		return message(statusError, "Wrong date format")
	}
	if len(b.Status) > 0 && string(b.Status) != "null" {
		statuses, ok := numbers(b.Status)
		if !ok {
			return message(statusError, "Wrong status")
		}
		q.Groups = statuses
	}
	if none {
		return envelope(statusEmpty, map[string]any{"orders": []any{}})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.choose(q, b.IDs)
	views := make([]any, 0, len(rows))
	for _, r := range rows {
		views = append(views, s.view(c, r, b.Additional))
	}
	if len(views) == 0 {
		return envelope(statusEmpty, map[string]any{"orders": views})
	}
	return envelope(statusOK, map[string]any{"orders": sim.Disturb(c, views)})
}

// moment reads a bound of creation in the shop's time; a bare date as the upper one means the end of that day.
func moment(c *sim.Call, text string, upper bool) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	t, ok := sim.ParseTime(text, sim.Kyiv(), sim.LocalLayout, "2006-01-02", "02.01.2006 15:04:05", "02.01.2006")
	if !ok {
		return t, false
	}
	switch {
	case upper && !strings.Contains(text, ":"):
		t = t.In(sim.Kyiv()).AddDate(0, 0, 1).Add(-time.Microsecond).UTC()
	case upper:
		t = t.Add(time.Second - time.Microsecond) // stored times are finer than the second the caller sees
	}
	return c.Unstamp(t), true
}

// statusEntry is a row of the status dictionary.
type statusEntry struct {
	ID         int               `json:"id"`
	Title      map[string]string `json:"title"`
	Successful bool              `json:"is_successful"`
}

func (s *Shop) availableStatuses(*sim.Call) sim.Answer {
	var all []statusEntry
	for _, c := range s.statuses {
		all = append(all, statusEntry{c.ID, map[string]string{"ua": c.Title, "ru": s.russian(c.Title)}, c.Successful})
	}
	return envelope(statusOK, map[string]any{"statuses": all})
}

// orderUpdate is one record of orders/update. The key "paid" of the English page is not among its fields: the shop takes
// it and does nothing.
type orderUpdate struct {
	ID          sim.Field `json:"order_id"`
	Status      sim.Field `json:"status"`
	Payed       sim.Field `json:"payed"`
	Tracking    sim.Field `json:"tracking_code"`
	OwnTracking sim.Field `json:"own_tracking_code"`
}

// orderLog is a row of the update's log, in the order of the records.
type orderLog struct {
	OrderID  *int64 `json:"order_id,omitempty"`
	Status   string `json:"status"`
	Message  string `json:"message,omitempty"`
	Messages string `json:"messages,omitempty"`
}

func (s *Shop) updateOrders(c *sim.Call) sim.Answer {
	var b struct {
		Orders []orderUpdate `json:"orders"`
	}
	if a := decode(c, &b); a != nil {
		return *a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, log := statusOK, make([]orderLog, 0, len(b.Orders))
	for _, u := range b.Orders {
		id, _ := u.ID.Int() // 0 is no order
		entry := orderLog{OrderID: &id, Status: statusOK, Message: "UPDATED"}
		if problem := s.update(c, s.orders.Get(id), u); problem != "" {
			status, entry.Status, entry.Message = statusWarning, statusError, problem
		}
		if s.o.SampleLog {
			entry.OrderID, entry.Messages, entry.Message = nil, entry.Message, ""
		}
		log = append(log, entry)
	}
	return envelope(status, map[string]any{"log": log})
}

// update applies one record, or tells why not. A cancelled order is locked.
func (s *Shop) update(c *sim.Call, row *orderRow, u orderUpdate) (problem string) {
	if row == nil {
		return "Order is not found"
	}
	if row.Value.status == orderCancelled {
		return "Order is locked"
	}
	status, isNumber := u.Status.Int()
	if u.Status.Sent() && (!isNumber || !s.knownStatus(int(status))) {
		return "Unknown status"
	}
	if c.Ignore {
		return ""
	}
	s.track(c, row, u)
	if n, ok := u.Payed.Int(); ok && (n == 1) != row.Value.payed {
		if n == 1 {
			s.pay(row, c.At)
		} else {
			row.Value.payed = false
			s.orders.Touch(row, sim.Later(c.At, row.Changed), row.Group)
		}
	}
	if isNumber && int(status) != row.Value.status {
		s.setStatus(row, int(status), c.At)
	}
	return ""
}

// track stores a waybill number: tracking_code is Ukrposhta's, own_tracking_code any carrier's where it is released.
func (s *Shop) track(c *sim.Call, row *orderRow, u orderUpdate) {
	o := &row.Value
	number := u.Tracking.Scalar()
	operator := "Ukrposhta"
	if own := u.OwnTracking.Scalar(); own != "" && !s.o.NoOwnTracking {
		number, operator = own, o.operator
	}
	if number == "" {
		return
	}
	o.tracking, o.operator = number, operator
	s.orders.Touch(row, sim.Later(c.At, row.Changed), row.Group)
}
