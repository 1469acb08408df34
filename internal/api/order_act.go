package api

import (
	"context"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// actInput is the body of an action on an order; each action reads its own fields.
type actInput struct {
	Reason   string `json:"reason"`
	Text     string `json:"text"`
	TwinID   int64  `json:"twin_id"`
	Tracking string `json:"tracking"`
	Carrier  string `json:"carrier"`
	OwnerID  int64  `json:"owner_id"`
}

// orderAct does one thing to an order: confirm, pick, ship, complete, cancel, assign, not_duplicate.
func (a *API) orderAct(c call, in actInput) (orderOut, error) {
	id, err := c.id()
	if err != nil {
		return orderOut{}, err
	}
	o, err := a.act(c.ctx, c.who, id, c.r.PathValue("action"), in)
	return orderJSON(o), err
}

func (a *API) act(ctx context.Context, who access.Actor, id int64, action string, in actInput) (orders.Order, error) {
	switch action {
	case "confirm":
		return a.Orders.Confirm(ctx, who, id)
	case "pick":
		return a.Orders.StartPicking(ctx, who, id)
	case "ship":
		return a.Orders.Ship(ctx, who, id, orders.ShipInput{Tracking: in.Tracking, Carrier: in.Carrier})
	case "complete":
		return a.Orders.Complete(ctx, who, id)
	case "cancel":
		return a.Orders.Cancel(ctx, who, id, orders.CancelInput{Reason: connector.Reason(in.Reason), Text: in.Text, TwinID: in.TwinID})
	case "assign":
		return a.Orders.Assign(ctx, who, id, in.OwnerID)
	case "not_duplicate":
		return a.Orders.NotDuplicate(ctx, who, id)
	}
	return orders.Order{}, errs.New(errs.NotFound, "error.not_found")
}
