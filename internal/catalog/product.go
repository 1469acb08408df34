package catalog

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// CreateProduct creates a product with its SKUs.
func (s *Service) CreateProduct(ctx context.Context, a access.Actor, in NewProduct) (Product, error) {
	out, err := s.CreateProducts(ctx, a, []NewProduct{in})
	if err != nil {
		return Product{}, err
	}
	return out[0], nil
}

// CreateProducts creates many products in one transaction, all or none. Parts of kits must exist before.
func (s *Service) CreateProducts(ctx context.Context, a access.Actor, in []NewProduct) ([]Product, error) {
	in = append([]NewProduct(nil), in...)
	for i := range in {
		in[i].normalise()
		if err := in[i].Validate(); err != nil {
			return nil, err
		}
	}
	var out []Product
	err := s.write(ctx, a, func(tx *db.Tx) error {
		var err error
		out, err = s.createIn(ctx, tx, a, in)
		return err
	})
	return out, err
}

// CreateProductIn is CreateProduct in the caller's transaction. An Invalid or a Conflict error comes before anything is written.
func (s *Service) CreateProductIn(ctx context.Context, tx *db.Tx, a access.Actor, in NewProduct) (Product, error) {
	if err := a.Must(access.CatalogWrite); err != nil {
		return Product{}, err
	}
	in.normalise()
	if err := in.Validate(); err != nil {
		return Product{}, err
	}
	out, err := s.createIn(ctx, tx, a, []NewProduct{in})
	if err != nil {
		return Product{}, err
	}
	return out[0], nil
}

func (s *Service) createIn(ctx context.Context, tx *db.Tx, a access.Actor, in []NewProduct) ([]Product, error) {
	products, err := s.build(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	if err := checkNew(ctx, tx, in); err != nil {
		return nil, err
	}
	barcodes, parts := map[int64][]string{}, map[int64][]Part{}
	var skus []SKU
	var changed []int64
	var records []journal.Record
	for i, p := range products {
		for j, sku := range p.SKUs {
			skus, changed = append(skus, sku), append(changed, sku.ID)
			if len(sku.Barcodes) > 0 {
				barcodes[sku.ID] = sku.Barcodes
			}
			if sku.Kind == KindKit {
				parts[sku.ID] = in[i].SKUs[j].Parts
			}
			records = append(records, record(a, "sku.created", sku.ID, map[string]any{"code": sku.Code, "name": sku.Name}))
		}
	}
	if err := writeNew(ctx, tx, products, skus, barcodes, parts); err != nil {
		return nil, err
	}
	if err := s.journal.Append(ctx, tx, records...); err != nil {
		return nil, err
	}
	return products, s.changed(ctx, tx, changed)
}

func writeNew(ctx context.Context, tx *db.Tx, products []Product, skus []SKU, barcodes map[int64][]string, parts map[int64][]Part) error {
	if err := insertProducts(ctx, tx, products); err != nil {
		return err
	}
	if err := putSKUs(ctx, tx, skus); err != nil {
		return err
	}
	if err := indexWords(ctx, tx, nil, skus); err != nil {
		return err
	}
	if err := setBarcodes(ctx, tx, barcodes); err != nil {
		return err
	}
	return setParts(ctx, tx, parts)
}

// build gives products and SKUs their ids and currencies.
func (s *Service) build(ctx context.Context, tx *db.Tx, in []NewProduct) ([]Product, error) {
	home, err := s.deps.Tenants.Currency(ctx, tx)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, p := range in {
		n += len(p.SKUs)
	}
	productID, err := s.ids.ReserveIn(ctx, tx, "product", int64(len(in)))
	if err != nil {
		return nil, err
	}
	skuID, err := s.ids.ReserveIn(ctx, tx, "sku", int64(n))
	if err != nil {
		return nil, err
	}
	out := make([]Product, len(in))
	for i, p := range in {
		out[i] = Product{ID: productID + int64(i), Name: p.Name, Brand: p.Brand, Category: p.Category, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		for _, v := range p.SKUs {
			currency := v.Price.Currency
			if currency == "" {
				currency = home
			}
			out[i].SKUs = append(out[i].SKUs, SKU{
				ID: skuID, ProductID: out[i].ID, Code: v.Code, Name: v.Name, Variant: v.Variant, Kind: v.Kind,
				Price: money.New(v.Price.Minor, currency), Cost: money.New(v.Cost.Minor, currency), WeightGrams: v.WeightGrams,
				Backorder: v.Backorder, Version: 1, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Barcodes: v.Barcodes})
			skuID++
		}
	}
	return out, nil
}

// checkNew refuses codes and barcodes that are taken and parts that can not be parts.
func checkNew(ctx context.Context, tx *db.Tx, in []NewProduct) error {
	var codes, barcodes []string
	var parts []Part
	seen := map[string]bool{}
	for _, p := range in {
		for _, sku := range p.SKUs {
			codes, barcodes, parts = append(codes, sku.Code), append(barcodes, sku.Barcodes...), append(parts, sku.Parts...)
			if seen[sku.Code] {
				return errs.New(errs.Conflict, "error.catalog.code_twice", "code", sku.Code)
			}
			seen[sku.Code] = true
		}
	}
	if err := codesFree(ctx, tx, codes); err != nil {
		return err
	}
	if err := barcodesFree(ctx, tx, barcodes); err != nil {
		return err
	}
	return partsAreGoods(ctx, tx, parts)
}

func codesFree(ctx context.Context, tx *db.Tx, codes []string) error {
	taken, err := Reader{}.ByCodes(ctx, tx, codes)
	for _, code := range keys(taken) {
		return errs.New(errs.Conflict, "error.catalog.code_taken", "code", code)
	}
	return err
}

func barcodesFree(ctx context.Context, tx *db.Tx, barcodes []string) error {
	seen := map[string]bool{}
	for _, b := range barcodes {
		if seen[b] {
			return errs.New(errs.Conflict, "error.catalog.barcode_twice", "barcode", b)
		}
		seen[b] = true
	}
	owners, err := Reader{}.ByBarcodes(ctx, tx, barcodes)
	for _, b := range keys(owners) {
		return errs.New(errs.Conflict, "error.catalog.barcode_taken", "barcode", b, "code", owners[b].Code)
	}
	return err
}

// partsAreGoods refuses parts that do not exist, were deleted, or are not goods: kits do not nest, services are not packed.
// It holds the parts' rows, so that none is deleted before the kit is written.
func partsAreGoods(ctx context.Context, tx *db.Tx, parts []Part) error {
	wanted := map[int64]qty.Qty{}
	for _, p := range parts {
		wanted[p.SKUID] = p.Qty
	}
	found, err := lockByIDs(ctx, tx, keys(wanted))
	if err != nil {
		return err
	}
	for _, id := range keys(wanted) {
		switch sku, ok := found[id]; {
		case !ok || !sku.DeletedAt.IsZero():
			return errs.New(errs.Invalid, "error.catalog.part_unknown", "id", id)
		case sku.Kind != KindGoods:
			return errs.New(errs.Invalid, "error.catalog.part_kind", "code", sku.Code)
		}
	}
	return nil
}
