// Package ui is the console: it puts the pages of all domains on one router and draws what surrounds them - navigation with
// counts, the pulse, the event stream, the search box, language, errors.
package ui

import (
	"context"
	"net/http"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/ui/assets"
	catalogui "github.com/lad-hub/lad/internal/ui/catalog"
	connectionsui "github.com/lad-hub/lad/internal/ui/connections"
	feedsui "github.com/lad-hub/lad/internal/ui/feeds"
	identityui "github.com/lad-hub/lad/internal/ui/identity"
	"github.com/lad-hub/lad/internal/ui/live"
	movingui "github.com/lad-hub/lad/internal/ui/moving"
	ordersui "github.com/lad-hub/lad/internal/ui/orders"
	"github.com/lad-hub/lad/internal/ui/reply"
	stockui "github.com/lad-hub/lad/internal/ui/stock"
	tasksui "github.com/lad-hub/lad/internal/ui/tasks"
	webhooksui "github.com/lad-hub/lad/internal/ui/webhooks"
	"github.com/lad-hub/lad/internal/webhooks"
)

// Deps is what the console works with.
type Deps struct {
	DB          *db.DB
	Live        *live.Hub
	Identity    *identity.Service
	Catalog     *catalog.Service
	Imports     *catalog.ImportJobs
	Stock       *stock.Service
	Customers   *customers.Service
	Tasks       *tasks.Service
	Orders      *orders.Service
	Connections *connections.Service
	Webhooks    *webhooks.Service
	Moving      *moving.Service
	MovingJobs  *moving.Jobs
	Feeds       *feeds.Service
	// PublicURL is where others reach us; empty: where the browser does.
	PublicURL string
	// Drivers are the channels that can be connected, in the order in which they are offered.
	Drivers func() []connector.Driver
	// Pulse is how long the last change took to reach every channel, 0 when there was none.
	Pulse func(db.Tenant) time.Duration
	// Currency is the tenant's.
	Currency func(context.Context, *db.Tx) (money.Currency, error)
	// Rehearsal says that the rehearsal lab has a page.
	Rehearsal bool
}

// console serves what belongs to no domain.
type console struct{ Deps }

// Frame is what surrounds a page of the console; the demo's own pages use it too.
func Frame(d Deps) reply.Frame { return (&console{d}).frame }

// Register adds the routes of the whole console.
func Register(rt *httpx.Router, d Deps) {
	c := &console{d}
	rt.Mount("GET "+assets.Prefix, httpx.Public(), assets.Handler())
	rt.Handle("GET /{$}", httpx.SignedIn(), c.home)
	rt.Handle("GET /search", httpx.SignedIn(), c.search)
	rt.Handle("GET /nav", httpx.SignedIn(), c.nav)
	rt.Handle("GET /pulse", httpx.SignedIn(), c.pulse)
	rt.Handle("POST /language", httpx.Public(), c.language)
	rt.Mount("GET /live", httpx.SignedIn(), d.Live.Handler(func(r *http.Request) (int64, bool) {
		a := access.From(r.Context())
		return int64(a.Tenant), a.Kind != ""
	}), httpx.Stream())
	identityui.Register(rt, identityui.Deps{Identity: d.Identity, Clock: d.DB.Clock(), Frame: c.frame})
	ordersui.Register(rt, ordersui.Deps{DB: d.DB, Orders: d.Orders, Connections: d.Connections, Stock: d.Stock, Customers: d.Customers, Catalog: d.Catalog,
		People: d.people, Frame: c.frame})
	stockui.Register(rt, stockui.Deps{DB: d.DB, Stock: d.Stock, Catalog: d.Catalog, Connections: d.Connections, People: d.people, Frame: c.frame})
	catalogui.Register(rt, catalogui.Deps{DB: d.DB, Catalog: d.Catalog, Imports: d.Imports, People: d.people, Frame: c.frame, Currency: d.Currency})
	connectionsui.Register(rt, connectionsui.Deps{DB: d.DB, Connections: d.Connections, Catalog: d.Catalog, Stock: d.Stock, Drivers: d.Drivers, Frame: c.frame})
	movingui.Register(rt, movingui.Deps{DB: d.DB, Moving: d.Moving, Jobs: d.MovingJobs, Frame: c.frame})
	feedsui.Register(rt, feedsui.Deps{DB: d.DB, Feeds: d.Feeds, Currency: d.Currency, PublicURL: d.PublicURL, Frame: c.frame})
	tasksui.Register(rt, tasksui.Deps{DB: d.DB, Tasks: d.Tasks, People: d.people, Frame: c.frame})
	webhooksui.Register(rt, webhooksui.Deps{Webhooks: d.Webhooks, Clock: d.DB.Clock(), Frame: c.frame})
}

// people names the accounts of a transaction's tenant.
func (d Deps) people(ctx context.Context, tx *db.Tx) (map[int64]string, error) {
	return identity.Names(ctx, tx)
}
