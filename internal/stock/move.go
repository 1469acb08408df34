package stock

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// MoveKind says why goods came or went.
type MoveKind string

// The kinds.
const (
	MoveOpening    MoveKind = "opening"
	MoveReceipt    MoveKind = "receipt"
	MoveSale       MoveKind = "sale"
	MoveReturn     MoveKind = "return"
	MoveAdjustment MoveKind = "adjustment"
	MoveStocktake  MoveKind = "stocktake"
	MoveTransfer   MoveKind = "transfer"
)

// Move is a change of what is on hand. (Cause, Purpose) happens once however often it is posted.
type Move struct {
	ID          int64
	SKUID       int64
	WarehouseID int64
	Qty         qty.Qty // signed
	Kind        MoveKind
	// Cause is "document:<id>:<sku>" or "order:<id>:<line>:<sku>:<warehouse>:<moment the hold was opened, µs>".
	Cause      string
	Purpose    string // "receipt", "sale"
	DocumentID int64
	At         int64 // µs
	Actor      string
	Note       string
}

// post writes moves and their effect on levels from lockAll. A move that happened before is left out, with its effect. When
// fewer goods remain than orders hold, the newest orders lose their hold and get a shortage: a loss found in a count is not
// hidden. More loss than goods is Conflict "error.stock.below_zero".
func (s *Service) post(ctx context.Context, tx *db.Tx, levels *levelSet, moves []Move) error {
	fresh, err := unposted(ctx, tx, moves)
	if err != nil || len(fresh) == 0 {
		return err
	}
	for _, m := range fresh {
		levels.at(m.SKUID, m.WarehouseID).onHand += m.Qty
	}
	displaced, err := displace(ctx, tx, levels)
	if err != nil {
		return err
	}
	if err := s.insertMoves(ctx, tx, fresh); err != nil {
		return err
	}
	return s.settle(ctx, tx, levels, displaced)
}

func (s *Service) insertMoves(ctx context.Context, tx *db.Tx, moves []Move) error {
	if len(moves) == 0 {
		return nil
	}
	first, err := s.ids.ReserveIn(ctx, tx, "move", int64(len(moves)))
	if err != nil {
		return err
	}
	args := make([]any, 0, 12*len(moves))
	for i, m := range moves {
		args = append(args, int64(tx.Tenant), first+int64(i), m.SKUID, m.WarehouseID, int64(m.Qty), string(m.Kind), m.Cause, m.Purpose, m.DocumentID, tx.NowMicros(), m.Actor, m.Note)
	}
	const head = "insert into move (tenant_id, id, sku_id, warehouse_id, qty, kind, cause, purpose, document_id, at, actor, note)"
	_, err = tx.Insert(ctx, head, "", 12, args)
	return err
}

// unposted leaves out what was posted before, and moves of nothing.
func unposted(ctx context.Context, tx *db.Tx, moves []Move) (fresh []Move, err error) {
	type key struct{ cause, purpose string }
	posted := map[key]bool{}
	err = db.Chunk(moves, 512, func(part []Move) error {
		causes := make([]string, len(part))
		for i, m := range part {
			causes[i] = m.Cause
		}
		from, args := rowsOf(tx, "move", "cause", causes, everyRow)
		return tx.Each(ctx, "select cause, purpose from "+from, args, func(sc db.Scanner) error {
			var k key
			err := sc.Scan(&k.cause, &k.purpose)
			posted[k] = true
			return err
		})
	})
	for _, m := range moves {
		if k := (key{m.Cause, m.Purpose}); m.Qty != 0 && !posted[k] {
			posted[k] = true
			fresh = append(fresh, m)
		}
	}
	return fresh, err
}

// Moves reads the moves of a SKU, newest first, at most limit with an id below before (0: newest).
func (s *Service) Moves(ctx context.Context, tx *db.Tx, skuID, before int64, limit int) ([]Move, error) {
	var out []Move
	err := tx.Each(ctx, `select id, sku_id, warehouse_id, qty, kind, cause, purpose, document_id, at, actor, note from move
		where tenant_id = $1 and sku_id = $2 and ($3 = 0 or id < $3) order by id desc limit $4`,
		[]any{int64(tx.Tenant), skuID, before, limit}, func(sc db.Scanner) error {
			var m Move
			err := sc.Scan(&m.ID, &m.SKUID, &m.WarehouseID, &m.Qty, &m.Kind, &m.Cause, &m.Purpose, &m.DocumentID, &m.At, &m.Actor, &m.Note)
			out = append(out, m)
			return err
		})
	return out, err
}
