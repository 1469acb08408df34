package stock

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Document is a posted stock document as lists show it.
type Document struct {
	ID          int64
	Kind        MoveKind
	WarehouseID int64
	// AsOf is the moment of counting, PostedAt when it was booked.
	AsOf, PostedAt time.Time
	Reason         string
	Actor          string
	Lines          int64
	Reverses       int64 // the document that this one undoes, 0 for none
	ReversedBy     int64 // the document that undid this one, 0 for none
}

// DocumentLine is a line of a document.
type DocumentLine struct {
	SKUID int64
	Qty   qty.Qty
	// Expected is what the ledger said at AsOf: of stock-takes only.
	Expected qty.Qty
}

// maxPast bounds a page of documents and of lines.
const maxPast = 500

const documentColumns = `select d.id, d.kind, d.warehouse_id, d.as_of, d.posted_at, d.reason, d.actor, d.reverses,
	(select count(*) from stock_document_line l where l.tenant_id = d.tenant_id and l.document_id = d.id),
	coalesce((select r.id from stock_document r where r.tenant_id = d.tenant_id and r.reverses = d.id), 0)
	from stock_document d where d.tenant_id = $1 and d.state = 'posted'`

func scanDocument(sc db.Scanner) (Document, error) {
	var d Document
	var asOf, posted int64
	err := sc.Scan(&d.ID, &d.Kind, &d.WarehouseID, &asOf, &posted, &d.Reason, &d.Actor, &d.Reverses, &d.Lines, &d.ReversedBy)
	d.AsOf, d.PostedAt = clock.FromMicros(asOf), clock.FromMicros(posted)
	return d, err
}

// Documents reads posted documents, newest first, at most limit with an id below before (0: the newest).
func (s *Service) Documents(ctx context.Context, a access.Actor, before int64, limit int) (out []Document, err error) {
	if err := a.Must(access.StockRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		return tx.Each(ctx, documentColumns+" and ($2 = 0 or d.id < $2) order by d.id desc limit $3",
			[]any{int64(tx.Tenant), before, min(max(limit, 1), maxPast)}, func(sc db.Scanner) error {
				d, err := scanDocument(sc)
				out = append(out, d)
				return err
			})
	})
	return out, err
}

// Document reads a posted document with its lines after a SKU (0: from the first), at most limit.
func (s *Service) Document(ctx context.Context, a access.Actor, id, afterSKU int64, limit int) (d Document, lines []DocumentLine, err error) {
	if err := a.Must(access.StockRead); err != nil {
		return d, nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		d, err = scanDocument(tx.QueryRow(ctx, documentColumns+" and d.id = $2", int64(tx.Tenant), id))
		if errors.Is(err, sql.ErrNoRows) {
			return errs.New(errs.NotFound, "error.stock.no_document", "id", id)
		}
		if err != nil {
			return err
		}
		return tx.Each(ctx, `select sku_id, qty, expected from stock_document_line where tenant_id = $1 and document_id = $2 and sku_id > $3
			order by sku_id limit $4`, []any{int64(tx.Tenant), id, afterSKU, min(max(limit, 1), maxPast)}, func(sc db.Scanner) error {
			var l DocumentLine
			err := sc.Scan(&l.SKUID, &l.Qty, &l.Expected)
			lines = append(lines, l)
			return err
		})
	})
	return d, lines, err
}
