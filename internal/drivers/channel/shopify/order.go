package shopify

import (
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// order is what orderFields asks for.
type order struct {
	ID           gid         `json:"id"`
	Name         wire.Text   `json:"name"`
	Created      wire.Text   `json:"createdAt"`
	Updated      wire.Text   `json:"updatedAt"`
	Cancelled    wire.Text   `json:"cancelledAt"`
	CancelReason wire.Text   `json:"cancelReason"`
	Closed       wire.Text   `json:"closedAt"`
	Test         wire.Text   `json:"test"`
	Financial    wire.Text   `json:"displayFinancialStatus"`
	Fulfillment  wire.Text   `json:"displayFulfillmentStatus"`
	Gateways     []wire.Text `json:"paymentGatewayNames"`
	Note         wire.Text   `json:"note"`
	Tags         []wire.Text `json:"tags"`
	Source       wire.Text   `json:"sourceName"`
	Total        bag         `json:"totalPriceSet"`
	Current      bag         `json:"currentTotalPriceSet"`
	Shipping     bag         `json:"totalShippingPriceSet"`
	Email        wire.Text   `json:"email"`
	Phone        wire.Text   `json:"phone"`
	Customer     struct {
		ID        gid       `json:"id"`
		FirstName wire.Text `json:"firstName"`
		LastName  wire.Text `json:"lastName"`
	} `json:"customer"`
	Address struct {
		FirstName wire.Text `json:"firstName"`
		LastName  wire.Text `json:"lastName"`
		Phone     wire.Text `json:"phone"`
		Address1  wire.Text `json:"address1"`
		Address2  wire.Text `json:"address2"`
		City      wire.Text `json:"city"`
		Zip       wire.Text `json:"zip"`
	} `json:"shippingAddress"`
	Methods struct {
		Nodes []struct {
			Title wire.Text `json:"title"`
			Code  wire.Text `json:"code"`
		} `json:"nodes"`
	} `json:"shippingLines"`
	Parcels []parcel  `json:"fulfillments"`
	Lines   linesPage `json:"lineItems"`
}

// bag is an amount in the shop's currency; most come without its name.
type bag struct {
	Shop struct {
		Amount   wire.Text `json:"amount"`
		Currency wire.Text `json:"currencyCode"`
	} `json:"shopMoney"`
}

type linesPage struct {
	Nodes wire.Rows `json:"nodes"`
	Page  pageInfo  `json:"pageInfo"`
}

type pageInfo struct {
	More wire.Text `json:"hasNextPage"`
	End  wire.Text `json:"endCursor"`
}

type line struct {
	ID       gid       `json:"id"`
	SKU      wire.Text `json:"sku"`
	Name     wire.Text `json:"name"`
	Quantity wire.Text `json:"quantity"`
	Current  wire.Text `json:"currentQuantity"` // after edits and refunds
	Price    bag       `json:"originalUnitPriceSet"`
	Total    bag       `json:"discountedTotalSet"` // of the quantity, not of the current one
	Variant  struct {
		ID gid `json:"id"`
	} `json:"variant"`
}

// parcel is a fulfilment.
type parcel struct {
	ID       gid       `json:"id"`
	Status   wire.Text `json:"status"`
	Display  wire.Text `json:"displayStatus"`
	Tracking []struct {
		Number wire.Text `json:"number"`
	} `json:"trackingInfo"`
}

// sent says whether the parcel is one: failed and cancelled fulfilments stay in the list.
func (p parcel) sent() bool {
	return !slices.Contains([]wire.Text{"CANCELLED", "ERROR", "FAILURE"}, p.Status)
}

func (p parcel) number() string {
	for _, t := range p.Tracking {
		if t.Number != "" {
			return string(t.Number)
		}
	}
	return ""
}

// ParseOrder normalises an order as PullOrders and ReadOrders give it.
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
	switch {
	case o.ID == 0:
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	case o.Fulfillment == "":
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no status")
	case o.Lines.Page.More.True():
		return connector.Order{}, connector.Errorf(connector.KindData, "not all lines of the order were read")
	}
	out := o.head()
	if e := o.fill(&out); e != nil {
		return connector.Order{}, e
	}
	return out, nil
}

func (o order) head() connector.Order {
	out := connector.Order{
		ExternalID: o.ID.text(), Number: string(o.Name), CreatedAt: o.Created.Time(time.UTC), ChangedAt: o.Updated.Time(time.UTC),
		Ignore: o.Test.True(), Comment: string(o.Note), Source: string(o.Source), Payment: o.payment(), Delivery: o.delivery(),
		Buyer: connector.Person{
			ExternalID: o.Customer.ID.text(), Name: wire.Name(o.Customer.FirstName, o.Customer.LastName),
			Phone: wire.Phone(wire.Text(wire.First(o.Phone, o.Address.Phone))), Email: o.Email.Email(),
		},
		Recipient: connector.Person{Name: wire.Name(o.Address.FirstName, o.Address.LastName), Phone: wire.Phone(o.Address.Phone)},
	}
	if out.Buyer.Name == "" {
		out.Buyer.Name = out.Recipient.Name
	}
	out.Status, out.Stage = o.status()
	if o.Cancelled != "" {
		out.CancelReason = string(o.CancelReason)
		out.CancelBy = canceller(o.CancelReason)
	}
	return out
}

// status is the first condition of the API sheet's table that holds. It differs in one point: money given back for an order
// of which nothing was sent ends it as a cancellation does, since nothing can come back.
func (o order) status() (string, connector.Stage) {
	sent := slices.ContainsFunc(o.Parcels, parcel.sent)
	switch {
	case o.Financial == statusRefunded && sent:
		return statusRefunded, connector.StageReturned
	case o.Cancelled != "":
		return statusCancelled, connector.StageCancelled
	case o.Financial == statusRefunded:
		return statusRefunded, connector.StageCancelled
	case o.Closed != "":
		return statusClosed, connector.StageCompleted
	case o.Fulfillment == statusFulfilled && o.delivered() && o.Financial == statusPaid:
		return statusDelivered, connector.StageCompleted
	case o.Fulfillment == statusFulfilled && o.delivered():
		return statusDelivered, connector.StageShipped
	case o.Fulfillment == statusFulfilled, o.Fulfillment == statusPartly:
		return string(o.Fulfillment), connector.StageShipped
	case o.Fulfillment == statusInProgress:
		return statusInProgress, connector.StagePicking
	}
	for _, code := range []string{statusPicking, statusConfirmed} {
		if slices.Contains(o.Tags, wire.Text(tags[code])) {
			s, _ := info.StatusOf(code)
			return code, s.Stage
		}
	}
	code := wire.First(string(o.Financial), statusPending)
	if s, known := info.StatusOf(code); known {
		return code, s.Stage
	}
	return code, connector.StageConfirmed // a word nobody has heard of keeps the stock held
}

// delivered says whether the last parcel has arrived.
func (o order) delivered() bool {
	for i := len(o.Parcels) - 1; i >= 0; i-- {
		if p := o.Parcels[i]; p.sent() {
			return p.Display == "DELIVERED" || p.Display == "PICKED_UP"
		}
	}
	return false
}

func canceller(reason wire.Text) string {
	switch reason {
	case "CUSTOMER":
		return "buyer"
	case "INVENTORY", "STAFF", "FRAUD":
		return "seller"
	}
	return "channel"
}

func (o order) payment() connector.Payment {
	p := connector.Payment{State: connector.PaymentUnpaid}
	for _, g := range o.Gateways {
		p.OnPickup = p.OnPickup || wire.OnPickup(g)
		p.Method = wire.First(p.Method, string(g))
	}
	switch o.Financial {
	case statusPaid, "PARTIALLY_REFUNDED":
		p.State = connector.PaymentPaid
	case "AUTHORIZED":
		p.State = connector.PaymentOnHold
	case "PARTIALLY_PAID":
		p.State = connector.PaymentPart
	case statusRefunded:
		p.State = connector.PaymentRefunded
	}
	return p
}

func (o order) delivery() connector.Delivery {
	a := o.Address
	d := connector.Delivery{
		City: string(a.City), Address: wire.Name(a.Address1, a.Address2, a.Zip), Branch: wire.First(wire.Branch(a.Address1), wire.Branch(a.Address2)),
	}
	for _, m := range o.Methods.Nodes {
		if d.Title == "" {
			d.Title, d.Service = wire.First(m.Title, m.Code), wire.Carrier(m.Code, m.Title)
		}
	}
	for _, p := range o.Parcels {
		if n := p.number(); n != "" && p.sent() {
			d.Tracking = n
		}
	}
	return d
}

// fill reads lines and money. An order that is over shows what was bought; an open one what is left of it.
func (o order) fill(out *connector.Order) *connector.Error {
	cur, e := wire.Currency(o.Total.Shop.Currency, "")
	if e != nil {
		return e
	}
	if cur == "" {
		return connector.Errorf(connector.KindData, "order names no currency")
	}
	over := out.Stage == connector.StageCancelled || out.Stage == connector.StageReturned
	keys := wire.Key{}
	for _, row := range o.Lines.Nodes {
		l, e := parseLine(row, cur, over, keys)
		if e != nil {
			return e
		}
		out.Lines = append(out.Lines, l)
	}
	if len(out.Lines) == 0 {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	total := wire.Text(wire.First(o.Current.Shop.Amount, o.Total.Shop.Amount))
	if over {
		total = o.Total.Shop.Amount
	}
	if out.Total, e = wire.Total(total, cur, out.Lines); e != nil {
		return e
	}
	out.DeliveryCost = wire.Optional(o.Shipping.Shop.Amount, cur)
	if out.Total.Currency != cur || out.DeliveryCost.Minor > 0 && out.DeliveryCost.Currency != cur {
		return connector.Errorf(connector.KindData, "amounts of the order are in different currencies")
	}
	if total != "" {
		out.Total.Minor = max(out.Total.Minor-out.DeliveryCost.Minor, 0)
	}
	return nil
}

func parseLine(row []byte, cur money.Currency, over bool, keys wire.Key) (connector.Line, *connector.Error) {
	var l line
	if e := wire.Decode(row, &l); e != nil {
		return connector.Line{}, e
	}
	out := connector.Line{OfferID: l.Variant.ID.text(), SKU: string(l.SKU), Title: string(l.Name)}
	if out.OfferID == "" && out.SKU == "" && out.Title == "" {
		return out, connector.Errorf(connector.KindData, "a line without product, code and name")
	}
	out.ExternalID = keys.Next(l.ID.text())
	figures := wire.Line{
		Label: wire.First(out.Title, out.SKU, out.OfferID), Quantity: l.Quantity, Price: l.Price.Shop.Amount, Total: l.Total.Shop.Amount, Currency: cur,
	}
	if figures.Total != "" { // the price after discounts follows from it
		figures.Price = ""
	}
	var e *connector.Error
	if out.Quantity, out.Price, out.Total, e = figures.Figures(); e != nil {
		return out, e
	}
	out.Gift = out.Total.Minor == 0
	if over || l.Current == "" || l.Current == l.Quantity {
		return out, nil
	}
	left, err := l.Current.Quantity()
	if err != nil || left < 0 {
		return out, connector.Errorf(connector.KindData, "line “%s”: current quantity %q can not be read", wire.Clip(figures.Label), string(l.Current))
	}
	if left == 0 {
		out.Removed = true
		return out, nil
	}
	if out.Total, err = out.Total.MulDiv(int64(left), int64(out.Quantity)); err != nil {
		return out, connector.Errorf(connector.KindData, "line “%s”: total is out of range", wire.Clip(figures.Label))
	}
	out.Quantity = left
	return out, nil
}
