package catalog_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// EditSKU changes everything at once or nothing at all.
func TestEditSKU(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		a, b := s.goods(t, "A", "Lamp", 100_00), s.goods(t, "B", "Bulb", 10_00)
		if err := s.AddBarcode(ctx, s.actor, b.ID, "482"); err != nil {
			t.Fatal(err)
		}
		kit := s.create(t, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: "K", Name: "Set", Kind: catalog.KindKit, Parts: []catalog.Part{{SKUID: a.ID, Qty: qty.One}}}}}).SKUs[0]

		in := catalog.SKUEdit{ID: a.ID, Version: a.Version, Code: "A2", Name: "Lamp, new", Variant: "red", Price: money.New(120_00, money.UAH),
			Cost: money.New(60_00, money.UAH), WeightGrams: 500, Backorder: true, Barcodes: []string{"20", "10", "10", " "}}
		got, err := s.EditSKU(ctx, s.actor, in)
		if err != nil {
			t.Fatal(err)
		}
		card, err := s.GetSKU(ctx, s.actor, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Version != a.Version+1 || card.Code != "A2" || card.Name != "Lamp, new" || card.Price.Minor != 120_00 || !card.Backorder {
			t.Errorf("edited %+v", card.SKU)
		}
		if diff := cmp.Diff([]string{"10", "20"}, card.Barcodes); diff != "" {
			t.Error(diff)
		}
		_, err = s.EditSKU(ctx, s.actor, in)
		wantError(t, err, errs.Conflict, "error.catalog.changed")

		in.Version, in.Name = got.Version, "never"
		in.Barcodes = []string{"482"}
		_, err = s.EditSKU(ctx, s.actor, in)
		wantError(t, err, errs.Conflict, "error.catalog.barcode_taken")
		in.Barcodes, in.Code = nil, "B"
		_, err = s.EditSKU(ctx, s.actor, in)
		wantError(t, err, errs.Conflict, "error.catalog.code_taken")
		if card, _ = s.GetSKU(ctx, s.actor, a.ID); card.Name != "Lamp, new" || len(card.Barcodes) != 2 {
			t.Errorf("a refused edit left %+v", card.SKU)
		}

		edit := catalog.SKUEdit{ID: kit.ID, Version: kit.Version, Code: "K", Name: "Set", Parts: []catalog.Part{{SKUID: b.ID, Qty: 2 * qty.One}}}
		if _, err := s.EditSKU(ctx, s.actor, edit); err != nil {
			t.Fatal(err)
		}
		if card, _ = s.GetSKU(ctx, s.actor, kit.ID); len(card.Parts) != 1 || card.Parts[0].Code != "B" {
			t.Errorf("parts %+v", card.Parts)
		}
	})
}

func TestDiscardImport(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		s, ctx := open(t, d), context.Background()
		const table = "code;name\nA;Lamp\n"
		preview, done := s.preview(t, catalog.ImportProducts, table), s.load(t, catalog.ImportProducts, table)
		if err := s.Discard(ctx, access.Actor{Tenant: s.actor.Tenant, Kind: access.Person}, preview.ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a stranger: %v", err)
		}
		if err := s.Discard(ctx, s.actor, preview.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.GetImport(ctx, s.actor, preview.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("discarded preview: %v", err)
		}
		wantError(t, s.Discard(ctx, s.actor, done.ID), errs.Conflict, "error.import.state")
	})
}
