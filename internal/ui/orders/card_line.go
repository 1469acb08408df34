package ordersui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// place says where the goods of a line are: held, sent, or nothing when it needs none.
func (c *card) place(ctx context.Context, l orders.Line) string {
	var held, sent []string
	for _, h := range c.holds[l.No] {
		name := c.warehouses[h.WarehouseID]
		text := name
		if h.SKUID == l.SKUID && h.Qty != l.Qty { // part of a line; a kit's parts are not its pieces
			text += " " + i18n.Qty(ctx, h.Qty)
		}
		switch {
		case h.State == "open" && !slices.Contains(held, text):
			held = append(held, text)
		case h.State == "shipped" && !slices.Contains(sent, text):
			sent = append(sent, text)
		}
	}
	switch {
	case len(held) > 0:
		return i18n.T(ctx, "orders.line.held", "where", strings.Join(held, ", "))
	case len(sent) > 0:
		return i18n.T(ctx, "orders.line.sent", "where", strings.Join(sent, ", "))
	}
	return ""
}

// missing is how much of a line could not be held.
func (c *card) missing(l orders.Line) (n qty.Qty) {
	for _, h := range c.holds[l.No] {
		if h.State == "short" {
			n = max(n, h.Qty)
		}
	}
	return n
}

// lineFlags are a line's exceptions: now, and at the purchase.
func (c *card) lineFlags(ctx context.Context, l orders.Line) []flag {
	var out []flag
	if l.Removed {
		return append(out, flag{kit.Plain, i18n.T(ctx, "orders.line.removed")})
	}
	if l.Gift {
		out = append(out, flag{kit.Info, i18n.T(ctx, "orders.line.gift")})
	}
	if n := c.missing(l); n > 0 {
		out = append(out, flag{kit.Bad, i18n.T(ctx, "orders.line.short", "n", n)})
	}
	if l.SKUID == 0 {
		return out
	}
	if !l.PriceRight {
		out = append(out, flag{kit.Warn, i18n.T(ctx, "orders.line.price", "price", l.SKUPrice)})
	}
	if !l.StockRight {
		out = append(out, flag{kit.Warn, i18n.T(ctx, "orders.line.stock", "n", max(l.Available, 0))})
	}
	return out
}

// allRight says whether every line was bought at our price and from stock that was there.
func (c *card) allRight() bool {
	return len(c.Lines) > 0 && !slices.ContainsFunc(c.Lines, func(l orders.Line) bool {
		return !l.Removed && (l.Waits(c.Order.ConnectionID) || l.SKUID != 0 && (!l.PriceRight || !l.StockRight))
	})
}

// linesAside stands beside the heading of the lines.
func (c *card) linesAside(ctx context.Context) string {
	if c.allRight() {
		return i18n.T(ctx, "orders.line.right")
	}
	return ""
}

// offersHref is where the offers of a connection are linked to SKUs.
func offersHref(connectionID int64) string {
	return "/connections/" + strconv.FormatInt(connectionID, 10) + "/offers?only=unlinked"
}

// last is a SKU of the order with nothing left, and what each channel shows of it.
type last struct {
	tone  kit.Tone
	title string
	shown []kit.Shown
}

// lastUnits tells about every SKU of the order that has run out, in the order of the lines.
func (c *card) lastUnits(ctx context.Context) []last {
	var out []last
	told := map[int64]bool{}
	for _, l := range c.Lines {
		n, known := c.available[l.SKUID]
		if !known || n > 0 || told[l.SKUID] || l.Removed {
			continue
		}
		told[l.SKUID] = true
		u := last{tone: kit.OK, shown: c.shown(ctx, l.SKUID)}
		if len(u.shown) == 0 {
			continue // sold here only: nobody else can sell it again
		}
		key := "orders.last.all"
		if slices.ContainsFunc(u.shown, func(s kit.Shown) bool { return s.Error != "" || s.Shows != s.Want }) {
			u.tone, key = kit.Warn, "orders.last.some"
		}
		if c.missing(l) > 0 {
			u.tone, key = kit.Bad, strings.Replace(key, "orders.last.", "orders.gone.", 1)
		}
		u.title = i18n.T(ctx, key, "sku", l.SKUCode)
		out = append(out, u)
	}
	return out
}

// shown is what the channels show of a SKU.
func (c *card) shown(ctx context.Context, skuID int64) []kit.Shown {
	var out []kit.Shown
	for _, l := range c.listings[skuID] {
		for _, k := range c.names.connections {
			if k.ID == l.ConnectionID && l.Active {
				out = append(out, shownBy(ctx, c.names.channel(ctx, k.ID, k.Driver), k, l, c.available[skuID]))
			}
		}
	}
	return out
}

// shownBy is what one channel shows of what is available: the last quantity that it took.
func shownBy(ctx context.Context, ch kit.Channel, k connections.Connection, l connections.Listing, available qty.Qty) kit.Shown {
	s := l.Stock
	out := kit.Shown{Channel: ch, Want: i18n.Qty(ctx, k.Policy.Shown(available)), Shows: "?", Sent: at(s.SentAt), Confirmed: at(s.ConfirmedAt), Error: l.Refuses}
	if s.State == "parked" || s.State == "failed" {
		out.Error = s.Error
	}
	switch {
	case s.SentQty >= 0:
		out.Shows = i18n.Qty(ctx, s.SentQty)
	case s.ConfirmedQty >= 0:
		out.Shows = i18n.Qty(ctx, s.ConfirmedQty)
	}
	if took := s.AcceptedAt - s.WantedAt; !s.Dirty && took > 0 && took < tookLongest.Microseconds() {
		out.Took = time.Duration(took) * time.Microsecond
	}
	return out
}

// tookLongest is where the time that a change took stops to be news.
const tookLongest = 10 * time.Minute
