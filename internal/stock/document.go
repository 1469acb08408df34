package stock

import (
	"context"
	"fmt"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// maxDocumentLines bounds one document.
const maxDocumentLines = 300_000

// Count is one line of a document: a signed change for receipts and adjustments, the counted quantity for a stock-take.
type Count struct {
	SKUID int64
	Qty   qty.Qty
}

// DocumentInput is a stock document to be posted.
type DocumentInput struct {
	Kind        MoveKind // opening, receipt, adjustment, stocktake
	WarehouseID int64
	// AsOf is when the goods were counted; sales made after it do not count as losses. Zero means now.
	AsOf   time.Time
	Reason string
	Lines  []Count
	// Key makes a repeat harmless; empty means none.
	Key string
}

// Validate reports every fault at once.
func (in DocumentInput) Validate(now time.Time) error {
	var c errs.Check
	switch in.Kind {
	case MoveOpening, MoveReceipt, MoveAdjustment, MoveStocktake:
	default:
		c.Fail("kind", "error.stock.kind")
	}
	c.That(in.WarehouseID != 0, "warehouse", "error.stock.warehouse")
	c.That(!in.AsOf.After(now), "as_of", "error.stock.future")
	c.That(len(in.Lines) > 0 && len(in.Lines) <= maxDocumentLines, "lines", "error.stock.lines")
	c.That(in.Kind != MoveAdjustment || in.Reason != "", "reason", "error.stock.reason")
	seen := map[int64]bool{}
	for _, l := range in.Lines {
		c.That(l.SKUID != 0, "lines", "error.stock.sku")
		c.That(!seen[l.SKUID], "lines", "error.stock.twice", "sku", l.SKUID)
		seen[l.SKUID] = true
		c.That(in.Kind == MoveAdjustment || l.Qty >= 0, "lines", "error.stock.negative", "sku", l.SKUID)
		c.That(l.Qty <= qty.Max && l.Qty >= -qty.Max, "lines", "error.stock.range", "sku", l.SKUID)
	}
	return c.Err()
}

// Post books a document: its moves, the levels, the journal, in one transaction. It answers the document's id.
func (s *Service) Post(ctx context.Context, a access.Actor, in DocumentInput) (int64, error) {
	if err := a.Must(access.StockWrite); err != nil {
		return 0, err
	}
	if err := in.Validate(s.db.Clock().Now()); err != nil {
		return 0, err
	}
	id, err := s.ids.New(ctx, "stock_document")
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error { return s.postDocument(ctx, tx, a, id, in) })
	return id, err
}

func (s *Service) postDocument(ctx context.Context, tx *db.Tx, a access.Actor, id int64, in DocumentInput) error {
	if in.AsOf.IsZero() {
		in.AsOf = tx.Now()
	}
	if err := s.warehouseExists(ctx, tx, in.WarehouseID); err != nil {
		return err
	}
	expected := map[int64]qty.Qty{}
	if in.Kind == MoveStocktake {
		var err error
		if expected, err = s.expectedAt(ctx, tx, in); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `insert into stock_document (tenant_id, id, kind, warehouse_id, number, state, as_of, reason, actor, created_at, posted_at)
		values ($1, $2, $3, $4, $5, 'posted', $6, $7, $8, $9, $9)`, int64(tx.Tenant), id, string(in.Kind), in.WarehouseID,
		fmt.Sprint(id), clock.Micros(in.AsOf), in.Reason, a.String(), tx.NowMicros())
	if err != nil {
		return err
	}
	var lines []any
	var moves []Move
	for _, l := range in.Lines {
		lines = append(lines, int64(tx.Tenant), id, l.SKUID, int64(l.Qty), int64(expected[l.SKUID]))
		change := l.Qty
		if in.Kind == MoveStocktake {
			change -= expected[l.SKUID]
		}
		if change != 0 {
			moves = append(moves, Move{SKUID: l.SKUID, WarehouseID: in.WarehouseID, Qty: change, Kind: in.Kind,
				Cause: fmt.Sprintf("document:%d:%d", id, l.SKUID), Purpose: string(in.Kind), DocumentID: id, Actor: a.String(), Note: in.Reason})
		}
	}
	if _, err := tx.Insert(ctx, "insert into stock_document_line (tenant_id, document_id, sku_id, qty, expected)", "", 5, lines); err != nil {
		return err
	}
	if err := db.Chunk(moves, 400, func(part []Move) error { return s.post(ctx, tx, part) }); err != nil {
		return err
	}
	return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "stock." + string(in.Kind), Subject: "stock_document", SubjectID: id,
		Payload: map[string]any{"warehouse_id": in.WarehouseID, "lines": len(in.Lines), "changes": len(moves), "reason": in.Reason}})
}

// expectedAt is what the ledger says was on the shelf at the moment of counting: now, less everything that moved since.
func (s *Service) expectedAt(ctx context.Context, tx *db.Tx, in DocumentInput) (map[int64]qty.Qty, error) {
	out := map[int64]qty.Qty{}
	err := db.Chunk(in.Lines, 400, func(lines []Count) error {
		skus := make([]int64, len(lines))
		for i, l := range lines {
			skus[i] = l.SKUID
		}
		list, args := db.In(4, skus)
		return tx.Each(ctx, `select sku_id, cast(sum(qty) as bigint) from move
			where tenant_id = $1 and warehouse_id = $2 and at <= $3 and sku_id in `+list+` group by sku_id`,
			append([]any{int64(tx.Tenant), in.WarehouseID, clock.Micros(in.AsOf)}, args...), func(sc db.Scanner) error {
				var id int64
				var n qty.Qty
				err := sc.Scan(&id, &n)
				out[id] = n
				return err
			})
	})
	return out, err
}

// SetCounts posts counted quantities as a stock-take; the catalogue's import uses it. The warehouse is found by its code,
// the empty code means the first one.
func (s *Service) SetCounts(ctx context.Context, a access.Actor, warehouseCode string, counts []Count, reason string, asOf time.Time) (int64, error) {
	var w Warehouse
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		list, err := warehouses(ctx, tx)
		if err != nil {
			return err
		}
		for _, each := range list {
			if each.Code == warehouseCode || warehouseCode == "" {
				w = each
				return nil
			}
		}
		return errs.New(errs.NotFound, "error.stock.no_warehouse", "code", warehouseCode)
	})
	if err != nil {
		return 0, err
	}
	return s.Post(ctx, a, DocumentInput{Kind: MoveStocktake, WarehouseID: w.ID, AsOf: asOf, Reason: reason, Lines: counts})
}
