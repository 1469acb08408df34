package orders

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// wantPush raises the wanted state of an order's channel: the newest stage, waybill and cancellation should be shown there.
func (s *Service) wantPush(ctx context.Context, tx *db.Tx, o Order) error {
	if o.ConnectionID == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into order_push (tenant_id, order_id, connection_id, want_gen, done_gen, wanted_at, state) values ($1, $2, $3, 1, 0, $4, 'queued')
		on conflict (tenant_id, order_id) do update set want_gen = order_push.want_gen + 1, state = 'queued', not_before = 0, tries = 0, error = '',
		wanted_at = case when order_push.want_gen > order_push.done_gen then order_push.wanted_at else excluded.wanted_at end`,
		int64(tx.Tenant), o.ID, o.ConnectionID, tx.NowMicros())
	if err != nil {
		return err
	}
	tenant, connection := tx.Tenant, o.ConnectionID
	tx.AfterCommit(func() { s.PushWanted(tenant, connection) })
	return s.Listings.StatusWanted(ctx, tx, connection)
}

// Push is an order whose channel does not yet show what it should.
type Push struct {
	Order       Order
	Destination Destination
	Gen         int64 // of the state that was read; what changed meanwhile is pushed again
	Tries       int64
}

// DuePushes reads orders of a connection whose channel is to be told now, oldest first.
func (s *Service) DuePushes(ctx context.Context, tx *db.Tx, connectionID int64, limit int) ([]Push, error) {
	var out []Push
	err := tx.Each(ctx, `select order_id, want_gen, tries from order_push where tenant_id = $1 and connection_id = $2 and want_gen > done_gen and not_before <= $3
		order by wanted_at limit $4`, []any{int64(tx.Tenant), connectionID, tx.NowMicros(), limit}, func(sc db.Scanner) error {
		var p Push
		err := sc.Scan(&p.Order.ID, &p.Gen, &p.Tries)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Order, err = ByID(ctx, tx, out[i].Order.ID); err != nil {
			return nil, err
		}
		if out[i].Destination, err = DestinationOf(ctx, tx, out[i].Order.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// NextPushAt is when the earliest postponed push of a connection is due; zero when none waits.
func (s *Service) NextPushAt(ctx context.Context, tx *db.Tx, connectionID int64) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, "select coalesce(min(not_before), 0) from order_push where tenant_id = $1 and connection_id = $2 and want_gen > done_gen",
		int64(tx.Tenant), connectionID).Scan(&at)
	if err != nil || at == 0 {
		return time.Time{}, err
	}
	return time.UnixMicro(at), nil
}

// Pushed notes that the channel shows what was read at p.Gen; status is the channel's code now.
func (s *Service) Pushed(ctx context.Context, tx *db.Tx, p Push, status string, said []string) error {
	_, err := tx.Exec(ctx, `update order_push set done_gen = $3, state = case when want_gen = $3 then 'confirmed' else 'queued' end, error = '', tries = 0, confirmed_at = $4
		where tenant_id = $1 and order_id = $2`, int64(tx.Tenant), p.Order.ID, p.Gen, tx.NowMicros())
	if err != nil {
		return err
	}
	if err := s.Tasks.Resolve(ctx, tx, TaskParked, []int64{p.Order.ID}); err != nil {
		return err
	}
	if len(said) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, "update orders set channel_status = $3, version = version + 1 where tenant_id = $1 and id = $2", int64(tx.Tenant), p.Order.ID, status); err != nil {
		return err
	}
	tenant, id := tx.Tenant, p.Order.ID
	tx.AfterCommit(func() { s.Changed(tenant, []int64{id}) })
	return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "order.pushed", Subject: "order", SubjectID: id, Payload: map[string]any{"status": status, "steps": said}})
}

// dropPush forgets what a channel should be told that can be told nothing: it would wait for ever. A change that came meanwhile is
// dropped the same way in its turn.
func (s *Service) dropPush(ctx context.Context, tx *db.Tx, p Push) error {
	_, err := tx.Exec(ctx, "delete from order_push where tenant_id = $1 and order_id = $2 and want_gen = $3", int64(tx.Tenant), p.Order.ID, p.Gen)
	tenant, id := tx.Tenant, p.Order.ID
	tx.AfterCommit(func() { s.Changed(tenant, []int64{id}) })
	return err
}

// StatusNow notes which status the channel has while a push is under way.
func (s *Service) StatusNow(ctx context.Context, tx *db.Tx, orderID int64, status string) error {
	_, err := tx.Exec(ctx, "update orders set channel_status = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), orderID, status)
	return err
}

// PushLater tries again at the given time, with the outside's words. What changed meanwhile is not made to wait.
func (s *Service) PushLater(ctx context.Context, tx *db.Tx, p Push, at time.Time, reason string) error {
	_, err := tx.Exec(ctx, "update order_push set not_before = $3, tries = tries + 1, error = $4 where tenant_id = $1 and order_id = $2 and want_gen = $5",
		int64(tx.Tenant), p.Order.ID, at.UnixMicro(), cut(reason, maxText), p.Gen)
	return err
}

// PushParked gives up until a person or a new change asks again: the reason stands on the order and in a task.
func (s *Service) PushParked(ctx context.Context, tx *db.Tx, p Push, reason string) error {
	reason = cut(reason, maxText)
	_, err := tx.Exec(ctx, "update order_push set done_gen = $3, state = case when want_gen = $3 then 'parked' else 'queued' end, error = $4 where tenant_id = $1 and order_id = $2",
		int64(tx.Tenant), p.Order.ID, p.Gen, reason)
	if err != nil {
		return err
	}
	if err := s.Tasks.Raise(ctx, tx, []Task{{Kind: TaskParked, OrderID: p.Order.ID, Detail: map[string]any{"number": p.Order.Number, "reason": reason}}}); err != nil {
		return err
	}
	tenant, id := tx.Tenant, p.Order.ID
	tx.AfterCommit(func() { s.Changed(tenant, []int64{id}) })
	return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "order.push_parked", Subject: "order", SubjectID: id, Payload: map[string]any{"reason": reason}})
}

// RetryPush asks for the channel to be told again.
func (s *Service) RetryPush(ctx context.Context, tx *db.Tx, orderID int64) error {
	o, err := lockOrder(ctx, tx, orderID)
	if err != nil {
		return err
	}
	return s.wantPush(ctx, tx, o)
}

// PushState is what the channel was told about an order.
type PushState struct {
	State       string // queued, sent, confirmed, parked; empty when there was nothing to tell, or the channel can be told nothing
	Error       string
	WantedAt    int64
	ConfirmedAt int64
}

// PushOf reads what the channel was told about an order.
func (s *Service) PushOf(ctx context.Context, tx *db.Tx, orderID int64) (PushState, error) {
	var p PushState
	err := tx.Each(ctx, "select state, error, wanted_at, confirmed_at from order_push where tenant_id = $1 and order_id = $2",
		[]any{int64(tx.Tenant), orderID}, func(sc db.Scanner) error {
			return sc.Scan(&p.State, &p.Error, &p.WantedAt, &p.ConfirmedAt)
		})
	return p, err
}

// OldestPush is since when the longest waiting push of a connection waits, 0 when none does.
func (s *Service) OldestPush(ctx context.Context, tx *db.Tx, connectionID int64) (at int64, err error) {
	err = tx.QueryRow(ctx, "select coalesce(min(wanted_at), 0) from order_push where tenant_id = $1 and connection_id = $2 and want_gen > done_gen",
		int64(tx.Tenant), connectionID).Scan(&at)
	return at, err
}
