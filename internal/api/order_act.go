package api

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
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
func (a *API) orderAct(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var in actInput
	if r.ContentLength != 0 {
		if err := httpx.DecodeJSON(r, &in); err != nil {
			return err
		}
	}
	o, err := a.act(r.Context(), access.From(r.Context()), id, r.PathValue("action"), in)
	if err != nil {
		return err
	}
	return httpx.WriteJSON(w, http.StatusOK, orderJSON(o))
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
