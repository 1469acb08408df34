// Package orders takes in orders from every source by one path, holds their stock in the same transaction, carries them
// through their stages and tells the channel they came from.
package orders

import (
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Stage is connector's neutral stage; the same words are used everywhere.
type Stage = connector.Stage

// The stages in the order of the normal path, then the two ways out of it.
var Stages = []Stage{
	connector.StageNew, connector.StageConfirmed, connector.StagePicking, connector.StageShipped, connector.StageCompleted,
	connector.StageCancelled, connector.StageReturned,
}

// within is how long an order may stay in a stage before it counts as stuck; a stage without an entry waits for the
// outside, not for us.
var within = map[Stage]time.Duration{
	connector.StageNew:       15 * time.Minute,
	connector.StageConfirmed: 2 * time.Hour,
	connector.StagePicking:   4 * time.Hour,
}

// allowed is what a person may do; a channel's facts may also jump ahead.
var allowed = map[Stage][]Stage{
	connector.StageNew:       {connector.StageConfirmed, connector.StageCancelled},
	connector.StageConfirmed: {connector.StagePicking, connector.StageShipped, connector.StageCancelled},
	connector.StagePicking:   {connector.StageShipped, connector.StageCancelled},
	connector.StageShipped:   {connector.StageCompleted, connector.StageReturned},
	connector.StageCompleted: {connector.StageReturned},
}

// Next lists the stages a person may move an order to.
func Next(s Stage) []Stage { return allowed[s] }

// Open says whether the order still needs something from us.
func Open(s Stage) bool { return within[s] > 0 }

// Final says whether nothing is held or owed any more.
func Final(s Stage) bool {
	return s == connector.StageCompleted || s == connector.StageCancelled || s == connector.StageReturned
}

// dead says that an order in the stage takes no goods.
func dead(s Stage) bool { return s == connector.StageCancelled || s == connector.StageReturned }

// gone says that the goods of an order in the stage have left.
func gone(s Stage) bool { return s == connector.StageShipped || s == connector.StageCompleted }

func checkStep(from, to Stage) error {
	if slices.Contains(allowed[from], to) {
		return nil
	}
	return errs.New(errs.Conflict, "error.order.step", "from", string(from), "to", string(to))
}

// ahead says whether b lies further on the normal path than a.
func ahead(a, b Stage) bool { return slices.Index(Stages, b) > slices.Index(Stages, a) }

func dueAt(s Stage, now time.Time) int64 {
	if d, ok := within[s]; ok {
		return now.Add(d).UnixMicro()
	}
	return 0
}

// Order is an order as Lad keeps it. Times are µs since 1970 UTC, 0 for never.
type Order struct {
	ID            int64
	ConnectionID  int64  // 0 for orders of our own (API, by hand)
	ExternalID    string // the channel's id; for our own orders the idempotency key
	Number        string // what the buyer sees
	Source        string // driver name, "api", "manual", "phone", "chat", "counter"
	Stage         Stage
	ChannelStatus string // the channel's own status code as last seen
	CustomerID    int64
	BuyerName     string
	BuyerPhone    string
	PlacedAt      int64 // by the buyer
	ChangedAt     int64 // by the channel's clock
	AcceptedAt    int64 // by Lad, with the stock held
	StageAt       int64 // when the stage was entered
	DueAt         int64 // when the stage must be left
	OwnerID       int64 // 0: the stage's queue
	Total         money.Money
	Delivery      money.Money
	Commission    money.Money
	PaymentState  connector.PaymentState
	PaymentMethod string
	OnPickup      bool // cash on delivery
	Tracking      string
	Carrier       string
	Comment       string
	Short         bool // part of it could not be held
	Unlinked      bool // a line's offer is not known
	DuplicateOf   int64
	CancelReason  string
	CancelBy      string
	CancelledAt   int64
	ItemCount     qty.Qty
	Summary       string // first lines in words, for lists
	Version       int64
}

// Line is one position. Price, Available and the two verdicts are as they were at the purchase and never change.
type Line struct {
	No         int64
	ExternalID string
	OfferID    string
	ListingID  int64
	SKUID      int64 // 0: unlinked
	SKUCode    string
	Title      string
	Qty        qty.Qty
	Price      money.Money
	Total      money.Money
	SKUPrice   money.Money // ours at the purchase
	PriceRight bool
	Available  qty.Qty // what could be sold when its turn came
	StockRight bool
	Gift       bool
	Removed    bool

	service bool // the SKU holds no stock; known only when the line was just linked
}

// Waits says that somebody has to say what a line is, before its goods can be held and sent. A line of our own order that names
// nothing of the catalogue, such as packing, has no goods; where a channel's line names none, the channel has left it out.
func (l Line) Waits(connectionID int64) bool {
	return l.SKUID == 0 && !l.Removed && (connectionID != 0 || l.OfferID != "" || l.SKUCode != "")
}

// Destination is where an order goes, stored as one document.
type Destination struct {
	Delivery  connector.Delivery
	Recipient connector.Person
	Email     string
	NoCall    bool
	GroupID   string
	Origin    string // the channel's own sub-source
}
