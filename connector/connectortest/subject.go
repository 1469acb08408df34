// Package connectortest is the conformance suite of sales channel drivers. A driver passes it against a simulated outside
// system or does not ship. The suite knows no channel: the driver's author adapts a simulator of his own in a _test.go file
// by filling in Outside, and calls Run. What a driver can do is found as Lad finds it, by type assertion on the connector
// interfaces; for each capability found the hooks it needs must be there (Hooks lists them; a lower Level asks for less).
//
// Faults of the network are made by the suite itself, between the driver's HTTP client and the simulator, so a simulator
// need not know them.
package connectortest

import (
	"net/http"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
)

// Level says how much of a driver exists.
type Level int

// The levels.
const (
	// LevelFull runs everything that the driver's capabilities call for.
	LevelFull Level = iota
	// LevelEmpty checks Info, Open and the settings only: for a skeleton of a driver.
	LevelEmpty
	// LevelGrowing checks every capability whose hooks are there and names those it leaves out: for a driver and a simulator
	// that grow method by method.
	LevelGrowing
)

// Subject is the driver under test and what it is tested against.
type Subject struct {
	Driver connector.Driver
	Level  Level
	// New starts a fresh outside with no offers and no orders, and cleans it up with t.Cleanup. Its limits should be off:
	// how Lad keeps to Limits is no matter of the driver.
	New func(t *testing.T) *Outside
	// BadOrders are bodies that ParseOrder must refuse as KindData, by name of what is wrong with them.
	BadOrders map[string][]byte
	// Forbidden are steps that the outside refuses. From is reached along the status graph from a fresh order.
	Forbidden []Step
	// Orders is how many orders the paging tests place, enough for more than two pages; 0 means 250.
	Orders int
}

// Step is one step of a status graph.
type Step struct{ From, To string }

// Item is one line of an order to be placed.
type Item struct {
	OfferID  string
	Quantity connector.Qty
}

// Outside is one fresh simulated outside system. Its functions act on it directly, behind the API that the driver uses, and
// fail the test themselves when they can not do what they are asked. A function may be nil when no capability of the driver
// needs it.
type Outside struct {
	Settings    map[string]string // that work
	BadSettings map[string]string // well-formed, with credentials that are refused
	Client      *http.Client      // nil means a plain one
	Now         func() time.Time  // the outside's clock; nil means time.Now
	// Dialled says that the driver speaks another protocol than HTTP, through Config.Dial: the suite makes its faults there.
	Dialled bool

	// AddOffer puts an offer on sale, priced 100.00 in the channel's currency.
	AddOffer func(sku string, quantity connector.Qty) (offerID string)
	// Place lets a buyer order.
	Place func(items ...Item) (orderID string)
	// CancelByBuyer ends an open order from the other side.
	CancelByBuyer func(orderID string)
	// Shown tells what a buyer sees. On an offer that is not Counted the quantity is not looked at.
	Shown func(offerID string) (quantity connector.Qty, orderable bool)
	// SetShown changes what is shown behind Lad's back.
	SetShown func(offerID string, quantity connector.Qty)
	// OrderStatus and OrderTracking tell what the outside has stored.
	OrderStatus   func(orderID string) string
	OrderTracking func(orderID string) string

	// Charge books a fee of an order, negative for one that is given back. Needed by a FeeSource.
	Charge func(orderID string, amount connector.Money) (feeID string)

	// IgnoreWrites makes the outside answer stock pushes with success and apply nothing. Optional.
	IgnoreWrites func(on bool)
	// ExpireTokens ends every session. Optional; Recovers says whether the driver can start a new one by itself.
	ExpireTokens func()
	Recovers     bool
	// Disturb makes lists repeat and reorder their rows. Optional.
	Disturb func(on bool)
}
