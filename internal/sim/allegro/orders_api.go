package allegro

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// maxForms is the size of a page of checkout forms, which is also the default.
const maxForms = 100

// Fulfilment statuses.
const (
	fulNew       = "NEW"
	fulReady     = "READY_FOR_SHIPMENT"
	fulSent      = "SENT"
	fulPickedUp  = "PICKED_UP"
	fulCancelled = "CANCELLED"
	fulSuspended = "SUSPENDED"
	fulReturned  = "RETURNED"
)

// forward is the order of fulfilment statuses that a seller sets.
var forward = []string{fulNew, "PROCESSING", fulReady, "READY_FOR_PICKUP", fulSent, fulPickedUp}

// allowed says whether a seller may move a fulfilment.
func allowed(from, to string) bool {
	switch {
	case from == fulCancelled || from == fulPickedUp || from == fulReturned:
		return false
	case to == fulCancelled || to == fulSuspended:
		return from != fulSent
	case from == fulSuspended:
		return slices.Contains(forward[1:], to)
	}
	return slices.Index(forward, to) > slices.Index(forward, from)
}

func (s *Shop) getForm(c *sim.Call) sim.Answer {
	s.enter(c)
	defer s.mu.Unlock()
	row := s.order(c.Request.PathValue("id"))
	if row == nil {
		return noOrder()
	}
	return sim.JSON(http.StatusOK, view(c, row))
}

// bound reads a limit of time; ok is false when it can not be read.
func bound(c *sim.Call, name string) (t time.Time, ok bool) {
	v := c.Query(name)
	if v == "" {
		return t, true
	}
	t, ok = sim.ParseTime(v, time.UTC, time.RFC3339Nano)
	return c.Unstamp(t), ok
}

// filter makes the query of a list of forms.
func filter(c *sim.Call) (q sim.Query[order], ok bool) {
	for name, to := range map[string]*time.Time{
		"updatedAt.gte": &q.ChangedFrom, "updatedAt.lte": &q.ChangedTo, "lineItems.boughtAt.gte": &q.CreatedFrom, "lineItems.boughtAt.lte": &q.CreatedTo,
	} {
		if *to, ok = bound(c, name); !ok {
			return q, false
		}
	}
	v := c.Request.URL.Query()
	keep := func(name, has string) bool { return len(v[name]) == 0 || slices.Contains(v[name], has) }
	q.Match = func(r *orderRow) bool {
		o := &r.Value
		return keep("status", o.form) && keep("fulfillment.status", o.fulfillment) && keep("fulfillment.provider.id", o.provider) &&
			keep("fulfillment.shipmentSummary.lineItemsSent", o.sent()) && keep("buyer.login", login(r)) && keep("marketplace.id", marketplace)
	}
	return q, true
}

// sorts are the orders of a list of forms; the ids of the simulator break a tie.
var sorts = map[string]func(a, b *orderRow) int{
	"lineItems.boughtAt":  func(a, b *orderRow) int { return a.Created.Compare(b.Created) },
	"-lineItems.boughtAt": func(a, b *orderRow) int { return b.Created.Compare(a.Created) },
	"updatedAt":           func(a, b *orderRow) int { return a.Changed.Compare(b.Changed) },
	"-updatedAt":          func(a, b *orderRow) int { return b.Changed.Compare(a.Changed) },
}

func (s *Shop) listForms(c *sim.Call) sim.Answer {
	limit, okLimit := size(c, maxForms, maxForms)
	from, okOffset := offset(c)
	q, okFilter := filter(c)
	sort := sorts[cmp.Or(c.Query("sort"), "-lineItems.boughtAt")]
	if !okLimit || !okOffset || !okFilter || sort == nil {
		return invalid("a parameter can not be used")
	}
	s.enter(c)
	defer s.mu.Unlock()
	q.Ascending = true
	rows, _ := s.orders.Find(q)
	slices.SortStableFunc(rows, sort)
	total := len(rows)
	rows = rows[min(from, total):min(from+limit, total)]
	count := len(rows)
	rows = sim.Disturb(c, slices.Clone(rows))
	forms := make([]any, 0, len(rows))
	for _, r := range rows {
		forms = append(forms, view(c, r))
	}
	return sim.JSON(http.StatusOK, map[string]any{"checkoutForms": forms, "count": count, "totalCount": total})
}

func (s *Shop) setFulfillment(c *sim.Call) sim.Answer {
	var b struct {
		Status string `json:"status"`
	}
	if c.Decode(&b) != nil {
		return invalid("body can not be read")
	}
	s.enter(c)
	defer s.mu.Unlock()
	row := s.order(c.Request.PathValue("id"))
	if row == nil {
		return noOrder()
	}
	o := &row.Value
	if rev := c.Query("checkoutForm.revision"); rev != "" && rev != strconv.FormatInt(o.revision, 16) {
		return fail(http.StatusConflict, "RevisionConflict", "the order has changed meanwhile")
	}
	switch {
	case o.form != formReady:
		return invalid("the order is not ready for processing")
	case o.fulfillment == b.Status:
		return sim.JSON(http.StatusNoContent, nil)
	case !allowed(o.fulfillment, b.Status):
		return invalid("status " + b.Status + " can not follow " + o.fulfillment)
	}
	if !c.Ignore {
		o.fulfillment = b.Status
		s.changed(row, eventFulfillment)
	}
	return sim.JSON(http.StatusNoContent, nil)
}
