package woocommerce

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// productFields keeps rows light: a whole product holds its texts, pictures and metadata.
const productFields = "id,name,type,status,sku,global_unique_id,price,regular_price,sale_price,manage_stock,stock_quantity,stock_status,permalink,attributes"

// product is a product or a variation.
type product struct {
	ID          wire.Text `json:"id"`
	Name        wire.Text `json:"name"`
	Type        wire.Text `json:"type"`
	Status      wire.Text `json:"status"`
	SKU         wire.Text `json:"sku"`
	GTIN        wire.Text `json:"global_unique_id"`
	Price       wire.Text `json:"price"` // what a buyer pays now
	Regular     wire.Text `json:"regular_price"`
	Sale        wire.Text `json:"sale_price"`
	ManageStock wire.Text `json:"manage_stock"` // true, false, or parent: the product's own count serves its variations
	Quantity    wire.Text `json:"stock_quantity"`
	StockStatus wire.Text `json:"stock_status"`
	Link        wire.Text `json:"permalink"`
	Attributes  wire.Rows `json:"attributes"`
}

// parent is a variable product: not for sale itself.
type parent struct {
	ID     int64  `json:"id"`
	Name   string `json:"name,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

// offerID names an offer by the numbers that its address needs: "55", and "57-61" for variation 61 of product 57. An order's
// line has both numbers too. It is empty without a product.
func offerID(productID, variationID wire.Text) string {
	id, variation := productID.ID(), variationID.ID()
	if id == "" || variation == "" {
		return id
	}
	return id + "-" + variation
}

// splitID is the inverse of offerID; the product's number is 0 for an offer that is no variation.
func splitID(offer string) (parentID, id int64, ok bool) {
	first, second, isVariation := strings.Cut(offer, "-")
	if !isVariation {
		first, second = "", first
	} else if parentID = wire.Text(first).Number(); parentID == 0 {
		return 0, 0, false
	}
	id = wire.Text(second).Number()
	return parentID, id, id > 0
}

// offer makes the neutral offer. Below zero, as orders on backorder leave it, nothing is there.
func (c *channel) offer(p product, of *parent) connector.Offer {
	o := connector.Offer{
		ExternalID: p.ID.ID(), SKU: string(p.SKU), Barcode: string(p.GTIN), Title: string(p.Name), URL: string(p.Link), Active: p.Status == "publish",
		Price: wire.Optional(wire.Text(wire.First(p.Price, p.Sale, p.Regular)), c.currency),
	}
	if of != nil {
		o.ExternalID = strconv.FormatInt(of.ID, 10) + "-" + o.ExternalID
		o.Title, o.Active = variationTitle(p, of.Name), o.Active && !of.Hidden
	}
	if q, err := p.Quantity.Quantity(); err == nil && (p.ManageStock.True() || p.ManageStock == "parent") {
		o.Quantity, o.Counted = max(q, 0), true
	}
	o.Orderable = o.Active && p.StockStatus != "outofstock"
	return o
}

// variationTitle names a variation by its product and what it is chosen by; new shops do so themselves.
func variationTitle(p product, of string) string {
	if strings.HasPrefix(string(p.Name), of) && p.Name != "" {
		return string(p.Name)
	}
	var options []string
	for _, row := range p.Attributes {
		var a struct {
			Option wire.Text `json:"option"`
		}
		if e := wire.Decode(row, &a); e == nil && a.Option != "" {
			options = append(options, string(a.Option))
		}
	}
	return strings.TrimSuffix(of+": "+wire.First(strings.Join(options, ", "), string(p.Name)), ": ")
}

// listCursor walks the pages of products; the variable ones among them are opened one by one before the next page.
type listCursor struct {
	Page  int      `json:"page"` // pages of products read
	Last  bool     `json:"last,omitzero"`
	Total int      `json:"total,omitzero"`
	Open  []parent `json:"open,omitempty"` // still to be opened
	Inner int      `json:"inner,omitzero"` // pages read of the first of them
}

// ListOffers reads a page of products, or of the variations of one product.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	var cur listCursor
	wire.ReadCursor(raw, &cur)
	if err := c.learnCurrency(ctx); err != nil {
		return connector.OfferPage{}, err
	}
	var out connector.OfferPage
	var err error
	if len(cur.Open) > 0 {
		out.Offers, err = c.listVariations(ctx, &cur)
	} else {
		out.Offers, err = c.listProducts(ctx, &cur)
	}
	if err != nil {
		return connector.OfferPage{}, err
	}
	if out.More = !cur.Last || len(cur.Open) > 0; out.More {
		out.Next = wire.WriteCursor(cur)
	}
	return out, nil
}

// listProducts reads the next page. When products were removed since the last one, the rest has moved up by as many: then the
// page before is read once more.
func (c *channel) listProducts(ctx context.Context, cur *listCursor) ([]connector.Offer, error) {
	p, err := c.list(ctx, "/products", url.Values{
		"orderby": {"id"}, "order": {"asc"}, "per_page": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(cur.Page + 1)}, "_fields": {productFields},
	})
	if err != nil {
		return nil, err
	}
	cur.Page++
	cur.Last = !p.more(cur.Page)
	if total := p.total(); total < cur.Total && cur.Page > 1 {
		cur.Page, cur.Last = cur.Page-2, false
		cur.Total = total
		return nil, nil
	}
	cur.Total = p.total()
	offers, parents := c.sort(p.rows)
	cur.Open = parents
	return offers, nil
}

// sort parts what is for sale from what only holds variations. Grouped products are sold by their parts, external ones elsewhere,
// and a variation that a plug-in lists here is met again under its product.
func (c *channel) sort(rows wire.Rows) (offers []connector.Offer, parents []parent) {
	for _, row := range rows {
		var p product
		if e := wire.Decode(row, &p); e != nil || p.ID.Number() == 0 {
			c.cfg.Log.Warn("product without an id left out", "channel", info.Name)
			continue
		}
		switch p.Type {
		case "variable", "variable-subscription":
			parents = append(parents, parent{ID: p.ID.Number(), Name: string(p.Name), Hidden: p.Status != "publish"})
		case "grouped", "external", "variation":
		default:
			offers = append(offers, c.offer(p, nil))
		}
	}
	return offers, parents
}

func (c *channel) listVariations(ctx context.Context, cur *listCursor) ([]connector.Offer, error) {
	of := cur.Open[0]
	p, err := c.variations(ctx, of.ID, url.Values{"page": {strconv.Itoa(cur.Inner + 1)}})
	if isGone(err) { // since the page that showed it
		p, err = page{}, nil
	}
	if err != nil {
		return nil, err
	}
	if cur.Inner++; !p.more(cur.Inner) {
		cur.Open, cur.Inner = cur.Open[1:], 0
	}
	return c.children(p.rows, of), nil
}

func (c *channel) variations(ctx context.Context, of int64, q url.Values) (page, error) {
	q.Set("per_page", strconv.Itoa(pageSize))
	q.Set("_fields", productFields)
	return c.list(ctx, "/products/"+strconv.FormatInt(of, 10)+"/variations", q)
}

func (c *channel) children(rows wire.Rows, of parent) (offers []connector.Offer) {
	for _, row := range rows {
		var p product
		if e := wire.Decode(row, &p); e != nil || p.ID.Number() == 0 {
			c.cfg.Log.Warn("variation without an id left out", "channel", info.Name)
			continue
		}
		offers = append(offers, c.offer(p, &of))
	}
	return offers
}

// isGone says that the shop knows no such thing.
func isGone(err error) bool {
	if err == nil {
		return false
	}
	e := wire.AsError(err)
	return e.Kind == connector.KindPermanent && strings.HasSuffix(e.Code, "_invalid_id")
}

// readParents is of how many products one ReadOffers reads the variations: a request each, after the one for the products.
const readParents = 2

// under are the offers that are variations of the given products.
func under(parents []parent, inner map[int64][]string) (offers []string) {
	for _, of := range parents {
		for _, id := range inner[of.ID] {
			offers = append(offers, strconv.FormatInt(of.ID, 10)+"-"+id)
		}
	}
	return offers
}

// ReadOffers reads products, and the products around variations, in one call; then the variations of a few of them.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	wanted := map[string]bool{}
	top, inner := map[int64]bool{}, map[int64][]string{}
	for _, offer := range ids {
		of, id, ok := splitID(offer)
		switch {
		case !ok || wanted[offer]:
			continue
		case of == 0:
			top[id] = true
		default:
			top[of] = true
			inner[of] = append(inner[of], strconv.FormatInt(id, 10))
		}
		wanted[offer] = true
	}
	if len(top) == 0 {
		return nil, nil
	}
	if err := c.learnCurrency(ctx); err != nil {
		return nil, err
	}
	var out []connector.Offer
	keep := func(offers []connector.Offer) {
		for _, o := range offers {
			if wanted[o.ExternalID] {
				delete(wanted, o.ExternalID)
				out = append(out, o)
			}
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(top)), pageSize) {
		p, err := c.list(ctx, "/products", url.Values{"include": {join(part)}, "per_page": {strconv.Itoa(pageSize)}, "_fields": {productFields}})
		if err != nil {
			return nil, err
		}
		offers, parents := c.sort(p.rows)
		keep(offers)
		parents = slices.DeleteFunc(parents, func(of parent) bool { return len(inner[of.ID]) == 0 })
		for n, of := range parents {
			if n == readParents {
				return out, &connector.OffersLeft{IDs: under(parents[n:], inner)}
			}
			for some := range slices.Chunk(inner[of.ID], pageSize) {
				p, err := c.variations(ctx, of.ID, url.Values{"include": {strings.Join(some, ",")}})
				if err != nil && !isGone(err) {
					return nil, err
				}
				keep(c.children(p.rows, of))
			}
		}
	}
	return out, nil
}

func join(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ",")
}
