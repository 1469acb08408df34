package opencart

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// carriers are the services whose waybills the shop's history can name, as buyers call them.
var carriers = map[string]string{
	"nova_poshta": "Нова пошта", "ukrposhta": "Укрпошта", "meest": "Meest Пошта", "rozetka": "Rozetka Delivery", "delivery_auto": "Делівері",
	"mist_express": "Міст Експрес", "inpost": "InPost", "orlen": "ORLEN Paczka", "poczta_polska": "Poczta Polska", "dpd": "DPD", "dhl": "DHL", "gls": "GLS",
	"ups": "UPS", "fedex": "FedEx",
}

type waybill struct {
	Carrier string `json:"carrier"`
	Title   string `json:"title"`
	Number  string `json:"number"`
}

// step is the body of status and tracking.
type step struct {
	OrderID  int64    `json:"order_id"`
	From     int64    `json:"from,omitempty"`
	To       int64    `json:"to,omitempty"`
	Comment  string   `json:"comment,omitempty"`
	Notify   bool     `json:"notify"`
	Key      string   `json:"key"`
	Tracking *waybill `json:"tracking"`
}

// maxComment bounds the words that go into an order's history, in runes.
const maxComment = 500

// PushStatus makes one step. The key lets the shop recognise a repeat, so that a buyer gets one letter and not two.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	id, to := wire.Text(s.OrderID).Number(), wire.Text(s.To).Number()
	if id == 0 {
		return wire.NotID("orders", s.OrderID)
	}
	if to == 0 {
		return connector.Errorf(connector.KindPermanent, "%q is not a status of the shop", wire.Clip(s.To))
	}
	own, _ := info.StatusOf(s.To) // a status of the shop's own may mean anything
	if err := c.means(ctx, s.To, own.Stage); err != nil {
		return err
	}
	body := step{OrderID: id, From: wire.Text(s.From).Number(), To: to, Comment: clipped(s.Text), Notify: c.notify}
	if s.Tracking != "" {
		w, err := newWaybill(s.Carrier, s.Tracking)
		if err != nil {
			return err
		}
		body.Tracking = w
	}
	return c.step(ctx, "status", body)
}

// PushTracking stores a waybill number beside the order and in its history.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, number string) error {
	id := wire.Text(orderID).Number()
	if id == 0 {
		return wire.NotID("orders", orderID)
	}
	w, err := newWaybill(carrier, number)
	if err != nil {
		return err
	}
	return c.step(ctx, "tracking", step{OrderID: id, Notify: c.notify, Tracking: w})
}

func newWaybill(carrier, number string) (*waybill, error) {
	title, ok := carriers[carrier]
	if !ok {
		return nil, connector.Errorf(connector.KindPermanent, "the shop can not name a waybill of %q", wire.Clip(carrier))
	}
	if number = strings.TrimSpace(number); number == "" || len(number) > 64 {
		return nil, connector.Errorf(connector.KindPermanent, "this can not be the number of a waybill")
	}
	return &waybill{carrier, title, number}, nil
}

func clipped(s string) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), maxComment)])
}

func (c *channel) step(ctx context.Context, call string, s step) error {
	s.Key = key(call, s)
	var said struct {
		Status wire.Text `json:"status"`
		Done   *bool     `json:"done"`
	}
	if err := c.call(ctx, call, s, true, &said); err != nil {
		return err
	}
	switch {
	case said.Done == nil || said.Status.Number() == 0:
		return connector.Errorf(connector.KindUnknown, "the shop did not say what it did with the order")
	case s.To != 0 && said.Status.Number() != s.To:
		return connector.Errorf(connector.KindPermanent, "the shop left the order in status %s", said.Status.ID())
	}
	return nil
}

// key is the same for the same step and for no other.
func key(call string, s step) string {
	b, err := json.Marshal(s)
	if err != nil {
		return call
	}
	return digest(append(b, call...))[:32]
}
