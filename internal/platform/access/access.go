// Package access says who acts and what they may do. Every use case takes an Actor and asks it; nothing is allowed that was
// not granted.
package access

import (
	"context"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Permission is "object:action". The catalogue and the roles that grant them are in package identity.
type Permission string

// The permissions.
const (
	OrdersRead       Permission = "orders:read"
	OrdersWrite      Permission = "orders:write"  // take in, confirm, cancel, owner, notes
	OrdersShip       Permission = "orders:ship"   // pick and mark shipped
	StockRead        Permission = "stock:read"    //
	StockWrite       Permission = "stock:write"   // receipts, adjustments, stock-takes
	CatalogRead      Permission = "catalog:read"  //
	CatalogWrite     Permission = "catalog:write" // products, import, undo
	ConnectionsRead  Permission = "connections:read"
	ConnectionsWrite Permission = "connections:write" // credentials, policies, links, pause, sync
	TasksRead        Permission = "tasks:read"
	TasksWrite       Permission = "tasks:write"
	CustomersRead    Permission = "customers:read"
	JournalRead      Permission = "journal:read"
	AccountsWrite    Permission = "accounts:write" // people, roles, API tokens
	SystemRead       Permission = "system:read"    // health, metrics
)

// All lists every permission.
var All = []Permission{
	OrdersRead, OrdersWrite, OrdersShip, StockRead, StockWrite, CatalogRead, CatalogWrite, ConnectionsRead, ConnectionsWrite,
	TasksRead, TasksWrite, CustomersRead, JournalRead, AccountsWrite, SystemRead,
}

// Kind says what sort of actor it is.
type Kind string

// The kinds.
const (
	Person     Kind = "account"
	Token      Kind = "token"
	Connection Kind = "connection"
	System     Kind = "system"
)

// Actor does something for a tenant.
type Actor struct {
	Tenant   db.Tenant
	Kind     Kind
	ID       int64
	Name     string
	Language string // of the person's screens
	Granted  map[Permission]bool
}

// ForSystem is the program itself, which may do everything in a tenant.
func ForSystem(t db.Tenant) Actor { return Actor{Tenant: t, Kind: System, Name: "Lad"} }

// ForConnection is a channel bringing its facts.
func ForConnection(t db.Tenant, id int64) Actor { return Actor{Tenant: t, Kind: Connection, ID: id} }

// May says whether the actor has a permission.
func (a Actor) May(p Permission) bool { return a.Kind == System || a.Granted[p] }

// Must is an errs.Forbidden error unless the actor has the permission.
func (a Actor) Must(p Permission) error {
	if a.May(p) {
		return nil
	}
	return errs.New(errs.Forbidden, "error.forbidden", "permission", string(p))
}

// String is the actor as the journal keeps it: "account:7".
func (a Actor) String() string {
	if a.Kind == System {
		return "system"
	}
	return string(a.Kind) + ":" + strconv.FormatInt(a.ID, 10)
}

type contextKey struct{}

// With puts the actor of a request into its context.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, contextKey{}, a)
}

// From is the actor of a request; the zero Actor, which may nothing, when nobody is signed in.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(contextKey{}).(Actor)
	return a
}
