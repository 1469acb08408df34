package erli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// steps is the graph of the seller's statuses. Erli publishes the words only; going forward is our reading.
var steps = map[string][]string{
	"created":           {"readyToProcess", "inProgress", "canceled"},
	"readyToProcess":    {"inProgress", "sent", "canceled"},
	"inProgress":        {"sent", "readyToPickup", "canceled"},
	"unknown":           {"readyToProcess", "inProgress", "sent", "canceled"},
	"sent":              {"readyToPickup", "received", "returningToSender", "returned"},
	"readyToPickup":     {"received", "returningToSender", "returned"},
	"returningToSender": {"returned"},
	"received":          {"returned"},
	"returned":          {},
	"canceled":          {},
}

// mark is a place in a list of orders: a time and the order's number.
type mark struct {
	at time.Time
	id int64
}

func (m mark) compare(o mark) int { return cmp.Or(m.at.Compare(o.at), cmp.Compare(m.id, o.id)) }

// write is the cursor that a row carries.
func (m mark) write(c *sim.Call) string {
	return fmt.Sprintf("%d;260101x%05d", c.Stamp(m.at).UnixMicro(), m.id)
}

// readMark reads a cursor, or a time, from which every row of that moment on is meant.
func readMark(c *sim.Call, text string) (mark, bool) {
	if at, ok := sim.ParseTime(text, time.UTC, time.RFC3339Nano); ok {
		return mark{c.Unstamp(at), 0}, true
	}
	digits, id, ok := strings.Cut(text, ";")
	micros, err := strconv.ParseInt(digits, 10, 64)
	return mark{c.Unstamp(time.UnixMicro(micros)), orderNumber(id)}, ok && err == nil
}

func (s *Shop) searchOrders(c *sim.Call) sim.Answer {
	var b struct {
		Pagination paging  `json:"pagination"`
		Filter     *filter `json:"filter"`
	}
	if bad := decode(c, &b); bad != nil {
		return *bad
	}
	limit, after, bad := b.Pagination.read("updated", "created")
	if bad != nil {
		return *bad
	}
	list := orderList{byCreation: b.Pagination.SortField == "created", down: b.Pagination.Order == "DESC"}
	if after != "" {
		from, ok := readMark(c, after)
		if !ok {
			return failure(http.StatusBadRequest, "pagination.after can not be read")
		}
		list.after = &from
	}
	if !list.narrow(c, b.Filter) {
		return failure(http.StatusBadRequest, "filter can not be used")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []any{}
	for _, r := range list.page(s.orders, limit) {
		out = append(out, s.view(c, r, list.mark(r).write(c)))
	}
	return sim.JSON(http.StatusOK, sim.Disturb(c, out))
}

// orderList is what a search asks for.
type orderList struct {
	byCreation bool
	down       bool
	after      *mark
	query      sim.Query[order]
}

// narrow applies the one filter the simulator knows: a lower bound of a time.
func (l *orderList) narrow(c *sim.Call, f *filter) bool {
	if f == nil {
		return true
	}
	var text string
	if f.Operator != ">=" || json.Unmarshal(f.Value, &text) != nil {
		return false
	}
	at, ok := sim.ParseTime(text, time.UTC, time.RFC3339Nano)
	switch f.Field {
	case "updated":
		l.query.ChangedFrom = c.Unstamp(at)
	case "created":
		l.query.CreatedFrom = c.Unstamp(at)
	default:
		return false
	}
	return ok
}

// mark is a row's place; cursors count in microseconds, so places do too.
func (l *orderList) mark(r *orderRow) mark {
	if l.byCreation {
		return mark{r.Created.Truncate(time.Microsecond), r.ID}
	}
	return mark{r.Changed.Truncate(time.Microsecond), r.ID}
}

// page sorts what is asked for and cuts the wanted rows out; the bound of the index keeps the rows few.
func (l *orderList) page(book *sim.Book[order], limit int) []*orderRow {
	q := l.query
	if l.after != nil && !l.down && !l.byCreation && l.after.at.After(q.ChangedFrom) {
		q.ChangedFrom = l.after.at
	}
	rows, _ := book.Find(q)
	turn := 1
	if l.down {
		turn = -1
	}
	slices.SortFunc(rows, func(a, b *orderRow) int { return turn * l.mark(a).compare(l.mark(b)) })
	if l.after != nil {
		rows = slices.DeleteFunc(rows, func(r *orderRow) bool { return turn*l.mark(r).compare(*l.after) <= 0 })
	}
	return rows[:min(limit, len(rows))]
}

func (s *Shop) getOrder(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(c.Request.PathValue("id"))
	if row == nil {
		return failure(http.StatusNotFound, "Order not found")
	}
	return sim.JSON(http.StatusOK, s.view(c, row, ""))
}

func (s *Shop) patchOrder(c *sim.Call) sim.Answer {
	var b struct {
		Ours *string `json:"externalOrderId"`
	}
	if bad := decode(c, &b); bad != nil {
		return *bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(c.Request.PathValue("id"))
	switch {
	case row == nil:
		return failure(http.StatusNotFound, "Order not found")
	case row.Value.status == statusCancelled:
		return failure(http.StatusBadRequest, "Order is cancelled")
	case b.Ours != nil && !c.Ignore:
		row.Value.ours = *b.Ours
		s.touch(row, c.At)
	}
	return sim.Answer{Status: http.StatusAccepted, Body: map[string]any{}}
}

func (s *Shop) patchStatus(c *sim.Call) sim.Answer {
	var b struct {
		Status string `json:"status"`
	}
	if bad := decode(c, &b); bad != nil {
		return *bad
	}
	if _, known := steps[b.Status]; !known {
		return failure(http.StatusBadRequest, "status can not be used")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.order(c.Request.PathValue("id"))
	if row == nil {
		return failure(http.StatusNotFound, "Order not found")
	}
	if o := &row.Value; o.seller != b.Status {
		switch {
		case o.status == statusCancelled:
			return failure(http.StatusBadRequest, "Order is cancelled")
		case o.status == statusPending && b.Status != "canceled":
			return failure(http.StatusBadRequest, "Order is not paid")
		case !slices.Contains(steps[o.seller], b.Status):
			return failure(http.StatusBadRequest, "Status can not follow "+o.seller)
		}
		if !c.Ignore {
			o.set("sellerStatus", b.Status)
			s.touch(row, c.At)
			s.emit(eventSeller, row)
		}
	}
	return nothing(http.StatusNoContent)
}

// nothing is an answer without a body.
func nothing(status int) sim.Answer { return sim.Answer{Status: status, Body: json.RawMessage("null")} }
