// Package demoui is the demo's control page: the scene of the last generator with its measured times, what every channel shows
// of a SKU, the buyers' pace, buying by hand, and the switches of the simulators' faults. It is registered only in the demo.
package demoui

import (
	"context"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Stage is the running demo as the page sees it.
type Stage interface {
	// View reads everything the page shows; sku is the code of the SKU whose shelf is shown, "" for the scene's.
	View(ctx context.Context, sku string) (View, error)
	// LastGenerator plays the scene and answers what was measured; Conflict while another one plays.
	LastGenerator(ctx context.Context) (Scene, error)
	// SetFaults switches exactly these faults on: channel to kinds. A channel that is not named stays as it is.
	SetFaults(on map[string][]string) error
	// SetPace changes how often buyers come; 0 stops them.
	SetPace(pace float64)
	// Buy orders one piece of a SKU on a channel and answers the order's number there; Conflict when the channel does not sell it.
	Buy(channel, sku string) (number string, err error)
	// CancelNewest is a buyer's change of mind about the newest open order of a channel.
	CancelNewest(channel string) (number string, err error)
}

// Deps is what the pages work with.
type Deps struct {
	Stage Stage
	Frame reply.Frame
}

// View is the page's data.
type View struct {
	Pace     float64
	Quiet    bool // nobody buys by himself
	Scene    *Scene
	Shelf    Shelf
	Choice   []Item
	Channels []Channel
}

// Item is a SKU to choose.
type Item struct {
	Code, Name string
}

// Shelf is one SKU with what every channel shows of it.
type Shelf struct {
	Item
	ID                      int64
	OnHand, Held, Available string
	Shown                   []kit.Shown
}

// Channel is a simulated channel with its switches.
type Channel struct {
	kit.Channel
	ConnectionID int64
	Faults       []Fault
}

// Fault is a switch.
type Fault struct {
	Kind string
	On   bool
	Hits int // times it struck since it was switched on
}

// Scene is what one play of the last generator measured. Times are milliseconds since the buyer on Prom pressed the button.
type Scene struct {
	SKU     string    `json:"sku"`
	Title   string    `json:"title"`
	At      time.Time `json:"at"`
	Order   string    `json:"order"` // the channel's number
	OrderID int64     `json:"order_id"`
	// PulledMS is when Lad's look at Prom's orders came that brought the order; HeldMS when the order and the hold of its stock
	// were in the database; -1 when that did not happen.
	PulledMS float64        `json:"pulled_ms"`
	HeldMS   float64        `json:"held_ms"`
	Channels []SceneChannel `json:"channels"`
	// ZeroMS is when the last other channel showed 0, WorkMS the part of it after Lad knew of the order; -1 when one still sells.
	ZeroMS float64 `json:"zero_ms"`
	WorkMS float64 `json:"work_ms"`
	// Refused says that a second buyer was turned away by Rozetka.
	Refused bool `json:"refused"`
}

// SceneChannel is another channel's part in the scene; -1 for what did not happen in time.
type SceneChannel struct {
	Channel     string      `json:"channel"`
	Mark        kit.Channel `json:"-"`
	RequestMS   float64     `json:"request_ms"`   // Lad's request arrived
	ZeroMS      float64     `json:"zero_ms"`      // the channel shows 0
	ConfirmedMS float64     `json:"confirmed_ms"` // Lad has read the 0 back
	Shows       int64       `json:"shows"`        // at the end
}

// Whole says whether every other channel showed 0 in time.
func (s Scene) Whole() bool { return s.ZeroMS >= 0 }

// pages serves the demo's page.
type pages struct{ Deps }

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	rt.Handle("GET /demo", httpx.SignedIn(), p.show)
	rt.Handle("POST /demo/last-generator", httpx.Needs(access.StockWrite), p.lastGenerator)
	rt.Handle("POST /demo/faults", httpx.Needs(access.ConnectionsWrite), p.faults)
	rt.Handle("POST /demo/pace", httpx.Needs(access.OrdersWrite), p.pace)
	rt.Handle("POST /demo/buy", httpx.Needs(access.OrdersWrite), p.buy)
	rt.Handle("POST /demo/cancel", httpx.Needs(access.OrdersWrite), p.cancel)
}

// shelfID is the fragment of the page that reads itself again.
const shelfID = "shelf"

// show answers with the page or its live fragment.
func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	frame, err := p.Frame(r, "", i18n.T(r.Context(), "demo.title"))
	if err != nil {
		return err
	}
	v, err := p.Stage.View(r.Context(), r.URL.Query().Get("sku"))
	if err != nil {
		return err
	}
	if kit.IsFragment(r, shelfID) {
		return reply.HTML(w, r, http.StatusOK, shelf(v))
	}
	return reply.HTML(w, r, http.StatusOK, page(frame, v))
}
