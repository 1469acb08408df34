package webhooks

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/lease"
)

// Bounds of one webhook's backlog: while so many deliveries wait, its place in the feed stays where it is. The feed keeps
// everything, so an address that is down for days costs no more than that.
const (
	maxWaiting = 1000
	fanPage    = 500
)

// fan makes deliveries of the events behind a webhook's place. The place moves in the same transaction, so that no event is
// passed over or made twice. It answers whether the place has moved.
func (s *Service) fan(ctx context.Context, held hold) (moved bool, err error) {
	err = s.db.Write(ctx, held.tenant, func(tx *db.Tx) error {
		moved = false
		if err := lease.CheckIn(ctx, tx, held.lease.Name, held.lease.Fence); err != nil {
			return err
		}
		w, err := byID(ctx, tx, held.id, tx.ForUpdate())
		if err != nil || w.State != Active {
			return err
		}
		var waiting int
		err = tx.QueryRow(ctx, "select count(*) from webhook_delivery where tenant_id = $1 and webhook_id = $2 and state = 'waiting'", int64(tx.Tenant), w.ID).Scan(&waiting)
		if err != nil || waiting >= maxWaiting {
			return err
		}
		page, err := journal.Feed(ctx, tx, w.Place, fanPage)
		if err != nil || len(page) == 0 {
			return err
		}
		var list []Delivery
		for _, e := range page {
			if wants(w.Events, e.Kind) {
				list = append(list, Delivery{Place: e.Pos, Seq: e.Seq, Kind: e.Kind, Subject: e.Subject, SubjectID: e.SubjectID})
			}
		}
		if err := insertDeliveries(ctx, tx, w.ID, list); err != nil {
			return err
		}
		if len(list) > 0 {
			s.changed(tx)
		}
		moved = true
		_, err = tx.Exec(ctx, "update webhook set read_pos = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), w.ID, page[len(page)-1].Pos)
		return err
	})
	return moved, err
}

// insertDeliveries adds deliveries under the webhook's next numbers; its row is locked.
func insertDeliveries(ctx context.Context, tx *db.Tx, id int64, list []Delivery) error {
	if len(list) == 0 {
		return nil
	}
	var last int64
	err := tx.QueryRow(ctx, "update webhook set last_no = last_no + $3 where tenant_id = $1 and id = $2 returning last_no", int64(tx.Tenant), id, len(list)).Scan(&last)
	if err != nil {
		return err
	}
	args := make([]any, 0, 10*len(list))
	for i, d := range list {
		args = append(args, int64(tx.Tenant), id, last-int64(len(list)-1-i), d.Place, d.Seq, d.Kind, d.Subject, d.SubjectID, Waiting, tx.NowMicros())
	}
	_, err = tx.Insert(ctx, "insert into webhook_delivery (tenant_id, webhook_id, no, pos, seq, kind, subject, subject_id, state, created_at)", "", 10, args)
	return err
}
