package shopify

import (
	"context"
	"fmt"
	"strconv"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// variantFields are of one variant with its level at one location: 5 points.
const variantFields = `id sku barcode price inventoryPolicy inventoryQuantity displayName product{id status onlineStoreUrl}
inventoryItem{id tracked inventoryLevel(locationId:%s){quantities(names:["available"]){name quantity}}}`

type variant struct {
	ID      gid       `json:"id"`
	SKU     wire.Text `json:"sku"` // not unique
	Barcode wire.Text `json:"barcode"`
	Title   wire.Text `json:"displayName"`
	Price   wire.Text `json:"price"` // in the shop's currency, which it does not name
	Policy  wire.Text `json:"inventoryPolicy"`
	All     wire.Text `json:"inventoryQuantity"` // of all locations together
	Product struct {
		ID     gid       `json:"id"`
		Status wire.Text `json:"status"`
		URL    wire.Text `json:"onlineStoreUrl"`
	} `json:"product"`
	Item struct {
		ID      gid       `json:"id"`
		Tracked wire.Text `json:"tracked"`
		Level   *struct {
			Quantities []struct {
				Name     wire.Text `json:"name"`
				Quantity wire.Text `json:"quantity"`
			} `json:"quantities"`
		} `json:"inventoryLevel"`
	} `json:"inventoryItem"`
}

// available reads the level at the location; stocked is false where the item is not kept there.
func (v variant) available() (n int64, stocked bool) {
	if v.Item.Level == nil {
		return 0, false
	}
	for _, q := range v.Item.Level.Quantities {
		if q.Name == "available" {
			n, _ = strconv.ParseInt(string(q.Quantity), 10, 64) // a level is a whole number
		}
	}
	return n, true
}

// offer makes the neutral offer and remembers what a push will need. Buyers order from all locations, Lad keeps one.
func (c *channel) offer(v variant) connector.Offer {
	n, stocked := v.available()
	c.known[int64(v.ID)] = position{int64(v.Item.ID), int64(v.Product.ID), stocked, n}
	out := connector.Offer{
		ExternalID: v.ID.text(), SKU: string(v.SKU), Barcode: string(v.Barcode), Title: string(v.Title), Price: wire.Optional(v.Price, c.currency),
		Active: v.Product.Status == "ACTIVE", Counted: v.Item.Tracked.True(),
	}
	if v.Product.URL != "" {
		out.URL = string(v.Product.URL) + "?variant=" + v.ID.text()
	}
	if !out.Counted {
		out.Orderable, out.Refuses = out.Active, "Shopify does not track the quantity of this variant (switch on “Track quantity”)"
		return out
	}
	if q, err := wire.Text(strconv.FormatInt(n, 10)).Quantity(); err == nil {
		out.Quantity = q
	}
	all, _ := strconv.ParseInt(string(v.All), 10, 64) // absence is nothing to sell
	out.Orderable = out.Active && (v.Policy == "CONTINUE" || all > 0)
	return out
}

// ReadOffers reads variants by number.
func (c *channel) ReadOffers(ctx context.Context, ids []string) ([]connector.Offer, error) {
	if err := c.meet(ctx, false); err != nil {
		return nil, err
	}
	var numbers []int64
	for _, id := range ids {
		if n := wire.Text(id).Number(); n > 0 {
			numbers = append(numbers, n)
		}
	}
	return c.readVariants(ctx, numbers, false)
}

// readVariants reads in parts that stay below the bound of one query's cost.
func (c *channel) readVariants(ctx context.Context, numbers []int64, write bool) ([]connector.Offer, error) {
	query := fmt.Sprintf(`query($ids:[ID!]!,$at:ID!){nodes(ids:$ids){... on ProductVariant{%s}}}`, fmt.Sprintf(variantFields, "$at"))
	var out []connector.Offer
	for len(numbers) > 0 {
		part := numbers[:min(info.Limits.ReadBatch, len(numbers))]
		numbers = numbers[len(part):]
		ids := make([]string, len(part))
		for i, n := range part {
			ids[i] = global("ProductVariant", n)
		}
		var said struct {
			Nodes wire.Rows `json:"nodes"`
		}
		op := operation{query: query, vars: map[string]any{"ids": ids, "at": global("Location", c.location)}, write: write}
		if err := c.ask(ctx, op, &said); err != nil {
			return nil, err
		}
		if said.Nodes == nil {
			return nil, connector.Errorf(connector.Lost(write), "Shopify answered without a list of variants")
		}
		for _, node := range said.Nodes {
			var v variant
			if e := wire.Decode(node, &v); e == nil && v.ID != 0 { // null for an unknown id
				out = append(out, c.offer(v))
			}
		}
	}
	return out, nil
}
