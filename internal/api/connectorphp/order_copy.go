package connectorphp

import (
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// copyOf is a new order like another one, without its lines.
func copyOf(o orders.Whole, kept baselinker.Order) newOrder {
	n := newOrder{kept: baselinker.Order{SourceID: kept.SourceID, Fields: maps.Clone(kept.Fields), Extra: maps.Clone(kept.Extra),
		Lines: map[int64]baselinker.Line{}, Discounts: map[int64]baselinker.Discount{}}}
	n.order = connector.Order{Stage: connector.StageNew, CreatedAt: time.UnixMicro(o.PlacedAt).UTC(), Total: money.New(0, o.Total.Currency), DeliveryCost: o.Delivery,
		Payment: connector.Payment{State: connector.PaymentUnpaid, Method: o.PaymentMethod, OnPickup: o.OnPickup}, Comment: o.Comment,
		Buyer:     connector.Person{Name: o.BuyerName, Phone: o.BuyerPhone, Email: o.Destination.Email},
		Recipient: o.Destination.Recipient, Delivery: o.Destination.Delivery}
	n.order.Delivery.Tracking = ""
	return n
}

// addLine gives a copy a line of its original.
func (n *newOrder) addLine(l orders.Line, kept baselinker.Line, quantity qty.Qty) {
	no := int64(len(n.order.Lines) + 1)
	n.order.Lines = append(n.order.Lines, connector.Line{ExternalID: l.ExternalID, SKU: l.SKUCode, Title: l.Title, Quantity: quantity, Price: l.Price})
	if kept != nil {
		n.kept.Lines[no] = kept
	}
}

// addOrderDuplicate makes another order like one that is there: with its lines, as new, not paid.
func (s *Server) addOrderDuplicate(c *call) (answer, error) {
	c.p.need("order_id")
	id := c.p.int("order_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	o, kept, err := s.orderAndLine(c, id)
	if err != nil {
		return nil, err
	}
	n := copyOf(o, kept)
	for _, l := range o.Lines {
		if !l.Removed {
			n.addLine(l, kept.Lines[l.No], l.Qty)
		}
	}
	n.kept.Discounts = maps.Clone(kept.Discounts)
	other, err := s.takeInCopy(c, n)
	if err != nil {
		return nil, err
	}
	return answer{"order_id": other}, s.noteOther(c, id, "order.copied", other)
}

func (s *Server) takeInCopy(c *call, n newOrder) (int64, error) {
	var err error
	if n.order.ExternalID, err = s.orderKey(c, baselinker.Order{}); err != nil {
		return 0, err
	}
	return s.takeIn(c, n)
}

func (s *Server) noteOther(c *call, id int64, kind string, other int64) error {
	return s.Orders.Note(c, c.actor, id, journal.Record{Kind: kind, Payload: map[string]any{"other_id": other}})
}

// part is how much of a line goes to the new order.
type part struct {
	line orders.Line
	qty  qty.Qty
}

// addOrderBySplit moves some of the goods of an order into a new one. The new order is taken in first: if anything fails in
// between, goods stand in both rather than in none.
func (s *Server) addOrderBySplit(c *call) (answer, error) {
	c.p.need("order_id")
	id := c.p.int("order_id")
	parts, cost := splitItems(c.p), c.p.values["delivery_cost_to_split"]
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	o, kept, err := s.orderAndLine(c, id)
	if err != nil {
		return nil, err
	}
	moved, err := splitParts(c, o, parts)
	if err != nil {
		return nil, err
	}
	n := copyOf(o, kept)
	n.order.DeliveryCost = money.New(0, o.Total.Currency)
	if cost != nil {
		n.order.DeliveryCost = c.p.amount("delivery_cost_to_split", o.Total.Currency)
	}
	if rest := o.Delivery.Minor - n.order.DeliveryCost.Minor; c.p.fault() != nil || n.order.DeliveryCost.Minor < 0 || rest < 0 {
		c.p.bad("delivery_cost_to_split")
		return nil, c.p.fault()
	}
	var changes []orders.LineChange
	for _, m := range moved {
		n.addLine(m.line, kept.Lines[m.line.No], m.qty)
		changes = append(changes, orders.LineChange{No: m.line.No, Qty: m.line.Qty - m.qty, Price: m.line.Price})
	}
	other, err := s.takeInCopy(c, n)
	if err != nil {
		return nil, err
	}
	err = s.changeLines(c, id, changes, func(*baselinker.Order, []int64) []journal.Record {
		return []journal.Record{{Kind: "order.split", Payload: map[string]any{"other_id": other}}}
	})
	if err != nil {
		return nil, err
	}
	return answer{"order_id": other}, s.editOrder(c, id, func(_ *db.Tx, _ orders.Order, h *orders.Head, _ *baselinker.Order) ([]journal.Record, error) {
		h.Delivery.Minor -= n.order.DeliveryCost.Minor
		return nil, nil
	})
}

// splitItems reads the items under the names that are in use.
func splitItems(p params) []params {
	for _, name := range []string{"items_to_split", "products_to_split", "items", "products"} {
		if p.has(name) {
			return p.objects(name)
		}
	}
	p.bad("items_to_split")
	return nil
}

// splitParts finds the lines; an order of no channel that is open keeps something.
func splitParts(c *call, o orders.Whole, items []params) ([]part, error) {
	if o.ConnectionID != 0 || !orders.Open(o.Stage) {
		return nil, fail("ERROR_ORDER_ID", "error.baselinker.own_open", "number", o.Number)
	}
	left := qty.Qty(0)
	for _, l := range o.Lines {
		if !l.Removed {
			left += l.Qty
		}
	}
	var out []part
	for _, item := range items {
		no, n := lineNo(o.ID, item.int("order_product_id")), item.quantity("quantity")
		i := slices.IndexFunc(o.Lines, func(l orders.Line) bool { return l.No == no && !l.Removed })
		if i < 0 || n <= 0 || n > o.Lines[i].Qty || slices.ContainsFunc(out, func(p part) bool { return p.line.No == no }) {
			c.p.bad("order_product_id")
			return nil, c.p.fault()
		}
		out = append(out, part{o.Lines[i], n})
		left -= n
	}
	if left <= 0 || len(out) == 0 {
		c.p.bad("quantity")
	}
	return out, c.p.fault()
}

// setOrdersMerge moves the goods of orders into one. The others are cancelled as its duplicates and shown no more; both modes
// of the protocol do that, for Lad ships whole orders only.
func (s *Server) setOrdersMerge(c *call) (answer, error) {
	c.p.need("main_order_id", "order_ids_to_merge")
	id, others := c.p.int("main_order_id"), c.p.ints("order_ids_to_merge")
	sum := c.p.flag("sum_delivery_costs")
	if mode := c.p.text("merge_mode", 20); mode != "" && mode != "technical_merge" && mode != "into_main_order" {
		c.p.bad("merge_mode")
	}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	main, _, err := s.orderAndLine(c, id)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		from, _, err := s.orderAndLine(c, other)
		if err != nil {
			return nil, err
		}
		if other == id || from.ConnectionID != 0 || main.ConnectionID != 0 || !orders.Open(from.Stage) || from.Total.Currency != main.Total.Currency {
			return nil, fail("ERROR_ORDER_ID", "error.baselinker.own_open", "number", from.Number)
		}
	}
	for _, other := range others {
		if err := s.mergeOne(c, id, other, sum); err != nil {
			return nil, err
		}
	}
	return answer{"order_id": id}, nil
}

func (s *Server) mergeOne(c *call, id, other int64, sum bool) error {
	from, kept, err := s.orderAndLine(c, other)
	if err != nil {
		return err
	}
	var changes []orders.LineChange
	var lines []baselinker.Line
	for _, l := range from.Lines {
		if !l.Removed {
			changes = append(changes, orders.LineChange{SKU: l.SKUCode, Title: l.Title, Qty: l.Qty, Price: l.Price})
			lines = append(lines, kept.Lines[l.No])
		}
	}
	err = s.changeLines(c, id, changes, func(main *baselinker.Order, numbers []int64) []journal.Record {
		for i, no := range numbers {
			if lines[i] != nil {
				main.Lines[no] = lines[i]
			}
		}
		for _, no := range slices.Sorted(maps.Keys(kept.Discounts)) {
			main.AddDiscount(topLine, kept.Discounts[no])
		}
		return []journal.Record{{Kind: "order.merged", Payload: map[string]any{"other_id": other}}}
	})
	if err != nil {
		return err
	}
	if sum && from.Delivery.Minor > 0 {
		err = s.editOrder(c, id, func(_ *db.Tx, _ orders.Order, h *orders.Head, _ *baselinker.Order) ([]journal.Record, error) {
			h.Delivery.Minor += from.Delivery.Minor
			return nil, nil
		})
		if err != nil {
			return err
		}
	}
	if _, err := s.Orders.Cancel(c, c.actor, other, orders.CancelInput{Reason: connector.ReasonDuplicate, TwinID: id}); err != nil {
		return err
	}
	return s.hide(c, other)
}

// hide shows an order to clients no more.
func (s *Server) hide(c *call, id int64) error {
	return s.editOrder(c, id, func(_ *db.Tx, _ orders.Order, _ *orders.Head, kept *baselinker.Order) ([]journal.Record, error) {
		kept.Removed = true
		return []journal.Record{{Kind: "order.removed"}}, nil
	})
}

// maxDeleted bounds one call of deleteOrders.
const maxDeleted = 1000

// deleteOrders takes orders from the clients' sight. Lad forgets nothing: an open order is cancelled first, so that its goods
// are free; one whose goods have left can not be deleted. An open order of a channel is not deleted either: its channel would be
// told of a cancellation that nobody meant.
func (s *Server) deleteOrders(c *call) (answer, error) {
	c.p.need("order_ids")
	ids := c.p.ints("order_ids")
	if len(ids) > maxDeleted {
		c.p.bad("order_ids")
	}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	for _, id := range ids {
		o, _, err := s.orderAndLine(c, id)
		if err != nil {
			return nil, err
		}
		if o.Stage == connector.StageShipped || o.Stage == connector.StageCompleted {
			return nil, fail("ERROR_ORDER_ID", "error.baselinker.shipped", "number", o.Number)
		}
		if orders.Open(o.Stage) {
			if o.ConnectionID != 0 {
				return nil, fail("ERROR_ORDER_ID", "error.baselinker.channel_order", "number", o.Number)
			}
			if _, err := s.Orders.Cancel(c, c.actor, id, orders.CancelInput{Reason: connector.ReasonOther}); err != nil {
				return nil, err
			}
		}
		if err := s.hide(c, id); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
