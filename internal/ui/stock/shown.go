package stockui

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// shownCell is what a channel shows of a SKU, in a table's cell.
type shownCell struct {
	text string
	tone kit.Tone // Plain is the rule: no tag
	note string   // when
	sent bool     // on its way: the channel took it and has not confirmed it yet
}

// shows is the last quantity that the channel took; ok is false when it never took one.
func shows(st connections.ListingStock) (n qty.Qty, ok bool) {
	if st.SentQty >= 0 {
		return st.SentQty, true
	}
	return max(st.ConfirmedQty, 0), st.ConfirmedQty >= 0
}

// showsText is shows in words.
func showsText(ctx context.Context, st connections.ListingStock) string {
	if n, ok := shows(st); ok {
		return i18n.Qty(ctx, n)
	}
	return "?"
}

// grave ranks listings by how much they need a person.
func grave(l connections.Listing) int {
	switch {
	case l.Stock.State == "":
		return 0
	case l.Refuses != "" || l.Stock.State == "parked":
		return 5
	case l.Stock.State == "failed":
		return 4
	case l.Stock.Dirty:
		return 3
	case l.Stock.State == "accepted":
		return 2
	}
	return 1
}

// cellOf tells the gravest of a SKU's listings on one channel.
func cellOf(ctx context.Context, list []connections.Listing, want qty.Qty, now time.Time) shownCell {
	var worst connections.Listing
	for _, l := range list {
		if grave(l) > grave(worst) {
			worst = l
		}
	}
	st := worst.Stock
	move := showsText(ctx, st) + " → " + i18n.Qty(ctx, want)
	switch grave(worst) {
	case 0:
		return shownCell{text: "—", tone: kit.Plain}
	case 5:
		return shownCell{text: i18n.T(ctx, "stock.shown.parked"), tone: kit.Bad}
	case 4:
		return shownCell{text: move, tone: kit.Bad}
	case 3:
		return shownCell{text: move, tone: kit.Warn}
	case 2:
		return shownCell{text: showsText(ctx, st), tone: kit.Plain, note: i18n.Moment(ctx, clock.FromMicros(st.SentAt), now), sent: true}
	}
	return shownCell{text: showsText(ctx, st), tone: kit.Plain, note: i18n.Moment(ctx, clock.FromMicros(st.ConfirmedAt), now)}
}

// shownOf is one listing as the card's table shows it.
func shownOf(ctx context.Context, l connections.Listing, ch kit.Channel, want qty.Qty) kit.Shown {
	st := l.Stock
	out := kit.Shown{Channel: ch, Shows: showsText(ctx, st), Want: i18n.Qty(ctx, want), Sent: clock.FromMicros(st.SentAt), Confirmed: clock.FromMicros(st.ConfirmedAt)}
	if took := st.ConfirmedAt - st.WantedAt; !st.Dirty && st.State == "confirmed" && st.WantedAt > 0 && took > 0 && took < tookLongest.Microseconds() {
		out.Took = time.Duration(took) * time.Microsecond
	}
	switch {
	case l.Refuses != "":
		out.Error = l.Refuses
	case st.State == "parked" || st.State == "failed":
		out.Error = st.Error
	}
	return out
}

// tookLongest is where "took" stops to be the news and the time of day becomes it.
const tookLongest = 10 * time.Minute

// steps is the way of a quantity to its channel, one pair a step.
func steps(ctx context.Context, l connections.Listing, want qty.Qty, now time.Time) []kit.Pair {
	st := l.Stock
	at := func(us int64) string {
		if us == 0 {
			return "—"
		}
		return stamp(ctx, clock.FromMicros(us), now)
	}
	number := func(n qty.Qty, us int64) string {
		if n < 0 || us == 0 {
			return "—"
		}
		return i18n.Qty(ctx, n) + " · " + at(us)
	}
	accepted := at(st.AcceptedAt)
	if took := time.Duration(st.AcceptedAt-st.WantedAt) * time.Microsecond; took > 0 && took < tookLongest && st.WantedAt > 0 {
		accepted += " · " + i18n.Span(ctx, took)
	}
	return []kit.Pair{
		{Name: i18n.T(ctx, "stock.step.wanted"), Value: i18n.Qty(ctx, want) + " · " + at(st.WantedAt)},
		{Name: i18n.T(ctx, "stock.step.sent"), Value: number(st.SentQty, st.SentAt)},
		{Name: i18n.T(ctx, "stock.step.accepted"), Value: accepted},
		{Name: i18n.T(ctx, "stock.step.confirmed"), Value: number(st.ConfirmedQty, st.ConfirmedAt)},
	}
}

// stamp is a moment with seconds on the same day.
func stamp(ctx context.Context, t, now time.Time) string {
	zone := i18n.Zone(ctx)
	if t.In(zone).Format(time.DateOnly) == now.In(zone).Format(time.DateOnly) {
		return i18n.ClockSec(ctx, t)
	}
	return i18n.Moment(ctx, t, now)
}
