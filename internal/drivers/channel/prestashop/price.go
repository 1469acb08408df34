package prestashop

import (
	"context"
	"math/big"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// notWritable are fields that a whole product may not send back.
var notWritable = []string{"manufacturer_name", "quantity", shownPrice, basePrice}

// PushPrice sets what buyers pay. The shop keeps prices without tax, a combination's as the difference to its product's, so
// the rate comes from what the shop itself makes of the present price. A crossed-out price is not written.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	offers := make([]string, 0, len(items))
	for _, it := range items {
		offers = append(offers, it.OfferID)
	}
	known, numbers := readKeys(offers)
	f, err := c.know(ctx, pushing)
	if err != nil {
		return nil, err
	}
	products, err := c.named(ctx, pushing, "products", "id", "full", numbers, prices(map[string][]string{}))
	if err != nil {
		return nil, err
	}
	combinations, err := c.combinations(ctx, pushing, products)
	if err != nil {
		return nil, err
	}
	rows := map[key]priced{}
	for _, p := range products {
		if len(combinations[p.id()]) == 0 {
			rows[key{product: p.id()}] = priced{resource: "products", row: p}
		}
		for _, combination := range combinations[p.id()] {
			rows[key{p.id(), combination.id()}] = priced{"combinations", combination, p}
		}
	}
	var results []connector.ItemResult
	for _, it := range items {
		row, ok := rows[known[it.OfferID]]
		if !ok {
			results = append(results, rejected(it.OfferID, "", "the shop has no such product or combination"))
			continue
		}
		r, e := c.pushPrice(ctx, f, row, it)
		if e != nil {
			return nil, e
		}
		results = append(results, r)
	}
	return results, nil
}

// priced is a row whose field price makes an offer's price; product is that of a combination.
type priced struct {
	resource string
	row      *node
	product  *node
}

func (c *channel) pushPrice(ctx context.Context, f *facts, p priced, it connector.PriceUpdate) (connector.ItemResult, *connector.Error) {
	if it.Price.Currency != f.base {
		return rejected(it.OfferID, "", "the shop's prices are in "+string(f.base)), nil
	}
	if shown, ok := decimal(wire.Text(p.row.at(shownPrice))); ok {
		if m, ok := round(shown, f.base); ok && m == it.Price {
			return connector.ItemResult{OfferID: it.OfferID, State: connector.ItemConfirmed}, nil
		}
	}
	value, why := p.field(it.Price)
	if why != "" {
		return rejected(it.OfferID, "", why), nil
	}
	e := c.save(ctx, p.resource, p.row, []*node{leaf("price", value)}, notWritable...)
	if e != nil && e.Kind == connector.KindPermanent {
		return rejected(it.OfferID, e.Code, e.Message), nil
	}
	if e != nil {
		return connector.ItemResult{}, e
	}
	return connector.ItemResult{OfferID: it.OfferID, State: connector.ItemAccepted}, nil
}

// field is what the field price must hold for buyers to pay so much, or why that can not be said.
func (p priced) field(want connector.Money) (value, why string) {
	net, ok1 := decimal(wire.Text(p.row.at("price")))
	base, ok2 := decimal(wire.Text(p.row.at(basePrice)))
	shown, ok3 := decimal(wire.Text(p.row.at(shownPrice)))
	if !ok1 || !ok2 || !ok3 {
		return "", "the shop does not tell the present price"
	}
	product := new(big.Rat)
	if p.product != nil {
		if product, ok1 = decimal(wire.Text(p.product.at("price"))); !ok1 {
			return "", "the shop does not tell the price of the product that this combination belongs to"
		}
		net = new(big.Rat).Add(product, net)
	}
	if decimals(base, 2).Cmp(decimals(shown, 2)) != 0 {
		return "", "a sale or a fee changes the price of this product in the shop: end it there first"
	}
	if net.Sign() <= 0 || base.Sign() <= 0 {
		return "", "the product has no price yet: set one in the shop first, the tax is worked out from it"
	}
	// Rates of tax have three decimals of a per cent; rounding to that takes out the error of the present price's six decimals.
	factor := decimals(new(big.Rat).Quo(base, net), 5)
	next := new(big.Rat).Quo(exact(want), factor)
	return decimals(next.Sub(next, product), 6).FloatString(6), ""
}
