// Package sim is the toolkit of the simulators: real HTTP handlers with state that speak the documented API of an outside
// system, with its authorisation, paging, limits and traps, and with a fault plan that can be switched while they run.
//
// A simulator serves the demo, the tests, the benchmarks and the merchant's rehearsal lab. It is written from the API sheet
// alone and knows nothing of the drivers that will talk to it. Where a sheet leaves a question open, the simulator takes
// the stricter reading and says so at the place.
//
// What is shared lives here: Shop, the face a simulated sales channel shows to the program that plays its buyers; Front, the
// HTTP side with faults; Faults, the plan; Book, an ordered store that answers "newest first" and "changed since" without
// walking everything. No simulator starts a goroutine of its own accord (a Listener has one for each connection); all are safe for concurrent use.
package sim

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
)

// Errors a simulated shop answers to the program that plays its buyers.
var (
	// ErrNotOrderable means the channel would not let a buyer order this: nothing left, hidden, or unknown to the channel.
	ErrNotOrderable = errors.New("sim: offer can not be ordered")
	// ErrUnknownOrder means no order has this id.
	ErrUnknownOrder = errors.New("sim: unknown order")
	// ErrFinal means the order is closed and the buyer can change nothing any more.
	ErrFinal = errors.New("sim: order is closed")
	// ErrTaken means the forced order id is in use or is not a number.
	ErrTaken = errors.New("sim: order id is taken or not a number")
	// ErrBroken means the raw order is not a JSON object.
	ErrBroken = errors.New("sim: raw order is not a JSON object")
)

// Options are what every simulator is built with. The zero value is a simulator on the system clock with seed 0.
type Options struct {
	Clock clock.Clock // nil = the system clock
	Seed  uint64      // of the fault plan's dice
}

// Shop is a simulated sales channel: its API as an HTTP handler, and the buyers' side as methods.
type Shop interface {
	http.Handler
	// Name is the kind of the channel: "prom", "rozetka", "horoshop".
	Name() string
	// Settings are working credentials and the address of the API when the handler is served at baseURL (no slash at the end).
	Settings(baseURL string) map[string]string
	// SeedOffers puts offers on show, or replaces those with the same SKU.
	SeedOffers(offers []OfferSeed)
	// PlaceOrder buys. Unless the basket forces it, what the channel does not offer is ErrNotOrderable and nothing changes.
	PlaceOrder(b Basket) (Placed, error)
	// PlaceRaw stores an order object exactly as given, however wrong its fields; only JSON that is no object is refused.
	PlaceRaw(object []byte) (Placed, error)
	// CancelOrder is the buyer's cancellation.
	CancelOrder(id string) error
	// PayOrder is the buyer's payment online.
	PayOrder(id string) error
	// Offer is what a buyer sees of one offer now.
	Offer(id string) (OfferState, bool)
	// OfferBySKU is Offer by the seller's own code.
	OfferBySKU(sku string) (OfferState, bool)
	// Offers are all offers in the channel's own order.
	Offers() []OfferState
	// Order is one order as the channel holds it.
	Order(id string) (OrderState, bool)
	// Orders are all orders, oldest id first.
	Orders() []OrderState
	// Faults is the plan of faults; it may be changed at any time.
	Faults() *Faults
	// OnOffer registers a function that is told each change of a shown quantity or price made through the API or by a feed. It
	// runs outside the simulator's lock, before the answer is written, on the goroutine of the request.
	OnOffer(f func(OfferChange))
	// OnRequest registers a function that is told each request on its arrival.
	OnRequest(f func(r *http.Request, at time.Time))
}

// Listener is a Shop that speaks another protocol than HTTP. Whoever serves it serves this instead of its handler, and gives
// Settings the listener's address as http://host:port.
type Listener interface {
	// Serve answers connections until the listener is closed; it returns when all of them have ended.
	Serve(ln net.Listener) error
}

// OfferSeed is an offer to put on show.
type OfferSeed struct {
	ID         string // the channel's id; "" = assigned. Horoshop's id is the article, so there SKU wins.
	SKU        string
	ExternalID string // the id of the seller's feed where the channel has one; "" = SKU
	Barcode    string
	Title      string
	Category   string // name of the seller's own group
	ParentSKU  string // the offer this one is a variant of
	PriceMinor int64
	Quantity   int64 // pieces
	Hidden     bool  // not on display
}

// OfferState is what a channel shows of an offer.
type OfferState struct {
	ID               string    `json:"id"`
	SKU              string    `json:"sku"`
	ExternalID       string    `json:"external_id,omitempty"`
	Barcode          string    `json:"barcode,omitempty"`
	Title            string    `json:"title"`
	PriceMinor       int64     `json:"price_minor"`
	OldPriceMinor    int64     `json:"old_price_minor,omitempty"`
	ParkedPriceMinor int64     `json:"parked_price_minor,omitempty"` // a price the channel holds back for a person to accept
	Quantity         int64     `json:"quantity"`                     // pieces; 0 when not Tracked
	Tracked          bool      `json:"tracked"`                      // the channel counts pieces of this offer
	Orderable        bool      `json:"orderable"`                    // a buyer can put it into the cart
	ChangedAt        time.Time `json:"changed_at"`
}

// Causes of an OfferChange.
const (
	CauseAPI  = "api"
	CauseFeed = "feed"
)

// OfferChange tells that what a channel shows has changed.
type OfferChange struct {
	Shop   string     `json:"shop"`
	Cause  string     `json:"cause"`
	At     time.Time  `json:"at"`
	Before OfferState `json:"before"`
	After  OfferState `json:"after"`
}

// Shown reports whether a buyer sees a difference in quantity, price or orderability.
func (c OfferChange) Shown() bool {
	b, a := c.Before, c.After
	return b.Quantity != a.Quantity || b.PriceMinor != a.PriceMinor || b.Orderable != a.Orderable || b.Tracked != a.Tracked
}

// Buyer is who buys and where the parcel goes.
type Buyer struct {
	Name      string // given name first, then the surname
	Phone     string // +380…
	Email     string
	City      string
	Address   string
	Warehouse string // the carrier's branch id (GUID)
}

// BasketLine is one line of a basket.
type BasketLine struct {
	OfferID    string // or SKU
	SKU        string
	Quantity   int64  // pieces
	PriceMinor *int64 // nil = the shown price
	Title      string // "" = the offer's
	// Raw replaces or adds members of the line's JSON object, to send what no honest channel would: a fractional or negative
	// quantity, a missing id (value nil = null), an unknown currency.
	Raw map[string]any
}

// Basket is what a buyer orders.
type Basket struct {
	Buyer      Buyer
	Lines      []BasketLine
	Paid       bool      // paid online; otherwise cash on delivery
	CreatedAt  time.Time // zero = now. The time of the last change is never before the simulator's now.
	Comment    string
	ExternalID string // forces the order id; must be a number
	// Force skips the channel's own checks: unknown offers, nothing left, zero or negative quantities.
	Force bool
	// Raw replaces or adds members of the order's JSON object.
	Raw map[string]any
}

// Placed is the answer to a placed order.
type Placed struct {
	ID string
	At time.Time
}

// OrderLine is one line of a stored order.
type OrderLine struct {
	OfferID    string `json:"offer_id"`
	SKU        string `json:"sku"`
	Title      string `json:"title"`
	Quantity   int64  `json:"quantity"`
	PriceMinor int64  `json:"price_minor"`
}

// OrderState is an order as the channel holds it.
type OrderState struct {
	ID         string      `json:"id"`
	Status     string      `json:"status"` // in the channel's own words
	Cancelled  bool        `json:"cancelled"`
	Reason     string      `json:"reason,omitempty"` // of the cancellation
	Paid       bool        `json:"paid"`
	Tracking   string      `json:"tracking,omitempty"`
	Buyer      Buyer       `json:"buyer"`
	Lines      []OrderLine `json:"lines"`
	TotalMinor int64       `json:"total_minor"`
	CreatedAt  time.Time   `json:"created_at"`
	ChangedAt  time.Time   `json:"changed_at"`
	Raw        bool        `json:"raw,omitempty"` // placed by PlaceRaw
}
