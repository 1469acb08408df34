package orders

import (
	"context"
	"log/slog"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Demand asks for stock of one line.
type Demand struct {
	OrderID int64
	LineNo  int64
	SKUID   int64
	Qty     qty.Qty
}

// Outcome is what was available when the demand's turn came and how much could not be held.
type Outcome struct {
	Before qty.Qty
	Short  qty.Qty
}

// Stock is the ledger as orders need it; every call works in the caller's transaction and may be repeated.
type Stock interface {
	Hold(ctx context.Context, tx *db.Tx, demands []Demand) ([]Outcome, error)
	Release(ctx context.Context, tx *db.Tx, orderID int64, lines ...int64) error
	// Shrink takes some units off what a line holds or lacks; the rest stays held.
	Shrink(ctx context.Context, tx *db.Tx, d Demand) error
	Ship(ctx context.Context, tx *db.Tx, orderID int64, actor string) error
	ShortOf(ctx context.Context, tx *db.Tx, orderIDs []int64) (map[int64]bool, error)
}

// SKU is what orders need of one.
type SKU struct {
	ID      int64
	Code    string
	Name    string
	Service bool // holds no stock
	Price   money.Money
}

// Catalog finds SKUs.
type Catalog interface {
	ByCodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]SKU, error)
	ByIDs(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]SKU, error)
}

// Link says which SKU an offer sells; SKUID 0: not linked yet.
type Link struct {
	ListingID int64
	SKUID     int64
}

// Listings finds what a channel's offers sell.
type Listings interface {
	Links(ctx context.Context, tx *db.Tx, connectionID int64, offerIDs []string) (map[string]Link, error)
	// StatusWanted tells every process that an order has news for its channel, once the transaction commits.
	StatusWanted(ctx context.Context, tx *db.Tx, connectionID int64) error
}

// Contact is how a buyer can be known again.
type Contact struct {
	ChannelKey string
	Name       string
	Phone      string
	Email      string
}

// Customers matches buyers to customers, making new ones; one id per contact, 0 when nothing is known of the buyer.
type Customers interface {
	Match(ctx context.Context, tx *db.Tx, contacts []Contact) ([]int64, error)
	FindIDs(ctx context.Context, tx *db.Tx, text string, limit int) ([]int64, error)
}

// Task asks a person to look at an order.
type Task struct {
	Kind    string
	OrderID int64
	Detail  map[string]any
}

// Tasks raises and resolves tasks; both may be repeated.
type Tasks interface {
	Raise(ctx context.Context, tx *db.Tx, list []Task) error
	Resolve(ctx context.Context, tx *db.Tx, kind string, orderIDs []int64) error
}

// The kinds of tasks that orders raise.
const (
	TaskShortage  = "shortage"
	TaskUnlinked  = "unlinked_line"
	TaskDuplicate = "possible_duplicate"
	TaskParked    = "push_parked"
)

// Needs are the other domains.
type Needs struct {
	Stock     Stock
	Catalog   Catalog
	Listings  Listings
	Customers Customers
	Tasks     Tasks
}

// Service is the use cases of orders.
type Service struct {
	db      *db.DB
	ids     *ids.Source
	facts   *facts.Store
	journal *journal.Journal
	log     *slog.Logger
	Needs

	// Changed is told, after the commit, which orders of a tenant are new or different. Set before use.
	Changed func(t db.Tenant, orderIDs []int64)
	// PushWanted is told, after the commit, that a connection has an order to tell the channel about. Set before use.
	PushWanted func(t db.Tenant, connectionID int64)

	intake *intakeQueue
	recent recentOrders
}

// New makes the service and starts its intake; Close ends it.
func New(d *db.DB, s *ids.Source, f *facts.Store, j *journal.Journal, log *slog.Logger, n Needs) *Service {
	svc := &Service{db: d, ids: s, facts: f, journal: j, log: log, Needs: n,
		Changed: func(db.Tenant, []int64) {}, PushWanted: func(db.Tenant, int64) {}}
	svc.intake = newIntakeQueue(svc)
	return svc
}

// Close ends the intake after the orders under way.
func (s *Service) Close() { s.intake.close() }
