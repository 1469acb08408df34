// Package app builds the program: every service by hand, in order, each given what it needs.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/api"
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/jobs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/ui/live"
	"github.com/lad-hub/lad/internal/webhooks"
)

// Options say how the program runs.
type Options struct {
	// Database to open; it is migrated when Migrate is set.
	Database db.Options
	Migrate  bool
	// KeyFile holds the key of the secrets; made on the first start.
	KeyFile string
	// AllowPrivate lets connections reach addresses of private networks: for the demo, tests and shops in the same building.
	AllowPrivate bool
	// OnlyAddress is the one address that connections can reach, for rehearsals: "127.0.0.1:8081". Empty leaves it to AllowPrivate.
	OnlyAddress string
	// Rehearsal puts the rehearsal lab into the menu of those who may use it; the caller registers its page.
	Rehearsal bool
	// PollEvery overrides the drivers' pause between two polls of orders.
	PollEvery time.Duration
	// ChannelClock is what drivers take for the present, for simulated channels that live at another time; nil: Clock.
	ChannelClock clock.Clock
	// MovingPerSecond bounds the requests to a hub that a shop moves from; 0 is what that hub allows, negative no bound: for tests.
	MovingPerSecond float64
	// PublicURL is where channels can call back.
	PublicURL string
	// Region is where phone numbers without a country code are dialled.
	Region string
	// PasswordCost of hashes; the zero value is the safe one, tests take a cheap one.
	PasswordCost identity.Cost
	Log          *slog.Logger
	Clock        clock.Clock
}

// App is the built program.
type App struct {
	Options
	DB          *db.DB
	IDs         *ids.Source
	Journal     *journal.Journal
	Facts       *facts.Store
	Jobs        *jobs.Jobs
	Box         *secret.Box
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
	Baselinker  *baselinker.Service
	Moving      *moving.Service
	MovingJobs  *moving.Jobs
	Feeds       *feeds.Service
	Pulse       *Pulse
	News        *News

	tend        sync.WaitGroup
	stopTending context.CancelFunc
}

// Open opens the database and builds everything on it; nothing runs yet.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Region == "" {
		o.Region = "UA"
	}
	o.Database.Log, o.Database.Clock = o.Log, o.Clock
	d, err := db.Open(ctx, o.Database)
	if err != nil {
		return nil, err
	}
	a := &App{Options: o, DB: d}
	if o.Migrate {
		if _, err := d.Migrate(ctx); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	if err := a.build(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

func (a *App) build() error {
	var err error
	if a.Box, err = secret.Open(a.KeyFile); err != nil {
		return err
	}
	d, log := a.DB, a.Log
	a.IDs = ids.New(d)
	a.Journal = journal.New(a.IDs)
	a.Facts = facts.New(a.IDs)
	a.Jobs = jobs.New(d, log)
	a.Live = live.New(live.Limits{})
	a.Pulse, a.News = &Pulse{}, &News{}
	read := catalog.Reader{}
	a.Identity = identity.New(identity.Options{DB: d, IDs: a.IDs, Journal: a.Journal, Secrets: a.Box, Log: log, Cost: a.PasswordCost, Founded: a.found})
	a.Customers = customers.New(d, a.IDs, a.Region)
	a.Tasks = tasks.NewService(d, a.IDs, a.Journal, accounts{})
	a.Stock = stock.New(d, a.IDs, a.Journal, stockCatalog{read})
	a.Catalog = catalog.New(d, a.IDs, a.Journal, catalog.Deps{Tenants: tenants{}, Holds: a.Stock, Stock: catalogStock{a.Stock}})
	a.Imports = catalog.NewImportJobs(a.Catalog, d, a.Jobs)
	listings := &orderListings{}
	a.Orders = orders.New(d, a.IDs, a.Facts, a.Journal, log, orders.Needs{
		Stock: orderStock{a.Stock}, Catalog: orderCatalog{read}, Listings: listings, Customers: orderCustomers{a.Customers}, Tasks: orderTasks{a.Tasks},
	})
	a.Connections = connections.New(d, a.IDs, a.Journal, a.Facts, log, connections.Needs{
		Stock: connectionStock{a.Stock, read}, Catalog: connectionCatalog{read}, Orders: connectionOrders{a.Orders}, Tasks: connectionTasks{a.Tasks},
		Box: a.Box, Drivers: drivers.ByName, PollEvery: a.PollEvery, PublicURL: a.PublicURL, ChannelClock: a.ChannelClock,
		HTTP: func() *http.Client {
			return httpx.NewClient(httpx.ClientOptions{AllowPrivate: a.AllowPrivate, Only: a.OnlyAddress})
		},
		Dial: httpx.NewDial(httpx.ClientOptions{AllowPrivate: a.AllowPrivate, Only: a.OnlyAddress}),
	})
	a.Baselinker = baselinker.New(a.IDs)
	listings.connections = a.Connections
	a.Webhooks = webhooks.New(d, a.IDs, a.Journal, log, webhooks.Needs{Tasks: webhookTasks{a.Tasks}, Box: a.Box, Plain: a.AllowPrivate,
		Changed: func(t db.Tenant) { a.Live.Publish(int64(t), "webhooks") },
		HTTP:    httpx.NewClient(httpx.ClientOptions{AllowPrivate: a.AllowPrivate, Timeout: webhooks.Timeout, MaxBody: webhooks.MaxAnswer})})
	a.buildMoving()
	a.Feeds = feeds.New(d, a.IDs, a.Journal, feeds.Needs{
		Catalog: feedCatalog{read}, Stock: feedStock{connectionStock{a.Stock, read}}, Pages: feedPages{a.Connections}, Rules: feedRules{}, Tenants: tenants{},
	})
	a.Stock.Listener = feedStockListener{stockListener{a.Connections, a.Orders, a.stockMoved}, a.Feeds}
	a.Catalog.AddHooks(skuChanges{a.Stock, a.Connections, read, a.stockMoved})
	a.Catalog.AddHooks(feedSKUChanges{a.Feeds})
	a.wire()
	return nil
}

// fewOrders bounds how many orders of one change are announced one by one; open cards of a bigger one follow the list.
const fewOrders = 64

// found gives a new shop what it must have from the first moment.
func (a *App) found(ctx context.Context, tx *db.Tx) error {
	shop, err := identity.SettingsOf(ctx, tx)
	if err != nil {
		return err
	}
	l, _ := i18n.Parse(shop.Language)
	return a.Stock.Found(ctx, tx, l.T("app.first_warehouse"))
}

// stockMoved tells open pages that stock or what channels should show of it is different.
func (a *App) stockMoved(t db.Tenant) { a.Live.Publish(int64(t), "stock") }

// wire passes news on: to open browser tabs and to the loops that push.
func (a *App) wire() {
	a.Orders.Changed = func(t db.Tenant, ids []int64) {
		if len(ids) <= fewOrders {
			for _, id := range ids {
				a.Live.Publish(int64(t), fmt.Sprint("order-", id))
			}
		}
		a.Live.Publish(int64(t), "orders")
		a.Live.Publish(int64(t), "stock")
		a.Live.Publish(int64(t), "tasks")
	}
	a.Tasks.Changed = func(t db.Tenant) { a.Live.Publish(int64(t), "tasks") }
	a.Orders.PushWanted = a.Connections.WakeStatus
	a.Journal.Written = func(t db.Tenant) {
		a.News.Tell(t)
		a.Webhooks.Wake(t)
	}
	a.Connections.Changed = func(t db.Tenant, id int64) {
		a.Live.Publish(int64(t), fmt.Sprint("connection-", id))
		a.Live.Publish(int64(t), "connections")
		a.Live.Publish(int64(t), "stock")
	}
	a.Connections.Reached = func(t db.Tenant, took time.Duration) {
		a.Pulse.Set(t, took)
		a.Live.Publish(int64(t), "pulse")
	}
}

// Start begins background work: connections and jobs.
func (a *App) Start(ctx context.Context) error {
	a.Jobs.Every("purge-sessions", 24*time.Hour, func(ctx context.Context) error {
		_, err := a.Identity.PurgeSessions(ctx)
		return err
	})
	a.everyTenant("place-journal", time.Hour, a.placeJournal)
	a.everyTenant("purge-answers", 24*time.Hour, func(ctx context.Context, t db.Tenant) error { return api.PurgeAnswers(ctx, a.DB, t) })
	a.everyTenant("purge-webhook-logs", 24*time.Hour, a.Webhooks.Purge)
	if err := a.Jobs.Start(ctx); err != nil {
		return err
	}
	tending, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.tend.Go(func() { a.DB.Tend(tending) })
	a.tend.Go(func() { a.DB.Listen(tending, a.hearForFeeds) })
	a.stopTending = stop
	a.Webhooks.Start(ctx)
	return a.Connections.Start(ctx)
}

// everyTenant runs f for every shop once per interval.
func (a *App) everyTenant(name string, interval time.Duration, f func(context.Context, db.Tenant) error) {
	a.Jobs.Every(name, interval, func(ctx context.Context) error {
		list, err := identity.Tenants(ctx, a.DB)
		for _, t := range list {
			err = errors.Join(err, f(ctx, t))
		}
		return err
	})
}

// placeJournal gives the entries of a shop their places, so that the first reader of its feed does not wait for years of them.
func (a *App) placeJournal(ctx context.Context, t db.Tenant) error {
	for {
		if more, err := journal.Place(ctx, a.DB, t); err != nil || !more {
			return err
		}
	}
}

// Close ends everything in the reverse order.
func (a *App) Close(ctx context.Context) error {
	a.Connections.Stop()
	a.Webhooks.Stop()
	if a.stopTending != nil {
		a.stopTending()
		a.tend.Wait()
	}
	err := a.Jobs.Stop(ctx)
	a.Orders.Close()
	return errors.Join(err, a.DB.Close())
}
