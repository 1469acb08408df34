package connectorphp

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/report"
	"github.com/lad-hub/lad/internal/stock"
)

// productsPage is how many products one page of a list has; maxData how many one call asks the whole of.
const (
	productsPage = 1000
	maxData      = 1000
)

// goods are SKUs with everything that their answers take, read with one statement each.
type goods struct {
	ids      []int64 // as they were asked for
	skus     map[int64]catalog.SKU
	kept     map[int64]baselinker.Product
	variants map[int64][]int64
	barcodes map[int64][]string
	levels   map[int64][]stock.Level
	parts    map[int64][]catalog.Part
	kits     map[int64]qty.Qty // what can be put together of kits
	groups   map[int64]catalog.Product
	shelves  shelves
}

// readGoods reads SKUs, with their variants when variants is set.
func (s *Server) readGoods(ctx context.Context, tx *db.Tx, ids []int64, variants bool) (g goods, err error) {
	g.ids, g.variants = ids, map[int64][]int64{}
	all := slices.Clone(ids)
	if variants {
		of, err := s.Kept.VariantsOf(ctx, tx, ids)
		if err != nil {
			return g, err
		}
		for _, parent := range ids {
			for _, v := range of[parent] {
				g.variants[parent] = append(g.variants[parent], v.SKUID)
				all = append(all, v.SKUID)
			}
		}
	}
	if g.skus, err = s.Catalog.ByIDs(ctx, tx, all); err != nil {
		return g, err
	}
	if g.kept, err = s.Kept.Products(ctx, tx, all); err != nil {
		return g, err
	}
	if g.barcodes, err = s.Catalog.BarcodesOf(ctx, tx, all); err != nil {
		return g, err
	}
	if g.levels, err = s.Stock.Levels(ctx, tx, all); err != nil {
		return g, err
	}
	if g.parts, err = s.Catalog.PartsOf(ctx, tx, all); err != nil {
		return g, err
	}
	if len(g.parts) > 0 {
		if g.kits, err = s.Stock.Available(ctx, tx, slices.Sorted(maps.Keys(g.parts))); err != nil {
			return g, err
		}
	}
	var products []int64
	for _, sku := range g.skus {
		products = append(products, sku.ProductID)
	}
	slices.Sort(products)
	if g.groups, err = s.Catalog.GroupsOf(ctx, tx, slices.Compact(products)); err != nil {
		return g, err
	}
	g.shelves, err = s.shelves(ctx, tx)
	return g, err
}

// live says whether a SKU can be sold.
func live(s catalog.SKU) bool { return s.ID != 0 && s.DeletedAt.IsZero() }

// live are the variants of a product that are not deleted.
func (g goods) live(parent int64) (out []int64) {
	for _, id := range g.variants[parent] {
		if live(g.skus[id]) {
			out = append(out, id)
		}
	}
	return out
}

// ean is the barcode that the protocol shows as a product's own.
func (g goods) ean(id int64) string {
	list := g.barcodes[id]
	if kept := g.kept[id].EAN; kept != "" && slices.Contains(list, kept) {
		return kept
	}
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// stock is what is on hand by warehouse; of a kit what can be put together, in the first one.
func (g goods) stock(id int64) map[string]int64 {
	out := map[string]int64{}
	for _, w := range g.shelves.warehouses {
		out[warehouseKey(w.ID)] = 0
	}
	if n, kit := g.kits[id]; kit {
		if home := g.shelves.home(); home != "" {
			out[home] = max(n.Whole(), 0)
		}
		return out
	}
	for _, l := range g.levels[id] {
		out[warehouseKey(l.WarehouseID)] = l.OnHand.Whole()
	}
	return out
}

func (g goods) reservations(id int64) map[string]int64 {
	out := map[string]int64{}
	for _, l := range g.levels[id] {
		out[warehouseKey(l.WarehouseID)] = l.Reserved.Whole()
	}
	return out
}

// prices are Lad's own price and those of the groups that clients made.
func (g goods) prices(id int64) map[string]number {
	out := map[string]number{strconv.FormatInt(homePrice, 10): amountOut(g.skus[id].Price)}
	for _, group := range g.shelves.groups {
		key := strconv.FormatInt(group.ID, 10)
		out[key] = number(g.kept[id].Prices[key])
	}
	return out
}

func (g goods) locations(id int64) map[string]string {
	out := map[string]string{}
	maps.Copy(out, g.kept[id].Locations)
	return out
}

// asked reads what a list of products asks for.
func (s *Server) productsAsked(c *call) (report.BaselinkerProducts, error) {
	inventory, err := s.wantedInventory(c)
	p := c.p
	q := report.BaselinkerProducts{InventoryID: inventory, Home: homeInventory, Variants: p.flag("include_variants"), ID: p.int("filter_id"), CategoryID: p.int("filter_category_id"),
		EAN: p.text("filter_ean", 32), SKU: p.text("filter_sku", 100), Name: p.text("filter_name", 200), Location: p.text("filter_locations", 50),
		Limit: productsPage}
	q.Sort, q.Descending = p.sort("stock")
	q.Offset = max(min(p.int("page"), 1_000_000)-1, 0) * productsPage
	q.StockFrom, q.StockTo = p.bounds("filter_stock_from", "filter_stock_to")
	if err != nil || p.fault() != nil {
		return q, cmp.Or(p.fault(), err)
	}
	err = s.read(c, func(tx *db.Tx) error {
		cur, err := s.Currency(c, tx)
		if err != nil {
			return err
		}
		q.PriceFrom, q.PriceTo = p.minor("filter_price_from", cur), p.minor("filter_price_to", cur)
		if q.CategoryID != 0 {
			e, err := s.Kept.EntryOf(c, tx, baselinker.Category, q.CategoryID)
			q.CategoryName = e.Name
			return err
		}
		return nil
	})
	return q, cmp.Or(p.fault(), err)
}

// sort reads filter_sort, like "price DESC"; quantity is what the reader calls a quantity.
func (p params) sort(quantity string) (by string, descending bool) {
	by, direction, _ := strings.Cut(strings.ToLower(strings.TrimSpace(p.text("filter_sort", 30))), " ")
	if by == "quantity" {
		by = quantity
	}
	return by, strings.TrimSpace(direction) == "desc"
}

// pieces is a bound on a quantity in thousandths, nil when absent.
func (p params) pieces(name string) *int64 {
	if p.decimal(name) == "" {
		return nil
	}
	n := int64(p.quantity(name))
	return &n
}

// bounds are the least and the most of a quantity. Whether a product is available cuts them, too.
func (p params) bounds(from, to string) (least, most *int64) {
	least, most = p.pieces(from), p.pieces(to)
	if p.decimal("filter_available") == "" {
		return least, most
	}
	one, none := int64(qty.One), int64(0)
	if !p.flag("filter_available") {
		return least, &none
	}
	if least == nil || *least < one {
		least = &one
	}
	return least, most
}

// minor is a bound on a price in minor units, nil when absent.
func (p params) minor(name string, cur money.Currency) *int64 {
	if p.decimal(name) == "" {
		return nil
	}
	n := p.amount(name, cur).Minor
	return &n
}

// listed reads a page of a list of products.
func (s *Server) listed(c *call, variants bool) (goods, error) {
	q, err := s.productsAsked(c)
	if err != nil {
		return goods{}, err
	}
	var g goods
	err = s.read(c, func(tx *db.Tx) error {
		ids, err := q.IDs(c, tx)
		if err != nil {
			return err
		}
		g, err = s.readGoods(c, tx, ids, variants)
		return err
	})
	return g, err
}

// keyed is a value of an object whose keys are ids.
type keyed struct {
	id    int64
	value answer
}

// inOrder is such an object with its keys in the order of the list: clients read objects in the order in which they are written.
type inOrder []keyed

// MarshalJSON writes the object.
func (o inOrder) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, e := range o {
		body, err := json.Marshal(e.value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, '"')
		out = append(strconv.AppendInt(out, e.id, 10), '"', ':')
		out = append(out, body...)
	}
	return append(out, '}'), nil
}

func (s *Server) getInventoryProductsList(c *call) (answer, error) {
	g, err := s.listed(c, false)
	out := make(inOrder, 0, len(g.ids))
	for _, id := range g.ids {
		sku := g.skus[id]
		one := answer{"id": id, "ean": g.ean(id), "sku": sku.Code, "name": sku.Name, "prices": g.prices(id), "stock": g.stock(id)}
		if c.p.flag("include_variants") {
			one["parent_id"] = g.kept[id].ParentID
		}
		out = append(out, keyed{id, one})
	}
	return answer{"products": out}, err
}

func (s *Server) getInventoryProductsStock(c *call) (answer, error) {
	g, err := s.listed(c, true)
	out := make(inOrder, 0, len(g.ids))
	for _, id := range g.ids {
		variants := map[string]map[string]int64{}
		for _, v := range g.live(id) {
			variants[strconv.FormatInt(v, 10)] = g.stock(v)
		}
		out = append(out, keyed{id, answer{"product_id": id, "stock": g.stock(id), "reservations": g.reservations(id), "variants": variants}})
	}
	return answer{"products": out}, err
}

func (s *Server) getInventoryProductsPrices(c *call) (answer, error) {
	g, err := s.listed(c, true)
	out := make(inOrder, 0, len(g.ids))
	for _, id := range g.ids {
		variants := map[string]map[string]number{}
		for _, v := range g.live(id) {
			variants[strconv.FormatInt(v, 10)] = g.prices(v)
		}
		out = append(out, keyed{id, answer{"product_id": id, "prices": g.prices(id), "variants": variants}})
	}
	return answer{"products": out}, err
}
