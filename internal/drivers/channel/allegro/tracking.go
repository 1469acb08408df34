package allegro

import (
	"context"
	"net/http"
	"unicode/utf8"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

const (
	maxWaybill   = 64
	carrierOther = "OTHER"
)

// others are carriers that Lad knows and Allegro may not: they go as OTHER with a name of at most 30 characters.
var others = map[string]string{"nova_poshta": "Nova Poshta", "ukrposhta": "Ukrposhta", "meest": "Meest", "mist_express": "Mist Express", "rozetka": "Rozetka Delivery"}

// PushTracking adds a shipment of the whole order. Adding is not repeatable and Allegro's own labels add their waybill
// themselves, so the shipments are looked through first.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, number string) error {
	if !isUUID.MatchString(orderID) {
		return noOrder(orderID)
	}
	if n := utf8.RuneCountInString(number); n == 0 || n > maxWaybill {
		return connector.Errorf(connector.KindPermanent, "Allegro takes waybill numbers of 1 to %d characters", maxWaybill)
	}
	body, e := c.shipment(ctx, carrier, number)
	if e != nil {
		return e
	}
	list, e := c.shipments(ctx, orderID, true)
	if e != nil {
		return e
	}
	for _, row := range list {
		var has struct {
			Waybill wire.Text `json:"waybill"`
		}
		if wire.Decode(row, &has) == nil && string(has.Waybill) == number {
			return nil
		}
	}
	var said struct {
		Waybill wire.Text `json:"waybill"`
	}
	a, e := c.do(ctx, request{method: http.MethodPost, path: "/order/checkout-forms/" + orderID + "/shipments", body: body, write: true}, &said)
	if e == nil && string(said.Waybill) != number {
		e = a.Unclear("Allegro did not say whether it stored the waybill")
	}
	if e != nil {
		return e
	}
	return nil
}

// shipment finds Allegro's id of a carrier.
func (c *channel) shipment(ctx context.Context, carrier, number string) (map[string]string, *connector.Error) {
	if e := c.readCarriers(ctx); e != nil {
		return nil, e
	}
	body := map[string]string{"waybill": number}
	switch id, name := c.carriers[flat(carrier)], others[carrier]; {
	case id != "" && id != carrierOther:
		body["carrierId"] = id
	case name != "":
		body["carrierId"], body["carrierName"] = carrierOther, name
	default:
		return nil, connector.Errorf(connector.KindPermanent, "Allegro does not know the carrier %q", carrier)
	}
	return body, nil
}

// readCarriers learns the carriers once a session, by id and by name.
func (c *channel) readCarriers(ctx context.Context) *connector.Error {
	if c.carriers != nil {
		return nil
	}
	var said struct {
		List []struct {
			ID   wire.Text `json:"id"`
			Name wire.Text `json:"name"`
		} `json:"carriers"`
	}
	a, e := c.do(ctx, request{method: http.MethodGet, path: "/order/carriers", write: true}, &said)
	if e != nil {
		return e
	}
	if len(said.List) == 0 {
		return a.Unclear("Allegro answered without a list of carriers")
	}
	c.carriers = map[string]string{}
	for _, k := range said.List {
		c.carriers[flat(string(k.Name))] = string(k.ID)
	}
	for _, k := range said.List {
		c.carriers[flat(string(k.ID))] = string(k.ID)
	}
	return nil
}
