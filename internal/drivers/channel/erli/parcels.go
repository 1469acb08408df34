package erli

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// vendors are Erli's words for carriers. One that Erli has no word for is own transport: the number shows, the parcel is not
// followed.
var vendors = map[string]string{
	"inpost": "inpost", "poczta_polska": "pocztaPolska", "pocztex": "pocztex24", "dhl": "dhl", "dpd": "dpd", "ups": "ups", "gls": "gls", "orlen": "orlen",
	"fedex": "fedex", "geis": "geis", "raben": "raben", "rhenus": "rhenus", "dsv": "dsv", "schenker": "schenker", "pickup": "selfPickup",
	"nova_poshta": "ownTransport", "ukrposhta": "ownTransport", "meest": "ownTransport",
}

// PushTracking reports a parcel sent by the shop's own contract. Erli would take the same parcel twice, so the order is looked
// at first.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, number string) error {
	path, e := orderPath(orderID)
	if e != nil {
		return e
	}
	vendor := vendors[carrier]
	if vendor == "" {
		return connector.Errorf(connector.KindPermanent, "Erli knows no carrier %q", wire.Clip(carrier))
	}
	// The look is part of a write: what it costs to find nothing out is the same.
	body, e := c.readOrder(ctx, wire.Call{Method: http.MethodGet, URL: path, Write: true}, orderID)
	if e != nil {
		return e
	}
	var o order
	if e := wire.Decode(body, &o); e != nil {
		return e
	}
	if string(o.Tracking.Number) == number {
		return nil
	}
	rows, a, err := c.list(ctx, wire.Call{Method: http.MethodPost, URL: "/shipping/external", Write: true, Body: []map[string]string{
		{"orderId": orderID, "vendor": vendor, "trackingNumber": number, "status": "sent"},
	}})
	if err != nil {
		return err
	}
	return reported(rows, a, orderID)
}

// reported reads what Erli did with the one parcel.
func reported(rows wire.Rows, a wire.Answer, orderID string) error {
	var said struct {
		ID    wire.Text `json:"id"`
		Error []struct {
			Code    wire.Text `json:"errorCode"`
			Message wire.Text `json:"errorMessage"`
		} `json:"error"`
	}
	if len(rows) != 1 || wire.Decode(rows[0], &said) != nil || said.ID.ID() == "" && len(said.Error) == 0 {
		return a.Unclear("Erli did not say whether it stored the parcel of order %s", orderID)
	}
	if len(said.Error) > 0 {
		return &connector.Error{
			Kind: connector.KindPermanent, Code: string(said.Error[0].Code),
			Message: wire.Clip(wire.First(said.Error[0].Message, "Erli refused the parcel without a reason")),
		}
	}
	return nil
}
