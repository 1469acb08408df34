// Package ordersui is the order desk: the list by stages, an order's card with what can be done to it, orders by hand and the
// search box. Its handlers read and act through the services, which ask the actor's permissions themselves.
package ordersui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the pages work with.
type Deps struct {
	DB          *db.DB
	Orders      *orders.Service
	Connections *connections.Service
	Stock       *stock.Service
	Customers   *customers.Service
	Catalog     *catalog.Service
	People      reply.People
	Frame       reply.Frame
}

// pages serves the desk.
type pages struct{ Deps }

// maxForm bounds an order by hand: a few hundred lines.
const maxForm = 256 << 10

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	read, write, ship := httpx.Needs(access.OrdersRead), httpx.Needs(access.OrdersWrite), httpx.Needs(access.OrdersShip)
	rt.Handle("GET /orders", read, p.orderList)
	rt.Handle("GET /orders/{id}", read, p.orderShow)
	rt.Handle("GET /orders/search", read, p.orderSearch)
	rt.Handle("POST /orders/{id}/confirm", write, p.orderConfirm)
	rt.Handle("POST /orders/{id}/pick", ship, p.orderPick)
	rt.Handle("POST /orders/{id}/ship", ship, p.orderShip)
	rt.Handle("POST /orders/{id}/complete", write, p.orderComplete)
	rt.Handle("POST /orders/{id}/cancel", write, p.orderCancel)
	rt.Handle("POST /orders/{id}/assign", write, p.orderAssign)
	rt.Handle("POST /orders/{id}/not-duplicate", write, p.orderNotDuplicate)
	rt.Handle("POST /orders/{id}/retry", write, p.orderRetry)
	rt.Handle("POST /orders/bulk", httpx.SignedIn(), p.orderBulk)
	rt.Handle("GET /orders/new", write, p.orderNew)
	rt.Handle("POST /orders/new", write, p.orderCreate, httpx.MaxBody(maxForm))
	rt.Handle("POST /orders/new/lines", write, p.orderNewLines, httpx.MaxBody(maxForm))
	rt.Handle("GET /orders/new/skus", write, p.skuFind)
}

// pathID is the order of the address.
func pathID(r *http.Request) (int64, error) { return reply.ID(r, "id", "error.order.not_found") }
