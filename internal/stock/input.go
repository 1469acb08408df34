package stock

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Bounds of a document.
const (
	maxDocumentLines = 300_000
	maxReasonBytes   = 1_000
	maxKeyBytes      = 200
	// maxLineFaults bounds how many lines at fault are named: who has a thousand has made one mistake.
	maxLineFaults = 100
)

// Count is one line of a document: a signed change for adjustments, what came for receipts, the counted quantity for a
// stock-take.
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
	// Key makes a repeat harmless: the same input is answered with the first document's id, another input is Conflict. Empty
	// means none.
	Key string
}

// Validate reports every fault at once, of lines the first hundred.
func (in DocumentInput) Validate(now time.Time) error {
	var c errs.Check
	switch in.Kind {
	case MoveOpening, MoveReceipt, MoveAdjustment, MoveStocktake:
	default:
		c.Fail("kind", "error.stock.kind")
	}
	c.That(in.WarehouseID > 0, "warehouse", "error.stock.warehouse")
	c.That(!in.AsOf.After(now), "as_of", "error.stock.future")
	c.That(len(in.Lines) > 0, "lines", "error.stock.no_lines")
	c.That(len(in.Lines) <= maxDocumentLines, "lines", "error.stock.many_lines", "max", maxDocumentLines)
	c.That(in.Kind != MoveAdjustment || in.Reason != "", "reason", "error.stock.reason")
	c.That(len(in.Reason) <= maxReasonBytes, "reason", "error.stock.reason_long", "max", maxReasonBytes)
	c.That(len(in.Key) <= maxKeyBytes, "key", "error.stock.key_long", "max", maxKeyBytes)
	if len(in.Lines) <= maxDocumentLines {
		in.validateLines(&c)
	}
	return c.Err()
}

func (in DocumentInput) validateLines(c *errs.Check) {
	seen := make(map[int64]bool, len(in.Lines))
	faults := 0
	that := func(ok bool, key string, l Count) {
		if !ok && faults < maxLineFaults {
			c.Fail("lines", key, "sku", l.SKUID)
			faults++
		}
	}
	for _, l := range in.Lines {
		that(l.SKUID > 0, "error.stock.sku", l)
		that(!seen[l.SKUID], "error.stock.twice", l)
		that(in.Kind == MoveAdjustment || l.Qty >= 0, "error.stock.negative", l)
		that(l.Qty <= qty.Max && l.Qty >= -qty.Max, "error.stock.range", l)
		seen[l.SKUID] = true
	}
}

// digest tells one input from another under the same key.
func (in DocumentInput) digest() (string, error) {
	b, err := json.Marshal(struct {
		Kind              MoveKind
		WarehouseID, AsOf int64
		Reason            string
		Lines             []Count
	}{in.Kind, in.WarehouseID, clock.Micros(in.AsOf), in.Reason, in.Lines})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}
