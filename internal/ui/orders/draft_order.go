package ordersui

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// sources are how an order of our own can come.
var sources = []string{"phone", "chat", "counter", "manual"}

// The ways in which an order by hand is paid.
const (
	payOnPickup = "on_pickup"
	payPaid     = "paid"
	payUnpaid   = "unpaid"
)

// payments are offered in this order.
var payments = []string{payOnPickup, payPaid, payUnpaid}

// validate reports every fault that the intake would not name by its field.
func (d *draft) validate() error {
	var c errs.Check
	c.That(len(d.Key) >= 16 && len(d.Key) <= 64, "key", "error.invalid")
	c.That(slices.Contains(sources, d.Source), "source", "error.order.source")
	c.That(slices.Contains(payments, d.Payment), "payment", "error.invalid")
	c.That(d.Name != "" || d.Phone != "", "name", "error.orders.nobody")
	c.That(len(d.Lines) > 0, "lines", "error.order.no_lines")
	for i, l := range d.Lines {
		if n, err := qty.Parse(l.Qty); err != nil || n <= 0 || n > qty.Max {
			c.Fail("lines", "error.order.quantity", "line", i+1, "quantity", l.Qty)
		}
		if m, err := money.Typed(l.Price, l.sku.Price.Currency); err != nil || m.Minor < 0 {
			c.Fail("lines", "error.order.price", "line", i+1)
		}
	}
	if m, err := money.Typed(d.Freight, d.currency()); len(d.Lines) > 0 && (err != nil || m.Minor < 0) {
		c.Fail("freight", "error.orders.amount")
	}
	return c.Err()
}

// currency of the order is that of its goods.
func (d *draft) currency() money.Currency {
	if len(d.Lines) == 0 {
		return ""
	}
	return d.Lines[0].sku.Price.Currency
}

// intake makes an order of a draft that was validated. The same draft makes the same bytes, so that a repeat is known as one.
func (d *draft) intake(a access.Actor, region string) (orders.Intake, error) {
	o := connector.Order{
		ExternalID: d.Key, Stage: connector.StageNew, Comment: d.Comment, Total: money.New(0, d.currency()),
		Buyer:    connector.Person{Name: d.Name, Email: customers.Email(d.Email)},
		Payment:  connector.Payment{State: connector.PaymentUnpaid, OnPickup: d.Payment == payOnPickup},
		Delivery: connector.Delivery{Service: d.Carrier, City: d.City, Address: d.Address},
	}
	if d.Phone != "" {
		o.Buyer.Phone = customers.Phone(d.Phone, region)
	}
	if d.Payment == payPaid {
		o.Payment.State = connector.PaymentPaid
	}
	var err error
	if o.DeliveryCost, err = money.Typed(d.Freight, d.currency()); err != nil {
		return orders.Intake{}, err
	}
	for _, l := range d.Lines {
		line := connector.Line{SKU: l.sku.Code, Title: l.sku.Name}
		if line.Quantity, err = qty.Parse(l.Qty); err != nil {
			return orders.Intake{}, err
		}
		if line.Price, err = money.Typed(l.Price, l.sku.Price.Currency); err != nil {
			return orders.Intake{}, err
		}
		o.Lines = append(o.Lines, line)
	}
	body, err := json.Marshal(o)
	return orders.Intake{Actor: a, Source: d.Source, Order: o, Body: body}, err
}

// options are choices whose texts stand in the catalogue under a prefix.
func options(ctx context.Context, prefix string, values []string) []kit.Option {
	out := make([]kit.Option, len(values))
	for i, v := range values {
		out[i] = kit.Option{Value: v, Text: upperFirst(i18n.T(ctx, prefix+v))}
	}
	return out
}

// sumAttrs make an input tell its new sum.
func sumAttrs() templ.Attributes {
	return templ.Attributes{"hx-post": "/orders/new/lines", "hx-vals": `{"sum":"1"}`, "hx-include": "#new-order", "hx-trigger": "change", "hx-target": "#new-sum", "hx-swap": "outerHTML"}
}
