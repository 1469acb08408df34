package prestashop

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// PushStatus adds a row to the order's history, which runs the whole change of state. The present state is read first: a
// repeat would add another row and send another letter, and the shop itself refuses no step.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	id, err := number("orders", s.OrderID)
	if err != nil {
		return err
	}
	order, err := c.get(ctx, pushing, "orders/"+s.OrderID, nil)
	if err != nil {
		return err
	}
	present := wire.Text(order.at("current_state")).Number()
	if order.name != "order" || order.id() != id || present == 0 {
		return connector.Errorf(connector.KindUnknown, "the shop did not say which status the order has")
	}
	f, err := c.know(ctx, pushing)
	if err != nil {
		return err
	}
	target, e := f.target(s.To)
	if e != nil {
		return e
	}
	if present == target {
		return nil
	}
	now := f.code(present)
	if s.From != "" && s.From != now || !f.mayFollow(present, s.To) {
		return connector.Errorf(connector.KindPermanent, "order %s has status %q in the shop and can not become %q", s.OrderID, now, s.To)
	}
	return c.postHistory(ctx, s.OrderID, strconv.FormatInt(target, 10))
}

// target is the shop's number of a state.
func (f *facts) target(code string) (int64, *connector.Error) {
	known, ok := info.StatusOf(code)
	if ok && known.Outside {
		return 0, connector.Errorf(connector.KindPermanent, "status %q is set by the shop alone", code)
	}
	id := f.stateID[code]
	if !ok {
		id = wire.Text(code).Number()
	}
	if id == 0 || f.state(id) == nil || f.state(id).at("deleted") == "1" {
		return 0, connector.Errorf(connector.KindPermanent, "the shop has no status %q", code)
	}
	return id, nil
}

// mayFollow keeps to the graph; a state of the owner's own can follow any open one.
func (f *facts) mayFollow(present int64, to string) bool {
	next, listed := info.Steps[f.code(present)]
	open := !closed(f.stage(present))
	if _, known := info.StatusOf(to); !known {
		return open
	}
	if !listed && open {
		next = info.Steps["*"]
	}
	return slices.Contains(next, to)
}

func (c *channel) postHistory(ctx context.Context, order, state string) error {
	q := url.Values{}
	if c.mail {
		q.Set("sendemail", "1")
	}
	body := envelope(&node{name: "order_history", kids: []*node{leaf("id_order", order), leaf("id_order_state", state), leaf("id_employee", "1")}})
	top, e := c.do(ctx, http.MethodPost, "order_histories", q, body, pushing)
	if e != nil {
		return e
	}
	if top.name != "order_history" || top.at("id_order_state") != state {
		return connector.Errorf(connector.KindUnknown, "the shop did not say whether it changed the status")
	}
	return nil
}

// PushTracking stores a waybill number with the first parcel of the order, which is the one the order itself shows.
func (c *channel) PushTracking(ctx context.Context, orderID, carrier, waybill string) error {
	if _, err := number("orders", orderID); err != nil {
		return err
	}
	if err := c.knowsCarrier(ctx, carrier); err != nil {
		return err
	}
	rows, err := c.walk(ctx, pushing, "order_carriers", url.Values{"display": {"full"}, "filter[id_order]": {"[" + orderID + "]"}})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return connector.Errorf(connector.KindPermanent, "the shop has no order %s, or it is not to be delivered", orderID)
	}
	if rows[0].at("tracking_number") == waybill {
		return nil
	}
	if e := c.save(ctx, "order_carriers", rows[0], []*node{leaf("tracking_number", waybill)}); e != nil {
		return e
	}
	return nil
}

// knowsCarrier accepts the services that Lad has a name for, and the shop's own.
func (c *channel) knowsCarrier(ctx context.Context, carrier string) error {
	if slices.Contains(carriers, carrier) {
		return nil
	}
	f, err := c.know(ctx, pushing)
	if err != nil {
		return err
	}
	for _, name := range f.offered {
		if name == carrier || wire.Carrier(wire.Text(name)) == carrier {
			return nil
		}
	}
	return connector.Errorf(connector.KindPermanent, "the shop has no carrier %q", carrier)
}
