package ordersui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// channel is where an order came from; an order of our own carries our letter and says how it was taken.
func (n names) channel(ctx context.Context, connectionID int64, source string) kit.Channel {
	out := kit.Channel{Driver: source, Title: source}
	if d, ok := n.drivers(source); ok {
		info := d.Info()
		out.Mark, out.Title = info.Mark, info.Title
	} else {
		out.Driver, out.Mark = "manual", i18n.T(ctx, "orders.own.mark")
		if key := "orders.source." + source; i18n.Has(key) {
			out.Title = i18n.T(ctx, key)
		}
	}
	for _, c := range n.connections {
		if c.ID == connectionID && connectionID != 0 {
			out.Title = c.Name
		}
	}
	return out
}

// initials are the first letters of the first two words of a person's name.
func initials(name string) string {
	s := ""
	for _, word := range strings.Fields(name) {
		if r := []rune(word); len([]rune(s)) < 2 {
			s += strings.ToUpper(string(r[:1]))
		}
	}
	return s
}

// dueOf is the deadline of an order's stage.
func dueOf(o orders.Order, now time.Time) kit.Due {
	return kit.Due{Left: clock.FromMicros(o.DueAt).Sub(now), Total: time.Duration(o.DueAt-o.StageAt) * time.Microsecond}
}

// flag is a tag of a row.
type flag struct {
	tone kit.Tone
	text string
}

// flags are an order's exceptions.
func flags(ctx context.Context, o orders.Order) []flag {
	var out []flag
	if o.Short {
		out = append(out, flag{kit.Bad, i18n.T(ctx, "orders.flag.short")})
	}
	if o.Unlinked && orders.Open(o.Stage) {
		out = append(out, flag{kit.Warn, i18n.T(ctx, "orders.flag.unlinked")})
	}
	if o.DuplicateOf != 0 && orders.Open(o.Stage) {
		out = append(out, flag{kit.Warn, i18n.T(ctx, "orders.flag.duplicate")})
	}
	return out
}

// payment is the state of the money in a word; the usual ones are plain.
func payment(ctx context.Context, o orders.Order) flag {
	if o.OnPickup && o.PaymentState == connector.PaymentUnpaid {
		return flag{kit.Plain, i18n.T(ctx, "orders.payment.on_pickup")}
	}
	tone := kit.Plain
	switch o.PaymentState {
	case connector.PaymentUnpaid, connector.PaymentPart:
		tone = kit.Warn
	case connector.PaymentOnHold:
		tone = kit.Info
	}
	text := string(o.PaymentState)
	if key := "orders.payment." + text; i18n.Has(key) {
		text = i18n.T(ctx, key)
	}
	return flag{tone, text}
}

// tickColumn stands before the others when rows can be ticked; a phone does not show it.
var tickColumn = kit.Column{Slot: "s-tick"}

// columns of the list: mark, order, due, buyer, goods, sum, payment, owner.
func (d *desk) columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Slot: kit.SlotMark}, {Head: i18n.T(ctx, "orders.col.order"), Slot: kit.SlotTitle}, {Head: i18n.T(ctx, "orders.col.due"), Slot: kit.SlotSide},
		{Head: i18n.T(ctx, "orders.col.buyer"), Slot: kit.SlotSub}, {Head: i18n.T(ctx, "orders.col.items"), Slot: kit.SlotNote, Clip: true},
		{Head: i18n.T(ctx, "orders.col.sum"), Slot: kit.SlotEnd, Right: true}, {Head: i18n.T(ctx, "orders.col.payment"), Slot: kit.Wide},
		{Head: i18n.T(ctx, "orders.col.owner"), Slot: kit.Wide},
	}
}

// table is the list without its pager; the fragment around both is what lives.
func (d *desk) table(ctx context.Context) kit.TableData {
	t := kit.TableData{ID: "orders-table", Caption: i18n.T(ctx, "kit.nav.orders"), Columns: d.columns(ctx)}
	if d.bulk != "" {
		t.Columns = append([]kit.Column{tickColumn}, t.Columns...)
	}
	return t
}

// freshFor is how long an order is marked as one that has just come.
const freshFor = 3 * time.Minute

// row is a row of the list.
func (d *desk) row(o orders.Order) kit.RowData {
	return kit.RowData{ID: "order-" + strconv.FormatInt(o.ID, 10), On: o.ID == d.open, New: d.now.Sub(at(o.AcceptedAt)) <= freshFor}
}

func (d *desk) rowHref(o orders.Order) string {
	return d.q.href("/orders/" + strconv.FormatInt(o.ID, 10))
}

// mayWrite says whether the actor may take in orders.
func (d *desk) mayWrite() bool { return d.actor.May(access.OrdersWrite) }

func at(us int64) time.Time { return clock.FromMicros(us) }
