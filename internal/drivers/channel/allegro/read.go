package allegro

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// shipmentsKey is the member of a raw order under which the driver puts the order's shipments: the form does not have them.
const shipmentsKey = "lad_shipments"

// ReadOrders reads checkout forms one by one.
func (c *channel) ReadOrders(ctx context.Context, ids []string) ([]connector.RawOrder, error) {
	raws, e := c.read(ctx, ids)
	if e != nil {
		return nil, e
	}
	return raws, nil
}

func (c *channel) read(ctx context.Context, ids []string) ([]connector.RawOrder, *connector.Error) {
	var out []connector.RawOrder
	for _, id := range ids {
		body, e := c.form(ctx, id, false)
		if notFound(e) {
			continue
		}
		if e != nil {
			return nil, e
		}
		raw, e := c.complete(ctx, body, id)
		if e != nil {
			return nil, e
		}
		out = append(out, raw)
	}
	return out, nil
}

// form reads the bytes of one checkout form. An id of another shape is as unknown as one that Allegro does not have.
func (c *channel) form(ctx context.Context, id string, write bool) (json.RawMessage, *connector.Error) {
	if !isUUID.MatchString(id) {
		e := noOrder(id)
		e.Code = "404"
		return nil, e
	}
	var body json.RawMessage
	a, e := c.do(ctx, request{method: http.MethodGet, path: "/order/checkout-forms/" + id, write: write}, &body)
	if e != nil {
		return nil, e
	}
	var said struct {
		ID    wire.Text       `json:"id"`
		Buyer json.RawMessage `json:"buyer"`
		Lines json.RawMessage `json:"lineItems"`
	}
	// An order whose id is damaged travels on, so that it is set aside; what is no order at all is no answer.
	if wire.Decode(body, &said) != nil || string(said.ID) != id && said.Buyer == nil && said.Lines == nil {
		return nil, a.Unclear("Allegro did not answer with the order")
	}
	return body, nil
}

// head is what the driver itself needs of a form.
type head struct {
	ID          wire.Text `json:"id"`
	Status      wire.Text `json:"status"`
	Revision    wire.Text `json:"revision"`
	Fulfillment struct {
		Status  wire.Text `json:"status"`
		Summary struct {
			Sent wire.Text `json:"lineItemsSent"`
		} `json:"shipmentSummary"`
		Provider struct {
			ID wire.Text `json:"id"`
		} `json:"provider"`
	} `json:"fulfillment"`
	Lines []struct {
		ID wire.Text `json:"id"`
	} `json:"lineItems"`
}

// complete makes a raw order of a form: with its shipments where there are any. A form without an id of its own goes by
// the one it was asked for.
func (c *channel) complete(ctx context.Context, body json.RawMessage, asked string) (connector.RawOrder, *connector.Error) {
	var h head
	if wire.Decode(body, &h) != nil {
		return connector.RawOrder{ExternalID: asked, Body: body}, nil
	}
	raw := connector.RawOrder{ExternalID: wire.First(string(h.ID), asked), Body: body}
	if sent := h.Fulfillment.Summary.Sent; sent == "" || sent == "NONE" || !isUUID.MatchString(raw.ExternalID) {
		return raw, nil
	}
	list, e := c.shipments(ctx, raw.ExternalID, false)
	if notFound(e) {
		return raw, nil
	}
	if e != nil {
		return connector.RawOrder{}, e
	}
	whole, err := json.Marshal(list)
	if err != nil {
		return connector.RawOrder{}, connector.Errorf(connector.KindTransient, "shipments of order %s can not be read", raw.ExternalID)
	}
	form := bytes.TrimSuffix(bytes.TrimSpace(body), []byte("}")) // not empty: it has said that lines were sent
	raw.Body = slices.Concat(form, []byte(`,"`+shipmentsKey+`":`), whole, []byte("}"))
	return raw, nil
}

// shipments reads the waybills of an order.
func (c *channel) shipments(ctx context.Context, id string, write bool) (wire.Rows, *connector.Error) {
	var said struct {
		List wire.Rows `json:"shipments"`
	}
	a, e := c.do(ctx, request{method: http.MethodGet, path: "/order/checkout-forms/" + id + "/shipments", write: write}, &said)
	if e == nil && said.List == nil {
		e = a.Unclear("Allegro answered without a list of shipments")
	}
	return said.List, e
}

// purchases are the lines of events that name no form yet: bought, and the delivery form still empty.
type purchases struct {
	lines       []string
	first, last time.Time
}

func (p *purchases) add(ev event) {
	for _, l := range ev.Order.Lines {
		at := l.Bought.Time(time.UTC)
		if l.ID == "" || at.IsZero() {
			continue
		}
		p.lines = append(p.lines, string(l.ID))
		if p.first.IsZero() || at.Before(p.first) {
			p.first = at
		}
		if at.After(p.last) {
			p.last = at
		}
	}
}

// maxUnnamed bounds the pages read in search of purchases; what is not found comes with its next event.
const maxUnnamed = 4

// unnamed adds the orders of purchases whose events name no form and that have not been read anyway: their pieces are sold.
func (c *channel) unnamed(ctx context.Context, bought purchases, orders []connector.RawOrder) ([]connector.RawOrder, *connector.Error) {
	left := map[string]bool{}
	for _, id := range bought.lines {
		left[id] = true
	}
	for _, raw := range orders {
		strike(left, raw.Body)
	}
	for n := 0; n < maxUnnamed && len(left) > 0; n++ {
		filter := url.Values{"lineItems.boughtAt.gte": {moment(bought.first)}, "lineItems.boughtAt.lte": {moment(bought.last.Add(time.Millisecond))}}
		list, e := c.forms(ctx, filter, n*pageSize)
		if e != nil {
			return nil, e
		}
		for _, row := range list.Forms {
			if !strike(left, row) {
				continue
			}
			raw, e := c.complete(ctx, row, "")
			if e != nil {
				return nil, e
			}
			orders = append(orders, raw)
		}
		if list.last((n + 1) * pageSize) {
			break
		}
	}
	return orders, nil
}

// strike takes the lines of a form off the list; it says whether there were any.
func strike(left map[string]bool, body []byte) (found bool) {
	var h head
	if wire.Decode(body, &h) != nil {
		return false
	}
	for _, l := range h.Lines {
		if left[string(l.ID)] {
			delete(left, string(l.ID))
			found = true
		}
	}
	return found
}
