package prom

import (
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// order is what the API sheet, part 5, says an order holds.
type order struct {
	ID           wire.Text `json:"id"`
	Created      wire.Text `json:"date_created"`
	Modified     wire.Text `json:"date_modified"`
	FirstName    wire.Text `json:"client_first_name"`
	SecondName   wire.Text `json:"client_second_name"`
	LastName     wire.Text `json:"client_last_name"`
	ClientID     wire.Text `json:"client_id"`
	Notes        wire.Text `json:"client_notes"`
	Phone        wire.Text `json:"phone"`
	Email        wire.Text `json:"email"`
	Price        wire.Text `json:"price"`
	Status       wire.Text `json:"status"`
	Source       wire.Text `json:"source"`
	NoCall       wire.Text `json:"dont_call_customer_back"`
	Address      wire.Text `json:"delivery_address"`
	DeliveryCost wire.Text `json:"delivery_cost"`
	Delivery     struct {
		Name    wire.Text `json:"name"`
		Service wire.Text `json:"shipping_service"`
	} `json:"delivery_option"`
	Provider provider `json:"delivery_provider_data"`
	Payment  struct {
		Name wire.Text `json:"name"`
	} `json:"payment_option"`
	PaymentData struct {
		Status wire.Text `json:"status"`
	} `json:"payment_data"`
	Fee struct {
		Amount wire.Text `json:"amount"`
	} `json:"cpa_commission"`
	Cancellation struct {
		Title     wire.Text `json:"title"`
		Initiator wire.Text `json:"initiator"`
	} `json:"cancellation"`
	Recipient struct {
		FirstName  wire.Text `json:"first_name"`
		SecondName wire.Text `json:"second_name"`
		LastName   wire.Text `json:"last_name"`
		Phone      wire.Text `json:"phone"`
	} `json:"delivery_recipient"`
	Products wire.Rows `json:"products"`
}

type provider struct {
	Provider  wire.Text `json:"provider"`
	Warehouse wire.Text `json:"recipient_warehouse_id"`
	Number    wire.Text `json:"declaration_number"`
	Address   struct {
		CityID    wire.Text `json:"city_id"`
		City      wire.Text `json:"city_name"`
		Warehouse wire.Text `json:"warehouse_id"`
	} `json:"recipient_address"`
}

type product struct {
	ID         wire.Text  `json:"id"`
	ExternalID wire.Text  `json:"external_id"`
	SKU        wire.Text  `json:"sku"`
	Name       wire.Words `json:"name"`
	Quantity   wire.Text  `json:"quantity"`
	Price      wire.Text  `json:"price"`
	Total      wire.Text  `json:"total_price"`
}

// ParseOrder normalises an order, bare or as GET /orders/{id} wraps it.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	o, err := parseOrder(body)
	if err != nil {
		return connector.Order{}, err
	}
	return o, nil
}

func parseOrder(body []byte) (connector.Order, *connector.Error) {
	var wrapped struct {
		Order *order `json:"order"`
	}
	var o order
	if e := wire.Decode(body, &wrapped); e != nil {
		return connector.Order{}, e
	}
	if wrapped.Order != nil {
		o = *wrapped.Order
	} else if e := wire.Decode(body, &o); e != nil {
		return connector.Order{}, e
	}
	if o.ID.Number() == 0 {
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
	out := connector.Order{
		ExternalID: o.ID.ID(), Status: string(o.Status), Source: string(o.Source), Comment: string(o.Notes), NoCall: o.NoCall.True(),
		CreatedAt: o.Created.Time(time.UTC), ChangedAt: o.Modified.Time(time.UTC), Payment: o.payment(), Delivery: o.delivery(),
		Buyer: connector.Person{
			ExternalID: o.ClientID.ID(), Name: wire.Name(o.LastName, o.FirstName, o.SecondName), Phone: wire.Phone(o.Phone),
			Email: o.Email.Email(),
		},
		Recipient: connector.Person{
			Name:  wire.Name(o.Recipient.LastName, o.Recipient.FirstName, o.Recipient.SecondName),
			Phone: wire.Phone(o.Recipient.Phone),
		},
	}
	out.Stage, out.Ignore = stageOf(out.Status)
	if out.Delivery.Tracking != "" && out.Stage == connector.StageConfirmed {
		out.Stage, out.StageFixed = connector.StageShipped, !isCustom(out.Status)
	}
	if out.Stage == connector.StageCancelled {
		out.CancelReason = string(o.Cancellation.Title)
		out.CancelBy = initiator(o.Cancellation.Initiator)
	}
	return out
}

// fill reads lines and money; whatever currency the goods are written in is the order's.
func (o order) fill(out *connector.Order) *connector.Error {
	cur := info.Currency
	if o.Price != "" {
		total, err := wire.Amount(o.Price, cur)
		if err != nil {
			return connector.Errorf(connector.KindData, "order total %q can not be read", string(o.Price))
		}
		cur = total.Currency
	}
	keys := wire.Key{}
	for i, row := range o.Products {
		line, e := parseLine(row, cur, keys)
		if e != nil {
			return e
		}
		if i == 0 && o.Price == "" {
			cur = line.Total.Currency
		}
		out.Lines = append(out.Lines, line)
	}
	if len(out.Lines) == 0 && !out.Ignore {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	var e *connector.Error
	if out.Total, e = wire.Total(o.Price, cur, out.Lines); e != nil {
		return e
	}
	out.DeliveryCost = wire.Optional(o.DeliveryCost, cur)
	out.Commission = wire.Optional(o.Fee.Amount, cur)
	return nil
}

func parseLine(row []byte, cur money.Currency, keys wire.Key) (connector.Line, *connector.Error) {
	var p product
	if e := wire.Decode(row, &p); e != nil {
		return connector.Line{}, e
	}
	line := connector.Line{OfferID: p.ID.ID(), SKU: wire.First(p.ExternalID, p.SKU), Title: string(p.Name)}
	if line.OfferID == "" && line.SKU == "" && line.Title == "" {
		return connector.Line{}, connector.Errorf(connector.KindData, "a line without product id, code and name")
	}
	line.ExternalID = keys.Next(line.OfferID)
	figures := wire.Line{
		Label: wire.First(line.Title, line.SKU, line.OfferID), Quantity: p.Quantity, Price: p.Price, Total: p.Total, Currency: cur,
	}
	var e *connector.Error
	line.Quantity, line.Price, line.Total, e = figures.Figures()
	return line, e
}

// payment: the flag lives apart from the status, which may stay at received for ever.
func (o order) payment() connector.Payment {
	p := connector.Payment{State: connector.PaymentUnpaid, Method: string(o.Payment.Name), OnPickup: wire.OnPickup(o.Payment.Name)}
	switch o.PaymentData.Status {
	case "paid", "paid_out":
		p.State = connector.PaymentPaid
	case "refunded":
		p.State = connector.PaymentRefunded
	case "":
		if o.Status == statusPaid || o.Status == loanApproved {
			p.State = connector.PaymentPaid
		}
	}
	return p
}

// delivery: the provider's data may be filled only once a waybill exists, before that there is a text for people.
func (o order) delivery() connector.Delivery {
	city, _, _ := strings.Cut(string(o.Address), ",")
	return connector.Delivery{
		Service: wire.Carrier(o.Provider.Provider, o.Delivery.Service, o.Delivery.Name), Title: string(o.Delivery.Name),
		City: wire.First(string(o.Provider.Address.City), strings.TrimSpace(city)), CityRef: string(o.Provider.Address.CityID),
		Branch: wire.Branch(o.Address), BranchRef: wire.First(o.Provider.Warehouse, o.Provider.Address.Warehouse),
		Address: string(o.Address), Tracking: string(o.Provider.Number),
	}
}

func initiator(t wire.Text) string {
	switch strings.ToLower(string(t)) {
	case "":
		return ""
	case "buyer", "client", "customer":
		return "buyer"
	case "seller", "company":
		return "seller"
	}
	return "channel"
}
