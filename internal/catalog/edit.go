package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// SKUEdit is a whole SKU as a form holds it: everything is set. Version as in SKUUpdate.
type SKUEdit struct {
	ID          int64
	Version     int64
	Code        string
	Name        string
	Variant     string
	Price       money.Money
	Cost        money.Money
	WeightGrams int64
	Backorder   bool
	Barcodes    []string
	// Parts of a kit; must be empty for others.
	Parts []Part
}

// validate reports every fault at once; kind is the SKU's.
func (in *SKUEdit) validate(kind Kind) error {
	in.Code, in.Name, in.Variant, in.Barcodes = sheet.Clean(in.Code), sheet.Clean(in.Name), sheet.Clean(in.Variant), cleanBarcodes(in.Barcodes)
	var c errs.Check
	NewSKU{Code: in.Code, Name: in.Name, Variant: in.Variant, Kind: kind, Price: in.Price, Cost: in.Cost, WeightGrams: in.WeightGrams,
		Barcodes: in.Barcodes, Parts: in.Parts}.check(&c, "")
	return c.Err()
}

// EditSKU sets everything that a person can change of a SKU, all or nothing. Somebody else's change since Version was read is
// a Conflict, and so are a code or a barcode that another SKU has.
func (s *Service) EditSKU(ctx context.Context, a access.Actor, in SKUEdit) (out SKU, err error) {
	err = s.write(ctx, a, func(tx *db.Tx) error {
		before, err := liveSKU(ctx, tx, in.ID, in.Version)
		if err != nil {
			return err
		}
		if in.Price.Currency == "" {
			in.Price.Currency, in.Cost.Currency = before.Price.Currency, before.Price.Currency
		}
		if err := in.validate(before.Kind); err != nil {
			return err
		}
		if in.Code != before.Code {
			if err := codesFree(ctx, tx, []string{in.Code}); err != nil {
				return err
			}
		}
		out = before
		out.Code, out.Name, out.Variant, out.Price, out.Cost, out.WeightGrams, out.Backorder = in.Code, in.Name, in.Variant, in.Price, in.Cost, in.WeightGrams, in.Backorder
		diff := diffSKU(before, out)
		owned, err := setOwned(ctx, tx, before, in)
		if diff = append(diff, owned...); err != nil || len(diff) == 0 {
			return err
		}
		if out, err = s.touch(ctx, tx, out); err != nil {
			return err
		}
		if err := indexWords(ctx, tx, []SKU{out}, nil); err != nil {
			return err
		}
		return s.journal.Append(ctx, tx, record(a, "sku.changed", in.ID, map[string]any{"code": out.Code, "fields": diff}))
	})
	return out, err
}

// setOwned writes barcodes and parts when they differ and says how.
func setOwned(ctx context.Context, tx *db.Tx, sku SKU, in SKUEdit) (diff []FieldChange, err error) {
	ids := []int64{sku.ID}
	lists, err := Reader{}.BarcodesOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if had := lists[sku.ID]; !slices.Equal(had, in.Barcodes) {
		fresh := slices.DeleteFunc(slices.Clone(in.Barcodes), func(b string) bool { return slices.Contains(had, b) })
		if err := barcodesFree(ctx, tx, fresh); err != nil {
			return nil, err
		}
		if err := setBarcodes(ctx, tx, map[int64][]string{sku.ID: in.Barcodes}); err != nil {
			return nil, err
		}
		diff = append(diff, FieldChange{Name: "barcodes", Before: strings.Join(had, " "), After: strings.Join(in.Barcodes, " ")})
	}
	if sku.Kind != KindKit {
		return diff, nil
	}
	if err := partsAreGoods(ctx, tx, in.Parts); err != nil {
		return nil, err
	}
	before, err := partsText(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if err := setParts(ctx, tx, map[int64][]Part{sku.ID: in.Parts}); err != nil {
		return nil, err
	}
	after, err := partsText(ctx, tx, ids)
	if before[sku.ID] != after[sku.ID] {
		diff = append(diff, FieldChange{Name: "parts", Before: before[sku.ID], After: after[sku.ID]})
	}
	return diff, err
}
