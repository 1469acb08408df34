package app

import (
	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/ui"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// console is what the pages work with.
func (a *App) console() ui.Deps {
	return ui.Deps{DB: a.DB, Live: a.Live, Identity: a.Identity, Catalog: a.Catalog, Imports: a.Imports, Stock: a.Stock, Customers: a.Customers, Tasks: a.Tasks,
		Orders: a.Orders, Connections: a.Connections, Webhooks: a.Webhooks, Feeds: a.Feeds, PublicURL: a.PublicURL, Moving: a.Moving, MovingJobs: a.MovingJobs, Drivers: drivers.All, Pulse: a.Pulse.Get, Currency: tenants{}.Currency, Rehearsal: a.Rehearsal}
}

// Frame surrounds pages that are not the console's own: the demo's.
func (a *App) Frame() reply.Frame { return ui.Frame(a.console()) }
