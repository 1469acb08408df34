// Package stock is the ledger: immutable moves make what is on hand, open holds make what is reserved, and nothing is sold
// twice. It knows SKUs and orders by their numbers only.
package stock

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Level is the state of one SKU in one warehouse. Reserved is the sum of its open holds.
type Level struct {
	SKUID       int64
	WarehouseID int64
	OnHand      qty.Qty
	Reserved    qty.Qty
	// Backorder lets holds exceed what is on hand: made to order.
	Backorder bool
}

// Available is what can still be held; negative only for a backorder SKU.
func (l Level) Available() qty.Qty { return l.OnHand - l.Reserved }

// Part is one component of a kit with its quantity per kit.
type Part struct {
	SKUID int64
	Qty   qty.Qty
}

// Catalog is what stock needs to know of products.
type Catalog interface {
	// PartsOf gives the parts of those of the SKUs that are kits.
	PartsOf(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]Part, error)
	// KitsWith gives the kits that contain any of the SKUs.
	KitsWith(ctx context.Context, tx *db.Tx, skuIDs []int64) ([]int64, error)
}

// Change says that what is available of a SKU (or of a kit that contains it) may have changed.
type Change struct {
	SKUID int64
	// Zero says that nothing is left: it travels first.
	Zero bool
}

// Listener learns of changes inside the transaction that makes them.
type Listener interface {
	// StockChanged raises the wanted state of every listing of the SKUs.
	StockChanged(ctx context.Context, tx *db.Tx, changes []Change) error
	// ShortagesChanged tells which orders' shortages were filled or made by something else than the order itself.
	ShortagesChanged(ctx context.Context, tx *db.Tx, orderIDs []int64) error
}

// Service is the ledger's use cases.
type Service struct {
	db      *db.DB
	ids     *ids.Source
	journal *journal.Journal
	catalog Catalog
	// Listener is set by the composition root once the domains that listen exist.
	Listener Listener
	ranks    warehouseRanks
}

// New makes the service.
func New(d *db.DB, s *ids.Source, j *journal.Journal, c Catalog) *Service {
	return &Service{db: d, ids: s, journal: j, catalog: c, Listener: deaf{}}
}

type deaf struct{}

func (deaf) StockChanged(context.Context, *db.Tx, []Change) error    { return nil }
func (deaf) ShortagesChanged(context.Context, *db.Tx, []int64) error { return nil }

// touched tells the listener about SKUs and the kits made of them.
func (s *Service) touched(ctx context.Context, tx *db.Tx, levels *levelSet, skuIDs []int64) error {
	if len(skuIDs) == 0 {
		return nil
	}
	kits, err := s.catalog.KitsWith(ctx, tx, skuIDs)
	if err != nil {
		return err
	}
	changes := make([]Change, 0, len(skuIDs)+len(kits))
	for _, id := range skuIDs {
		changes = append(changes, Change{SKUID: id, Zero: levels.available(id) <= 0})
	}
	if len(kits) > 0 {
		parts, err := s.catalog.PartsOf(ctx, tx, kits)
		if err != nil {
			return err
		}
		for _, id := range kits {
			changes = append(changes, Change{SKUID: id, Zero: lacksPart(levels, skuIDs, parts[id])})
		}
	}
	return s.Listener.StockChanged(ctx, tx, changes)
}

// lacksPart says whether one of the changed SKUs, which are in ascending order, no longer makes a single kit.
func lacksPart(levels *levelSet, changed []int64, parts []Part) bool {
	return slices.ContainsFunc(parts, func(p Part) bool {
		_, ok := slices.BinarySearch(changed, p.SKUID)
		return ok && levels.available(p.SKUID) < p.Qty
	})
}
