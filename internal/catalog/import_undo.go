package catalog

import (
	"context"
	"fmt"
	"math"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Undo takes an import back: changed SKUs become exactly what they were, created ones are deleted, counted quantities are
// reversed by opposite documents. Rows whose SKU is no longer what the import made of it, or can not be deleted, are left
// alone and say why (ImportRows with Refused). Called again it goes on where it ended and tries refused rows once more.
func (s *Service) Undo(ctx context.Context, a access.Actor, id int64) (Import, error) {
	imp, err := s.enter(ctx, a, id, StateUndoing, StateDone, StateStopped, StateFailed, StateUndoing, StateUndone)
	if err != nil {
		return imp, err
	}
	if imp.Kind == ImportStock {
		return s.undoStock(ctx, a, id)
	}
	refused := int64(0)
	at := rowPlace{phase: math.MaxInt64}
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return imp, err
		}
		next, n := at, int64(0)
		err := s.write(ctx, a, func(tx *db.Tx) error {
			var err error
			next, n, more, err = s.undoChunk(ctx, tx, a, id, at)
			return err
		})
		if err != nil {
			return imp, err
		}
		at, refused = next, refused+n
	}
	return s.undone(ctx, a, id, refused)
}

// rowPlace is a place in the order in which rows are applied.
type rowPlace struct{ phase, row int64 }

func (s *Service) undone(ctx context.Context, a access.Actor, id, refused int64) (Import, error) {
	var out Import
	err := s.write(ctx, a, func(tx *db.Tx) error {
		var err error
		if out, err = lockImport(ctx, tx, id); err != nil {
			return err
		}
		out.State, out.Refused, out.FinishedAt = StateUndone, refused, tx.Now()
		if err := updateImport(ctx, tx, out); err != nil {
			return err
		}
		return s.journal.Append(ctx, tx, importRecord(a, "import.undone", out))
	})
	return out, err
}

// undoChunk undoes the last rows before a place: the opposite order of Run, so that kits go before their parts.
func (s *Service) undoChunk(ctx context.Context, tx *db.Tx, a access.Actor, id int64, at rowPlace) (next rowPlace, refused int64, more bool, err error) {
	rows, err := readRows(ctx, tx, id, `(phase, row_no) < ($3, $4) and after_json <> '' and undone_at = 0
		order by phase desc, row_no desc limit $5`, at.phase, at.row, runChunk)
	rows = onePhase(rows)
	if err != nil || len(rows) == 0 {
		return at, 0, false, err
	}
	u, err := s.readUndo(ctx, tx, rows)
	if err != nil {
		return at, 0, false, err
	}
	c := newChanges()
	var gone []SKU
	for i := range rows {
		r := &rows[i]
		if r.refused = u.refuse(r); r.refused != nil {
			refused++
			continue
		}
		sku := u.skus[r.skuID]
		if r.saved == nil {
			gone = append(gone, sku)
		} else {
			c.restore(sku, *r.saved)
		}
		r.undoneAt = tx.NowMicros()
		c.records = append(c.records, record(a, "sku.import_undone", r.skuID, map[string]any{"code": sku.Code, "import_id": id}))
	}
	for i := range c.skus {
		c.skus[i].UpdatedAt = tx.Now()
	}
	if err := s.remove(ctx, tx, gone); err != nil {
		return at, 0, false, err
	}
	if err := s.writeChanges(ctx, tx, c); err != nil {
		return at, 0, false, err
	}
	last := rows[len(rows)-1]
	return rowPlace{last.phase, last.no}, refused, true, putRows(ctx, tx, id, rows)
}

// restore puts a SKU back to what it was.
func (c *changes) restore(sku SKU, was saved) {
	if was.ProductID != sku.ProductID {
		c.left[was.ProductID], c.left[sku.ProductID] = true, true
	}
	sku.ProductID, sku.Name, sku.Variant = was.ProductID, was.Name, was.Variant
	sku.Price, sku.Cost = money.New(was.PriceMinor, was.Currency), money.New(was.CostMinor, was.Currency)
	sku.WeightGrams, sku.Backorder = was.WeightGrams, was.Backorder
	sku.Version++
	c.skus, c.reword = append(c.skus, sku), append(c.reword, sku)
	c.barcodes[sku.ID] = was.Barcodes
	if sku.Kind == KindKit {
		c.parts[sku.ID] = was.Parts
	}
}

// undoing is what must be known to undo a chunk.
type undoing struct {
	skus     map[int64]SKU
	barcodes map[int64][]string
	parts    map[int64][]Part
	inUse    map[int64]string
	owners   map[string]int64
	partSKU  map[int64]SKU
}

func (s *Service) readUndo(ctx context.Context, tx *db.Tx, rows []storedRow) (*undoing, error) {
	var ids, created, parts []int64
	var barcodes []string
	for _, r := range rows {
		ids = append(ids, r.skuID)
		if r.saved == nil {
			created = append(created, r.skuID)
			continue
		}
		barcodes = append(barcodes, r.saved.Barcodes...)
		for _, p := range r.saved.Parts {
			parts = append(parts, p.SKUID)
		}
	}
	u := &undoing{}
	var err error
	if u.skus, err = lockByIDs(ctx, tx, ids); err != nil {
		return nil, err
	}
	if u.barcodes, err = s.BarcodesOf(ctx, tx, ids); err != nil {
		return nil, err
	}
	if u.parts, err = s.PartsOf(ctx, tx, ids); err != nil {
		return nil, err
	}
	if u.inUse, err = s.inUse(ctx, tx, created); err != nil {
		return nil, err
	}
	if u.owners, err = barcodeOwners(ctx, tx, barcodes); err != nil {
		return nil, err
	}
	u.partSKU, err = s.ByIDs(ctx, tx, parts)
	return u, err
}

// refuse says why a row is left alone; nil when it can be undone.
func (u *undoing) refuse(r *storedRow) *Note {
	sku := u.skus[r.skuID]
	now, err := savedText(save(sku, u.barcodes[sku.ID], u.parts[sku.ID]))
	if err != nil || now != r.storedAfter || !sku.DeletedAt.IsZero() {
		return refusal("", "import.refused.changed", "code", sku.Code)
	}
	if r.saved == nil {
		if key := u.inUse[sku.ID]; key != "" {
			return refusal("", key, "code", sku.Code)
		}
		return nil
	}
	for _, b := range r.saved.Barcodes {
		if owner, taken := u.owners[b]; taken && owner != sku.ID {
			return refusal(FieldBarcode, "import.refused.barcode", "barcode", b)
		}
	}
	for _, p := range r.saved.Parts {
		if !u.partSKU[p.SKUID].DeletedAt.IsZero() {
			return refusal(FieldParts, "import.fault.part", "code", u.partSKU[p.SKUID].Code)
		}
	}
	return nil
}

func refusal(f Field, key string, args ...string) *Note {
	n := fault(f, key, args...)
	return &n
}

// texts are arguments of an error as texts.
func texts(args []any) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = fmt.Sprint(a)
	}
	return out
}
