// Package opencart simulates an OpenCart shop with Lad's own module in it, as integrations/opencart/PROTOCOL.md describes it:
// signed calls with a replay window, a journal of changed orders, OpenCart's own way with stock when an order's status changes,
// products with options, and signed pushes that wait in an outbox.
//
// Readings of what the protocol and the API sheet leave open, the stricter one each time:
//   - a batch over its limit is refused whole; so is a limit or a number of ids that is not within its bounds;
//   - the same offer twice in a batch is refused the second time;
//   - an order without the goods' stock is still placed when forced, and quantities go below zero, as OpenCart's do;
//   - a push that is not answered with 2xx stays in the outbox for all of its orders.
package opencart

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

const (
	// Protocol is the version in every answer.
	Protocol = 1
	// Route is the module's address on OpenCart 4.0.
	Route = "extension/lad/module/lad"
	// politePerSecond stands in for a rate that depends on the shop's hosting.
	politePerSecond = 5
	// maxBody is the size of a request's body.
	maxBody = 1 << 20
	// entry is the script that every request goes to.
	entry = "/index.php"
)

// Limits of one call.
const (
	maxOrders   = 100
	maxProducts = 100
	maxItems    = 200
)

// Options of a simulated shop.
type Options struct {
	sim.Options
	Secret string // "" = a fixed one
	Route  string // "" = Route
	// Zone of the times that the shop writes; nil = Kyiv.
	Zone *time.Location
	// Statuses besides OpenCart's own; one with the id of an own one renames it.
	Statuses []Status
	// SellAtZero lets buyers order what is not there (the setting "Stock Checkout").
	SellAtZero bool
	// Tax on goods in percent, on top of prices.
	Tax int64
	// Client delivers pushes; nil = a client with a ten-second timeout.
	Client *http.Client
}

// Shop is a simulated OpenCart shop.
type Shop struct {
	*sim.Front
	o Options

	mu          sync.Mutex
	statuses    []Status
	rights      map[string]bool
	off, gone   bool
	moved       string
	nonces      map[string]time.Time
	orders      *sim.Book[order]
	journal     []int64 // order ids in the order of their changes; the change's number is its place plus one
	journalName string
	products    *sim.Book[product]
	bySKU       map[string]string // offer ids
	byGroup     map[string]int64  // products with options by the SKU that their variants name
	lastValue   int64
	hooks       []hook
}

var _ sim.Shop = (*Shop)(nil)

// New opens a shop without products.
func New(o Options) *Shop {
	if o.Secret == "" {
		o.Secret = "6f70656e636172742d73696d2d7365637265742d6f66313233343536373839ab"
	}
	if o.Route == "" {
		o.Route = Route
	}
	if o.Zone == nil {
		o.Zone = sim.Kyiv()
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	s := &Shop{
		Front: sim.NewFront("opencart", o.Options, politePerSecond), o: o, statuses: merge(ownStatuses(), o.Statuses),
		rights: map[string]bool{rightStock: true, rightPrice: true, rightStatus: true}, nonces: map[string]time.Time{},
		journalName: "a1", orders: sim.NewBook[order](), products: sim.NewBook[product](), bySKU: map[string]string{}, byGroup: map[string]int64{},
	}
	s.routes()
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"base_url": baseURL + entry + "?route=" + s.o.Route, "secret": s.o.Secret}
}

// ServeHTTP implements http.Handler. All calls share one path and differ in the query, which the front's routes and its fault
// plan do not look at: here they get a path of their own, below the script's.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); r.URL.Path == entry && q.Get("route") == s.o.Route {
		r = r.Clone(r.Context())
		r.URL.Path = entry + "/" + q.Get("call")
	}
	s.Front.ServeHTTP(w, r)
}

func (s *Shop) routes() {
	page404 := func(*sim.Call) sim.Answer { return sim.HTML(http.StatusNotFound) }
	s.Handle("/", sim.Read, page404)
	s.Handle("POST "+entry, sim.Read, page404)
	add := func(call string, a sim.Access, right string, h sim.Handler) {
		s.Handle("POST "+entry+"/"+call, a, s.guard(bool(a), right, h))
	}
	add("ping", sim.Read, "", s.ping)
	add("dictionary", sim.Read, "", s.dictionary)
	add("changes", sim.Read, "", s.changes)
	add("orders", sim.Read, "", s.readOrders)
	add("offers", sim.Read, "", s.listOffers)
	add("stock", sim.Write, rightStock, s.setStock)
	add("price", sim.Write, rightPrice, s.setPrice)
	add("status", sim.Write, rightStatus, s.setStatus)
	add("tracking", sim.Write, rightStatus, s.setTracking)
	add("subscribe", sim.Write, "", s.subscribe)
	add("unsubscribe", sim.Write, "", s.unsubscribe)
	s.Handle("POST "+entry+"/{call...}", sim.Read, s.guard(false, "", func(*sim.Call) sim.Answer {
		return failure(http.StatusNotFound, "unknown_call", "There is no such call")
	}))
}

// result is a successful answer.
func result(v any) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{"protocol": Protocol, "result": v})
}

func failure(status int, code, message string) sim.Answer {
	return sim.JSON(status, map[string]any{"protocol": Protocol, "error": map[string]any{"code": code, "message": message}})
}

func invalid(message string) sim.Answer {
	return failure(http.StatusUnprocessableEntity, "invalid", message)
}

// decode reads the body; the answer is not nil when it is no JSON object.
func decode(c *sim.Call, v any) *sim.Answer {
	if bytes.HasPrefix(bytes.TrimSpace(c.Body), []byte("{")) && json.Unmarshal(c.Body, v) == nil {
		return nil
	}
	a := invalid("The body is not the JSON object that this call takes")
	return &a
}

func (s *Shop) ping(*sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	rights := []string{}
	for _, r := range []string{rightStock, rightPrice, rightStatus} {
		if s.rights[r] {
			rights = append(rights, r)
		}
	}
	return result(map[string]any{"shop": "Simulated shop", "module": "1.0.0", "opencart": "4.0.2.3", "currency": "UAH", "rights": rights})
}
