package catalog

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Tenants tells the tenant's settings.
type Tenants interface {
	// Currency is the currency of prices that name none.
	Currency(ctx context.Context, tx *db.Tx) (money.Currency, error)
}

// Holds tells which SKUs are held for orders.
type Holds interface {
	// OpenHolds gives those of the SKUs that have open holds or open shortages.
	OpenHolds(ctx context.Context, tx *db.Tx, skuIDs []int64) ([]int64, error)
}

// Hooks learns of changes inside the transaction that makes them. It may be called for ids that are already known to be
// changed; kits that contain the SKUs are not among them (see Reader.KitsWith).
type Hooks interface {
	// SKUChanged is told of SKUs that were created, changed (price, backorder, code, barcodes, parts …) or deleted.
	SKUChanged(ctx context.Context, tx *db.Tx, skuIDs []int64) error
}

// Count is a counted quantity of a SKU.
type Count struct {
	SKUID int64
	Qty   qty.Qty
}

// StockCounts is a set of counted quantities of one warehouse.
type StockCounts struct {
	// Warehouse is its code; empty means the main one.
	Warehouse string
	Counts    []Count
	Reason    string
	// AsOf is when the goods were counted.
	AsOf time.Time
	// Key makes a repeat harmless: a second call with the key answers the first call's document.
	Key string
}

// StockSetter is what the import of quantities needs from the ledger. Every method runs in transactions of its own unless it
// takes one.
type StockSetter interface {
	// OnHand reads what is on hand in a warehouse; errs.NotFound for a warehouse that does not exist.
	OnHand(ctx context.Context, tx *db.Tx, warehouse string, skuIDs []int64) (map[int64]qty.Qty, error)
	// SetCounts posts counted quantities as a document.
	SetCounts(ctx context.Context, a access.Actor, in StockCounts) (documentID int64, err error)
	// Reverse posts the opposite of a document; once only, however often it is called.
	Reverse(ctx context.Context, a access.Actor, documentID int64, reason string) (oppositeID int64, err error)
}

// Deps are the other domains as the catalogue sees them.
type Deps struct {
	Tenants Tenants
	Holds   Holds
	Stock   StockSetter
	Hooks   []Hooks
}

// Service is the catalogue's use cases.
type Service struct {
	Reader
	db      *db.DB
	ids     *ids.Source
	journal *journal.Journal
	deps    Deps
}

// New makes the service.
func New(d *db.DB, s *ids.Source, j *journal.Journal, deps Deps) *Service {
	return &Service{db: d, ids: s, journal: j, deps: deps}
}

// AddHooks adds a listener, for the composition root before serving begins: listeners are built after the catalogue.
func (s *Service) AddHooks(h Hooks) { s.deps.Hooks = append(s.deps.Hooks, h) }

// write runs a use case for an actor who may change the catalogue. A code or barcode that another transaction took first is
// a Conflict.
func (s *Service) write(ctx context.Context, a access.Actor, fn func(*db.Tx) error) error {
	if err := a.Must(access.CatalogWrite); err != nil {
		return err
	}
	err := s.db.Write(ctx, a.Tenant, fn)
	if db.IsUnique(err) {
		return errs.Wrap(errs.Conflict, err, "error.catalog.taken")
	}
	return err
}

func (s *Service) read(ctx context.Context, a access.Actor, fn func(*db.Tx) error) error {
	if err := a.Must(access.CatalogRead); err != nil {
		return err
	}
	return s.db.Read(ctx, a.Tenant, fn)
}

// changed tells the listeners, ids in order.
func (s *Service) changed(ctx context.Context, tx *db.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	for _, h := range s.deps.Hooks {
		if err := h.SKUChanged(ctx, tx, ids); err != nil {
			return err
		}
	}
	return nil
}

func record(a access.Actor, kind string, sku int64, payload any) journal.Record {
	return journal.Record{Actor: a.String(), Kind: kind, Subject: "sku", SubjectID: sku, Payload: payload}
}

// keys are the sorted keys of a map.
func keys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
