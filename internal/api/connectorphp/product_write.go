package connectorphp

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
)

// productIn is a product as a client sends it.
type productIn struct {
	id, inventory, parent int64
	p                     params
	texts                 params
	prices                params
	cur                   money.Currency
	parts                 []catalog.Part
	warnings              map[string]string
}

// addInventoryProduct makes a product, or changes of one what is given.
func (s *Server) addInventoryProduct(c *call) (answer, error) {
	inventory, err := s.wantedInventory(c)
	if err != nil {
		return nil, err
	}
	in := productIn{id: c.p.int("product_id"), inventory: inventory, parent: c.p.int("parent_id"), p: c.p, texts: c.p.dict("text_fields"), prices: c.p.dict("prices"),
		warnings: map[string]string{}}
	return s.putProduct(c, in)
}

func (s *Server) putProduct(c *call, in productIn) (answer, error) {
	if err := s.checkProduct(c, &in); err != nil {
		return nil, err
	}
	var err error
	if in.id == 0 {
		in.id, err = s.createProduct(c, in)
	} else {
		err = s.editProduct(c, in)
	}
	if err != nil {
		return nil, err
	}
	if err := s.keepProduct(c, in); err != nil {
		return nil, err
	}
	if err := s.sortProduct(c, in); err != nil {
		return nil, err
	}
	if in.p.has("stock") {
		s.setStock(c, in)
	}
	return answer{"product_id": in.id, "warnings": in.warnings}, nil
}

// checkProduct reads what must be right before anything is written.
func (s *Server) checkProduct(c *call, in *productIn) error {
	p := in.p
	for _, part := range p.dict("bundle_products").keys() {
		in.parts = append(in.parts, catalog.Part{SKUID: integer(part), Qty: p.dict("bundle_products").quantity(part)})
	}
	for _, name := range []string{"tax_rate", "weight", "height", "width", "length", "average_cost"} {
		p.decimal(name)
	}
	err := s.read(c, func(tx *db.Tx) (err error) {
		if in.cur, err = s.Currency(c, tx); err != nil {
			return err
		}
		skus, err := s.Catalog.ByIDs(c, tx, []int64{in.id, in.parent})
		if err != nil {
			return err
		}
		if in.parent != 0 && !live(skus[in.parent]) || in.id != 0 && !live(skus[in.id]) || in.parent != 0 && in.parent == in.id {
			return fail("ERROR_PRODUCT_ID", "error.catalog.no_sku")
		}
		kept, err := s.Kept.Products(c, tx, []int64{in.id, in.parent})
		if err != nil {
			return err
		}
		if in.id != 0 && cmp.Or(kept[in.id].InventoryID, homeInventory) != in.inventory {
			return fail("ERROR_STORAGE_ID", "error.baselinker.other_inventory", "id", in.id)
		}
		if kept[in.parent].ParentID != 0 {
			return fail("ERROR_PRODUCT_ID", "error.baselinker.variant_of_variant")
		}
		if in.id != 0 {
			in.cur = skus[in.id].Price.Currency
		}
		return nil
	})
	for _, key := range in.prices.keys() {
		if in.prices.amount(key, in.cur).Minor < 0 {
			p.bad("prices")
		}
	}
	return cmp.Or(p.fault(), err)
}

// homePriceGiven is Lad's price among the given ones.
func (in productIn) homePriceGiven() (money.Money, bool) {
	key := strconv.FormatInt(homePrice, 10)
	return in.prices.amount(key, in.cur), in.prices.has(key)
}

func (in productIn) name() string { return strings.TrimSpace(in.texts.text("name", 500)) }

// grams are the weight, which the protocol has in kilograms.
func (in productIn) grams() int64 {
	kg, _ := strconv.ParseFloat(in.p.decimal("weight"), 64)
	return int64(math.Round(kg * 1000))
}

func (s *Server) createProduct(c *call, in productIn) (int64, error) {
	if in.name() == "" {
		return 0, fail("ERROR_BAD_PARAMETERS", "error.baselinker.parameter", "name", "text_fields.name")
	}
	n := catalog.NewSKU{Code: strings.TrimSpace(in.p.text("sku", 50)), Name: in.name(), Kind: catalog.KindGoods, WeightGrams: in.grams(), Cost: in.p.amount("average_cost", in.cur)}
	n.Price, _ = in.homePriceGiven()
	if ean := strings.TrimSpace(in.p.text("ean", 32)); ean != "" {
		n.Barcodes = []string{ean}
	}
	if in.p.flag("is_bundle") || len(in.parts) > 0 {
		n.Kind, n.Parts = catalog.KindKit, in.parts
	}
	if n.Code == "" {
		id, err := s.IDs.New(c, "bl_sku_code")
		if err != nil {
			return 0, err
		}
		n.Code = fmt.Sprint("BL-", id)
	}
	made, err := s.Catalog.CreateProduct(c, c.actor, catalog.NewProduct{SKUs: []catalog.NewSKU{n}})
	if err != nil {
		return 0, err
	}
	return made.SKUs[0].ID, nil
}

func (s *Server) editProduct(c *call, in productIn) error {
	card, err := s.Catalog.GetSKU(c, c.actor, in.id)
	if err != nil {
		return err
	}
	e := catalog.SKUEdit{ID: card.ID, Version: card.Version, Code: card.Code, Name: card.Name, Variant: card.Variant, Price: card.Price, Cost: card.Cost, WeightGrams: card.WeightGrams,
		Backorder: card.Backorder, Barcodes: slices.Clone(card.Barcodes)}
	for _, part := range card.Parts {
		e.Parts = append(e.Parts, part.Part)
	}
	p := in.p
	if sku := strings.TrimSpace(p.text("sku", 50)); sku != "" {
		e.Code = sku
	}
	e.Name = firstOf(in.name(), e.Name)
	if price, given := in.homePriceGiven(); given {
		e.Price = price
	}
	if p.has("average_cost") {
		e.Cost = p.amount("average_cost", in.cur)
	}
	if p.has("weight") {
		e.WeightGrams = in.grams()
	}
	if p.has("bundle_products") && card.Kind == catalog.KindKit {
		e.Parts = in.parts
	} else if len(in.parts) > 0 {
		in.warnings["bundle_products"] = i18n.T(c, "error.catalog.not_a_kit")
	}
	if p.has("ean") {
		had, err := s.eanOf(c, in.id)
		if err != nil {
			return err
		}
		e.Barcodes = slices.DeleteFunc(e.Barcodes, func(b string) bool { return b == had })
		if ean := strings.TrimSpace(p.text("ean", 32)); ean != "" {
			e.Barcodes = append(e.Barcodes, ean)
		}
	}
	_, err = s.Catalog.EditSKU(c, c.actor, e)
	return err
}

func (s *Server) eanOf(c *call, id int64) (ean string, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		g, err := s.readGoods(c, tx, []int64{id}, false)
		ean = g.ean(id)
		return err
	})
	return ean, err
}

// sortProduct gives the product the words of its category and manufacturer, by which Lad sorts it.
func (s *Server) sortProduct(c *call, in productIn) error {
	var g catalog.Group
	err := s.read(c, func(tx *db.Tx) error {
		for name, to := range map[string]**string{"category_id": &g.Category, "manufacturer_id": &g.Brand} {
			kind := map[string]baselinker.Kind{"category_id": baselinker.Category, "manufacturer_id": baselinker.Manufacturer}[name]
			id := in.p.int(name)
			if !in.p.has(name) {
				continue
			}
			word := ""
			if id != 0 {
				e, err := s.Kept.EntryOf(c, tx, kind, id)
				if errs.Is(err, errs.NotFound) {
					in.warnings[name] = i18n.T(c, "error.not_found")
					continue
				}
				if err != nil {
					return err
				}
				word = e.Name
			}
			*to = &word
		}
		return nil
	})
	if err != nil || g.Brand == nil && g.Category == nil {
		return err
	}
	return s.Catalog.SetGroup(c, c.actor, in.id, g)
}

// deleteInventoryProduct deletes a product with its variants. It is refused while orders hold it or a kit contains it.
func (s *Server) deleteInventoryProduct(c *call) (answer, error) {
	c.p.need("product_id")
	id := c.p.int("product_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	return nil, s.deleteProduct(c, id)
}

func (s *Server) deleteProduct(c *call, id int64) error {
	if err := c.actor.Must(access.CatalogWrite); err != nil {
		return err
	}
	var g goods
	err := s.read(c, func(tx *db.Tx) (err error) {
		g, err = s.readGoods(c, tx, []int64{id}, true)
		return err
	})
	if err != nil {
		return err
	}
	if !live(g.skus[id]) {
		return fail("ERROR_PRODUCT_ID", "error.catalog.no_sku")
	}
	for _, each := range append(g.live(id), id) {
		if err := s.Catalog.DeleteSKU(c, c.actor, each, g.skus[each].Version); err != nil {
			return err
		}
	}
	return nil
}
