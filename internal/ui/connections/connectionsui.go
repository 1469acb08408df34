// Package connectionsui is the channel pages: how every connection is doing, adding and changing one, what part of the stock
// it shows, its offers with the SKUs they sell, and what the channel sent that could not be read.
package connectionsui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the pages work with.
type Deps struct {
	DB          *db.DB
	Connections *connections.Service
	Catalog     *catalog.Service
	Stock       *stock.Service
	// Drivers are the channels that can be connected, in the order in which they are offered.
	Drivers func() []connector.Driver
	Frame   reply.Frame
}

type pages struct{ Deps }

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	read, write := httpx.Needs(access.ConnectionsRead), httpx.Needs(access.ConnectionsWrite)
	rt.Handle("GET /connections", read, p.connectionList)
	rt.Handle("GET /connections/new", write, p.connectionNew)
	rt.Handle("POST /connections/new", write, p.connectionCreate)
	rt.Handle("GET /permissions/{id}", write, p.authorizeShow)
	rt.Handle("POST /connections/{id}/authorize", write, p.authorizeBegin)
	rt.Handle("GET /connections/{id}", read, p.connectionShow)
	rt.Handle("POST /connections/{id}/settings", write, p.connectionSettings)
	rt.Handle("POST /connections/{id}/policy", write, p.connectionPolicy)
	rt.Handle("POST /connections/{id}/rate", write, p.connectionRate)
	rt.Handle("POST /connections/{id}/sync", write, p.connectionSync)
	rt.Handle("POST /connections/{id}/repair", write, p.connectionRepair)
	rt.Handle("POST /connections/{id}/pause", write, p.connectionPause)
	rt.Handle("POST /connections/{id}/resume", write, p.connectionResume)
	rt.Handle("POST /connections/{id}/delete", write, p.connectionDelete)
	rt.Handle("GET /connections/{id}/offers", read, p.offerList)
	rt.Handle("GET /connections/{id}/offers/{offer}", read, p.offerShow)
	rt.Handle("GET /connections/{id}/offers/{offer}/skus", write, p.offerFind)
	rt.Handle("POST /connections/{id}/offers/{offer}/link", write, p.offerLink)
	rt.Handle("POST /connections/{id}/offers/{offer}/unlink", write, p.offerUnlink)
	rt.Handle("POST /connections/{id}/offers/{offer}/retry", write, p.offerRetry)
	rt.Handle("GET /connections/{id}/prices", read, p.priceList)
	rt.Handle("POST /connections/{id}/prices", write, p.priceSave)
	rt.Handle("GET /connections/{id}/mapping", read, p.mappingShow)
	rt.Handle("POST /connections/{id}/mapping", write, p.mappingSave)
	rt.Handle("GET /connections/{id}/proposals", read, p.proposalList)
	rt.Handle("POST /connections/{id}/proposals", write, p.proposalAccept)
	rt.Handle("POST /connections/{id}/proposals/{batch}/undo", write, p.proposalUndo)
	rt.Handle("GET /connections/{id}/aside", read, p.asideList)
	rt.Handle("POST /connections/{id}/aside/retry", write, p.asideRetry)
}

// health reads the connection of the address.
func (p *pages) health(r *http.Request) (h connections.Health, err error) {
	id, err := reply.ID(r, "id", "error.connection.not_found")
	if err != nil {
		return h, err
	}
	err = p.DB.Read(r.Context(), access.From(r.Context()).Tenant, func(tx *db.Tx) error {
		c, err := connections.ByID(r.Context(), tx, id)
		if err != nil {
			return err
		}
		if c.State == connections.Deleted {
			return errs.New(errs.NotFound, "error.connection.deleted")
		}
		h, err = p.Connections.HealthOf(r.Context(), tx, c)
		return err
	})
	return h, err
}

// frame is kit's frame of a page about a connection.
func (p *pages) frame(r *http.Request, title string) (kit.PageData, error) {
	return p.Frame(r, kit.Connections, title)
}

// all reads the health of every connection.
func (p *pages) all(ctx context.Context, a access.Actor) (out []connections.Health, err error) {
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = p.Connections.HealthOfAll(ctx, tx)
		return err
	})
	return out, err
}
