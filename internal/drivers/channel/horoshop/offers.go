package horoshop

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// accounting is what is known of the shop's warehouse accounting.
type accounting int

const (
	accountingUnknown accounting = iota
	accountingOff                // presence only
	accountingOn                 // residues count, presence is read-only
)

// fields keeps a row light: a full one is about 70 KB.
var fields = []string{
	"article", "parent_article", "title", "mod_title", "price", "price_old", "currency", "presence", "residues", "quantity",
	"display_in_showcase", "gtin", "link",
}

type item struct {
	Article  wire.Text  `json:"article"`
	Title    wire.Words `json:"title"`
	ModTitle wire.Words `json:"mod_title"`
	Price    wire.Text  `json:"price"`
	Currency wire.Text  `json:"currency"`
	Presence wire.Words `json:"presence"`
	Residues wire.Rows  `json:"residues"`
	Shown    *wire.Text `json:"display_in_showcase"`
	GTIN     wire.Text  `json:"gtin"`
	Link     wire.Text  `json:"link"`
}

// offer makes the neutral offer. A shop without warehouse accounting reports no residues (and quantity 0 for goods that are
// there): then only presence tells.
func (c *channel) offer(i item) connector.Offer {
	o := connector.Offer{
		ExternalID: string(i.Article), SKU: string(i.Article), Barcode: string(i.GTIN), Title: wire.First(i.ModTitle, i.Title),
		URL: string(i.Link), Active: i.Shown == nil || i.Shown.True(),
	}
	if cur, e := wire.Currency(i.Currency, info.Currency); e == nil {
		o.Price = wire.Optional(i.Price, cur)
	}
	for _, row := range i.Residues {
		var r struct {
			Quantity wire.Text `json:"quantity"`
		}
		if e := wire.Decode(row, &r); e != nil {
			continue
		}
		if q, err := r.Quantity.Quantity(); err == nil && o.Quantity+q <= qty.Max {
			o.Quantity, o.Counted = o.Quantity+q, true
		}
	}
	o.Orderable = o.Active && string(i.Presence) != c.no
	if o.Counted {
		o.Orderable = o.Active && o.Quantity > 0
	}
	return o
}

type productsAnswer struct {
	Products wire.Rows `json:"products"`
}

func (a *productsAnswer) empty() { a.Products = wire.Rows{} }

// export reads products and learns from them whether the shop counts.
func (c *channel) export(ctx context.Context, query map[string]any) (offers []connector.Offer, rows int, err error) {
	var said productsAnswer
	query["includedParams"] = fields
	if err := c.read(ctx, "catalog/export", query, &said); err != nil {
		return nil, 0, err
	}
	if said.Products == nil {
		return nil, 0, connector.Errorf(connector.KindTransient, "the shop answered without a list of products")
	}
	for _, row := range said.Products {
		var i item
		if e := wire.Decode(row, &i); e != nil || i.Article == "" {
			c.cfg.Log.Warn("product without an article left out", "channel", info.Name)
			continue
		}
		offers = append(offers, c.offer(i))
	}
	switch {
	case slices.ContainsFunc(offers, func(o connector.Offer) bool { return o.Counted }):
		c.counted = accountingOn
	case len(offers) > 0 && c.counted == accountingUnknown:
		c.counted = accountingOff
	}
	return offers, len(said.Products), nil
}

// listCursor keeps the first article of the last page, to notice a version that does not hear the offset.
type listCursor struct {
	Offset int    `json:"offset"`
	First  string `json:"first"`
}

// ListOffers pages by offset, which needs a limit to be heard.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	var cur listCursor
	wire.ReadCursor(raw, &cur)
	offers, rows, err := c.export(ctx, map[string]any{"offset": cur.Offset, "limit": pageSize})
	if err != nil {
		return connector.OfferPage{}, err
	}
	page := connector.OfferPage{Offers: offers}
	if rows < pageSize || len(offers) == 0 {
		return page, nil
	}
	first := offers[0].ExternalID
	if first == cur.First {
		return page, connector.Errorf(connector.KindPermanent, "this shop's version can not page through its products")
	}
	page.More, page.Next = true, wire.WriteCursor(listCursor{Offset: cur.Offset + pageSize, First: first})
	return page, nil
}

// ReadOffers reads offers by article.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	var out []connector.Offer
	for part := range slices.Chunk(ids, pageSize) {
		offers, _, err := c.export(ctx, map[string]any{"expr": map[string]any{"article": part}, "offset": 0, "limit": pageSize})
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
