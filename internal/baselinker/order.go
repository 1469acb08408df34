package baselinker

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// maxPayments bounds the history of payments of one order; the oldest are forgotten.
const maxPayments = 100

// Order is what a client wrote of an order.
type Order struct {
	OrderID  int64 `json:"-"`
	SourceID int64 `json:"-"`
	// StatusID counts while the order is in StatusStage; 0 is the status that stands for the stage.
	StatusID    int64  `json:"-"`
	StatusStage string `json:"-"`
	// StatusAt is since when the client's own status stands, in µs.
	StatusAt int64 `json:"status_at,omitempty"`
	// Removed hides the order from clients.
	Removed bool `json:"-"`
	// Fields are header fields by the protocol's names.
	Fields map[string]string `json:"fields,omitempty"`
	// Extra are the custom extra fields by their ids.
	Extra map[string]string `json:"extra,omitempty"`
	Lines map[int64]Line    `json:"lines,omitempty"`
	// Discounts are lines with a negative price, by their numbers: no goods, so none of Lad's lines.
	Discounts map[int64]Discount `json:"discounts,omitempty"`
	// LowDiscount is the lowest number that a discount had: one that is gone leaves its number to nobody.
	LowDiscount int64 `json:"low_discount,omitempty"`
	// PaidMinor is what was paid, in minor units of the order's currency, once somebody said so.
	PaidMinor *int64    `json:"paid_minor,omitempty"`
	Payments  []Payment `json:"payments,omitempty"`
	Star      int64     `json:"star,omitempty"`
	Picked    bool      `json:"picked,omitempty"`
	Packed    bool      `json:"packed,omitempty"`
}

// Line is what a client wrote of a line, by the protocol's names. Numbers are decimals as they were written.
type Line map[string]string

// Discount is a line that takes off money.
type Discount struct {
	Name       string  `json:"name"`
	PriceMinor int64   `json:"price_minor"` // negative, of one unit
	Qty        qty.Qty `json:"qty"`
	Line       Line    `json:"line,omitempty"`
}

// Payment is a change of what was paid, in minor units.
type Payment struct {
	Before     int64  `json:"before"`
	After      int64  `json:"after"`
	Total      int64  `json:"total"`
	ExternalID string `json:"external_id,omitempty"`
	At         int64  `json:"at"` // unix seconds
	Comment    string `json:"comment,omitempty"`
}

// DiscountMinor is what the discounts take off, negative or 0.
func (o Order) DiscountMinor() (sum int64) {
	for _, d := range o.Discounts {
		sum += d.PriceMinor * int64(d.Qty) / int64(qty.One)
	}
	return sum
}

// AddDiscount gives a discount the next number below those that were given, top for the first.
func (o *Order) AddDiscount(top int64, d Discount) int64 {
	if o.Discounts == nil {
		o.Discounts = map[int64]Discount{}
	}
	if o.LowDiscount == 0 {
		o.LowDiscount = top + 1
	}
	for no := range o.Discounts {
		o.LowDiscount = min(o.LowDiscount, no)
	}
	o.LowDiscount--
	o.Discounts[o.LowDiscount] = d
	return o.LowDiscount
}

// Pay notes that after was paid in all.
func (o *Order) Pay(p Payment) {
	o.PaidMinor = &p.After
	o.Payments = append(o.Payments, p)
	if n := len(o.Payments) - maxPayments; n > 0 {
		o.Payments = o.Payments[n:]
	}
}

// Orders reads what clients wrote of orders; orders of which nothing was written are not in the answer.
func (s *Service) Orders(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]Order, error) {
	out := map[int64]Order{}
	err := db.Chunk(ids, readChunk, func(part []int64) error {
		in, args := inTenant(tx, part)
		return each(ctx, tx, "select order_id, source_id, status_id, status_stage, removed, body from bl_order where tenant_id = $1 and order_id in "+in, args,
			func(sc db.Scanner, o *Order, body *string) error {
				return sc.Scan(&o.OrderID, &o.SourceID, &o.StatusID, &o.StatusStage, &o.Removed, body)
			}, func(o Order) { out[o.OrderID] = o })
	})
	return out, err
}

// OrderOf reads what clients wrote of one order. The order's row in orders must be locked by whoever writes it back.
func (s *Service) OrderOf(ctx context.Context, tx *db.Tx, id int64) (Order, error) {
	found, err := s.Orders(ctx, tx, []int64{id})
	o := found[id]
	o.OrderID = id
	return o, err
}

// PutOrder writes what clients wrote of an order.
func (s *Service) PutOrder(ctx context.Context, tx *db.Tx, o Order) error {
	body, err := store(o)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into bl_order (tenant_id, order_id, source_id, status_id, status_stage, removed, body) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (tenant_id, order_id) do update set source_id = excluded.source_id, status_id = excluded.status_id,
		status_stage = excluded.status_stage, removed = excluded.removed, body = excluded.body`,
		int64(tx.Tenant), o.OrderID, o.SourceID, o.StatusID, o.StatusStage, o.Removed, body)
	return err
}

// MoveStatus gives every order of a status another one, in the same stage.
func (s *Service) MoveStatus(ctx context.Context, tx *db.Tx, from, to int64) error {
	_, err := tx.Exec(ctx, "update bl_order set status_id = $3 where tenant_id = $1 and status_id = $2", int64(tx.Tenant), from, to)
	return err
}
