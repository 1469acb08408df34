// Package horoshop simulates the store API of a Horoshop site: functions called by POST with the token inside the body, an
// envelope with a status of its own at HTTP 200, tokens that live ten minutes, offsets that mean nothing without a limit,
// and webhooks that are only hints.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - orders/get answers newest first, so an order that arrives between two pages repeats a row;
//   - limit 0 answers EMPTY; a body over 400 KB drops the connection;
//   - import ignores without a word what has no effect: quantity, presence under warehouse accounting, residues without it;
//   - hooks/* answer a bad token with HTTP 401 and a full subscription list with HTTP 400; an undelivered hook is lost.
package horoshop

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

const (
	// politePerSecond stands in for a rate the vendor does not publish.
	politePerSecond = 5
	// maxBody is the size of a body above which the shop drops the connection, as measured on live shops.
	maxBody = 400_000
)

// Statuses of the envelope.
const (
	statusOK           = "OK"
	statusEmpty        = "EMPTY"
	statusWarning      = "WARNING"
	statusError        = "ERROR"
	statusHTTPError    = "HTTP_ERROR"
	statusUnauthorized = "UNAUTHORIZED"
	statusLogin        = "AUTHORIZATION_ERROR"
	statusUndefined    = "UNDEFINED_FUNCTION"
)

// Options of a simulated Horoshop site.
type Options struct {
	sim.Options
	Login    string // "" = a fixed one
	Password string
	// TokenLife is how long a token lives; 0 = the documented 600 s.
	TokenLife time.Duration
	// Version of the shop, "4.0" when empty. Offsets need 3.30, orders/get_available_statuses 4.0.
	Version string
	// APIOff answers 404 on /api/, as on a tariff without the API module.
	APIOff bool
	// NoAccounting switches warehouse accounting off: presence says what is there, quantities do not exist.
	NoAccounting bool
	Warehouses   []string // besides the main one, "office"
	Custom       []CustomStatus
	// NoRussian switches the language "ru" off: it reads "" and writes to it are dropped.
	NoRussian bool
	// NoOwnTracking accepts own_tracking_code and does nothing, as on shops where it is not released.
	NoOwnTracking bool
	// SampleLog writes order logs as the documentation's sample does: key "messages", no order_id.
	SampleLog bool
	// SilentHooks registers subscriptions that never fire, as on a lower tariff.
	SilentHooks bool
	// Client delivers hooks; nil = a client with a ten-second timeout.
	Client *http.Client
}

// CustomStatus is a shop-defined order status.
type CustomStatus struct {
	ID         int
	Title      string
	Successful bool
}

// Shop is a simulated Horoshop site.
type Shop struct {
	*sim.Front
	o       Options
	version [2]int

	mu         sync.Mutex
	tokens     map[string]token
	issued     int
	statuses   []CustomStatus
	warehouses []string
	orders     *sim.Book[order]
	offers     *sim.Book[offer]
	byArticle  map[string]int64
	parents    []string // category paths; an id is firstParent + its position
	hooks      []hook
	lastHook   int
	queue      []event
}

var _ sim.Shop = (*Shop)(nil)

// New opens a site without offers.
func New(o Options) *Shop {
	if o.Login == "" {
		o.Login, o.Password = "api_user", "horoshop-sim-password"
	}
	if o.TokenLife == 0 {
		o.TokenLife = tokenLife
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	s := &Shop{
		Front: sim.NewFront("horoshop", o.Options, politePerSecond), o: o, version: version(o.Version), tokens: map[string]token{},
		statuses: []CustomStatus{{1, "Новий", false}, {2, "В обробці", false}, {6, "Доставляється", false}, {3, "Доставлено", true}, {4, "Не доставлено", false}},
		orders:   sim.NewBook[order](), offers: sim.NewBook[offer](), byArticle: map[string]int64{},
		warehouses: append([]string{mainWarehouse}, o.Warehouses...),
	}
	s.statuses = append(s.statuses, o.Custom...)
	s.routes()
	return s
}

// version reads "3.30" as {3, 30}.
func version(text string) [2]int {
	if text == "" {
		return [2]int{4, 0}
	}
	major, minor, _ := strings.Cut(text, ".")
	a, _ := strconv.Atoi(major) // nonsense reads as the oldest version
	b, _ := strconv.Atoi(minor)
	return [2]int{a, b}
}

func (s *Shop) since(major, minor int) bool {
	return s.version[0] > major || s.version[0] == major && s.version[1] >= minor
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"login": s.o.Login, "password": s.o.Password, "base_url": baseURL}
}

func (s *Shop) routes() {
	page404 := func(*sim.Call) sim.Answer { return sim.HTML(http.StatusNotFound) }
	s.Handle("/", sim.Read, page404)
	if s.o.APIOff {
		return
	}
	add := func(function string, a sim.Access, h sim.Handler) {
		s.Handle("POST /api/"+function, a, h)
		s.Handle("POST /api/"+function+"/{$}", a, h)
	}
	add("auth", sim.Read, s.auth)
	add("orders/get", sim.Read, s.guard(s.getOrders))
	add("orders/update", sim.Write, s.guard(s.updateOrders))
	if s.since(4, 0) {
		add("orders/get_available_statuses", sim.Read, s.guard(s.availableStatuses))
	}
	add("catalog/export", sim.Read, s.guard(s.exportCatalog))
	add("catalog/import", sim.Write, s.guard(s.importCatalog))
	add("catalog/importResidues", sim.Write, s.guard(s.importResidues))
	add("pages/export", sim.Read, s.guard(s.exportPages))
	add("hooks/subscribe", sim.Write, s.hookGuard(s.subscribe))
	add("hooks/unSubscribe", sim.Write, s.hookGuard(s.unSubscribe))
	s.Handle("POST /api/", sim.Read, func(*sim.Call) sim.Answer { return envelope(statusUndefined, map[string]any{}) })
}

// envelope is an answer of every function but the hooks'.
func envelope(status string, response any) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{"status": status, "response": response})
}

func message(status, text string) sim.Answer {
	return envelope(status, map[string]any{"message": text})
}

// decode reads the body; the answer is not nil when it is no JSON. A byte order mark is none.
func decode(c *sim.Call, v any) *sim.Answer {
	if len(c.Body) > maxBody {
		return &sim.Answer{Abort: true}
	}
	if !bytes.HasPrefix(c.Body, []byte("\xef\xbb\xbf")) && json.Unmarshal(c.Body, v) == nil {
		return nil
	}
	a := envelope(statusHTTPError, map[string]any{"code": http.StatusBadRequest, "message": "Request body is not a valid JSON"})
	return &a
}
