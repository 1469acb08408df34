package erli

import (
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

var zone = wire.Zone(info.Zone)

// order is what the API sheet, part 3, says an order holds. Amounts are whole grosze.
type order struct {
	ID       wire.Text `json:"id"`
	Status   wire.Text `json:"status"`
	Seller   wire.Text `json:"sellerStatus"`
	Total    wire.Text `json:"totalPrice"` // delivery included
	Currency wire.Text `json:"currency"`
	Comment  wire.Text `json:"comment"`
	Created  wire.Text `json:"created"`
	Updated  wire.Text `json:"updated"`
	User     struct {
		Email   wire.Text `json:"email"`
		Address address   `json:"deliveryAddress"`
	} `json:"user"`
	Items    wire.Rows `json:"items"`
	Delivery delivery  `json:"delivery"`
	Payment  struct {
		ID     wire.Text `json:"id"`
		Status wire.Text `json:"status"`
	} `json:"payment"`
	Tracking struct {
		Vendor wire.Text `json:"vendor"`
		Number wire.Text `json:"trackingNumber"`
	} `json:"deliveryTracking"`
}

type address struct {
	First    wire.Text `json:"firstName"`
	Last     wire.Text `json:"lastName"`
	Company  wire.Text `json:"companyName"`
	Address  wire.Text `json:"address"`
	Street   wire.Text `json:"street"`
	Building wire.Text `json:"buildingNumber"`
	Zip      wire.Text `json:"zip"`
	City     wire.Text `json:"city"`
	Phone    wire.Text `json:"phone"`
}

type delivery struct {
	Name  wire.Text `json:"name"`
	Type  wire.Text `json:"typeId"`
	Price wire.Text `json:"price"`
	COD   wire.Text `json:"cod"`
	Place struct {
		ID       wire.Text `json:"externalId"`
		Provider wire.Text `json:"provider"`
	} `json:"pickupPlace"`
}

type item struct {
	ID         wire.Text `json:"id"`
	ExternalID wire.Text `json:"externalId"`
	SKU        wire.Text `json:"sku"`
	Name       wire.Text `json:"name"`
	Quantity   wire.Text `json:"quantity"`
	Price      wire.Text `json:"unitPrice"`
}

// ParseOrder normalises an order.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	o, err := parseOrder(body)
	if err != nil {
		return connector.Order{}, err
	}
	return o, nil
}

func parseOrder(body []byte) (connector.Order, *connector.Error) {
	var o order
	if e := wire.Decode(body, &o); e != nil {
		return connector.Order{}, e
	}
	if !orderIDs.MatchString(o.ID.ID()) {
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	}
	if o.Status == "" {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s has no status", o.ID.ID())
	}
	out := o.head()
	if e := o.fill(&out); e != nil {
		e.Message = "order " + out.ExternalID + ": " + e.Message
		return connector.Order{}, e
	}
	return out, nil
}

func (o order) head() connector.Order {
	to := o.User.Address
	out := connector.Order{
		ExternalID: o.ID.ID(), Status: codeOf(string(o.Status), string(o.Seller)), Comment: string(o.Comment),
		CreatedAt: o.Created.Time(zone), ChangedAt: o.Updated.Time(zone), Payment: o.payment(), Delivery: o.delivery(),
		Buyer: connector.Person{
			Name: wire.First(wire.Name(to.First, to.Last), string(to.Company)), Phone: phone(to.Phone), Email: o.User.Email.Email(),
		},
	}
	out.Stage = stageOf(out.Status)
	if out.Status == sellerCanceled {
		out.CancelBy = "seller"
	}
	return out
}

// fill reads lines and money. The total is that of the goods: Erli's own includes the delivery.
func (o order) fill(out *connector.Order) *connector.Error {
	cur, e := wire.Currency(o.Currency, info.Currency)
	if e != nil {
		return e
	}
	keys := wire.Key{}
	for _, row := range o.Items {
		line, e := parseLine(row, cur, keys)
		if e != nil {
			return e
		}
		out.Lines = append(out.Lines, line)
	}
	if len(out.Lines) == 0 {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	var ok bool
	if o.Delivery.Price != "" {
		if out.DeliveryCost, ok = minor(o.Delivery.Price, cur); !ok {
			return connector.Errorf(connector.KindData, "delivery price %q is not a whole number of grosze", string(o.Delivery.Price))
		}
	}
	if o.Total == "" {
		out.Total, e = wire.Total("", cur, out.Lines)
		return e
	}
	if out.Total, ok = minor(o.Total, cur); !ok || out.Total.Minor < out.DeliveryCost.Minor {
		return connector.Errorf(connector.KindData, "order total %q can not be read", string(o.Total))
	}
	out.Total.Minor -= out.DeliveryCost.Minor
	return nil
}

// minor reads an amount of grosze. One with a decimal point could be złoty, and is refused.
func minor(t wire.Text, cur money.Currency) (money.Money, bool) {
	n, err := strconv.ParseInt(string(t), 10, 64)
	return money.New(n, cur), err == nil && n >= 0 && n <= money.Max
}

func parseLine(row []byte, cur money.Currency, keys wire.Key) (connector.Line, *connector.Error) {
	var it item
	if e := wire.Decode(row, &it); e != nil {
		return connector.Line{}, e
	}
	line := connector.Line{OfferID: string(it.ExternalID), SKU: string(it.SKU), Title: string(it.Name)}
	if line.OfferID == "" && line.SKU == "" && line.Title == "" {
		return connector.Line{}, connector.Errorf(connector.KindData, "a line without product id, code and name")
	}
	line.ExternalID = keys.Next(wire.First(it.ID.ID(), line.OfferID))
	figures := wire.Line{Label: wire.First(line.Title, line.SKU, line.OfferID), Quantity: it.Quantity, Currency: cur}
	if it.Price != "" {
		price, ok := minor(it.Price, cur)
		if !ok {
			return connector.Line{}, connector.Errorf(connector.KindData, "line “%s”: price %q is not a whole number of grosze", wire.Clip(figures.Label), string(it.Price))
		}
		figures.Price = wire.Text(price.Decimal())
	}
	var e *connector.Error
	line.Quantity, line.Price, line.Total, e = figures.Figures()
	return line, e
}

// payment: a purchased order is paid, unless the money comes with the parcel or the payment itself says that it has not come.
func (o order) payment() connector.Payment {
	p := connector.Payment{State: connector.PaymentUnpaid, OnPickup: o.Delivery.COD.True()}
	switch {
	case o.Payment.Status == "COMPLETED", o.Payment.Status == "" && o.Status == statusPurchased && !p.OnPickup:
		p.State = connector.PaymentPaid
	case o.Payment.Status == "WAITING_FOR_CONFIRMATION":
		p.State = connector.PaymentOnHold
	}
	return p
}

func (o order) delivery() connector.Delivery {
	to, d := o.User.Address, o.Delivery
	street := wire.First(string(to.Address), strings.TrimSpace(string(to.Street)+" "+string(to.Building)))
	return connector.Delivery{
		Service: service(d.Place.Provider, o.Tracking.Vendor, d.Type, d.Name), Title: string(d.Name), City: string(to.City),
		Branch: string(d.Place.ID), BranchRef: string(d.Place.ID), Tracking: string(o.Tracking.Number),
		Address: strings.Trim(street+", "+string(to.Zip), ", "),
	}
}

// services finds Lad's name of a carrier in Erli's words.
var services = []struct{ word, service string }{
	{"paczkomat", "inpost"}, {"inpost", "inpost"}, {"pocztex", "pocztex"}, {"poczta", "poczta_polska"}, {"orlen", "orlen"}, {"ruch", "orlen"},
	{"dpd", "dpd"}, {"dhl", "dhl"}, {"ups", "ups"}, {"gls", "gls"}, {"fedex", "fedex"}, {"selfpickup", "pickup"}, {"odbiór osobisty", "pickup"},
}

func service(words ...wire.Text) string {
	for _, w := range words {
		low := strings.ToLower(string(w))
		if low == "pp" {
			return "poczta_polska"
		}
		for _, s := range services {
			if strings.Contains(low, s.word) {
				return s.service
			}
		}
	}
	return wire.First(words...)
}

// phone reads a number of nine digits as Polish, which is how Erli writes them.
func phone(t wire.Text) string {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(string(t))
	switch _, err := strconv.ParseUint(digits, 10, 64); {
	case err == nil && len(digits) == 9:
		t = wire.Text("+48" + digits)
	case err == nil && len(digits) == 11 && strings.HasPrefix(digits, "48"):
		t = wire.Text("+" + digits)
	}
	return wire.Phone(t)
}
