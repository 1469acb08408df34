package shopfile

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxNamed bounds how many of the shop's statuses an error names.
const maxNamed = 12

// PushStatus sets a status of the shop. A waybill number goes first, so that the letter which many shops write to the buyer with
// the status has it; a repeat of either is harmless.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	status, known := info.StatusOf(s.To)
	switch {
	case number(s.OrderID) == 0:
		return wire.NotID("orders", s.OrderID)
	case !known || status.Outside:
		return connector.Errorf(connector.KindPermanent, "Lad has no word for status %q of a shop", wire.Clip(s.To))
	}
	if e := c.need(ctx, actOrderUpdate); e != nil {
		return e
	}
	to := c.target(s.To)
	if to == "" {
		return connector.Errorf(connector.KindPermanent, "the connection does not say which status of the shop means “%s”; the shop has: %s", status.Title, c.named())
	}
	if status.Stage == connector.StageShipped && s.Tracking != "" {
		if e := c.updateOrder(ctx, s.OrderID, "delivery_number", s.Tracking); e != nil {
			return e
		}
	}
	if e := c.updateOrder(ctx, s.OrderID, "status", to); e != nil {
		return e
	}
	return nil
}

// updateOrder changes one thing of one order. The counter counts an order that had the value already, so zero means that there
// is no such order. The documentation spells the list of ids in two ways.
func (c *channel) updateOrder(ctx context.Context, id, kind, value string) *connector.Error {
	n, e := c.count(ctx, actOrderUpdate, url.Values{"orders_ids": {id}, "order_ids": {id}, "update_type": {kind}, "update_value": {value}})
	if e != nil {
		return e
	}
	if n == 0 {
		return connector.Errorf(connector.KindPermanent, "the shop has no order %s", id)
	}
	return nil
}

// named lists the shop's statuses as "4 – Wysłane".
func (c *channel) named() string {
	ids := sortedKeys(c.shop.statuses)
	var parts []string
	for _, id := range ids[:min(len(ids), maxNamed)] {
		parts = append(parts, id+" – "+c.shop.statuses[id])
	}
	if len(ids) > maxNamed {
		parts = append(parts, "…")
	}
	return wire.Clip(strings.Join(parts, ", "))
}

// ReadDictionary reads the shop's own statuses and methods, as far as the file tells them.
func (c *channel) ReadDictionary(ctx context.Context) (connector.Dictionary, error) {
	c.shop = nil
	if e := c.learn(ctx); e != nil {
		return connector.Dictionary{}, e
	}
	d := connector.Dictionary{}
	seen := map[string]bool{}
	for _, id := range sortedKeys(c.shop.statuses) {
		name := c.shop.statuses[id]
		code := c.words.code(id)
		if seen[code] {
			continue
		}
		seen[code] = true
		own, ours := info.StatusOf(code)
		d.Statuses = append(d.Statuses, connector.Status{Code: code, Title: name, Stage: stage(code, name), Outside: !ours || own.Outside})
	}
	if len(d.Statuses) == 0 {
		d.Statuses = slices.Clone(info.Statuses)
	}
	delivery, e := c.optional(ctx, actDelivery)
	if e != nil {
		return connector.Dictionary{}, e
	}
	payment, e := c.optional(ctx, actPayment)
	if e != nil {
		return connector.Dictionary{}, e
	}
	// Orders repeat the names, not the ids.
	for _, name := range delivery {
		d.Delivery = append(d.Delivery, connector.Method{Code: name, Title: name, Service: service(wire.Text(name))})
	}
	for _, name := range payment {
		d.Payment = append(d.Payment, connector.Method{Code: name, Title: name, OnPickup: onPickup(name)})
	}
	return d, nil
}

// optional reads the names of a list that the file may lack, each once.
func (c *channel) optional(ctx context.Context, action string) ([]string, *connector.Error) {
	if !c.can(action) {
		return nil, nil
	}
	names, e := c.names(ctx, action)
	if unsupported(e) {
		return nil, nil
	}
	return slices.Compact(slices.Sorted(maps.Values(names))), e
}

func onPickup(name string) bool {
	return wire.OnPickup(wire.Text(name)) || strings.Contains(strings.ToLower(name), "pobrani")
}
