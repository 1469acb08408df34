// Package rehearsalui is the page of the rehearsal lab: a merchant chooses a simulated channel, a load and faults, watches what
// becomes of the orders, and compares the last rehearsals.
package rehearsalui

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

// Lab is the rehearsal lab as the page sees it. Every method asks for access.OrdersWrite.
type Lab interface {
	// View reads everything that the page shows to the actor's shop.
	View(ctx context.Context, a access.Actor) (View, error)
	// Start begins a rehearsal: Conflict while one is under way, Invalid for a plan that is none.
	Start(ctx context.Context, a access.Actor, p Plan) error
	// Stop ends the load and lets the channel come to rest; with now the rehearsal is broken off where it stands. Conflict when
	// none is under way.
	Stop(ctx context.Context, a access.Actor, now bool) error
	// SetFaults switches exactly these faults on: kind to the percentage of requests that it strikes. Conflict when no rehearsal
	// of the actor's shop is under way, or when it comes to rest already.
	SetFaults(ctx context.Context, a access.Actor, on map[string]int64) error
}

// Deps is what the pages work with.
type Deps struct {
	Lab   Lab
	Frame reply.Frame
}

// Load is the shape of the orders over time.
type Load string

// The loads.
const (
	Steady      Load = "steady"
	BlackFriday Load = "black_friday"
)

// Loads are the loads in the order in which they are offered.
func Loads() []Load { return []Load{Steady, BlackFriday} }

// Bounds of a plan.
const (
	MostPerMinute = 600
	MostMinutes   = 24 * 60
	MostLeast     = 10_000
)

// Speeds are how many times as fast as a real channel the simulated one can live.
func Speeds() []int64 { return []int64{1, 10, 60, 300} }

// Plan is what is rehearsed.
type Plan struct {
	Channel   string           `json:"channel"` // Info.Name of a driver
	Load      Load             `json:"load"`
	PerMinute int64            `json:"per_minute"` // orders a minute of the channel's time, on average
	Minutes   int64            `json:"minutes"`    // of the channel's time; a Black Friday has a length of its own
	Speed     int64            `json:"speed"`      // the channel's time against ours
	Least     int64            `json:"least"`      // pieces that there are of each SKU at least; 0 leaves the stock as it is
	Faults    map[string]int64 `json:"faults,omitempty"`
}

// Result is what a rehearsal came to. Lags are milliseconds from the commit of a change to the channel's answer.
type Result struct {
	Plan        Plan    `json:"plan"`
	Seconds     float64 `json:"seconds"` // of our time, from the first order to rest
	Placed      int64   `json:"placed"`
	Arrived     int64   `json:"arrived"`
	Lost        int64   `json:"lost"` // placed and not in Lad at rest
	SoldOut     int64   `json:"sold_out"`
	MostWaiting int64   `json:"most_waiting"`
	LagP50MS    float64 `json:"lag_p50_ms"`
	LagP99MS    float64 `json:"lag_p99_ms"`
	MostDirty   int64   `json:"most_dirty"`
	Dirty       int64   `json:"dirty"` // quantities that the channel was not told at rest
	Short       int64   `json:"short"` // order lines that wait for goods at rest
	Drift       int64   `json:"drift"` // offers that show something else than can be sold at rest
	Limited     int64   `json:"limited"`
	Struck      int64   `json:"struck"` // times that faults struck
	Findings    int64   `json:"findings"`
	Stops       int64   `json:"stops"` // times that Lad stopped the connection for its credentials
	Broken      bool    `json:"broken"`
}

// Whole says that nothing was lost and that books and channel agree at rest.
func (r Result) Whole() bool {
	return !r.Broken && r.Lost == 0 && r.Dirty == 0 && r.Drift == 0 && r.Findings == 0
}

// Point is what was measured in one interval. Counts of orders and refusals belong to the interval, all others to its end or,
// where intervals were joined, to its worst moment.
type Point struct {
	At                           time.Duration // of our time since the first order
	Placed, Arrived, Limited     int64
	Waiting, Dirty, Short, Drift int64
	P50, P99                     time.Duration
}

// Phase is how far a rehearsal is.
type Phase string

// The phases.
const (
	Preparing Phase = "preparing"
	Running   Phase = "running"
	Settling  Phase = "settling"
	Ended     Phase = "ended"
	Failed    Phase = "failed"
)

// Run is the rehearsal that is under way, or the last one.
type Run struct {
	Phase   Phase
	Channel kit.Channel
	Plan    Plan
	SKUs    int64
	Elapsed time.Duration // since the first order
	Length  time.Duration // of the load
	Points  []Point
	Result  Result // so far
	Problem error  // why it failed
}

// Active says whether it is still under way.
func (r *Run) Active() bool {
	return r != nil && (r.Phase == Preparing || r.Phase == Running || r.Phase == Settling)
}

// Fault is a switch.
type Fault struct {
	Kind    string
	Percent int64 // of the requests; 0 is off
	Hits    int64
}

// Past is an earlier rehearsal.
type Past struct {
	At     time.Time
	Result Result
}

// View is the page's data.
type View struct {
	Channels []kit.Channel
	Faults   []Fault
	Plan     Plan // that the form shows
	Run      *Run
	Past     []Past // the newest first
}

// pages serves the lab's page.
type pages struct{ Deps }

// home is where plain forms come back to.
const home = "/rehearsal"

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	rt.Handle("GET /rehearsal", httpx.Needs(access.OrdersWrite), p.show)
	rt.Handle("POST /rehearsal/start", httpx.Needs(access.OrdersWrite), p.start)
	rt.Handle("POST /rehearsal/stop", httpx.Needs(access.OrdersWrite), p.stop)
	rt.Handle("POST /rehearsal/faults", httpx.Needs(access.OrdersWrite), p.faults)
}

// pictureID is the fragment of the page that reads itself again.
const pictureID = "picture"

// show answers with the page or its live fragment. When the rehearsal has ended, the browser loads the whole page: the form
// to begin another one stands there instead of the switches.
func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	frame, err := p.Frame(r, "", i18n.T(r.Context(), "rehearsal.title"))
	if err != nil {
		return err
	}
	v, err := p.Lab.View(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	if !kit.IsFragment(r, pictureID) {
		return reply.HTML(w, r, http.StatusOK, page(frame, v, form{plan: v.Plan, faults: v.Faults}))
	}
	if !v.Run.Active() {
		w.Header().Set("HX-Refresh", "true")
	}
	return reply.HTML(w, r, http.StatusOK, picture(v))
}
