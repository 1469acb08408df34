package allegro

import (
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// amount is money as Allegro writes it.
type amount struct {
	Amount   wire.Text `json:"amount"`
	Currency wire.Text `json:"currency"`
}

// read is the amount; one that is not there is zero of no currency, one that names no currency is in fallback.
func (a amount) read(what string, fallback money.Currency) (connector.Money, *connector.Error) {
	if a.Amount == "" {
		return connector.Money{}, nil
	}
	cur, e := wire.Currency(a.Currency, fallback)
	if e != nil {
		return connector.Money{}, e
	}
	m, err := wire.Amount(a.Amount, cur)
	if err != nil || m.Minor < 0 {
		return connector.Money{}, connector.Errorf(connector.KindData, "%s %q can not be read", what, wire.Clip(string(a.Amount)))
	}
	return m, nil
}

// order is what the API sheet, part 3.2, says a checkout form holds, with the shipments that the driver adds.
type order struct {
	head
	Message   wire.Text `json:"messageToSeller"`
	UpdatedAt wire.Text `json:"updatedAt"`
	Buyer     struct {
		ID      wire.Text `json:"id"`
		Email   wire.Text `json:"email"`
		Login   wire.Text `json:"login"`
		First   wire.Text `json:"firstName"`
		Last    wire.Text `json:"lastName"`
		Company wire.Text `json:"companyName"`
		Phone   wire.Text `json:"phoneNumber"`
		Address struct {
			Country wire.Text `json:"countryCode"`
		} `json:"address"`
	} `json:"buyer"`
	Payment     payment   `json:"payment"`
	Surcharges  []payment `json:"surcharges"`
	Delivery    delivery  `json:"delivery"`
	Lines       wire.Rows `json:"lineItems"`
	Marketplace struct {
		ID wire.Text `json:"id"`
	} `json:"marketplace"`
	Summary struct {
		Total amount `json:"totalToPay"`
	} `json:"summary"`
	Shipments []struct {
		Waybill wire.Text `json:"waybill"`
	} `json:"lad_shipments"`
}

type payment struct {
	Type     wire.Text `json:"type"`
	Finished wire.Text `json:"finishedAt"`
	Paid     amount    `json:"paidAmount"`
}

type lineItem struct {
	ID    wire.Text `json:"id"`
	Offer struct {
		ID       wire.Text `json:"id"`
		Name     wire.Text `json:"name"`
		External struct {
			ID wire.Text `json:"id"`
		} `json:"external"`
	} `json:"offer"`
	Quantity wire.Text `json:"quantity"`
	Price    amount    `json:"price"`
	BoughtAt wire.Text `json:"boughtAt"`
}

// code is the one status that stands for both of a form's.
func (h head) code() string {
	if h.Status == formReady {
		return wire.First(string(h.Fulfillment.Status), statusNew)
	}
	return string(h.Status)
}

// stage maps the status; a word nobody has heard of keeps the pieces held and waits for a person.
func (h head) stage() connector.Stage {
	if s, known := info.StatusOf(h.code()); known {
		return s.Stage
	}
	if h.Status == formReady {
		return connector.StageConfirmed
	}
	return connector.StageNew
}

// ParseOrder normalises a checkout form.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	o, e := parseOrder(body)
	if e != nil {
		return connector.Order{}, e
	}
	return o, nil
}

func parseOrder(body []byte) (connector.Order, *connector.Error) {
	var o order
	if e := wire.Decode(body, &o); e != nil {
		return connector.Order{}, e
	}
	if o.ID == "" {
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	}
	out := o.about()
	fail := func(e *connector.Error) (connector.Order, *connector.Error) {
		e.Message = "order " + wire.Clip(out.ExternalID) + ": " + e.Message
		return connector.Order{}, e
	}
	if out.Status == "" {
		return fail(connector.Errorf(connector.KindData, "no status"))
	}
	out.Stage = o.stage()
	if out.Stage == connector.StageCancelled && o.Status == formReady {
		out.CancelBy = "seller"
	}
	if e := o.lines(&out); e != nil {
		return fail(e)
	}
	if e := o.sums(&out); e != nil {
		return fail(e)
	}
	return out, nil
}

// about is everything but lines and money. A parcel from Allegro's own warehouse is no matter of ours: taken in, it would
// take stock a second time.
func (o order) about() connector.Order {
	out := connector.Order{
		ExternalID: string(o.ID), Status: o.code(), Ignore: o.Fulfillment.Provider.ID == "ALLEGRO", ChangedAt: o.UpdatedAt.Time(time.UTC),
		Comment: string(o.Message), Source: string(o.Marketplace.ID), Delivery: o.Delivery.read(),
		Buyer: connector.Person{
			ExternalID: o.Buyer.ID.ID(), Name: wire.First(wire.Name(o.Buyer.First, o.Buyer.Last), string(o.Buyer.Company), string(o.Buyer.Login)),
			Phone: phone(o.Buyer.Phone, o.Buyer.Address.Country), Email: o.Buyer.Email.Email(),
		},
		Recipient: o.Delivery.recipient(),
	}
	if n := len(o.Shipments); n > 0 {
		out.Delivery.Tracking = string(o.Shipments[n-1].Waybill)
	}
	return out
}

func (o order) currency() money.Currency {
	if cur, ok := marketplaces[o.Marketplace.ID]; ok {
		return cur
	}
	return info.Currency
}

func (o order) lines(out *connector.Order) *connector.Error {
	keys := wire.Key{}
	for _, row := range o.Lines {
		var l lineItem
		if e := wire.Decode(row, &l); e != nil {
			return e
		}
		line := connector.Line{OfferID: l.Offer.ID.ID(), SKU: string(l.Offer.External.ID), Title: string(l.Offer.Name)}
		if line.OfferID == "" && line.SKU == "" {
			return connector.Errorf(connector.KindData, "a line without offer number and code")
		}
		line.ExternalID = keys.Next(wire.First(string(l.ID), line.OfferID))
		cur, e := wire.Currency(l.Price.Currency, o.currency())
		if e != nil {
			return e
		}
		figures := wire.Line{Label: wire.First(line.Title, line.SKU, line.OfferID), Quantity: l.Quantity, Price: l.Price.Amount, Currency: cur}
		if line.Quantity, line.Price, line.Total, e = figures.Figures(); e != nil {
			return e
		}
		if at := l.BoughtAt.Time(time.UTC); !at.IsZero() && (out.CreatedAt.IsZero() || at.Before(out.CreatedAt)) {
			out.CreatedAt = at
		}
		out.Lines = append(out.Lines, line)
	}
	if len(out.Lines) == 0 {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	if out.CreatedAt.IsZero() {
		out.CreatedAt = out.ChangedAt
	}
	return nil
}

// sums reads what the buyer pays. The summary has delivery in it and is also right about services and deposits beside the
// goods, which the lines do not show.
func (o order) sums(out *connector.Order) *connector.Error {
	sum, e := wire.Total("", out.Lines[0].Total.Currency, out.Lines)
	if e != nil {
		return e
	}
	due, e := o.Summary.Total.read("total", o.currency())
	if e != nil {
		return e
	}
	if out.DeliveryCost, e = o.Delivery.Cost.read("price of delivery", o.currency()); e != nil {
		return e
	}
	out.Total = sum
	if due.Currency != "" {
		goods, err := due.Sub(out.DeliveryCost)
		if err != nil || goods.Currency != sum.Currency {
			return connector.Errorf(connector.KindData, "amounts are in more than one currency")
		}
		if goods.Minor >= 0 {
			out.Total = goods
		}
	}
	out.Payment, e = o.payment(due)
	return e
}

// payment: money is there when the payment is finished; surcharges are payments of their own.
func (o order) payment(due connector.Money) (connector.Payment, *connector.Error) {
	p := connector.Payment{State: connector.PaymentUnpaid, Method: string(o.Payment.Type), OnPickup: o.Payment.Type == "CASH_ON_DELIVERY"}
	var got connector.Money
	for _, one := range append([]payment{o.Payment}, o.Surcharges...) {
		if one.Finished.Time(time.UTC).IsZero() {
			continue
		}
		m, e := one.Paid.read("payment", o.currency())
		if e != nil {
			return p, e
		}
		if sum, err := got.Add(m); err == nil {
			got = sum
		}
		p.State = connector.PaymentPaid
	}
	if p.State == connector.PaymentPaid && got.Currency != "" && got.Currency == due.Currency && got.Minor < due.Minor {
		p.State = connector.PaymentPart
	}
	return p, nil
}

// phone is the number in E.164 as it is dialled in a country: nine digits are a number in Poland as well as in Ukraine.
func phone(t, country wire.Text) string {
	s := strings.TrimSpace(string(t))
	if n, err := phonenumbers.Parse(s, strings.ToUpper(wire.First(country, "PL"))); err == nil && phonenumbers.IsValidNumber(n) {
		return phonenumbers.Format(n, phonenumbers.E164)
	}
	return s
}
