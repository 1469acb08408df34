// Package feedsui is the pages of product feeds: making and changing one, its address, who fetches it, and which goods its
// reader would refuse.
package feedsui

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the pages work with.
type Deps struct {
	DB    *db.DB
	Feeds *feeds.Service
	// Currency is the tenant's.
	Currency func(context.Context, *db.Tx) (money.Currency, error)
	// PublicURL is where others reach us; empty: where the browser does.
	PublicURL string
	Frame     reply.Frame
}

type pages struct{ Deps }

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	read, write := httpx.Needs(access.ConnectionsRead), httpx.Needs(access.CatalogWrite)
	rt.Handle("GET /feeds", read, p.feedList)
	rt.Handle("GET /feeds/new", write, p.feedNew)
	rt.Handle("POST /feeds/new", write, p.feedCreate)
	rt.Handle("GET /feeds/{id}", read, p.feedShow)
	rt.Handle("GET /feeds/{id}/faults", read, p.feedFaults)
	rt.Handle("GET /feeds/{id}/settings", write, p.feedEdit)
	rt.Handle("POST /feeds/{id}/settings", write, p.feedSave)
	rt.Handle("POST /feeds/{id}/count", write, p.feedCount)
	rt.Handle("POST /feeds/{id}/pause", write, p.feedPause)
	rt.Handle("POST /feeds/{id}/resume", write, p.feedResume)
	rt.Handle("POST /feeds/{id}/address", write, p.feedAddress)
	rt.Handle("POST /feeds/{id}/delete", write, p.feedDelete)
}

func path(id int64) string { return "/feeds/" + strconv.FormatInt(id, 10) }

// feed reads the feed of the address.
func (p *pages) feed(r *http.Request) (feeds.Feed, error) {
	id, err := reply.ID(r, "id", "error.feed.not_found")
	if err != nil {
		return feeds.Feed{}, err
	}
	return p.Feeds.Get(r.Context(), access.From(r.Context()), id)
}

func (p *pages) frame(r *http.Request, title string) (kit.PageData, error) {
	return p.Frame(r, kit.Connections, title)
}

// address is where a marketplace fetches the feed.
func (p *pages) address(r *http.Request, f feeds.Feed) string {
	base := p.PublicURL
	if base == "" {
		base = "http://" + r.Host
		if httpx.IsSecure(r.Context()) {
			base = "https://" + r.Host
		}
	}
	return strings.TrimRight(base, "/") + f.Path(access.From(r.Context()).Tenant)
}
