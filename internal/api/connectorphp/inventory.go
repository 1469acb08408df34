package connectorphp

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/stock"
)

// Lad's one catalogue and the price of its SKUs, among those that clients make.
const (
	homeInventory = int64(1)
	homePrice     = int64(1)
)

// warehouseKey is a warehouse as the protocol's maps name it.
func warehouseKey(id int64) string { return "bl_" + strconv.FormatInt(id, 10) }

// warehouseID is the warehouse that a key names, 0 for one of others.
func warehouseID(key string) int64 {
	id, ours := strings.CutPrefix(key, "bl_")
	if !ours {
		return 0
	}
	return integer(id)
}

// wantedInventory is the catalogue that a call names; ERROR_STORAGE_ID when there is none.
func (s *Server) wantedInventory(c *call) (int64, error) {
	c.p.need("inventory_id")
	id := c.p.int("inventory_id")
	if err := c.p.fault(); err != nil {
		return 0, err
	}
	return id, s.read(c, func(tx *db.Tx) error { return s.inventoryThere(c, tx, id) })
}

func (s *Server) inventoryThere(ctx context.Context, tx *db.Tx, id int64) error {
	if id == homeInventory {
		return nil
	}
	_, err := s.Kept.EntryOf(ctx, tx, baselinker.Inventory, id)
	if errs.Is(err, errs.NotFound) {
		return fail("ERROR_STORAGE_ID", "error.baselinker.no_inventory", "id", id)
	}
	return err
}

// shelves is what catalogues have in common.
type shelves struct {
	language   string
	groups     []baselinker.Entry
	warehouses []stock.Warehouse
}

func (s *Server) shelves(ctx context.Context, tx *db.Tx) (out shelves, err error) {
	if out.language, err = s.Language(ctx, tx); err != nil {
		return out, err
	}
	if out.groups, err = s.Kept.Entries(ctx, tx, baselinker.PriceGroup); err != nil {
		return out, err
	}
	out.warehouses, err = s.Stock.Warehouses(ctx, tx)
	return out, err
}

func (sh shelves) home() string {
	if len(sh.warehouses) == 0 {
		return ""
	}
	return warehouseKey(sh.warehouses[0].ID)
}

// inventory writes a catalogue; what it does not say of itself is what Lad has.
func (sh shelves) inventory(e baselinker.Entry) answer {
	groups, warehouses := []int64{homePrice}, []string{}
	for _, g := range sh.groups {
		groups = append(groups, g.ID)
	}
	for _, w := range sh.warehouses {
		warehouses = append(warehouses, warehouseKey(w.ID))
	}
	out := answer{"inventory_id": e.ID, "name": e.Name, "description": "", "languages": []string{sh.language}, "default_language": sh.language, "price_groups": groups,
		"default_price_group": homePrice, "warehouses": warehouses, "default_warehouse": sh.home(), "reservations": true, "is_default": e.ID == homeInventory}
	for name, v := range e.Fields {
		out[name] = v
	}
	return out
}

func (s *Server) getInventories(c *call) (answer, error) {
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		sh, err := s.shelves(c, tx)
		if err != nil {
			return err
		}
		word, err := s.shopWords(c, tx)
		if err != nil {
			return err
		}
		list, err := s.Kept.Entries(c, tx, baselinker.Inventory)
		for _, e := range append([]baselinker.Entry{{ID: homeInventory, Name: word("baselinker.inventory")}}, list...) {
			out = append(out, sh.inventory(e))
		}
		return err
	})
	return answer{"inventories": out}, err
}

func (s *Server) addInventory(c *call) (answer, error) {
	p := c.p
	id := p.int("inventory_id")
	if id == homeInventory {
		return nil, fail("ERROR_STORAGE_ID", "error.baselinker.built_in")
	}
	fields := map[string]any{}
	if p.has("description") {
		fields["description"] = p.text("description", 1000)
	}
	if p.has("default_language") {
		fields["default_language"] = p.text("default_language", 5)
	}
	if p.has("default_warehouse") {
		fields["default_warehouse"] = p.text("default_warehouse", 30)
	}
	if p.has("default_price_group") {
		fields["default_price_group"] = p.int("default_price_group")
	}
	if p.has("price_groups") {
		fields["price_groups"] = p.ints("price_groups")
	}
	for _, name := range []string{"languages", "warehouses"} {
		if p.has(name) {
			fields[name] = p.texts(name, 30)
		}
	}
	id, err := s.put(c, baselinker.Inventory, id, p.text("name", 100), fields)
	return answer{"inventory_id": id}, err
}

// deleteInventory deletes a catalogue without products: theirs would be lost.
func (s *Server) deleteInventory(c *call) (answer, error) {
	id, err := s.wantedInventory(c)
	if err != nil {
		return nil, err
	}
	if id == homeInventory {
		return nil, fail("ERROR_STORAGE_ID", "error.baselinker.built_in")
	}
	return nil, s.write(c, func(tx *db.Tx) error {
		used, err := s.Kept.InventoryUsed(c, tx, id)
		if err != nil {
			return err
		}
		if used {
			return fail("ERROR_STORAGE_ID", "error.baselinker.not_empty")
		}
		return s.Kept.DeleteEntry(c, tx, baselinker.Inventory, id)
	})
}

func (s *Server) getInventoryPriceGroups(c *call) (answer, error) {
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		cur, err := s.Currency(c, tx)
		if err != nil {
			return err
		}
		word, err := s.shopWords(c, tx)
		if err != nil {
			return err
		}
		out = append(out, answer{"price_group_id": homePrice, "name": word("baselinker.price"), "description": "", "currency": string(cur), "is_default": true})
		list, err := s.Kept.Entries(c, tx, baselinker.PriceGroup)
		for _, e := range list {
			out = append(out, answer{"price_group_id": e.ID, "name": e.Name, "description": e.Text("description"), "currency": e.Text("currency"), "is_default": false})
		}
		return err
	})
	return answer{"price_groups": out}, err
}

// addInventoryPriceGroup makes a price besides Lad's own. Prices that follow from others are not computed by Lad, so such a
// group is refused rather than left at nothing.
func (s *Server) addInventoryPriceGroup(c *call) (answer, error) {
	p := c.p
	id := p.int("price_group_id")
	if id == homePrice {
		return nil, fail("ERROR_BAD_PARAMETERS", "error.baselinker.built_in")
	}
	if kind := p.text("price_group_type", 40); kind != "" && kind != "standard" {
		p.bad("price_group_type")
	}
	fields := map[string]any{}
	if p.has("description") {
		fields["description"] = p.text("description", 1000)
	}
	if p.has("currency") {
		fields["currency"] = strings.ToUpper(p.text("currency", 3))
	}
	if id == 0 {
		p.need("currency")
	}
	id, err := s.put(c, baselinker.PriceGroup, id, p.text("name", 100), fields)
	return answer{"price_group_id": id}, err
}

func (s *Server) deleteInventoryPriceGroup(c *call) (answer, error) {
	if c.p.int("price_group_id") == homePrice {
		return nil, fail("ERROR_BAD_PARAMETERS", "error.baselinker.built_in")
	}
	return nil, s.deleteEntry(c, baselinker.PriceGroup, "price_group_id")
}

func (s *Server) getInventoryWarehouses(c *call) (answer, error) {
	out := []answer{}
	err := s.read(c, func(tx *db.Tx) error {
		list, err := s.Stock.Warehouses(c, tx)
		for i, w := range list {
			out = append(out, answer{"warehouse_type": "bl", "warehouse_id": w.ID, "name": w.Name, "description": w.Code, "stock_edition": true, "is_default": i == 0})
		}
		return err
	})
	return answer{"warehouses": out}, err
}

// addInventoryWarehouse makes a warehouse of Lad or gives one another name; its description is Lad's code of it.
func (s *Server) addInventoryWarehouse(c *call) (answer, error) {
	id, name, code := c.p.int("warehouse_id"), c.p.text("name", 200), c.p.text("description", 40)
	if id == 0 {
		c.p.need("name")
	}
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	if id == 0 {
		w, err := s.Stock.AddWarehouse(c, c.actor, firstOf(code, cut(name, 40)), name)
		return answer{"warehouse_id": w.ID}, err
	}
	var list []stock.Warehouse
	err := s.read(c, func(tx *db.Tx) (err error) {
		list, err = s.Stock.Warehouses(c, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(w stock.Warehouse) bool { return w.ID == id })
	if i < 0 {
		return nil, fail("ERROR_STORAGE_ID", "error.not_found")
	}
	return answer{"warehouse_id": id}, s.Stock.RenameWarehouse(c, c.actor, id, firstOf(code, list[i].Code), firstOf(name, list[i].Name))
}
