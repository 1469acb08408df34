// Package shopify simulates a Shopify shop behind the Admin GraphQL API: one address for everything, answers of HTTP 200 with
// errors inside, a price for each query, quantities per location, statuses that follow from facts, and signed webhooks.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - a page costs as many objects as it asks for, times what is nested in it; over 1000 a query is refused as MAX_COST_EXCEEDED;
//   - orders without status:any in the search are the open ones only; closed and cancelled ones are left out without a word;
//   - a mutation with any user error changes nothing, productVariantsBulkUpdate with allowPartialUpdates excepted;
//   - @idempotent is wanted on inventoryActivate too; the same key with another input is refused, the last thousand answers are kept;
//   - a level changes by inventorySetQuantities only where the item is stocked and tracked by the shop itself;
//   - orderCancel refuses what has been fulfilled even in part, and is done only when its job has been asked for twice or a second has passed;
//   - fulfillments, returned with trackingInfo by the mutation, can be read on the order too; nodes(ids:) reads what order(id:) reads;
//   - one bulk query runs at a time; it takes 50 µs an object; its file is served in ranges and without a token;
//   - the one route is a write: the faults of accepting strike at queries too, where ignoring changes nothing.
package shopify

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// politePerSecond stands in for a rate of requests: the platform counts cost, not requests.
const politePerSecond = 10

// maxPage is the largest page of any connection.
const maxPage = 250

// Options of a simulated Shopify shop.
type Options struct {
	sim.Options
	Token        string // of a custom app; "" = a fixed one
	ClientID     string // of an app with client credentials
	ClientSecret string // signs webhooks too
	// TokenLife is how long a token of client credentials lives; 0 = a day less a second.
	TokenLife time.Duration
	Scopes    []string // nil = every scope this API asks for
	Currency  string   // of the shop; "" = UAH
	Locations []Location
	// Restore is the plan's points a second: 100, 200, 1000; 0 = the price is told and never refused.
	Restore float64
	// Versions are alive, oldest first; any other is served as the oldest. nil = those of autumn 2026.
	Versions []string
	// HidePeople leaves out buyers' data, as without the approval for protected customer data.
	HidePeople bool
	// Client delivers webhooks; nil = a client with the documented five seconds.
	Client *http.Client
}

// Location is a place with stock.
type Location struct {
	ID       int64
	Name     string
	Service  bool // of a fulfilment service: takes no quantities from others
	Inactive bool
}

// Shop is a simulated Shopify shop.
type Shop struct {
	*sim.Front
	o Options

	mu          sync.Mutex
	door        int // HTTP status every call is answered with; 0 = none
	tokens      map[string]session
	issued      int
	points      bucket
	orders      *sim.Book[order]
	variants    *sim.Book[variant]
	bySKU       map[string]int64
	products    map[int64]*product
	workOwner   map[int64]int64 // fulfilment order → order
	parcelOwner map[int64]int64 // fulfilment → order
	jobs        map[int64]*job
	waiting     []*job // cancellations under way
	done        map[string]replay
	keys        []string // of done, oldest first
	bulk        map[int64]*bulkRun
	hooks       []hook
	queue       []delivery
	lastID      int64 // of what has no book of its own
	lastNumber  int
}

var _ sim.Shop = (*Shop)(nil)

// New opens a shop without offers.
func New(o Options) *Shop {
	if o.Token == "" {
		o.Token = "shpat_sim0token0of0a0custom0app"
	}
	if o.ClientID == "" {
		o.ClientID = "sim-client-id"
	}
	if o.ClientSecret == "" {
		o.ClientSecret = "shpss_sim0client0secret"
	}
	if o.TokenLife == 0 {
		o.TokenLife = 86399 * time.Second
	}
	if o.Scopes == nil {
		o.Scopes = scopes
	}
	if o.Currency == "" {
		o.Currency = "UAH"
	}
	if o.Locations == nil {
		o.Locations = []Location{{ID: 1001, Name: "Склад"}}
	}
	if o.Versions == nil {
		o.Versions = []string{"2026-01", "2026-04", "2026-07", "2026-10", "2027-01"}
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 5 * time.Second}
	}
	s := &Shop{
		Front: sim.NewFront("shopify", o.Options, politePerSecond), o: o, tokens: map[string]session{}, points: newBucket(o.Restore),
		orders: sim.NewBook[order](), variants: sim.NewBook[variant](), bySKU: map[string]int64{}, products: map[int64]*product{},
		workOwner: map[int64]int64{}, parcelOwner: map[int64]int64{}, jobs: map[int64]*job{}, done: map[string]replay{}, bulk: map[int64]*bulkRun{}, lastID: 900, lastNumber: 1000,
	}
	s.Handle("POST /admin/oauth/access_token", sim.Read, s.accessToken)
	s.Handle("POST /admin/api/{version}/graphql.json", sim.Write, s.graphql)
	s.Handle("GET /bulk/{file}", sim.Read, s.bulkFile)
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer {
		return sim.JSON(http.StatusNotFound, map[string]string{"errors": "Not Found"})
	})
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"base_url": baseURL, "token": s.o.Token, "client_secret": s.o.ClientSecret}
}

// Door answers every call with an HTTP status from now on: 401 for an app that was taken off, 402 for a frozen shop, 404 for
// one that is no more, 301 for one that moved, 423 for a locked one. 0 opens it again.
func (s *Shop) Door(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = status
}

// nextID numbers what needs no book.
func (s *Shop) nextID() int64 {
	s.lastID++
	return s.lastID
}

// shut is the answer of a closed door.
func (s *Shop) shut() (sim.Answer, bool) {
	if s.door == 0 {
		return sim.Answer{}, false
	}
	a := sim.JSON(s.door, map[string]string{"errors": http.StatusText(s.door)})
	if s.door/100 == 3 {
		a.Header = http.Header{"Location": {"https://moved.example/admin"}}
	}
	return a, true
}

// graphql answers one operation: price, rights, then the fields.
func (s *Shop) graphql(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, closed := s.shut(); closed {
		return a
	}
	if !s.admit(c) {
		return sim.JSON(http.StatusUnauthorized, map[string]string{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
	}
	var b struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	if err := c.Decode(&b); err != nil || b.Query == "" {
		return sim.JSON(http.StatusBadRequest, map[string]any{"errors": map[string]string{"query": "Required parameter missing or invalid"}})
	}
	a := s.execute(c, b.Query, b.Variables)
	a.Header = http.Header{"X-Shopify-Api-Version": {s.version(c.Request.PathValue("version"))}}
	return a
}

// version is the one that serves a request: the asked one while it lives, else the oldest alive.
func (s *Shop) version(asked string) string {
	if slices.Contains(s.o.Versions, asked) {
		return asked
	}
	return s.o.Versions[0]
}

func (s *Shop) execute(c *sim.Call, query string, variables map[string]any) sim.Answer {
	doc, err := parse(query)
	if err == nil {
		err = bind(doc, variables)
	}
	if err != nil {
		return refused(err)
	}
	s.settle(c.At)
	price := (&run{variables: variables}).requested(doc)
	if price > maxCost {
		return refused(failure{"MAX_COST_EXCEEDED", "Query cost is over the single query max cost limit"})
	}
	s.points.fill(c.At)
	if float64(price) > s.points.level {
		a := refused(failure{"THROTTLED", "Throttled"})
		a.Body.(map[string]any)["extensions"] = s.points.status(price, nil)
		return a
	}
	root := s.queries(c)
	if doc.mutation {
		root = s.mutations(c)
	}
	for _, f := range doc.fields {
		if err := s.permit(f.name); err != nil {
			return refused(err)
		}
	}
	a := s.perform(root, doc, variables)
	body := a.Body.(map[string]any)
	paid := min(actual(body["data"])-1, price) // the root is free
	s.points.level -= float64(paid)
	body["extensions"] = s.points.status(price, paid)
	return a
}

// refused is an answer without data: HTTP 200 all the same.
func refused(err error) sim.Answer {
	r := &run{}
	r.fail(err)
	return sim.JSON(http.StatusOK, map[string]any{"data": nil, "errors": r.errors})
}
