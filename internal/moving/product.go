package moving

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Bounds that the catalogue keeps too.
const (
	maxCode    = 100 // characters
	maxBarcode = 64  // characters
	maxGrams   = 100_000_000
)

// goods is what one product of the other hub becomes.
type goods struct {
	external string
	bundle   bool
	product  NewProduct
	// skus are the numbers of the SKUs there: the product's own, or those of its variants.
	skus []string
	// parts of a bundle by their numbers there.
	parts map[string]qty.Qty
	left  []string // kinds of what has no place here
}

// names are what products refer to by number.
type names struct{ categories, manufacturers map[string]link }

// takeGoods reads a product. An error says why it can not come over.
func takeGoods(in inventory, external string, body []byte, n names) (goods, error) {
	p, err := baselinker.ParseProduct(body)
	g := goods{external: external, bundle: p.Bundle.True()}
	g.product.Name = p.Name()
	if err != nil {
		return g, err
	}
	if g.product.Name == "" {
		return g, errs.New(errs.Invalid, "moving.why.nameless")
	}
	g.product.Brand, g.product.Category = n.manufacturers[p.Manufacturer.ID()].seen, n.categories[p.Category.ID()].seen
	base, err := takeBase(in, p)
	if err != nil {
		return g, err
	}
	g.left = leftOf(in, p)
	if len(p.Variants) > 0 {
		return g, g.takeVariants(in, p, base)
	}
	base.Code, base.Name = codeOf(p.SKU, external), g.product.Name
	base.Barcodes = barcodesOf(p.EAN, p.MoreEANs)
	if base.Price, err = priceOf(in, p.Prices); err != nil {
		return g, err
	}
	g.skus, g.product.SKUs = []string{external}, []NewSKU{base}
	if g.bundle {
		return g, g.takeParts(p)
	}
	return g, nil
}

// takeBase reads what all SKUs of a product share.
func takeBase(in inventory, p baselinker.Product) (NewSKU, error) {
	var s NewSKU
	grams, err := p.Weight.Thousandths()
	if err != nil || grams < 0 || grams > maxGrams {
		return s, errs.New(errs.Invalid, "moving.why.weight", "value", clip(string(p.Weight), 40))
	}
	s.WeightGrams = grams
	if s.Cost, err = p.Cost.Money(money.Currency(in.Currency)); err != nil || s.Cost.Minor < 0 {
		return s, errs.New(errs.Invalid, "moving.why.cost", "value", clip(string(p.Cost), 40))
	}
	return s, nil
}

func priceOf(in inventory, prices baselinker.Keyed[baselinker.Text]) (money.Money, error) {
	m, err := prices[in.Prices].Money(money.Currency(in.Currency))
	if err != nil || m.Minor < 0 {
		return m, errs.New(errs.Invalid, "moving.why.price", "value", clip(string(prices[in.Prices]), 40))
	}
	return m, nil
}

// takeVariants makes a SKU of each variant. Its name there may be whole or only what differs.
func (g *goods) takeVariants(in inventory, p baselinker.Product, base NewSKU) error {
	for _, id := range slices.Sorted(maps.Keys(p.Variants)) {
		v, s := p.Variants[id], base
		s.Code, s.Variant, s.Barcodes = codeOf(v.SKU, id), string(v.Name), barcodesOf(v.EAN, nil)
		s.Name = g.product.Name + " " + s.Variant
		if strings.Contains(s.Variant, g.product.Name) {
			s.Name = s.Variant
			s.Variant = strings.TrimSpace(strings.Replace(s.Variant, g.product.Name, "", 1))
		}
		if s.Variant == "" {
			s.Variant = s.Code
		}
		var err error
		if s.Price, err = priceOf(in, v.Prices); err != nil {
			return err
		}
		g.skus, g.product.SKUs = append(g.skus, id), append(g.product.SKUs, s)
	}
	return nil
}

func (g *goods) takeParts(p baselinker.Product) error {
	g.parts = map[string]qty.Qty{}
	for id, n := range p.Parts {
		q, err := qty.Parse(string(n))
		if err != nil || q <= 0 {
			return errs.New(errs.Invalid, "moving.why.part_qty", "value", clip(string(n), 40))
		}
		g.parts[id] = q
	}
	if len(g.parts) == 0 {
		return errs.New(errs.Invalid, "moving.why.no_parts")
	}
	return nil
}

// codeOf is a SKU's code; one without gets one from its number there.
func codeOf(code baselinker.Text, external string) string {
	c := strings.Join(strings.Fields(string(code)), " ")
	if c == "" {
		return "BL-" + external
	}
	return cutRunes(c, maxCode)
}

func cutRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// barcodesOf are the usable barcodes.
func barcodesOf(first baselinker.Text, more []baselinker.EAN) (out []string) {
	for _, e := range append([]baselinker.EAN{{Code: first}}, more...) {
		b := string(e.Code)
		if b != "" && utf8.RuneCountInString(b) <= maxBarcode && !strings.ContainsAny(b, " ,;|\t\r\n") && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	slices.Sort(out)
	return out
}

// leftOf lists what a product has that has no place here.
func leftOf(in inventory, p baselinker.Product) (out []string) {
	for _, x := range []struct {
		kind string
		has  bool
	}{
		{"images", len(p.Images) > 0}, {"tax_rates", p.TaxRate.ID() != ""}, {"sizes", p.Height.ID() != "" || p.Width.ID() != "" || p.Length.ID() != ""},
		{"tags", len(p.Tags) > 0}, {"asin", p.ASIN != ""}, {"stars", p.Star.ID() != ""}, {"shelves", anyText(p.Locations)}, {"shop_links", len(p.Links) > 0},
		{"other_prices", otherPrices(in, p.Prices)}, {"parent_stock", len(p.Variants) > 0 && anyText(p.Stock)},
	} {
		if x.has {
			out = append(out, x.kind)
		}
	}
	return append(out, leftTexts(p.Texts)...)
}

// leftTexts sorts the texts of a product that have no place: descriptions, features, the merchant's own fields, other languages.
func leftTexts(texts baselinker.Keyed[baselinker.Raw]) (out []string) {
	kinds := map[string]bool{}
	for key := range texts {
		switch field, _, translated := strings.Cut(key, "|"); {
		case translated:
			kinds["translations"] = true
		case strings.HasPrefix(field, "description"):
			kinds["descriptions"] = true
		case field == "features":
			kinds["features"] = true
		case strings.HasPrefix(field, "extra_field_"):
			kinds["product_fields"] = true
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

func anyText(m baselinker.Keyed[baselinker.Text]) bool {
	for _, v := range m {
		if v.ID() != "" {
			return true
		}
	}
	return false
}

func otherPrices(in inventory, m baselinker.Keyed[baselinker.Text]) bool {
	for group, v := range m {
		if group != in.Prices && v.ID() != "" {
			return true
		}
	}
	return false
}

// digest tells whether what a SKU is made from has changed there. The price is followed apart.
func digest(s NewSKU, brand, category string) (string, error) {
	s.Price = money.Money{}
	b, err := json.Marshal(struct {
		NewSKU
		Brand, Category string
	}{s, brand, category})
	if err != nil {
		return "", &connector.Error{Kind: connector.KindData, Message: "product can not be written", Cause: err}
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}
