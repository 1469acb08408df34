package identity

import (
	"slices"

	"github.com/lad-hub/lad/internal/platform/access"
)

// Role is a set of permissions that a person has.
type Role string

// The roles.
const (
	Owner   Role = "owner"   // everything
	Manager Role = "manager" // runs the shop: orders, stock, catalogue, customers; sees channels, does not set them up
	Picker  Role = "picker"  // picks and ships
	Viewer  Role = "viewer"  // looks
)

// Roles lists the roles, the mightiest first.
func Roles() []Role { return []Role{Owner, Manager, Picker, Viewer} }

// granted is the table of roles. A permission that is not listed is not granted.
var granted = map[Role][]access.Permission{
	Owner: access.All,
	Manager: {
		access.OrdersRead, access.OrdersWrite, access.OrdersShip, access.StockRead, access.StockWrite, access.CatalogRead,
		access.CatalogWrite, access.ConnectionsRead, access.TasksRead, access.TasksWrite, access.CustomersRead, access.JournalRead,
		access.SystemRead,
	},
	Picker: {access.OrdersRead, access.OrdersShip, access.StockRead, access.CatalogRead, access.TasksRead, access.TasksWrite},
	Viewer: {
		access.OrdersRead, access.StockRead, access.CatalogRead, access.ConnectionsRead, access.TasksRead, access.CustomersRead,
		access.JournalRead,
	},
}

// sets is granted as actors carry it; shared and never changed.
var sets = func() map[Role]map[access.Permission]bool {
	out := map[Role]map[access.Permission]bool{}
	for role, list := range granted {
		out[role] = setOf(list)
	}
	return out
}()

func setOf(list []access.Permission) map[access.Permission]bool {
	set := make(map[access.Permission]bool, len(list))
	for _, p := range list {
		set[p] = true
	}
	return set
}

// Known says whether the role exists.
func (r Role) Known() bool { return granted[r] != nil }

// May says whether the role grants a permission.
func (r Role) May(p access.Permission) bool { return sets[r][p] }

// Permissions lists what the role grants.
func (r Role) Permissions() []access.Permission { return slices.Clone(granted[r]) }
