// Package woocommerce simulates the REST API v3 of a WooCommerce shop: keys that sign requests over plain HTTP and travel in
// a header over HTTPS, numbered pages with their totals in headers, batches that answer 200 with errors inside, stock that
// the shop itself moves with an order's status, and webhooks that are delivered once and disabled after failures.
// Creating and deleting orders and products is left out: no hub asks for it.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - a key in a header or in the address is refused over plain HTTP, a timestamp more than 15 minutes off and a nonce that
//     was used before too;
//   - modified_after, after and before are exclusive and count whole seconds; orderby=modified does not exist;
//   - status=any leaves out trash and auto-draft; a status with the prefix wc- is none;
//   - a batch of more than 100 objects is refused as a whole with 413; /products/batch does not know variations;
//   - the shop moves an order from any status to any other, as the sheet names no forbidden step;
//   - cash on delivery waits on-hold for a call unless Options.CODStatus says otherwise;
//   - what is not in the sheet and is needed to learn a shop's own words follows the public API documentation:
//     reports/orders/totals, payment_gateways and shipping/zones; so does the removal of webhooks, which wants force=true.
package woocommerce

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Paths that every call starts with.
const (
	root   = "/wp-json"
	prefix = root + "/wc/v3"
)

// politePerSecond is the rate that hosts bear, as practice has it; the core has no limit.
const politePerSecond = 3

// Options of a simulated shop.
type Options struct {
	sim.Options
	Key, Secret string // "" = fixed ones
	// PlainPermalinks serves the API under /?rest_route= only.
	PlainPermalinks bool
	// StripsAuthorization loses the header of that name, as PHP behind CGI does.
	StripsAuthorization bool
	// CachesReads answers the same address with the same bytes for ten minutes, as a caching plug-in does.
	CachesReads bool
	// NoStockManagement switches the shop's counting off: quantities do not exist, only stock_status does.
	NoStockManagement bool
	Currency          string // "" = UAH
	NoDecimals        bool   // amounts in whole units
	TaxPercent        int64  // part of the shown prices; lines of orders tell it apart
	Zone              string // of local times; "" = Europe/Kyiv
	Custom            []CustomStatus
	// CODStatus is what a fresh order with cash on delivery gets; "" = on-hold.
	CODStatus string
	// ShipmentTracking has the extension of that name installed.
	ShipmentTracking bool
	// GuardsTargets delivers webhooks to public hosts on ports 80, 443 and 8080 only.
	GuardsTargets bool
	// Client delivers webhooks; nil = a client with a ten-second timeout.
	Client *http.Client
}

// CustomStatus is an order status that a plug-in has added.
type CustomStatus struct{ Slug, Title string }

// Shop is a simulated WooCommerce shop.
type Shop struct {
	*sim.Front
	o    Options
	zone *time.Location

	mu       sync.Mutex
	right    Right
	revoked  bool
	off      bool
	nonces   map[string]time.Time
	cache    map[string]cached
	statuses []CustomStatus
	orders   *sim.Book[order]
	products *sim.Book[product]
	bySKU    map[string]int64
	groups   map[string]int64  // variable products by the SKU of their first variant
	children map[int64][]int64 // variations by product
	hooks    []*hook           // oldest first
	queue    []event
	lastHook int64
	lastLine int64
	lastMeta int64
}

var _ sim.Shop = (*Shop)(nil)

// New opens a shop without products.
func New(o Options) *Shop {
	if o.Key == "" {
		o.Key, o.Secret = "ck_5d1e0f6b7a8c9d0e1f2a3b4c5d6e7f8091a2b3c4", "cs_0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
	}
	if o.Currency == "" {
		o.Currency = "UAH"
	}
	if o.CODStatus == "" {
		o.CODStatus = statusOnHold
	}
	if o.Client == nil {
		o.Client = &http.Client{
			Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	s := &Shop{
		Front: sim.NewFront("woocommerce", o.Options, politePerSecond), o: o, zone: sim.Kyiv(), right: ReadWrite,
		nonces: map[string]time.Time{}, cache: map[string]cached{}, orders: sim.NewBook[order](), products: sim.NewBook[product](),
		bySKU: map[string]int64{}, groups: map[string]int64{}, children: map[int64][]int64{},
	}
	if o.Zone != "" {
		zone, err := time.LoadLocation(o.Zone)
		if err != nil {
			panic("woocommerce: " + err.Error())
		}
		s.zone = zone
	}
	s.statuses = append(append(s.statuses, coreStatuses...), o.Custom...)
	s.routes()
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"base_url": baseURL, "consumer_key": s.o.Key, "consumer_secret": s.o.Secret}
}

func (s *Shop) routes() {
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return sim.HTML(http.StatusNotFound) })
	s.Handle(root+"/", sim.Read, func(*sim.Call) sim.Answer { return noRoute() })
	s.Handle("GET "+root+"/{$}", sim.Read, s.index)
	read := func(path string, h sim.Handler) { s.Handle("GET "+prefix+path, sim.Read, s.guard(ReadOnly, h)) }
	write := func(method, path string, h sim.Handler) {
		s.Handle(method+" "+prefix+path, sim.Write, s.guard(WriteOnly, h))
	}
	read("/system_status", s.systemStatus)
	read("/reports/orders/totals", s.orderTotals)
	read("/payment_gateways", s.paymentGateways)
	read("/shipping/zones", s.shippingZones)
	read("/shipping/zones/{id}/methods", s.shippingMethods)
	read("/orders", s.listOrders)
	read("/orders/{id}", s.getOrder)
	write("PUT", "/orders/{id}", s.updateOrder)
	write("POST", "/orders/{id}/notes", s.addNote)
	write("POST", "/orders/{id}/refunds", s.refund)
	read("/products", s.listProducts)
	read("/products/{id}", s.getProduct)
	write("POST", "/products/batch", s.batchProducts)
	read("/products/{id}/variations", s.listVariations)
	write("POST", "/products/{id}/variations/batch", s.batchVariations)
	read("/webhooks", s.listHooks)
	write("POST", "/webhooks", s.createHook)
	write("PUT", "/webhooks/{id}", s.updateHook)
	write("DELETE", "/webhooks/{id}", s.deleteHook)
	if s.o.ShipmentTracking {
		path := root + "/wc-shipment-tracking/v3/orders/{id}/shipment-trackings"
		s.Handle("GET "+path, sim.Read, s.guard(ReadOnly, s.listTrackings))
		s.Handle("POST "+path, sim.Write, s.guard(WriteOnly, s.addTracking))
	}
}

// ServeHTTP finds the route in the address of a shop whose permalinks are not pretty.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route := r.URL.Query().Get("rest_route")
	path := r.URL.Path
	switch {
	case strings.HasPrefix(route, "/") && (path == "/" || path == "/index.php"):
		path = root + route
	case s.o.PlainPermalinks && strings.HasPrefix(path, root):
		path = "/"
	}
	if path != r.URL.Path {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = path, ""
	}
	s.Front.ServeHTTP(w, r)
}

// SetPlugin switches the WooCommerce plug-in off or on.
func (s *Shop) SetPlugin(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off = !on
}

// failure is an error as WordPress writes it.
func failure(status int, code, text string) sim.Answer {
	return sim.JSON(status, map[string]any{"code": code, "message": text, "data": map[string]any{"status": status}})
}

func noRoute() sim.Answer {
	return failure(http.StatusNotFound, "rest_no_route", "No route was found matching the URL and request method.")
}

func invalid(names ...string) sim.Answer {
	return failure(http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): "+strings.Join(names, ", "))
}
