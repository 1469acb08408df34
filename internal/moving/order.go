package moving

import (
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// takeOrder normalises an order. codes are the codes of SKUs here by their number there. Discounts, which are lines with a
// negative price there, lower the total. An error says why the order can not come over.
func takeOrder(o baselinker.Order, stage connector.Stage, codes map[string]string) (connector.Order, error) {
	currency, err := money.ParseCurrency(string(o.Currency))
	if err != nil {
		return connector.Order{}, errs.New(errs.Invalid, "error.order.currency", "currency", clip(string(o.Currency), 40))
	}
	if o.ID.Int() <= 0 {
		return connector.Order{}, errs.New(errs.Invalid, "moving.why.numberless")
	}
	out := connector.Order{ExternalID: orderKey(o.ID.Int()), Number: string(o.ExternalID), Status: string(o.Status), Stage: stage,
		CreatedAt: moment(o.ConfirmedAt, o.AddedAt), Buyer: buyerOf(o), Delivery: deliveryOf(o), Comment: string(o.Comment), Source: string(o.Source),
		Payment: connector.Payment{State: connector.PaymentUnpaid, Method: string(o.PaymentMethod), OnPickup: o.OnDelivery.True()}}
	if out.Number == "" {
		out.Number = string(o.ID)
	}
	if stage == connector.StageCancelled {
		out.CancelBy = "channel"
	}
	if out.DeliveryCost, err = o.DeliveryPrice.Money(currency); err != nil || out.DeliveryCost.Minor < 0 {
		return out, errs.New(errs.Invalid, "moving.why.price", "value", clip(string(o.DeliveryPrice), 40))
	}
	if err := takeLines(&out, o, currency, codes); err != nil {
		return out, err
	}
	paid, err := o.Paid.Money(currency)
	due := out.Total.Minor + out.DeliveryCost.Minor
	switch {
	case err != nil:
		return out, errs.New(errs.Invalid, "moving.why.price", "value", clip(string(o.Paid), 40))
	case paid.Minor >= due && due > 0:
		out.Payment.State = connector.PaymentPaid
	case paid.Minor > 0:
		out.Payment.State = connector.PaymentPart
	}
	return out, nil
}

// takeLines reads the lines and the total.
func takeLines(out *connector.Order, o baselinker.Order, currency money.Currency, codes map[string]string) error {
	total, discount := money.New(0, currency), money.New(0, currency)
	for _, l := range o.Lines {
		price, err := l.Price.Money(currency)
		if err != nil {
			return errs.New(errs.Invalid, "moving.why.price", "value", clip(string(l.Price), 40))
		}
		n, err := qty.Parse(string(l.Quantity))
		if err != nil || n <= 0 {
			return errs.New(errs.Invalid, "moving.why.quantity", "value", clip(string(l.Quantity), 40))
		}
		sum, err := price.MulDiv(int64(n), int64(qty.One))
		if err != nil {
			return errs.New(errs.Invalid, "moving.why.price", "value", clip(string(l.Price), 40))
		}
		into := &total
		if price.Minor < 0 {
			into = &discount
		} else {
			out.Lines = append(out.Lines, lineOf(l, price, sum, n, codes))
		}
		if *into, err = into.Add(sum); err != nil {
			return errs.New(errs.Invalid, "moving.why.price", "value", clip(string(l.Price), 40))
		}
	}
	if len(out.Lines) == 0 {
		return errs.New(errs.Invalid, "error.order.no_lines")
	}
	out.Total = money.New(max(0, total.Minor+discount.Minor), currency)
	if out.Total.Minor == 0 { // all was given away: a total of nothing would be taken for one that is not known
		for i := range out.Lines {
			out.Lines[i].Gift, out.Lines[i].Total = true, money.New(0, currency)
		}
	}
	return nil
}

func lineOf(l baselinker.Line, price, sum money.Money, n qty.Qty, codes map[string]string) connector.Line {
	out := connector.Line{ExternalID: l.ID.ID(), SKU: string(l.SKU), Title: string(l.Name), Quantity: n, Price: price, Total: sum}
	if code := codes[goodsOf(l)]; code != "" {
		out.SKU = code
	}
	if out.SKU == "" && out.Title == "" {
		out.Title = "?"
	}
	return out
}

// goodsOf is the number of the product or variant that a line sells out of the account's own catalogue.
func goodsOf(l baselinker.Line) string {
	if l.Storage != "db" {
		return ""
	}
	return l.Goods()
}

func moment(list ...baselinker.Text) time.Time {
	for _, t := range list {
		if n := t.Int(); n > 0 && n < 1<<34 { // until the year 2514
			return time.Unix(n, 0).UTC()
		}
	}
	return time.Time{}
}

func buyerOf(o baselinker.Order) connector.Person {
	p := connector.Person{Name: string(o.Name), Phone: string(o.Phone), Email: string(o.Email)}
	for _, other := range []baselinker.Text{o.InvoiceName, o.Company, o.Login} {
		if p.Name == "" {
			p.Name = string(other)
		}
	}
	return p
}

func deliveryOf(o baselinker.Order) connector.Delivery {
	d := connector.Delivery{Service: string(o.Courier), Title: string(o.Delivery), City: string(o.City), Branch: string(o.PointName),
		BranchRef: string(o.PointID), Tracking: string(o.Tracking)}
	if d.Branch == "" {
		d.Branch = string(o.PointID)
	}
	var parts []string
	for _, t := range []baselinker.Text{o.Address, o.PostCode, o.CountryCode} {
		if t != "" {
			parts = append(parts, string(t))
		}
	}
	d.Address = strings.Join(parts, ", ")
	return d
}

// leftOfOrder lists what an order has that has no place here.
func leftOfOrder(o baselinker.Order) (out []string) {
	for _, x := range []struct {
		kind string
		has  bool
	}{
		{"order_fields", o.Extra1 != "" || o.Extra2 != "" || len(o.Custom) > 0}, {"invoices", o.TaxNumber != "" || o.WantInvoice.True()},
		{"own_comments", o.OwnComment != ""},
	} {
		if x.has {
			out = append(out, x.kind)
		}
	}
	return out
}
