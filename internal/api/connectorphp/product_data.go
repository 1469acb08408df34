package connectorphp

import (
	"cmp"
	"strconv"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
)

// getInventoryProductsData answers products as a whole. Products of another catalogue and such as are not there are left out.
func (s *Server) getInventoryProductsData(c *call) (answer, error) {
	inventory, err := s.wantedInventory(c)
	if err != nil {
		return nil, err
	}
	c.p.need("products")
	ids := c.p.ints("products")
	if len(ids) > maxData {
		c.p.bad("products")
	}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	g, names, err := s.wholeGoods(c, ids)
	if err != nil {
		return nil, err
	}
	out := map[string]answer{}
	for _, id := range ids {
		if live(g.skus[id]) && cmp.Or(g.kept[id].InventoryID, homeInventory) == inventory {
			out[strconv.FormatInt(id, 10)] = s.productOut(c, g, id, names)
		}
	}
	return answer{"products": out}, nil
}

// groupNames are the numbers of the categories and manufacturers of products.
type groupNames struct{ categories, makers map[string]int64 }

// wholeGoods reads products with their variants and the numbers of their categories and manufacturers.
func (s *Server) wholeGoods(c *call, ids []int64) (g goods, names groupNames, err error) {
	err = s.read(c, func(tx *db.Tx) (err error) {
		g, err = s.readGoods(c, tx, ids, true)
		return err
	})
	if err != nil {
		return g, names, err
	}
	var categories, makers []string
	for _, p := range g.groups {
		if p.Category != "" {
			categories = append(categories, p.Category)
		}
		if p.Brand != "" {
			makers = append(makers, p.Brand)
		}
	}
	if names.categories, err = s.entryIDs(c, baselinker.Category, categories); err != nil {
		return g, names, err
	}
	names.makers, err = s.entryIDs(c, baselinker.Manufacturer, makers)
	return g, names, err
}

// productOut is a whole product.
func (s *Server) productOut(c *call, g goods, id int64, names groupNames) answer {
	sku, kept := g.skus[id], g.kept[id]
	group := g.groups[sku.ProductID]
	texts := map[string]any{"name": sku.Name}
	for key, v := range kept.Texts {
		texts[key] = v
	}
	out := answer{"is_bundle": sku.Kind == catalog.KindKit, "ean": g.ean(id), "ean_additional": orEmpty(kept.Additional), "sku": sku.Code, "tags": orEmpty(kept.Tags), "asin": kept.Asin,
		"weight": number(weightOut(sku.WeightGrams)), "average_cost": amountOut(sku.Cost), "average_landed_cost": amountOut(sku.Cost), "star": integer(kept.Numbers["star"]),
		"category_id": cmp.Or(kept.CategoryID, names.categories[group.Category]), "manufacturer_id": cmp.Or(kept.MakerID, names.makers[group.Brand]),
		"prices": g.prices(id), "stock": g.stock(id), "locations": g.locations(id), "text_fields": texts, "images": orNone(kept.Images), "links": orNone(kept.Links),
		"parent_id": kept.ParentID}
	for _, name := range []string{"tax_rate", "height", "width", "length"} {
		out[name] = number(kept.Numbers[name])
	}
	variants := map[string]answer{}
	for _, v := range g.live(id) {
		variants[strconv.FormatInt(v, 10)] = answer{"name": g.skus[v].Name, "sku": g.skus[v].Code, "ean": g.ean(v), "prices": g.prices(v), "stock": g.stock(v), "locations": g.locations(v)}
	}
	parts := map[string]number{}
	for _, part := range g.parts[id] {
		parts[strconv.FormatInt(part.SKUID, 10)] = number(part.Qty.String())
	}
	out["variants"], out["bundle_products"] = variants, parts
	if c.p.flag("include_erp_units") {
		out["stock_erp_units"] = erpUnits(g, id)
	}
	if c.p.flag("include_wms_units") {
		out["stock_wms_units"] = map[string]any{}
	}
	return out
}

// erpUnits shows the stock of each warehouse as one unit at the price that was paid; Lad does not tell deliveries apart.
func erpUnits(g goods, id int64) map[string][]answer {
	out := map[string][]answer{}
	for key, n := range g.stock(id) {
		out[key] = []answer{{"quantity": n, "purchase_cost": amountOut(g.skus[id].Cost), "expiry_date": ""}}
	}
	return out
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func orNone[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}
