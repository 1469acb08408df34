package woocommerce

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// ReadDictionary reads the shop's statuses, those of plug-ins too, and its ways to deliver and to pay, by the titles that orders
// repeat. What the key may not read is left out: orders are read without it.
func (c *channel) ReadDictionary(ctx context.Context) (out connector.Dictionary, err error) {
	if out.Statuses, err = c.statuses(ctx); err != nil {
		return connector.Dictionary{}, err
	}
	if out.Delivery, err = c.deliveries(ctx); err != nil {
		return connector.Dictionary{}, err
	}
	if out.Payment, err = c.payments(ctx); err != nil {
		return connector.Dictionary{}, err
	}
	return out, nil
}

// rows reads a list that has no pages; empty when the key may not.
func (c *channel) rows(ctx context.Context, path string) (wire.Rows, error) {
	a, e := c.send(ctx, request{method: http.MethodGet, route: api + path})
	if e != nil && e.Code == codeCannotView {
		return nil, nil
	}
	if e != nil {
		return nil, e
	}
	var list wire.Rows
	e = a.Decode(&list)
	return list, orNil(e)
}

// statuses come from the report of orders by status: it is where the API names them. One whose stage nobody has said has none.
func (c *channel) statuses(ctx context.Context) ([]connector.Status, error) {
	list, err := c.rows(ctx, "/reports/orders/totals")
	if err != nil {
		return nil, err
	}
	var out []connector.Status
	seen := map[string]bool{}
	for _, row := range list {
		var s struct {
			Slug wire.Text `json:"slug"`
			Name wire.Text `json:"name"`
		}
		if e := wire.Decode(row, &s); e != nil {
			continue
		}
		code := strings.TrimPrefix(string(s.Slug), "wc-")
		if code == "" || seen[code] {
			continue
		}
		seen[code] = true
		status, core := info.StatusOf(code)
		if !core {
			status = connector.Status{Code: code, Stage: c.ownStage(code)}
		}
		status.Title = wire.First(string(s.Name), code)
		out = append(out, status)
	}
	if len(out) == 0 {
		return info.Statuses, nil
	}
	return out, nil
}

// method is a way to deliver or to pay.
type method struct {
	ID       wire.Text `json:"id"`
	MethodID wire.Text `json:"method_id"`
	Title    wire.Text `json:"title"`
	Enabled  wire.Text `json:"enabled"`
}

// methods reads those that are switched on, each title once.
func (c *channel) methods(ctx context.Context, path string, seen map[string]bool, build func(method) connector.Method) (out []connector.Method, err error) {
	list, err := c.rows(ctx, path)
	if err != nil {
		return nil, err
	}
	for _, row := range list {
		var m method
		if e := wire.Decode(row, &m); e != nil || !m.Enabled.True() {
			continue
		}
		title := wire.First(m.Title, m.MethodID, m.ID)
		if title == "" || seen[title] {
			continue
		}
		seen[title] = true
		n := build(m)
		n.Code, n.Title = title, title
		out = append(out, n)
	}
	return out, nil
}

func (c *channel) payments(ctx context.Context) ([]connector.Method, error) {
	return c.methods(ctx, "/payment_gateways", map[string]bool{}, func(m method) connector.Method {
		return connector.Method{OnPickup: wire.OnPickup(m.ID) || wire.OnPickup(m.Title)}
	})
}

// deliveries are set up per zone; their titles are the shop's own.
func (c *channel) deliveries(ctx context.Context) (out []connector.Method, err error) {
	zones, err := c.rows(ctx, "/shipping/zones")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, row := range zones {
		var zone struct {
			ID wire.Text `json:"id"`
		}
		if e := wire.Decode(row, &zone); e != nil || zone.ID == "" {
			continue
		}
		some, err := c.methods(ctx, "/shipping/zones/"+url.PathEscape(string(zone.ID))+"/methods", seen, func(m method) connector.Method {
			service := wire.Carrier(m.MethodID, m.Title)
			if _, known := carriers[service]; !known && service != "pickup" {
				service = ""
			}
			return connector.Method{Service: service}
		})
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}
