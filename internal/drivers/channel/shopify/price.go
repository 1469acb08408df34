package shopify

import (
	"context"
	"fmt"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// priced is the rows of one product, in the order in which they are sent.
type priced struct {
	product int64
	offers  []string
	rows    []map[string]any
}

// PushPrice sends prices in the shop's currency. Shopify changes the variants of one product at a time, so one request holds
// a mutation for each product; without an old price the crossed-out one is cleared.
func (c *channel) PushPrice(ctx context.Context, items []connector.PriceUpdate) ([]connector.ItemResult, error) {
	if len(items) == 0 {
		return nil, nil
	}
	if err := c.meet(ctx, true); err != nil {
		return nil, err
	}
	var numbers []int64
	for _, it := range items {
		if n := wire.Text(it.OfferID).Number(); n > 0 {
			numbers = append(numbers, n)
		}
	}
	if err := c.acquaint(ctx, numbers); err != nil {
		return nil, err
	}
	var products []*priced
	byID := map[int64]*priced{}
	var results []connector.ItemResult
	for _, it := range items {
		at, why := c.known[wire.Text(it.OfferID).Number()], ""
		switch {
		case at.product == 0:
			why = "Shopify has no such variant"
		case it.Price.Currency != c.currency || it.Old.Minor > 0 && it.Old.Currency != c.currency:
			why = "the shop sells in " + string(c.currency)
		case it.Price.Minor < 0:
			why = "a price can not be negative"
		}
		if why != "" {
			results = append(results, rejected(it.OfferID, "", why))
			continue
		}
		p := byID[at.product]
		if p == nil {
			p = &priced{product: at.product}
			byID[at.product], products = p, append(products, p)
		}
		row := map[string]any{"id": global("ProductVariant", wire.Text(it.OfferID).Number()), "price": it.Price.Decimal(), "compareAtPrice": nil}
		if it.Old.Minor > 0 {
			row["compareAtPrice"] = it.Old.Decimal()
		}
		p.offers, p.rows = append(p.offers, it.OfferID), append(p.rows, row)
	}
	done, err := c.setPrices(ctx, products)
	return append(results, done...), err
}

func (c *channel) setPrices(ctx context.Context, products []*priced) ([]connector.ItemResult, error) {
	if len(products) == 0 {
		return nil, nil
	}
	var declared, calls strings.Builder
	vars := map[string]any{}
	for i, p := range products {
		fmt.Fprintf(&declared, "$p%d:ID!,$v%d:[ProductVariantsBulkInput!]!,", i, i)
		fmt.Fprintf(&calls, "m%d:productVariantsBulkUpdate(productId:$p%d,variants:$v%d,allowPartialUpdates:true){userErrors{field message code}} ", i, i, i)
		vars[fmt.Sprintf("p%d", i)], vars[fmt.Sprintf("v%d", i)] = global("Product", p.product), p.rows
	}
	said := map[string]*struct {
		Errors *[]userError `json:"userErrors"`
	}{}
	op := operation{query: "mutation(" + strings.TrimSuffix(declared.String(), ",") + "){" + calls.String() + "}", vars: vars, write: true}
	if err := c.ask(ctx, op, &said); err != nil {
		return nil, err
	}
	var results []connector.ItemResult
	for i, p := range products {
		if m := said[fmt.Sprintf("m%d", i)]; m != nil && m.Errors != nil { // else nothing is known: no result
			results = append(results, p.judge(*m.Errors)...)
		}
	}
	return results, nil
}

// judge gives each offer of a product its outcome; an error about no row in particular is everybody's.
func (p *priced) judge(said []userError) []connector.ItemResult {
	refused := map[int]userError{}
	for _, u := range said {
		if row := u.row(); row >= 0 && row < len(p.offers) {
			refused[row] = u
			continue
		}
		for i := range p.offers {
			refused[i] = u
		}
	}
	var out []connector.ItemResult
	for i, id := range p.offers {
		if u, bad := refused[i]; bad {
			out = append(out, rejected(id, string(u.Code), wire.First(string(u.Message), "refused without a reason")))
			continue
		}
		out = append(out, connector.ItemResult{OfferID: id, State: connector.ItemAccepted})
	}
	return out
}
