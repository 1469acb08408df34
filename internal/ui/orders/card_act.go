package ordersui

import (
	"context"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// steps of the normal path, as the bar of the card draws them.
var steps = []orders.Stage{connector.StageNew, connector.StageConfirmed, connector.StagePicking, connector.StageShipped, connector.StageCompleted}

// step is how far the order has come; an order that left the path has no step.
func (c *card) step() int { return slices.Index(steps, c.Order.Stage) + 1 }

// stepText says where the order stands and until when.
func (c *card) stepText(ctx context.Context) string {
	o := c.Order
	text := upperFirst(i18n.T(ctx, "orders.stage."+string(o.Stage)))
	switch {
	case o.Stage == connector.StageCancelled:
		if reason := c.reason(ctx); reason != "" {
			text += " · " + reason
		}
	case orders.Open(o.Stage):
		key := "orders.until." + string(o.Stage)
		if o.DueAt < c.now.UnixMicro() {
			key = "orders.late." + string(o.Stage)
		}
		text += " · " + i18n.T(ctx, key, "time", i18n.Moment(ctx, at(o.DueAt), c.now))
	}
	return text
}

// upperFirst makes a word begin a sentence.
func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// reason is why the order was cancelled: our reason in the reader's words, else the channel's own.
func (c *card) reason(ctx context.Context) string {
	if key := "orders.reason." + c.Order.CancelReason; i18n.Has(key) {
		return i18n.T(ctx, key)
	}
	return c.Order.CancelReason
}

// post makes a button that acts on the card and shows it as it is then.
func (c *card) post(b kit.Button, action string, values string) kit.Button {
	b.Attrs = templ.Attributes{"id": "do-" + action, "hx-post": c.path(action), "hx-target": "#" + cardID, "hx-swap": "outerHTML", "hx-disabled-elt": "this"}
	if values != "" {
		b.Attrs["hx-vals"] = values
	}
	return b
}

// buttons are what can be done now by this person, the one primary action first.
func (c *card) buttons(ctx context.Context) []kit.Button {
	var out []kit.Button
	write, ship := c.actor.May(access.OrdersWrite), c.actor.May(access.OrdersShip)
	may := func(to orders.Stage) bool { return slices.Contains(orders.Next(c.Order.Stage), to) }
	if write && may(connector.StageConfirmed) {
		out = append(out, c.post(kit.Button{Text: i18n.T(ctx, "orders.act.confirm"), Key: "e"}, "confirm", ""))
	}
	if ship && may(connector.StagePicking) {
		out = append(out, c.post(kit.Button{Text: i18n.T(ctx, "orders.act.pick"), Key: "e"}, "pick", ""))
	}
	if ship && may(connector.StageShipped) {
		out = append(out, kit.Button{Text: i18n.T(ctx, "orders.act.ship"), Icon: "truck", Key: "t", Dialog: "ship", Attrs: templ.Attributes{"id": "ask-ship"}})
	}
	if write && may(connector.StageCompleted) {
		out = append(out, c.post(kit.Button{Text: i18n.T(ctx, "orders.act.complete"), Key: "e"}, "complete", ""))
	}
	if len(out) > 0 {
		out[0].Primary = true
	}
	if write && !orders.Final(c.Order.Stage) && c.actor.Kind == access.Person {
		out = append(out, c.assignButton(ctx))
	}
	if c.mayCancel() {
		out = append(out, kit.Button{Text: i18n.T(ctx, "orders.act.cancel"), Key: "x", Danger: true, Dialog: "cancel", Attrs: templ.Attributes{"id": "ask-cancel"}})
	}
	return out
}

func (c *card) assignButton(ctx context.Context) kit.Button {
	if c.Order.OwnerID == c.actor.ID {
		return c.post(kit.Button{Text: i18n.T(ctx, "orders.act.queue"), Quiet: true}, "assign", `{"to":"queue"}`)
	}
	return c.post(kit.Button{Text: i18n.T(ctx, "orders.act.mine")}, "assign", "")
}

func (c *card) mayCancel() bool {
	return c.actor.May(access.OrdersWrite) && slices.Contains(orders.Next(c.Order.Stage), connector.StageCancelled)
}

func (c *card) mayShip() bool {
	return c.actor.May(access.OrdersShip) && slices.Contains(orders.Next(c.Order.Stage), connector.StageShipped)
}

// cancelForm is the content of the dialog that asks why.
type cancelForm struct{ reason, text, fault string }

// shipForm is the content of the dialog that asks for the waybill.
type shipForm struct{ tracking, carrier, fault string }

// carriers are offered in the order of how often they are used; a channel's own word joins them.
var carriers = []string{"nova_poshta", "ukrposhta", "meest", "rozetka", "pickup"}

func carrierOptions(ctx context.Context, chosen string) []kit.Option {
	out := []kit.Option{{Value: "", Text: "—"}}
	for _, name := range carriers {
		out = append(out, kit.Option{Value: name, Text: i18n.T(ctx, "orders.carrier."+name)})
	}
	if chosen != "" && !slices.Contains(carriers, chosen) {
		out = append(out, kit.Option{Value: chosen, Text: chosen})
	}
	return out
}

func reasonOptions(ctx context.Context) []kit.Option {
	out := make([]kit.Option, len(orders.Reasons))
	for i, r := range orders.Reasons {
		out[i] = kit.Option{Value: string(r), Text: i18n.T(ctx, "orders.reason."+string(r))}
	}
	return out
}

// cancelText says what the cancellation means for stock and channel.
func (c *card) cancelText(ctx context.Context) string {
	if c.Order.ConnectionID == 0 {
		return i18n.T(ctx, "orders.cancel.text_own")
	}
	return i18n.T(ctx, "orders.cancel.text", "channel", c.channel(ctx).Title)
}
