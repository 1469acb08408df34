// Package connections keeps the accounts on outside sales channels: their credentials and policies, the offers they show and
// which SKU each sells, the quantity each should show, and the loop that makes it so.
package connections

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// State of a connection.
type State string

// The states.
const (
	Active  State = "active"
	Paused  State = "paused"  // by a person
	Stopped State = "stopped" // by Lad: credentials do not work
	Deleted State = "deleted" // history stays
)

// Policy decides what part of the stock a connection shows.
type Policy struct {
	SharePPM  int64   // share of what is available, parts per million; 1,000,000 is all
	Cap       qty.Qty // never show more; 0 is no cap
	Safety    qty.Qty // keep back
	HideBelow qty.Qty // show 0 below this
}

// Everything is the policy of a new connection.
var Everything = Policy{SharePPM: 1_000_000}

// Shown is the quantity to show when available can be sold: whole pieces, never negative.
func (p Policy) Shown(available qty.Qty) qty.Qty {
	n := qty.Qty(int64(max(available, 0)) / 1000 * p.SharePPM / 1_000_000 * 1000)
	n -= p.Safety
	if p.Cap > 0 {
		n = min(n, p.Cap)
	}
	if n < p.HideBelow || n < 0 {
		return 0
	}
	return n / qty.One * qty.One
}

// Validate reports every fault at once.
func (p Policy) Validate() error {
	var c errs.Check
	c.That(p.SharePPM >= 0 && p.SharePPM <= 1_000_000, "share", "error.connection.share")
	c.That(p.Cap >= 0 && p.Cap <= qty.Max, "cap", "error.connection.cap")
	c.That(p.Safety >= 0 && p.Safety <= qty.Max, "safety", "error.connection.safety")
	c.That(p.HideBelow >= 0 && p.HideBelow <= qty.Max, "hide_below", "error.connection.hide_below")
	return c.Err()
}

// Connection is one account. Times are µs since 1970 UTC, 0 for never.
type Connection struct {
	ID             int64
	Driver         string
	Name           string
	State          State
	Settings       map[string]string // without secrets
	HookSecret     string
	Policy         Policy
	Prices         PriceRule
	RateMilli      int64 // requests per second × 1000, 0: the driver's own limit
	OrderCursor    string
	FeeCursor      string
	LastSuccessAt  int64
	LastPullAt     int64
	LastError      string // in the outside's words
	LastErrorAt    int64
	PausedReason   string
	Denied         Denied
	TokenExpiresAt int64
	OffersReadAt   int64
	Dictionary     connector.Dictionary // the shop's own statuses and methods, as far as its channel has them
	SilentSince    int64                // no order since then though some should have come; 0 in order
	OffersPause    time.Duration        // between two readings of the whole offer list; 0: the usual
	OffersSeen     int64                // by the last reading
	OffersDrifted  int64                // of them: showed something else than they were told
	Reading        Reading              // of the offer list that is under way
	HookedAt       int64                // the channel was last asked to call us
	Version        int64
	CreatedAt      int64
}

// Failing says that the last thing the channel said was an error.
func (c Connection) Failing() bool { return c.LastError != "" && c.LastErrorAt > c.LastSuccessAt }

// Input is a new connection or new credentials of one.
type Input struct {
	Driver   string
	Name     string
	Settings map[string]string
}

// validate checks the form against the driver's settings and splits secrets from the rest.
func (in Input) validate(info connector.Info) (open, secret map[string]string, err error) {
	var c errs.Check
	name := strings.TrimSpace(in.Name)
	c.That(name != "" && len(name) <= 120, "name", "error.connection.name")
	open, secret = map[string]string{}, map[string]string{}
	for _, f := range info.Settings {
		v := strings.TrimSpace(in.Settings[f.Key])
		if v == "" {
			v = f.Default
		}
		c.That(v != "" || !f.Required || f.Derived, f.Key, "error.connection.required")
		c.That(len(v) <= 4000, f.Key, "error.connection.too_long")
		chosen := func(c connector.Choice) bool { return c.Value == v }
		c.That(v == "" || len(f.Choices) == 0 || slices.ContainsFunc(f.Choices, chosen), f.Key, "error.connection.choice")
		if f.Secret {
			secret[f.Key] = v
		} else {
			open[f.Key] = v
		}
	}
	for key := range in.Settings {
		known := slices.ContainsFunc(info.Settings, func(f connector.Setting) bool { return f.Key == key })
		c.That(known, key, "error.connection.unknown_setting")
	}
	return open, secret, c.Err()
}

func encode(m map[string]string) string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	return string(b)
}

// Listing is an offer of ours as a channel shows it, with the quantity it should show and what is known of that.
type Listing struct {
	ID           int64
	ConnectionID int64
	ExternalID   string
	SKUCode      string
	Barcode      string
	Title        string
	URL          string
	PriceMinor   int64
	Currency     string
	SKUID        int64  // 0: not linked
	LinkedBy     string // "sku", "barcode" or an actor
	Active       bool
	Refuses      string // why the channel would not take a quantity
	SeenAt       int64
	Stock        ListingStock
}

// ListingStock is the way of one quantity to its channel.
type ListingStock struct {
	Dirty        bool // the channel does not know the newest quantity yet
	State        string
	WantedAt     int64
	SentQty      qty.Qty // -1000 when nothing was sent
	SentAt       int64
	AcceptedAt   int64
	ConfirmedQty qty.Qty
	ConfirmedAt  int64
	Error        string
}
