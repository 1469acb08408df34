package orders

import (
	"context"
	"fmt"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// follow brings a known order up to what its channel shows now. An older picture than the one already applied (pages out of
// order, a late webhook) changes nothing. The channel is believed about payment, buyer, lines and cancellation; its status is
// followed only forward, since behind it may just not know yet what was done here.
func (s *Service) follow(ctx context.Context, tx *db.Tx, known Order, p *prepared) error {
	o, err := lockOrder(ctx, tx, known.ID)
	if err != nil {
		return err
	}
	seen := p.in.Order
	if !seen.ChangedAt.IsZero() && clock.Micros(seen.ChangedAt) < o.ChangedAt {
		return nil
	}
	diff := map[string]any{}
	note := func(name string, from, to any) {
		if from != to {
			diff[name] = [2]any{from, to}
		}
	}
	note("channel_status", o.ChannelStatus, seen.Status)
	note("payment", o.PaymentState, seen.Payment.State)
	note("total", o.Total.Decimal(), seen.Total.Decimal())
	o.ChannelStatus, o.PaymentState = seen.Status, seen.Payment.State
	o.Total.Minor, o.Delivery.Minor, o.Commission.Minor = seen.Total.Minor, seen.DeliveryCost.Minor, seen.Commission.Minor
	o.ChangedAt = max(o.ChangedAt, clock.Micros(seen.ChangedAt))
	if seen.Payment.Method != "" {
		o.PaymentMethod = seen.Payment.Method
	}
	if seen.Delivery.Tracking != "" && seen.Delivery.Tracking != o.Tracking {
		note("tracking", o.Tracking, seen.Delivery.Tracking)
		o.Tracking = seen.Delivery.Tracking
	}
	if seen.Buyer.Name != "" {
		o.BuyerName = seen.Buyer.Name
	}
	if seen.Buyer.Phone != "" {
		o.BuyerPhone = seen.Buyer.Phone
	}
	if !Final(o.Stage) && o.Stage != connector.StageShipped {
		if err := s.followLines(ctx, tx, &o, p, diff); err != nil {
			return err
		}
	}
	if err := s.followStage(ctx, tx, &o, p, note); err != nil {
		return err
	}
	if err := s.save(ctx, tx, &o); err != nil || len(diff) == 0 {
		return err
	}
	return s.journal.Append(ctx, tx, journal.Record{Actor: p.in.Actor.String(), Kind: "order.changed", Subject: "order", SubjectID: o.ID, Payload: diff})
}

func (s *Service) followStage(ctx context.Context, tx *db.Tx, o *Order, p *prepared, note func(string, any, any)) error {
	seen := p.in.Order
	to := seen.Stage
	if to == o.Stage || Final(o.Stage) && to != connector.StageReturned || !ahead(o.Stage, to) {
		return nil
	}
	note("stage", o.Stage, to)
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
			o.Short = false
			if err := s.Tasks.Resolve(ctx, tx, TaskShortage, []int64{o.ID}); err != nil {
				return err
			}
		}
	}
	o.enter(to, tx)
	return nil
}

// followLines compares the lines by the channel's line id: a line that went or shrank gives stock back, one that came or grew
// holds more. The record of the purchase stays with the lines that did not change.
func (s *Service) followLines(ctx context.Context, tx *db.Tx, o *Order, p *prepared, diff map[string]any) error {
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
			if l.SKUID != 0 && !l.Removed && !l.StockRight {
				demands = append(demands, Demand{OrderID: o.ID, LineNo: l.No, SKUID: l.SKUID, Qty: l.Qty})
			}
			continue
		}
		was := old[i]
		old = slices.Delete(old, i, i+1)
		d, word, err := s.followLine(ctx, tx, o, was, l)
		if err != nil {
			return err
		}
		if word != "" {
			words = append(words, word)
		}
		demands = append(demands, d...)
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
	diff["lines"] = words
	return s.storeLineChanges(ctx, tx, o, p, fresh, demands)
}

func sameLine(a, b Line) bool {
	if a.ExternalID != "" || b.ExternalID != "" {
		return a.ExternalID == b.ExternalID
	}
	return a.OfferID == b.OfferID && a.SKUCode == b.SKUCode && a.Price == b.Price
}

// followLine changes one known line; a smaller or removed one is released whole and what remains is asked for again.
func (s *Service) followLine(ctx context.Context, tx *db.Tx, o *Order, was, now Line) ([]Demand, string, error) {
	if was.Qty == now.Qty && was.Removed == now.Removed && was.Total == now.Total {
		return nil, "", nil
	}
	_, err := tx.Exec(ctx, `update order_line set qty = $4, price_minor = $5, total_minor = $6, removed = $7 where tenant_id = $1 and order_id = $2 and line_no = $3`,
		int64(tx.Tenant), o.ID, was.No, int64(now.Qty), now.Price.Minor, now.Total.Minor, now.Removed)
	if err != nil {
		return nil, "", err
	}
	word := fmt.Sprintf("%s ×%s → ×%s", was.Title, was.Qty, now.Qty)
	if now.Removed {
		word = fmt.Sprintf("− %s ×%s", was.Title, was.Qty)
	}
	if was.SKUID == 0 || was.Qty == now.Qty && was.Removed == now.Removed {
		return nil, word, nil
	}
	if now.Qty > was.Qty && !was.Removed && !now.Removed {
		return []Demand{{OrderID: o.ID, LineNo: was.No, SKUID: was.SKUID, Qty: now.Qty - was.Qty}}, word, nil
	}
	if err := s.Stock.Release(ctx, tx, o.ID, was.No); err != nil {
		return nil, "", err
	}
	if now.Removed {
		return nil, word, nil
	}
	return []Demand{{OrderID: o.ID, LineNo: was.No, SKUID: was.SKUID, Qty: now.Qty}}, word, nil
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

// refresh derives from lines and ledger what the order's row repeats: summary, count, short, unlinked; and keeps the tasks in
// step.
func (s *Service) refresh(ctx context.Context, tx *db.Tx, o *Order) error {
	lines, err := Lines(ctx, tx, o.ID, o.Total.Currency)
	if err != nil {
		return err
	}
	o.Summary, o.ItemCount = summary(lines), 0
	var unlinked []int64
	for _, l := range lines {
		if l.Removed {
			continue
		}
		o.ItemCount += l.Qty
		if l.SKUID == 0 {
			unlinked = append(unlinked, l.No)
		}
	}
	short, err := s.Stock.ShortOf(ctx, tx, []int64{o.ID})
	if err != nil {
		return err
	}
	o.Short, o.Unlinked = short[o.ID], len(unlinked) > 0
	if err := s.keepTask(ctx, tx, TaskShortage, o, o.Short); err != nil {
		return err
	}
	return s.keepTask(ctx, tx, TaskUnlinked, o, o.Unlinked)
}

func (s *Service) keepTask(ctx context.Context, tx *db.Tx, kind string, o *Order, open bool) error {
	if !open {
		return s.Tasks.Resolve(ctx, tx, kind, []int64{o.ID})
	}
	return s.Tasks.Raise(ctx, tx, []Task{{Kind: kind, OrderID: o.ID, Detail: map[string]any{"number": o.Number}}})
}

// ShortagesChanged re-reads whether orders are short after stock came, went or was counted; the ledger calls it in its
// transaction.
func (s *Service) ShortagesChanged(ctx context.Context, tx *db.Tx, orderIDs []int64) error {
	short, err := s.Stock.ShortOf(ctx, tx, orderIDs)
	if err != nil {
		return err
	}
	for _, id := range orderIDs {
		n, err := tx.Exec(ctx, "update orders set short = $3, version = version + 1 where tenant_id = $1 and id = $2 and short <> $3", int64(tx.Tenant), id, short[id])
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		o, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.keepTask(ctx, tx, TaskShortage, &o, short[id]); err != nil {
			return err
		}
		kind := "order.shortage_filled"
		if short[id] {
			kind = "order.shortage_made"
		}
		if err := s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: kind, Subject: "order", SubjectID: id}); err != nil {
			return err
		}
	}
	tenant := tx.Tenant
	tx.AfterCommit(func() { s.Changed(tenant, orderIDs) })
	return nil
}
