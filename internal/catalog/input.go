package catalog

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Bounds of texts in characters and of numbers.
const (
	maxCode     = 100
	maxName     = 500
	maxBarcode  = 64
	maxBarcodes = 50
	maxParts    = 100
	maxVariants = 500
	// maxWeight is 100 tonnes.
	maxWeightGrams = 100_000_000
)

// NewProduct is a product with its SKUs.
type NewProduct struct {
	// Name may be empty when there is one SKU, which then carries the name.
	Name     string
	Brand    string
	Category string
	SKUs     []NewSKU
}

// NewSKU is a SKU to be created.
type NewSKU struct {
	Code string
	// Name is the product's name with the variant when empty.
	Name    string
	Variant string
	Kind    Kind // KindGoods when empty
	// Price in its currency; without a currency it is the tenant's.
	Price       money.Money
	Cost        money.Money
	WeightGrams int64
	Backorder   bool
	Barcodes    []string
	// Parts of a kit; obligatory for a kit, forbidden for others.
	Parts []Part
}

// SKUUpdate changes the fields that are not nil. Version is the one that was read: a change in between is a Conflict.
type SKUUpdate struct {
	ID          int64
	Version     int64
	Variant     *string
	Price       *money.Money
	Cost        *money.Money
	WeightGrams *int64
	Backorder   *bool
}

// SKURename gives a SKU another code, name or both; empty keeps the old one. Version as in SKUUpdate.
type SKURename struct {
	ID      int64
	Version int64
	Code    string
	Name    string
}

// KitParts replaces the parts of a kit. Version as in SKUUpdate.
type KitParts struct {
	ID      int64
	Version int64
	Parts   []Part
}

func (in *NewProduct) normalise() {
	in.Name, in.Brand, in.Category = sheet.Clean(in.Name), sheet.Clean(in.Brand), sheet.Clean(in.Category)
	in.SKUs = slices.Clone(in.SKUs)
	for i := range in.SKUs {
		s := &in.SKUs[i]
		s.Code, s.Name, s.Variant = sheet.Clean(s.Code), sheet.Clean(s.Name), sheet.Clean(s.Variant)
		s.Barcodes = cleanBarcodes(s.Barcodes)
		if s.Kind == "" {
			s.Kind = KindGoods
		}
		if s.Name == "" {
			s.Name = sheet.Clean(in.Name + " " + s.Variant)
		}
	}
	if len(in.SKUs) == 1 && in.SKUs[0].Variant == "" {
		in.Name = ""
	}
}

// Validate reports every fault at once; fields of the n-th SKU are named "skus.n.code".
func (in NewProduct) Validate() error {
	var c errs.Check
	c.That(fits(in.Name, maxName) && fits(in.Brand, maxName) && fits(in.Category, maxName), "name", "error.catalog.too_long")
	c.That(len(in.SKUs) == 1 || in.Name != "", "name", "error.catalog.no_name")
	c.That(len(in.SKUs) > 0 && len(in.SKUs) <= maxVariants, "skus", "error.catalog.variants", "max", maxVariants)
	codes := map[string]bool{}
	for i, s := range in.SKUs {
		at := "skus." + strconv.Itoa(i) + "."
		s.check(&c, at)
		c.That(!codes[s.Code], at+"code", "error.catalog.code_twice", "code", s.Code)
		codes[s.Code] = true
	}
	return c.Err()
}

func (s NewSKU) check(c *errs.Check, at string) {
	checkCode(c, at+"code", s.Code)
	checkName(c, at+"name", s.Name)
	c.That(fits(s.Variant, maxName), at+"variant", "error.catalog.too_long")
	c.That(s.Kind == KindGoods || s.Kind == KindKit || s.Kind == KindService, at+"kind", "error.catalog.kind")
	checkMoney(c, at+"price", s.Price)
	checkMoney(c, at+"cost", s.Cost)
	c.That(s.Cost.Minor == 0 || s.Cost.Currency == s.Price.Currency, at+"cost", "error.catalog.currency_mixed")
	c.That(s.WeightGrams >= 0 && s.WeightGrams <= maxWeightGrams, at+"weight_grams", "error.catalog.weight")
	c.That(len(s.Barcodes) <= maxBarcodes, at+"barcodes", "error.catalog.barcodes", "max", maxBarcodes)
	for _, b := range s.Barcodes {
		c.That(validBarcode(b), at+"barcodes", "error.catalog.barcode", "barcode", b)
	}
	if s.Kind == KindKit {
		checkParts(c, at+"parts", s.Parts)
	} else {
		c.That(len(s.Parts) == 0, at+"parts", "error.catalog.not_a_kit")
	}
}

// Validate reports every fault at once.
func (in SKUUpdate) Validate() error {
	var c errs.Check
	if in.Variant != nil {
		c.That(fits(*in.Variant, maxName), "variant", "error.catalog.too_long")
	}
	if in.Price != nil {
		checkMoney(&c, "price", *in.Price)
	}
	if in.Cost != nil {
		checkMoney(&c, "cost", *in.Cost)
	}
	if in.WeightGrams != nil {
		c.That(*in.WeightGrams >= 0 && *in.WeightGrams <= maxWeightGrams, "weight_grams", "error.catalog.weight")
	}
	return c.Err()
}

// Validate reports every fault at once.
func (in SKURename) Validate() error {
	var c errs.Check
	if in.Code != "" {
		checkCode(&c, "code", in.Code)
	}
	c.That(in.Code != "" || in.Name != "", "name", "error.catalog.no_name")
	c.That(fits(in.Name, maxName), "name", "error.catalog.too_long")
	return c.Err()
}

// Validate reports every fault at once.
func (in KitParts) Validate() error {
	var c errs.Check
	checkParts(&c, "parts", in.Parts)
	return c.Err()
}

// checkCode also refuses a code that reads as a list of parts: a kit with it could not be written into a table.
func checkCode(c *errs.Check, field, code string) {
	c.That(code != "", field, "error.catalog.no_code")
	c.That(fits(code, maxCode), field, "error.catalog.too_long")
	c.That(!partEnd.MatchString(code), field, "error.catalog.code_parts")
}

func checkName(c *errs.Check, field, name string) {
	c.That(name != "", field, "error.catalog.no_name")
	c.That(fits(name, maxName), field, "error.catalog.too_long")
}

func checkMoney(c *errs.Check, field string, m money.Money) {
	c.That(m.Minor >= 0 && m.Minor <= money.Max, field, "error.catalog.price")
	if m.Currency != "" {
		_, err := money.ParseCurrency(string(m.Currency))
		c.That(err == nil, field, "error.catalog.currency", "currency", string(m.Currency))
	}
}

func checkParts(c *errs.Check, field string, parts []Part) {
	c.That(len(parts) > 0 && len(parts) <= maxParts, field, "error.catalog.parts", "max", maxParts)
	seen := map[int64]bool{}
	for _, p := range parts {
		c.That(p.Qty > 0 && p.Qty <= qty.Max, field, "error.catalog.part_qty")
		c.That(!seen[p.SKUID], field, "error.catalog.part_twice")
		seen[p.SKUID] = true
	}
}

func fits(s string, characters int) bool {
	return len(s) <= characters || utf8.RuneCountInString(s) <= characters
}

// cleanBarcodes trims, sorts and takes repeats and empty ones away.
func cleanBarcodes(list []string) []string {
	var out []string
	for _, b := range list {
		if b = sheet.Clean(b); b != "" {
			out = append(out, b)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// validBarcode says whether a text can be a barcode: no spaces or list separators, for tables keep several in one cell.
func validBarcode(b string) bool {
	return b != "" && fits(b, maxBarcode) && !strings.ContainsAny(b, " ,;|\t")
}
