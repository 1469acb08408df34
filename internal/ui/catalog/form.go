package catalogui

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// skuForm is a SKU as it was typed; its inputs carry a number in their names.
type skuForm struct {
	no                                           int
	code, variant, price, cost, weight, barcodes string
	faults                                       map[string]string
}

func (f skuForm) name(field string) string { return field + "_" + strconv.Itoa(f.no) }

func parseSKU(r *http.Request, no int) skuForm {
	f := skuForm{no: no, faults: map[string]string{}}
	get := func(field string) string { return strings.TrimSpace(r.PostFormValue(f.name(field))) }
	f.code, f.variant, f.price, f.cost, f.weight, f.barcodes = get("code"), get("variant"), get("price"), get("cost"), get("weight"), get("barcodes")
	return f
}

// partForm is a part of a kit as it was typed; an empty quantity leaves it out.
type partForm struct {
	sku catalog.SKU
	qty string
}

// parts reads the parts of a form; SKUs that do not exist are left out.
func (p *pages) parts(ctx context.Context, a access.Actor, r *http.Request) ([]partForm, error) {
	var ids []int64
	for _, text := range r.PostForm["part"] {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	skus, err := p.skus(ctx, a, ids)
	var out []partForm
	for _, id := range ids {
		if s, ok := skus[id]; ok {
			delete(skus, id)
			out = append(out, partForm{sku: s, qty: strings.TrimSpace(r.PostFormValue("part_" + strconv.FormatInt(id, 10)))})
		}
	}
	return out, err
}

func (p *pages) skus(ctx context.Context, a access.Actor, ids []int64) (out map[int64]catalog.SKU, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = catalog.Reader{}.ByIDs(ctx, tx, ids)
		return err
	})
	return out, err
}

// partsOf are the parts that were given a quantity; a quantity that is none is a fault.
func partsOf(list []partForm) (out []catalog.Part, err error) {
	for _, p := range list {
		if p.qty == "" {
			continue
		}
		n, err := qty.Parse(p.qty)
		if err != nil || n <= 0 {
			return nil, &errs.Error{Code: errs.Invalid, Key: "error.invalid", Fields: []errs.Field{{Name: "parts", Key: "error.catalog.typed_part", Args: []any{"code", p.sku.Code}}}}
		}
		out = append(out, catalog.Part{SKUID: p.sku.ID, Qty: n})
	}
	return out, nil
}

// amount reads money as a person types it. Empty is nothing.
func amount(c *errs.Check, field, text string, cur money.Currency) money.Money {
	m, err := money.Typed(text, cur)
	if err != nil {
		c.Fail(field, "error.catalog.typed_money")
	}
	return m
}

// grams reads a weight in kilograms.
func grams(c *errs.Check, field, text string) int64 {
	if text == "" {
		return 0
	}
	n, err := qty.Parse(text)
	if err != nil {
		c.Fail(field, "error.catalog.typed_weight")
	}
	return int64(n) // thousandths of a kilogram
}

// sku reads the numbers of a form; prefix stands before the names of faulty fields.
func (f skuForm) sku(c *errs.Check, prefix string, cur money.Currency) catalog.NewSKU {
	return catalog.NewSKU{Code: f.code, Variant: f.variant, Price: amount(c, prefix+"price", f.price, cur), Cost: amount(c, prefix+"cost", f.cost, cur),
		WeightGrams: grams(c, prefix+"weight_grams", f.weight), Barcodes: strings.FieldsFunc(f.barcodes, func(r rune) bool { return strings.ContainsRune(" ,;\n\t\r", r) })}
}

// decimal writes money for an input.
func decimal(ctx context.Context, m money.Money) string {
	if m.Minor == 0 {
		return ""
	}
	return i18n.Typed(ctx, m.Decimal())
}

// kilograms writes a weight for an input.
func kilograms(ctx context.Context, g int64) string {
	if g == 0 {
		return ""
	}
	return i18n.Typed(ctx, qty.Qty(g).String())
}

// kindOptions are what a SKU can be.
func kindOptions(text func(string) string) []kit.Option {
	out := []kit.Option{}
	for _, k := range []catalog.Kind{catalog.KindGoods, catalog.KindKit, catalog.KindService} {
		out = append(out, kit.Option{Value: string(k), Text: text("catalog.kind." + string(k))})
	}
	return out
}

// variantFaults are the faults of the n-th SKU of a new product, by field.
func variantFaults(all map[string]string, n int) map[string]string {
	out := map[string]string{}
	prefix := fmt.Sprintf("skus.%d.", n)
	for name, text := range all {
		if field, ok := strings.CutPrefix(name, prefix); ok {
			out[field] = text
		}
	}
	return out
}
