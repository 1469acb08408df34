package catalog

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/catalog/sheet"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// previewChunk is how many rows are compared at once.
const previewChunk = 1000

// Phases of an import of products: kits come after the goods they are made of. Stock has one phase per warehouse.
const (
	phaseGoods int64 = iota
	phaseKits
)

// Preview reads a file and stores what each row would do, without doing it. A file that can not be understood is an error;
// a row that can not is a failed row.
func (s *Service) Preview(ctx context.Context, a access.Actor, u Upload) (Import, error) {
	u.FileName = sheet.Clean(u.FileName)
	if err := u.Validate(); err != nil {
		return Import{}, err
	}
	if err := a.Must(access.CatalogWrite); err != nil {
		return Import{}, err
	}
	if u.Kind == ImportStock {
		if err := a.Must(access.StockWrite); err != nil {
			return Import{}, err
		}
	}
	file, err := sheet.Open(u.Body)
	if err != nil {
		return Import{}, err
	}
	id, err := s.ids.New(ctx, "catalog_import")
	if err != nil {
		return Import{}, err
	}
	p := s.newPreviewer(a, u, id)
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		p.imp.CreatedAt = tx.Now()
		if p.imp.AsOf.IsZero() {
			p.imp.AsOf = tx.Now()
		}
		if err := sweep(ctx, tx); err != nil {
			return err
		}
		return insertImport(ctx, tx, p.imp)
	})
	if err != nil {
		return Import{}, err
	}
	if err := p.read(ctx, file); err != nil {
		return Import{}, errors.Join(err, s.discard(context.WithoutCancel(ctx), a, id))
	}
	return p.imp, nil
}

// discard takes away a preview whose file turned out to be unreadable.
func (s *Service) discard(ctx context.Context, a access.Actor, id int64) error {
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "delete from catalog_import_change where tenant_id = $1 and import_id = $2", int64(tx.Tenant), id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "delete from catalog_import where tenant_id = $1 and id = $2", int64(tx.Tenant), id)
		return err
	})
}

// sweep takes away what previews left behind when the program ended while they were reading.
func sweep(ctx context.Context, tx *db.Tx) error {
	yesterday := tx.Now().Add(-24 * time.Hour).UnixMicro()
	if _, err := tx.Exec(ctx, `delete from catalog_import_change where tenant_id = $1 and import_id in
		(select id from catalog_import where tenant_id = $1 and state = 'reading' and created_at < $2)`, int64(tx.Tenant), yesterday); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "delete from catalog_import where tenant_id = $1 and state = 'reading' and created_at < $2", int64(tx.Tenant), yesterday)
	return err
}

// previewer reads one file. It keeps what later rows must be compared with; of the rows themselves only kits, until their
// parts are all known.
type previewer struct {
	s    *Service
	a    access.Actor
	imp  Import
	head header
	cols *columns

	waiting []plannedRow // to be compared as one chunk
	kits    []plannedRow
	// seen is where a code, a barcode or a counted (warehouse, SKU) stood first.
	seen map[string]int64
	// coming are the codes of goods that the file creates.
	coming map[string]bool
	phases map[string]int64
}

func (s *Service) newPreviewer(a access.Actor, u Upload, id int64) *previewer {
	return &previewer{s: s, a: a, head: header{kind: u.Kind, mapping: u.Mapping},
		imp:  Import{ID: id, Kind: u.Kind, FileName: u.FileName, State: StateReading, AsOf: u.AsOf, CreatedBy: a.String()},
		seen: map[string]int64{}, coming: map[string]bool{}, phases: map[string]int64{}}
}

func (p *previewer) read(ctx context.Context, file *sheet.File) error {
	p.imp.Report = Report{Format: string(file.Format), Encoding: file.Encoding}
	if file.Delimiter != 0 {
		p.imp.Report.Delimiter = string(file.Delimiter)
	}
	if err := file.Each(ctx, func(r sheet.Row) error { return p.row(ctx, r) }); err != nil {
		return err
	}
	if p.cols == nil {
		return p.head.missing()
	}
	if err := p.flush(ctx); err != nil {
		return err
	}
	err := db.Chunk(p.kits, previewChunk, func(part []plannedRow) error {
		p.waiting = part
		return p.flush(ctx)
	})
	if err != nil {
		return err
	}
	if p.imp.Rows == 0 {
		return errs.New(errs.Invalid, "error.import.empty")
	}
	p.imp.State = StatePreview
	return p.s.db.Write(ctx, p.a.Tenant, func(tx *db.Tx) error { return updateImport(ctx, tx, p.imp) })
}

func (p *previewer) row(ctx context.Context, r sheet.Row) error {
	if p.cols == nil {
		if p.head.tried >= headerRows {
			return p.head.missing()
		}
		if cols, list, ok := p.head.match(r); ok {
			p.cols, p.imp.Report.Columns, p.imp.Report.HeaderRow = &cols, list, r.No
		}
		return nil
	}
	in, notes := p.cols.parse(r)
	row := plannedRow{no: int64(r.No), in: in, notes: notes}
	if p.imp.Kind == ImportProducts {
		p.repeats(&row)
	}
	if len(in.Parts) > 0 || in.Kind == KindKit {
		row.phase = phaseKits
		p.kits = append(p.kits, row)
		return nil
	}
	if p.waiting = append(p.waiting, row); len(p.waiting) < previewChunk {
		return nil
	}
	return p.flush(ctx)
}

// repeats notes a code or barcode that stood in the file before.
func (p *previewer) repeats(row *plannedRow) {
	if row.in.Code == "" {
		row.notes = append(row.notes, fault(FieldCode, "error.catalog.no_code"))
		return
	}
	p.once(row, "code "+row.in.Code, fault(FieldCode, "import.fault.repeated", "value", row.in.Code))
	for _, b := range row.in.Barcodes {
		p.once(row, "barcode "+b, fault(FieldBarcode, "import.fault.repeated", "value", b))
	}
}

func (p *previewer) once(row *plannedRow, key string, n Note) {
	if first, again := p.seen[key]; again {
		n.Args = append(n.Args, "row", strconv.FormatInt(first, 10))
		row.notes = append(row.notes, n)
		return
	}
	p.seen[key] = row.no
}

// flush compares the waiting rows and stores them.
func (p *previewer) flush(ctx context.Context) error {
	rows := p.waiting
	p.waiting = nil
	if len(rows) == 0 {
		return nil
	}
	var stored []storedRow
	err := p.s.db.Read(ctx, p.a.Tenant, func(tx *db.Tx) error {
		var err error
		if p.imp.Kind == ImportStock {
			stored, err = p.compareStock(ctx, tx, rows)
		} else {
			stored, err = p.compare(ctx, tx, rows)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range stored {
		p.imp.Rows++
		p.imp.count(r.action, 1)
		if r.action != ActionFailed && len(r.notes) > 0 {
			p.imp.Warned++
		}
	}
	return p.s.db.Write(ctx, p.a.Tenant, func(tx *db.Tx) error { return putRows(ctx, tx, p.imp.ID, stored) })
}

func (p *previewer) compare(ctx context.Context, tx *db.Tx, rows []plannedRow) ([]storedRow, error) {
	w, err := p.s.readWorld(ctx, tx, rows, false)
	if err != nil {
		return nil, err
	}
	w.coming = func(code string) bool { return p.coming[code] }
	out := make([]storedRow, len(rows))
	for i := range rows {
		w.plan(&rows[i])
		if rows[i].action == ActionCreated && rows[i].after.Kind == KindGoods {
			p.coming[rows[i].in.Code] = true
		}
		out[i] = storedRow{plannedRow: rows[i], skuID: rows[i].after.ID}
	}
	return out, nil
}

// GetImport reads an import.
func (s *Service) GetImport(ctx context.Context, a access.Actor, id int64) (Import, error) {
	var out Import
	err := s.read(ctx, a, func(tx *db.Tx) error {
		var err error
		out, err = readImport(ctx, tx, id, "")
		return err
	})
	return out, err
}

// Imports lists imports, newest first, at most limit with an id below before (0: newest).
func (s *Service) Imports(ctx context.Context, a access.Actor, before int64, limit int) ([]Import, error) {
	var out []Import
	err := s.read(ctx, a, func(tx *db.Tx) error {
		return tx.Each(ctx, "select "+importColumns+` from catalog_import where tenant_id = $1 and state <> 'reading' and ($2 = 0 or id < $2)
			order by id desc limit $3`, []any{int64(tx.Tenant), before, min(max(limit, 1), maxPage)}, func(r db.Scanner) error {
			i, err := scanImport(r)
			out = append(out, i)
			return err
		})
	})
	return out, err
}

// ImportRows reads a page of an import's rows.
func (s *Service) ImportRows(ctx context.Context, a access.Actor, f RowFilter) ([]ImportRow, error) {
	if f.Limit <= 0 {
		f.Limit = defaultPage
	}
	where, args := "row_no > $3", []any{f.After, min(f.Limit, maxPage)}
	if f.Action != "" {
		where, args = where+" and action = $5", append(args, string(f.Action))
	}
	if f.Refused {
		where += " and refused_json <> ''"
	}
	var out []ImportRow
	err := s.read(ctx, a, func(tx *db.Tx) error {
		rows, err := readRows(ctx, tx, f.ImportID, where+" order by row_no limit $4", args...)
		for _, r := range rows {
			out = append(out, ImportRow{No: r.no, Action: r.action, Code: r.in.Code, SKUID: r.skuID, Fields: r.diff, Notes: r.notes,
				Applied: (r.storedAfter != "" || r.documentID > 0) && r.undoneAt == 0, Refused: r.refused})
		}
		return err
	})
	return slices.Clip(out), err
}
