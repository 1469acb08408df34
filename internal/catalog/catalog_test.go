package catalog_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// shop is a catalogue with stand-ins for the other domains, each the simplest thing that keeps the interface's promise.
type shop struct {
	*catalog.Service
	db    *db.DB
	actor access.Actor

	mu      sync.Mutex
	held    map[int64]bool
	changed []int64
	shelf   map[string]map[int64]qty.Qty
	posted  map[string]int64
	undo    map[int64]func()
	broken  int // SetCounts calls that fail after posting
}

func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	s := &shop{db: d, actor: access.ForSystem(dbtest.Tenant), held: map[int64]bool{},
		shelf: map[string]map[int64]qty.Qty{"main": {}, "back": {}}, posted: map[string]int64{}, undo: map[int64]func(){}}
	source := ids.New(d)
	s.Service = catalog.New(d, source, journal.New(source), catalog.Deps{Tenants: s, Holds: s, Stock: s})
	s.AddHooks(s)
	return s
}

func (s *shop) Currency(context.Context, *db.Tx) (money.Currency, error) { return money.UAH, nil }

func (s *shop) OpenHolds(_ context.Context, _ *db.Tx, ids []int64) ([]int64, error) {
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !s.held[id] }), nil
}

func (s *shop) SKUChanged(_ context.Context, tx *db.Tx, ids []int64) error {
	tx.AfterCommit(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed = append(s.changed, ids...)
	})
	return nil
}

func (s *shop) OnHand(_ context.Context, _ *db.Tx, warehouse string, _ []int64) (map[int64]qty.Qty, error) {
	if warehouse == "" {
		warehouse = "main"
	}
	if s.shelf[warehouse] == nil {
		return nil, errs.New(errs.NotFound, "error.stock.no_warehouse", "code", warehouse)
	}
	return s.shelf[warehouse], nil
}

func (s *shop) SetCounts(_ context.Context, _ access.Actor, in catalog.StockCounts) (int64, error) {
	if id, ok := s.posted[in.Key]; ok {
		return id, nil
	}
	if in.Warehouse == "" {
		in.Warehouse = "main"
	}
	id := int64(len(s.posted) + 1)
	s.posted[in.Key] = id
	shelf := s.shelf[in.Warehouse]
	before := map[int64]qty.Qty{}
	for _, c := range in.Counts {
		before[c.SKUID] = c.Qty - shelf[c.SKUID]
		shelf[c.SKUID] = c.Qty
	}
	s.undo[id] = func() {
		for sku, change := range before {
			shelf[sku] -= change
		}
	}
	if s.broken > 0 {
		s.broken--
		return 0, errs.New(errs.Unavailable, "error.db.gone")
	}
	return id, nil
}

func (s *shop) Reverse(_ context.Context, _ access.Actor, id int64, _ string) (int64, error) {
	if f := s.undo[id]; f != nil {
		f()
		s.undo[id] = nil
	}
	return -id, nil
}

func (s *shop) create(t *testing.T, p catalog.NewProduct) catalog.Product {
	t.Helper()
	out, err := s.CreateProduct(context.Background(), s.actor, p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *shop) goods(t *testing.T, code, name string, kopiykas int64) catalog.SKU {
	t.Helper()
	return s.create(t, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: code, Name: name, Price: money.New(kopiykas, money.UAH)}}}).SKUs[0]
}

func (s *shop) export(t *testing.T, f catalog.ExportFormat) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Export(context.Background(), s.actor, &b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (s *shop) read(t *testing.T, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := s.db.Read(ctx, dbtest.Tenant, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func codes(skus []catalog.SKU) []string {
	var out []string
	for _, s := range skus {
		out = append(out, s.Code)
	}
	return out
}

// wantError checks an error's code and key (of the error or of one of its fields).
func wantError(t *testing.T, err error, code errs.Code, key string) {
	t.Helper()
	if !errs.Is(err, code) || !strings.Contains(err.Error(), key) {
		t.Errorf("got %v, want %s %s", err, code, key)
	}
}

func TestCreateProduct(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		p := s.create(t, catalog.NewProduct{Name: " Футболка  Лад ", Brand: "Лад", SKUs: []catalog.NewSKU{
			{Code: "T-S", Variant: "S", Price: money.New(49900, ""), Barcodes: []string{"4820000000017", " 4820000000017"}, WeightGrams: 150},
			{Code: "T-M", Variant: "M", Price: money.New(49900, ""), Cost: money.New(20000, ""), Backorder: true},
		}})
		card, err := s.GetSKU(ctx, s.actor, p.SKUs[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if card.Name != "Футболка Лад S" || card.Price != money.New(49900, money.UAH) || card.WeightGrams != 150 || card.Version != 1 {
			t.Errorf("card %+v", card.SKU)
		}
		if diff := cmp.Diff([]string{"4820000000017"}, card.Barcodes); diff != "" {
			t.Error(diff)
		}
		if card.Product.Name != "Футболка Лад" || card.Product.Brand != "Лад" || len(card.Product.SKUs) != 2 {
			t.Errorf("product %+v", card.Product)
		}
		if len(s.changed) != 2 {
			t.Errorf("hooks were told of %v", s.changed)
		}
		_, err = s.CreateProduct(ctx, s.actor, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: "T-S", Name: "x"}}})
		wantError(t, err, errs.Conflict, "error.catalog.code_taken")
		_, err = s.CreateProduct(ctx, s.actor, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: "N", Name: "x", Barcodes: []string{"4820000000017"}}}})
		wantError(t, err, errs.Conflict, "error.catalog.barcode_taken")
		_, err = s.CreateProduct(ctx, access.Actor{Tenant: dbtest.Tenant, Kind: access.Person}, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: "N", Name: "x"}}})
		wantError(t, err, errs.Forbidden, "error.forbidden")
	})
}

func TestInputsReportEveryFault(t *testing.T) {
	t.Parallel()
	err := catalog.NewProduct{SKUs: []catalog.NewSKU{
		{Code: "", Name: "", Kind: "x", Price: money.New(-1, "XXX"), WeightGrams: -1, Barcodes: []string{"a b"}},
		{Code: strings.Repeat("я", 101), Name: strings.Repeat("n", 501), Kind: catalog.KindKit, Cost: money.New(1, "EUR"), Price: money.New(1, "UAH")},
	}}.Validate()
	for _, want := range []string{"name: error.catalog.no_name", "skus.0.code: error.catalog.no_code", "skus.0.kind: error.catalog.kind",
		"skus.0.price: error.catalog.price", "skus.0.price: error.catalog.currency", "skus.0.weight_grams", "skus.0.barcodes",
		"skus.1.code: error.catalog.too_long", "skus.1.name: error.catalog.too_long", "skus.1.cost: error.catalog.currency_mixed", "skus.1.parts"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

func TestUpdateComparesVersions(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		sku := s.goods(t, "A", "Чайник", 100)
		price, yes := money.New(250, money.UAH), true
		got, err := s.UpdateSKU(ctx, s.actor, catalog.SKUUpdate{ID: sku.ID, Version: 1, Price: &price, Backorder: &yes})
		if err != nil || got.Price != price || !got.Backorder || got.Version != 2 {
			t.Fatalf("%+v %v", got, err)
		}
		_, err = s.UpdateSKU(ctx, s.actor, catalog.SKUUpdate{ID: sku.ID, Version: 1, Price: &price})
		wantError(t, err, errs.Conflict, "error.catalog.changed")
		same, err := s.UpdateSKU(ctx, s.actor, catalog.SKUUpdate{ID: sku.ID, Version: 2, Price: &price})
		if err != nil || same.Version != 2 {
			t.Errorf("no change made version %d, %v", same.Version, err)
		}
		euro := money.New(1, money.EUR)
		_, err = s.UpdateSKU(ctx, s.actor, catalog.SKUUpdate{ID: sku.ID, Version: 2, Cost: &euro})
		wantError(t, err, errs.Invalid, "error.catalog.currency_mixed")
		s.read(t, func(ctx context.Context, tx *db.Tx) error {
			list, err := journal.Of(ctx, tx, "sku", sku.ID, 0, 10)
			if len(list) != 2 || !strings.Contains(string(list[0].Payload), `{"name":"price","before":"1.00","after":"2.50"}`) {
				t.Errorf("journal %+v", list)
			}
			return err
		})
	})
}

func TestRenameAndDelete(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		a, b := s.goods(t, "A-1", "Чайник", 100), s.goods(t, "B-1", "Праска", 100)
		_, err := s.RenameSKU(ctx, s.actor, catalog.SKURename{ID: a.ID, Version: 1, Code: "B-1"})
		wantError(t, err, errs.Conflict, "error.catalog.code_taken")
		if _, err := s.RenameSKU(ctx, s.actor, catalog.SKURename{ID: a.ID, Version: 1, Code: "0017", Name: "Термос"}); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]int{"термо": 1, "чайник": 0, "0017": 1, "A-1": 0} {
			page, err := s.List(ctx, s.actor, catalog.Filter{Text: text})
			if err != nil || len(page.SKUs) != want {
				t.Errorf("%q finds %v %v", text, codes(page.SKUs), err)
			}
		}
		if err := s.AddBarcode(ctx, s.actor, b.ID, "4820000000017"); err != nil {
			t.Fatal(err)
		}
		s.held[b.ID] = true
		wantError(t, s.DeleteSKU(ctx, s.actor, b.ID, 2), errs.Conflict, "error.catalog.held")
		s.held[b.ID] = false
		wantError(t, s.DeleteSKU(ctx, s.actor, b.ID, 1), errs.Conflict, "error.catalog.changed")
		if err := s.DeleteSKU(ctx, s.actor, b.ID, 2); err != nil {
			t.Fatal(err)
		}
		wantError(t, s.DeleteSKU(ctx, s.actor, b.ID, 3), errs.NotFound, "error.catalog.no_sku")
		again := s.goods(t, "B-1", "Праска нова", 100)
		if err := s.AddBarcode(ctx, s.actor, again.ID, "4820000000017"); err != nil {
			t.Errorf("the code and barcode of a deleted SKU are not free: %v", err)
		}
		card, err := s.GetSKU(ctx, s.actor, b.ID)
		if err != nil || card.DeletedAt.IsZero() {
			t.Errorf("a deleted SKU is not readable: %v", err)
		}
	})
}

func TestBarcodes(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		a, b := s.goods(t, "A", "Чайник", 100), s.goods(t, "B", "Праска", 100)
		for range 2 {
			if err := s.AddBarcode(ctx, s.actor, a.ID, " 123 "); err != nil {
				t.Fatal(err)
			}
		}
		wantError(t, s.AddBarcode(ctx, s.actor, b.ID, "123"), errs.Conflict, "error.catalog.barcode_taken")
		wantError(t, s.AddBarcode(ctx, s.actor, b.ID, "1 2"), errs.Invalid, "error.catalog.barcode")
		wantError(t, s.RemoveBarcode(ctx, s.actor, b.ID, "123"), errs.NotFound, "error.catalog.no_barcode")
		wantError(t, s.AddBarcode(ctx, s.actor, 999, "5"), errs.NotFound, "error.catalog.no_sku")
		s.read(t, func(ctx context.Context, tx *db.Tx) error {
			got, err := s.ByBarcodes(ctx, tx, []string{"123", "456"})
			if len(got) != 1 || got["123"].Code != "A" || got["123"].Version != 2 {
				t.Errorf("got %+v", got)
			}
			return err
		})
		if err := s.RemoveBarcode(ctx, s.actor, a.ID, "123"); err != nil {
			t.Fatal(err)
		}
		if err := s.AddBarcode(ctx, s.actor, b.ID, "123"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestKits(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		a, b := s.goods(t, "A", "Чашка", 100), s.goods(t, "B", "Блюдце", 100)
		kit := s.create(t, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: "KIT", Name: "Сервіз", Kind: catalog.KindKit,
			Parts: []catalog.Part{{SKUID: a.ID, Qty: qty.Pieces(6)}}}}}).SKUs[0]
		_, err := s.SetKit(ctx, s.actor, catalog.KitParts{ID: kit.ID, Version: 1, Parts: []catalog.Part{{SKUID: kit.ID, Qty: 1000}}})
		wantError(t, err, errs.Invalid, "error.catalog.part_kind")
		_, err = s.SetKit(ctx, s.actor, catalog.KitParts{ID: a.ID, Version: 1, Parts: []catalog.Part{{SKUID: b.ID, Qty: 1000}}})
		wantError(t, err, errs.Invalid, "error.catalog.not_a_kit")
		_, err = s.SetKit(ctx, s.actor, catalog.KitParts{ID: kit.ID, Version: 1})
		wantError(t, err, errs.Invalid, "error.catalog.parts")
		_, err = s.SetKit(ctx, s.actor, catalog.KitParts{ID: kit.ID, Version: 1, Parts: []catalog.Part{{SKUID: 12345, Qty: 1000}}})
		wantError(t, err, errs.Invalid, "error.catalog.part_unknown")
		want := []catalog.Part{{SKUID: a.ID, Qty: qty.Pieces(6)}, {SKUID: b.ID, Qty: 1500}}
		if _, err := s.SetKit(ctx, s.actor, catalog.KitParts{ID: kit.ID, Version: 1, Parts: want}); err != nil {
			t.Fatal(err)
		}
		wantError(t, s.DeleteSKU(ctx, s.actor, b.ID, 1), errs.Conflict, "error.catalog.in_kit")
		s.read(t, func(ctx context.Context, tx *db.Tx) error {
			parts, err := s.PartsOf(ctx, tx, []int64{a.ID, kit.ID})
			if diff := cmp.Diff(map[int64][]catalog.Part{kit.ID: want}, parts); diff != "" {
				t.Error(diff)
			}
			kits, err2 := s.KitsWith(ctx, tx, []int64{a.ID, b.ID})
			if !slices.Equal(kits, []int64{kit.ID}) {
				t.Errorf("kits %v", kits)
			}
			return cmpErr(err, err2)
		})
		card, err := s.GetSKU(ctx, s.actor, kit.ID)
		if err != nil || len(card.Parts) != 2 || card.Parts[1].Code != "B" {
			t.Errorf("%+v %v", card.Parts, err)
		}
		if err := s.DeleteSKU(ctx, s.actor, kit.ID, 2); err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteSKU(ctx, s.actor, b.ID, 1); err != nil {
			t.Errorf("a part of a deleted kit can not be deleted: %v", err)
		}
	})
}

func cmpErr(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestListFindsAndPages(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		var list []catalog.NewProduct
		for i := range 25 {
			list = append(list, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: fmt.Sprintf("Ген-%02d", i), Name: fmt.Sprintf("Генератор бензиновий %d", i),
				Kind: []catalog.Kind{catalog.KindGoods, catalog.KindService}[i%2], Barcodes: []string{fmt.Sprintf("48200000%05d", i)}}}})
		}
		if _, err := s.CreateProducts(ctx, s.actor, list); err != nil {
			t.Fatal(err)
		}
		s.goods(t, "ben-1", "Бензопила «Дружба»", 100)
		for _, c := range []struct {
			f    catalog.Filter
			want int
		}{
			{catalog.Filter{}, 26}, {catalog.Filter{Kind: catalog.KindService}, 12}, {catalog.Filter{Text: "ГЕН-0"}, 10},
			{catalog.Filter{Text: "бенз ген"}, 25}, {catalog.Filter{Text: "бенз"}, 26}, {catalog.Filter{Text: "дружба бензопила"}, 1},
			{catalog.Filter{Text: "4820000000007"}, 1}, {catalog.Filter{Text: "482000000000"}, 0}, {catalog.Filter{Text: "ген", Kind: catalog.KindGoods}, 13},
			{catalog.Filter{Text: "%"}, 0}, {catalog.Filter{Text: "' or 1=1"}, 0},
		} {
			var all []string
			c.f.Limit = 7
			for {
				page, err := s.List(ctx, s.actor, c.f)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, codes(page.SKUs)...)
				if c.f.After = page.Next; page.Next == "" {
					break
				}
			}
			if len(all) != c.want || !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
				t.Errorf("%+v: %d %v", c.f, len(all), all)
			}
		}
		_, err := s.List(ctx, s.actor, catalog.Filter{After: "!"})
		wantError(t, err, errs.Invalid, "error.catalog.page")
	})
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		sku := s.goods(t, "A", "Чайник", 100)
		other := access.ForSystem(2)
		if page, err := s.List(ctx, other, catalog.Filter{}); err != nil || len(page.SKUs) != 0 {
			t.Errorf("%v %v", page, err)
		}
		_, err := s.GetSKU(ctx, other, sku.ID)
		wantError(t, err, errs.NotFound, "error.catalog.no_sku")
		wantError(t, s.DeleteSKU(ctx, other, sku.ID, 1), errs.NotFound, "error.catalog.no_sku")
	})
}
