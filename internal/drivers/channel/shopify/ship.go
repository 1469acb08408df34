package shopify

import (
	"context"
	"net/url"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// carriers by Lad's name. Shopify makes links for carriers of its own list only, on which the local ones are not, so that the
// address goes along always.
var carriers = map[string]struct{ company, link string }{
	"nova_poshta": {"Nova Poshta", "https://novaposhta.ua/tracking/?cargo_number="},
	"ukrposhta":   {"Ukrposhta", "https://track.ukrposhta.ua/tracking_UA.html?barcode="},
	"meest":       {"Meest", "https://t.meest-group.com/en?parcel_number="},
	"inpost":      {"InPost", "https://inpost.pl/sledzenie-przesylek?number="},
}

// tracking is FulfillmentTrackingInput; the zero value is a parcel without a number.
type tracking struct {
	Company string `json:"company"`
	Number  string `json:"number"`
	URL     string `json:"url"`
}

func waybill(carrier, number string) (tracking, error) {
	known, ok := carriers[carrier]
	if !ok {
		return tracking{}, connector.Errorf(connector.KindPermanent, "Lad has no tracking address of carrier %q for Shopify", carrier)
	}
	return tracking{known.company, number, known.link + url.QueryEscape(number)}, nil
}

// work is a fulfilment order: what one location has to send.
type work struct {
	ID       wire.Text `json:"id"`
	Status   wire.Text `json:"status"`
	Assigned struct {
		Location struct {
			ID wire.Text `json:"id"`
		} `json:"location"`
	} `json:"assignedLocation"`
}

// PushTracking stores a waybill number. Shopify keeps it on a fulfilment, so that what has not been sent is sent with it.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, number string) error {
	n := wire.Text(orderID).Number()
	if n == 0 {
		return wire.NotID("orders", orderID)
	}
	t, err := waybill(carrier, number)
	if err != nil {
		return err
	}
	return c.ship(ctx, global("Order", n), t)
}

// ship fulfils everything that remains, one call for each location, and tells the buyer. Where nothing remains the number is
// put on what was sent.
func (c *channel) ship(ctx context.Context, order string, t tracking) error {
	o, err := c.look(ctx, order, `cancelledAt displayFulfillmentStatus fulfillments(first:20){id status trackingInfo{number}}
fulfillmentOrders(first:50){nodes{id status assignedLocation{location{id}}}}`)
	if err != nil {
		return err
	}
	if o.Cancelled != "" {
		return connector.Errorf(connector.KindPermanent, "the order is canceled in Shopify")
	}
	var places []wire.Text
	open := map[wire.Text][]work{}
	for _, w := range o.Works.Nodes {
		switch at := w.Assigned.Location.ID; w.Status {
		case "OPEN", "IN_PROGRESS":
			if len(open[at]) == 0 {
				places = append(places, at)
			}
			open[at] = append(open[at], w)
		case "ON_HOLD", "SCHEDULED":
			return connector.Errorf(connector.KindPermanent, "a part of the order is on hold or scheduled in Shopify: release it there first")
		}
	}
	if len(places) == 0 {
		return c.relabel(ctx, o.Parcels, t)
	}
	for _, at := range places {
		if err := c.fulfill(ctx, open[at], t); err != nil {
			return err
		}
	}
	return nil
}

// fulfill sends what remains at one location.
func (c *channel) fulfill(ctx context.Context, works []work, t tracking) error {
	lines := make([]map[string]any, len(works))
	for i, w := range works {
		lines[i] = map[string]any{"fulfillmentOrderId": w.ID}
	}
	input := map[string]any{"lineItemsByFulfillmentOrder": lines, "notifyCustomer": true}
	if t.Number != "" {
		input["trackingInfo"] = t
	}
	return c.parcelWrite(ctx, "fulfillmentCreate", operation{
		write: true,
		query: `mutation($f:FulfillmentInput!){fulfillmentCreate(fulfillment:$f){fulfillment{id status} userErrors{field message}}}`,
		vars:  map[string]any{"f": input},
	})
}

// relabel puts the number on the parcels that have none, or the number that this one replaces: that of the newest parcel.
// Other parcels keep theirs.
func (c *channel) relabel(ctx context.Context, parcels []parcel, t tracking) error {
	replaced, sent := "", false
	for _, p := range parcels {
		if p.sent() {
			replaced, sent = p.number(), true
		}
	}
	if !sent {
		return connector.Errorf(connector.KindPermanent, "Shopify has nothing to send in this order")
	}
	for _, p := range parcels {
		if n := p.number(); t.Number == "" || !p.sent() || n == t.Number || n != "" && n != replaced {
			continue
		}
		err := c.parcelWrite(ctx, "fulfillmentTrackingInfoUpdate", operation{
			write: true,
			query: `mutation($id:ID!,$t:FulfillmentTrackingInput!){fulfillmentTrackingInfoUpdate(fulfillmentId:$id,trackingInfoInput:$t,notifyCustomer:true){fulfillment{id status} userErrors{field message}}}`,
			vars:  map[string]any{"id": global("Fulfillment", int64(p.ID)), "t": t},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// parcelWrite makes a mutation that answers with a fulfilment.
func (c *channel) parcelWrite(ctx context.Context, mutation string, op operation) error {
	said := map[string]*struct {
		Parcel *parcel     `json:"fulfillment"`
		Errors []userError `json:"userErrors"`
	}{}
	if err := c.ask(ctx, op, &said); err != nil {
		return err
	}
	m := said[mutation]
	if m != nil && len(m.Errors) > 0 {
		return refusal(m.Errors)
	}
	if m == nil || m.Parcel == nil || m.Parcel.ID == 0 {
		return connector.Errorf(connector.KindUnknown, "Shopify did not show the parcel that it noted")
	}
	return nil
}
