// Package allegro simulates the Allegro REST API: OAuth with refresh tokens that work once, an order event journal beside
// checkout forms with revisions, offers that end at stock zero, and batch commands whose outcome is asked for afterwards.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - a page size out of bounds is refused with 422, not cut;
//   - an event id that has left the journal (or never was in it) is 404, and event-stats knows kept events only;
//   - BOUGHT events never carry a checkout form id;
//   - a fulfilment status moves forward only, from READY_FOR_PROCESSING orders only; CANCELLED, PICKED_UP and RETURNED are final;
//   - a shipment changes the form's revision and updatedAt and makes no event; OTHER needs a carrierName;
//   - a waybill on more than five orders is 409; the same waybill twice on one order is two shipments;
//   - an order brings the shown stock down, a cancellation does not bring it back; stock that comes down to zero ends the offer;
//   - raising the stock of an ended offer leaves it ended;
//   - FIXED stock in a bulk modification must be above zero, as in a quantity command;
//   - the offers of other sellers are 403 when read or changed by id, and absent from lists;
//   - repeating a spent refresh token within 60 seconds answers the same pair.
package allegro

import (
	"net/http"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// perSecond is the sheet's request rate of one application: 9,000 a minute.
const perSecond = 150

// Media types of requests and answers.
const (
	mediaPublic = "application/vnd.allegro.public.v1+json"
	mediaBeta   = "application/vnd.allegro.beta.v1+json"
)

// marketplace and currency of the simulated account.
const (
	marketplace = "allegro-pl"
	currency    = "PLN"
)

// Options of a simulated Allegro account.
type Options struct {
	sim.Options
	ClientID     string // of the application; "" = a fixed one
	ClientSecret string
	Scopes       []string // granted to new sessions, without the prefix; nil = all that the simulator knows
	// CommandLag is how long a batch command works before its changes show; EditLag is the same for PATCH, which then answers
	// 202. 0 = done at once.
	CommandLag time.Duration
	EditLag    time.Duration
	// Fulfillment puts new orders into Allegro's own warehouse (One Fulfillment).
	Fulfillment bool
}

// Shop is a simulated Allegro account.
type Shop struct {
	*sim.Front
	o Options

	mu         sync.Mutex
	access     map[string]session
	refresh    map[string]refreshToken
	live       []string // access tokens, oldest first
	devices    map[string]*device
	issued     int
	orders     *sim.Book[order]
	rawIDs     map[string]int64 // ids of raw orders that are not ours
	waybills   map[string]int   // orders that a waybill is on
	journal    []event
	offers     *sim.Book[offer]
	bySKU      map[string]int64
	foreign    map[int64]bool   // offers of other sellers
	locked     map[int64]string // offers that Allegro lets nobody change, with the reason
	commands   map[string]*command
	commandIDs []string // oldest first
	jobs       []job
	bills      []bill
	revisions  int64
	lastBill   int64
}

var _ sim.Shop = (*Shop)(nil)

// New opens an account without offers.
func New(o Options) *Shop {
	if o.ClientID == "" {
		o.ClientID = "allegro-sim-client"
	}
	if o.ClientSecret == "" {
		o.ClientSecret = "allegro-sim-secret"
	}
	if o.Scopes == nil {
		o.Scopes = allScopes
	}
	s := &Shop{
		Front: sim.NewFront("allegro", o.Options, perSecond), o: o, access: map[string]session{}, refresh: map[string]refreshToken{},
		devices: map[string]*device{}, orders: sim.NewBook[order](), rawIDs: map[string]int64{}, waybills: map[string]int{},
		offers: sim.NewBook[offer](), bySKU: map[string]int64{}, foreign: map[int64]bool{}, locked: map[int64]string{}, commands: map[string]*command{},
	}
	s.routes()
	return s
}

// Settings implements sim.Shop with a session of its own.
func (s *Shop) Settings(baseURL string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	pair := s.issue(s.Now(), s.o.Scopes)
	return map[string]string{
		"base_url": baseURL, "client_id": s.o.ClientID, "client_secret": s.o.ClientSecret, "access_token": pair.access, "refresh_token": pair.refresh,
	}
}

func (s *Shop) routes() {
	s.Handle("POST /auth/oauth/device", sim.Read, s.deviceCode)
	s.Handle("POST /auth/oauth/token", sim.Read, s.token)
	s.Handle("GET "+consentPath, sim.Read, s.consent)
	s.Handle("POST "+consentPath, sim.Read, s.consented)
	add := func(pattern string, a sim.Access, scope string, h sim.Handler) {
		s.Handle(pattern, a, s.guard(scope, mediaPublic, h))
	}
	beta := func(pattern string, a sim.Access, scope string, h sim.Handler) {
		s.Handle(pattern, a, s.guard(scope, mediaBeta, h))
	}
	add("GET /me", sim.Read, "profile:read", s.me)
	add("GET /order/events", sim.Read, "orders:read", s.events)
	add("GET /order/event-stats", sim.Read, "orders:read", s.eventStats)
	add("GET /order/checkout-forms", sim.Read, "orders:read", s.listForms)
	add("GET /order/checkout-forms/{id}", sim.Read, "orders:read", s.getForm)
	add("PUT /order/checkout-forms/{id}/fulfillment", sim.Write, "orders:write", s.setFulfillment)
	add("GET /order/checkout-forms/{id}/shipments", sim.Read, "orders:read", s.listShipments)
	add("POST /order/checkout-forms/{id}/shipments", sim.Write, "orders:write", s.addShipment)
	add("GET /order/carriers", sim.Read, "orders:read", s.listCarriers)
	add("GET /sale/offers", sim.Read, "sale:offers:read", s.listOffers)
	add("GET /sale/product-offers/{id}", sim.Read, "sale:offers:read", s.getOffer)
	add("GET /sale/product-offers/{id}/parts", sim.Read, "sale:offers:read", s.offerParts)
	add("PATCH /sale/product-offers/{id}", sim.Write, "sale:offers:write", s.patchOffer)
	for kind, c := range commandKinds {
		put, get := "PUT /sale/"+kind+"/{command}", "GET /sale/"+kind+"/{command}"
		route := add
		if c.beta {
			put, route = "POST /sale/"+kind, beta
		}
		route(put, sim.Write, "sale:offers:write", func(call *sim.Call) sim.Answer { return s.startCommand(call, c) })
		route(get, sim.Read, "sale:offers:read", s.commandSummary)
		route(get+"/tasks", sim.Read, "sale:offers:read", s.commandTasks)
	}
	add("GET /billing/billing-entries", sim.Read, "billing:read", s.billingEntries)
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return fail(http.StatusNotFound, "NotFound", "no such resource") })
}

// enter takes the lock and finishes the jobs that are due; the caller unlocks.
func (s *Shop) enter(c *sim.Call) {
	s.mu.Lock()
	for len(s.jobs) > 0 && !s.jobs[0].due.After(c.At) {
		next := s.jobs[0]
		s.jobs = s.jobs[1:]
		next.run(c)
	}
}

// job is a change that is accepted and not made yet.
type job struct {
	due time.Time
	run func(*sim.Call)
}

// later makes a change after a while, in the order of acceptance; without a while at once.
func (s *Shop) later(c *sim.Call, lag time.Duration, run func(*sim.Call)) {
	if lag <= 0 {
		run(c)
		return
	}
	s.jobs = append(s.jobs, job{c.At.Add(lag), run})
}

// fault is one entry of "errors".
type fault struct {
	Code        string  `json:"code"`
	Message     string  `json:"message"`
	Details     *string `json:"details"`
	Path        *string `json:"path"`
	UserMessage string  `json:"userMessage"`
}

func faultOf(code, message string) fault {
	return fault{Code: code, Message: message, UserMessage: message}
}

// fail is the body of a refusal.
func fail(status int, code, message string) sim.Answer {
	return sim.JSON(status, map[string]any{"errors": []fault{faultOf(code, message)}})
}

func invalid(message string) sim.Answer {
	return fail(http.StatusUnprocessableEntity, "ValidationException", message)
}

func noOrder() sim.Answer { return fail(http.StatusNotFound, "OrderNotFound", "no such order") }

// amount is money as the API writes it.
type amount struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func pln(minor int64) amount { return amount{sim.Decimal(minor), currency} }

// stamp writes a time as the channel's clock shows it.
func stamp(c *sim.Call, t time.Time) string {
	return c.Stamp(t).UTC().Format("2006-01-02T15:04:05.000Z")
}
