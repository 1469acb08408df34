package rozetka

import (
	"encoding/json"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// one is an answer with a single entity.
type one struct {
	Content json.RawMessage `json:"content"`
}

// order is what the API sheet, part 5, says an order holds.
type order struct {
	ID        wire.Text `json:"id"`
	Created   wire.Text `json:"created"`
	Changed   wire.Text `json:"changed"`
	Amount    wire.Text `json:"amount"`
	Goods     wire.Text `json:"amount_with_discount"`
	Status    wire.Text `json:"status"`
	Group     wire.Text `json:"status_group"`
	Phone     wire.Text `json:"user_phone"`
	BuyerName fullName  `json:"user_title"`
	Comment   wire.Text `json:"comment"`
	TTN       wire.Text `json:"ttn"`
	NoCall    wire.Text `json:"callback_off"`
	GroupID   wire.Text `json:"group_id"`
	User      struct {
		ID    wire.Text `json:"id"`
		Name  wire.Text `json:"contact_fio"`
		Email wire.Text `json:"email"`
	} `json:"user"`
	Delivery  delivery  `json:"delivery"`
	Purchases wire.Rows `json:"purchases"`
	Payment   payment   `json:"payment"`
	Paid      struct {
		Name wire.Text `json:"name"`
		ID   wire.Text `json:"status_payment_id"`
	} `json:"status_payment"`
	PaymentType     wire.Text `json:"payment_type"`
	PaymentTypeName wire.Text `json:"payment_type_name"`
	StatusData      struct {
		Name  wire.Text `json:"name"`
		Title wire.Text `json:"title"`
	} `json:"status_data"`
	Carrier struct {
		Number wire.Text `json:"carrier_track_num"`
	} `json:"carrier"`
}

type fullName struct {
	First  wire.Text `json:"first_name"`
	Last   wire.Text `json:"last_name"`
	Second wire.Text `json:"second_name"`
	Full   wire.Text `json:"full_name"`
}

type payment struct {
	Method wire.Text       `json:"payment_method_name"`
	Type   wire.Text       `json:"payment_type"`
	Title  wire.Text       `json:"payment_type_title"`
	Status json.RawMessage `json:"payment_status"`
}

type delivery struct {
	ServiceID   wire.Text `json:"delivery_service_id"`
	ServiceName wire.Text `json:"delivery_service_name"`
	Title       wire.Text `json:"recipient_title"`
	First       wire.Text `json:"recipient_first_name"`
	Last        wire.Text `json:"recipient_last_name"`
	Second      wire.Text `json:"recipient_second_name"`
	Phone       wire.Text `json:"recipient_phone"`
	Email       wire.Text `json:"email"`
	Street      wire.Text `json:"place_street"`
	Branch      wire.Text `json:"place_number"`
	House       wire.Text `json:"place_house"`
	Flat        wire.Text `json:"place_flat"`
	Cost        wire.Text `json:"cost"`
	Ref         wire.Text `json:"ref_id"`
	City        struct {
		UUID  wire.Text `json:"uuid"`
		Name  wire.Text `json:"name_ua"`
		Plain wire.Text `json:"name"`
		Title wire.Text `json:"title"`
	} `json:"city"`
}

type purchase struct {
	ID       wire.Text `json:"id"`
	ItemID   wire.Text `json:"item_id"`
	Name     wire.Text `json:"item_name"`
	Quantity wire.Text `json:"quantity"`
	Price    wire.Text `json:"price"`
	Final    wire.Text `json:"price_with_discount"`
	Cost     wire.Text `json:"cost"`
	CostDone wire.Text `json:"cost_with_discount"`
	Status   wire.Text `json:"status"`
	Item     struct {
		ID      wire.Text `json:"id"`
		Name    wire.Text `json:"name"`
		NameUA  wire.Text `json:"name_ua"`
		Article wire.Text `json:"article"`
		OfferID wire.Text `json:"price_offer_id"`
	} `json:"item"`
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
	if o.ID.Number() == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	}
	if o.Status.Number() == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s has no status", o.ID.ID())
	}
	out := o.head()
	keys := wire.Key{}
	for _, row := range o.Purchases {
		line, e := parseLine(row, keys)
		if e != nil {
			e.Message = "order " + out.ExternalID + ": " + e.Message
			return connector.Order{}, e
		}
		out.Lines = append(out.Lines, line)
	}
	if len(out.Lines) == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s: no goods in it", out.ExternalID)
	}
	var e *connector.Error
	if out.Total, e = wire.Total(wire.Text(wire.First(o.Goods, o.Amount)), info.Currency, out.Lines); e != nil {
		e.Message = "order " + out.ExternalID + ": " + e.Message
		return connector.Order{}, e
	}
	return out, nil
}

func (o order) head() connector.Order {
	out := connector.Order{
		ExternalID: o.ID.ID(), Status: o.Status.ID(), Stage: stageOf(o.Status.ID(), o.Group.ID()),
		CreatedAt: o.Created.Time(zone), ChangedAt: o.Changed.Time(zone), Comment: string(o.Comment),
		NoCall: o.NoCall.True(), GroupID: o.GroupID.ID(), Payment: o.payment(), Delivery: o.Delivery.read(),
		DeliveryCost: wire.Optional(o.Delivery.Cost, info.Currency),
		Buyer: connector.Person{
			ExternalID: o.User.ID.ID(), Name: wire.First(o.BuyerName.words(), string(o.User.Name)), Phone: wire.Phone(o.Phone),
			Email: wire.First(o.User.Email.Email(), o.Delivery.Email.Email()),
		},
		Recipient: connector.Person{
			Name:  wire.First(string(o.Delivery.Title), wire.Name(o.Delivery.Last, o.Delivery.First, o.Delivery.Second)),
			Phone: wire.Phone(o.Delivery.Phone),
		},
	}
	out.Delivery.Tracking = wire.First(o.TTN, o.Carrier.Number)
	if out.Stage == connector.StageCancelled {
		out.CancelReason, out.CancelBy = o.cancelWords(), cancelBy(out.Status)
	}
	return out
}

func (n fullName) words() string {
	return wire.First(wire.Name(n.Last, n.First, n.Second), string(n.Full))
}

func (o order) cancelWords() string {
	s, _ := info.StatusOf(o.Status.ID())
	return wire.First(string(o.StatusData.Title), string(o.StatusData.Name), s.Title)
}

// cancelBy tells who ended the order, where the status says so.
func cancelBy(code string) string {
	switch code {
	case "45", "11", "12", "40":
		return "buyer"
	case "42", "43", "29":
		return "seller"
	case "7", "44", "25", "88":
		return "channel"
	}
	return ""
}

func parseLine(row []byte, keys wire.Key) (connector.Line, *connector.Error) {
	var p purchase
	if e := wire.Decode(row, &p); e != nil {
		return connector.Line{}, e
	}
	line := connector.Line{
		OfferID: wire.First(p.ItemID.ID(), p.Item.ID.ID()), SKU: wire.First(p.Item.OfferID, p.Item.Article),
		Title: wire.First(p.Name, p.Item.NameUA, p.Item.Name), Removed: p.Status == "0",
	}
	if line.OfferID == "" && line.SKU == "" && line.Title == "" {
		return connector.Line{}, connector.Errorf(connector.KindData, "a line without item id, code and name")
	}
	line.ExternalID = keys.Next(wire.First(p.ID.ID(), line.OfferID))
	figures := wire.Line{
		Label: wire.First(line.Title, line.SKU, line.OfferID), Quantity: p.Quantity, Currency: info.Currency,
		Price: wire.Text(wire.First(p.Final, p.Price)), Total: p.CostDone,
	}
	if p.Final == "" && p.CostDone == "" {
		figures.Total = p.Cost
	}
	if line.Removed && p.Quantity == "0" {
		figures.Quantity = "1" // a removed line holds nothing; Rozetka may zero it
	}
	var e *connector.Error
	line.Quantity, line.Price, line.Total, e = figures.Figures()
	return line, e
}

// payment: for cash the payment status stays empty for ever, the money comes with the parcel.
func (o order) payment() connector.Payment {
	kind := wire.First(o.Payment.Type, o.PaymentType)
	p := connector.Payment{
		State: connector.PaymentUnpaid, Method: wire.First(o.Payment.Method, o.Payment.Title, o.PaymentTypeName, o.PaymentType),
		OnPickup: kind == "cash",
	}
	var named struct {
		Name wire.Text `json:"name"`
		ID   wire.Text `json:"id"`
	}
	var flat wire.Text
	_ = flat.UnmarshalJSON(o.Payment.Status)
	_ = json.Unmarshal(o.Payment.Status, &named) // a plain value leaves it empty
	switch strings.ToLower(wire.First(flat, named.Name, named.ID, o.Paid.Name, o.Paid.ID)) {
	case "paid", "2":
		p.State = connector.PaymentPaid
	case "hold", "7":
		p.State = connector.PaymentOnHold
	case "part-paid", "part_paid", "5", "part-returned", "part_returned", "9":
		p.State = connector.PaymentPart
	case "returned", "8":
		p.State = connector.PaymentRefunded
	}
	return p
}

// services are the delivery service ids of the API sheet.
var services = map[wire.Text]string{"1": "rozetka", "4": "meest", "5": "nova_poshta", "2024": "ukrposhta"}

func (d delivery) read() connector.Delivery {
	var address []string
	for _, part := range []wire.Text{d.Street, d.House, d.Flat} {
		if part != "" {
			address = append(address, string(part))
		}
	}
	return connector.Delivery{
		Service: wire.First(services[d.ServiceID], wire.Carrier(d.ServiceName)), Title: string(d.ServiceName),
		City: wire.First(d.City.Title, d.City.Name, d.City.Plain), CityRef: string(d.City.UUID),
		Branch: string(d.Branch), BranchRef: string(d.Ref), Address: strings.Join(address, ", "),
	}
}
