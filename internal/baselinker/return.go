package baselinker

import (
	"context"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Return is a return as a client tells of it. Times are unix seconds, amounts minor units of Currency.
type Return struct {
	ID            int64             `json:"-"`
	OrderID       int64             `json:"-"` // 0 for a return of no order
	SourceID      int64             `json:"-"`
	StatusID      int64             `json:"-"`
	AddedAt       int64             `json:"-"`
	StatusAt      int64             `json:"-"`
	Currency      string            `json:"currency"`
	Refunded      bool              `json:"refunded,omitempty"`
	RefundMinor   int64             `json:"refund_minor,omitempty"`
	DeliveryMinor int64             `json:"delivery_minor,omitempty"`
	Fields        map[string]string `json:"fields,omitempty"`
	Extra         map[string]string `json:"extra,omitempty"`
	Lines         []ReturnLine      `json:"lines,omitempty"`
	Payments      []Payment         `json:"payments,omitempty"`
	LastLine      int64             `json:"last_line,omitempty"` // the highest number that a line had
}

// ReturnLine is what comes back of one kind of goods.
type ReturnLine struct {
	No         int64   `json:"no"`
	Name       string  `json:"name"`
	SKU        string  `json:"sku,omitempty"`
	PriceMinor int64   `json:"price_minor"`
	Qty        qty.Qty `json:"qty"`
	StatusID   int64   `json:"status_id,omitempty"`
	ReasonID   int64   `json:"reason_id,omitempty"`
	Line       Line    `json:"line,omitempty"`
}

// Refund notes that after was paid back in all.
func (r *Return) Refund(p Payment) {
	r.RefundMinor = p.After
	r.Payments = append(r.Payments, p)
	if n := len(r.Payments) - maxPayments; n > 0 {
		r.Payments = r.Payments[n:]
	}
}

// ReturnsAsked chooses returns; zero values ask for nothing.
type ReturnsAsked struct {
	ID, OrderID, IDFrom, AddedFrom, StatusID int64
	SourceID                                 *int64
	Limit                                    int
}

// Returns reads returns in order of their ids.
func (s *Service) Returns(ctx context.Context, tx *db.Tx, q ReturnsAsked) (out []Return, err error) {
	where, args := "", []any{int64(tx.Tenant)}
	add := func(ask bool, cond string, n int64) {
		if ask {
			args = append(args, n)
			where += " and " + cond + " $" + strconv.Itoa(len(args))
		}
	}
	add(q.ID != 0, "id =", q.ID)
	add(q.OrderID != 0, "order_id <> 0 and order_id =", q.OrderID)
	add(q.IDFrom != 0, "id >=", q.IDFrom)
	add(q.AddedFrom != 0, "added_at >=", q.AddedFrom)
	add(q.StatusID != 0, "status_id =", q.StatusID)
	if q.SourceID != nil {
		add(true, "source_id =", *q.SourceID)
	}
	args = append(args, q.Limit)
	err = each(ctx, tx, "select id, order_id, source_id, status_id, added_at, status_at, body from bl_return where tenant_id = $1"+where+
		" order by id limit $"+strconv.Itoa(len(args)), args, func(sc db.Scanner, r *Return, body *string) error {
		return sc.Scan(&r.ID, &r.OrderID, &r.SourceID, &r.StatusID, &r.AddedAt, &r.StatusAt, body)
	}, func(r Return) { out = append(out, r) })
	return out, err
}

// LockReturn reads a return and keeps others from changing it; NotFound when there is none.
func (s *Service) LockReturn(ctx context.Context, tx *db.Tx, id int64) (Return, error) {
	var found int64
	err := tx.Each(ctx, "select id from bl_return where tenant_id = $1 and id = $2"+tx.ForUpdate(), []any{int64(tx.Tenant), id}, func(sc db.Scanner) error { return sc.Scan(&found) })
	if err == nil && found == 0 {
		err = errs.New(errs.NotFound, "error.baselinker.no_return", "id", id)
	}
	if err != nil {
		return Return{}, err
	}
	list, err := s.Returns(ctx, tx, ReturnsAsked{ID: id, Limit: 1})
	if err != nil || len(list) == 0 {
		return Return{}, err
	}
	return list[0], nil
}

// PutReturn writes a return; without an id it gets a new one.
func (s *Service) PutReturn(ctx context.Context, tx *db.Tx, r Return) (int64, error) {
	body, err := store(r)
	if err != nil {
		return 0, err
	}
	if r.ID == 0 {
		if r.ID, err = s.ids.In(ctx, tx, "bl_return"); err != nil {
			return 0, err
		}
	}
	_, err = tx.Exec(ctx, `insert into bl_return (tenant_id, id, order_id, source_id, status_id, added_at, status_at, body) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (tenant_id, id) do update set order_id = excluded.order_id, status_id = excluded.status_id, status_at = excluded.status_at, body = excluded.body`,
		int64(tx.Tenant), r.ID, r.OrderID, r.SourceID, r.StatusID, r.AddedAt, r.StatusAt, body)
	return r.ID, err
}

// MoveReturnStatus gives every return of a status another one.
func (s *Service) MoveReturnStatus(ctx context.Context, tx *db.Tx, from, to int64) error {
	_, err := tx.Exec(ctx, "update bl_return set status_id = $3 where tenant_id = $1 and status_id = $2", int64(tx.Tenant), from, to)
	return err
}
