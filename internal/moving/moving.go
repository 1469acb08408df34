// Package moving brings a shop over from another hub: its goods, prices, orders, customers and stock, page by page, so that it
// can be stopped, killed and gone on with at any point, and repeated without doubling anything.
package moving

import (
	"context"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Source is the hub that a shop moves from; orders carry it as their source.
const Source = "baselinker"

// State is where a run is.
type State string

// The states of a run. A stopped or failed one can go on.
const (
	Running State = "running"
	Stopped State = "stopped"
	Failed  State = "failed"
	Done    State = "done"
)

// Stage is a part of a run.
type Stage string

// The stages.
const (
	StageShop       Stage = "shop"       // catalogues, price groups, warehouses
	StageCategories Stage = "categories" // and manufacturers
	StageProducts   Stage = "products"   // with variants
	StageKits       Stage = "kits"
	StagePrices     Stage = "prices"
	StageStatuses   Stage = "statuses"
	StageOrders     Stage = "orders"  // read and stored as they are
	StageChanges    Stage = "changes" // orders that changed meanwhile, by the journal of the other hub
	StageHistory    Stage = "history" // orders that are over, and what changed of known ones
	StageStock      Stage = "stock"
	StageOpen       Stage = "open" // open orders hold their goods
)

// Stages lists the stages in their order. Stock is counted after the orders that are over were stored and before open ones hold
// their goods, see README.
func Stages() []Stage {
	return []Stage{StageShop, StageCategories, StageProducts, StageKits, StagePrices, StageStatuses, StageOrders, StageChanges, StageHistory, StageStock, StageOpen}
}

// Run is one moving in.
type Run struct {
	ID        int64
	State     State
	Stage     Stage
	Turn      int64  // grows with every start and stop
	Address   string // of the API; empty for the vendor's own
	Since     time.Time
	WithStock bool
	// Tries is how often the step under way has failed in a row, NotBefore when it is tried again.
	Tries     int64
	NotBefore time.Time
	Error     string // message key of why it waits or failed; empty when it does neither
	Words     string // the other hub's own words
	StartedBy string
	CreatedAt time.Time
	// FinishedAt is zero until the run is done.
	FinishedAt time.Time
	Progress   Progress
	Report     Report

	version int64
	token   []byte
	cursor  cursor
	shop    shop
}

// Over says whether nothing is left to do.
func (r Run) Over() bool { return r.State == Done }

// Progress is how far the stage under way is.
type Progress struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"` // 0 when it is not known
	// Began is when the stage was begun or gone on with (µs), at Base things done.
	Began int64 `json:"began"`
	Base  int64 `json:"base"`
}

// Share is how much of the stage is done, 0 to 1; 0 when it is not known.
func (p Progress) Share() float64 {
	if p.Total <= 0 {
		return 0
	}
	return min(1, float64(p.Done)/float64(p.Total))
}

// Left is about how long the rest of the stage takes at the speed so far; 0 when it is not known.
func (p Progress) Left(now time.Time) time.Duration {
	done := p.Done - p.Base
	if p.Total <= p.Done || done <= 0 {
		return 0
	}
	took := now.Sub(time.UnixMicro(p.Began))
	return time.Duration(float64(took) / float64(done) * float64(p.Total-p.Done))
}

// Thing is a kind of what comes over.
type Thing string

// The things, in the order of reports.
const (
	ThingWarehouse Thing = "warehouse"
	ThingCategory  Thing = "category"
	ThingProduct   Thing = "product"
	ThingKit       Thing = "kit"
	ThingPrice     Thing = "price"
	ThingStock     Thing = "stock" // SKUs of which the count differed
	ThingOrder     Thing = "order"
	ThingCustomer  Thing = "customer"
)

// Things lists the things.
func Things() []Thing {
	return []Thing{ThingWarehouse, ThingCategory, ThingProduct, ThingKit, ThingPrice, ThingStock, ThingOrder, ThingCustomer}
}

// Count is what became of the things of one kind.
type Count struct {
	Created   int64 `json:"created"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"`
	Aside     int64 `json:"aside"`
}

// Leftover is something that has no place in Lad yet, or that came over otherwise than it was.
type Leftover struct {
	Kind     string   `json:"kind"` // "images", "tax_number"; see the catalogue's moving.left
	N        int64    `json:"n"`
	Examples []string `json:"examples"`
}

// StatusTaken says for which stage a status of the other hub was taken.
type StatusTaken struct {
	Name  string          `json:"name"`
	Stage connector.Stage `json:"stage"` // empty: by the age of each order, since the name tells nothing
}

// Report is what a run has done.
type Report struct {
	Counts   map[Thing]Count `json:"counts"`
	Left     []Leftover      `json:"left"`
	Statuses []StatusTaken   `json:"statuses"`
}

func (r *Report) count(t Thing, f func(*Count)) {
	if r.Counts == nil {
		r.Counts = map[Thing]Count{}
	}
	c := r.Counts[t]
	f(&c)
	r.Counts[t] = c
}

// maxExamples is how many things a leftover names.
const maxExamples = 5

// leave notes something without a place and what has it.
func (r *Report) leave(kind, example string) {
	for i := range r.Left {
		l := &r.Left[i]
		if l.Kind != kind {
			continue
		}
		if l.N++; len(l.Examples) < maxExamples && example != "" {
			l.Examples = append(l.Examples, example)
		}
		return
	}
	l := Leftover{Kind: kind, N: 1}
	if example != "" {
		l.Examples = []string{example}
	}
	r.Left = append(r.Left, l)
}

// Aside is a thing that could not come over.
type Aside struct {
	Kind       Thing
	ExternalID string
	Title      string
	Reason     string // message key
	Args       []string
}

// cursor is where a run goes on.
type cursor struct {
	Inventory int     `json:"inventory"` // place in shop.Inventories
	Page      int     `json:"page"`      // last page read
	Pending   []int64 `json:"pending,omitempty"`
	Last      bool    `json:"last"` // Pending is of the last page
	After     string  `json:"after,omitempty"`
	From      int64   `json:"from"`    // confirmation of orders, Unix seconds
	First     int64   `json:"first"`   // when the first order was confirmed
	IDFrom    int64   `json:"id_from"` // for orders confirmed in the second From
	Log       int64   `json:"log"`     // last row of the journal
	Changed   []int64 `json:"changed,omitempty"`
	Fact      int64   `json:"fact"`
	AsOf      int64   `json:"as_of"` // of the stock, µs
}

// shop is what is known of the account.
type shop struct {
	Inventories []inventory            `json:"inventories"`
	Warehouses  map[string]string      `json:"warehouses"` // "bl_206" to the code here
	Main        string                 `json:"main"`       // key of the main warehouse
	Statuses    map[string]StatusTaken `json:"statuses"`
	Products    int64                  `json:"products"`
	// Before are the orders and customers that were there when the run began.
	OrdersBefore    int64 `json:"orders_before"`
	CustomersBefore int64 `json:"customers_before"`
}

// inventory is a catalogue of the account.
type inventory struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Prices   string `json:"prices"`   // id of the price group that becomes the price
	Currency string `json:"currency"` // of it
	// Reserves says that ordered goods stay in the stock until they are sent.
	Reserves bool `json:"reserves"`
}

// ByID reads a run; NotFound when there is none.
func (s *Service) ByID(ctx context.Context, t db.Tenant, id int64) (r Run, err error) {
	err = s.db.Read(ctx, t, func(tx *db.Tx) error {
		r, err = readRun(ctx, tx, id, "")
		return err
	})
	return r, err
}
