// Package cart is what the two drivers of OpenCart shops read alike: an order in the form of the module's protocol
// (integrations/opencart/PROTOCOL.md), which the driver of the database makes from its rows, and what statuses and methods mean.
package cart

import (
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Reading is what the connection's form says of a shop's orders.
type Reading struct {
	Paid     []string       // statuses that only the shop's payment modules set
	Zone     *time.Location // of times that come without an offset
	Currency money.Currency // of an order that names none
}

// order is what the protocol says an order holds.
type order struct {
	ID        wire.Text   `json:"order_id"`
	Status    wire.Text   `json:"status"`
	Name      wire.Text   `json:"status_name"`
	Group     wire.Text   `json:"status_group"`
	Reached   []wire.Text `json:"reached"`
	Store     wire.Text   `json:"store"`
	Created   wire.Text   `json:"created"`
	Changed   wire.Text   `json:"changed"`
	Currency  wire.Text   `json:"currency"`
	Total     wire.Text   `json:"total"`
	Totals    wire.Rows   `json:"totals"`
	Buyer     person      `json:"buyer"`
	Recipient person      `json:"recipient"`
	Payment   method      `json:"payment"`
	Delivery  delivery    `json:"delivery"`
	Tracking  struct {
		Number wire.Text `json:"number"`
	} `json:"tracking"`
	Comment wire.Text `json:"comment"`
	Deleted wire.Text `json:"deleted"`
	Lines   wire.Rows `json:"lines"`
}

type person struct {
	ID        wire.Text `json:"id"`
	FirstName wire.Text `json:"firstname"`
	LastName  wire.Text `json:"lastname"`
	Phone     wire.Text `json:"phone"`
	Email     wire.Text `json:"email"`
}

type method struct {
	Code  wire.Text `json:"code"`
	Title wire.Text `json:"title"`
}

type delivery struct {
	method
	Zone    wire.Text `json:"zone"`
	City    wire.Text `json:"city"`
	Index   wire.Text `json:"postcode"`
	Street  wire.Text `json:"address_1"`
	Street2 wire.Text `json:"address_2"`
}

type line struct {
	ID       wire.Text `json:"line_id"`
	OfferID  wire.Text `json:"offer_id"`
	SKU      wire.Text `json:"sku"`
	Model    wire.Text `json:"model"`
	Title    wire.Text `json:"title"`
	Options  wire.Rows `json:"options"`
	Quantity wire.Text `json:"quantity"`
	Price    wire.Text `json:"price"`
	Total    wire.Text `json:"total"`
}

// ParseOrder normalises an order.
func (r Reading) ParseOrder(body []byte) (connector.Order, error) {
	var o order
	if e := wire.Decode(body, &o); e != nil {
		return connector.Order{}, e
	}
	if o.ID.Number() == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	}
	if o.Status.Number() == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s has no status", o.ID.ID())
	}
	out := r.head(o)
	if e := o.fill(&out, r.Currency); e != nil {
		e.Message = "order " + out.ExternalID + ": " + e.Message
		return connector.Order{}, e
	}
	return out, nil
}

// head reads everything but the goods.
func (r Reading) head(o order) connector.Order {
	d := o.Delivery
	out := connector.Order{
		ExternalID: o.ID.ID(), Status: o.Status.ID(), Stage: StageOf(o.Status.ID(), string(o.Name), string(o.Group)), Source: string(o.Store),
		CreatedAt: o.Created.Time(r.Zone), ChangedAt: o.Changed.Time(r.Zone), Comment: string(o.Comment), Payment: r.payment(o),
		Buyer: connector.Person{
			ExternalID: o.Buyer.ID.ID(), Name: wire.Name(o.Buyer.FirstName, o.Buyer.LastName), Phone: wire.Phone(o.Buyer.Phone), Email: o.Buyer.Email.Email(),
		},
		Delivery: connector.Delivery{
			Service: Carrier(d.Code, d.Title), Title: wire.First(d.Title, d.Code), City: string(d.City), Branch: wire.Branch(d.Street),
			Address: joined(d.Index, d.Zone, d.Street, d.Street2), Tracking: string(o.Tracking.Number),
		},
	}
	if name := wire.Name(o.Recipient.FirstName, o.Recipient.LastName); name != out.Buyer.Name {
		out.Recipient.Name = name
	}
	if o.Deleted.True() {
		out.Stage, out.StageFixed, out.CancelBy, out.CancelReason = connector.StageCancelled, true, "seller", "deleted in the shop"
	}
	return out
}

// payment: OpenCart does not say whether an order is paid. It is when it was free, or when it has reached a status that the
// shop's owner named and that somebody else than Lad set.
func (r Reading) payment(o order) connector.Payment {
	p := connector.Payment{State: connector.PaymentUnpaid, Method: wire.First(o.Payment.Title, o.Payment.Code), OnPickup: OnPickup(o.Payment.Code, o.Payment.Title)}
	reached := func(t wire.Text) bool { return slices.Contains(r.Paid, t.ID()) }
	if strings.HasPrefix(string(o.Payment.Code), "free_checkout") || slices.ContainsFunc(o.Reached, reached) {
		p.State = connector.PaymentPaid
	}
	return p
}

// Carrier finds the service in a method's code, then in its title; "flat.flat" and the like say nothing.
func Carrier(code, title wire.Text) string {
	if s := wire.Carrier(code); s != string(code) {
		return s
	}
	return wire.Carrier(title, code)
}

// OnPickup goes by the code's first part, "cod" of "cod.cod", and by the words of the title, in which "QR code" is none.
func OnPickup(code, title wire.Text) bool {
	first, _, _ := strings.Cut(string(code), ".")
	words := strings.ReplaceAll(strings.ToLower(string(title)), "code", "")
	return first == "cod" || strings.HasSuffix(first, "_cod") || wire.OnPickup(wire.Text(words))
}

func joined(parts ...wire.Text) string {
	var words []string
	for _, p := range parts {
		if p != "" {
			words = append(words, string(p))
		}
	}
	return strings.Join(words, ", ")
}

func (o order) fill(out *connector.Order, fallback money.Currency) *connector.Error {
	cur, e := wire.Currency(o.Currency, fallback)
	if e != nil {
		return e
	}
	keys := wire.Key{}
	for _, row := range o.Lines {
		l, e := parseLine(row, cur, keys)
		if e != nil {
			return e
		}
		out.Lines = append(out.Lines, l)
	}
	if len(out.Lines) == 0 {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	if out.Total, e = wire.Total(o.Total, cur, out.Lines); e != nil {
		return e
	}
	if o.Total != "" {
		if e := o.splitDelivery(out); e != nil {
			return e
		}
	}
	return spread(out)
}

// splitDelivery takes the delivery out of what the buyer pays. A coupon for free delivery stands beside the delivery as a
// deduction, so the rest can not be more than there is.
func (o order) splitDelivery(out *connector.Order) *connector.Error {
	cost := money.New(0, out.Total.Currency)
	for _, row := range o.Totals {
		var t struct {
			Code  wire.Text `json:"code"`
			Value wire.Text `json:"value"`
		}
		if e := wire.Decode(row, &t); e != nil || t.Code != "shipping" {
			continue
		}
		m, err := wire.Amount(t.Value, out.Total.Currency)
		if err != nil || m.Minor < 0 || m.Currency != out.Total.Currency {
			return connector.Errorf(connector.KindData, "delivery cost %q can not be read", wire.Clip(string(t.Value)))
		}
		if cost, err = cost.Add(m); err != nil {
			return &connector.Error{Kind: connector.KindData, Message: "delivery costs can not be added up", Cause: err}
		}
	}
	cost.Minor = min(cost.Minor, out.Total.Minor)
	out.DeliveryCost = cost
	out.Total.Minor -= cost.Minor
	return nil
}

// parseLine reads a line.
func parseLine(row []byte, cur money.Currency, keys wire.Key) (connector.Line, *connector.Error) {
	var l line
	if e := wire.Decode(row, &l); e != nil {
		return connector.Line{}, e
	}
	if l.OfferID == "" && l.Title == "" {
		return connector.Line{}, connector.Errorf(connector.KindData, "a line without product and title")
	}
	out := connector.Line{
		ExternalID: keys.Next(l.ID.ID()), OfferID: string(l.OfferID), SKU: wire.First(l.SKU, l.Model), Title: titled(l),
	}
	figures := wire.Line{Label: wire.First(out.Title, out.OfferID), Quantity: l.Quantity, Price: l.Price, Total: l.Total, Currency: cur}
	var e *connector.Error
	out.Quantity, out.Price, out.Total, e = figures.Figures()
	return out, e
}

// titled is the product's title with what the buyer chose and wrote: "Чайник (Колір: червоний)".
func titled(l line) string {
	var chosen []string
	for _, row := range l.Options {
		var o struct {
			Name  wire.Text `json:"name"`
			Value wire.Text `json:"value"`
		}
		if e := wire.Decode(row, &o); e == nil && o.Value != "" {
			chosen = append(chosen, strings.TrimPrefix(string(o.Name)+": "+string(o.Value), ": "))
		}
	}
	title := wire.First(l.Title, l.OfferID)
	if len(chosen) == 0 {
		return title
	}
	return title + " (" + strings.Join(chosen, ", ") + ")"
}

// spread puts coupons, points and discounts, which the lines do not show, over their totals, so that what the lines say the
// buyer pays adds up to what he pays.
func spread(out *connector.Order) *connector.Error {
	sum, e := wire.Total("", out.Total.Currency, out.Lines)
	if e != nil {
		return e
	}
	if sum.Currency != out.Total.Currency {
		return connector.Errorf(connector.KindData, "lines are in %s and the total in %s", sum.Currency, out.Total.Currency)
	}
	if sum.Minor <= out.Total.Minor {
		return nil
	}
	weights := make([]int64, len(out.Lines))
	for i, l := range out.Lines {
		weights[i] = l.Total.Minor
	}
	parts, err := out.Total.Allocate(weights)
	if err != nil {
		return &connector.Error{Kind: connector.KindData, Message: "the discount can not be spread", Cause: err}
	}
	for i := range parts {
		out.Lines[i].Total = parts[i]
	}
	return nil
}
