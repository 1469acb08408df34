package catalog

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// FieldChange is one field of a SKU before and after, as text; money and quantities are plain decimals.
type FieldChange struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// UpdateSKU changes fields of a SKU. Somebody else's change since Version was read is a Conflict.
func (s *Service) UpdateSKU(ctx context.Context, a access.Actor, in SKUUpdate) (SKU, error) {
	if err := in.Validate(); err != nil {
		return SKU{}, err
	}
	return s.change(ctx, a, in.ID, in.Version, "sku.changed", func(_ context.Context, _ *db.Tx, sku *SKU) error {
		if in.Variant != nil {
			sku.Variant = sheet.Clean(*in.Variant)
		}
		if in.Price != nil {
			sku.Price.Minor = in.Price.Minor
			if in.Price.Currency != "" {
				sku.Price.Currency, sku.Cost.Currency = in.Price.Currency, in.Price.Currency
			}
		}
		if in.Cost != nil {
			if in.Cost.Currency != "" && in.Cost.Currency != sku.Price.Currency {
				return errs.New(errs.Invalid, "error.catalog.currency_mixed")
			}
			sku.Cost.Minor = in.Cost.Minor
		}
		if in.WeightGrams != nil {
			sku.WeightGrams = *in.WeightGrams
		}
		if in.Backorder != nil {
			sku.Backorder = *in.Backorder
		}
		return nil
	})
}

// RenameSKU changes the code or the name of a SKU. A code that another live SKU has is a Conflict.
func (s *Service) RenameSKU(ctx context.Context, a access.Actor, in SKURename) (SKU, error) {
	in.Code, in.Name = sheet.Clean(in.Code), sheet.Clean(in.Name)
	if err := in.Validate(); err != nil {
		return SKU{}, err
	}
	return s.change(ctx, a, in.ID, in.Version, "sku.renamed", func(ctx context.Context, tx *db.Tx, sku *SKU) error {
		if in.Name != "" {
			sku.Name = in.Name
		}
		if in.Code == "" || in.Code == sku.Code {
			return nil
		}
		sku.Code = in.Code
		return codesFree(ctx, tx, []string{in.Code})
	})
}

// change is the frame of every change of one SKU: lock, compare the version, change, write, journal, tell. A change that
// changes nothing writes nothing.
func (s *Service) change(ctx context.Context, a access.Actor, id, version int64, kind string,
	edit func(context.Context, *db.Tx, *SKU) error) (out SKU, err error) {
	err = s.write(ctx, a, func(tx *db.Tx) error {
		before, err := liveSKU(ctx, tx, id, version)
		if err != nil {
			return err
		}
		out = before
		if err := edit(ctx, tx, &out); err != nil {
			return err
		}
		diff := diffSKU(before, out)
		if len(diff) == 0 {
			return nil
		}
		if out, err = s.touch(ctx, tx, out); err != nil {
			return err
		}
		if before.Code != out.Code || before.Name != out.Name || before.Variant != out.Variant {
			if err := indexWords(ctx, tx, []SKU{out}, nil); err != nil {
				return err
			}
		}
		return s.journal.Append(ctx, tx, record(a, kind, id, map[string]any{"code": out.Code, "fields": diff}))
	})
	return out, err
}

// touch writes a changed SKU under its next version and tells the listeners.
func (s *Service) touch(ctx context.Context, tx *db.Tx, sku SKU) (SKU, error) {
	sku.Version++
	sku.UpdatedAt = tx.Now()
	if err := putSKUs(ctx, tx, []SKU{sku}); err != nil {
		return sku, err
	}
	return sku, s.changed(ctx, tx, []int64{sku.ID})
}

// liveSKU locks a SKU that is not deleted and compares its version.
func liveSKU(ctx context.Context, tx *db.Tx, id, version int64) (SKU, error) {
	found, err := lockByIDs(ctx, tx, []int64{id})
	if err != nil {
		return SKU{}, err
	}
	sku, ok := found[id]
	switch {
	case !ok || !sku.DeletedAt.IsZero():
		return SKU{}, errs.New(errs.NotFound, "error.catalog.no_sku")
	case sku.Version != version:
		return SKU{}, errs.New(errs.Conflict, "error.catalog.changed", "code", sku.Code)
	}
	return sku, nil
}

// diffSKU lists the fields in which two states of a SKU differ; barcodes and parts are compared by their owners.
func diffSKU(before, after SKU) []FieldChange {
	var out []FieldChange
	add := func(name, b, a string) {
		if a != b {
			out = append(out, FieldChange{Name: name, Before: b, After: a})
		}
	}
	add("code", before.Code, after.Code)
	add("name", before.Name, after.Name)
	add("variant", before.Variant, after.Variant)
	add("kind", string(before.Kind), string(after.Kind))
	add("currency", string(before.Price.Currency), string(after.Price.Currency))
	add("price", before.Price.Decimal(), after.Price.Decimal())
	add("cost", before.Cost.Decimal(), after.Cost.Decimal())
	add("weight", weightText(before.WeightGrams), weightText(after.WeightGrams))
	add("backorder", yesNo(before.Backorder), yesNo(after.Backorder))
	return out
}

// AddBarcode gives a SKU one more barcode; one that another SKU has is a Conflict, one it has already changes nothing.
func (s *Service) AddBarcode(ctx context.Context, a access.Actor, skuID int64, barcode string) error {
	barcode = sheet.Clean(barcode)
	if !validBarcode(barcode) {
		return errs.New(errs.Invalid, "error.catalog.barcode", "barcode", barcode)
	}
	return s.editBarcodes(ctx, a, skuID, "sku.barcode_added", barcode, func(ctx context.Context, tx *db.Tx, list []string) ([]string, error) {
		if slices.Contains(list, barcode) {
			return list, nil
		}
		if len(list) >= maxBarcodes {
			return nil, errs.New(errs.Invalid, "error.catalog.barcodes", "max", maxBarcodes)
		}
		return append(list, barcode), barcodesFree(ctx, tx, []string{barcode})
	})
}

// RemoveBarcode takes a barcode from a SKU; one that it does not have is NotFound.
func (s *Service) RemoveBarcode(ctx context.Context, a access.Actor, skuID int64, barcode string) error {
	return s.editBarcodes(ctx, a, skuID, "sku.barcode_removed", barcode, func(_ context.Context, _ *db.Tx, list []string) ([]string, error) {
		i := slices.Index(list, barcode)
		if i < 0 {
			return nil, errs.New(errs.NotFound, "error.catalog.no_barcode", "barcode", barcode)
		}
		return slices.Delete(slices.Clone(list), i, i+1), nil
	})
}

func (s *Service) editBarcodes(ctx context.Context, a access.Actor, id int64, kind, barcode string,
	edit func(context.Context, *db.Tx, []string) ([]string, error)) error {
	return s.write(ctx, a, func(tx *db.Tx) error {
		found, err := lockByIDs(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		sku, err := liveSKU(ctx, tx, id, found[id].Version)
		if err != nil {
			return err
		}
		lists, err := s.BarcodesOf(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		next, err := edit(ctx, tx, lists[id])
		if err != nil || len(next) == len(lists[id]) {
			return err
		}
		if err := setBarcodes(ctx, tx, map[int64][]string{id: next}); err != nil {
			return err
		}
		if _, err := s.touch(ctx, tx, sku); err != nil {
			return err
		}
		return s.journal.Append(ctx, tx, record(a, kind, id, map[string]any{"code": sku.Code, "barcode": barcode}))
	})
}

// SetKit replaces the parts of a kit.
func (s *Service) SetKit(ctx context.Context, a access.Actor, in KitParts) (SKU, error) {
	if err := in.Validate(); err != nil {
		return SKU{}, err
	}
	var out SKU
	err := s.write(ctx, a, func(tx *db.Tx) error {
		sku, err := liveSKU(ctx, tx, in.ID, in.Version)
		if err != nil {
			return err
		}
		if sku.Kind != KindKit {
			return errs.New(errs.Invalid, "error.catalog.not_a_kit")
		}
		if err := partsAreGoods(ctx, tx, in.Parts); err != nil {
			return err
		}
		before, err := partsText(ctx, tx, []int64{in.ID})
		if err != nil {
			return err
		}
		if err := setParts(ctx, tx, map[int64][]Part{in.ID: in.Parts}); err != nil {
			return err
		}
		after, err := partsText(ctx, tx, []int64{in.ID})
		if err != nil {
			return err
		}
		if out, err = s.touch(ctx, tx, sku); err != nil {
			return err
		}
		diff := []FieldChange{{Name: "parts", Before: before[in.ID], After: after[in.ID]}}
		return s.journal.Append(ctx, tx, record(a, "sku.parts_changed", in.ID, map[string]any{"code": sku.Code, "fields": diff}))
	})
	return out, err
}

// DeleteSKU deletes a SKU: its code and barcodes become free, its row stays for the history. It is refused while orders hold
// it or a kit contains it.
func (s *Service) DeleteSKU(ctx context.Context, a access.Actor, id, version int64) error {
	return s.write(ctx, a, func(tx *db.Tx) error {
		sku, err := liveSKU(ctx, tx, id, version)
		if err != nil {
			return err
		}
		reasons, err := s.inUse(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		if key := reasons[id]; key != "" {
			return errs.New(errs.Conflict, key, "code", sku.Code)
		}
		if err := s.remove(ctx, tx, []SKU{sku}); err != nil {
			return err
		}
		return s.journal.Append(ctx, tx, record(a, "sku.deleted", id, map[string]any{"code": sku.Code, "name": sku.Name}))
	})
}

// inUse says why SKUs can not be deleted, by message key; SKUs that can are not in the answer.
func (s *Service) inUse(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	inKits, err := partsInKits(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range inKits {
		out[id] = "error.catalog.in_kit"
	}
	if len(ids) == 0 {
		return out, nil
	}
	held, err := s.deps.Holds.OpenHolds(ctx, tx, ids)
	for _, id := range held {
		out[id] = "error.catalog.held"
	}
	return out, err
}

// remove deletes SKUs softly. A kit keeps its parts, for orders that were made of them.
func (s *Service) remove(ctx context.Context, tx *db.Tx, skus []SKU) error {
	ids, products := make([]int64, len(skus)), make([]int64, len(skus))
	gone := slices.Clone(skus)
	none := map[int64][]string{}
	for i := range gone {
		gone[i].DeletedAt, gone[i].UpdatedAt = tx.Now(), tx.Now()
		gone[i].Version++
		ids[i], products[i] = gone[i].ID, gone[i].ProductID
		none[gone[i].ID] = nil
	}
	if err := putSKUs(ctx, tx, gone); err != nil {
		return err
	}
	if err := indexWords(ctx, tx, gone, nil); err != nil {
		return err
	}
	if err := setBarcodes(ctx, tx, none); err != nil {
		return err
	}
	if err := settleProducts(ctx, tx, products); err != nil {
		return err
	}
	return s.changed(ctx, tx, ids)
}
