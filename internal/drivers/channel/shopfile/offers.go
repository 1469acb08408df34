package shopfile

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// maxData is how many products ProductsData gives at once.
const maxData = 100

var offerIDs = regexp.MustCompile(`^([0-9A-Za-z_.-]{1,64})(?::([0-9A-Za-z_.-]{1,64}))?$`)

// splitID reads an offer id: the product, and the variant or "0".
func splitID(id string) (product, variant string, ok bool) {
	m := offerIDs.FindStringSubmatch(id)
	if m == nil {
		return "", "", false
	}
	return m[1], wire.First(m[2], "0"), true
}

// goods is a product or a variant as the file describes it.
type goods struct {
	Name     wire.Text       `json:"name"`
	FullName wire.Text       `json:"full_name"`
	SKU      wire.Text       `json:"sku"`
	EAN      wire.Text       `json:"ean"`
	URL      wire.Text       `json:"url"`
	Quantity wire.Text       `json:"quantity"`
	Price    wire.Text       `json:"price"`
	Currency wire.Text       `json:"currency"`
	Variants json.RawMessage `json:"variants"`
}

// offers are what can be bought of a product: the variants where there are any, else the product itself.
func (c *channel) offers(id string, g goods) []connector.Offer {
	currency := wire.Text(wire.First(g.Currency, wire.Text(c.currency)))
	variants := dict(g.Variants)
	var out []connector.Offer
	for _, vid := range sortedKeys(variants) {
		var v goods
		if vid == "0" || wire.Decode(variants[vid], &v) != nil || v.Price == "" && v.Quantity == "" {
			continue
		}
		v.Currency, v.URL = wire.Text(wire.First(v.Currency, currency)), g.URL
		v.FullName = wire.Text(wire.First(v.FullName, wire.Text(wire.Name(g.Name, v.Name))))
		out = append(out, c.offer(offerID(id, vid), v))
	}
	if len(out) > 0 {
		return out
	}
	g.Currency = currency
	return []connector.Offer{c.offer(id, g)}
}

func (c *channel) offer(id string, g goods) connector.Offer {
	out := connector.Offer{
		ExternalID: id, SKU: string(g.SKU), Barcode: string(g.EAN), Title: wire.First(g.FullName, g.Name), URL: string(g.URL), Active: true,
	}
	if q, err := g.Quantity.Quantity(); err == nil {
		out.Quantity, out.Counted = max(q, 0), true
	}
	out.Orderable = out.Quantity > 0
	if cur, e := wire.Currency(g.Currency, c.currency); e == nil {
		out.Price = wire.Optional(g.Price, cur)
	}
	if !c.can(actQuantity) {
		out.Refuses = lacking(actQuantity).Message
	}
	return out
}

// sortedKeys puts the ids of a map in their order.
func sortedKeys[V any](m map[string]V) []string { return slices.SortedFunc(maps.Keys(m), compareIDs) }

// compareIDs puts shorter ids first, which is the order of numbers.
func compareIDs(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// listCursor is a place in the list of products. First is the first product of the page before, where the file does not count
// pages: one that does not know pages at all gives the same page again.
type listCursor struct {
	Page  int64  `json:"page"`
	First string `json:"first,omitempty"`
}

// ListOffers reads one page of products, and their details where the file gives them. A file that gives no list has no products:
// an error would stop the orders too.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	cur := listCursor{Page: 1}
	wire.ReadCursor(raw, &cur)
	list, pages, e := c.products(ctx, actProducts, url.Values{"category_id": {"all"}, "filter_sort": {"id ASC"}, "page": {strconv.FormatInt(cur.Page, 10)}})
	if unsupported(e) {
		c.cfg.Log.Warn("the shop's file gives no list of products", "channel", info.Name)
		return connector.OfferPage{}, nil
	}
	if e != nil {
		return connector.OfferPage{}, e
	}
	ids := sortedKeys(list)
	if pages == 0 && (len(ids) == 0 || ids[0] == cur.First) {
		return connector.OfferPage{}, nil
	}
	details, e := c.details(ctx, ids)
	if e != nil {
		return connector.OfferPage{}, e
	}
	out := connector.OfferPage{}
	for _, id := range ids {
		g, known := details[id]
		if !known {
			g = list[id]
		}
		out.Offers = append(out.Offers, c.offers(id, g)...)
	}
	if pages == 0 || cur.Page < pages {
		next := listCursor{Page: cur.Page + 1}
		if pages == 0 {
			next.First = ids[0]
		}
		out.More, out.Next = true, wire.WriteCursor(next)
	}
	return out, nil
}

// details reads products with their variants, as many as go into one call at a time; none where the file gives no details.
func (c *channel) details(ctx context.Context, ids []string) (map[string]goods, *connector.Error) {
	all := map[string]goods{}
	for chunk := range slices.Chunk(ids, maxData) {
		found, _, e := c.products(ctx, actData, url.Values{"products_id": {strings.Join(chunk, ",")}})
		if unsupported(e) {
			return all, nil
		}
		if e != nil {
			return nil, e
		}
		maps.Copy(all, found)
	}
	return all, nil
}

// products reads a map of products. What is no object is the file's own word, as "pages" is.
func (c *channel) products(ctx context.Context, action string, fields url.Values) (map[string]goods, int64, *connector.Error) {
	if e := c.need(ctx, action); e != nil {
		return nil, 0, e
	}
	raw, _, e := c.read(ctx, action, fields)
	if e != nil {
		return nil, 0, e
	}
	found, pages := map[string]goods{}, int64(0)
	for id, v := range dict(raw) {
		if id == "pages" {
			var n wire.Text
			_ = n.UnmarshalJSON(v) // what is no number is 0
			pages = n.Number()
			continue
		}
		var g goods
		if wire.Decode(v, &g) != nil || !offerIDs.MatchString(id) || g.Name == "" && g.SKU == "" && g.Price == "" {
			continue
		}
		found[id] = g
	}
	if len(found) == 0 {
		return found, pages, c.believe(ctx)
	}
	return found, pages, nil
}

// ReadOffers reads offers by id.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	wanted, products := map[string]bool{}, []string{}
	for _, id := range ids {
		product, _, ok := splitID(id)
		if ok && !slices.Contains(products, product) {
			products = append(products, product)
		}
		wanted[id] = ok
	}
	if len(products) == 0 {
		return nil, nil
	}
	found, e := c.some(ctx, products)
	if e != nil {
		return nil, e
	}
	var out []connector.Offer
	for _, id := range sortedKeys(found) {
		for _, o := range c.offers(id, found[id]) {
			if wanted[o.ExternalID] {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// some reads products by id: with their details, or from the list where the file gives none. A file that gives neither shows
// nothing.
func (c *channel) some(ctx context.Context, products []string) (map[string]goods, *connector.Error) {
	switch e := c.need(ctx, actData); {
	case e == nil:
		if found, e := c.details(ctx, products); e != nil || c.can(actData) { // an old file may refuse only now
			return found, e
		}
	case !unsupported(e):
		return nil, e
	}
	found, _, e := c.products(ctx, actProducts, url.Values{"category_id": {"all"}, "filter_ids_list": {strings.Join(products, ",")}})
	if unsupported(e) {
		return nil, nil
	}
	return found, e
}

// priced says whether an amount is in the currency that the shop counts in.
func (c *channel) priced(m money.Money) bool { return m.Currency == c.currency && m.Minor > 0 }
