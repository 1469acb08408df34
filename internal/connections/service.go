package connections

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Stock tells what can be sold.
type Stock interface {
	// Available is what can be sold of SKUs; with lock nobody changes it before the commit.
	Available(ctx context.Context, tx *db.Tx, skuIDs []int64, lock bool) (map[int64]qty.Qty, error)
}

// Catalog finds the SKU an offer may be, and what SKUs cost.
type Catalog interface {
	IDsByCode(ctx context.Context, tx *db.Tx, codes []string) (map[string]int64, error)
	IDsByBarcode(ctx context.Context, tx *db.Tx, codes []string) (map[string]int64, error)
	Prices(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]BasePrice, error)
	// Propose finds for each offer the SKUs that it may be.
	Propose(ctx context.Context, tx *db.Tx, offers []Listing) ([][]Candidate, error)
}

// Taken is what became of one fact.
type Taken struct {
	Err error
}

// Orders takes in what channels bring and says what channels should be told.
type Orders interface {
	// TakeIn applies parsed channel orders, each for itself.
	TakeIn(ctx context.Context, t db.Tenant, connectionID int64, driver string, list []Parsed) []Taken
	// Linked serves waiting lines of offers that now have a SKU.
	Linked(ctx context.Context, tx *db.Tx, connectionID int64, offers []LinkedOffer) error
	// Charged notes what a channel has charged for orders altogether, by the channel's order number; an order that has not come
	// yet gets it when it is read the next time.
	Charged(ctx context.Context, tx *db.Tx, connectionID int64, total map[string]connector.Money) error
	// PushNext tells the channel about one order's stage and waybill; it answers whether there is more and when to come again.
	PushNext(ctx context.Context, a *Account) (again bool, at time.Time, err error)
}

// LinkedOffer is an offer that now has a SKU.
type LinkedOffer struct {
	ListingID int64
	OfferID   string
	SKUID     int64
}

// Parsed is a fact with the order it says.
type Parsed struct {
	Fact  facts.Fact
	Order connector.Order
}

// Tasks asks a person to look at a connection.
type Tasks interface {
	Raise(ctx context.Context, tx *db.Tx, kind string, connectionID int64, detail map[string]any) error
	Resolve(ctx context.Context, tx *db.Tx, kind string, connectionID int64) error
}

// The kinds of tasks that connections raise.
const (
	TaskStopped = "connection_stopped"
	TaskDenied  = "connection_denied"
	TaskAside   = "fact_aside"
	TaskDrift   = "drift"
	TaskSilent  = "channel_silent"
)

// Box keeps secrets encrypted.
type Box interface {
	Seal(t db.Tenant, purpose string, plain []byte) ([]byte, error)
	Unseal(t db.Tenant, purpose string, sealed []byte) ([]byte, error)
}

// Drivers finds a driver by its name.
type Drivers func(name string) (connector.Driver, bool)

// Needs are the other parts of the program.
type Needs struct {
	Stock   Stock
	Catalog Catalog
	Orders  Orders
	Tasks   Tasks
	Box     Box
	Drivers Drivers
	// HTTP makes the client of a connection's outside requests.
	HTTP func() *http.Client
	// Dial is the way out of drivers that speak another protocol than HTTP.
	Dial httpx.Dial
	// PollEvery overrides the drivers' pause between two polls; 0 leaves it to them.
	PollEvery time.Duration
	// PublicURL is where channels can call us, empty when they can not.
	PublicURL string
	// ChannelClock is what drivers take for the present, for simulated channels that live at another time; nil: our own clock.
	ChannelClock clock.Clock
}

// Service is the use cases of connections.
type Service struct {
	db      *db.DB
	ids     *ids.Source
	journal *journal.Journal
	facts   *facts.Store
	log     *slog.Logger
	Needs

	// Changed is told after the commit that something of a connection is different. Set before use.
	Changed func(t db.Tenant, connectionID int64)
	// Reached is told how long a change took from the commit to the last channel. Set before use.
	Reached func(t db.Tenant, took time.Duration)
	// Observe is told of every pushed item: commit to request, and request to the channel's answer. Set before use.
	Observe func(t db.Tenant, connectionID int64, toRequest, toAnswer time.Duration)

	// Confirmed is told of every item that a read-back proved: commit to proof. Set before use.
	Confirmed func(t db.Tenant, connectionID int64, took time.Duration)

	runners *runners
}

// New makes the service; Start begins the work on active connections.
func New(d *db.DB, s *ids.Source, j *journal.Journal, f *facts.Store, log *slog.Logger, n Needs) *Service {
	svc := &Service{db: d, ids: s, journal: j, facts: f, log: log, Needs: n,
		Changed: func(db.Tenant, int64) {}, Reached: func(db.Tenant, time.Duration) {},
		Observe: func(db.Tenant, int64, time.Duration, time.Duration) {}, Confirmed: func(db.Tenant, int64, time.Duration) {}}
	svc.runners = newRunners(svc)
	return svc
}
