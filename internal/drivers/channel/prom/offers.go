package prom

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

type offer struct {
	ID         wire.Text  `json:"id"`
	ExternalID wire.Text  `json:"external_id"`
	SKU        wire.Text  `json:"sku"`
	Name       wire.Words `json:"name"`
	Presence   wire.Text  `json:"presence"`
	Quantity   wire.Text  `json:"quantity_in_stock"`
	Price      wire.Text  `json:"price"`
	Currency   wire.Text  `json:"currency"`
	Status     wire.Text  `json:"status"`
	URL        wire.Text  `json:"url"`
}

// read makes the neutral offer. A quantity that is not kept (null) leaves only presence to tell whether it can be ordered.
func (o offer) read() connector.Offer {
	out := connector.Offer{
		ExternalID: o.ID.ID(), SKU: wire.First(o.ExternalID, o.SKU), Title: string(o.Name), URL: string(o.URL),
		Active: o.Status == "on_display" || o.Status == "",
	}
	if q, err := o.Quantity.Quantity(); err == nil {
		out.Quantity, out.Counted = q, true
	}
	out.Orderable = out.Active && (o.Presence == "available" || o.Presence == "order")
	if cur, e := wire.Currency(o.Currency, info.Currency); e == nil {
		out.Price = wire.Optional(o.Price, cur)
	}
	switch o.Status {
	case "deleted", "deleted_by_moderator":
		out.Refuses = "the product is deleted on Prom (" + string(o.Status) + ")"
	}
	return out
}

type offersPage struct {
	Products wire.Rows `json:"products"`
}

// listFrom reads one page of products with ids up to last, and the lowest id on it.
func (c *channel) listFrom(ctx context.Context, last int64) (offers []connector.Offer, rows int, lowest int64, err error) {
	q := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if last > 0 {
		q.Set("last_id", strconv.FormatInt(last, 10))
	}
	var page offersPage
	if _, err := c.get(ctx, "/products/list", q, &page); err != nil {
		return nil, 0, 0, err
	}
	if page.Products == nil {
		return nil, 0, 0, connector.Errorf(connector.KindTransient, "Prom answered without a list of products")
	}
	for _, row := range page.Products {
		var o offer
		if e := wire.Decode(row, &o); e != nil || o.ID.Number() == 0 {
			c.cfg.Log.Warn("product without an id left out", "channel", info.Name)
			continue
		}
		if n := o.ID.Number(); lowest == 0 || n < lowest {
			lowest = n
		}
		offers = append(offers, o.read())
	}
	return offers, len(page.Products), lowest, nil
}

// ListOffers pages down by id, as orders do.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	var last int64
	wire.ReadCursor(raw, &last)
	offers, rows, lowest, err := c.listFrom(ctx, last)
	if err != nil {
		return connector.OfferPage{}, err
	}
	page := connector.OfferPage{Offers: offers}
	if rows < shortPage || lowest <= 1 {
		return page, nil
	}
	if last > 0 && lowest > last {
		return page, connector.Errorf(connector.KindTransient, "product list does not page down")
	}
	page.More, page.Next = true, wire.WriteCursor(lowest-1)
	return page, nil
}

// ReadOffers reads one offer by its id, several by a list page that starts at the highest: a page holds at least that one, and
// its neighbours come for nothing, so it never costs more requests than one per id. What is below the page is left.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	wanted := map[string]bool{}
	var pending []int64
	for _, id := range ids {
		if n, err := number("offers", id); err == nil && !wanted[id] {
			wanted[id] = true
			pending = append(pending, n)
		}
	}
	slices.Sort(pending)
	slices.Reverse(pending)
	if len(pending) == 0 {
		return nil, nil
	}
	found, covered, err := c.readDown(ctx, pending)
	if err != nil {
		return nil, err
	}
	var out []connector.Offer
	for _, o := range found {
		if wanted[o.ExternalID] {
			delete(wanted, o.ExternalID)
			out = append(out, o)
		}
	}
	if pending = pending[covered:]; len(pending) == 0 {
		return out, nil
	}
	left := make([]string, len(pending))
	for i, id := range pending {
		left[i] = strconv.FormatInt(id, 10)
	}
	return out, &connector.OffersLeft{IDs: left}
}

// readDown reads at least the first (highest) of ids and says how many of them it settled.
func (c *channel) readDown(ctx context.Context, ids []int64) (found []connector.Offer, covered int, err error) {
	if len(ids) > 1 {
		offers, rows, lowest, err := c.listFrom(ctx, ids[0])
		if err != nil {
			return nil, 0, err
		}
		if slices.ContainsFunc(offers, func(o connector.Offer) bool { return o.ExternalID == strconv.FormatInt(ids[0], 10) }) {
			for covered < len(ids) && (ids[covered] >= lowest || rows < shortPage) {
				covered++
			}
			return offers, covered, nil
		}
	}
	body, err := c.readOne(ctx, "/products/"+strconv.FormatInt(ids[0], 10), "product")
	if err != nil || body == nil {
		return nil, 1, err
	}
	var o offer
	if e := wire.Decode(body, &o); e != nil || o.ID.Number() != ids[0] {
		return nil, 1, nil
	}
	return []connector.Offer{o.read()}, 1, nil
}
