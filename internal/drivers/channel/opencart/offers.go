package opencart

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

type item struct {
	OfferID   wire.Text `json:"offer_id"`
	SKU       wire.Text `json:"sku"`
	Barcode   wire.Text `json:"barcode"`
	Title     wire.Text `json:"title"`
	URL       wire.Text `json:"url"`
	Price     wire.Text `json:"price"`
	Quantity  wire.Text `json:"quantity"`
	Active    wire.Text `json:"active"`
	Orderable wire.Text `json:"orderable"`
	Refuses   wire.Text `json:"refuses"`
}

// refusals are the words for what a product's stock can not be set for.
var refusals = map[wire.Text]string{
	"options":  "the product has several options with their own stock: OpenCart counts each option and not what is chosen together",
	"variants": "the stock of this product follows its variants",
}

// offer makes the neutral offer. OpenCart counts below zero when the shop sells what is not there.
func (i item) offer(currency wire.Text) connector.Offer {
	o := connector.Offer{
		ExternalID: string(i.OfferID), SKU: string(i.SKU), Barcode: string(i.Barcode), Title: string(i.Title), URL: string(i.URL),
		Active: i.Active.True(), Orderable: i.Orderable.True(), Counted: true,
	}
	if i.Refuses != "" {
		o.Refuses = wire.First(refusals[i.Refuses], "the shop does not let the stock of this product be set")
	}
	if cur, e := wire.Currency(currency, info.Currency); e == nil {
		o.Price = wire.Optional(i.Price, cur)
	}
	q, err := i.Quantity.Quantity()
	if err != nil {
		o.Counted = false
	}
	o.Quantity = max(q, 0)
	return o
}

type offersAnswer struct {
	Currency wire.Text `json:"currency"`
	Offers   wire.Rows `json:"offers"`
	Next     wire.Text `json:"next"`
	More     bool      `json:"more"`
}

func (c *channel) offers(ctx context.Context, query map[string]any) (list []connector.Offer, said offersAnswer, err error) {
	if err := c.call(ctx, "offers", query, false, &said); err != nil {
		return nil, said, err
	}
	if said.Offers == nil {
		return nil, said, connector.Errorf(connector.KindTransient, "the shop answered without a list of products")
	}
	for _, row := range said.Offers {
		var i item
		if e := wire.Decode(row, &i); e != nil || i.OfferID == "" {
			c.cfg.Log.Warn("product without a number left out", "channel", info.Name)
			continue
		}
		list = append(list, i.offer(said.Currency))
	}
	return list, said, nil
}

// ListOffers pages by the product's number, so what is added or deleted meanwhile moves no page.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	var cur cursor
	wire.ReadCursor(raw, &cur)
	offers, said, err := c.offers(ctx, map[string]any{"after": max(cur.After, 0), "limit": maxProducts})
	if err != nil {
		return connector.OfferPage{}, err
	}
	page := connector.OfferPage{Offers: offers}
	if !said.More {
		return page, nil
	}
	next := said.Next.Number()
	if next <= cur.After {
		return connector.OfferPage{}, connector.Errorf(connector.KindTransient, "the shop's list of products does not go on")
	}
	page.More, page.Next = true, wire.WriteCursor(cursor{After: next})
	return page, nil
}

// ReadOffers reads offers by id.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	var out []connector.Offer
	for part := range slices.Chunk(ids, maxItems) {
		offers, _, err := c.offers(ctx, map[string]any{"ids": part})
		if err != nil {
			return nil, err
		}
		for _, o := range offers {
			if slices.Contains(part, o.ExternalID) {
				out = append(out, o)
			}
		}
	}
	return out, nil
}
