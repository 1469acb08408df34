package rozetka

import (
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

func (s *Shop) getOrder(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return fail(codeNoEntity, "order_not_found", nil)
	}
	return ok(s.view(c, row, expansions(c)))
}

func (s *Shop) countOrders(*sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := func(statuses []int) (n int) {
		for _, id := range statuses {
			n += s.orders.GroupLen(id)
		}
		return n
	}
	return ok(map[string]int{"all": s.orders.Len(), "new": sum(fresh), "in_progress": sum(inProgress), "success": sum(succeeded), "failed": sum(failed)})
}

func (s *Shop) orderPayment(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil || row.Value.payment == 0 {
		return fail(codeNoEntity, "payment_not_found", nil)
	}
	p := row.Value.payment
	return ok(map[string]any{
		"order_id": row.ID, "status_payment_id": p, "name": paymentNames[p], "title": paymentNames[p], "payment_invoice_id": row.ID,
		"created_at": sim.Local(c.Stamp(row.Created)),
	})
}

func (s *Shop) listPaymentStatuses(c *sim.Call) sim.Answer {
	var all []map[string]any
	for id, name := range paymentNames[1:] {
		all = append(all, map[string]any{"id": id + 1, "name": name, "title": name})
	}
	return smallPage(c, "paymentStatuses", all)
}

// change is the body of PUT /orders/{id}.
type change struct {
	Status    sim.Field  `json:"status"`
	TTN       sim.Field  `json:"ttn"`
	Comment   sim.Field  `json:"seller_comment"`
	Duplicate sim.Field  `json:"duplicate_order_id"`
	Purchases []purchase `json:"purchases"`
}

type purchase struct {
	ID       sim.Field `json:"id"`
	ItemID   sim.Field `json:"item_id"`
	Quantity sim.Field `json:"quantity"`
}

func (s *Shop) updateOrder(c *sim.Call) sim.Answer {
	var b change
	if err := c.Decode(&b); err != nil {
		return fail(codeFormat, "wrong_format", nil)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return fail(codeNoEntity, "order_not_found", nil)
	}
	var refused *sim.Answer
	switch {
	case b.Purchases != nil:
		refused = s.editLines(c, row, b.Purchases)
	case !b.Status.Sent():
		a := fail(codeMissing, "required_param_missing", []string{"status"})
		refused = &a
	default:
		refused = s.setStatus(c, row, b)
	}
	if refused != nil {
		return *refused
	}
	return ok(s.view(c, row, expansions(c)))
}

// setStatus moves an order along the graph; nil when it did.
func (s *Shop) setStatus(c *sim.Call, row *orderRow, b change) *sim.Answer {
	refuse := func(code int, text string, details ...string) *sim.Answer {
		a := fail(code, text, details)
		return &a
	}
	o := &row.Value
	n, isNumber := b.Status.Int()
	status, ttn, comment := int(n), strings.TrimSpace(b.TTN.Scalar()), b.Comment.Scalar()
	if !isNumber || titles[status] == "" {
		return refuse(codeFormat, "wrong_format", "status")
	}
	if status == statusPicking && ttn != "" {
		status = statusHandover
	}
	repeat := status == o.status && (ttn != "" || comment != "")
	duplicate, _ := b.Duplicate.Int() // 0 is no order
	switch {
	case (status == statusShipped || status == statusHandover) && ttn == "" && o.ttn == "":
		return refuse(codeMissing, "required_param_missing", "ttn")
	case status == statusDuplicate && duplicate <= 0:
		return refuse(codeMissing, "required_param_missing", "duplicate_order_id")
	case !repeat && !slices.Contains(reach[o.status], status):
		return refuse(codeCheck, "check_the_data", "status")
	}
	if c.Ignore {
		return nil
	}
	if ttn != "" {
		o.ttn = ttn
	}
	if comment != "" {
		o.notes = append(o.notes[:len(o.notes):len(o.notes)], note{comment, c.At})
	}
	o.duplicate = max(o.duplicate, duplicate)
	if repeat {
		s.orders.Touch(row, sim.Later(c.At, row.Changed), row.Group)
		return nil
	}
	s.move(row, status, c.At)
	return nil
}

// editLines replaces the lines of an order that a manager is handling; nil when it did. What is not listed is removed.
func (s *Shop) editLines(c *sim.Call, row *orderRow, wanted []purchase) *sim.Answer {
	o := &row.Value
	if o.status != statusManager {
		a := fail(codeCheck, "check_the_data", []string{"purchases"})
		return &a
	}
	lines := slices.Clone(o.lines)
	for i := range lines {
		lines[i].removed = true
	}
	for _, p := range wanted {
		quantity, ok := p.Quantity.Int()
		if !ok || quantity <= 0 || !s.place(&lines, p, quantity) {
			a := fail(codeFormat, "wrong_format", []string{"purchases"})
			return &a
		}
	}
	if !c.Ignore {
		o.lines = lines
		s.orders.Touch(row, sim.Later(c.At, row.Changed), row.Group)
	}
	return nil
}

// place keeps or adds one wanted line; false when it names nothing known.
func (s *Shop) place(lines *[]line, p purchase, quantity int64) bool {
	if id, ok := p.ID.Int(); ok {
		i := slices.IndexFunc(*lines, func(l line) bool { return l.id == id })
		if i < 0 {
			return false
		}
		(*lines)[i].quantity, (*lines)[i].removed = quantity, false
		return true
	}
	itemID, _ := p.ItemID.Int() // 0 is no item
	row := s.items.Get(itemID)
	if row == nil {
		return false
	}
	*lines = append(*lines, s.newLine(sim.BasketLine{Quantity: quantity}, row))
	return true
}
