package moving

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Part is a part of a kit.
type Part struct {
	SKUID int64
	Qty   qty.Qty
}

// SKU is what moving needs to know of one.
type SKU struct {
	ID    int64
	Code  string
	Price money.Money
}

// NewSKU is a SKU to be created.
type NewSKU struct {
	Code        string
	Name        string
	Variant     string
	Price       money.Money
	Cost        money.Money
	WeightGrams int64
	Barcodes    []string
	Parts       []Part // of a kit
}

// NewProduct is a product to be created.
type NewProduct struct {
	Name     string
	Brand    string
	Category string
	SKUs     []NewSKU
}

// Catalog is the catalogue as moving needs it.
type Catalog interface {
	// Create makes a product in the caller's transaction and answers the ids of its SKUs. An Invalid or a Conflict error comes
	// before anything is written.
	Create(ctx context.Context, tx *db.Tx, a access.Actor, in NewProduct) ([]int64, error)
	// Change sets what the other hub tells of a SKU: name, variant, cost, weight, parts; barcodes are added. A change that
	// changes nothing writes nothing.
	Change(ctx context.Context, a access.Actor, id int64, in NewSKU) error
	// SetPrice sets the price of a SKU.
	SetPrice(ctx context.Context, a access.Actor, id int64, price money.Money) error
	ByCodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]SKU, error)
	ByIDs(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]SKU, error)
	// Barcodes gives those of the barcodes that are taken, with their SKUs.
	Barcodes(ctx context.Context, tx *db.Tx, codes []string) (map[string]int64, error)
	PartsOf(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64][]Part, error)
	Currency(ctx context.Context, tx *db.Tx) (money.Currency, error)
}

// Warehouse is a place with stock.
type Warehouse struct{ Code, Name string }

// Counts are counted quantities of one warehouse.
type Counts struct {
	Warehouse string
	Qty       map[int64]qty.Qty // by SKU
	Reason    string
	AsOf      time.Time
	Key       string // makes a repeat harmless
}

// Stock is the ledger as moving needs it.
type Stock interface {
	Warehouses(ctx context.Context, tx *db.Tx) ([]Warehouse, error)
	AddWarehouse(ctx context.Context, a access.Actor, code, name string) error
	// OnHandAt reads what the ledger says was on hand at a moment.
	OnHandAt(ctx context.Context, tx *db.Tx, warehouse string, skuIDs []int64, at time.Time) (map[int64]qty.Qty, error)
	// SetCounts posts counted quantities as a stock-take.
	SetCounts(ctx context.Context, a access.Actor, in Counts) error
}

// Intake is an order to be taken in, with its stored fact.
type Intake struct {
	Order connector.Order
	Fact  facts.Fact
}

// Taken is what became of an order.
type Taken struct{ Err error }

// Orders is the orders as moving needs them.
type Orders interface {
	// TakeIn takes in orders that another program had; a known one follows what is told of it.
	TakeIn(ctx context.Context, a access.Actor, list []Intake) []Taken
	StagesOf(ctx context.Context, tx *db.Tx, externalIDs []string) (map[string]connector.Stage, error)
	// OpenIDs lists the external ids of open orders that came from the other hub.
	OpenIDs(ctx context.Context, tx *db.Tx) ([]string, error)
	Count(ctx context.Context, tx *db.Tx) (int64, error)
}

// Customers counts the customers.
type Customers interface {
	Count(ctx context.Context, tx *db.Tx) (int64, error)
}

// Needs are the other domains and the way out.
type Needs struct {
	Catalog   Catalog
	Stock     Stock
	Orders    Orders
	Customers Customers
	// Phone writes a number as customers are known by it; country is where one without a country code is dialled, empty for home.
	Phone func(raw, country string) string
	Box   *secret.Box
	// HTTP makes the client through which a shop's account is read.
	HTTP func() *http.Client
	// AllowPrivate lets the address be one without https: for tests and rehearsals.
	AllowPrivate bool
	// PerSecond bounds the requests of one shop; 0 means what the other hub allows, negative no bound.
	PerSecond float64
}

// Service is the use cases of moving in.
type Service struct {
	db      *db.DB
	ids     *ids.Source
	journal *journal.Journal
	facts   *facts.Store
	log     *slog.Logger
	Needs

	// Changed is told, after the commit, that a tenant's run is different. Set before use.
	Changed func(db.Tenant)

	mu      sync.Mutex
	clients map[db.Tenant]*http.Client
}

// New makes the service.
func New(d *db.DB, s *ids.Source, j *journal.Journal, f *facts.Store, log *slog.Logger, n Needs) *Service {
	return &Service{db: d, ids: s, journal: j, facts: f, log: log, Needs: n, Changed: func(db.Tenant) {}, clients: map[db.Tenant]*http.Client{}}
}
