// Package connectorphp serves the BaseLinker protocol on Lad's own data: one address, form posts with a method and JSON
// parameters, answers that are always HTTP 200. Plug-ins and clients written for BaseLinker work when their address is Lad's.
// What Lad has no place for is kept by package baselinker.
package connectorphp

import (
	"context"
	"log/slog"
	"time"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/stock"
)

// maxBody bounds one request, in bytes: pictures and files travel inside the parameters.
const maxBody = 32 << 20

// Deps are the services that answer.
type Deps struct {
	DB          *db.DB
	IDs         *ids.Source
	Journal     *journal.Journal
	Log         *slog.Logger
	Clock       clock.Clock
	Kept        *baselinker.Service
	Catalog     *catalog.Service
	Stock       *stock.Service
	Customers   *customers.Service
	Orders      *orders.Service
	Connections *connections.Service
	// Bearer finds whom a token stands for and the zone of the shop.
	Bearer func(ctx context.Context, token secret.Text) (access.Actor, *time.Location, error)
	// Currency is the shop's.
	Currency func(ctx context.Context, tx *db.Tx) (money.Currency, error)
	// Language is the shop's, for the names of what every shop has.
	Language func(ctx context.Context, tx *db.Tx) (string, error)
	// Phone normalises a number as typed.
	Phone func(raw string) string
}

// Server answers the protocol.
type Server struct {
	Deps
	limit   *limit
	methods map[string]method
}

// New makes the server.
func New(d Deps) *Server {
	s := &Server{Deps: d, limit: newLimit(d.Clock)}
	s.methods = s.table()
	return s
}

// Register adds the routes.
func (s *Server) Register(rt *httpx.Router) {
	rt.Handle("POST /connector.php", httpx.Public(), s.serve, httpx.MaxBody(maxBody))
	rt.Handle("POST /{$}", httpx.Public(), s.serveRoot, httpx.MaxBody(maxBody))
	rt.Handle("GET /api/v1/baselinker/tokens/{id}", httpx.Needs(access.AccountsWrite), s.rulesGet)
	rt.Handle("PUT /api/v1/baselinker/tokens/{id}", httpx.Needs(access.AccountsWrite), s.rulesPut)
}
