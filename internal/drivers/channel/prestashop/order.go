package prestashop

import (
	"math/big"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// document is an order with what its numbers mean, as complete writes it.
type document struct {
	Order    order     `json:"order"`
	Customer person    `json:"customer"`
	Delivery address   `json:"delivery"`
	Invoice  address   `json:"invoice"`
	Currency wire.Text `json:"currency"`
	Carrier  wire.Text `json:"carrier"`
	Comment  wire.Text `json:"comment"`
	Zone     wire.Text `json:"zone"`
	State    struct {
		Code     wire.Text `json:"code"`
		Paid     wire.Text `json:"paid"`
		Shipped  wire.Text `json:"shipped"`
		Delivery wire.Text `json:"delivery"`
	} `json:"state"`
}

// order is what the API sheet, part 4, says an order holds.
type order struct {
	ID           wire.Text `json:"id"`
	Reference    wire.Text `json:"reference"`
	CustomerID   wire.Text `json:"id_customer"`
	State        wire.Text `json:"current_state"`
	Module       wire.Text `json:"module"`
	Payment      wire.Text `json:"payment"`
	Created      wire.Text `json:"date_add"`
	Changed      wire.Text `json:"date_upd"`
	Paid         wire.Text `json:"total_paid"`
	PaidTax      wire.Text `json:"total_paid_tax_incl"`
	Received     wire.Text `json:"total_paid_real"`
	Shipping     wire.Text `json:"total_shipping"`
	ShippingTax  wire.Text `json:"total_shipping_tax_incl"`
	Tracking     wire.Text `json:"shipping_number"`
	Associations struct {
		Rows wire.Rows `json:"order_rows"`
	} `json:"associations"`
}

type orderRow struct {
	ID          wire.Text `json:"id"`
	Product     wire.Text `json:"product_id"`
	Combination wire.Text `json:"product_attribute_id"`
	Quantity    wire.Text `json:"product_quantity"`
	Name        wire.Text `json:"product_name"`
	Reference   wire.Text `json:"product_reference"`
	Price       wire.Text `json:"unit_price_tax_incl"`
}

type person struct {
	ID        wire.Text `json:"id"`
	Email     wire.Text `json:"email"`
	FirstName wire.Text `json:"firstname"`
	LastName  wire.Text `json:"lastname"`
}

type address struct {
	FirstName wire.Text `json:"firstname"`
	LastName  wire.Text `json:"lastname"`
	Address1  wire.Text `json:"address1"`
	Address2  wire.Text `json:"address2"`
	Postcode  wire.Text `json:"postcode"`
	City      wire.Text `json:"city"`
	Other     wire.Text `json:"other"`
	Phone     wire.Text `json:"phone"`
	Mobile    wire.Text `json:"phone_mobile"`
	Country   wire.Text `json:"country"`
}

// ParseOrder normalises a document of complete.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	o, err := parseOrder(body)
	if err != nil {
		return connector.Order{}, err
	}
	return o, nil
}

func parseOrder(body []byte) (connector.Order, *connector.Error) {
	var d document
	if e := wire.Decode(body, &d); e != nil {
		return connector.Order{}, e
	}
	if d.Order.ID.Number() == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	}
	if d.Order.State == "" {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s has no status", d.Order.ID.ID())
	}
	out := d.head()
	if e := d.fill(&out); e != nil {
		e.Message = "order " + out.ExternalID + ": " + e.Message
		return connector.Order{}, e
	}
	return out, nil
}

func (d document) head() connector.Order {
	o := d.Order
	zone := wire.Zone(info.Zone)
	if d.Zone != "" {
		zone = wire.Zone(string(d.Zone))
	}
	out := connector.Order{
		ExternalID: o.ID.ID(), Number: string(o.Reference), GroupID: string(o.Reference), Comment: string(d.Comment),
		Status: wire.First(d.State.Code, o.State), CreatedAt: o.Created.Time(zone), ChangedAt: o.Changed.Time(zone), Delivery: d.delivery(),
		Buyer: connector.Person{
			ExternalID: o.CustomerID.ID(), Name: wire.Name(d.Customer.LastName, d.Customer.FirstName), Email: d.Customer.Email.Email(),
			Phone: wire.First(d.Invoice.phone(), d.Delivery.phone()),
		},
	}
	recipient := connector.Person{Name: wire.Name(d.Delivery.LastName, d.Delivery.FirstName), Phone: d.Delivery.phone()}
	if out.Buyer.Name == "" {
		out.Buyer.Name = wire.First(wire.Name(d.Invoice.LastName, d.Invoice.FirstName), recipient.Name)
	}
	if recipient.Name != "" && (recipient.Name != out.Buyer.Name || recipient.Phone != out.Buyer.Phone) {
		out.Recipient = recipient
	}
	// While the shop still makes the order it has no state yet; the change that gives it one brings it again.
	out.Ignore = o.State == "0"
	// A state of the owner's own whose flags say nothing keeps the order's stock held, as a confirmed one does.
	out.Stage = stageOf(out.Status, d.State.Shipped.True(), d.State.Delivery.True(), d.State.Paid.True())
	if out.Stage == "" {
		out.Stage = connector.StageConfirmed
	}
	return out
}

// phone reads a number by the country of the address: a local Polish number must not become a Ukrainian one.
func (a address) phone() string {
	t := wire.Text(wire.First(a.Mobile, a.Phone))
	if a.Country == "" || strings.EqualFold(string(a.Country), "UA") {
		return wire.Phone(t)
	}
	n, err := phonenumbers.Parse(string(t), strings.ToUpper(string(a.Country)))
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return string(t)
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

func (d document) delivery() connector.Delivery {
	a := d.Delivery
	street := wire.Name(a.Address1, a.Address2)
	return connector.Delivery{
		Service: wire.Carrier(d.Carrier), Title: string(d.Carrier), City: string(a.City), Branch: wire.Branch(wire.Text(street)),
		Address: wire.Name(a.Postcode, wire.Text(street), a.Other), Tracking: string(d.Order.Tracking),
	}
}

// fill reads lines and money. An order without a currency that can be named is refused: prices carry none.
func (d document) fill(out *connector.Order) *connector.Error {
	cur, e := wire.Currency(d.Currency, "")
	if e != nil {
		return e
	}
	if cur == "" {
		return connector.Errorf(connector.KindData, "its currency is not known")
	}
	keys := wire.Key{}
	for _, row := range d.Order.Associations.Rows {
		line, e := parseRow(row, cur, keys)
		if e != nil {
			return e
		}
		out.Lines = append(out.Lines, line)
	}
	if len(out.Lines) == 0 && !out.Ignore {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	return d.totals(out, cur)
}

// totals: an order tells what is to be paid and what of it is delivery; the rest is goods after discounts.
func (d document) totals(out *connector.Order, cur money.Currency) *connector.Error {
	paid, e := optional("total", wire.Text(wire.First(d.Order.PaidTax, d.Order.Paid)), cur)
	if e != nil {
		return e
	}
	shipping, e := optional("delivery cost", wire.Text(wire.First(d.Order.ShippingTax, d.Order.Shipping)), cur)
	if e != nil {
		return e
	}
	out.DeliveryCost = shipping
	if paid.Currency == "" {
		if out.Total, e = wire.Total("", cur, out.Lines); e != nil {
			return e
		}
		paid = out.Total
	} else {
		// A voucher may cover more than the goods: then it pays for a part of the delivery.
		out.Total = money.New(max(paid.Minor-shipping.Minor, 0), cur)
	}
	received, e := optional("amount received", d.Order.Received, cur)
	if e != nil {
		return e
	}
	out.Payment = d.payment(*out, paid, received)
	return nil
}

// optional reads an amount that may be left out.
func optional(what string, t wire.Text, cur money.Currency) (connector.Money, *connector.Error) {
	if t == "" {
		return connector.Money{}, nil
	}
	r, ok := decimal(t)
	if ok && r.Sign() >= 0 {
		if m, ok := round(r, cur); ok {
			return m, nil
		}
	}
	return connector.Money{}, connector.Errorf(connector.KindData, "%s %q can not be read", what, wire.Clip(string(t)))
}

// payment: PrestaShop counts an order as paid from the state “processing” on, also while the courier is still to collect the
// money. So an order to be paid on delivery is paid when it is delivered, or when a state says that money came.
func (d document) payment(o connector.Order, paid, received connector.Money) connector.Payment {
	words := d.Order.Payment + " " + d.Order.Module
	low := strings.ToLower(string(words))
	p := connector.Payment{
		State: connector.PaymentUnpaid, Method: string(d.Order.Payment),
		OnPickup: wire.OnPickup(d.Order.Payment) || strings.Contains(low, "cashondelivery") || strings.Contains(low, "pobran"),
	}
	told := o.Status == statePayment || o.Status == stateRemote || o.Status == statePaidBack
	switch {
	case o.Status == stateRefund:
		p.State = connector.PaymentRefunded
	case p.OnPickup && !told && o.Stage != connector.StageCompleted:
	case received.Minor > 0 && received.Minor >= paid.Minor:
		p.State = connector.PaymentPaid
	case received.Minor > 0:
		p.State = connector.PaymentPart
	case told:
		p.State = connector.PaymentPaid
	}
	return p
}

// parseRow reads a position. The price has six decimals, so the total is made of the exact one.
func parseRow(raw []byte, cur money.Currency, keys wire.Key) (connector.Line, *connector.Error) {
	var r orderRow
	if e := wire.Decode(raw, &r); e != nil {
		return connector.Line{}, e
	}
	line := connector.Line{SKU: string(r.Reference), OfferID: offerID(r.Product.Number(), r.Combination.Number())}
	line.Title = wire.First(string(r.Name), line.SKU, line.OfferID)
	if line.Title == "" {
		return connector.Line{}, connector.Errorf(connector.KindData, "a line without product id, code and name")
	}
	bad := func(what string, value wire.Text) (connector.Line, *connector.Error) {
		return connector.Line{}, connector.Errorf(connector.KindData, "line “%s”: %s %q can not be read", wire.Clip(line.Title), what, wire.Clip(string(value)))
	}
	line.ExternalID = keys.Next(r.ID.ID())
	q, err := r.Quantity.Quantity()
	if err != nil || q <= 0 {
		return bad("quantity", r.Quantity)
	}
	price, ok := decimal(r.Price)
	if !ok || price.Sign() < 0 {
		return bad("price", r.Price)
	}
	line.Quantity = q
	if line.Price, ok = round(price, cur); !ok {
		return bad("price", r.Price)
	}
	if line.Total, ok = round(new(big.Rat).Mul(price, big.NewRat(int64(q), 1000)), cur); !ok {
		return bad("price", r.Price)
	}
	return line, nil
}
