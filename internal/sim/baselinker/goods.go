package baselinker

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// The fixed structure of the account.
const (
	Inventory     int64 = 307 // the catalogue
	PriceGroup    int64 = 105 // its default price group, in PLN
	EuroGroup     int64 = 106 // a price group in EUR
	MainWarehouse       = "bl_206"
	SideWarehouse       = "bl_207"
)

// productsPage and manyProducts are the sheet's page of a list and a generous bound of one request for data.
const (
	productsPage = 1000
	manyProducts = 1000
)

// Product is a product of the catalogue.
type Product struct {
	ID             int64 // 0 = assigned
	SKU, EAN       string
	Name           string
	CategoryID     int64
	ManufacturerID int64
	TaxRate        int64
	WeightGrams    int64
	CostMinor      int64
	Prices         map[int64]int64  // price group to minor units, gross
	Stock          map[string]int64 // warehouse to pieces
	Variants       []Variant
	Parts          map[int64]int64 // of a bundle: product or variant to pieces
	Texts          map[string]any  // further text_fields: description, features, name|en …
	// Raw replaces or adds members of the full object, to send what no honest account would.
	Raw map[string]any
}

// Variant is a variant of a product.
type Variant struct {
	ID       int64 // 0 = assigned
	Name     string
	SKU, EAN string
	Prices   map[int64]int64
	Stock    map[string]int64
}

// PutProduct stores a product or replaces it, and answers its id.
func (a *Account) PutProduct(p Product) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p.ID == 0 {
		p.ID = a.id()
	}
	p.Variants = slices.Clone(p.Variants)
	for i := range p.Variants {
		if p.Variants[i].ID == 0 {
			p.Variants[i].ID = a.id()
		}
	}
	a.products[p.ID] = &p
	return p.ID
}

// id gives the next number of a product, a variant, an order or a line.
func (a *Account) id() int64 {
	a.nextID++
	return a.nextID
}

// ProductIDs are the products in ascending order.
func (a *Account) ProductIDs() []int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(maps.Keys(a.products))
}

// ProductByID is a copy of a product.
func (a *Account) ProductByID(id int64) (Product, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.products[id]
	if p == nil {
		return Product{}, false
	}
	return *p, true
}

// SetStock sets the pieces of a product or a variant in a warehouse.
func (a *Account) SetStock(id int64, warehouse string, pieces int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if stock := a.stockOf(id); stock != nil {
		stock[warehouse] = pieces
	}
}

// stockOf is the stock of a product or a variant; nil when there is none.
func (a *Account) stockOf(id int64) map[string]int64 {
	if p := a.products[id]; p != nil {
		return p.Stock
	}
	for _, p := range a.products {
		for _, v := range p.Variants {
			if v.ID == id {
				return v.Stock
			}
		}
	}
	return nil
}

func (a *Account) getInventories(*sim.Call, params) (fields, *failure) {
	return fields{"inventories": []any{map[string]any{
		"inventory_id": Inventory, "name": "Katalog", "description": "", "languages": []string{"pl", "en"}, "default_language": "pl",
		"price_groups": []int64{PriceGroup, EuroGroup}, "default_price_group": PriceGroup, "warehouses": []string{MainWarehouse, SideWarehouse, "shop_23"},
		"default_warehouse": MainWarehouse, "reservations": a.o.Reservations, "is_default": true}}}, nil
}

func (a *Account) getPriceGroups(*sim.Call, params) (fields, *failure) {
	return fields{"price_groups": []any{
		map[string]any{"price_group_id": PriceGroup, "name": "Detal", "description": "", "currency": "PLN", "is_default": true},
		map[string]any{"price_group_id": EuroGroup, "name": "Euro", "description": "", "currency": "EUR", "is_default": false}}}, nil
}

func (a *Account) getWarehouses(*sim.Call, params) (fields, *failure) {
	row := func(kind string, id int64, name string, edit, main bool) map[string]any {
		return map[string]any{"warehouse_type": kind, "warehouse_id": id, "name": name, "description": "", "stock_edition": edit, "is_default": main}
	}
	return fields{"warehouses": []any{row("bl", 206, "Magazyn główny", true, true), row("bl", 207, "Salon", true, false), row("shop", 23, "Sklep", false, false)}}, nil
}

var categories = []struct {
	id, parent int64
	name       string
}{{1, 0, "Dom"}, {2, 1, "Kuchnia"}, {3, 2, "Kubki"}, {4, 1, "Ogród"}, {5, 0, "Biuro"}}

var manufacturers = map[int64]string{11: "Porcelana Bielska", 12: "Nordhem", 13: "Papirus"}

func (a *Account) getCategories(_ *sim.Call, p params) (fields, *failure) {
	if f := checkInventory(p); f != nil && p.int("inventory_id") != 0 {
		return nil, f
	}
	out := make([]any, len(categories))
	for i, c := range categories {
		out[i] = map[string]any{"category_id": c.id, "name": c.name, "parent_id": c.parent}
	}
	return fields{"categories": out}, nil
}

func (a *Account) getManufacturers(*sim.Call, params) (fields, *failure) {
	out := []any{}
	for _, id := range slices.Sorted(maps.Keys(manufacturers)) {
		out = append(out, map[string]any{"manufacturer_id": id, "name": manufacturers[id]})
	}
	return fields{"manufacturers": out}, nil
}

func (a *Account) getProductFields(*sim.Call, params) (fields, *failure) {
	return fields{"extra_fields": []any{map[string]any{"extra_field_id": 441, "name": "Kraj pochodzenia", "kind": 0, "editor_type": "text"}}}, nil
}

func checkInventory(p params) *failure {
	if p.int("inventory_id") != Inventory {
		return &failure{"ERROR_STORAGE_ID", "The catalogue is not known."}
	}
	return nil
}

// page is one page of products in ascending order of their ids.
func (a *Account) page(p params) []*Product {
	ids := slices.Sorted(maps.Keys(a.products))
	at := (max(p.int("page"), 1) - 1) * productsPage
	if at >= int64(len(ids)) {
		return nil
	}
	var out []*Product
	for _, id := range ids[at:min(at+productsPage, int64(len(ids)))] {
		out = append(out, a.products[id])
	}
	return out
}

func (a *Account) getProductsList(_ *sim.Call, p params) (fields, *failure) {
	if f := checkInventory(p); f != nil {
		return nil, f
	}
	out := map[string]any{}
	for _, x := range a.page(p) {
		out[key(x.ID)] = map[string]any{"id": x.ID, "ean": x.EAN, "sku": x.SKU, "name": x.Name, "prices": prices(x.Prices), "stock": stock(x.Stock)}
	}
	return fields{"products": phpMap(out)}, nil
}

func (a *Account) getProductsData(_ *sim.Call, p params) (fields, *failure) {
	if f := checkInventory(p); f != nil {
		return nil, f
	}
	ids := p.ints("products")
	if len(ids) == 0 || len(ids) > manyProducts {
		return nil, &failure{"ERROR_BAD_PARAMETERS", "The list of products is empty or too long."}
	}
	out := map[string]any{}
	for _, id := range ids {
		if x := a.products[id]; x != nil {
			out[key(id)] = x.full()
		}
	}
	return fields{"products": phpMap(out)}, nil
}

// full is the product as getInventoryProductsData shows it.
func (x *Product) full() any {
	texts := map[string]any{"name": x.Name}
	maps.Copy(texts, x.Texts)
	variants, parts := map[string]any{}, map[string]any{}
	for _, v := range x.Variants {
		variants[key(v.ID)] = map[string]any{"name": v.Name, "sku": v.SKU, "ean": v.EAN, "prices": prices(v.Prices), "stock": stock(v.Stock), "locations": []any{}}
	}
	for id, n := range x.Parts {
		parts[key(id)] = n
	}
	return sim.Merge(map[string]any{
		"is_bundle": len(x.Parts) > 0, "ean": x.EAN, "ean_additional": []any{}, "sku": x.SKU, "tags": []any{}, "tax_rate": x.TaxRate,
		"weight": json.Number(strconv.FormatFloat(float64(x.WeightGrams)/1000, 'f', -1, 64)), "height": 0, "width": 0, "length": 0, "star": 0,
		"category_id": x.CategoryID, "manufacturer_id": x.ManufacturerID, "prices": prices(x.Prices), "stock": stock(x.Stock), "locations": []any{},
		"text_fields": texts, "average_cost": sim.Number(x.CostMinor), "average_landed_cost": 0, "images": []any{}, "links": []any{},
		"variants": phpMap(variants), "bundle_products": phpMap(parts), "parent_id": 0, "asin": ""}, x.Raw)
}

func (a *Account) getProductsStock(_ *sim.Call, p params) (fields, *failure) {
	if f := checkInventory(p); f != nil {
		return nil, f
	}
	out := map[string]any{}
	for _, x := range a.page(p) {
		variants := map[string]any{}
		for _, v := range x.Variants {
			variants[key(v.ID)] = stock(v.Stock)
		}
		row := map[string]any{"product_id": x.ID, "stock": stock(x.Stock), "variants": phpMap(variants)}
		if a.o.Reservations {
			row["reservations"] = []any{}
		}
		out[key(x.ID)] = row
	}
	return fields{"products": phpMap(out)}, nil
}

func (a *Account) getProductsPrices(_ *sim.Call, p params) (fields, *failure) {
	if f := checkInventory(p); f != nil {
		return nil, f
	}
	out := map[string]any{}
	for _, x := range a.page(p) {
		variants := map[string]any{}
		for _, v := range x.Variants {
			variants[key(v.ID)] = prices(v.Prices)
		}
		out[key(x.ID)] = map[string]any{"product_id": x.ID, "prices": prices(x.Prices), "variants": phpMap(variants)}
	}
	return fields{"products": phpMap(out)}, nil
}

func key(id int64) string { return strconv.FormatInt(id, 10) }

func prices(m map[int64]int64) any {
	out := map[string]any{}
	for group, minor := range m {
		out[fmt.Sprint(group)] = sim.Number(minor)
	}
	return phpMap(out)
}

func stock(m map[string]int64) any {
	out := map[string]any{}
	for warehouse, n := range m {
		out[warehouse] = n
	}
	return phpMap(out)
}

// phpMap writes an empty map as an empty list, as the original does.
func phpMap(m map[string]any) any {
	if len(m) == 0 {
		return []any{}
	}
	return m
}
