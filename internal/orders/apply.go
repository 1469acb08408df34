package orders

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// apply writes a batch of orders of one tenant in one transaction: the facts, the customers, the holds, the orders, their
// lines, tasks and journal. Orders that were there before are compared and changed instead.
func (s *Service) apply(ctx context.Context, batch []*prepared) error {
	tenant := batch[0].in.Actor.Tenant
	return s.db.Write(ctx, tenant, func(tx *db.Tx) error {
		for _, p := range batch {
			p.reset()
		}
		fresh, err := s.sortOut(ctx, tx, batch)
		if err != nil {
			return err
		}
		if err := s.insertAll(ctx, tx, fresh); err != nil {
			return err
		}
		ids := make([]int64, 0, len(batch))
		for _, p := range batch {
			if p.twin != nil {
				p.result = p.twin.result
				p.result.Created = false
			}
			if p.result.OrderID != 0 {
				ids = append(ids, p.result.OrderID)
			}
		}
		tx.AfterCommit(func() { s.Changed(tenant, ids) })
		return nil
	})
}

// sortOut tells new orders from known ones. Facts of our own orders are stored here; a channel's facts were stored before and
// are marked applied.
func (s *Service) sortOut(ctx context.Context, tx *db.Tx, batch []*prepared) ([]*prepared, error) {
	var own, ofChannels, fresh []*prepared
	var list []facts.Applying
	for _, p := range batch {
		if p.in.Fact != nil {
			ofChannels = append(ofChannels, p)
			continue
		}
		own = append(own, p)
		list = append(list, facts.Applying{ConnectionID: p.in.ConnectionID, ExternalID: p.in.Order.ExternalID, Digest: facts.Digest(p.in.Body), Body: p.in.Body})
	}
	known, err := s.facts.Insert(ctx, tx, facts.Order, list)
	if err != nil {
		return nil, err
	}
	taken := map[string]*prepared{}
	for i, p := range own {
		key := fmt.Sprint(p.in.ConnectionID, ":", p.in.Order.ExternalID)
		if known == nil || known[i] == "" {
			taken[key] = p
			fresh = append(fresh, p)
			continue
		}
		if err := s.repeat(ctx, tx, p, known[i], taken[key]); err != nil {
			return nil, err
		}
	}
	more, err := s.sortChannels(ctx, tx, ofChannels)
	return append(fresh, more...), err
}

// repeat answers an idempotent repeat: the same body gets the first answer, another body under the same key is refused.
func (s *Service) repeat(ctx context.Context, tx *db.Tx, p *prepared, digest string, twin *prepared) error {
	if digest != facts.Digest(p.in.Body) {
		p.err = errs.New(errs.Conflict, "error.order.key_reused", "key", p.in.Order.ExternalID)
		return nil
	}
	if twin != nil {
		p.twin = twin
		return nil
	}
	o, err := byExternal(ctx, tx, p.in.ConnectionID, p.in.Order.ExternalID)
	if err != nil {
		return err
	}
	p.result, err = s.answerFor(ctx, tx, o)
	return err
}

// sortChannels marks channel facts as applied and applies those that belong to known orders.
func (s *Service) sortChannels(ctx context.Context, tx *db.Tx, list []*prepared) (fresh []*prepared, err error) {
	for _, p := range list {
		o, err := byExternal(ctx, tx, p.in.ConnectionID, p.in.Order.ExternalID)
		switch {
		case errs.Is(err, errs.NotFound):
			fresh = append(fresh, p)
		case err != nil:
			return nil, err
		default:
			if o, err = s.follow(ctx, tx, o, p); err != nil {
				return nil, err
			}
			p.result = Result{OrderID: o.ID, Number: o.Number, Stage: o.Stage}
		}
		if err := facts.Applied(ctx, tx, *p.in.Fact); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// insertAll stores new orders. Holds come first: whether an order is short is part of its row.
func (s *Service) insertAll(ctx context.Context, tx *db.Tx, fresh []*prepared) error {
	if len(fresh) == 0 {
		return nil
	}
	contacts := make([]Contact, len(fresh))
	for i, p := range fresh {
		contacts[i] = p.contact
	}
	customers, err := s.Customers.Match(ctx, tx, contacts)
	if err != nil {
		return err
	}
	if err := s.holdAll(ctx, tx, fresh); err != nil {
		return err
	}
	if err := s.suspectDuplicates(ctx, tx, fresh, customers); err != nil {
		return err
	}
	if err := insertOrders(ctx, tx, fresh, customers); err != nil {
		return err
	}
	if err := insertLines(ctx, tx, fresh); err != nil {
		return err
	}
	if err := s.raiseTasks(ctx, tx, fresh); err != nil {
		return err
	}
	records := make([]journal.Record, len(fresh))
	for i, p := range fresh {
		records[i] = p.accepted()
	}
	if err := s.journal.Append(ctx, tx, records...); err != nil {
		return err
	}
	return s.shipArrived(ctx, tx, fresh)
}

// holdAll asks the ledger for every line that needs stock and notes what was right at the purchase.
func (s *Service) holdAll(ctx context.Context, tx *db.Tx, fresh []*prepared) error {
	var demands []Demand
	var lines []*Line
	var of []*prepared
	for _, p := range fresh {
		if dead(p.in.Order.Stage) || p.in.past() {
			continue
		}
		for i := range p.lines {
			l := &p.lines[i]
			if l.Waits(p.in.ConnectionID) {
				p.result.Unlinked = append(p.result.Unlinked, l.No)
			}
			if l.SKUID == 0 || l.Removed || l.service {
				continue
			}
			demands = append(demands, Demand{OrderID: p.id, LineNo: l.No, SKUID: l.SKUID, Qty: l.Qty})
			lines, of = append(lines, l), append(of, p)
		}
	}
	outcomes, err := s.Stock.Hold(ctx, tx, demands)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		lines[i].Available = o.Before
		lines[i].StockRight = o.Short == 0
		if o.Short > 0 && !gone(of[i].in.Order.Stage) { // what has left already lacks nothing any more
			of[i].result.Short = append(of[i].result.Short, ShortLine{LineNo: lines[i].No, SKU: lines[i].SKUCode, Short: o.Short})
		}
	}
	return nil
}

// shipArrived books the goods of orders that a channel reports as already sent (first connection to a running shop).
func (s *Service) shipArrived(ctx context.Context, tx *db.Tx, fresh []*prepared) error {
	for _, p := range fresh {
		if gone(p.in.Order.Stage) && !p.in.past() {
			if err := s.Stock.Ship(ctx, tx, p.id, p.in.Actor.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) raiseTasks(ctx context.Context, tx *db.Tx, fresh []*prepared) error {
	var tasks []Task
	for _, p := range fresh {
		if len(p.result.Short) > 0 {
			tasks = append(tasks, Task{Kind: TaskShortage, OrderID: p.id, Detail: map[string]any{"number": p.in.Order.Number, "short": p.result.Short}})
		}
		if len(p.result.Unlinked) > 0 {
			tasks = append(tasks, Task{Kind: TaskUnlinked, OrderID: p.id, Detail: map[string]any{"number": p.in.Order.Number, "lines": p.result.Unlinked}})
		}
		if p.result.DuplicateOf != 0 {
			tasks = append(tasks, Task{Kind: TaskDuplicate, OrderID: p.id, Detail: map[string]any{"number": p.in.Order.Number, "of": p.result.DuplicateOf}})
		}
	}
	return s.Tasks.Raise(ctx, tx, tasks)
}

// acceptance is what the journal keeps of an intake's answer.
type acceptance struct {
	Number      string      `json:"number"`
	Stage       Stage       `json:"stage"`
	Source      string      `json:"source"`
	Total       string      `json:"total"`
	Lines       int         `json:"lines"`
	Short       []ShortLine `json:"short,omitempty"`
	Unlinked    []int64     `json:"unlinked,omitempty"`
	DuplicateOf int64       `json:"duplicate_of,omitempty"`
}

func (p *prepared) accepted() journal.Record {
	return journal.Record{Actor: p.in.Actor.String(), Kind: "order.accepted", Subject: "order", SubjectID: p.id, Payload: acceptance{
		Number: p.in.Order.Number, Stage: p.in.Order.Stage, Source: p.in.Source, Total: p.in.Order.Total.String(), Lines: len(p.lines),
		Short: p.result.Short, Unlinked: p.result.Unlinked, DuplicateOf: p.result.DuplicateOf}}
}

const orderColumns = `tenant_id, id, connection_id, external_id, number, source, stage, channel_status, customer_id, buyer_name, buyer_phone,
	placed_at, changed_at, accepted_at, stage_at, due_at, currency, total_minor, delivery_minor, commission_minor, payment_state, payment_method,
	on_pickup, delivery, tracking, carrier, comment, short, unlinked, duplicate_of, cancel_reason, cancel_by, cancelled_at, fingerprint, item_count, summary`

func (p *prepared) destination() Destination {
	o := p.in.Order
	return Destination{Delivery: o.Delivery, Recipient: o.Recipient, Email: o.Buyer.Email, NoCall: o.NoCall, GroupID: o.GroupID, Origin: o.Source}
}

func insertOrders(ctx context.Context, tx *db.Tx, fresh []*prepared, customers []int64) error {
	args := make([]any, 0, 36*len(fresh))
	now := tx.NowMicros()
	for i, p := range fresh {
		o := p.in.Order
		destination, err := json.Marshal(p.destination())
		if err != nil {
			return err
		}
		placed, cancelled := clock.Micros(o.CreatedAt), int64(0)
		changed := min(clock.Micros(o.ChangedAt), now) // a channel's clock that runs ahead must not make later pictures look old
		if placed == 0 {
			placed = now
		}
		if o.Stage == connector.StageCancelled {
			cancelled = now
		}
		args = append(args, int64(tx.Tenant), p.id, p.in.ConnectionID, o.ExternalID, o.Number, p.in.Source, string(o.Stage), o.Status, customers[i], o.Buyer.Name, o.Buyer.Phone,
			placed, changed, now, now, dueAt(o.Stage, tx.Now()), string(o.Total.Currency), o.Total.Minor, o.DeliveryCost.Minor, o.Commission.Minor, string(o.Payment.State), o.Payment.Method,
			o.Payment.OnPickup, string(destination), o.Delivery.Tracking, o.Delivery.Service, o.Comment, len(p.result.Short) > 0, len(p.result.Unlinked) > 0, p.result.DuplicateOf, o.CancelReason, o.CancelBy, cancelled,
			p.fingerprint, int64(p.itemCount), summary(p.lines))
		p.result.OrderID, p.result.Number, p.result.Stage, p.result.Created = p.id, o.Number, o.Stage, true
	}
	_, err := tx.Insert(ctx, "insert into orders ("+orderColumns+")", "", 36, args)
	return err
}

func insertLines(ctx context.Context, tx *db.Tx, fresh []*prepared) error {
	var args []any
	for _, p := range fresh {
		for _, l := range p.lines {
			args = append(args, lineArgs(tx, p.id, l)...)
		}
	}
	_, err := tx.Insert(ctx, lineHead, "", 18, args)
	return err
}

const lineHead = `insert into order_line (tenant_id, order_id, line_no, external_id, offer_id, listing_id, sku_id, sku_code, title, qty,
	price_minor, total_minor, sku_price_minor, price_right, available, stock_right, gift, removed)`

func lineArgs(tx *db.Tx, orderID int64, l Line) []any {
	return []any{int64(tx.Tenant), orderID, l.No, l.ExternalID, l.OfferID, l.ListingID, l.SKUID, l.SKUCode, l.Title, int64(l.Qty),
		l.Price.Minor, l.Total.Minor, l.SKUPrice.Minor, l.PriceRight, int64(l.Available), l.StockRight, l.Gift, l.Removed}
}
