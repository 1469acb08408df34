package connectorphp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
)

func key(id int64) string { return fmt.Sprint(id) }

// A product that a client writes is a SKU of Lad with price, barcode, stock and weight, and all else reads back as written;
// an update changes what it names and nothing else.
func TestProductReadsBack(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		home := fmt.Sprint("bl_", s.Warehouse)
		category := c.ok("addInventoryCategory", m{"name": "Kubki", "parent_id": 0}).int("category_id")
		maker := c.ok("addInventoryManufacturer", m{"name": "Acme"}).int("manufacturer_id")
		group := c.ok("addInventoryPriceGroup", m{"name": "B2B", "currency": "EUR"}).int("price_group_id")
		made := c.ok("addInventoryProduct", m{"inventory_id": "1", "sku": "MUG-1", "ean": "5901234123457", "tax_rate": "23", "weight": 0.35, "height": 9.5, "average_cost": 12.5, "star": 5,
			"tags": []string{"hit", "new"}, "category_id": category, "manufacturer_id": maker, "prices": m{"1": 49.99, key(group): "11.5"}, "stock": m{home: 7, "shop_23": 1},
			"locations": m{home: "A-1;A-2"}, "text_fields": m{"name": "Mug", "description": "<b>x</b>", "features": m{"Colour": "blue"}, "name|de|amazon_0": "Tasse", "extra_field_7": "z"},
			"images": []string{"url:https://img.example/1.jpg", "data:iVBORw0KGgo="}, "links": m{"shop_23": m{"product_id": "8", "variant_id": 0}}})
		id := made.int("product_id")
		if w := made.at("warnings"); w["images.1"] == nil || w["stock"] == nil {
			t.Errorf("warnings: %v", w)
		}
		read := func() reply {
			return c.ok("getInventoryProductsData", m{"inventory_id": 1, "products": []int64{id}}).at("products", key(id))
		}
		want := map[string]any{"is_bundle": false, "ean": "5901234123457", "ean_additional": []any{}, "sku": "MUG-1", "tags": []any{"hit", "new"}, "asin": "", "tax_rate": json.Number("23"),
			"weight": json.Number("0.35"), "height": json.Number("9.5"), "width": json.Number("0"), "length": json.Number("0"), "star": json.Number("5"),
			"category_id": json.Number(key(category)), "manufacturer_id": json.Number(key(maker)), "average_cost": json.Number("12.5"), "average_landed_cost": json.Number("12.5"),
			"prices": map[string]any{"1": json.Number("49.99"), key(group): json.Number("11.5")}, "stock": map[string]any{home: json.Number("7")}, "locations": map[string]any{home: "A-1;A-2"},
			"text_fields": map[string]any{"name": "Mug", "description": "<b>x</b>", "features": map[string]any{"Colour": "blue"}, "name|de|amazon_0": "Tasse", "extra_field_7": "z"},
			"images":      map[string]any{"0": "https://img.example/1.jpg"}, "links": map[string]any{"shop_23": map[string]any{"product_id": json.Number("8"), "variant_id": json.Number("0")}}, "parent_id": json.Number("0"),
			"variants": map[string]any{}, "bundle_products": map[string]any{}}
		if diff := cmp.Diff(want, map[string]any(read())); diff != "" {
			t.Error(diff)
		}
		card, err := s.Catalog.GetSKU(ctx, s.Who, id)
		if err != nil || card.Price.Minor != 49_99 || card.WeightGrams != 350 || card.Product.Category != "Kubki" || card.Product.Brand != "Acme" || len(card.Barcodes) != 1 {
			t.Errorf("%+v, %v", card, err)
		}
		s.Wants(id, 7, 0)
		c.ok("addInventoryProduct", m{"inventory_id": 1, "product_id": id, "prices": m{"1": 39}, "tags": []string{}, "text_fields": m{"name": "Big mug", "extra_field_7": ""}, "images": m{"0": ""}, "ean": "5901234123464"})
		changed := want
		changed["prices"].(map[string]any)["1"], changed["tags"], changed["ean"], changed["images"] = json.Number("39"), []any{}, "5901234123464", map[string]any{}
		changed["text_fields"].(map[string]any)["name"] = "Big mug"
		delete(changed["text_fields"].(map[string]any), "extra_field_7")
		if diff := cmp.Diff(changed, map[string]any(read())); diff != "" {
			t.Error(diff)
		}
		c.refused("ERROR_BAD_PARAMETERS", "addInventoryProduct", m{"inventory_id": 1, "sku": "NAMELESS"})
		c.refused("ERROR_CONFLICT", "addInventoryProduct", m{"inventory_id": 1, "sku": "MUG-1", "text_fields": m{"name": "Twin"}})
		c.refused("ERROR_BAD_PARAMETERS", "addInventoryProduct", m{"inventory_id": 1, "sku": "CHEAP", "prices": m{"1": -1}, "text_fields": m{"name": "Cheap"}})
	})
}

// A variant is a product under another one; a bundle is a kit of Lad whose stock is what can be put together.
func TestVariantsAndBundles(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		home := fmt.Sprint("bl_", s.Warehouse)
		parent := s.Goods("SHIRT", 100_00, 4)
		cup := s.Goods("CUP", 10_00, 9)
		variant := c.ok("addInventoryProduct", m{"inventory_id": 1, "parent_id": parent.ID, "sku": "SHIRT-XL", "prices": m{"1": 110}, "stock": m{home: 2}, "text_fields": m{"name": "XL"}}).int("product_id")
		bundle := c.ok("addInventoryProduct", m{"inventory_id": 1, "is_bundle": true, "sku": "SET", "prices": m{"1": 130}, "text_fields": m{"name": "Set"},
			"bundle_products": m{key(parent.ID): 1, key(cup.ID): 2}}).int("product_id")
		data := c.ok("getInventoryProductsData", m{"inventory_id": 1, "products": []int64{parent.ID, bundle}})
		if v := data.at("products", key(parent.ID), "variants", key(variant)); v["name"] != "XL" || v["sku"] != "SHIRT-XL" || v["prices"].(map[string]any)["1"] != json.Number("110") {
			t.Errorf("variant: %v", v)
		}
		set := data.at("products", key(bundle))
		if set["is_bundle"] != true || set.at("stock").int(home) != 4 || set.at("bundle_products").int(key(cup.ID)) != 2 {
			t.Errorf("bundle: %v", set)
		}
		list := c.ok("getInventoryProductsList", m{"inventory_id": 1}).at("products")
		if len(list) != 3 || list[key(variant)] != nil {
			t.Errorf("the list has %d products", len(list))
		}
		if list := c.ok("getInventoryProductsList", m{"inventory_id": 1, "include_variants": true}).at("products"); list.at(key(variant)).int("parent_id") != parent.ID {
			t.Errorf("with variants: %v", list)
		}
		order := mug(1, "")
		order["products"] = []m{{"storage": "db", "product_id": parent.ID, "variant_id": variant, "name": "Shirt", "quantity": 1, "price_brutto": 110}, {"storage": "db", "product_id": bundle, "quantity": 1, "price_brutto": 130, "name": "Set"}}
		lines := c.one(c.add(order)).list("products")
		if lines[0]["product_id"] != key(parent.ID) || lines[0]["variant_id"] != key(variant) || lines[1]["product_id"] != key(bundle) {
			t.Errorf("lines: %v", lines)
		}
		s.Wants(variant, 2, 1)
		s.Wants(cup.ID, 9, 2)
		c.refused("ERROR_PRODUCT_ID", "addInventoryProduct", m{"inventory_id": 1, "parent_id": variant, "sku": "X", "text_fields": m{"name": "X"}})
		c.refused("ERROR_CONFLICT", "deleteInventoryProduct", m{"product_id": variant})
	})
}

// Stock is set absolutely, by a stock-take with the products that differ; what can not be counted is told and stops nobody.
func TestStockAndPrices(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		home := fmt.Sprint("bl_", s.Warehouse)
		a, b := s.Goods("A", 10_00, 5), s.Goods("B", 10_00, 5)
		documents := func() int64 { return s.Int("select count(*) from stock_document where tenant_id = $1") }
		before := documents()
		r := c.ok("updateInventoryProductsStock", m{"inventory_id": "1", "products": m{key(a.ID): m{home: "8"}, key(b.ID): m{home: 5}, "424242": m{home: 1}, "7x": m{home: 1}}})
		if r.int("counter") != 2 || len(r.at("warnings")) != 2 {
			t.Errorf("%v", r)
		}
		s.Wants(a.ID, 8, 0)
		if n := documents() - before; n != 1 {
			t.Errorf("%d documents", n)
		}
		if n := s.Int("select count(*) from stock_document_line where tenant_id = $1 and document_id = (select max(id) from stock_document where tenant_id = $1)"); n != 1 {
			t.Errorf("%d lines", n)
		}
		c.ok("updateInventoryProductsStock", m{"inventory_id": 1, "products": m{key(a.ID): m{home: 8}}})
		if n := documents() - before; n != 1 {
			t.Errorf("what is on hand already was counted again: %d documents", n)
		}
		for _, wrong := range []m{{home: -1}, {"bl_999": 1}, {"shop_1": 1}} {
			if r := c.ok("updateInventoryProductsStock", m{"inventory_id": 1, "products": m{key(a.ID): wrong}}); r.int("counter") != 0 || len(r.at("warnings")) != 1 {
				t.Errorf("%v: %v", wrong, r)
			}
		}
		order := mug(1, "A")
		c.add(order)
		stock := c.ok("getInventoryProductsStock", m{"inventory_id": 1, "filter_id": a.ID}).at("products", key(a.ID))
		if stock.at("stock").int(home) != 8 || stock.at("reservations").int(home) != 2 {
			t.Errorf("%v", stock)
		}
		c.ok("updateInventoryProductsPrices", m{"inventory_id": 1, "products": m{key(a.ID): m{"1": "12.34"}, key(b.ID): m{"1": -5}}})
		prices := c.ok("getInventoryProductsPrices", m{"inventory_id": 1}).at("products")
		if prices.at(key(a.ID), "prices")["1"] != json.Number("12.34") || prices.at(key(b.ID), "prices")["1"] != json.Number("10") {
			t.Errorf("%v", prices)
		}
		logs := c.ok("getInventoryProductLogs", m{"product_id": a.ID, "log_type": 1, "sort": "ASC"}).list("logs")
		if len(logs) != 2 || logs[1].list("entries")[0]["from"] != "5" || logs[1].list("entries")[0]["to"] != "8" {
			t.Errorf("%v", logs)
		}
	})
}

// The list is cut to what clients filter by, in pages that do not overlap.
func TestFiltersOfProducts(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("RED-1", 10_00, 5)
		blue := s.Goods("BLUE-1", 20_00, 0)
		other := c.ok("addInventory", m{"name": "Drugi"}).int("inventory_id")
		category := c.ok("addInventoryCategory", m{"name": "X"}).int("category_id")
		c.ok("addInventoryProduct", m{"inventory_id": other, "sku": "FAR", "ean": "590", "text_fields": m{"name": "Далекий"}})
		c.ok("addInventoryProduct", m{"inventory_id": 1, "product_id": blue.ID, "category_id": category, "ean": "777"})
		for _, f := range []struct {
			p    m
			want string
		}{
			{m{}, "BLUE-1 RED-1"}, {m{"filter_sku": "red-1"}, "RED-1"}, {m{"filter_id": blue.ID}, "BLUE-1"}, {m{"filter_ean": "777"}, "BLUE-1"}, {m{"filter_name": "ТОВ blu"}, "BLUE-1"},
			{m{"filter_category_id": category}, "BLUE-1"}, {m{"filter_price_from": "15"}, "BLUE-1"}, {m{"filter_price_to": 15}, "RED-1"}, {m{"filter_stock_from": 1}, "RED-1"},
			{m{"filter_stock_to": 0}, "BLUE-1"}, {m{"page": 2}, ""}, {m{"inventory_id": other}, "FAR"}, {m{"filter_sort": "id DESC"}, "BLUE-1 RED-1"},
		} {
			if f.p["inventory_id"] == nil {
				f.p["inventory_id"] = 1
			}
			var codes []string
			for _, code := range []string{"BLUE-1", "FAR", "RED-1"} {
				for _, v := range c.ok("getInventoryProductsList", f.p).at("products") {
					if v.(map[string]any)["sku"] == code {
						codes = append(codes, code)
					}
				}
			}
			if got := strings.Join(codes, " "); got != f.want {
				t.Errorf("%v: %q, want %q", f.p, got, f.want)
			}
		}
		c.refused("ERROR_STORAGE_ID", "deleteInventory", m{"inventory_id": other})
		c.refused("ERROR_STORAGE_ID", "deleteInventory", m{"inventory_id": 1})
		c.refused("ERROR_STORAGE_ID", "addInventoryProduct", m{"inventory_id": other, "product_id": blue.ID, "tags": []string{"x"}})
	})
}

// A token without the right to the stock writes the product and is told that the stock was not.
func TestStockTakesItsOwnRight(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		c.token, c.calls = s.Token(access.CatalogWrite, access.CatalogRead), 1
		made := c.ok("addInventoryProduct", m{"inventory_id": 1, "sku": "A", "text_fields": m{"name": "A"}, "stock": m{fmt.Sprint("bl_", s.Warehouse): 5}})
		if made.at("warnings")["stock"] == nil {
			t.Errorf("%v", made)
		}
		s.Wants(made.int("product_id"), 0, 0)
	})
}
