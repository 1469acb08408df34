package orders

import (
	"context"
	"slices"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Reasons a person can cancel an order for.
var Reasons = []connector.Reason{
	connector.ReasonBuyer, connector.ReasonOutOfStock, connector.ReasonNoContact, connector.ReasonBadContacts, connector.ReasonPrice,
	connector.ReasonUnpaid, connector.ReasonDuplicate, connector.ReasonDefect, connector.ReasonDelivery, connector.ReasonFraud, connector.ReasonOther,
}

// change locks an order, lets f alter it, stores it with its journal entry and asks for the channel to be told.
func (s *Service) change(ctx context.Context, a access.Actor, id int64, f func(tx *db.Tx, o *Order) (journal.Record, error)) (Order, error) {
	var o Order
	err := s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		var err error
		if o, err = lockOrder(ctx, tx, id); err != nil {
			return err
		}
		rec, err := f(tx, &o)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, &o); err != nil {
			return err
		}
		rec.Actor, rec.Subject, rec.SubjectID = a.String(), "order", o.ID
		return s.journal.Append(ctx, tx, rec)
	})
	return o, err
}

// save stores what can change of an order and tells listeners after the commit.
func (s *Service) save(ctx context.Context, tx *db.Tx, o *Order) error {
	o.Version++
	_, err := tx.Exec(ctx, `update orders set stage = $3, stage_at = $4, due_at = $5, owner_id = $6, channel_status = $7, payment_state = $8, payment_method = $9,
		total_minor = $10, delivery_minor = $11, commission_minor = $12, tracking = $13, carrier = $14, comment = $15, short = $16, unlinked = $17, duplicate_of = $18,
		cancel_reason = $19, cancel_by = $20, cancelled_at = $21, item_count = $22, summary = $23, changed_at = $24, version = $25, buyer_name = $26, buyer_phone = $27
		where tenant_id = $1 and id = $2`,
		int64(tx.Tenant), o.ID, string(o.Stage), o.StageAt, o.DueAt, o.OwnerID, o.ChannelStatus, string(o.PaymentState), o.PaymentMethod,
		o.Total.Minor, o.Delivery.Minor, o.Commission.Minor, o.Tracking, o.Carrier, o.Comment, o.Short, o.Unlinked, o.DuplicateOf,
		o.CancelReason, o.CancelBy, o.CancelledAt, int64(o.ItemCount), o.Summary, o.ChangedAt, o.Version, o.BuyerName, o.BuyerPhone)
	tenant, id := tx.Tenant, o.ID
	tx.AfterCommit(func() { s.Changed(tenant, []int64{id}) })
	return err
}

func (o *Order) enter(to Stage, tx *db.Tx) {
	o.Stage, o.StageAt, o.DueAt = to, tx.NowMicros(), dueAt(to, tx.Now())
}

// Confirm says that the order will be fulfilled. An order that is short can be confirmed: the shortage keeps its own task.
func (s *Service) Confirm(ctx context.Context, a access.Actor, id int64) (Order, error) {
	return s.step(ctx, a, access.OrdersWrite, id, connector.StageConfirmed)
}

// StartPicking says that the goods are being put together.
func (s *Service) StartPicking(ctx context.Context, a access.Actor, id int64) (Order, error) {
	return s.step(ctx, a, access.OrdersShip, id, connector.StagePicking)
}

// Complete says that the buyer has the goods.
func (s *Service) Complete(ctx context.Context, a access.Actor, id int64) (Order, error) {
	return s.step(ctx, a, access.OrdersWrite, id, connector.StageCompleted)
}

// Return says that the buyer sent the goods back. They come into stock again by a document of their own: somebody must look
// at them first.
func (s *Service) Return(ctx context.Context, a access.Actor, id int64) (Order, error) {
	return s.step(ctx, a, access.OrdersWrite, id, connector.StageReturned)
}

func (s *Service) step(ctx context.Context, a access.Actor, p access.Permission, id int64, to Stage) (Order, error) {
	if err := a.Must(p); err != nil {
		return Order{}, err
	}
	return s.change(ctx, a, id, func(tx *db.Tx, o *Order) (journal.Record, error) {
		rec := journal.Record{Kind: "order." + string(to), Payload: map[string]any{"from": o.Stage}}
		if o.Stage == to {
			return rec, errs.New(errs.Conflict, "error.order.already", "stage", string(to))
		}
		if err := checkStep(o.Stage, to); err != nil {
			return rec, err
		}
		o.enter(to, tx)
		return rec, s.wantPush(ctx, tx, *o)
	})
}

// CancelInput is why an order is cancelled. Text is for people and for channels that want words.
type CancelInput struct {
	Reason connector.Reason
	Text   string
	// TwinID is the other order when the reason is a duplicate.
	TwinID int64
}

// Cancel ends an order that was not sent: its stock is released once, short orders waiting for it are served, the channel is
// told with its own reason.
func (s *Service) Cancel(ctx context.Context, a access.Actor, id int64, in CancelInput) (Order, error) {
	if err := a.Must(access.OrdersWrite); err != nil {
		return Order{}, err
	}
	in.Text = cut(strings.TrimSpace(in.Text), maxText)
	if !slices.Contains(Reasons, in.Reason) {
		return Order{}, errs.New(errs.Invalid, "error.order.reason")
	}
	return s.change(ctx, a, id, func(tx *db.Tx, o *Order) (journal.Record, error) {
		rec := journal.Record{Kind: "order.cancelled", Payload: map[string]any{"from": o.Stage, "reason": in.Reason, "text": in.Text, "by": "seller"}}
		if err := checkStep(o.Stage, connector.StageCancelled); err != nil {
			return rec, err
		}
		o.CancelReason, o.CancelBy = string(in.Reason), "seller"
		if in.Reason == connector.ReasonDuplicate && in.TwinID != 0 {
			if _, err := ByID(ctx, tx, in.TwinID); err != nil || in.TwinID == o.ID {
				return rec, errs.New(errs.Invalid, "error.order.reason")
			}
			o.DuplicateOf = in.TwinID
		}
		if err := s.cancelled(ctx, tx, o); err != nil {
			return rec, err
		}
		return rec, s.wantPush(ctx, tx, *o)
	})
}

// cancelled frees what the order holds and closes its tasks.
func (s *Service) cancelled(ctx context.Context, tx *db.Tx, o *Order) error {
	o.enter(connector.StageCancelled, tx)
	o.CancelledAt = tx.NowMicros()
	if err := s.closeTasks(ctx, tx, o, TaskShortage, TaskUnlinked, TaskDuplicate); err != nil {
		return err
	}
	return s.Stock.Release(ctx, tx, o.ID)
}

// closeTasks resolves tasks that an order which is sent or cancelled no longer needs; it is not short any more either.
func (s *Service) closeTasks(ctx context.Context, tx *db.Tx, o *Order, kinds ...string) error {
	o.Short = false
	for _, kind := range kinds {
		if err := s.Tasks.Resolve(ctx, tx, kind, []int64{o.ID}); err != nil {
			return err
		}
	}
	return nil
}

// ShipInput is the waybill of a sent order.
type ShipInput struct {
	Tracking string
	Carrier  string // connector.Delivery.Service
}

// Ship marks an order as sent: its holds become sales, the channel gets status and waybill number.
func (s *Service) Ship(ctx context.Context, a access.Actor, id int64, in ShipInput) (Order, error) {
	if err := a.Must(access.OrdersShip); err != nil {
		return Order{}, err
	}
	in.Tracking = strings.TrimSpace(in.Tracking)
	if len(in.Tracking) > 64 {
		return Order{}, errs.New(errs.Invalid, "error.order.tracking")
	}
	return s.change(ctx, a, id, func(tx *db.Tx, o *Order) (journal.Record, error) {
		rec := journal.Record{Kind: "order.shipped", Payload: map[string]any{"from": o.Stage, "tracking": in.Tracking, "carrier": in.Carrier}}
		if err := checkStep(o.Stage, connector.StageShipped); err != nil {
			return rec, err
		}
		if o.Short || o.Unlinked {
			return rec, errs.New(errs.Conflict, "error.order.short", "number", o.Number)
		}
		if in.Tracking != "" {
			o.Tracking = in.Tracking
		}
		if in.Carrier != "" {
			o.Carrier = in.Carrier
		}
		o.enter(connector.StageShipped, tx)
		if err := s.closeTasks(ctx, tx, o, TaskDuplicate); err != nil {
			return rec, err
		}
		if err := s.Stock.Ship(ctx, tx, o.ID, a.String()); err != nil {
			return rec, err
		}
		return rec, s.wantPush(ctx, tx, *o)
	})
}

// Assign gives an order to a person, 0 puts it back into its stage's queue.
func (s *Service) Assign(ctx context.Context, a access.Actor, id, ownerID int64) (Order, error) {
	if err := a.Must(access.OrdersWrite); err != nil {
		return Order{}, err
	}
	return s.change(ctx, a, id, func(_ *db.Tx, o *Order) (journal.Record, error) {
		rec := journal.Record{Kind: "order.assigned", Payload: map[string]any{"from": o.OwnerID, "to": ownerID}}
		o.OwnerID = ownerID
		return rec, nil
	})
}

// NotDuplicate says that a suspected duplicate is an order of its own.
func (s *Service) NotDuplicate(ctx context.Context, a access.Actor, id int64) (Order, error) {
	if err := a.Must(access.OrdersWrite); err != nil {
		return Order{}, err
	}
	return s.change(ctx, a, id, func(tx *db.Tx, o *Order) (journal.Record, error) {
		rec := journal.Record{Kind: "order.not_duplicate", Payload: map[string]any{"of": o.DuplicateOf}}
		o.DuplicateOf = 0
		return rec, s.Tasks.Resolve(ctx, tx, TaskDuplicate, []int64{o.ID})
	})
}
