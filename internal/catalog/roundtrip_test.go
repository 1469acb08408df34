package catalog_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// nasty is text that tables and databases like to spoil.
func nasty() *rapid.Generator[string] {
	plain := rapid.StringMatching(`[0А-яA-Za-zїґЖ1-9][-+×*xх_/.,;:|"'=@# А-яA-Za-z0-9ґ]{0,12}`)
	fixed := rapid.SampledFrom([]string{"0017", "=1+1", "'=x", "-5", "+38", "@a", `="0017"`, "A×2", "A ×2 + B×1", "A + B", "USB+C", "a;b", `5" їжак`, `"q"`, "x2", "ab x 2",
		"12,5", "так", "1e5", "no", "NULL", "'", "004820000000017", "\u00a0я\u00a0", "emoji 😀", "і\u0301", "%_", "<b>", "sep=;"})
	return rapid.OneOf(plain, fixed).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
}

// table draws products without repeated codes and barcodes; kits are made of the goods drawn before them.
func table(t *rapid.T, label string) []catalog.NewProduct {
	var out []catalog.NewProduct
	n := rapid.IntRange(1, 8).Draw(t, label)
	taken := map[string]bool{}
	for i := range n {
		p := catalog.NewProduct{Name: nasty().Draw(t, "group")}
		for range rapid.IntRange(1, 3).Draw(t, "variants") {
			v := catalog.NewSKU{Code: strings.TrimSpace(nasty().Draw(t, "code")), Name: nasty().Draw(t, "name"),
				Kind:        rapid.SampledFrom([]catalog.Kind{catalog.KindGoods, catalog.KindGoods, catalog.KindService}).Draw(t, "kind"),
				Price:       money.New(rapid.Int64Range(0, 1_000_000_00).Draw(t, "price"), rapid.SampledFrom([]money.Currency{"UAH", "EUR", "JPY"}).Draw(t, "currency")),
				WeightGrams: rapid.Int64Range(0, 100_000).Draw(t, "weight"), Backorder: rapid.Bool().Draw(t, "backorder")}
			v.Cost = money.New(rapid.Int64Range(0, 1_000_000).Draw(t, "cost"), v.Price.Currency)
			if rapid.Bool().Draw(t, "labelled") {
				v.Variant = nasty().Draw(t, "variant")
			}
			for range rapid.IntRange(0, 2).Draw(t, "barcodes") {
				v.Barcodes = append(v.Barcodes, rapid.StringMatching(`[0-9]{6,14}|[-=+'A-Z0-9]{1,5}`).Draw(t, "barcode"))
			}
			if !taken[v.Code] {
				p.SKUs = append(p.SKUs, v)
			}
			taken[v.Code] = true
			if i < n/2 {
				break
			}
		}
		if len(p.SKUs) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// fill creates what was drawn, a product at a time; what the rules refuse (a code taken before) is left out. Then it makes
// kits of the goods there are.
func fill(t *rapid.T, s *shop, list []catalog.NewProduct) {
	ctx := context.Background()
	var goods []catalog.SKU
	for _, p := range list {
		made, err := s.CreateProduct(ctx, s.actor, p)
		if err != nil {
			continue
		}
		for _, v := range made.SKUs {
			if v.Kind == catalog.KindGoods {
				goods = append(goods, v)
			}
		}
	}
	for i := range min(len(goods), rapid.IntRange(0, 3).Draw(t, "kits")) {
		kit := catalog.NewSKU{Code: fmt.Sprintf("KIT %d-%s", i, goods[i].Code), Name: "Комплект", Kind: catalog.KindKit, Price: money.New(100, money.UAH)}
		for j := 0; j <= i; j++ {
			kit.Parts = append(kit.Parts, catalog.Part{SKUID: goods[j].ID, Qty: qty.Qty(rapid.Int64Range(1, 5000).Draw(t, "qty"))})
		}
		if _, err := s.CreateProduct(ctx, s.actor, catalog.NewProduct{SKUs: []catalog.NewSKU{kit}}); err != nil && !strings.Contains(err.Error(), "taken") {
			t.Fatal(err)
		}
	}
}

func (s *shop) exported(t *rapid.T, f catalog.ExportFormat) string {
	var b strings.Builder
	if err := s.Export(context.Background(), s.actor, &b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (s *shop) imported(t *rapid.T, text string) catalog.Import {
	ctx := context.Background()
	imp, err := s.Preview(ctx, s.actor, catalog.Upload{Kind: catalog.ImportProducts, Body: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	if imp, err = s.Run(ctx, s.actor, imp.ID); err != nil {
		t.Fatal(err)
	}
	return imp
}

func (s *shop) mustNotFail(t *rapid.T, imp catalog.Import, text string) {
	if imp.Failed == 0 {
		return
	}
	rows, err := s.ImportRows(context.Background(), s.actor, catalog.RowFilter{ImportID: imp.ID, Action: catalog.ActionFailed})
	t.Fatalf("rows failed: %+v %v\n%s", rows, err, text)
}

// Whatever a shop has: its own export changes nothing; put into an empty shop it makes the same export; importing another
// shop's table over it and undoing that leaves every byte as it was.
func TestRoundTripAndUndo(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		tenant := int64(dbtest.Tenant)
		next := func() *shop {
			tenant++
			s := open(t, d)
			s.actor.Tenant = db.Tenant(tenant)
			return s
		}
		rapid.Check(t, func(t *rapid.T) {
			format := rapid.SampledFrom([]catalog.ExportFormat{catalog.ExportCSV, catalog.ExportExcel}).Draw(t, "format")
			a, b := next(), next()
			fill(t, a, table(t, "first"))
			text := a.exported(t, format)
			if strings.Count(text, "\n") < 2 {
				return
			}
			same := a.imported(t, text)
			a.mustNotFail(t, same, text)
			if same.Created+same.Changed > 0 {
				rows, _ := a.ImportRows(context.Background(), a.actor, catalog.RowFilter{ImportID: same.ID, Action: catalog.ActionChanged})
				t.Fatalf("its own export changes it: %+v\n%s", rows, text)
			}
			a.mustNotFail(t, b.imported(t, text), text)
			if got := b.exported(t, format); got != text {
				t.Fatalf("in another shop:\n%s\nwas:\n%s", got, text)
			}
			c := next()
			fill(t, c, table(t, "second"))
			before := c.exported(t, format)
			imp := c.imported(t, text)
			if _, err := c.Undo(context.Background(), c.actor, imp.ID); err != nil {
				t.Fatal(err)
			}
			if got := c.exported(t, format); got != before {
				t.Fatalf("after undo:\n%s\nbefore:\n%s", got, before)
			}
		})
	})
}
