package orders

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// follow brings a known order up to what its channel shows now. An older picture than the one already applied (pages out of
// order, a late webhook) can only move the order's stage forward: what happened has happened, but its lines and money may be
// outdated. The channel is believed about payment, buyer, address, lines and cancellation; its status is followed only
// forward, since behind it may just not know yet what was done here.
func (s *Service) follow(ctx context.Context, tx *db.Tx, known Order, p *prepared) (Order, error) {
	o, err := lockOrder(ctx, tx, known.ID)
	if err != nil {
		return o, err
	}
	d := diff{}
	if older := !p.in.Order.ChangedAt.IsZero() && clock.Micros(p.in.Order.ChangedAt) < o.ChangedAt; !older {
		if err := s.followHead(ctx, tx, &o, p, d); err != nil {
			return o, err
		}
		if Open(o.Stage) {
			if err := s.followLines(ctx, tx, &o, p, d); err != nil {
				return o, err
			}
		}
	}
	if err := s.followStage(ctx, tx, &o, p, d); err != nil {
		return o, err
	}
	if err := s.save(ctx, tx, &o); err != nil || len(d) == 0 {
		return o, err
	}
	return o, s.journal.Append(ctx, tx, journal.Record{Actor: p.in.Actor.String(), Kind: "order.changed", Subject: "order", SubjectID: o.ID, Payload: d})
}

// diff is what changed, by name: before and after, or words.
type diff map[string]any

func (d diff) note(name string, from, to any) {
	if from != to {
		d[name] = [2]any{from, to}
	}
}

// followHead takes over what the channel says of the order as a whole.
func (s *Service) followHead(ctx context.Context, tx *db.Tx, o *Order, p *prepared, d diff) error {
	seen := p.in.Order
	if seen.Total.Currency != o.Total.Currency {
		return errs.New(errs.Invalid, "error.order.currency", "currency", string(seen.Total.Currency))
	}
	o.ChangedAt = max(o.ChangedAt, min(clock.Micros(seen.ChangedAt), tx.NowMicros()))
	d.note("channel_status", o.ChannelStatus, seen.Status)
	d.note("payment", o.PaymentState, seen.Payment.State)
	d.note("total", o.Total.Decimal(), seen.Total.Decimal())
	o.ChannelStatus, o.PaymentState, o.OnPickup = seen.Status, seen.Payment.State, seen.Payment.OnPickup
	o.Total, o.Delivery.Minor, o.Commission.Minor = seen.Total, seen.DeliveryCost.Minor, seen.Commission.Minor
	replace := func(name string, to *string, seen string) {
		if seen != "" {
			d.note(name, *to, seen)
			*to = seen
		}
	}
	replace("payment_method", &o.PaymentMethod, seen.Payment.Method)
	replace("tracking", &o.Tracking, seen.Delivery.Tracking)
	replace("buyer", &o.BuyerName, seen.Buyer.Name)
	replace("phone", &o.BuyerPhone, seen.Buyer.Phone)
	return s.followDestination(ctx, tx, o, p, d)
}

// followDestination takes over a changed address; once a parcel is on its way its carrier is the one on the waybill.
func (s *Service) followDestination(ctx context.Context, tx *db.Tx, o *Order, p *prepared, d diff) error {
	was, err := DestinationOf(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	now := p.destination()
	if was == now {
		return nil
	}
	if from, to := address(was.Delivery), address(now.Delivery); from != to {
		d.note("delivery", from, to)
		if Open(o.Stage) && now.Delivery.Service != "" {
			o.Carrier = now.Delivery.Service
		}
	} else {
		d.note("recipient", was.Recipient.Name+" "+was.Recipient.Phone, now.Recipient.Name+" "+now.Recipient.Phone)
	}
	body, err := json.Marshal(now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "update orders set delivery = $3, on_pickup = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), o.ID, string(body), o.OnPickup)
	return err
}

// address is where a delivery goes, in words.
func address(d connector.Delivery) string {
	parts := slices.DeleteFunc([]string{d.Title, d.City, d.Branch, d.Address}, func(s string) bool { return s == "" })
	return strings.Join(parts, ", ")
}

func (s *Service) followStage(ctx context.Context, tx *db.Tx, o *Order, p *prepared, d diff) error {
	seen := p.in.Order
	to := seen.Stage
	if to == o.Stage || Final(o.Stage) && to != connector.StageReturned || !ahead(o.Stage, to) {
		return nil
	}
	d.note("stage", o.Stage, to)
	switch to {
	case connector.StageCancelled:
		o.CancelReason, o.CancelBy = seen.CancelReason, seen.CancelBy
		if o.Stage == connector.StageShipped {
			o.enter(to, tx) // the goods are on their way back; a return brings them into stock
			o.CancelledAt = tx.NowMicros()
			return nil
		}
		return s.cancelled(ctx, tx, o)
	case connector.StageShipped, connector.StageCompleted:
		if o.Stage != connector.StageShipped {
			if err := s.Stock.Ship(ctx, tx, o.ID, p.in.Actor.String()); err != nil {
				return err
			}
			if err := s.closeTasks(ctx, tx, o, TaskShortage, TaskDuplicate); err != nil {
				return err
			}
		}
	}
	o.enter(to, tx)
	return nil
}

// followLines compares the lines by the channel's line id: a line that went or shrank gives stock back, one that came or grew
// holds more. The record of the purchase stays with the lines that did not change.
func (s *Service) followLines(ctx context.Context, tx *db.Tx, o *Order, p *prepared, d diff) error {
	old, err := Lines(ctx, tx, o.ID, o.Total.Currency)
	if err != nil {
		return err
	}
	var demands []Demand
	var fresh []Line
	var words []string
	next := int64(len(old)) + 1
	for _, l := range p.lines {
		i := slices.IndexFunc(old, func(x Line) bool { return sameLine(x, l) })
		if i < 0 {
			l.No = next
			next++
			fresh = append(fresh, l)
			words = append(words, fmt.Sprintf("+ %s ×%s", l.Title, l.Qty))
			if l.SKUID != 0 && !l.Removed && !l.service {
				demands = append(demands, Demand{OrderID: o.ID, LineNo: l.No, SKUID: l.SKUID, Qty: l.Qty})
			}
			continue
		}
		was := old[i]
		old = slices.Delete(old, i, i+1)
		more, word, err := s.followLine(ctx, tx, o, was, l)
		if err != nil {
			return err
		}
		if word != "" {
			words = append(words, word)
		}
		demands = append(demands, more...)
	}
	for len(old) > 0 {
		gone := old[0]
		gone.Removed = true
		_, word, err := s.followLine(ctx, tx, o, old[0], gone)
		if err != nil {
			return err
		}
		if word != "" {
			words = append(words, word)
		}
		old = old[1:]
	}
	if len(words) == 0 {
		return nil
	}
	d["lines"] = words
	return s.storeLineChanges(ctx, tx, o, p, fresh, demands)
}

func sameLine(a, b Line) bool {
	if a.ExternalID != "" || b.ExternalID != "" {
		return a.ExternalID == b.ExternalID
	}
	return a.OfferID == b.OfferID && a.SKUCode == b.SKUCode && a.Price == b.Price
}

// followLine changes one known line. What it needs more is answered as a demand, what it needs less is given back at once.
func (s *Service) followLine(ctx context.Context, tx *db.Tx, o *Order, was, now Line) ([]Demand, string, error) {
	if was.Qty == now.Qty && was.Removed == now.Removed && was.Total == now.Total && was.Price == now.Price {
		return nil, "", nil
	}
	_, err := tx.Exec(ctx, `update order_line set qty = $4, price_minor = $5, total_minor = $6, removed = $7 where tenant_id = $1 and order_id = $2 and line_no = $3`,
		int64(tx.Tenant), o.ID, was.No, int64(now.Qty), now.Price.Minor, now.Total.Minor, now.Removed)
	if err != nil {
		return nil, "", err
	}
	if was.SKUID != 0 && !now.service {
		more, err := s.followQty(ctx, tx, o, was, now)
		return more, lineWords(was, now), err
	}
	return nil, lineWords(was, now), nil
}

func (s *Service) followQty(ctx context.Context, tx *db.Tx, o *Order, was, now Line) ([]Demand, error) {
	d := Demand{OrderID: o.ID, LineNo: was.No, SKUID: was.SKUID, Qty: now.Qty}
	switch {
	case was.Removed && now.Removed:
		return nil, nil
	case was.Removed:
		return []Demand{d}, nil
	case now.Removed:
		return nil, s.Stock.Release(ctx, tx, o.ID, was.No)
	case now.Qty > was.Qty:
		d.Qty -= was.Qty
		return []Demand{d}, nil
	case now.Qty < was.Qty:
		d.Qty = was.Qty - now.Qty
		return nil, s.Stock.Shrink(ctx, tx, d)
	}
	return nil, nil
}

// lineWords tells the change of a line: "Kettle ×2 → ×1".
func lineWords(was, now Line) string {
	switch {
	case now.Removed && !was.Removed:
		return fmt.Sprintf("− %s ×%s", was.Title, was.Qty)
	case was.Removed && !now.Removed:
		return fmt.Sprintf("+ %s ×%s", was.Title, now.Qty)
	case was.Qty != now.Qty:
		return fmt.Sprintf("%s ×%s → ×%s", was.Title, was.Qty, now.Qty)
	}
	return fmt.Sprintf("%s %s → %s", was.Title, was.Total.Decimal(), now.Total.Decimal())
}

func (s *Service) storeLineChanges(ctx context.Context, tx *db.Tx, o *Order, p *prepared, fresh []Line, demands []Demand) error {
	outcomes, err := s.Stock.Hold(ctx, tx, demands)
	if err != nil {
		return err
	}
	for i, d := range demands {
		for j := range fresh {
			if fresh[j].No == d.LineNo {
				fresh[j].Available, fresh[j].StockRight = outcomes[i].Before, outcomes[i].Short == 0
			}
		}
	}
	var args []any
	for _, l := range fresh {
		args = append(args, lineArgs(tx, o.ID, l)...)
	}
	if _, err := tx.Insert(ctx, lineHead, "", 18, args); err != nil {
		return err
	}
	return s.refresh(ctx, tx, o)
}
