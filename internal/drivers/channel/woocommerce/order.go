package woocommerce

import (
	"regexp"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// Keys of metadata that Lad itself writes. A leading underscore keeps them off the order's page.
const (
	trackingMeta     = "_hub_tracking_number"
	cancelReasonMeta = "_hub_cancel_reason"
	cancelTextMeta   = "_hub_cancel_text"
	// extensionMeta is where the Shipment Tracking extension keeps its list.
	extensionMeta = "_wc_shipment_tracking_items"
)

// order is what the API sheet, part 4, says an order holds.
type order struct {
	stamp
	Number        wire.Text `json:"number"`
	Via           wire.Text `json:"created_via"`
	Status        wire.Text `json:"status"`
	Currency      wire.Text `json:"currency"`
	Total         wire.Text `json:"total"`
	ShippingTotal wire.Text `json:"shipping_total"`
	ShippingTax   wire.Text `json:"shipping_tax"`
	CustomerID    wire.Text `json:"customer_id"`
	Note          wire.Text `json:"customer_note"`
	Billing       person    `json:"billing"`
	Shipping      person    `json:"shipping"`
	Method        wire.Text `json:"payment_method"`
	MethodTitle   wire.Text `json:"payment_method_title"`
	Paid          wire.Text `json:"date_paid"`
	PaidGMT       wire.Text `json:"date_paid_gmt"`
	Meta          wire.Rows `json:"meta_data"`
	Lines         wire.Rows `json:"line_items"`
	Deliveries    wire.Rows `json:"shipping_lines"`
	Fees          wire.Rows `json:"fee_lines"`
	Refunds       wire.Rows `json:"refunds"`
}

type person struct {
	FirstName wire.Text `json:"first_name"`
	LastName  wire.Text `json:"last_name"`
	Address1  wire.Text `json:"address_1"`
	Address2  wire.Text `json:"address_2"`
	City      wire.Text `json:"city"`
	Email     wire.Text `json:"email"`
	Phone     wire.Text `json:"phone"`
}

func (p person) name() string { return wire.Name(p.LastName, p.FirstName) }

// ParseOrder normalises an order as lists, reads by id and webhooks give it.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	o, e := c.parseOrder(body)
	if e != nil {
		return connector.Order{}, e
	}
	return o, nil
}

func (c *channel) parseOrder(body []byte) (connector.Order, *connector.Error) {
	var o order
	if e := wire.Decode(body, &o); e != nil {
		return connector.Order{}, e
	}
	if o.ID.Number() == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	}
	if o.Status == "" {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s has no status", o.ID.ID())
	}
	out := c.head(o)
	if e := c.fill(o, &out); e != nil {
		e.Message = "order " + out.ExternalID + ": " + e.Message
		return connector.Order{}, e
	}
	out.Payment = o.payment(out)
	return out, nil
}

// head reads everything but the money.
func (c *channel) head(o order) connector.Order {
	out := connector.Order{
		ExternalID: o.ID.ID(), Number: string(o.Number), Status: strings.TrimPrefix(string(o.Status), "wc-"), Source: string(o.Via), Comment: string(o.Note),
		CreatedAt: c.when(o.CreatedGMT, o.Created), ChangedAt: c.when(o.ModifiedGMT, o.Modified), Delivery: c.delivery(o),
		Buyer:     connector.Person{ExternalID: o.CustomerID.ID(), Name: o.Billing.name(), Phone: wire.Phone(o.Billing.Phone), Email: o.Billing.Email.Email()},
		Recipient: connector.Person{Name: o.Shipping.name(), Phone: wire.Phone(o.Shipping.Phone)},
	}
	out.Stage, out.Ignore = c.stageOf(out.Status)
	if out.Delivery.Tracking != "" && (out.Stage == connector.StageConfirmed || out.Stage == connector.StagePicking) {
		out.Stage, out.StageFixed = connector.StageShipped, true
	}
	if out.Stage == connector.StageCancelled {
		if reason := find(o.Meta, cancelReasonMeta); reason != "" { // Lad's own mark
			out.CancelReason, out.CancelBy = wire.First(find(o.Meta, cancelTextMeta), reason), "seller"
		}
	}
	return out
}

// meta is one entry of metadata; values of plug-ins may be anything.
type meta struct {
	Key   wire.Text `json:"key"`
	Value wire.Text `json:"value"`
	Items wire.Rows `json:"-"`
}

func readMeta(rows wire.Rows) (out []meta) {
	for _, row := range rows {
		var m meta
		var list struct {
			Value wire.Rows `json:"value"`
		}
		if e := wire.Decode(row, &m); e != nil {
			continue
		}
		if e := wire.Decode(row, &list); e == nil {
			m.Items = list.Value
		}
		out = append(out, m)
	}
	return out
}

// find is the value of the first of keys that has one.
func find(rows wire.Rows, keys ...string) string {
	all := readMeta(rows)
	for _, key := range keys {
		for _, m := range all {
			if key != "" && string(m.Key) == key && m.Value != "" {
				return string(m.Value)
			}
		}
	}
	return ""
}

type shippingLine struct {
	Title wire.Text `json:"method_title"`
	ID    wire.Text `json:"method_id"`
	Meta  wire.Rows `json:"meta_data"`
}

// delivery: where a plug-in keeps the carrier's keys differs, so the form may name them; without that a key that looks like the
// carrier's, under a name that says what it is, will do.
func (c *channel) delivery(o order) connector.Delivery {
	var line shippingLine
	for _, row := range o.Deliveries {
		if e := wire.Decode(row, &line); e == nil {
			break
		}
	}
	to := o.Shipping
	if to.City == "" && to.Address1 == "" {
		to = o.Billing
	}
	address := wire.Name(to.Address1, to.Address2)
	d := connector.Delivery{
		Service: wire.Carrier(line.ID, line.Title), Title: wire.First(line.Title, line.ID), City: string(to.City), Address: address,
		Branch: wire.Branch(wire.Text(address)),
	}
	metas := append(readMeta(line.Meta), readMeta(o.Meta)...)
	for _, m := range metas {
		key, value := strings.ToLower(string(m.Key)), string(m.Value)
		switch {
		case c.cityKey != "" && string(m.Key) == c.cityKey:
			d.CityRef = value
		case c.branchKey != "" && string(m.Key) == c.branchKey:
			d.BranchRef = value
		case !carrierKey.MatchString(value):
		case c.branchKey == "" && d.BranchRef == "" && (strings.Contains(key, "warehouse") || strings.Contains(key, "branch")):
			d.BranchRef = value
		case c.cityKey == "" && d.CityRef == "" && (strings.Contains(key, "city") || strings.Contains(key, "settlement")):
			d.CityRef = value
		}
	}
	d.Tracking = c.waybill(metas)
	return d
}

// carrierKey is how carriers write the keys of their directories.
var carrierKey = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// waybill is the number that Lad stored, the carrier's plug-in, or the last one of the extension's list.
func (c *channel) waybill(metas []meta) (number string) {
	for _, m := range metas {
		switch string(m.Key) {
		case trackingMeta, c.trackingKey:
			if m.Value != "" {
				return string(m.Value)
			}
		case extensionMeta:
			for _, row := range m.Items {
				var t trackingRow
				if e := wire.Decode(row, &t); e == nil && t.Number != "" {
					number = string(t.Number)
				}
			}
		}
	}
	return number
}

// payment: cash on delivery has no date of payment while the parcel is on its way; every other way to pay is over when the
// shop works on the order.
func (o order) payment(out connector.Order) connector.Payment {
	p := connector.Payment{
		State: connector.PaymentUnpaid, Method: wire.First(o.MethodTitle, o.Method), OnPickup: wire.OnPickup(o.Method) || wire.OnPickup(o.MethodTitle),
	}
	switch {
	case out.Status == statusRefunded || o.refundedWhole(out.Total.Currency):
		p.State = connector.PaymentRefunded
	case o.PaidGMT != "" || o.Paid != "", out.Status == statusCompleted, out.Status == statusProcessing && !p.OnPickup:
		p.State = connector.PaymentPaid
	}
	return p
}
