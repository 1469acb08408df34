package connectorphp

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/stock"
)

// maxUpdates bounds the products of one call that sets stock or prices.
const maxUpdates = 1000

// apiReason stands on the stock documents of clients.
const apiReason = "BaseLinker API"

// setCount is what is to be on hand of a product in a warehouse.
type setCount struct {
	product   int64
	warehouse string
	count     qty.Qty
}

// updateInventoryProductsStock sets what is on hand: a stock-take per warehouse with the products that differ. Products that
// can not be counted are told apart and do not stop the others.
func (s *Server) updateInventoryProductsStock(c *call) (answer, error) {
	if _, err := s.wantedInventory(c); err != nil {
		return nil, err
	}
	c.p.need("products")
	products := c.p.dict("products")
	var counts []setCount
	for _, id := range products.keys() {
		by := products.dict(id)
		for _, w := range by.keys() {
			counts = append(counts, setCount{integer(id), w, by.quantity(w)})
		}
	}
	return s.setCounts(c, counts, len(products.values))
}

func (s *Server) setCounts(c *call, counts []setCount, products int) (answer, error) {
	if products > maxUpdates {
		c.p.bad("products")
	}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	warnings, lines, err := s.sortCounts(c, counts)
	if err != nil {
		return nil, err
	}
	for _, w := range slices.Sorted(maps.Keys(lines)) {
		if _, err := s.Stock.Post(c, c.actor, stock.DocumentInput{Kind: stock.MoveStocktake, WarehouseID: w, Reason: apiReason, Lines: lines[w]}); err != nil {
			return nil, err
		}
	}
	done := map[int64]bool{}
	for _, n := range counts {
		if warnings[strconv.FormatInt(n.product, 10)] == "" {
			done[n.product] = true
		}
	}
	return answer{"counter": len(done), "warnings": warnings}, nil
}

// sortCounts tells what can be counted from what can not, and leaves out what is on hand already.
func (s *Server) sortCounts(c *call, counts []setCount) (map[string]string, map[int64][]stock.Count, error) {
	warnings, lines := map[string]string{}, map[int64][]stock.Count{}
	ids := make([]int64, len(counts))
	for i, n := range counts {
		ids[i] = n.product
	}
	slices.Sort(ids)
	var g goods
	err := s.read(c, func(tx *db.Tx) (err error) {
		g, err = s.readGoods(c, tx, slices.Compact(ids), false)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for _, n := range counts {
		w := warehouseID(n.warehouse)
		key := strconv.FormatInt(n.product, 10)
		switch sku := g.skus[n.product]; {
		case !live(sku):
			warnings[key] = i18n.T(c, "error.catalog.no_sku")
		case sku.Kind != catalog.KindGoods:
			warnings[key] = i18n.T(c, "error.stock.kit", "sku", n.product)
		case !slices.ContainsFunc(g.shelves.warehouses, func(have stock.Warehouse) bool { return have.ID == w }):
			warnings[key] = i18n.T(c, "error.stock.no_warehouse", "code", cut(n.warehouse, 30))
		case n.count < 0:
			warnings[key] = i18n.T(c, "error.stock.negative", "sku", n.product)
		case g.onHand(n.product, w) != n.count && !slices.ContainsFunc(lines[w], func(l stock.Count) bool { return l.SKUID == n.product }):
			lines[w] = append(lines[w], stock.Count{SKUID: n.product, Qty: n.count})
		}
	}
	return warnings, lines, nil
}

func (g goods) onHand(id, warehouse int64) qty.Qty {
	for _, l := range g.levels[id] {
		if l.WarehouseID == warehouse {
			return l.OnHand
		}
	}
	return 0
}

// setStock sets the stock that came with a product; what can not be is a warning of the product.
func (s *Server) setStock(c *call, in productIn) {
	given := in.p.dict("stock")
	var counts []setCount
	for _, w := range given.keys() {
		counts = append(counts, setCount{in.id, w, given.quantity(w)})
	}
	err := cmp.Or(c.p.fault(), c.actor.Must(access.StockWrite))
	var out answer
	if err == nil {
		out, err = s.setCounts(c, counts, 1)
	}
	if err != nil {
		said, _ := s.failure(c, "", err)
		in.warnings["stock"], _ = said["error_message"].(string)
		return
	}
	for _, text := range out["warnings"].(map[string]string) {
		in.warnings["stock"] = text
	}
}

// updateInventoryProductsPrices sets prices: Lad's own, and those of the groups that clients made.
func (s *Server) updateInventoryProductsPrices(c *call) (answer, error) {
	inventory, err := s.wantedInventory(c)
	if err != nil {
		return nil, err
	}
	c.p.need("products")
	products := c.p.dict("products")
	if len(products.values) > maxUpdates {
		c.p.bad("products")
	}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	counter, warnings := 0, map[string]string{}
	for _, key := range products.keys() {
		done, err := s.setPrices(c, inventory, integer(key), products.dict(key))
		if err != nil {
			return nil, err
		}
		if done != "" {
			warnings[key] = done
			continue
		}
		counter++
	}
	return answer{"counter": counter, "warnings": warnings}, nil
}

// setPrices sets the prices of one product and answers in words what could not be done.
func (s *Server) setPrices(c *call, inventory, id int64, prices params) (warning string, err error) {
	var g goods
	err = s.read(c, func(tx *db.Tx) (err error) {
		g, err = s.readGoods(c, tx, []int64{id}, false)
		return err
	})
	if err != nil {
		return "", err
	}
	sku := g.skus[id]
	if !live(sku) || cmp.Or(g.kept[id].InventoryID, homeInventory) != inventory {
		return i18n.T(c, "error.catalog.no_sku"), nil
	}
	mine := strconv.FormatInt(homePrice, 10)
	price := prices.amount(mine, sku.Price.Currency)
	for _, key := range prices.keys() {
		if prices.amount(key, sku.Price.Currency).Minor < 0 {
			prices.bad(key)
		}
	}
	if prices.fault() != nil {
		*prices.faulty = nil // the other products are written all the same
		return i18n.T(c, "error.catalog.price"), nil
	}
	if prices.has(mine) && price != sku.Price {
		_, err := s.Catalog.UpdateSKU(c, c.actor, catalog.SKUUpdate{ID: id, Version: sku.Version, Price: &price})
		if errs.Is(err, errs.Conflict) {
			return i18n.T(c, "error.conflict"), nil
		}
		if err != nil {
			return "", err
		}
	}
	if len(prices.values) == 1 && prices.has(mine) {
		return "", nil
	}
	none := params{values: map[string]any{}, faulty: c.p.faulty}
	return "", s.keepProduct(c, productIn{id: id, inventory: inventory, p: none, texts: none, prices: prices})
}
