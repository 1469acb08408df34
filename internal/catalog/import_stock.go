package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// stockChunk is how many counted lines one stock document takes.
const stockChunk = 2000

// compareStock compares counted quantities with what is on hand. Rows of one warehouse form one phase.
func (p *previewer) compareStock(ctx context.Context, tx *db.Tx, rows []plannedRow) ([]storedRow, error) {
	if err := p.findCounted(ctx, tx, rows); err != nil {
		return nil, err
	}
	byWarehouse := map[string][]int64{}
	for _, r := range rows {
		if !failed(r.notes) {
			byWarehouse[r.in.Warehouse] = append(byWarehouse[r.in.Warehouse], r.after.ID)
		}
	}
	onHand := map[string]map[int64]qty.Qty{}
	for _, code := range keys(byWarehouse) {
		levels, err := p.s.deps.Stock.OnHand(ctx, tx, code, byWarehouse[code])
		switch {
		case errs.Is(err, errs.NotFound):
			continue
		case err != nil:
			return nil, err
		case levels == nil:
			levels = map[int64]qty.Qty{}
		}
		onHand[code] = levels
	}
	out := make([]storedRow, len(rows))
	for i := range rows {
		p.planCount(&rows[i], onHand)
		out[i] = storedRow{plannedRow: rows[i], skuID: rows[i].after.ID}
	}
	return out, nil
}

// findCounted finds the SKUs of rows by code, else by barcode.
func (p *previewer) findCounted(ctx context.Context, tx *db.Tx, rows []plannedRow) error {
	var codes, barcodes []string
	for _, r := range rows {
		if r.in.Code != "" {
			codes = append(codes, r.in.Code)
		} else {
			barcodes = append(barcodes, r.in.Barcodes...)
		}
	}
	byCode, err := p.s.ByCodes(ctx, tx, codes)
	if err != nil {
		return err
	}
	byBarcode, err := p.s.ByBarcodes(ctx, tx, barcodes)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		sku, named := byCode[r.in.Code], r.in.Code
		for _, b := range r.in.Barcodes {
			if r.in.Code == "" && sku.ID == 0 {
				sku, named = byBarcode[b], b
			}
		}
		r.after = sku
		if n := p.counted(r, sku, named); n != nil {
			r.notes = append(r.notes, *n)
			continue
		}
		r.in.Code = sku.Code
		p.once(r, fmt.Sprint("count ", r.in.Warehouse, "|", sku.ID), fault(FieldCode, "import.fault.repeated", "value", sku.Code))
	}
	return nil
}

// counted says why a row can not be a counted quantity; nil when it can.
func (p *previewer) counted(r *plannedRow, sku SKU, named string) *Note {
	switch {
	case named == "":
		return refusal(FieldCode, "error.catalog.no_code")
	case sku.ID == 0:
		return refusal(FieldCode, "import.fault.unknown_sku", "value", named)
	case sku.Kind != KindGoods:
		return refusal(FieldCode, "import.fault.no_stock", "code", sku.Code)
	case r.in.Quantity == "" && !failed(r.notes):
		return refusal(FieldQuantity, "import.fault.no_quantity")
	}
	return nil
}

func (p *previewer) planCount(r *plannedRow, onHand map[string]map[int64]qty.Qty) {
	r.action = ActionFailed
	if failed(r.notes) {
		return
	}
	levels, ok := onHand[r.in.Warehouse]
	if !ok {
		r.notes = append(r.notes, fault(FieldWarehouse, "import.fault.warehouse", "value", r.in.Warehouse))
		return
	}
	phase, known := p.phases[r.in.Warehouse]
	if !known {
		phase = int64(len(p.phases))
		p.phases[r.in.Warehouse] = phase
	}
	r.phase, r.action = phase, ActionUnchanged
	if before := levels[r.after.ID].String(); before != r.in.Quantity {
		r.action = ActionChanged
		r.diff = []FieldChange{{Name: string(FieldQuantity), Before: before, After: r.in.Quantity}}
	}
}

// runStock posts one document of the next rows of one warehouse. The key of the document makes a repeat after a crash
// harmless: the document is found, not posted twice.
func (s *Service) runStock(ctx context.Context, a access.Actor, id int64) (Import, error) {
	var imp Import
	var rows []storedRow
	var counts []Count
	err := s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		var err error
		if imp, rows, err = nextRows(ctx, tx, id, stockChunk); err != nil || imp.State != StateRunning {
			return err
		}
		if len(rows) == 0 {
			imp, err = s.finish(ctx, tx, a, imp)
			return err
		}
		counts, err = s.countsOf(ctx, tx, rows)
		return err
	})
	if err != nil || len(rows) == 0 {
		return imp, err
	}
	var document int64
	if len(counts) > 0 {
		document, err = s.deps.Stock.SetCounts(ctx, a, StockCounts{Warehouse: rows[0].in.Warehouse, Counts: counts, AsOf: imp.AsOf,
			Reason: imp.FileName, Key: fmt.Sprintf("import:%d:%d:%d", id, rows[0].phase, rows[0].no)})
		if err != nil {
			return imp, err
		}
	}
	err = s.write(ctx, a, func(tx *db.Tx) error {
		imp, err = posted(ctx, tx, id, rows, document)
		return err
	})
	return imp, err
}

// countsOf turns rows into lines of a document; rows whose SKU has been deleted since the preview fail.
func (s *Service) countsOf(ctx context.Context, tx *db.Tx, rows []storedRow) ([]Count, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.skuID
	}
	skus, err := s.ByIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var out []Count
	for i := range rows {
		r := &rows[i]
		if sku := skus[r.skuID]; sku.ID == 0 || !sku.DeletedAt.IsZero() {
			r.notes = append(r.notes, fault(FieldCode, "import.fault.unknown_sku", "value", r.in.Code))
			continue
		}
		q, err := qty.Parse(r.in.Quantity)
		if err != nil {
			return nil, err
		}
		out = append(out, Count{SKUID: r.skuID, Qty: q})
	}
	return out, nil
}

// posted remembers the document with its rows and moves the cursor on, unless another runner has done so.
func posted(ctx context.Context, tx *db.Tx, id int64, rows []storedRow, document int64) (Import, error) {
	imp, err := lockImport(ctx, tx, id)
	last := rows[len(rows)-1]
	if err != nil || imp.cursorPhase > last.phase || imp.cursorPhase == last.phase && imp.cursorRow >= last.no {
		return imp, err
	}
	for i := range rows {
		if failed(rows[i].notes) {
			imp.count(rows[i].action, -1)
			imp.count(ActionFailed, 1)
			rows[i].action = ActionFailed
			continue
		}
		rows[i].documentID = document
	}
	if err := putRows(ctx, tx, id, rows); err != nil {
		return imp, err
	}
	imp.cursorPhase, imp.cursorRow = last.phase, last.no
	imp.RowsDone += int64(len(rows))
	return imp, updateImport(ctx, tx, imp)
}

// undoStock reverses the documents of an import, the last one first.
func (s *Service) undoStock(ctx context.Context, a access.Actor, id int64) (Import, error) {
	var documents []int64
	err := s.read(ctx, a, func(tx *db.Tx) error {
		documents = nil
		return tx.Each(ctx, `select distinct document_id from catalog_import_change where tenant_id = $1 and import_id = $2
			and document_id <> 0 and undone_at = 0`, []any{int64(tx.Tenant), id}, func(r db.Scanner) error {
			var d int64
			err := r.Scan(&d)
			documents = append(documents, d)
			return err
		})
	})
	if err != nil {
		return Import{}, err
	}
	slices.Sort(documents)
	for _, d := range slices.Backward(documents) {
		if _, err := s.deps.Stock.Reverse(ctx, a, d, fmt.Sprintf("import:%d", id)); err != nil {
			return Import{}, err
		}
		err := s.write(ctx, a, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update catalog_import_change set undone_at = $4 where tenant_id = $1 and import_id = $2 and document_id = $3`,
				int64(tx.Tenant), id, d, tx.NowMicros())
			return err
		})
		if err != nil {
			return Import{}, err
		}
	}
	return s.undone(ctx, a, id, 0)
}
