// Package api is the public REST interface: everything a person sees on screen can be read and done here, with the same
// permissions. Amounts are decimal strings with a currency, quantities decimal numbers, times RFC 3339, names in snake case.
package api

import (
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// maxOrderBody bounds the body of one order: a thousand lines with long titles fit.
const maxOrderBody = 1 << 20

// API serves the interface.
type API struct {
	Orders      *orders.Service
	Connections *connections.Service
	// Phone normalises a number as typed.
	Phone func(raw string) string
}

// Register adds the routes.
func (a *API) Register(rt *httpx.Router) {
	rt.Handle("POST /api/v1/orders", httpx.Needs(access.OrdersWrite), a.orderCreate, httpx.MaxBody(maxOrderBody))
	rt.Handle("GET /api/v1/orders", httpx.Needs(access.OrdersRead), a.orderList)
	rt.Handle("GET /api/v1/orders/{id}", httpx.Needs(access.OrdersRead), a.orderGet)
	rt.Handle("POST /api/v1/orders/{id}/{action}", httpx.SignedIn(), a.orderAct)
}
