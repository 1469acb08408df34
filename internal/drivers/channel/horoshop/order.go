package horoshop

import (
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// order is what the API sheet, part 5, says an order holds. Its "user" is no customer key and is not read.
type order struct {
	ID       wire.Text `json:"order_id"`
	Created  wire.Text `json:"stat_created"`
	Status   wire.Text `json:"stat_status"`
	Name     wire.Text `json:"delivery_name"`
	Email    wire.Text `json:"delivery_email"`
	Phone    wire.Text `json:"delivery_phone"`
	City     wire.Text `json:"delivery_city"`
	OwnCity  wire.Text `json:"delivery_city_stable"`
	Address  wire.Text `json:"delivery_address"`
	Delivery struct {
		Title wire.Words `json:"title"`
	} `json:"delivery_type"`
	DeliveryPrice wire.Text `json:"delivery_price"`
	Comment       wire.Text `json:"comment"`
	Payment       struct {
		Title wire.Words `json:"title"`
	} `json:"payment_type"`
	Payed    wire.Text `json:"payed"`
	Paid     wire.Text `json:"paid"`
	Total    wire.Text `json:"total_sum"`
	Currency wire.Text `json:"currency"`
	Products wire.Rows `json:"products"`
	Waybill  struct {
		Operator wire.Text `json:"deliveryOperatorType"`
		Number   wire.Text `json:"tnNumber"`
	} `json:"delivery_data"`
	More struct {
		Warehouse wire.Text `json:"recipient_warehouse_ref"`
	} `json:"additional_data"`
}

type product struct {
	Title    wire.Words `json:"title"`
	Article  wire.Text  `json:"article"`
	Price    wire.Text  `json:"price"`
	Quantity wire.Text  `json:"quantity"`
	Total    wire.Text  `json:"total_price"`
	Type     wire.Text  `json:"type"`
}

// ParseOrder normalises an order.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	o, err := c.parseOrder(body)
	if err != nil {
		return connector.Order{}, err
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
	if o.Status.ID() == "" {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s has no status", o.ID.ID())
	}
	out := o.head()
	out.Stage = c.stageOf(out.Status)
	if e := o.fill(&out); e != nil {
		e.Message = "order " + out.ExternalID + ": " + e.Message
		return connector.Order{}, e
	}
	return out, nil
}

// head reads everything but the goods. Whether a cancelled order had been sent, and so comes back, is known to the one who
// sent it: the shop's status 4 means both.
func (o order) head() connector.Order {
	out := connector.Order{
		ExternalID: o.ID.ID(), Status: o.Status.ID(), CreatedAt: o.Created.Time(zone), Comment: string(o.Comment),
		Buyer: connector.Person{Name: string(o.Name), Phone: wire.Phone(o.Phone), Email: o.Email.Email()},
		Payment: connector.Payment{
			State: connector.PaymentUnpaid, Method: string(o.Payment.Title), OnPickup: wire.OnPickup(wire.Text(o.Payment.Title)),
		},
		Delivery: connector.Delivery{
			Service: wire.Carrier(o.Waybill.Operator, wire.Text(o.Delivery.Title)), Title: string(o.Delivery.Title),
			City: wire.First(o.City, o.OwnCity), Branch: wire.Branch(o.Address), BranchRef: string(o.More.Warehouse),
			Address: address(o.Address), Tracking: string(o.Waybill.Number),
		},
	}
	if o.Payed.True() || o.Paid.True() {
		out.Payment.State = connector.PaymentPaid
	}
	return out
}

// address takes Ukrposhta's address, whose parts are joined with "@", apart.
func address(t wire.Text) string {
	var parts []string
	for p := range strings.SplitSeq(string(t), "@") {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

func (o order) fill(out *connector.Order) *connector.Error {
	cur, e := wire.Currency(o.Currency, info.Currency)
	if e != nil {
		return e
	}
	keys := wire.Key{}
	for _, row := range o.Products {
		line, e := parseLine(row, cur, keys)
		if e != nil {
			return e
		}
		out.Lines = append(out.Lines, line)
	}
	if len(out.Lines) == 0 {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	if out.Total, e = wire.Total(o.Total, cur, out.Lines); e != nil {
		return e
	}
	out.DeliveryCost = wire.Optional(o.DeliveryPrice, cur) // -1 means not calculated
	return discount(out)
}

// parseLine reads a line. Gifts and the parts of a set take stock, but their money is in the gift's parent or the set.
func parseLine(row []byte, cur money.Currency, keys wire.Key) (connector.Line, *connector.Error) {
	var p product
	if e := wire.Decode(row, &p); e != nil {
		return connector.Line{}, e
	}
	line := connector.Line{
		OfferID: string(p.Article), SKU: string(p.Article), Title: string(p.Title), Gift: p.Type == "gift" || p.Type == "set_item",
	}
	if line.OfferID == "" && line.Title == "" {
		return connector.Line{}, connector.Errorf(connector.KindData, "a line without article and title")
	}
	line.ExternalID = keys.Next(line.OfferID)
	figures := wire.Line{
		Label: wire.First(line.Title, line.OfferID), Quantity: p.Quantity, Price: p.Price, Total: p.Total, Currency: cur, Free: line.Gift,
	}
	var e *connector.Error
	line.Quantity, line.Price, line.Total, e = figures.Figures()
	return line, e
}

// discount spreads a coupon or a manager's discount, which the lines do not show, over their totals, so that what the
// lines say the buyer pays adds up to what he pays.
func discount(out *connector.Order) *connector.Error {
	sum, e := wire.Total("", out.Total.Currency, out.Lines)
	if e != nil {
		return e
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
