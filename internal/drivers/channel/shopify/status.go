package shopify

import (
	"context"
	"slices"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// PushStatus makes one step: a tag, a fulfilment, closing or cancelling.
func (c *channel) PushStatus(ctx context.Context, s connector.StatusChange) error {
	n := wire.Text(s.OrderID).Number()
	if n == 0 {
		return wire.NotID("orders", s.OrderID)
	}
	order := global("Order", n)
	switch s.To {
	case statusConfirmed, statusPicking:
		return c.tag(ctx, order, tags[s.To])
	case statusFulfilled:
		t := tracking{}
		if s.Tracking != "" {
			var err error
			if t, err = waybill(s.Carrier, s.Tracking); err != nil {
				return err
			}
		}
		return c.ship(ctx, order, t)
	case statusClosed:
		return c.finish(ctx, order)
	case statusCancelled:
		return c.cancel(ctx, order, s)
	}
	return connector.Errorf(connector.KindPermanent, "Shopify sets status %q itself", s.To)
}

// standing is an order as a step finds or leaves it.
type standing struct {
	Cancelled   wire.Text   `json:"cancelledAt"`
	Closed      wire.Text   `json:"closedAt"`
	Financial   wire.Text   `json:"displayFinancialStatus"`
	Fulfillment wire.Text   `json:"displayFulfillmentStatus"`
	Gateways    []wire.Text `json:"paymentGatewayNames"`
	Tags        []wire.Text `json:"tags"`
	Parcels     []parcel    `json:"fulfillments"`
	Works       struct {
		Nodes []work `json:"nodes"`
	} `json:"fulfillmentOrders"`
}

// errUnknown is for an order that is not shown to the app.
func errUnknown() error {
	return connector.Errorf(connector.KindPermanent, "Shopify does not show this order; the app may see the orders of the last 60 days only")
}

// tag notes a stage. Shopify tags ended orders as well, so what the answer shows decides.
func (c *channel) tag(ctx context.Context, order, tag string) error {
	var said struct {
		Add *struct {
			Node   *standing   `json:"node"`
			Errors []userError `json:"userErrors"`
		} `json:"tagsAdd"`
	}
	err := c.ask(ctx, operation{
		write: true,
		query: `mutation($id:ID!,$tags:[String!]!){tagsAdd(id:$id,tags:$tags){node{... on Order{cancelledAt closedAt displayFulfillmentStatus tags}} userErrors{field message}}}`,
		vars:  map[string]any{"id": order, "tags": []string{tag}},
	}, &said)
	switch {
	case err != nil:
		return err
	case said.Add == nil:
		return connector.Errorf(connector.KindUnknown, "Shopify did not say whether it tagged the order")
	case len(said.Add.Errors) > 0:
		return refusal(said.Add.Errors)
	case said.Add.Node == nil:
		return connector.Errorf(connector.KindUnknown, "Shopify did not show the order that it tagged")
	}
	switch o := said.Add.Node; {
	case o.Cancelled != "", o.Closed != "", o.Fulfillment == statusFulfilled, o.Fulfillment == statusPartly:
		return connector.Errorf(connector.KindPermanent, "the order is sent, archived or canceled in Shopify already")
	case !slices.Contains(o.Tags, wire.Text(tag)):
		return connector.Errorf(connector.KindPermanent, "Shopify took the request but did not tag the order")
	}
	return nil
}

// look reads an order in the middle of a step; what fields does not name stays empty.
func (c *channel) look(ctx context.Context, order, fields string) (*standing, error) {
	var said struct {
		Order *standing `json:"order"`
	}
	op := operation{query: `query($id:ID!){order(id:$id){id ` + fields + `}}`, vars: map[string]any{"id": order}, write: true}
	if err := c.ask(ctx, op, &said); err != nil {
		return nil, err
	}
	if said.Order == nil {
		return nil, errUnknown()
	}
	return said.Order, nil
}

// finish archives an order; cash on delivery counts as collected then.
func (c *channel) finish(ctx context.Context, order string) error {
	o, err := c.look(ctx, order, "cancelledAt closedAt displayFinancialStatus paymentGatewayNames")
	switch {
	case err != nil:
		return err
	case o.Cancelled != "":
		return connector.Errorf(connector.KindPermanent, "the order is canceled in Shopify")
	case o.Closed != "":
		return nil
	}
	cod := slices.ContainsFunc(o.Gateways, wire.OnPickup)
	if cod && o.Financial == statusPending {
		if _, err := c.onOrder(ctx, "orderMarkAsPaid", "OrderMarkAsPaidInput", order); err != nil {
			return err
		}
	}
	closed, err := c.onOrder(ctx, "orderClose", "OrderCloseInput", order)
	if err == nil && closed.Closed == "" {
		return connector.Errorf(connector.KindPermanent, "Shopify took the request but did not archive the order")
	}
	return err
}

// onOrder makes a mutation whose input is the order's id.
func (c *channel) onOrder(ctx context.Context, mutation, input, order string) (standing, error) {
	said := map[string]*struct {
		Order  *standing   `json:"order"`
		Errors []userError `json:"userErrors"`
	}{}
	err := c.ask(ctx, operation{
		write: true,
		query: `mutation($in:` + input + `!){` + mutation + `(input:$in){order{closedAt displayFinancialStatus} userErrors{field message}}}`,
		vars:  map[string]any{"in": map[string]any{"id": order}},
	}, &said)
	if err != nil {
		return standing{}, err
	}
	m := said[mutation]
	if m != nil && len(m.Errors) > 0 {
		return standing{}, refusal(m.Errors)
	}
	if m == nil || m.Order == nil {
		return standing{}, connector.Errorf(connector.KindUnknown, "Shopify did not show the order that it changed")
	}
	return *m.Order, nil
}

// maxLooks is how often a cancellation under way is looked at before the outcome is left open.
const maxLooks = 5

// cancel asks for a cancellation and looks until it is done: Shopify cancels in the background. Goods go back to stock there;
// money is not given back, a person decides that.
func (c *channel) cancel(ctx context.Context, order string, s connector.StatusChange) error {
	reason, _ := info.Reason(s.Reason)
	var said struct {
		Cancel *struct {
			Job struct {
				ID wire.Text `json:"id"`
			} `json:"job"`
			Errors []userError `json:"orderCancelUserErrors"`
		} `json:"orderCancel"`
	}
	err := c.ask(ctx, operation{
		write: true,
		query: `mutation($id:ID!,$why:OrderCancelReason!,$note:String){orderCancel(orderId:$id,reason:$why,restock:true,refundMethod:{originalPaymentMethodsRefund:false},
notifyCustomer:false,staffNote:$note){job{id} orderCancelUserErrors{field message code}}}`,
		vars: map[string]any{"id": order, "why": reason.Code, "note": note(s.Text)},
	}, &said)
	switch {
	case err != nil:
		return err
	case said.Cancel == nil || len(said.Cancel.Errors) == 0 && said.Cancel.Job.ID == "":
		return connector.Errorf(connector.KindUnknown, "Shopify did not say whether it cancels the order")
	case len(said.Cancel.Errors) > 0:
		if o, err := c.look(ctx, order, "cancelledAt"); err == nil && o.Cancelled != "" {
			return nil // a repeat
		}
		return refusal(said.Cancel.Errors)
	}
	return c.awaitCancel(ctx, order, string(said.Cancel.Job.ID))
}

func (c *channel) awaitCancel(ctx context.Context, order, job string) error {
	for range maxLooks {
		var said struct {
			Job struct {
				Done wire.Text `json:"done"`
			} `json:"job"`
			Order standing `json:"order"`
		}
		op := operation{query: `query($job:ID!,$id:ID!){job(id:$job){done} order(id:$id){cancelledAt}}`, vars: map[string]any{"job": job, "id": order}, write: true}
		if err := c.ask(ctx, op, &said); err != nil {
			return err
		}
		if said.Order.Cancelled != "" {
			return nil
		}
		if said.Job.Done.True() {
			return connector.Errorf(connector.KindPermanent, "Shopify did not cancel the order; its page there tells why")
		}
	}
	return connector.Errorf(connector.KindUnknown, "Shopify is still cancelling the order")
}

// maxNote bounds a staff note, in letters.
const maxNote = 255

func note(words string) string {
	words = strings.TrimSpace(words)
	if r := []rune(words); len(r) > maxNote {
		return string(r[:maxNote])
	}
	return words
}
