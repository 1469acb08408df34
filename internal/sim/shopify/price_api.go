package shopify

import (
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/sim"
)

// variantInput is one row of productVariantsBulkUpdate.
type variantInput struct {
	ID        string    `json:"id"`
	Price     sim.Field `json:"price"`
	CompareAt sim.Field `json:"compareAtPrice"`
	Barcode   sim.Field `json:"barcode"`
	Item      *struct {
		SKU  sim.Field `json:"sku"`
		Cost sim.Field `json:"cost"`
	} `json:"inventoryItem"`
}

// productVariantsBulkUpdate changes variants of one product: all or nothing unless partial updates are allowed.
func (s *Shop) productVariantsBulkUpdate(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			ProductID string         `json:"productId"`
			Variants  []variantInput `json:"variants"`
			Partial   bool           `json:"allowPartialUpdates"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		answer := func(views []*object, bad []*object) (any, error) {
			return payload("ProductVariantsBulkUpdate", map[string]any{"productVariants": views}, bad...), nil
		}
		p := s.products[local("Product", in.ProductID)]
		if p == nil {
			return answer(nil, []*object{userError("PRODUCT_DOES_NOT_EXIST", "Product does not exist", "productId")})
		}
		var bad []*object
		var good []variantInput
		for i, v := range in.Variants {
			if e := s.checkVariant(p, v, i); e != nil {
				bad = append(bad, e)
				continue
			}
			good = append(good, v)
		}
		if len(bad) > 0 && !in.Partial {
			return answer(nil, bad)
		}
		views := []*object{}
		for _, v := range good {
			row := s.variants.Get(local("ProductVariant", v.ID))
			if !c.Ignore {
				before := s.state(row)
				s.apply(&row.Value, v)
				s.variants.Touch(row, c.At, 0)
				c.Changed(before, s.state(row))
			}
			views = append(views, s.variantView(row))
		}
		return answer(views, bad)
	}
}

// minor reads an amount in the shop's currency.
func (s *Shop) minor(f sim.Field) (int64, bool) {
	m, err := money.Parse(f.Scalar(), money.Currency(s.o.Currency))
	return m.Minor, err == nil
}

func (s *Shop) checkVariant(p *product, v variantInput, i int) *object {
	at := func(code, text, field string) *object {
		return userError(code, text, "variants", strconv.Itoa(i), field)
	}
	if !slices.Contains(p.variants, local("ProductVariant", v.ID)) {
		return at("PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist", "id")
	}
	if minor, ok := s.minor(v.Price); v.Price.Sent() && (!ok || minor < 0) {
		return at("INVALID_INPUT", "Price must be greater than or equal to 0", "price")
	}
	if minor, ok := s.minor(v.CompareAt); v.CompareAt.Sent() && !v.CompareAt.Null() && (!ok || minor < 0) {
		return at("INVALID_INPUT", "Compare at price must be greater than or equal to 0", "compareAtPrice")
	}
	return nil
}

func (s *Shop) apply(v *variant, in variantInput) {
	if in.Price.Sent() {
		v.priceMinor, _ = s.minor(in.Price) // checked before
	}
	if in.CompareAt.Sent() {
		v.compareMinor, _ = s.minor(in.CompareAt) // null clears it
	}
	if in.Barcode.Sent() {
		v.barcode = in.Barcode.Scalar()
	}
	if in.Item != nil && in.Item.SKU.Sent() {
		v.sku = in.Item.SKU.Scalar()
	}
}
