package orders

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
)

const readColumns = `id, connection_id, external_id, number, source, stage, channel_status, customer_id, buyer_name, buyer_phone, placed_at, changed_at,
	accepted_at, stage_at, due_at, owner_id, currency, total_minor, delivery_minor, commission_minor, payment_state, payment_method, on_pickup, tracking, carrier,
	comment, short, unlinked, duplicate_of, cancel_reason, cancel_by, cancelled_at, item_count, summary, version`

func scanOrder(sc db.Scanner) (Order, error) {
	var o Order
	var cur money.Currency
	err := sc.Scan(&o.ID, &o.ConnectionID, &o.ExternalID, &o.Number, &o.Source, &o.Stage, &o.ChannelStatus, &o.CustomerID, &o.BuyerName, &o.BuyerPhone, &o.PlacedAt, &o.ChangedAt,
		&o.AcceptedAt, &o.StageAt, &o.DueAt, &o.OwnerID, &cur, &o.Total.Minor, &o.Delivery.Minor, &o.Commission.Minor, &o.PaymentState, &o.PaymentMethod, &o.OnPickup, &o.Tracking, &o.Carrier,
		&o.Comment, &o.Short, &o.Unlinked, &o.DuplicateOf, &o.CancelReason, &o.CancelBy, &o.CancelledAt, &o.ItemCount, &o.Summary, &o.Version)
	o.Total.Currency, o.Delivery.Currency, o.Commission.Currency = cur, cur, cur
	if errors.Is(err, sql.ErrNoRows) {
		return o, errs.New(errs.NotFound, "error.order.not_found")
	}
	return o, err
}

func byExternal(ctx context.Context, tx *db.Tx, connection int64, externalID string) (Order, error) {
	return scanOrder(tx.QueryRow(ctx, "select "+readColumns+" from orders where tenant_id = $1 and connection_id = $2 and external_id = $3",
		int64(tx.Tenant), connection, externalID))
}

// lockOrder reads an order and keeps others from changing it. Lock order: orders before levels.
func lockOrder(ctx context.Context, tx *db.Tx, id int64) (Order, error) {
	return scanOrder(tx.QueryRow(ctx, "select "+readColumns+" from orders where tenant_id = $1 and id = $2"+tx.ForUpdate(), int64(tx.Tenant), id))
}

// ByID reads one order.
func ByID(ctx context.Context, tx *db.Tx, id int64) (Order, error) {
	return scanOrder(tx.QueryRow(ctx, "select "+readColumns+" from orders where tenant_id = $1 and id = $2", int64(tx.Tenant), id))
}

const lineColumns = `line_no, external_id, offer_id, listing_id, sku_id, sku_code, title, qty, price_minor, total_minor, sku_price_minor,
	price_right, available, stock_right, gift, removed`

func scanLine(sc db.Scanner) (l Line, err error) {
	err = sc.Scan(&l.No, &l.ExternalID, &l.OfferID, &l.ListingID, &l.SKUID, &l.SKUCode, &l.Title, &l.Qty, &l.Price.Minor, &l.Total.Minor, &l.SKUPrice.Minor,
		&l.PriceRight, &l.Available, &l.StockRight, &l.Gift, &l.Removed)
	return l, err
}

// Lines reads the lines of an order.
func Lines(ctx context.Context, tx *db.Tx, orderID int64, cur money.Currency) ([]Line, error) {
	var out []Line
	err := tx.Each(ctx, "select "+lineColumns+" from order_line where tenant_id = $1 and order_id = $2 order by line_no",
		[]any{int64(tx.Tenant), orderID}, func(sc db.Scanner) error {
			l, err := scanLine(sc)
			l.Price.Currency, l.Total.Currency, l.SKUPrice.Currency = cur, cur, cur
			out = append(out, l)
			return err
		})
	return out, err
}

// DestinationOf reads where an order goes.
func DestinationOf(ctx context.Context, tx *db.Tx, orderID int64) (Destination, error) {
	var body string
	var d Destination
	if err := tx.QueryRow(ctx, "select delivery from orders where tenant_id = $1 and id = $2", int64(tx.Tenant), orderID).Scan(&body); err != nil {
		return d, err
	}
	return d, json.Unmarshal([]byte(body), &d)
}

// answerFor rebuilds the answer an intake got, for a repeat of it: the journal has it, since shortages may be filled and lines
// linked by now.
func (s *Service) answerFor(ctx context.Context, tx *db.Tx, o Order) (Result, error) {
	r := Result{OrderID: o.ID, Number: o.Number, Stage: o.Stage, DuplicateOf: o.DuplicateOf}
	var said acceptance
	found, err := journal.First(ctx, tx, "order", o.ID, "order.accepted", &said)
	if err != nil || !found {
		return r, err
	}
	r.Stage, r.Short, r.Unlinked, r.DuplicateOf = said.Stage, said.Short, said.Unlinked, said.DuplicateOf
	return r, nil
}
