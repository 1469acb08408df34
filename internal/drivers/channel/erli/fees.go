package erli

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// feePage is how many entries of the account one page holds; Erli gives 500 at most.
const feePage = 500

// feeCursor of a sweep: entries come newest first, so the next sweep starts from the newest of the first page.
type feeCursor struct {
	Since time.Time `json:"since"`
	Top   time.Time `json:"top,omitzero"`
	After int64     `json:"after,omitzero"` // id of the last entry of the page before
}

// entry is one movement on the seller's account, in grosze: what Erli takes is negative.
type entry struct {
	ID      wire.Text `json:"id"`
	At      wire.Text `json:"occurredAt"`
	Type    wire.Text `json:"type"`
	Amount  wire.Text `json:"amount"`
	OrderID wire.Text `json:"orderId"`
	Words   wire.Text `json:"description"`
}

// kind is what Erli's dictionary says of a type of entry.
type kind struct {
	Type     wire.Text `json:"type"`
	Words    wire.Text `json:"description"`
	Label    wire.Text `json:"displayLabel"`
	Function wire.Text `json:"fiscalFunction"`
}

// ListFees reads the account and keeps the charges: payments between the seller and Erli are none.
func (c *channel) ListFees(ctx context.Context, raw string) (connector.FeePage, error) {
	cur := feeCursor{Since: c.cfg.Now().Add(-wire.LookBack)}
	wire.ReadCursor(raw, &cur)
	kinds, err := c.kinds(ctx)
	if err != nil {
		return connector.FeePage{}, err
	}
	pages := map[string]any{"sortField": "id", "order": "DESC", "limit": feePage}
	if cur.After > 0 {
		pages["after"] = cur.After
	}
	rows, a, err := c.list(ctx, wire.Call{Method: http.MethodPost, URL: "/billing/company/entries", Body: map[string]any{
		"pagination": pages, "simpleFilter": map[string]string{"fromOccurredAt": cur.Since.Add(-wire.Overlap).UTC().Format(time.RFC3339)},
	}})
	if err != nil {
		return connector.FeePage{}, err
	}
	page, lowest := connector.FeePage{}, int64(0)
	if cur.Top.Before(cur.Since) {
		cur.Top = cur.Since
	}
	for _, row := range rows {
		var e entry
		if bad := wire.Decode(row, &e); bad != nil || e.ID.Number() == 0 {
			c.cfg.Log.Warn("entry of the account left out", "channel", info.Name)
			continue
		}
		if n := e.ID.Number(); lowest == 0 || n < lowest {
			lowest = n
		}
		cur.Top = wire.Later(cur.Top, e.At.Time(zone), a.Header, c.cfg.Now())
		if fee, ok := e.fee(kinds[string(e.Type)]); ok {
			page.Fees = append(page.Fees, fee)
		}
	}
	if page.More = len(rows) >= feePage && lowest > 0 && lowest != cur.After; page.More {
		cur.After = lowest
	} else {
		cur = feeCursor{Since: cur.Top}
	}
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

func (c *channel) kinds(ctx context.Context) (map[string]kind, error) {
	rows, _, err := c.list(ctx, wire.Call{Method: http.MethodGet, URL: "/dictionaries/billingEntryTypes"})
	if err != nil {
		return nil, err
	}
	kinds := map[string]kind{}
	for _, row := range rows {
		var k kind
		if e := wire.Decode(row, &k); e == nil {
			kinds[string(k.Type)] = k
		}
	}
	return kinds, nil
}

// fee turns an entry's sign round: a fee is what the seller pays. A kind whose function the dictionary does not tell is a
// charge when it belongs to an order.
func (e entry) fee(k kind) (connector.Fee, bool) {
	switch k.Function {
	case "plusCharges", "minusCharges":
	case "":
		if e.OrderID == "" {
			return connector.Fee{}, false
		}
	default:
		return connector.Fee{}, false
	}
	n, err := strconv.ParseInt(string(e.Amount), 10, 64)
	if err != nil || n > money.Max || n < -money.Max {
		return connector.Fee{}, false
	}
	return connector.Fee{
		ExternalID: e.ID.ID(), OrderID: string(e.OrderID), Code: string(e.Type), Title: wire.First(k.Label, k.Words, e.Words), At: e.At.Time(zone),
		Amount: money.New(-n, info.Currency),
	}, true
}
