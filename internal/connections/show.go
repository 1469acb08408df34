package connections

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// show is one thing that a channel shows of a listing and that Lad keeps right there: the quantity, the price. Both travel the
// same way, each in its table: wanted, sent, accepted, confirmed. A value is an integer: thousandths of a piece, minor units.
type show struct {
	table         string
	push, confirm string // its lanes
	batch         func(connector.Limits) int
	// truth sets what each row should show now, or why nothing can be sent. With lock nobody changes it before the commit.
	truth func(ctx context.Context, tx *db.Tx, a *Account, rows []*dirtyRow, lock bool) error
	send  func(ctx context.Context, ch connector.Channel, rows []*dirtyRow) ([]connector.ItemResult, error)
	// shows says whether an offer shows a value, said is what it shows in words.
	shows func(o connector.Offer, value int64) bool
	said  func(o connector.Offer) string
	words func(value int64) string
	// recheck: a change leaves rows alone that are dirty already, so the truth is looked at again after a push.
	recheck bool
	// measured values are the ones whose way from the commit to the channel is timed: people wait for them.
	measured bool
}

// unknown stands for a value that the channel was told nothing of that counts: it forces the next send.
const unknown = -1000

var stockShow = &show{
	table: "listing_stock", push: laneStock, confirm: laneConfirm, measured: true, recheck: true,
	batch: func(l connector.Limits) int { return l.StockBatch },
	truth: stockTruth,
	send: func(ctx context.Context, ch connector.Channel, rows []*dirtyRow) ([]connector.ItemResult, error) {
		items := make([]connector.StockUpdate, len(rows))
		for i, r := range rows {
			items[i] = connector.StockUpdate{OfferID: r.offer, SKU: r.code, Quantity: qty.Qty(r.shown)}
		}
		return ch.(connector.StockSink).PushStock(ctx, items)
	},
	shows: func(o connector.Offer, value int64) bool {
		if !o.Counted { // where the channel does not count pieces: whether it can be ordered at all
			return o.Orderable == (value > 0)
		}
		return int64(o.Quantity) == value
	},
	said:  func(o connector.Offer) string { return o.Quantity.String() },
	words: func(value int64) string { return qty.Qty(value).String() },
}

var priceShow = &show{
	table: "listing_price", push: lanePrice, confirm: laneConfirmPrices,
	batch: func(l connector.Limits) int { return l.PriceBatch },
	truth: priceTruth,
	send: func(ctx context.Context, ch connector.Channel, rows []*dirtyRow) ([]connector.ItemResult, error) {
		items := make([]connector.PriceUpdate, len(rows))
		for i, r := range rows {
			items[i] = connector.PriceUpdate{OfferID: r.offer, SKU: r.code, Price: money.New(r.shown, r.currency)}
		}
		return ch.(connector.PriceSink).PushPrice(ctx, items)
	},
	shows: func(o connector.Offer, value int64) bool { return o.Price.Minor == value },
	said:  func(o connector.Offer) string { return o.Price.String() },
	words: minorWords,
}

// minorWords writes an amount whose currency the reader knows from the listing.
func minorWords(value int64) string { return qty.Qty(value * 10).String() }

// stockTruth is what can be sold, as far as the connection's policy shows it.
func stockTruth(ctx context.Context, tx *db.Tx, a *Account, rows []*dirtyRow, lock bool) error {
	skus := make([]int64, len(rows))
	for i, r := range rows {
		skus[i] = r.sku
	}
	slices.Sort(skus)
	available, err := a.svc.Stock.Available(ctx, tx, slices.Compact(skus), lock)
	if err != nil {
		return err
	}
	for _, r := range rows {
		r.judge(int64(a.Conn.Policy.Shown(available[r.sku])))
	}
	return nil
}

// priceTruth is the SKU's price by the connection's rule.
func priceTruth(ctx context.Context, tx *db.Tx, a *Account, rows []*dirtyRow, _ bool) error {
	skus := make([]int64, len(rows))
	for i, r := range rows {
		skus[i] = r.sku
	}
	slices.Sort(skus)
	prices, err := a.svc.Catalog.Prices(ctx, tx, slices.Compact(skus))
	if err != nil {
		return err
	}
	for _, r := range rows {
		p := prices[r.sku]
		r.currency = p.Price.Currency
		shown, fault := a.Conn.Prices.Shown(p)
		if fault == "" && r.listed != "" && r.listed != r.currency {
			fault = "the price is in " + string(r.currency) + ", the channel sells in " + string(r.listed)
		}
		r.judge(shown)
		if fault != "" {
			r.state, r.reason = string(connector.ItemParked), fault
		}
	}
	return nil
}
