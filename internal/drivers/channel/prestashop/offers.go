package prestashop

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// Names of the prices that lists are asked to add: what a buyer pays, and the price without sales and fees on top.
const (
	shownPrice = "lad_shown"
	basePrice  = "lad_base"
)

// key names an offer: a product, or one of its combinations.
type key struct{ product, combination int64 }

// offerID is "55" for a product and "55-12" for a combination: the two are numbered apart.
func offerID(product, combination int64) string {
	if product == 0 {
		return ""
	}
	id := strconv.FormatInt(product, 10)
	if combination > 0 {
		id += "-" + strconv.FormatInt(combination, 10)
	}
	return id
}

func (k key) String() string { return offerID(k.product, k.combination) }

func parseKey(id string) (key, bool) {
	product, combination, two := strings.Cut(id, "-")
	k := key{product: wire.Text(product).Number(), combination: wire.Text(combination).Number()}
	return k, k.product > 0 && two == (k.combination > 0) && k.String() == id
}

// keys reads the ids of a batch; each product is named once.
func readKeys(ids []string) (known map[string]key, products []int64) {
	known, seen := map[string]key{}, map[int64]bool{}
	for _, id := range ids {
		k, ok := parseKey(id)
		if !ok {
			continue
		}
		known[id] = k
		if !seen[k.product] {
			seen[k.product] = true
			products = append(products, k.product)
		}
	}
	return known, products
}

// prices asks a list to add prices with tax, which the rows themselves do not have.
func prices(query url.Values) url.Values {
	for _, name := range []string{shownPrice, basePrice} {
		query.Set("price["+name+"][use_tax]", "1")
		query.Set("price["+name+"][decimals]", "6")
	}
	query.Set("price["+basePrice+"][use_reduction]", "0")
	query.Set("price["+basePrice+"][use_ecotax]", "0")
	return query
}

// ListOffers pages up by the id of products; combinations come with their product.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	var last int64
	wire.ReadCursor(raw, &last)
	f, err := c.know(ctx, reading)
	if err != nil {
		return connector.OfferPage{}, err
	}
	q := prices(url.Values{
		"display": {"full"}, "sort": {"[id_ASC]"}, "limit": {strconv.Itoa(pageSize)}, "filter[id]": {after(last)}, "language": {f.language},
	})
	products, err := c.rows(ctx, reading, "products", q)
	if err != nil {
		return connector.OfferPage{}, err
	}
	page := connector.OfferPage{}
	if page.Offers, err = c.offers(ctx, f, products); err != nil || len(products) < pageSize {
		return page, err
	}
	highest := products[len(products)-1].id()
	if highest <= last {
		return connector.OfferPage{}, connector.Errorf(connector.KindTransient, "product list does not page up")
	}
	page.More, page.Next = true, wire.WriteCursor(highest)
	return page, nil
}

// ReadOffers reads offers by id.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	known, numbers := readKeys(ids)
	if len(known) == 0 {
		return nil, nil
	}
	f, err := c.know(ctx, reading)
	if err != nil {
		return nil, err
	}
	products, err := c.named(ctx, reading, "products", "id", "full", numbers, prices(url.Values{"language": {f.language}}))
	if err != nil {
		return nil, err
	}
	all, err := c.offers(ctx, f, products)
	if err != nil {
		return nil, err
	}
	var out []connector.Offer
	for _, o := range all {
		if _, wanted := known[o.ExternalID]; wanted {
			out = append(out, o)
		}
	}
	return out, nil
}

// offers makes the offers of products: one each, or one for each combination.
func (c *channel) offers(ctx context.Context, f *facts, products []*node) ([]connector.Offer, error) {
	combinations, err := c.combinations(ctx, reading, products)
	if err != nil {
		return nil, err
	}
	stock, err := c.stock(ctx, reading, ids(products, "id"))
	if err != nil {
		return nil, err
	}
	var out []connector.Offer
	for _, p := range products {
		if p.id() == 0 {
			c.cfg.Log.Warn("product without an id left out", "channel", info.Name)
			continue
		}
		if len(combinations[p.id()]) == 0 {
			out = append(out, c.offer(f, p, nil, stock))
		}
		for _, combination := range combinations[p.id()] {
			out = append(out, c.offer(f, p, combination, stock))
		}
	}
	return out, nil
}

// combinations reads those of products that say they have some.
func (c *channel) combinations(ctx context.Context, in intent, products []*node) (map[int64][]*node, error) {
	var with []int64
	for _, p := range products {
		if kids := p.kid("associations").kid("combinations"); kids != nil && len(kids.kids) > 0 {
			with = append(with, p.id())
		}
	}
	rows, err := c.named(ctx, in, "combinations", "id_product", "full", with, prices(url.Values{}))
	if err != nil {
		return nil, err
	}
	out := map[int64][]*node{}
	for _, row := range rows {
		id := wire.Text(row.at("id_product")).Number()
		out[id] = append(out[id], row)
	}
	return out, nil
}

func (c *channel) offer(f *facts, p, combination *node, stock map[key][]*node) connector.Offer {
	row, k := p, key{product: p.id()}
	o := connector.Offer{Title: p.words("name", f.language), Active: visible(p), Counted: f.counts}
	if combination != nil {
		row, k.combination = combination, combination.id()
		o.Title = wire.Name(wire.Text(o.Title), wire.Text(combination.at("reference")))
	}
	o.ExternalID, o.SKU, o.Barcode = k.String(), row.at("reference"), row.at("ean13")
	if o.SKU == "" && combination != nil {
		o.SKU = p.at("reference")
	}
	if shown, ok := decimal(wire.Text(row.at(shownPrice))); ok {
		o.Price, _ = round(shown, f.base)
	}
	kept, why := c.kept(stock[k])
	if !f.counts {
		why = uncounted
	}
	o.Refuses = why
	backorders := f.backorders
	if kept != nil {
		if q, err := wire.Text(kept.at("quantity")).Quantity(); err == nil && q > 0 {
			o.Quantity = q
		}
		switch kept.at("out_of_stock") {
		case "0":
			backorders = false
		case "1":
			backorders = true
		}
	}
	o.Orderable = o.Active && (o.Quantity > 0 || backorders || !f.counts)
	return o
}

// visible says whether buyers can find a product: it is on, finished, and belongs to a category. Old versions have no state.
func visible(p *node) bool {
	categories := p.kid("associations").kid("categories")
	return p.at("active") == "1" && p.at("state") != "0" && (categories == nil || len(categories.kids) > 0)
}
