package allegro

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

const (
	feePage = 100
	// maxFeeOffset is how deep Allegro pages; older entries of a window are asked for by their time.
	maxFeeOffset = 10_000
	// feeLate is how long after its time an entry may still appear.
	feeLate = 48 * time.Hour
	// feeLookBack is how far the first sweep reaches: fees of an order go on coming for that long.
	feeLookBack = 60 * 24 * time.Hour
)

// feeCursor stands in a sweep over the entries since a time, newest first: what is booked meanwhile pushes rows to later
// pages, where they are seen twice.
type feeCursor struct {
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"` // upper bound of a window that was too deep to page
	Top    time.Time `json:"top,omitzero"`   // newest entry of this sweep
	Offset int       `json:"offset,omitzero"`
}

// entry is a billing entry: a negative value is a charge.
type entry struct {
	ID   wire.Text `json:"id"`
	At   wire.Text `json:"occurredAt"`
	Type struct {
		ID   wire.Text `json:"id"`
		Name wire.Text `json:"name"`
	} `json:"type"`
	Offer struct {
		ID wire.Text `json:"id"`
	} `json:"offer"`
	Order struct {
		ID wire.Text `json:"id"`
	} `json:"order"`
	Value amount `json:"value"`
}

// read turns the sign: Lad counts what the seller pays.
func (b entry) read() (connector.Fee, bool) {
	fee := connector.Fee{
		ExternalID: string(b.ID), OrderID: string(b.Order.ID), OfferID: b.Offer.ID.ID(), Code: string(b.Type.ID),
		Title: wire.First(b.Type.Name, b.Type.ID), At: b.At.Time(time.UTC),
	}
	cur, e := wire.Currency(b.Value.Currency, info.Currency)
	if e != nil || b.Value.Amount == "" {
		return fee, false
	}
	m, err := wire.Amount(b.Value.Amount, cur)
	m.Minor = -m.Minor
	fee.Amount = m
	return fee, err == nil && fee.ExternalID != "" && fee.Code != "" && !fee.At.IsZero()
}

// ListFees reads the next page of a sweep.
func (c *channel) ListFees(ctx context.Context, raw string) (connector.FeePage, error) {
	cur := feeCursor{Since: c.cfg.Now().Add(-feeLookBack)}
	wire.ReadCursor(raw, &cur)
	query := url.Values{"limit": {strconv.Itoa(feePage)}, "offset": {strconv.Itoa(cur.Offset)}, "occurredAt.gte": {moment(cur.Since)}}
	if !cur.Until.IsZero() {
		query.Set("occurredAt.lte", moment(cur.Until))
	}
	var said struct {
		Entries wire.Rows `json:"billingEntries"`
	}
	a, e := c.do(ctx, request{method: http.MethodGet, path: "/billing/billing-entries", query: query}, &said)
	if e == nil && said.Entries == nil {
		e = connector.Errorf(connector.KindTransient, "Allegro answered without a list of billing entries")
	}
	if e != nil {
		return connector.FeePage{}, e
	}
	var page connector.FeePage
	oldest := cur.Until
	for _, row := range said.Entries {
		var b entry
		if wire.Decode(row, &b) != nil {
			continue
		}
		fee, ok := b.read()
		if !ok {
			c.cfg.Log.Warn("billing entry can not be read", "channel", info.Name, "type", wire.Clip(string(b.Type.ID)))
			continue
		}
		page.Fees = append(page.Fees, fee)
		cur.Top = wire.Later(cur.Top, fee.At, a.Header, c.cfg.Now())
		if oldest.IsZero() || fee.At.Before(oldest) {
			oldest = fee.At
		}
	}
	page.More = cur.step(len(said.Entries), oldest)
	page.Next = wire.WriteCursor(cur)
	return page, nil
}

// step moves the cursor past a page.
func (cur *feeCursor) step(rows int, oldest time.Time) (more bool) {
	cur.Offset += feePage
	switch {
	case rows < feePage:
		since := cur.Since
		if next := cur.Top.Add(-feeLate); next.After(since) {
			since = next
		}
		*cur = feeCursor{Since: since}
		return false
	case cur.Offset > maxFeeOffset:
		if !cur.Until.IsZero() && !oldest.Before(cur.Until) {
			oldest = cur.Until.Add(-time.Millisecond) // a whole window of one moment: go on before it
		}
		cur.Until, cur.Offset = oldest, 0
	}
	return true
}
