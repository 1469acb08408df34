package orders

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Head is what a person may change of an order as a whole. Stage, lines, numbers and the channel's own words have other ways.
type Head struct {
	BuyerName, BuyerPhone string
	PaymentState          connector.PaymentState
	PaymentMethod         string
	OnPickup              bool
	Total, Delivery       money.Money
	Tracking, Carrier     string
	Comment               string
	Destination           Destination
}

func headOf(o Order, d Destination) Head {
	return Head{BuyerName: o.BuyerName, BuyerPhone: o.BuyerPhone, PaymentState: o.PaymentState, PaymentMethod: o.PaymentMethod, OnPickup: o.OnPickup,
		Total: o.Total, Delivery: o.Delivery, Tracking: o.Tracking, Carrier: o.Carrier, Comment: o.Comment, Destination: d}
}

func (h Head) into(o *Order) {
	o.BuyerName, o.BuyerPhone, o.PaymentState, o.PaymentMethod, o.OnPickup = cut(h.BuyerName, maxName), cut(h.BuyerPhone, maxName), h.PaymentState, cut(h.PaymentMethod, maxName), h.OnPickup
	o.Total, o.Delivery, o.Tracking, o.Carrier, o.Comment = h.Total, h.Delivery, cut(h.Tracking, maxName), cut(h.Carrier, maxName), cut(h.Comment, maxText)
}

// Edit changes an order's head: f alters it in the transaction that stores it, and may write there what belongs to the order
// elsewhere. f answers the journal's entries; none when nothing is worth one.
func (s *Service) Edit(ctx context.Context, a access.Actor, id int64, f func(tx *db.Tx, o Order, h *Head) ([]journal.Record, error)) error {
	if err := a.Must(access.OrdersWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, id)
		if err != nil {
			return err
		}
		d, err := DestinationOf(ctx, tx, id)
		if err != nil {
			return err
		}
		h := headOf(o, d)
		records, err := f(tx, o, &h)
		if err != nil {
			return err
		}
		if before := headOf(o, d); h != before {
			if err := s.storeHead(ctx, tx, &o, h); err != nil {
				return err
			}
			if h.Tracking != before.Tracking {
				if err := s.wantPush(ctx, tx, o); err != nil {
					return err
				}
			}
		}
		return s.note(ctx, tx, a, id, records)
	})
}

func (s *Service) storeHead(ctx context.Context, tx *db.Tx, o *Order, h Head) error {
	h.into(o)
	body, err := json.Marshal(h.Destination)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update orders set delivery = $3, on_pickup = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), o.ID, string(body), h.OnPickup)
	if err != nil {
		return err
	}
	return s.save(ctx, tx, o)
}

func (s *Service) note(ctx context.Context, tx *db.Tx, a access.Actor, id int64, records []journal.Record) error {
	for i := range records {
		records[i].Actor, records[i].Subject, records[i].SubjectID = a.String(), "order", id
	}
	return s.journal.Append(ctx, tx, records...)
}

// Note writes entries into the history of an order that is there.
func (s *Service) Note(ctx context.Context, a access.Actor, id int64, records ...journal.Record) error {
	return s.Edit(ctx, a, id, func(*db.Tx, Order, *Head) ([]journal.Record, error) { return records, nil })
}

// LineChange is one line as it should be. No 0 is a new line; Qty 0 takes a line out. SKU is a code and counts for new lines.
type LineChange struct {
	No    int64
	SKU   string
	Title string
	Qty   qty.Qty
	Price money.Money
}

// ChangeLines changes lines of an open order of our own: what went or shrank gives stock back, what came or grew holds more,
// and the total follows. A channel's lines are the channel's: Conflict. also works in the same transaction with the numbers
// of the lines, in the order of the changes, and answers the journal's entries.
func (s *Service) ChangeLines(ctx context.Context, a access.Actor, id int64, changes []LineChange,
	also func(tx *db.Tx, o *Order, numbers []int64) ([]journal.Record, error)) error {
	if err := a.Must(access.OrdersWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, id)
		if err != nil {
			return err
		}
		if o.ConnectionID != 0 {
			return errs.New(errs.Conflict, "error.order.channel_lines", "number", o.Number)
		}
		if !Open(o.Stage) {
			return errs.New(errs.Conflict, "error.order.closed_lines", "number", o.Number)
		}
		numbers, err := s.changeLines(ctx, tx, &o, changes)
		if err != nil {
			return err
		}
		records, err := also(tx, &o, numbers)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, &o); err != nil {
			return err
		}
		return s.note(ctx, tx, a, id, records)
	})
}

func (s *Service) changeLines(ctx context.Context, tx *db.Tx, o *Order, changes []LineChange) ([]int64, error) {
	old, err := Lines(ctx, tx, o.ID, o.Total.Currency)
	if err != nil {
		return nil, err
	}
	w := lineWork{s: s, o: o, old: map[int64]Line{}, next: int64(len(old)) + 1}
	for _, l := range old {
		w.old[l.No] = l
	}
	if w.skus, err = s.Catalog.ByCodes(ctx, tx, codesOf(changes)); err != nil {
		return nil, err
	}
	numbers := make([]int64, len(changes))
	for i, c := range changes {
		if numbers[i], err = w.one(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	if w.next > maxLines+1 {
		return nil, errs.New(errs.Invalid, "error.order.too_many_lines", "max", maxLines)
	}
	if err := s.storeLineChanges(ctx, tx, o, nil, w.fresh, w.demands); err != nil {
		return nil, err
	}
	return numbers, s.sumUp(ctx, tx, o)
}

func codesOf(changes []LineChange) (codes []string) {
	for _, c := range changes {
		if c.No == 0 && c.SKU != "" {
			codes = append(codes, c.SKU)
		}
	}
	return codes
}

// sumUp makes the total what the lines say.
func (s *Service) sumUp(ctx context.Context, tx *db.Tx, o *Order) error {
	lines, err := Lines(ctx, tx, o.ID, o.Total.Currency)
	if err != nil {
		return err
	}
	o.Total.Minor = 0
	left := 0
	for _, l := range lines {
		if l.Removed {
			continue
		}
		left++
		if o.Total, err = o.Total.Add(l.Total); err != nil {
			return errs.Wrap(errs.Invalid, err, "error.order.price", "line", l.No)
		}
	}
	if left == 0 {
		return errs.New(errs.Conflict, "error.order.no_lines")
	}
	return nil
}

// lineWork collects what the changes of one order come to.
type lineWork struct {
	s       *Service
	o       *Order
	old     map[int64]Line
	skus    map[string]SKU
	next    int64
	fresh   []Line
	demands []Demand
}

// one makes one change and answers the number of its line.
func (w *lineWork) one(ctx context.Context, tx *db.Tx, c LineChange) (int64, error) {
	total, err := c.Price.MulDiv(int64(c.Qty), int64(qty.One))
	if err != nil || c.Price.Minor < 0 || c.Qty < 0 || c.Qty > qty.Max {
		return 0, errs.New(errs.Invalid, "error.order.price", "line", c.No)
	}
	if c.No == 0 {
		return w.add(c, total)
	}
	was, ok := w.old[c.No]
	if !ok || was.Removed {
		return 0, errs.New(errs.NotFound, "error.order.no_line", "line", c.No)
	}
	now := was
	if now.Qty, now.Price, now.Total = c.Qty, c.Price, total; c.Qty == 0 {
		now.Qty, now.Price, now.Total, now.Removed = was.Qty, was.Price, was.Total, true
	}
	if now.service, err = w.holdsNothing(ctx, tx, was); err != nil {
		return 0, err
	}
	more, _, err := w.s.followLine(ctx, tx, w.o, was, now)
	if err != nil {
		return 0, err
	}
	w.demands = append(w.demands, more...)
	if c.Title == "" || c.Title == was.Title {
		return c.No, nil
	}
	_, err = tx.Exec(ctx, "update order_line set title = $4 where tenant_id = $1 and order_id = $2 and line_no = $3", int64(tx.Tenant), w.o.ID, c.No, cut(c.Title, maxName))
	return c.No, err
}

func (w *lineWork) holdsNothing(ctx context.Context, tx *db.Tx, l Line) (bool, error) {
	if l.SKUID == 0 {
		return true, nil
	}
	found, err := w.s.Catalog.ByIDs(ctx, tx, []int64{l.SKUID})
	return found[l.SKUID].Service, err
}

func (w *lineWork) add(c LineChange, total money.Money) (int64, error) {
	if c.Qty == 0 {
		return 0, errs.New(errs.Invalid, "error.order.quantity", "line", w.next, "quantity", c.Qty.String())
	}
	if c.SKU == "" && c.Title == "" {
		return 0, errs.New(errs.Invalid, "error.order.nameless_line", "line", w.next)
	}
	l := Line{No: w.next, ExternalID: fmt.Sprint("line-", w.next), SKUCode: cut(c.SKU, maxID), Title: cut(c.Title, maxName), Qty: c.Qty, Price: c.Price, Total: total}
	l.linkTo(w.skus[c.SKU])
	w.next++
	w.fresh = append(w.fresh, l)
	if l.SKUID != 0 && !l.service {
		w.demands = append(w.demands, Demand{OrderID: w.o.ID, LineNo: l.No, SKUID: l.SKUID, Qty: l.Qty})
	}
	return l.No, nil
}
