package connectorphp

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
)

// homeStorage is Lad's catalogue in the old family of methods, which knew one catalogue with one stock and one price.
const homeStorage = "bl_1"

var storageMethods = []string{"addCategory", "addProduct", "addProductVariant", "deleteCategory", "deleteProduct", "deleteProductVariant", "getCategories", "getProductsData",
	"getProductsList", "getProductsQuantity", "getProductsPrices", "updateProductsQuantity", "updateProductsPrices"}

func (s *Server) getStoragesList(c *call) (answer, error) {
	var name string
	err := s.read(c, func(tx *db.Tx) error {
		word, err := s.shopWords(c, tx)
		if err == nil {
			name = word("baselinker.inventory")
		}
		return err
	})
	return answer{"storages": []answer{{"storage_id": homeStorage, "name": name, "methods": storageMethods}}}, err
}

// old runs a method of the old family: its storage must be Lad's catalogue, which some clients name by its number only, and its answer
// names it.
func (s *Server) old(run func(c *call) (answer, error)) func(c *call) (answer, error) {
	return func(c *call) (answer, error) {
		if id := c.p.text("storage_id", 30); !slices.Contains([]string{homeStorage, "1", ""}, id) {
			return nil, fail("ERROR_STORAGE_ID", "error.baselinker.no_inventory", "id", cut(id, 30))
		}
		c.p.values = withValue(c.p.values, "inventory_id", strconv.FormatInt(homeInventory, 10))
		for old, name := range map[string]string{"filter_quantity_from": "filter_stock_from", "filter_quantity_to": "filter_stock_to"} {
			if c.p.has(old) {
				c.p.values[name] = c.p.values[old]
			}
		}
		out, err := run(c)
		if out == nil {
			out = answer{}
		}
		out["storage_id"] = homeStorage
		return out, err
	}
}

func withValue(values map[string]any, name string, v any) map[string]any {
	if values == nil {
		values = map[string]any{}
	}
	values[name] = v
	return values
}

func (s *Server) getCategories(c *call) (answer, error) {
	list, err := s.categories(c, homeInventory)
	return answer{"categories": list}, err
}

// firstWarehouse is where the old methods keep their one stock.
func (s *Server) firstWarehouse(c *call) (key string, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		sh, err := s.shelves(c, tx)
		key = sh.home()
		return err
	})
	return key, err
}

// onShelves is what is on hand over all warehouses.
func (g goods) onShelves(id int64) (sum int64) {
	for _, n := range g.stock(id) {
		sum += n
	}
	return sum
}

func (s *Server) getProductsList(c *call) (answer, error) {
	g, err := s.listed(c, false)
	out := make([]answer, len(g.ids))
	for i, id := range g.ids {
		out[i] = answer{"product_id": strconv.FormatInt(id, 10), "ean": g.ean(id), "sku": g.skus[id].Code, "name": g.skus[id].Name, "quantity": g.onShelves(id), "price_brutto": amountOut(g.skus[id].Price)}
	}
	return answer{"products": out}, err
}

func (s *Server) getProductsQuantity(c *call) (answer, error) {
	g, err := s.listed(c, true)
	out := make([]answer, len(g.ids))
	for i, id := range g.ids {
		variants := []answer{}
		for _, v := range g.live(id) {
			variants = append(variants, answer{"variant_id": strconv.FormatInt(v, 10), "quantity": g.onShelves(v)})
		}
		out[i] = answer{"product_id": strconv.FormatInt(id, 10), "quantity": g.onShelves(id), "variants": variants}
	}
	return answer{"products": out}, err
}

func (s *Server) getProductsPrices(c *call) (answer, error) {
	g, err := s.listed(c, true)
	out := make([]answer, len(g.ids))
	for i, id := range g.ids {
		variants := []answer{}
		for _, v := range g.live(id) {
			variants = append(variants, answer{"variant_id": strconv.FormatInt(v, 10), "price": amountOut(g.skus[v].Price)})
		}
		out[i] = answer{"product_id": strconv.FormatInt(id, 10), "price": amountOut(g.skus[id].Price), "variants": variants}
	}
	return answer{"products": out}, err
}

func (s *Server) getProductsData(c *call) (answer, error) {
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
		if live(g.skus[id]) {
			out[strconv.FormatInt(id, 10)] = s.oldProduct(c, g, id, names)
		}
	}
	return answer{"products": out}, nil
}

// oldProduct is a whole product in the old family's words.
func (s *Server) oldProduct(c *call, g goods, id int64, names groupNames) answer {
	full := s.productOut(c, g, id, names)
	texts := full["text_fields"].(map[string]any)
	text := func(key string) string { t, _ := texts[key].(string); return t }
	features := [][2]string{}
	if all, ok := texts["features"].(map[string]any); ok {
		for _, name := range numericOrder(all) {
			value, _ := all[name].(string)
			features = append(features, [2]string{name, value})
		}
	}
	images := []string{}
	for _, at := range slices.Sorted(maps.Keys(g.kept[id].Images)) {
		images = append(images, g.kept[id].Images[at])
	}
	variants := []answer{}
	for _, v := range g.live(id) {
		variants = append(variants, answer{"variant_id": strconv.FormatInt(v, 10), "name": g.skus[v].Name, "price": amountOut(g.skus[v].Price), "quantity": g.onShelves(v),
			"sku": g.skus[v].Code, "ean": g.ean(v)})
	}
	return answer{"product_id": strconv.FormatInt(id, 10), "ean": full["ean"], "sku": full["sku"], "name": full["text_fields"].(map[string]any)["name"], "quantity": g.onShelves(id),
		"price_netto": number("0"), "price_brutto": amountOut(g.skus[id].Price), "price_wholesale_netto": number("0"), "tax_rate": full["tax_rate"], "weight": full["weight"],
		"description": text("description"), "description_extra1": text("description_extra1"), "description_extra2": text("description_extra2"),
		"description_extra3": text("description_extra3"), "description_extra4": text("description_extra4"),
		"man_name": g.groups[g.skus[id].ProductID].Brand, "man_image": "", "category_id": full["category_id"], "images": images, "features": features, "variants": variants}
}

// addProduct is addInventoryProduct in the old family's words, where ids of products and variants are texts.
func (s *Server) addProduct(c *call) (answer, error) {
	if err := s.translate(c); err != nil {
		return nil, err
	}
	out, err := s.addInventoryProduct(c)
	if err != nil {
		return nil, err
	}
	out["product_id"] = fmt.Sprint(out["product_id"])
	return out, nil
}

// addProductVariant makes or changes a product under another one.
func (s *Server) addProductVariant(c *call) (answer, error) {
	c.p.need("product_id")
	parent := c.p.text("product_id", 20)
	if err := s.translate(c); err != nil {
		return nil, err
	}
	c.p.values["parent_id"] = parent
	delete(c.p.values, "product_id")
	if c.p.has("variant_id") {
		c.p.values["product_id"] = c.p.text("variant_id", 20)
	}
	out, err := s.addInventoryProduct(c)
	if err != nil {
		return nil, err
	}
	return answer{"variant_id": fmt.Sprint(out["product_id"]), "product_id": parent, "warnings": out["warnings"]}, nil
}

// translate brings the old family's words for a product into the new ones.
func (s *Server) translate(c *call) error {
	p := c.p
	texts := map[string]any{}
	for _, name := range []string{"name", "description", "description_extra1", "description_extra2", "description_extra3", "description_extra4"} {
		if p.has(name) {
			texts[name] = p.text(name, maxTextLen)
		}
	}
	if p.has("features") {
		texts["features"] = p.features()
	}
	p.values["text_fields"] = texts
	if p.has("price_brutto") {
		p.values["prices"] = map[string]any{strconv.FormatInt(homePrice, 10): p.values["price_brutto"]}
	}
	if p.has("quantity") {
		home, err := s.firstWarehouse(c)
		if err != nil {
			return err
		}
		p.values["stock"] = map[string]any{home: p.values["quantity"]}
	}
	if p.has("images") {
		images := map[string]any{}
		for i, address := range p.texts("images", maxBody) {
			if strings.HasPrefix(address, "http") {
				address = "url:" + address
			}
			images[strconv.Itoa(i)] = address
		}
		p.values["images"] = images
	}
	return s.translateMaker(c)
}

// features are pairs of a name and a value, objects with the two, or a map of them.
func (p params) features() map[string]any {
	if all, ok := p.values["features"].(map[string]any); ok {
		return all
	}
	out := map[string]any{}
	for _, v := range p.list("features") {
		one := map[string]any{}
		switch v := v.(type) {
		case []any:
			if len(v) == 2 {
				one = map[string]any{"name": v[0], "value": v[1]}
			}
		case map[string]any:
			one = v
		}
		if name := (params{values: one, faulty: p.faulty}).text("name", 200); name != "" {
			out[name] = one["value"]
		}
	}
	return out
}

func (s *Server) translateMaker(c *call) error {
	maker := strings.TrimSpace(c.p.text("man_name", 200))
	if err := c.p.fault(); err != nil || maker == "" {
		return err
	}
	ids, err := s.entryIDs(c, baselinker.Manufacturer, []string{maker})
	c.p.values["manufacturer_id"] = strconv.FormatInt(ids[maker], 10)
	return err
}

func (s *Server) deleteProductVariant(c *call) (answer, error) {
	c.p.need("variant_id")
	id := c.p.int("variant_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	return nil, s.deleteProduct(c, id)
}

// rows reads lists like [[product, variant, value], …] or [{"product_id", "variant_id", value}, …]; the product is the variant's when
// one is named.
func (p params) rows(name, value string) (ids []int64, values []any) {
	for _, row := range p.list(name) {
		one := params{values: map[string]any{}, faulty: p.faulty}
		switch row := row.(type) {
		case []any:
			for i, cell := range row[:min(len(row), 3)] {
				one.values[[]string{"product_id", "variant_id", value}[i]] = cell
			}
		case map[string]any:
			one = newParams(row, p.faulty)
		}
		if !one.has("product_id") || !one.has(value) {
			p.bad(name)
			return nil, nil
		}
		id := one.int("variant_id")
		if id == 0 {
			id = one.int("product_id")
		}
		ids, values = append(ids, id), append(values, one.values[value])
	}
	return ids, values
}

func (s *Server) updateProductsQuantity(c *call) (answer, error) {
	c.p.need("products")
	ids, values := c.p.rows("products", "quantity")
	home, err := s.firstWarehouse(c)
	if err != nil {
		return nil, err
	}
	counts := make([]setCount, len(ids))
	for i, id := range ids {
		one := params{values: map[string]any{"quantity": values[i]}, faulty: c.p.faulty}
		counts[i] = setCount{id, home, one.quantity("quantity")}
	}
	return s.setCounts(c, counts, len(ids))
}

func (s *Server) updateProductsPrices(c *call) (answer, error) {
	c.p.need("products")
	ids, values := c.p.rows("products", "price_brutto")
	products := map[string]any{}
	for i, id := range ids {
		products[strconv.FormatInt(id, 10)] = map[string]any{strconv.FormatInt(homePrice, 10): values[i]}
	}
	c.p.values["products"] = products
	return s.updateInventoryProductsPrices(c)
}
