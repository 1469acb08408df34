package opencartdb

import (
	"context"
	"math/big"
	"regexp"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Words for products whose stock can not be set.
const (
	severalOptions = "the product has several options with their own stock: OpenCart counts each option and not what is chosen together"
	followVariants = "the stock of this product follows its variants"
)

type offersCursor struct {
	After int64 `json:"after"`
}

// ListOffers pages by the product's number, so what is added or deleted meanwhile moves no page.
func (c *channel) ListOffers(ctx context.Context, raw string) (connector.OfferPage, error) {
	var cur offersCursor
	wire.ReadCursor(raw, &cur)
	if raw == "" {
		c.shape = nil // rights may have been given since
	}
	var page connector.OfferPage
	err := c.read(ctx, func(s *session) error {
		found, err := s.rows("SELECT p.product_id FROM {product} p WHERE p.product_id > ? ORDER BY p.product_id LIMIT ?", max(cur.After, 0), maxProducts+1)
		if err != nil {
			return err
		}
		if page.More = len(found) > maxProducts; page.More {
			found = found[:maxProducts]
			page.Next = wire.WriteCursor(offersCursor{After: found[maxProducts-1]["product_id"].Number()})
		}
		goods, err := s.goods(numbers(found, "product_id"))
		if err != nil {
			return err
		}
		count, err := s.first("SELECT COUNT(*) AS n FROM {product}")
		if err != nil {
			return err
		}
		page.Total = int(count["n"].Number())
		for _, g := range goods {
			page.Offers = append(page.Offers, g.offers()...)
		}
		return nil
	})
	if err != nil {
		return connector.OfferPage{}, err
	}
	return page, nil
}

// ReadOffers reads offers by id.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	products := productsOf(ids)
	if len(products) == 0 {
		return nil, nil
	}
	var out []connector.Offer
	err := c.read(ctx, func(s *session) error {
		goods, err := s.goods(products)
		if err != nil {
			return err
		}
		for _, g := range goods {
			for _, o := range g.offers() {
				if slices.Contains(ids, o.ExternalID) {
					out = append(out, o)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// offerID is a product, or a product with the value of its one counted option.
var offerID = regexp.MustCompile(`^([1-9]\d{0,9})(?:-([1-9]\d{0,9}))?$`)

// parts of an offer's id; zeros when it is none.
func offerParts(id string) (product, value int64) {
	m := offerID.FindStringSubmatch(id)
	if m == nil {
		return 0, 0
	}
	product, _ = strconv.ParseInt(m[1], 10, 64) // ten digits
	value, _ = strconv.ParseInt(m[2], 10, 64)   // as above, or 0 when there are none
	return product, value
}

func productsOf(offers []string) (ids []int64) {
	for _, id := range offers {
		if p, _ := offerParts(id); p > 0 {
			ids = append(ids, p)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func numbers(rows []row, column string) []int64 {
	out := make([]int64, len(rows))
	for i, r := range rows {
		out[i] = r[column].Number()
	}
	return out
}

// goods is a product with all that says what of it can be sold.
type goods struct {
	id       int64
	row      row
	values   []row // of its one counted option; empty when the product is sold as it is
	refuses  string
	hidden   *big.Rat // the special price or discount that buyers see in place of the product's own
	ours     *shape
	c        *channel
	url      string
	today    string
	currency money.Currency
}

// goods reads products by number, each table once.
func (s *session) goods(ids []int64) ([]*goods, error) {
	sh, err := s.shape()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	words, err := s.first("SELECT language_id FROM (SELECT o.language_id FROM {order} o WHERE o.order_status_id > 0 ORDER BY o.order_id DESC LIMIT 200) recent" +
		" GROUP BY language_id ORDER BY COUNT(*) DESC, language_id LIMIT 1")
	if err != nil {
		return nil, err
	}
	language := words["language_id"].Number() // what the shop's buyers read
	found, err := s.rows("SELECT "+sh.pick("product", "p", "product_id", "master_id", "model", "sku", "upc", "ean", "quantity", "price", "status", "date_available")+
		", (SELECT d.name FROM {product_description} d WHERE d.product_id = p.product_id ORDER BY CASE WHEN d.language_id = ? THEN 0 ELSE 1 END, d.language_id LIMIT 1) AS lad_name"+
		" FROM {product} p WHERE p.product_id IN "+list(ids)+" ORDER BY p.product_id", language)
	if err != nil {
		return nil, err
	}
	values, err := s.rows("SELECT v.product_id, v.product_option_id, v.product_option_value_id, v.quantity, v.subtract, v.price, v.price_prefix,"+
		" (SELECT d.name FROM {option_value_description} d WHERE d.option_value_id = v.option_value_id ORDER BY CASE WHEN d.language_id = ? THEN 0 ELSE 1 END, d.language_id LIMIT 1) AS lad_name"+
		" FROM {product_option_value} v WHERE v.product_id IN "+list(ids)+" ORDER BY v.product_option_value_id", language)
	if err != nil {
		return nil, err
	}
	hidden, err := s.hidden(sh, ids)
	if err != nil {
		return nil, err
	}
	masters, err := s.masters(sh, ids)
	if err != nil {
		return nil, err
	}
	base, err := s.storefront(sh)
	if err != nil {
		return nil, err
	}
	byProduct := grouped(values, "product_id")
	out := make([]*goods, len(found))
	for i, r := range found {
		g := &goods{id: r["product_id"].Number(), row: r, ours: sh, c: s.c, url: base, currency: s.c.base(sh), today: s.c.local(s.c.cfg.Now())[:len("2006-01-02")]}
		g.hidden = price(hidden[g.id], number(r["price"]))
		g.sort(byProduct[g.id])
		if slices.Contains(masters, g.id) {
			g.refuses = followVariants
		}
		out[i] = g
	}
	return out, nil
}

// sort finds what of a product is counted.
func (g *goods) sort(values []row) {
	options := map[string]bool{}
	for _, v := range values {
		if v["subtract"].Number() == 1 {
			options[v["product_option_id"].ID()] = true
		}
	}
	if len(options) > 1 {
		g.refuses = severalOptions
	}
	for _, v := range values {
		if len(options) == 1 && options[v["product_option_id"].ID()] {
			g.values = append(g.values, v)
		}
	}
}

// masters are those of the products that have variants (OpenCart 4).
func (s *session) masters(sh *shape, ids []int64) ([]int64, error) {
	if !sh.has("product", "master_id") {
		return nil, nil
	}
	found, err := s.rows("SELECT DISTINCT p.master_id FROM {product} p WHERE p.master_id IN " + list(ids))
	return numbers(found, "master_id"), err
}

// storefront is the address that the newest order was placed at.
func (s *session) storefront(sh *shape) (string, error) {
	if !sh.has("order", "store_url", "store_id") {
		return "", nil
	}
	r, err := s.first("SELECT o.store_url FROM {order} o WHERE o.store_id = 0 AND o.order_status_id > 0 ORDER BY o.order_id DESC LIMIT 1")
	return plain(r["store_url"]), err
}

// offers are what of the product can be sold.
func (g *goods) offers() []connector.Offer {
	if len(g.values) == 0 {
		return []connector.Offer{g.offer(nil)}
	}
	out := make([]connector.Offer, len(g.values))
	for i, v := range g.values {
		out[i] = g.offer(v)
	}
	return out
}

// offer is the product, or one value of its option. OpenCart counts below zero when the shop sells what is not there.
func (g *goods) offer(value row) connector.Offer {
	id, quantity := strconv.FormatInt(g.id, 10), g.row["quantity"]
	shown := number(g.row["price"])
	if g.hidden != nil {
		shown = g.hidden
	}
	o := connector.Offer{
		ExternalID: id, SKU: wire.First(plain(g.row["sku"]), plain(g.row["model"]), id), Barcode: wire.First(plain(g.row["ean"]), plain(g.row["upc"])),
		Title: plain(g.row["lad_name"]), Refuses: g.refuses, Counted: true,
		Active: g.row["status"].Number() == 1 && string(g.row["date_available"]) <= g.today,
	}
	if g.url != "" {
		o.URL = g.url + "index.php?route=product/product&product_id=" + id
	}
	if value != nil {
		name := wire.First(plain(value["lad_name"]), value["product_option_value_id"].ID())
		o.ExternalID, o.SKU, o.Barcode = id+"-"+value["product_option_value_id"].ID(), o.SKU+":"+name, ""
		o.Title += " (" + name + ")"
		quantity, shown = value["quantity"], sum(shown, surcharge(value))
	}
	if o.Refuses == "" {
		o.Refuses = g.ours.refusesStock(g.c, value != nil)
	}
	o.Price = wire.Optional(wire.Text(product(shown)), g.currency)
	q, err := quantity.Quantity()
	o.Counted, o.Quantity = err == nil, max(q, 0)
	whole, err := g.row["quantity"].Quantity()
	there := err == nil && whole > 0 && q > 0
	o.Orderable = o.Active && (there || g.ours.settings["config_stock_checkout"] == "1")
	return o
}

// surcharge is what a value adds to the product's price.
func surcharge(value row) *big.Rat {
	more := number(value["price"])
	if more != nil && value["price_prefix"] == "-" {
		more.Neg(more)
	}
	return more
}
