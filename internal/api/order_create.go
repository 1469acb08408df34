package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// orderInput is the body of POST /api/v1/orders.
type orderInput struct {
	Number    string        `json:"number"`
	Source    string        `json:"source"`
	Currency  string        `json:"currency" need:"1"`
	PlacedAt  time.Time     `json:"placed_at,omitzero"`
	Customer  personInput   `json:"customer"`
	Recipient personInput   `json:"recipient"`
	Delivery  deliveryInput `json:"delivery"`
	Payment   paymentInput  `json:"payment"`
	Comment   string        `json:"comment"`
	Lines     []lineInput   `json:"lines" need:"1"`
}

type personInput struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Email string `json:"email"`
}

type deliveryInput struct {
	Service   string `json:"service"`
	City      string `json:"city"`
	Branch    string `json:"branch"`
	BranchRef string `json:"branch_ref"`
	Address   string `json:"address"`
	Price     amount `json:"price"`
}

type paymentInput struct {
	State    string `json:"state"`
	Method   string `json:"method"`
	OnPickup bool   `json:"on_pickup"`
}

type lineInput struct {
	SKU      string  `json:"sku"`
	Title    string  `json:"title"`
	Quantity qty.Qty `json:"quantity" need:"1"`
	Price    amount  `json:"price" need:"1"`
}

// ownSources are where an order of our own can come from.
var ownSources = map[string]bool{"api": true, "manual": true, "phone": true, "chat": true, "counter": true}

// source is where the order comes from; from a program when it does not say.
func (in orderInput) source() string {
	if in.Source == "" {
		return "api"
	}
	return in.Source
}

// paymentStates are what is known of the money.
var paymentStates = map[connector.PaymentState]bool{
	connector.PaymentUnpaid: true, connector.PaymentOnHold: true, connector.PaymentPaid: true, connector.PaymentPart: true, connector.PaymentRefunded: true,
}

// orderCreate takes in an order. The Idempotency-Key header is required: a repeat with the same key and body gets the same
// answer with 200 instead of 201, another body under the key is 409.
func (a *API) orderCreate(w http.ResponseWriter, r *http.Request) error {
	body, err := httpx.ReadBody(r, maxOrderBody)
	if err != nil {
		return err
	}
	key, err := keyOf(r, true)
	if err != nil {
		return err
	}
	var in orderInput
	if err := readJSON(body, &in); err != nil {
		return err
	}
	order, err := a.channelOrder(in, key)
	if err != nil {
		return err
	}
	res, err := a.Orders.Intake(r.Context(), orders.Intake{Actor: access.From(r.Context()), Source: in.source(), Order: order, Body: body})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if res.Created {
		status = http.StatusCreated
	}
	return httpx.WriteJSON(w, status, takenJSON(res))
}

func takenJSON(res orders.Result) orderTakenOut {
	return orderTakenOut{ID: res.OrderID, Number: res.Number, Stage: string(res.Stage), Created: res.Created,
		DuplicateOf: res.DuplicateOf, Short: res.Short, Unlinked: res.Unlinked}
}

// orderTakenOut is what became of an order that was sent in.
type orderTakenOut struct {
	ID          int64              `json:"id"`
	Number      string             `json:"number"`
	Stage       string             `json:"stage"`
	Created     bool               `json:"created"`
	DuplicateOf int64              `json:"duplicate_of,omitempty"`
	Short       []orders.ShortLine `json:"short,omitempty"`
	Unlinked    []int64            `json:"unlinked,omitempty"`
}

// channelOrder brings the input into the form in which every order is taken in.
func (a *API) channelOrder(in orderInput, key string) (connector.Order, error) {
	var c errs.Check
	c.That(ownSources[in.source()], "source", "error.order.source")
	c.That(in.Payment.State == "" || paymentStates[connector.PaymentState(in.Payment.State)], "payment.state", "error.invalid")
	cur, err := money.ParseCurrency(in.Currency)
	if err != nil {
		c.Fail("currency", "error.order.currency", "currency", in.Currency)
		return connector.Order{}, c.Err()
	}
	o := connector.Order{
		ExternalID: key, Number: in.Number, Stage: connector.StageNew, CreatedAt: in.PlacedAt, Total: money.New(0, cur), Comment: in.Comment,
		Buyer:     a.person(in.Customer),
		Recipient: a.person(in.Recipient),
		Payment:   connector.Payment{State: connector.PaymentState(in.Payment.State), Method: in.Payment.Method, OnPickup: in.Payment.OnPickup},
		Delivery: connector.Delivery{Service: in.Delivery.Service, City: in.Delivery.City, Branch: in.Delivery.Branch, BranchRef: in.Delivery.BranchRef,
			Address: in.Delivery.Address},
	}
	if o.DeliveryCost, err = in.Delivery.Price.money(cur); err != nil {
		c.Fail("delivery.price", "error.order.price", "line", 0)
	}
	for i, l := range in.Lines {
		price, err := l.Price.money(cur)
		if err != nil {
			c.Fail("lines", "error.order.price", "line", i+1)
		}
		o.Lines = append(o.Lines, connector.Line{SKU: l.SKU, Title: l.Title, Quantity: l.Quantity, Price: price})
	}
	return o, c.Err()
}

func (a *API) person(in personInput) connector.Person {
	p := connector.Person{Name: in.Name, Email: strings.ToLower(strings.TrimSpace(in.Email))}
	if in.Phone != "" {
		p.Phone = a.Phone(in.Phone)
	}
	return p
}
