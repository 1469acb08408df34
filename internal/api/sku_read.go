package api

import (
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// skuOut is a SKU. Its version grows with every change.
type skuOut struct {
	ID          int64    `json:"id"`
	ProductID   int64    `json:"product_id"`
	SKU         string   `json:"sku"`
	Name        string   `json:"name"`
	Variant     string   `json:"variant,omitempty"`
	Kind        string   `json:"kind" doc:"goods, kit or service"`
	Price       moneyOut `json:"price"`
	Cost        moneyOut `json:"cost"`
	WeightGrams int64    `json:"weight_grams,omitempty"`
	Backorder   bool     `json:"backorder" doc:"may be sold without stock"`
	Barcodes    []string `json:"barcodes"`
	Version     int64    `json:"version"`
	CreatedAt   *string  `json:"created_at"`
	UpdatedAt   *string  `json:"updated_at"`
	DeletedAt   *string  `json:"deleted_at,omitempty"`
}

func skuJSON(s catalog.SKU) skuOut {
	out := skuOut{ID: s.ID, ProductID: s.ProductID, SKU: s.Code, Name: s.Name, Variant: s.Variant, Kind: string(s.Kind), Price: moneyJSON(s.Price),
		Cost: moneyJSON(s.Cost), WeightGrams: s.WeightGrams, Backorder: s.Backorder, Barcodes: s.Barcodes, Version: s.Version,
		CreatedAt: momentOut(s.CreatedAt), UpdatedAt: momentOut(s.UpdatedAt), DeletedAt: momentOut(s.DeletedAt)}
	if out.Barcodes == nil {
		out.Barcodes = []string{}
	}
	return out
}

// productOut is a product with its SKUs. The name is empty for a product of one SKU, which goes by the SKU's name.
type productOut struct {
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	Brand    string   `json:"brand,omitempty"`
	Category string   `json:"category,omitempty"`
	SKUs     []skuOut `json:"skus"`
}

func productJSON(p catalog.Product) productOut {
	out := productOut{ID: p.ID, Name: p.Name, Brand: p.Brand, Category: p.Category, SKUs: make([]skuOut, len(p.SKUs))}
	for i, s := range p.SKUs {
		out.SKUs[i] = skuJSON(s)
	}
	return out
}

// partOut is a part of a kit.
type partOut struct {
	SKUID    int64   `json:"sku_id"`
	SKU      string  `json:"sku"`
	Name     string  `json:"name"`
	Quantity qty.Qty `json:"quantity" doc:"of the part in one kit"`
}

// skuCardOut is a SKU with its product, parts and the kits that contain it.
type skuCardOut struct {
	skuOut
	Product productOut `json:"product"`
	Parts   []partOut  `json:"parts,omitempty"`
	KitIDs  []int64    `json:"kit_ids,omitempty"`
}

// skuQuery chooses SKUs.
type skuQuery struct {
	Text  string `json:"q" doc:"beginning of a code, a barcode, or words of the name"`
	Kind  string `json:"kind" doc:"goods, kit or service"`
	After string `json:"after" doc:"next of the page before"`
	Limit int64  `json:"limit" doc:"50 when left out, at most 500"`
}

// skusOut is a page of SKUs in order of their codes.
type skusOut struct {
	SKUs []skuOut `json:"skus"`
	Next string   `json:"next,omitempty" doc:"after of the next page"`
}

func (a *API) skuList(c call, q skuQuery) (skusOut, error) {
	page, err := a.Catalog.List(c.ctx, c.who, catalog.Filter{Text: q.Text, Kind: catalog.Kind(q.Kind), After: q.After, Limit: int(q.Limit)})
	out := skusOut{SKUs: make([]skuOut, len(page.SKUs)), Next: page.Next}
	for i, s := range page.SKUs {
		out.SKUs[i] = skuJSON(s)
	}
	return out, err
}

func (a *API) skuGet(c call, _ nothing) (skuCardOut, error) {
	id, err := c.id()
	if err != nil {
		return skuCardOut{}, err
	}
	return a.skuCard(c, id)
}

func (a *API) skuCard(c call, id int64) (skuCardOut, error) {
	card, err := a.Catalog.GetSKU(c.ctx, c.who, id)
	out := skuCardOut{skuOut: skuJSON(card.SKU), Product: productJSON(card.Product)}
	for _, p := range card.Parts {
		out.Parts = append(out.Parts, partOut{SKUID: p.SKUID, SKU: p.Code, Name: p.Name, Quantity: p.Qty})
	}
	for _, k := range card.Kits {
		out.KitIDs = append(out.KitIDs, k.ID)
	}
	return out, err
}

func (a *API) productGet(c call, _ nothing) (productOut, error) {
	id, err := c.id()
	if err != nil {
		return productOut{}, err
	}
	p, err := a.Catalog.GetProduct(c.ctx, c.who, id)
	return productJSON(p), err
}

// priceOut is what a SKU costs.
type priceOut struct {
	SKUID     int64    `json:"sku_id"`
	SKU       string   `json:"sku"`
	Price     moneyOut `json:"price"`
	Cost      moneyOut `json:"cost"`
	Version   int64    `json:"version" doc:"of the SKU"`
	UpdatedAt *string  `json:"updated_at"`
}

func priceJSON(s catalog.SKU) priceOut {
	return priceOut{SKUID: s.ID, SKU: s.Code, Price: moneyJSON(s.Price), Cost: moneyJSON(s.Cost), Version: s.Version, UpdatedAt: momentOut(s.UpdatedAt)}
}

// pricesOut is a page of prices in order of the SKUs' codes.
type pricesOut struct {
	Prices []priceOut `json:"prices"`
	Next   string     `json:"next,omitempty" doc:"after of the next page"`
}

func (a *API) priceList(c call, q skuQuery) (pricesOut, error) {
	page, err := a.Catalog.List(c.ctx, c.who, catalog.Filter{Text: q.Text, Kind: catalog.Kind(q.Kind), After: q.After, Limit: int(q.Limit)})
	out := pricesOut{Prices: make([]priceOut, len(page.SKUs)), Next: page.Next}
	for i, s := range page.SKUs {
		out.Prices[i] = priceJSON(s)
	}
	return out, err
}
