package stock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// maxChangeLines bounds one change by a program.
const maxChangeLines = 1000

// ChangeLine changes what is on hand of one SKU: by Delta, or to Set when that is not nil. With Expected it is done only while
// exactly that is on hand.
type ChangeLine struct {
	SKUID    int64
	Delta    qty.Qty
	Set      *qty.Qty
	Expected *qty.Qty
}

// ChangeInput is a change of quantities in one warehouse by a program. Every line stands for itself: those that can not be
// done are told, the others are booked as one adjustment.
type ChangeInput struct {
	WarehouseID int64
	Reason      string
	Lines       []ChangeLine
	// Key makes a repeat harmless, as in DocumentInput.
	Key string
}

// Validate reports every fault at once.
func (in ChangeInput) Validate() error {
	var c errs.Check
	c.That(in.WarehouseID > 0, "warehouse", "error.stock.warehouse")
	c.That(len(in.Lines) > 0, "items", "error.stock.no_lines")
	c.That(len(in.Lines) <= maxChangeLines, "items", "error.stock.many_lines", "max", maxChangeLines)
	c.That(in.Reason != "", "reason", "error.stock.reason")
	c.That(len(in.Reason) <= maxReasonBytes, "reason", "error.stock.reason_long", "max", maxReasonBytes)
	c.That(len(in.Key) <= maxKeyBytes, "key", "error.stock.key_long", "max", maxKeyBytes)
	seen := make(map[int64]bool, len(in.Lines))
	for _, l := range in.Lines {
		c.That(!seen[l.SKUID], "items", "error.stock.twice", "sku", l.SKUID)
		c.That(l.Delta >= -qty.Max && l.Delta <= qty.Max, "items", "error.stock.range", "sku", l.SKUID)
		c.That(l.Set == nil || *l.Set >= 0 && *l.Set <= qty.Max, "items", "error.stock.range", "sku", l.SKUID)
		seen[l.SKUID] = true
	}
	return c.Err()
}

func (in ChangeInput) digest() (string, error) {
	b, err := json.Marshal(in)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// Changed is the outcome of one line. Err is Conflict when something else was on hand than expected, or less than is to
// leave; then nothing was done.
type Changed struct {
	Before qty.Qty
	Level  Level // as it is now
	Err    error
}

// Change does what it can of a change under the ledger's locks and answers each line in its place. The document is 0 when
// nothing had to be booked. A repeat under the same key books nothing and answers the present levels.
func (s *Service) Change(ctx context.Context, a access.Actor, in ChangeInput) (documentID int64, out []Changed, err error) {
	if err := a.Must(access.StockWrite); err != nil {
		return 0, nil, err
	}
	if err := in.Validate(); err != nil {
		return 0, nil, err
	}
	own, err := s.ids.New(ctx, "stock_document")
	if err != nil {
		return 0, nil, err
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		documentID, out, err = s.changeIn(ctx, tx, a, own, in)
		return err
	})
	return documentID, out, err
}

func (s *Service) changeIn(ctx context.Context, tx *db.Tx, a access.Actor, own int64, in ChangeInput) (int64, []Changed, error) {
	if err := s.warehouseExists(ctx, tx, in.WarehouseID); err != nil {
		return 0, nil, err
	}
	skus := make([]int64, len(in.Lines))
	for i, l := range in.Lines {
		skus[i] = l.SKUID
	}
	levels, err := s.lockAll(ctx, tx, skus)
	if err != nil {
		return 0, nil, err
	}
	digest, err := in.digest()
	if err != nil {
		return 0, nil, err
	}
	had, err := usedKey(ctx, tx, in.Key, digest)
	if err != nil || had != 0 {
		return had, changedNow(levels, in), err
	}
	out, lines := judge(levels, in)
	if len(lines) == 0 {
		return 0, out, nil
	}
	doc := document{id: own, kind: MoveAdjustment, warehouse: in.WarehouseID, reason: in.Reason, actor: a.String(), key: in.Key, digest: digest}
	fresh, err := doc.insert(ctx, tx)
	if err == nil && !fresh { // used a moment ago for other SKUs: those that are locked here would have shown it
		err = errs.New(errs.Conflict, "error.stock.key_used", "key", in.Key)
	}
	if err != nil {
		return 0, nil, err
	}
	if err := s.book(ctx, tx, doc, lines); err != nil {
		return 0, nil, err
	}
	after, err := s.Levels(ctx, tx, skus)
	for i, l := range in.Lines {
		for _, level := range after[l.SKUID] {
			if level.WarehouseID == in.WarehouseID {
				out[i].Level = level
			}
		}
	}
	return own, out, err
}

// usedKey finds the document that a key was used for; 0 for none.
func usedKey(ctx context.Context, tx *db.Tx, key, digest string) (int64, error) {
	var n int
	if key == "" {
		return 0, nil
	}
	err := tx.QueryRow(ctx, "select count(*) from stock_document where tenant_id = $1 and request_key = $2", int64(tx.Tenant), key).Scan(&n)
	if err != nil || n == 0 {
		return 0, err
	}
	return keyed(ctx, tx, key, digest)
}

// changedNow tells how things stand, for a repeat.
func changedNow(levels *levelSet, in ChangeInput) []Changed {
	out := make([]Changed, len(in.Lines))
	for i, l := range in.Lines {
		level := levels.at(l.SKUID, in.WarehouseID).Level
		out[i] = Changed{Before: level.OnHand, Level: level}
	}
	return out
}

// judge decides which lines can be done and what they change.
func judge(levels *levelSet, in ChangeInput) (out []Changed, lines []Count) {
	out = changedNow(levels, in)
	for i, l := range in.Lines {
		now, change := out[i].Before, l.Delta
		if l.Set != nil {
			change = *l.Set - now
		}
		switch {
		case l.Expected != nil && *l.Expected != now:
			out[i].Err = errs.New(errs.Conflict, "error.stock.not_expected", "expected", *l.Expected, "on_hand", now)
		case now+change < 0:
			out[i].Err = errs.New(errs.Conflict, "error.stock.below_zero_sku", "sku", l.SKUID, "on_hand", now, "change", change)
		case change != 0:
			lines = append(lines, Count{SKUID: l.SKUID, Qty: change})
		}
	}
	return out, lines
}
