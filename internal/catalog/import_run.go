package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// runChunk is how many rows one transaction applies: large enough to share statements, small enough that others wait little.
const runChunk = 500

// Run applies a previewed import and returns when it is done, stopped or failed. Called again it goes on where it ended; a
// done import stays as it is. Each row is compared anew: what somebody changed since the preview is seen and kept for Undo.
func (s *Service) Run(ctx context.Context, a access.Actor, id int64) (Import, error) {
	imp, err := s.enter(ctx, a, id, StateRunning, StatePreview, StateRunning, StateStopped, StateFailed, StateDone)
	if err != nil || imp.State == StateDone {
		return imp, err
	}
	step := s.runProducts
	if imp.Kind == ImportStock {
		step = s.runStock
	}
	for imp.State == StateRunning {
		if imp, err = step(ctx, a, id); err != nil {
			return imp, errors.Join(err, s.fail(context.WithoutCancel(ctx), a, id, err))
		}
	}
	return imp, nil
}

// enter moves an import to a state from one of others; a done import is left alone by Run.
func (s *Service) enter(ctx context.Context, a access.Actor, id int64, to ImportState, from ...ImportState) (Import, error) {
	var out Import
	err := s.write(ctx, a, func(tx *db.Tx) error {
		var err error
		if out, err = lockImport(ctx, tx, id); err != nil {
			return err
		}
		if !slices.Contains(from, out.State) {
			return errs.New(errs.Conflict, "error.import.state", "state", string(out.State))
		}
		if out.State == to || to == StateRunning && out.State == StateDone {
			return nil
		}
		out.State, out.Report.Error, out.Report.ErrorArgs = to, "", nil
		return updateImport(ctx, tx, out)
	})
	return out, err
}

// fail keeps the reason with the import, unless the caller only went away: then the import is still running and is resumed
// by the next Run.
func (s *Service) fail(ctx context.Context, a access.Actor, id int64, cause error) error {
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) || errs.Is(cause, errs.Unavailable) {
		return nil
	}
	key, args := "error.internal", []string(nil)
	var e *errs.Error
	if errors.As(cause, &e) {
		key, args = e.Key, texts(e.Args)
	}
	return s.write(ctx, a, func(tx *db.Tx) error {
		imp, err := lockImport(ctx, tx, id)
		if err != nil || imp.State != StateRunning {
			return err
		}
		imp.State, imp.Report.Error, imp.Report.ErrorArgs = StateFailed, key, args
		return updateImport(ctx, tx, imp)
	})
}

// Stop asks a running import to end after the chunk under way. What was applied stays; Run goes on, Undo takes it back.
func (s *Service) Stop(ctx context.Context, a access.Actor, id int64) (Import, error) {
	return s.enter(ctx, a, id, StateStopped, StateRunning, StateStopped)
}

// runProducts applies one chunk. A code that somebody created between the reading and the writing makes it read once more.
func (s *Service) runProducts(ctx context.Context, a access.Actor, id int64) (Import, error) {
	var out Import
	for try := 1; ; try++ {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		err := s.write(ctx, a, func(tx *db.Tx) error {
			var err error
			out, err = s.applyChunk(ctx, tx, a, id)
			return err
		})
		if try == 3 || !db.IsUnique(err) {
			return out, err
		}
	}
}

func (s *Service) applyChunk(ctx context.Context, tx *db.Tx, a access.Actor, id int64) (Import, error) {
	imp, rows, err := nextRows(ctx, tx, id, runChunk)
	if err != nil || imp.State != StateRunning {
		return imp, err
	}
	if len(rows) == 0 {
		return s.finish(ctx, tx, a, imp)
	}
	planned := make([]plannedRow, len(rows))
	for i := range rows {
		planned[i] = rows[i].plannedRow
	}
	w, err := s.readWorld(ctx, tx, planned, true)
	if err != nil {
		return imp, err
	}
	for i := range rows {
		old := rows[i].action
		w.plan(&rows[i].plannedRow)
		imp.count(old, -1)
		imp.count(rows[i].action, 1)
	}
	if err := s.applyRows(ctx, tx, a, imp, w, rows); err != nil {
		return imp, err
	}
	if err := putRows(ctx, tx, id, rows); err != nil {
		return imp, err
	}
	last := rows[len(rows)-1]
	imp.cursorPhase, imp.cursorRow = last.phase, last.no
	imp.RowsDone += int64(len(rows))
	return imp, updateImport(ctx, tx, imp)
}

// nextRows locks a running import and reads its next rows, all of one phase.
func nextRows(ctx context.Context, tx *db.Tx, id int64, n int) (Import, []storedRow, error) {
	imp, err := lockImport(ctx, tx, id)
	if err != nil || imp.State != StateRunning {
		return imp, nil, err
	}
	rows, err := readRows(ctx, tx, id, "(phase, row_no) > ($3, $4) and action <> 'failed' order by phase, row_no limit $5",
		imp.cursorPhase, imp.cursorRow, n)
	return imp, onePhase(rows), err
}

func onePhase(rows []storedRow) []storedRow {
	for i := range rows {
		if rows[i].phase != rows[0].phase {
			return rows[:i]
		}
	}
	return rows
}

func (s *Service) finish(ctx context.Context, tx *db.Tx, a access.Actor, imp Import) (Import, error) {
	imp.State, imp.RowsDone, imp.FinishedAt = StateDone, imp.Rows, tx.Now()
	if err := updateImport(ctx, tx, imp); err != nil {
		return imp, err
	}
	return imp, s.journal.Append(ctx, tx, importRecord(a, "import.done", imp))
}

func importRecord(a access.Actor, kind string, imp Import) journal.Record {
	return journal.Record{Actor: a.String(), Kind: kind, Subject: "import", SubjectID: imp.ID, Payload: map[string]any{
		"file": imp.FileName, "kind": imp.Kind, "created": imp.Created, "changed": imp.Changed, "unchanged": imp.Unchanged,
		"failed": imp.Failed, "refused": imp.Refused}}
}

// changes is what a chunk writes, gathered so that each table takes one statement.
type changes struct {
	products []Product
	skus     []SKU
	reword   []SKU // among skus: words are replaced
	fresh    []SKU // among skus: new, have no words yet
	barcodes map[int64][]string
	parts    map[int64][]Part
	left     map[int64]bool // products that SKUs have left or joined
	records  []journal.Record
}

func newChanges() *changes {
	return &changes{barcodes: map[int64][]string{}, parts: map[int64][]Part{}, left: map[int64]bool{}}
}

func (s *Service) writeChanges(ctx context.Context, tx *db.Tx, c *changes) error {
	if err := insertProducts(ctx, tx, c.products); err != nil {
		return err
	}
	if err := putSKUs(ctx, tx, c.skus); err != nil {
		return err
	}
	if err := indexWords(ctx, tx, c.reword, c.fresh); err != nil {
		return err
	}
	if err := setBarcodes(ctx, tx, c.barcodes); err != nil {
		return err
	}
	if err := setParts(ctx, tx, c.parts); err != nil {
		return err
	}
	if err := settleProducts(ctx, tx, keys(c.left)); err != nil {
		return err
	}
	if err := s.journal.Append(ctx, tx, c.records...); err != nil {
		return err
	}
	ids := make([]int64, len(c.skus))
	for i, sku := range c.skus {
		ids[i] = sku.ID
	}
	return s.changed(ctx, tx, ids)
}

// applyRows gives new SKUs and products their ids, writes everything and remembers before and after with the rows.
func (s *Service) applyRows(ctx context.Context, tx *db.Tx, a access.Actor, imp Import, w *world, rows []storedRow) error {
	groups, err := s.assignIDs(ctx, tx, rows)
	if err != nil {
		return err
	}
	c := newChanges()
	c.products = groups
	for i := range rows {
		r := &rows[i]
		if r.action != ActionCreated && r.action != ActionChanged {
			continue
		}
		kind := "sku.changed"
		barcodes, parts := r.after.Barcodes, w.parts[r.after.ID]
		r.after.UpdatedAt = tx.Now()
		if r.touches(FieldParts) {
			parts = sortedParts(r.parts)
			c.parts[r.after.ID] = parts
		}
		if r.touches(FieldBarcode) {
			c.barcodes[r.after.ID] = barcodes
		}
		if r.action == ActionCreated {
			kind = "sku.created"
			c.fresh = append(c.fresh, r.after)
		} else {
			r.saved = save(*r.before, r.before.Barcodes, w.parts[r.after.ID])
			if r.touches(FieldName) || r.touches(FieldVariant) {
				c.reword = append(c.reword, r.after)
			}
			if r.moves {
				c.left[r.before.ProductID] = true
			}
		}
		r.skuID = r.after.ID
		if r.storedAfter, err = savedText(save(r.after, barcodes, parts)); err != nil {
			return err
		}
		c.skus = append(c.skus, r.after)
		c.records = append(c.records, record(a, kind, r.skuID, map[string]any{"code": r.after.Code, "import_id": imp.ID, "fields": r.diff}))
	}
	return s.writeChanges(ctx, tx, c)
}

// assignIDs finds or makes the product of every row that needs one, gives new SKUs their ids and all changed ones their next
// version. It answers the new products.
func (s *Service) assignIDs(ctx context.Context, tx *db.Tx, rows []storedRow) ([]Product, error) {
	names := map[string]bool{}
	var newSKUs, newProducts int64
	for i := range rows {
		if r := &rows[i]; r.action == ActionCreated {
			newSKUs++
		}
		if r := &rows[i]; r.moves && r.action != ActionFailed {
			newProducts++
			if r.group != "" {
				names[r.group] = true
			}
		}
	}
	known, err := productsByName(ctx, tx, keys(names))
	if err != nil {
		return nil, err
	}
	skuID, err := s.reserve(ctx, tx, "sku", newSKUs)
	if err != nil {
		return nil, err
	}
	productID, err := s.reserve(ctx, tx, "product", newProducts)
	if err != nil {
		return nil, err
	}
	var products []Product
	for i := range rows {
		r := &rows[i]
		switch r.action {
		case ActionFailed, ActionUnchanged:
			continue
		case ActionCreated:
			r.after.ID, r.after.CreatedAt = skuID, tx.Now()
			skuID++
		}
		r.after.Version++
		if !r.moves {
			continue
		}
		id, ok := known[r.group]
		if !ok {
			id = productID
			productID++
			products = append(products, Product{ID: id, Name: r.group})
			if r.group != "" {
				known[r.group] = id
			}
		}
		r.after.ProductID = id
	}
	return products, nil
}

func (s *Service) reserve(ctx context.Context, tx *db.Tx, kind string, n int64) (int64, error) {
	if n == 0 {
		return 0, nil
	}
	return s.ids.ReserveIn(ctx, tx, kind, n)
}

func sortedParts(parts []Part) []Part {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b Part) int { return int(a.SKUID - b.SKUID) })
	return parts
}

func savedText(v *saved) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
