package ordersui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// orderShip marks the order as sent, with its waybill.
func (p *pages) orderShip(w http.ResponseWriter, r *http.Request) error {
	in := orders.ShipInput{Tracking: r.PostFormValue("tracking"), Carrier: r.PostFormValue("carrier")}
	refusal := ""
	err := p.act(w, r, "orders.done.shipped", func(ctx context.Context, a access.Actor, id int64) (orders.Order, error) {
		o, err := p.Orders.Ship(ctx, a, id, in)
		if reply.IsRefusal(err) {
			refusal = i18n.Error(ctx, err)
		}
		return o, err
	})
	if refusal != "" {
		return reply.Refused(w, r, "#ship-fields", shipFields(shipForm{tracking: in.Tracking, carrier: in.Carrier, fault: refusal}))
	}
	return err
}
