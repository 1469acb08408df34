package woocommerce

import (
	"context"
	"net/http"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// ReadDictionary reads the shop's statuses, those of plug-ins too, and its ways to pay. The report of orders by status is where
// the API names statuses. A status whose stage nobody has said has none.
func (c *channel) ReadDictionary(ctx context.Context) (connector.Dictionary, error) {
	p, err := c.list(ctx, "/reports/orders/totals", nil)
	if err != nil {
		return connector.Dictionary{}, err
	}
	var out connector.Dictionary
	seen := map[string]bool{}
	for _, row := range p.rows {
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
		out.Statuses = append(out.Statuses, status)
	}
	if out.Payment, err = c.payments(ctx); err != nil {
		return connector.Dictionary{}, err
	}
	return out, nil
}

// payments are named by their titles, as orders repeat them. This list has no pages.
func (c *channel) payments(ctx context.Context) (out []connector.Method, err error) {
	a, e := c.send(ctx, request{method: http.MethodGet, route: api + "/payment_gateways"})
	if e != nil {
		return nil, e
	}
	var rows wire.Rows
	if e := a.Decode(&rows); e != nil {
		return nil, e
	}
	seen := map[string]bool{}
	for _, row := range rows {
		var g struct {
			ID      wire.Text `json:"id"`
			Title   wire.Text `json:"title"`
			Enabled wire.Text `json:"enabled"`
		}
		if e := wire.Decode(row, &g); e != nil || !g.Enabled.True() {
			continue
		}
		title := wire.First(g.Title, g.ID)
		if title == "" || seen[title] {
			continue
		}
		seen[title] = true
		out = append(out, connector.Method{Code: title, Title: title, OnPickup: wire.OnPickup(g.ID) || wire.OnPickup(g.Title)})
	}
	return out, nil
}
