package woocommerce

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

func (s *Shop) listOrders(c *sim.Call) sim.Answer {
	offset, limit, refused := page(c)
	if refused != nil {
		return *refused
	}
	q, refused := s.orderQuery(c)
	if refused != nil {
		return *refused
	}
	by, direction := c.Query("orderby"), c.Query("order")
	if by != "" && !slices.Contains([]string{"date", "id", "include", "title", "slug"}, by) {
		return invalid("orderby")
	}
	if direction != "" && direction != "asc" && direction != "desc" {
		return invalid("order")
	}
	q.Ascending = true
	s.mu.Lock()
	all, _ := s.orders.Find(q)
	if by == "" || by == "date" {
		slices.SortStableFunc(all, func(a, b *orderRow) int { return a.Created.Compare(b.Created) })
	}
	if direction != "asc" {
		slices.Reverse(all)
	}
	var views []any
	for _, r := range cut(all, offset, limit) {
		views = append(views, s.view(c, r))
	}
	s.mu.Unlock()
	return rows(c, sim.Disturb(c, views), len(all), limit)
}

// orderQuery reads the filters of a list of orders.
func (s *Shop) orderQuery(c *sim.Call) (q sim.Query[order], refused *sim.Answer) {
	set := func(name string, at *time.Time, shift time.Duration) {
		t, no := s.bound(c, name)
		if no != nil {
			refused = no
		}
		if !t.IsZero() {
			*at = t.Truncate(time.Second).Add(shift)
		}
	}
	set("modified_after", &q.ChangedFrom, time.Second)
	set("modified_before", &q.ChangedTo, -time.Second)
	set("after", &q.CreatedFrom, time.Second)
	set("before", &q.CreatedTo, -time.Second)
	status := c.Query("status")
	if status == "" {
		status = "any"
	}
	trash := s.group(statusTrash)
	for name := range strings.SplitSeq(status, ",") {
		if g := s.group(name); name != "any" && g == 0 {
			a := invalid("status")
			return q, &a
		} else if name != "any" {
			q.Groups = append(q.Groups, g)
		}
	}
	include, no := ids(c, "include")
	if no != nil {
		return q, no
	}
	if len(include) > 0 {
		q.MinID, q.MaxID = max(slices.Min(include), 1), max(slices.Max(include), 1)
	}
	q.Match = func(r *orderRow) bool {
		return (len(include) == 0 || slices.Contains(include, r.ID)) && (len(q.Groups) > 0 || r.Group != trash)
	}
	return q, refused
}

func unknownOrder(status int) sim.Answer {
	return failure(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
}

func (s *Shop) getOrder(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return unknownOrder(http.StatusNotFound)
	}
	return sim.JSON(http.StatusOK, trim(c, s.view(c, row)))
}

// updateOrder changes status and metadata. A metadata key that is there already is replaced.
func (s *Shop) updateOrder(c *sim.Call) sim.Answer {
	var b struct {
		Status  sim.Field `json:"status"`
		SetPaid bool      `json:"set_paid"`
		Meta    []struct {
			Key   string `json:"key"`
			Value any    `json:"value"`
		} `json:"meta_data"`
	}
	if err := c.Decode(&b); err != nil {
		return failure(http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return unknownOrder(http.StatusBadRequest)
	}
	status, isText := b.Status.Text()
	if b.Status.Sent() && (!isText || s.group(status) <= 0) {
		return invalid("status")
	}
	if c.Ignore {
		return sim.JSON(http.StatusOK, trim(c, s.view(c, row)))
	}
	now := c.At.UTC().Truncate(time.Second)
	for _, m := range b.Meta {
		s.setMeta(&row.Value, m.Key, m.Value)
	}
	if b.SetPaid && row.Value.paidAt.IsZero() {
		row.Value.paidAt, status = now, statusProcessing
	}
	if status != "" && status != row.Value.status {
		s.setStatus(row, status, now)
	}
	s.touch(row, now)
	return sim.JSON(http.StatusOK, trim(c, s.view(c, row)))
}

func (s *Shop) setMeta(o *order, key string, value any) {
	for i := range o.meta {
		if o.meta[i].Key == key {
			o.meta[i].Value = value
			return
		}
	}
	s.lastMeta++
	o.meta = append(slices.Clip(o.meta), meta{900 + s.lastMeta, key, value})
}

// addNote stores a note; one for the customer is mailed.
func (s *Shop) addNote(c *sim.Call) sim.Answer {
	var b struct {
		Note     string `json:"note"`
		Customer bool   `json:"customer_note"`
	}
	if err := c.Decode(&b); err != nil || b.Note == "" {
		return invalid("note")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return failure(http.StatusNotFound, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
	}
	if !c.Ignore {
		row.Value.notes = append(row.Value.notes, Note{b.Note, b.Customer})
	}
	return sim.JSON(http.StatusCreated, map[string]any{"id": 281 + len(row.Value.notes), "note": b.Note, "customer_note": b.Customer})
}

// refund gives money back; the whole of it makes the order refunded, a part keeps its status.
func (s *Shop) refund(c *sim.Call) sim.Answer {
	var b struct {
		Amount sim.Field `json:"amount"`
		Reason string    `json:"reason"`
	}
	if err := c.Decode(&b); err != nil {
		return failure(http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return unknownOrder(http.StatusNotFound)
	}
	o := &row.Value
	left := o.totalMinor()
	for _, f := range o.refunds {
		left -= f.totalMinor
	}
	minor, ok := b.Amount.Minor()
	if !ok || minor <= 0 || minor > left {
		return failure(http.StatusBadRequest, "woocommerce_rest_invalid_order_refund_amount", "Invalid refund amount.")
	}
	if c.Ignore {
		return sim.JSON(http.StatusCreated, map[string]any{"id": 0})
	}
	s.lastLine++
	o.refunds = append(o.refunds, refund{9000 + s.lastLine, b.Reason, minor})
	now := c.At.UTC().Truncate(time.Second)
	if minor == left {
		s.setStatus(row, statusRefunded, now)
	}
	s.touch(row, now)
	return sim.JSON(http.StatusCreated, map[string]any{"id": 9000 + s.lastLine, "amount": s.amount(minor), "reason": b.Reason})
}
