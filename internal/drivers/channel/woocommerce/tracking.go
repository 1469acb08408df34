package woocommerce

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// extension is the namespace of Shipment Tracking, which the sheet prefers where it is installed.
const extension = "/wc-shipment-tracking/v3"

// carriers are the services whose waybills Lad knows, with where a buyer follows the parcel.
var carriers = map[string]struct{ title, link string }{
	"nova_poshta": {"Nova Poshta", "https://tracking.novaposhta.ua/#/uk/"},
	"ukrposhta":   {"Ukrposhta", "https://track.ukrposhta.ua/tracking_UA.html?barcode="},
	"meest":       {"Meest", "https://t.meest-group.com/"},
	"rozetka":     {"Rozetka Delivery", ""},
}

type trackingRow struct {
	Number wire.Text `json:"tracking_number"`
}

// PushTracking stores a waybill number: in the extension where there is one, else in a note that the shop mails to the buyer.
// The order's metadata always gets it, and tells a repeat that there is nothing left to do: a buyer is not mailed twice.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, number string) error {
	if wire.Text(orderID).Number() == 0 {
		return wire.NotID("orders", orderID)
	}
	by, known := carriers[carrier]
	if !known {
		return connector.Errorf(connector.KindPermanent, "Lad can not give the shop a waybill of %q", carrier)
	}
	now, err := c.standing(ctx, orderID)
	if err != nil {
		return err
	}
	if find(now.Meta, c.trackingKey) == number {
		return nil
	}
	installed, err := c.hasExtension(ctx)
	if err != nil {
		return err
	}
	link := ""
	if by.link != "" {
		link = by.link + url.QueryEscape(number)
	}
	if installed {
		if err := c.addTracking(ctx, orderID, by.title, link, number); err != nil {
			return err
		}
	}
	after, err := c.edit(ctx, orderID, orderEdit{Meta: []entry{{c.trackingKey, number}}})
	if err != nil {
		return err
	}
	if find(after.Meta, c.trackingKey) != number {
		return connector.Errorf(connector.KindPermanent, "the shop accepted the waybill number but does not show it")
	}
	if !installed {
		c.tellBuyer(ctx, orderID, by.title+": "+number+" "+link)
	}
	return nil
}

// tellBuyer adds a note for the customer. The number is stored already, so a note that fails is not worth a second mail.
func (c *channel) tellBuyer(ctx context.Context, orderID, text string) {
	var said struct {
		ID wire.Text `json:"id"`
	}
	err := c.write(ctx, http.MethodPost, "/orders/"+orderID+"/notes", nil, map[string]any{"note": wire.Clip(text), "customer_note": true}, &said)
	if err != nil {
		c.cfg.Log.Warn("note with the waybill number failed", "channel", info.Name, "order", orderID, "kind", connector.KindOf(err))
	}
}

// hasExtension asks the shop once per session what is installed.
func (c *channel) hasExtension(ctx context.Context) (bool, error) {
	if c.extension != nil {
		return *c.extension, nil
	}
	a, e := c.send(ctx, request{method: http.MethodGet, route: "/", query: url.Values{"_fields": {"namespaces"}}, write: true})
	if e != nil {
		return false, e
	}
	var said struct {
		Namespaces []wire.Text `json:"namespaces"`
	}
	if e := a.Decode(&said); e != nil {
		return false, e
	}
	there := slices.Contains(said.Namespaces, wire.Text(extension[1:]))
	c.extension = &there
	return there, nil
}

// addTracking adds the number to the extension's list unless it is there: the extension would list it twice.
func (c *channel) addTracking(ctx context.Context, orderID, carrier, link, number string) error {
	route := extension + "/orders/" + orderID + "/shipment-trackings"
	a, e := c.send(ctx, request{method: http.MethodGet, route: route, write: true})
	if e != nil {
		return e
	}
	var list wire.Rows
	if e := a.Decode(&list); e != nil {
		return e
	}
	for _, row := range list {
		var t trackingRow
		if e := wire.Decode(row, &t); e == nil && string(t.Number) == number {
			return nil
		}
	}
	body := map[string]string{
		"custom_tracking_provider": carrier, "custom_tracking_link": link, "tracking_number": number,
		"date_shipped": c.cfg.Now().In(c.zone).Format("2006-01-02"),
	}
	if a, e = c.send(ctx, request{method: http.MethodPost, route: route, body: body, write: true}); e != nil {
		return e
	}
	var said trackingRow
	if e := a.Decode(&said); e != nil {
		return e
	}
	if string(said.Number) != number {
		return a.Unclear("the shop did not say whether it stored the waybill number")
	}
	return nil
}
