package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

const importColumns = `id, kind, file_name, state, rows_total, rows_done, created, changed, unchanged, failed, warned, refused,
	cursor_phase, cursor_row, as_of, report, created_by, created_at, finished_at`

func scanImport(r db.Scanner) (Import, error) {
	var i Import
	var asOf, created, finished int64
	var report string
	err := r.Scan(&i.ID, &i.Kind, &i.FileName, &i.State, &i.Rows, &i.RowsDone, &i.Created, &i.Changed, &i.Unchanged, &i.Failed, &i.Warned,
		&i.Refused, &i.cursorPhase, &i.cursorRow, &asOf, &report, &i.CreatedBy, &created, &finished)
	if err != nil {
		return i, err
	}
	i.AsOf, i.CreatedAt, i.FinishedAt = clock.FromMicros(asOf), clock.FromMicros(created), clock.FromMicros(finished)
	return i, json.Unmarshal([]byte(report), &i.Report)
}

func readImport(ctx context.Context, tx *db.Tx, id int64, tail string) (Import, error) {
	i, err := scanImport(tx.QueryRow(ctx, "select "+importColumns+" from catalog_import where tenant_id = $1 and id = $2"+tail, int64(tx.Tenant), id))
	if errors.Is(err, sql.ErrNoRows) {
		return i, errs.New(errs.NotFound, "error.import.unknown")
	}
	return i, err
}

// lockImport reads an import and keeps it from other runners until the commit.
func lockImport(ctx context.Context, tx *db.Tx, id int64) (Import, error) {
	return readImport(ctx, tx, id, tx.ForUpdate())
}

func insertImport(ctx context.Context, tx *db.Tx, i Import) error {
	_, err := tx.Exec(ctx, `insert into catalog_import (tenant_id, id, kind, file_name, state, rows_total, rows_done, created, changed, unchanged,
		failed, as_of, report, created_by, created_at) values ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0, 0, $6, '{}', $7, $8)`,
		int64(tx.Tenant), i.ID, string(i.Kind), i.FileName, string(i.State), clock.Micros(i.AsOf), i.CreatedBy, tx.NowMicros())
	return err
}

func updateImport(ctx context.Context, tx *db.Tx, i Import) error {
	report, err := json.Marshal(i.Report)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update catalog_import set state = $3, rows_total = $4, rows_done = $5, created = $6, changed = $7, unchanged = $8,
		failed = $9, warned = $10, refused = $11, cursor_phase = $12, cursor_row = $13, report = $14, finished_at = $15
		where tenant_id = $1 and id = $2`, int64(tx.Tenant), i.ID, string(i.State), i.Rows, i.RowsDone, i.Created, i.Changed, i.Unchanged,
		i.Failed, i.Warned, i.Refused, i.cursorPhase, i.cursorRow, string(report), clock.Micros(i.FinishedAt))
	return err
}

// count moves an import's numbers by n rows of an action.
func (i *Import) count(a Action, n int64) {
	switch a {
	case ActionCreated:
		i.Created += n
	case ActionChanged:
		i.Changed += n
	case ActionUnchanged:
		i.Unchanged += n
	case ActionFailed:
		i.Failed += n
	}
}

// storedRow is a row as the database keeps it.
type storedRow struct {
	plannedRow
	skuID       int64
	saved       *saved // before the row was applied; nil for a SKU that it created
	storedAfter string // the SKU after the row was applied, as JSON of saved; empty when it was not
	documentID  int64
	undoneAt    int64
	refused     *Note
}

// saved is what undo puts back, and what a SKU must still be for that.
type saved struct {
	Code        string         `json:"code"`
	ProductID   int64          `json:"product_id"`
	Name        string         `json:"name"`
	Variant     string         `json:"variant"`
	PriceMinor  int64          `json:"price_minor"`
	CostMinor   int64          `json:"cost_minor"`
	Currency    money.Currency `json:"currency"`
	WeightGrams int64          `json:"weight_grams"`
	Backorder   bool           `json:"backorder"`
	Barcodes    []string       `json:"barcodes"`
	Parts       []Part         `json:"parts"`
}

func save(sku SKU, barcodes []string, parts []Part) *saved {
	return &saved{Code: sku.Code, ProductID: sku.ProductID, Name: sku.Name, Variant: sku.Variant, PriceMinor: sku.Price.Minor, CostMinor: sku.Cost.Minor,
		Currency: sku.Price.Currency, WeightGrams: sku.WeightGrams, Backorder: sku.Backorder, Barcodes: barcodes, Parts: parts}
}

// putRows writes rows, new ones and changed ones alike.
func putRows(ctx context.Context, tx *db.Tx, importID int64, rows []storedRow) error {
	const width = 15
	args := make([]any, 0, width*len(rows))
	for _, r := range rows {
		texts, err := marshalAll(r.in, r.diff, r.notes, r.saved, r.refused)
		if err != nil {
			return err
		}
		args = append(args, int64(tx.Tenant), importID, r.no, r.phase, string(r.action), r.in.Code, r.skuID,
			texts[0], texts[1], texts[2], texts[3], r.storedAfter, r.documentID, r.undoneAt, texts[4])
	}
	_, err := tx.Insert(ctx, `insert into catalog_import_change (tenant_id, import_id, row_no, phase, action, code, sku_id, input_json, diff_json,
		notes_json, before_json, after_json, document_id, undone_at, refused_json)`,
		`on conflict (tenant_id, import_id, row_no) do update set action = excluded.action, code = excluded.code, sku_id = excluded.sku_id,
		diff_json = excluded.diff_json, notes_json = excluded.notes_json, before_json = excluded.before_json,
		after_json = excluded.after_json, document_id = excluded.document_id, undone_at = excluded.undone_at,
		refused_json = excluded.refused_json`, width, args)
	return err
}

// marshalAll writes values as JSON texts, nil as the empty one.
func marshalAll(values ...any) ([]string, error) {
	out := make([]string, len(values))
	for i, v := range values {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		if out[i] = string(b); out[i] == "null" {
			out[i] = ""
		}
	}
	return out, nil
}

// readRows reads rows of an import by a condition whose arguments start at $3.
func readRows(ctx context.Context, tx *db.Tx, importID int64, where string, args ...any) ([]storedRow, error) {
	var out []storedRow
	err := tx.Each(ctx, `select row_no, phase, action, code, sku_id, input_json, diff_json, notes_json, before_json, after_json, document_id,
		undone_at, refused_json from catalog_import_change where tenant_id = $1 and import_id = $2 and `+where,
		append([]any{int64(tx.Tenant), importID}, args...), func(sc db.Scanner) error {
			var r storedRow
			var in, diff, notes, before, refused string
			err := sc.Scan(&r.no, &r.phase, &r.action, &r.in.Code, &r.skuID, &in, &diff, &notes, &before, &r.storedAfter, &r.documentID, &r.undoneAt, &refused)
			if err != nil {
				return err
			}
			for _, each := range []struct {
				text string
				into any
			}{{in, &r.in}, {diff, &r.diff}, {notes, &r.notes}, {before, &r.saved}, {refused, &r.refused}} {
				if each.text == "" {
					continue
				}
				if err := json.Unmarshal([]byte(each.text), each.into); err != nil {
					return err
				}
			}
			out = append(out, r)
			return nil
		})
	return out, err
}
