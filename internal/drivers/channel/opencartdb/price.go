package opencartdb

import (
	"context"
	"math/big"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// PushPrice sets prices without tax, in the shop's own currency.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	b, asked := batch{}, map[string]connector.PriceUpdate{}
	for _, it := range items {
		b.add(it.OfferID, 0)
		asked[it.OfferID] = it
	}
	return c.push(ctx, &b, func(s *session, sh *shape) error {
		base := c.base(sh)
		for _, id := range b.open() {
			it, value := asked[id], b.values[id] > 0
			switch {
			case sh.refusesPrice(c, value) != "":
				b.refuse(id, "right", sh.refusesPrice(c, value))
			case it.Price.Currency != base:
				b.refuse(id, "currency", "the shop's prices are in "+string(base))
			case it.Price.Minor <= 0:
				b.refuse(id, "invalid", "the price is not a positive amount")
			case it.Old.Minor > 0:
				b.refuse(id, "invalid", "a crossed-out price can not be set through the database")
			case !sh.seesSpecials():
				b.refuse(id, "right", "prices are not sent: the database user may not read "+c.prefix+"product_special and "+c.prefix+"product_discount, which may hide a price")
			case b.goods[b.products[id]].hidden != nil:
				b.refuse(id, "special", "a special price or discount of the shop hides this price: end it in the shop first")
			}
		}
		return s.setPrices(sh, &b, asked)
	})
}

// setPrices changes products' prices, and for option values what they add to the product's.
func (s *session) setPrices(sh *shape, b *batch, asked map[string]connector.PriceUpdate) error {
	var own, more cases
	for _, id := range b.open() {
		want := asked[id].Price.Decimal()
		value := b.values[id]
		if value == 0 {
			own.add(b.products[id], want)
			continue
		}
		diff, base, sign := number(wire.Text(want)), number(b.goods[b.products[id]].row["price"]), "+"
		if diff == nil || base == nil {
			b.refuse(id, "invalid", "the product's own price can not be read")
			continue
		}
		if diff = new(big.Rat).Sub(diff, base); diff.Sign() < 0 {
			sign = "-"
		}
		more.add(value, diff.Abs(diff).FloatString(4), sign)
	}
	touched := ""
	if sh.has("product", "date_modified") {
		touched = ", date_modified = NOW()"
	}
	if err := s.set("product", "product_id", touched, own, "price"); err != nil {
		return err
	}
	return s.set("product_option_value", "product_option_value_id", "", more, "price", "price_prefix")
}
