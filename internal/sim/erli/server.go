// Package erli simulates the Shop API of the marketplace Erli: one static key, products under the merchant's own id, prices in
// whole grosze, lists paged by a cursor of the last row, an inbox of unread messages, and hooks that only wake the seller up.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - a body with an unknown member, a batch of more than 100 products or one without an id in it is refused as a whole; a
//     product that is not known or a value that can not be is refused alone;
//   - orders paid on delivery are purchased at once, others wait in pending, where the seller can only cancel them;
//   - the seller's statuses go forward only, and a cancelled order takes no status and no number of ours;
//   - a payment that changes nothing else does not move updated;
//   - the pieces of a cancelled order do not come back by themselves;
//   - a field that the seller edited in the panel is passed over without a word;
//   - a parcel reported twice is two parcels: the order shows the last one.
package erli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Prefix is the path every call starts with; it is part of the base URL.
const Prefix = "/svc/shop-api"

const (
	// politePerSecond stands in for a rate that Erli does not publish.
	politePerSecond = 5
	// maxPage bounds the lists of orders and products.
	maxPage = 200
	// defaultPage is how long a list is when nobody asks.
	defaultPage = 50
)

// Options of a simulated Erli shop.
type Options struct {
	sim.Options
	Key string // "" = a fixed one
	// Slow lets accepted writes of products wait for Settle: 202 says that the change will show, not that it does.
	Slow bool
	// Client delivers hooks; nil = a client with a ten-second timeout.
	Client *http.Client
}

// Shop is a simulated Erli shop.
type Shop struct {
	*sim.Front
	o Options

	mu       sync.Mutex
	readOnly bool
	orders   *sim.Book[order]
	offers   *sim.Book[offer]
	byID     map[string]int64 // externalId → row
	bySKU    map[string]int64
	names    []string // every externalId, sorted
	waiting  []write
	inbox    []message
	messages int
	hooks    map[string]hook
	queue    []event
	entries  []entry
	parcels  int
}

var _ sim.Shop = (*Shop)(nil)

// New opens a shop without offers.
func New(o Options) *Shop {
	if o.Key == "" {
		o.Key = "erli-sim-key"
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	s := &Shop{
		Front: sim.NewFront("erli", o.Options, politePerSecond), o: o, orders: sim.NewBook[order](), offers: sim.NewBook[offer](),
		byID: map[string]int64{}, bySKU: map[string]int64{}, hooks: map[string]hook{},
	}
	s.routes()
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"token": s.o.Key, "base_url": baseURL + Prefix}
}

func (s *Shop) routes() {
	add := func(a sim.Access) func(string, sim.Handler) {
		return func(pattern string, h sim.Handler) {
			s.Handle(strings.Replace(pattern, " ", " "+Prefix, 1), a, s.guard(a, h))
		}
	}
	read, write := add(sim.Read), add(sim.Write)
	read("GET /me", s.me)
	read("POST /orders/_search", s.searchOrders)
	read("GET /orders/{id}", s.getOrder)
	write("PATCH /orders/{id}", s.patchOrder)
	write("PATCH /orders/{id}/status", s.patchStatus)
	read("POST /products/_search", s.searchProducts)
	read("GET /products/{id}", s.getProduct)
	write("POST /products/{id}", s.createProduct)
	write("PATCH /products/{id}", s.patchProduct)
	write("PATCH /products/batch-update", s.batchUpdate)
	read("GET /inbox", s.readInbox)
	read("POST /inbox/_search", s.searchInbox)
	write("POST /inbox/mark-read", s.markRead)
	read("GET /hooks", s.listHooks)
	write("PUT /hooks/{name}", s.putHook)
	write("DELETE /hooks/{name}", s.deleteHook)
	write("POST /shipping/external", s.reportParcels)
	read("GET /dictionaries/deliveryMethods", s.deliveryMethods)
	read("GET /dictionaries/deliveryVendors", s.deliveryVendors)
	read("GET /dictionaries/billingEntryTypes", s.billingTypes)
	read("POST /billing/company/entries", s.billingEntries)
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return failure(http.StatusNotFound, "Not found") })
}

// Withdraw takes the key's right to change anything away, or gives it back.
func (s *Shop) Withdraw(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readOnly = on
}

// guard lets a call through when its key is good and may do what the route does.
func (s *Shop) guard(a sim.Access, h sim.Handler) sim.Handler {
	return func(c *sim.Call) sim.Answer {
		if c.Bearer() != s.o.Key || c.Struck(sim.ExpireTokens) {
			return failure(http.StatusUnauthorized, "Unauthorized")
		}
		s.mu.Lock()
		refused := s.readOnly && a == sim.Write
		s.mu.Unlock()
		if refused {
			return failure(http.StatusForbidden, "The key has no right to do this")
		}
		return h(c)
	}
}

func (s *Shop) me(*sim.Call) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{"id": 4711, "name": "sklep-lad", "active": true, "externalMatchingPolicy": "disabled"})
}

// failure is an error as the API writes it.
func failure(status int, text string) sim.Answer {
	return sim.JSON(status, map[string]any{"name": http.StatusText(status), "message": text})
}

func invalid(text string) *sim.Answer {
	a := failure(http.StatusBadRequest, text)
	return &a
}

// decode reads a body strictly: a member that the API does not know is refused. An empty body is an empty object.
func decode(c *sim.Call, v any) *sim.Answer {
	if len(bytes.TrimSpace(c.Body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(c.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return invalid("Request validation failed")
	}
	return nil
}
