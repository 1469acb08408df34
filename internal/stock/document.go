package stock

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// documentChunk is how many lines are locked and booked together.
const documentChunk = 400

// Post books a document: its moves, the levels, the journal, in one transaction. It answers the document's id. A kit has no
// stock of its own and is Invalid; more loss than goods is Conflict, naming the SKUs.
func (s *Service) Post(ctx context.Context, a access.Actor, in DocumentInput) (int64, error) {
	if err := a.Must(access.StockWrite); err != nil {
		return 0, err
	}
	if err := in.Validate(s.db.Clock().Now()); err != nil {
		return 0, err
	}
	digest, err := in.digest()
	if err != nil {
		return 0, err
	}
	own, err := s.ids.New(ctx, "stock_document")
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if err := s.warehouseExists(ctx, tx, in.WarehouseID); err != nil {
			return err
		}
		doc := document{id: own, kind: in.Kind, warehouse: in.WarehouseID, asOf: in.AsOf, reason: in.Reason, actor: a.String(), key: in.Key, digest: digest}
		fresh, err := doc.insert(ctx, tx)
		if err != nil {
			return err
		}
		if id = own; !fresh {
			id, err = keyed(ctx, tx, in.Key, digest)
			return err
		}
		return s.book(ctx, tx, doc, in.Lines)
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// Reverse posts the opposite of a document as an adjustment, once: a repeat is answered with the first reversal's id. Goods
// that are gone since can not be taken back: Conflict "error.stock.below_zero", and nothing is changed.
func (s *Service) Reverse(ctx context.Context, a access.Actor, documentID int64, reason string) (int64, error) {
	if err := a.Must(access.StockWrite); err != nil {
		return 0, err
	}
	var c errs.Check
	c.That(reason != "", "reason", "error.stock.reason")
	c.That(len(reason) <= maxReasonBytes, "reason", "error.stock.reason_long", "max", maxReasonBytes)
	if err := c.Err(); err != nil {
		return 0, err
	}
	own, err := s.ids.New(ctx, "stock_document")
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		doc := document{id: own, kind: MoveAdjustment, reason: reason, actor: a.String(), reverses: documentID}
		lines, err := opposite(ctx, tx, documentID, &doc.warehouse)
		if err != nil {
			return err
		}
		fresh, err := doc.insert(ctx, tx)
		if err != nil {
			return err
		}
		if id = own; !fresh {
			return tx.QueryRow(ctx, "select id from stock_document where tenant_id = $1 and reverses = $2", int64(tx.Tenant), documentID).Scan(&id)
		}
		return s.book(ctx, tx, doc, lines)
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// document is a stock document as it is being booked.
type document struct {
	id, warehouse int64
	kind          MoveKind
	asOf          time.Time
	reason, actor string
	key, digest   string
	reverses      int64
}

// insert stores the document's head; false when its key was used or its original reversed before.
func (doc *document) insert(ctx context.Context, tx *db.Tx) (fresh bool, err error) {
	if doc.asOf.IsZero() {
		doc.asOf = tx.Now()
	}
	n, err := tx.Exec(ctx, `insert into stock_document (tenant_id, id, kind, warehouse_id, number, state, as_of, reason, actor, created_at, posted_at,
		request_key, request_digest, reverses) values ($1, $2, $3, $4, $5, 'posted', $6, $7, $8, $9, $9, $10, $11, $12) on conflict do nothing`,
		int64(tx.Tenant), doc.id, string(doc.kind), doc.warehouse, fmt.Sprint(doc.id), clock.Micros(doc.asOf), doc.reason, doc.actor,
		tx.NowMicros(), doc.key, doc.digest, doc.reverses)
	return n == 1, err
}

// keyed finds the document of a key; another input under the same key is Conflict.
func keyed(ctx context.Context, tx *db.Tx, key, digest string) (id int64, err error) {
	var had string
	err = tx.QueryRow(ctx, "select id, request_digest from stock_document where tenant_id = $1 and request_key = $2", int64(tx.Tenant), key).Scan(&id, &had)
	if err == nil && had != digest {
		return 0, errs.New(errs.Conflict, "error.stock.key_used", "key", key)
	}
	return id, err
}

// opposite reads what a document changed, with the sign turned, and its warehouse.
func opposite(ctx context.Context, tx *db.Tx, documentID int64, warehouse *int64) (lines []Count, err error) {
	err = tx.Each(ctx, "select warehouse_id from stock_document where tenant_id = $1 and id = $2", []any{int64(tx.Tenant), documentID},
		func(sc db.Scanner) error { return sc.Scan(warehouse) })
	if err == nil && *warehouse == 0 {
		err = errs.New(errs.NotFound, "error.stock.no_document", "id", documentID)
	}
	if err != nil {
		return nil, err
	}
	err = tx.Each(ctx, "select sku_id, expected - qty from stock_document_line where tenant_id = $1 and document_id = $2 and qty <> expected",
		[]any{int64(tx.Tenant), documentID}, func(sc db.Scanner) error {
			var l Count
			err := sc.Scan(&l.SKUID, &l.Qty)
			lines = append(lines, l)
			return err
		})
	return lines, err
}

// book writes the lines of a document with their effect, and the journal. SKUs are locked in ascending order.
func (s *Service) book(ctx context.Context, tx *db.Tx, doc document, lines []Count) error {
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b Count) int { return cmp.Compare(a.SKUID, b.SKUID) })
	changes := 0
	err := db.Chunk(sorted, documentChunk, func(part []Count) error {
		n, err := s.bookLines(ctx, tx, doc, part)
		changes += n
		return err
	})
	if err != nil {
		return err
	}
	payload := map[string]any{"warehouse_id": doc.warehouse, "lines": len(lines), "changes": changes, "reason": doc.reason}
	if doc.reverses != 0 {
		payload["reverses"] = doc.reverses
	}
	return s.journal.Append(ctx, tx, journal.Record{Actor: doc.actor, Kind: "stock." + string(doc.kind), Subject: "stock_document", SubjectID: doc.id, Payload: payload})
}

// bookLines answers how many lines changed a level.
func (s *Service) bookLines(ctx context.Context, tx *db.Tx, doc document, lines []Count) (changes int, err error) {
	skus := make([]int64, len(lines))
	for i, l := range lines {
		skus[i] = l.SKUID
	}
	if err := s.refuseKits(ctx, tx, doc, skus); err != nil {
		return 0, err
	}
	levels, err := s.lockAll(ctx, tx, skus)
	if err != nil {
		return 0, err
	}
	expected := map[int64]qty.Qty{}
	if doc.kind == MoveStocktake {
		if expected, err = expectedAt(ctx, tx, doc, skus); err != nil {
			return 0, err
		}
	}
	rows := make([]any, 0, 5*len(lines))
	var moves []Move
	for _, l := range lines {
		was := expected[l.SKUID]
		rows = append(rows, int64(tx.Tenant), doc.id, l.SKUID, int64(l.Qty), int64(was))
		if change := l.Qty - was; change != 0 {
			moves = append(moves, Move{SKUID: l.SKUID, WarehouseID: doc.warehouse, Qty: change, Kind: doc.kind,
				Cause: fmt.Sprintf("document:%d:%d", doc.id, l.SKUID), Purpose: string(doc.kind), DocumentID: doc.id, Actor: doc.actor, Note: doc.reason})
		}
	}
	if _, err := tx.Insert(ctx, "insert into stock_document_line (tenant_id, document_id, sku_id, qty, expected)", "", 5, rows); err != nil {
		return 0, err
	}
	return len(moves), s.post(ctx, tx, levels, moves)
}

// refuseKits is Invalid when a SKU is a kit: its parts have the stock. What was booked before the SKU became a kit may be
// reversed.
func (s *Service) refuseKits(ctx context.Context, tx *db.Tx, doc document, skus []int64) error {
	if doc.reverses != 0 {
		return nil
	}
	kits, err := s.catalog.PartsOf(ctx, tx, skus)
	if err != nil {
		return err
	}
	var c errs.Check
	for _, id := range skus {
		_, kit := kits[id]
		c.That(!kit, "lines", "error.stock.kit", "sku", id)
	}
	return c.Err()
}

// expectedAt is what the ledger says was on the shelf at the moment of counting. The levels must be locked: a sale that is
// not committed yet would be missed.
func expectedAt(ctx context.Context, tx *db.Tx, doc document, skus []int64) (map[int64]qty.Qty, error) {
	out := map[int64]qty.Qty{}
	from, args := rowsOf(tx, "move", "sku_id", skus, everyRow)
	args = append(args, doc.warehouse, clock.Micros(doc.asOf))
	err := tx.Each(ctx, "select sku_id, cast(sum(qty) as bigint) from "+from+" and warehouse_id = $"+itoa(len(args)-1)+" and at <= $"+itoa(len(args))+
		" group by sku_id", args, func(sc db.Scanner) error {
		var id int64
		var n qty.Qty
		err := sc.Scan(&id, &n)
		out[id] = n
		return err
	})
	return out, err
}

// SetCounts posts counted quantities as a stock-take; the catalogue's import uses it. The warehouse is found by its code,
// the empty code means the first one.
func (s *Service) SetCounts(ctx context.Context, a access.Actor, warehouseCode string, counts []Count, reason string, asOf time.Time) (int64, error) {
	return s.SetCountsOnce(ctx, a, warehouseCode, counts, reason, asOf, "")
}
