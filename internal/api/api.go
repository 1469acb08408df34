// Package api is the public REST interface: everything a person sees on screen can be read and done here, with the same
// permissions. Amounts are decimal strings with a currency, quantities decimal numbers, times RFC 3339, names in snake case.
// Every route is an operation that carries its own description; the OpenAPI document is made of them.
package api

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/customers"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/stock"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/webhooks"
)

// API serves the interface.
type API struct {
	DB          *db.DB
	Catalog     *catalog.Service
	Stock       *stock.Service
	Customers   *customers.Service
	Tasks       *tasks.Service
	Orders      *orders.Service
	Connections *connections.Service
	Webhooks    *webhooks.Service
	// Box seals the answers that are kept for repeats.
	Box *secret.Box
	// Phone normalises a number as typed.
	Phone func(raw string) string
	// Currency is the tenant's, for prices that name none.
	Currency func(context.Context, *db.Tx) (money.Currency, error)
	// News is closed at the tenant's next journal entry.
	News func(db.Tenant) <-chan struct{}

	problems *httpx.Problems
}

// operations are all routes of the interface.
func (a *API) operations() []operation {
	return slices.Concat(a.orderOperations(), a.catalogOperations(), a.stockOperations(), a.customerOperations(), a.taskOperations(),
		a.connectionOperations(), a.journalOperations(), a.webhookOperations(), baselinkerOperations())
}

// Register adds the routes.
func (a *API) Register(rt *httpx.Router) {
	a.problems = rt.Problems()
	for _, op := range a.operations() {
		if !op.elsewhere {
			rt.Handle(op.method+" "+op.path, op.access(), a.handler(op), op.limits()...)
		}
	}
	registerDocument(rt)
}
