package ordersui

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// address is where the parcel goes, in one line.
func (c *card) address(ctx context.Context) string {
	d := c.Destination.Delivery
	service := d.Title
	if key := "orders.carrier." + d.Service; service == "" && d.Service != "" {
		service = d.Service
		if i18n.Has(key) {
			service = i18n.T(ctx, key)
		}
	}
	branch := d.Branch
	if strings.Contains(d.Address, branch) {
		branch = "" // the address says it in the channel's own words
	}
	if branch != "" && strings.Trim(branch, "0123456789") == "" {
		branch = i18n.T(ctx, "orders.branch", "number", branch)
	}
	var parts []string
	for _, s := range []string{service, d.City, branch, d.Address} {
		if s != "" && !strings.Contains(strings.Join(parts, ", "), s) {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return i18n.T(ctx, "orders.no_delivery")
	}
	return strings.Join(parts, ", ")
}

// pushText says whether the channel knows what was done here.
func (c *card) pushText(ctx context.Context) string {
	channel := c.channel(ctx).Title
	if d, ok := c.names.drivers(c.Order.Source); ok && !d.Info().TakesStatuses() {
		return i18n.T(ctx, "orders.push.untold", "channel", channel)
	}
	switch c.Push.State {
	case "":
		return i18n.T(ctx, "orders.push.none", "channel", channel)
	case "confirmed":
		return i18n.T(ctx, "orders.push.confirmed", "channel", channel, "time", i18n.Moment(ctx, at(c.Push.ConfirmedAt), c.now))
	case "parked":
		return i18n.T(ctx, "orders.push.parked", "channel", channel)
	}
	if c.Push.Error != "" {
		return i18n.T(ctx, "orders.push.again", "channel", channel)
	}
	return i18n.T(ctx, "orders.push.queued", "channel", channel)
}

func (c *card) twinHref() string {
	return c.q.href("/orders/" + strconv.FormatInt(c.Order.DuplicateOf, 10))
}

func (c *card) buyerHref() string { return "/orders?" + url.Values{"q": {c.Order.BuyerPhone}}.Encode() }

// likelyReason is what the order itself suggests when somebody cancels it.
func (c *card) likelyReason() string {
	switch {
	case c.Order.DuplicateOf != 0:
		return string(connector.ReasonDuplicate)
	case c.Order.Short:
		return string(connector.ReasonOutOfStock)
	}
	return string(connector.ReasonBuyer)
}
