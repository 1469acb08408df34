package catalog

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
)

// world is what is known about the SKUs that a chunk of rows names. It is read with few statements per chunk.
type world struct {
	home     money.Currency
	byCode   map[string]SKU
	products map[int64]Product
	barcodes map[int64][]string
	parts    map[int64][]Part
	partText map[int64]string
	owners   map[string]int64
	ownerSKU map[int64]SKU
	partSKU  map[string]SKU
	// coming says whether the file itself creates goods under a code; set in the preview only.
	coming func(code string) bool
}

// plannedRow is a row compared with the world.
type plannedRow struct {
	no, phase int64
	in        rowInput
	notes     []Note
	action    Action
	// before is the SKU as it was, nil when the row creates it; after as it would be. Version, ids of a new SKU and its
	// product are given when the row is applied.
	before *SKU
	after  SKU
	// group is the product's name that the SKU should belong to; moves says that it belongs to another now.
	group string
	moves bool
	parts []Part
	diff  []FieldChange
}

func (p *plannedRow) touches(field Field) bool {
	return slices.ContainsFunc(p.diff, func(f FieldChange) bool { return f.Name == string(field) })
}

// readWorld reads what rows name; lock keeps the SKUs from others until the commit.
func (s *Service) readWorld(ctx context.Context, tx *db.Tx, rows []plannedRow, lock bool) (*world, error) {
	var codes, barcodes, partCodes []string
	for _, r := range rows {
		codes, barcodes = append(codes, r.in.Code), append(barcodes, r.in.Barcodes...)
		for _, p := range r.in.Parts {
			partCodes = append(partCodes, p.Code)
		}
	}
	w := &world{coming: func(string) bool { return false }}
	var err error
	if w.home, err = s.deps.Tenants.Currency(ctx, tx); err != nil {
		return nil, err
	}
	if lock {
		w.byCode, err = lockByCodes(ctx, tx, codes)
	} else {
		w.byCode, err = s.ByCodes(ctx, tx, codes)
	}
	if err != nil {
		return nil, err
	}
	if err := w.readOwned(ctx, tx); err != nil {
		return nil, err
	}
	if w.owners, err = barcodeOwners(ctx, tx, barcodes); err != nil {
		return nil, err
	}
	var owners []int64
	for _, id := range w.owners {
		owners = append(owners, id)
	}
	if w.ownerSKU, err = s.ByIDs(ctx, tx, owners); err != nil {
		return nil, err
	}
	w.partSKU, err = s.ByCodes(ctx, tx, partCodes)
	return w, err
}

// readOwned reads the products, barcodes and parts of the SKUs found.
func (w *world) readOwned(ctx context.Context, tx *db.Tx) (err error) {
	var ids, products, kits []int64
	for _, sku := range w.byCode {
		ids, products = append(ids, sku.ID), append(products, sku.ProductID)
		if sku.Kind == KindKit {
			kits = append(kits, sku.ID)
		}
	}
	if w.products, err = productsByID(ctx, tx, products); err != nil {
		return err
	}
	if w.barcodes, err = (Reader{}).BarcodesOf(ctx, tx, ids); err != nil {
		return err
	}
	if w.parts, err = (Reader{}).PartsOf(ctx, tx, kits); err != nil {
		return err
	}
	w.partText, err = partsText(ctx, tx, kits)
	return err
}

// plan compares a row with the world: what it creates or changes, or why it fails.
func (w *world) plan(p *plannedRow) {
	p.action = ActionFailed
	p.before, p.diff = nil, nil
	if failed(p.notes) {
		return
	}
	beforeParts := ""
	if sku, ok := w.byCode[p.in.Code]; ok {
		sku.Barcodes = w.barcodes[sku.ID]
		p.before, p.after = &sku, sku
		beforeParts = w.partText[sku.ID]
		p.group = w.products[sku.ProductID].Name
	} else {
		p.after, p.group = SKU{Code: p.in.Code, Kind: KindGoods, Price: money.New(0, w.home), Cost: money.New(0, w.home)}, ""
	}
	beforeGroup := p.group
	p.notes = append(p.notes, w.apply(p)...)
	if failed(p.notes) {
		return
	}
	p.moves = p.before == nil || p.group != beforeGroup
	var before SKU
	if p.before != nil {
		before = *p.before
	}
	p.diff = diffSKU(before, p.after)
	add := func(f Field, b, a string) {
		if a != b {
			p.diff = append(p.diff, FieldChange{Name: string(f), Before: b, After: a})
		}
	}
	add(FieldProduct, beforeGroup, p.group)
	add(FieldBarcode, strings.Join(before.Barcodes, " "), strings.Join(p.after.Barcodes, " "))
	if len(p.in.Parts) > 0 {
		add(FieldParts, beforeParts, formatParts(p.in.Parts))
	}
	switch {
	case p.before == nil:
		p.action = ActionCreated
		p.diff = slices.DeleteFunc(p.diff, func(f FieldChange) bool { return f.Name == string(FieldCode) || f.After == "" })
		for i := range p.diff {
			p.diff[i].Before = ""
		}
	case len(p.diff) > 0:
		p.action = ActionChanged
	default:
		p.action = ActionUnchanged
	}
}

// apply writes what the row says over the SKU.
func (w *world) apply(p *plannedRow) []Note {
	var notes []Note
	in, sku := p.in, &p.after
	if in.Product != "" {
		p.group = in.Product
	}
	if in.Variant != "" {
		sku.Variant = in.Variant
	}
	switch {
	case in.Name != "":
		sku.Name = in.Name
	case sku.Name == "" && in.Product != "":
		sku.Name = strings.TrimSpace(in.Product + " " + in.Variant)
	}
	if sku.Name == "" {
		notes = append(notes, fault(FieldName, "error.catalog.no_name"))
	}
	if !fits(sku.Name, maxName) {
		notes = append(notes, fault(FieldName, "import.fault.too_long", "max", strconv.Itoa(maxName)))
	}
	if in.Weight != "" {
		sku.WeightGrams, _ = strconv.ParseInt(in.Weight, 10, 64)
	}
	if in.Backorder != "" {
		sku.Backorder = in.Backorder == "yes"
	}
	notes = append(notes, w.applyPrices(p)...)
	notes = append(notes, w.applyKind(p)...)
	return append(notes, w.applyBarcodes(p)...)
}

func (w *world) applyPrices(p *plannedRow) []Note {
	in, sku := p.in, &p.after
	currency := sku.Price.Currency
	if in.Currency != "" {
		currency = in.Currency
	}
	if in.Sign != "" && in.Sign != currency {
		return []Note{fault(FieldPrice, "import.fault.currency", "sign", string(in.Sign), "currency", string(currency))}
	}
	sku.Price.Currency, sku.Cost.Currency = currency, currency
	var notes []Note
	for _, f := range []struct {
		field Field
		text  string
		into  *money.Money
	}{{FieldPrice, in.Price, &sku.Price}, {FieldCost, in.Cost, &sku.Cost}} {
		if f.text == "" {
			continue
		}
		m, err := money.Parse(f.text, currency)
		switch {
		case errors.Is(err, money.ErrRange):
			notes = append(notes, fault(f.field, "import.fault.range", "value", f.text))
		case err != nil:
			notes = append(notes, fault(f.field, "import.fault.decimals", "value", f.text))
		default:
			*f.into = m
		}
	}
	return notes
}

// applyKind sets the kind of a new SKU and resolves the parts of a kit.
func (w *world) applyKind(p *plannedRow) []Note {
	in, sku := p.in, &p.after
	kind := in.Kind
	if kind == "" && len(in.Parts) > 0 {
		kind = KindKit
	}
	switch {
	case kind == "":
	case p.before == nil:
		sku.Kind = kind
	case kind != sku.Kind:
		return []Note{fault(FieldKind, "import.fault.kind_fixed", "kind", string(sku.Kind))}
	}
	switch {
	case sku.Kind != KindKit && len(in.Parts) > 0:
		return []Note{fault(FieldParts, "error.catalog.not_a_kit")}
	case sku.Kind == KindKit && p.before == nil && len(in.Parts) == 0:
		return []Note{fault(FieldParts, "error.catalog.parts", "max", strconv.Itoa(maxParts))}
	}
	var notes []Note
	p.parts = nil
	for _, part := range in.Parts {
		found, ok := w.partSKU[part.Code]
		switch {
		case ok && found.Kind != KindGoods:
			notes = append(notes, fault(FieldParts, "error.catalog.part_kind", "code", part.Code))
		case ok:
			p.parts = append(p.parts, Part{SKUID: found.ID, Qty: part.Qty})
		case !w.coming(part.Code):
			notes = append(notes, fault(FieldParts, "import.fault.part", "code", part.Code))
		}
	}
	return notes
}

func (w *world) applyBarcodes(p *plannedRow) []Note {
	if len(p.in.Barcodes) == 0 {
		return nil
	}
	var notes []Note
	for _, b := range p.in.Barcodes {
		if owner, taken := w.owners[b]; taken && owner != p.after.ID {
			notes = append(notes, fault(FieldBarcode, "error.catalog.barcode_taken", "barcode", b, "code", w.ownerSKU[owner].Code))
		}
	}
	p.after.Barcodes = p.in.Barcodes
	return notes
}
