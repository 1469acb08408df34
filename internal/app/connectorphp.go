package app

import (
	"github.com/lad-hub/lad/internal/api/connectorphp"
	"github.com/lad-hub/lad/internal/customers"
)

// connectorPHP is what the BaseLinker-compatible server works with.
func (a *App) connectorPHP() connectorphp.Deps {
	return connectorphp.Deps{DB: a.DB, IDs: a.IDs, Journal: a.Journal, Log: a.Log, Clock: a.Clock, Kept: a.Baselinker, Catalog: a.Catalog, Stock: a.Stock, Customers: a.Customers,
		Orders: a.Orders, Connections: a.Connections, Bearer: a.Identity.Bearer, Currency: tenants{}.Currency, Language: tenants{}.Language,
		Phone: func(raw string) string { return customers.Phone(raw, a.Region) }}
}
