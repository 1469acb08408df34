// Package rozetka simulates the Seller API of Rozetka Marketplace: failures with HTTP 200 and success:false, twenty orders a
// page, a page beyond the end that repeats the last one, a strict status graph, a price guard that parks large changes, and
// a price list that owns stock in mode 3.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - repeating the present status without a new ttn or comment is error 1005;
//   - 47 and 55 lead where 26 leads; 61 and what the carrier drives lead nowhere by the seller's hand;
//   - the price guard acts whatever isIgnoreCheck says;
//   - an order brings the shown stock down, a cancellation does not bring it back;
//   - the buyer's e-mail is the literal "true" unless Options.ShowEmails;
//   - goods come under content.items, at most 100 a page.
package rozetka

import (
	"net/http"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// politePerSecond is the request rate the API sheet advises.
const politePerSecond = 2

// sessionLife is how long a session token lives without use.
const sessionLife = 24 * time.Hour

// Options of a simulated Rozetka seller.
type Options struct {
	sim.Options
	Token    string // static API token; "" = a fixed one
	Username string // of the cabinet login; "" = a fixed one
	Password string
	// TokenIdleLife is how long the static token lives without use; 0 = for ever.
	TokenIdleLife time.Duration
	// SessionLacksOrders makes tokens of a password login answer 1010 on orders, as observed on live accounts.
	SessionLacksOrders bool
	ShowEmails         bool
	// Availability is the stock mode of the seller's source: 3 = the price list owns quantities, 4 = the API does (default).
	Availability int
}

// Shop is a simulated Rozetka seller.
type Shop struct {
	*sim.Front
	o Options

	mu        sync.Mutex
	sessions  map[string]session
	issued    int
	tokenUsed time.Time
	mode      int // see Options.Availability
	pulled    time.Time
	orders    *sim.Book[order]
	items     *sim.Book[item]
	byOffer   map[string]int64 // price_offer_id to rz_item_id
	byInner   map[int64]int64  // item_id to rz_item_id
	feed      map[string]feedRow
	purchases int64 // last purchase id
}

var _ sim.Shop = (*Shop)(nil)

// New opens a seller without offers.
func New(o Options) *Shop {
	set := func(v *string, def string) {
		if *v == "" {
			*v = def
		}
	}
	set(&o.Token, "rozetka-sim-token")
	set(&o.Username, "seller")
	set(&o.Password, "seller-password")
	if o.Availability == 0 {
		o.Availability = modeAPI
	}
	s := &Shop{
		Front: sim.NewFront("rozetka", o.Options, politePerSecond), o: o, mode: o.Availability, sessions: map[string]session{},
		orders: sim.NewBook[order](), items: sim.NewBook[item](), byOffer: map[string]int64{}, byInner: map[int64]int64{},
		feed: map[string]feedRow{}, purchases: firstPurchase - 1,
	}
	s.tokenUsed, s.pulled = s.Now(), s.Now()
	s.routes()
	return s
}

// Settings implements sim.Shop with the static token.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"token": s.o.Token, "base_url": baseURL}
}

// LoginSettings are the settings of a cabinet login instead of the static token.
func (s *Shop) LoginSettings(baseURL string) map[string]string {
	return map[string]string{"username": s.o.Username, "password": s.o.Password, "base_url": baseURL}
}

func (s *Shop) routes() {
	s.Handle("POST /sites", sim.Read, s.login)
	s.Handle("POST /sites/logout", sim.Read, s.guard(roleNone, s.logout))
	add := func(pattern string, a sim.Access, r role, h sim.Handler) { s.Handle(pattern, a, s.guard(r, h)) }
	add("GET /orders/search", sim.Read, roleOrders, s.searchOrders)
	add("GET /orders/counts", sim.Read, roleOrders, s.countOrders)
	add("GET /orders/{id}", sim.Read, roleOrders, s.getOrder)
	add("PUT /orders/{id}", sim.Write, roleOrders, s.updateOrder)
	add("GET /orders/status-payment/{id}", sim.Read, roleOrders, s.orderPayment)
	add("GET /payments/payment-statuses", sim.Read, roleOrders, s.listPaymentStatuses)
	add("GET /order-statuses/search", sim.Read, roleOrders, s.searchStatuses)
	add("GET /status-availables/search", sim.Read, roleOrders, s.searchTransitions)
	add("GET /goods/details", sim.Read, roleItems, s.itemDetails)
	add("GET /goods/{kind}", sim.Read, roleItems, s.listGoods)
	add("PUT /items/mass-update", sim.Write, roleItems, s.massUpdate)
	add("GET /markets/sources-list", sim.Read, roleItems, s.listSources)
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return fail(codeNoRoute, "route_not_found", nil) })
}

// Error codes of the API.
const (
	codeMissing  = 1001
	codeFormat   = 1002
	codeLogin    = 1004
	codeCheck    = 1005
	codeUnknown  = 1009
	codeDenied   = 1010
	codeNoEntity = 1019
	codeNoRoute  = 5404
	codeNoAuth   = 5401
	codeExpired  = 6001
)

// ok is the envelope of success.
func ok(content any) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{"success": true, "content": content})
}

// fail is the envelope of failure, with HTTP 200 all the same.
func fail(code int, message string, details any) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{"success": false, "errors": map[string]any{"message": message, "code": code, "details": details}})
}

// meta tells where a page stands.
type meta struct {
	Total   int `json:"totalCount"`
	Pages   int `json:"pageCount"`
	Current int `json:"currentPage"`
	PerPage int `json:"perPage"`
}

// paginate turns a wanted page into a real one: beyond the end the last page comes again.
func paginate(total, page, perPage int) meta {
	m := meta{Total: total, Pages: (total + perPage - 1) / perPage, PerPage: perPage}
	m.Current = max(1, min(page, m.Pages))
	return m
}

// slicePage cuts the page a meta describes out of a small list.
func slicePage[T any](all []T, m meta) []T {
	from := min(len(all), (m.Current-1)*m.PerPage)
	return all[from:min(len(all), from+m.PerPage)]
}
