package baselinker

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/connector"
)

// ListPage is how many products a page of a list holds; a shorter page is the last one.
const ListPage = 1000

// Inventory is a catalogue.
type Inventory struct {
	ID               Text   `json:"inventory_id"`
	Name             Text   `json:"name"`
	DefaultPrice     Text   `json:"default_price_group"`
	DefaultWarehouse Text   `json:"default_warehouse"`
	PriceGroups      []Text `json:"price_groups"`
	Languages        []Text `json:"languages"`
	// Reservations says that ordered goods stay in the stock until they are sent; otherwise they leave it with the order.
	Reservations Text `json:"reservations"`
}

// PriceGroup is a set of prices.
type PriceGroup struct {
	ID       Text `json:"price_group_id"`
	Name     Text `json:"name"`
	Currency Text `json:"currency"`
	Default  Text `json:"is_default"`
}

// Warehouse is a place with stock. Type is "bl" for the merchant's own ones.
type Warehouse struct {
	Type    Text `json:"warehouse_type"`
	ID      Text `json:"warehouse_id"`
	Name    Text `json:"name"`
	Default Text `json:"is_default"`
}

// Key is the warehouse as stock names it: "bl_206".
func (w Warehouse) Key() string { return string(w.Type) + "_" + string(w.ID) }

// Category is a node of the tree of categories; Parent is empty at the root.
type Category struct {
	ID     Text `json:"category_id"`
	Name   Text `json:"name"`
	Parent Text `json:"parent_id"`
}

// Manufacturer makes products.
type Manufacturer struct {
	ID   Text `json:"manufacturer_id"`
	Name Text `json:"name"`
}

// Storage is a shop or a wholesaler whose goods are seen through the account.
type Storage struct {
	ID   Text `json:"storage_id"`
	Name Text `json:"name"`
}

// Product is a product of a catalogue with everything the API tells.
type Product struct {
	Bundle       Text              `json:"is_bundle"`
	SKU          Text              `json:"sku"`
	EAN          Text              `json:"ean"`
	MoreEANs     []EAN             `json:"ean_additional"`
	ASIN         Text              `json:"asin"`
	Tags         []Raw             `json:"tags"`
	TaxRate      Text              `json:"tax_rate"`
	Weight       Text              `json:"weight"` // kg
	Height       Text              `json:"height"`
	Width        Text              `json:"width"`
	Length       Text              `json:"length"`
	Star         Text              `json:"star"`
	Category     Text              `json:"category_id"`
	Manufacturer Text              `json:"manufacturer_id"`
	Cost         Text              `json:"average_cost"`
	Prices       Keyed[Text]       `json:"prices"`
	Stock        Keyed[Text]       `json:"stock"`
	Locations    Keyed[Text]       `json:"locations"`
	Texts        Keyed[Raw]        `json:"text_fields"`
	Images       Keyed[Raw]        `json:"images"`
	Links        Keyed[Raw]        `json:"links"`
	Variants     Numbered[Variant] `json:"variants"`
	Parts        Numbered[Text]    `json:"bundle_products"`
	Parent       Text              `json:"parent_id"`
}

// EAN is a further barcode of a product.
type EAN struct {
	Code Text `json:"ean"`
}

// Variant is a variant of a product.
type Variant struct {
	Name   Text        `json:"name"`
	SKU    Text        `json:"sku"`
	EAN    Text        `json:"ean"`
	Prices Keyed[Text] `json:"prices"`
	Stock  Keyed[Text] `json:"stock"`
}

// Name is the product's name in the account's default language.
func (p Product) Name() string {
	var t Text
	if err := json.Unmarshal(p.Texts["name"], &t); err != nil {
		return ""
	}
	return string(t)
}

// Levels is what a page of stock says of one product: pieces by warehouse.
type Levels struct {
	Stock    Keyed[Text]           `json:"stock"`
	Variants Numbered[Keyed[Text]] `json:"variants"`
}

// Prices is what a page of prices says of one product: amounts by price group.
type Prices struct {
	Prices   Keyed[Text]           `json:"prices"`
	Variants Numbered[Keyed[Text]] `json:"variants"`
}

// Inventories reads the catalogues.
func (c *Client) Inventories(ctx context.Context) ([]Inventory, error) {
	var out struct {
		List []Inventory `json:"inventories"`
	}
	err := c.call(ctx, "getInventories", struct{}{}, &out)
	return out.List, err
}

// PriceGroups reads the price groups.
func (c *Client) PriceGroups(ctx context.Context) ([]PriceGroup, error) {
	var out struct {
		List []PriceGroup `json:"price_groups"`
	}
	err := c.call(ctx, "getInventoryPriceGroups", struct{}{}, &out)
	return out.List, err
}

// Warehouses reads the warehouses.
func (c *Client) Warehouses(ctx context.Context) ([]Warehouse, error) {
	var out struct {
		List []Warehouse `json:"warehouses"`
	}
	err := c.call(ctx, "getInventoryWarehouses", struct{}{}, &out)
	return out.List, err
}

type inventoryParams struct {
	Inventory string  `json:"inventory_id"`
	Page      int     `json:"page,omitempty"`
	Products  []int64 `json:"products,omitempty"`
}

// Categories reads the categories of a catalogue.
func (c *Client) Categories(ctx context.Context, inventory string) ([]Category, error) {
	var out struct {
		List []Category `json:"categories"`
	}
	err := c.call(ctx, "getInventoryCategories", inventoryParams{Inventory: inventory}, &out)
	return out.List, err
}

// Manufacturers reads the manufacturers of the account.
func (c *Client) Manufacturers(ctx context.Context) ([]Manufacturer, error) {
	var out struct {
		List []Manufacturer `json:"manufacturers"`
	}
	err := c.call(ctx, "getInventoryManufacturers", struct{}{}, &out)
	return out.List, err
}

// Storages reads the shops and wholesalers that are seen through the account.
func (c *Client) Storages(ctx context.Context) ([]Storage, error) {
	var out struct {
		List []Storage `json:"storages"`
	}
	err := c.call(ctx, "getExternalStoragesList", struct{}{}, &out)
	return out.List, err
}

// ProductIDs reads one page of the list of products, from page 1, in ascending order; more is false on the last page.
func (c *Client) ProductIDs(ctx context.Context, inventory string, page int) (ids []int64, more bool, err error) {
	var out struct {
		Products Numbered[Raw] `json:"products"`
	}
	if err := c.call(ctx, "getInventoryProductsList", inventoryParams{Inventory: inventory, Page: page}, &out); err != nil {
		return nil, false, err
	}
	for key := range out.Products {
		id, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return nil, false, &connector.Error{Kind: connector.KindPermanent, Message: "a product's number is too large", Cause: err}
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, len(out.Products) >= ListPage, nil
}

// ProductsData reads products by their ids, each undecoded; an id the account does not know is left out.
func (c *Client) ProductsData(ctx context.Context, inventory string, ids []int64) (map[string]Raw, error) {
	var out struct {
		Products Numbered[Raw] `json:"products"`
	}
	err := c.call(ctx, "getInventoryProductsData", inventoryParams{Inventory: inventory, Products: ids}, &out)
	return out.Products, err
}

// ParseProduct decodes a product.
func ParseProduct(body []byte) (Product, error) {
	var p Product
	if err := json.Unmarshal(body, &p); err != nil {
		return p, &connector.Error{Kind: connector.KindData, Message: "product can not be read", Cause: bare(err)}
	}
	return p, nil
}

// Stock reads one page of stock by product id.
func (c *Client) Stock(ctx context.Context, inventory string, page int) (map[string]Levels, error) {
	var out struct {
		Products Numbered[Levels] `json:"products"`
	}
	err := c.call(ctx, "getInventoryProductsStock", inventoryParams{Inventory: inventory, Page: page}, &out)
	return out.Products, err
}

// Prices reads one page of prices by product id.
func (c *Client) Prices(ctx context.Context, inventory string, page int) (map[string]Prices, error) {
	var out struct {
		Products Numbered[Prices] `json:"products"`
	}
	err := c.call(ctx, "getInventoryProductsPrices", inventoryParams{Inventory: inventory, Page: page}, &out)
	return out.Products, err
}
