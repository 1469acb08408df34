package orders

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

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
		if l.Waits(o.ConnectionID) {
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
