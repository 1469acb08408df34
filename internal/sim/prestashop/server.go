// Package prestashop simulates the webservice of a PrestaShop shop (1.6, 1.7, 8) from the API sheet: XML and JSON answers,
// rights of the key per resource and method, the query language, bulk writes that stop at the first error, and the traps of
// the sheet as options.
package prestashop

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// politePerSecond: the product has no limit, and the sheet asks for at most two requests at once.
const politePerSecond = 2

// Options of a simulated shop.
type Options struct {
	sim.Options
	Key      string
	Old      bool           // numbers its states as 1.6 does, and knows no PATCH
	Zone     *time.Location // of every time it reports; nil = Kyiv
	Currency string         // ISO code of the prices; "" = UAH
	Shops    []int64        // multistore; nil = one shop, number 1
	// TaxPerMille is the rate of every product; negative = no tax, 0 = 200.
	TaxPerMille int64
	Gateway     bool // the server in front refuses PUT, PATCH and DELETE with a web page: mod_security
	Notices     bool // developer mode: a write is done and then answered with errors of PHP
	BOM         bool // answers begin with a byte order mark, as after a careless module
}

// Shop is a simulated shop.
type Shop struct {
	*sim.Front
	o Options

	mu          sync.Mutex
	disabled    bool
	maintenance bool
	lame        map[string]string // methods taken away from the key, by resource
	resources   map[string]*resource
	states      []state

	products *sim.Book[product]
	combos   map[int64]*combination
	stocks   map[int64]*stockRow
	bySKU    map[string]offerKey
	orders   *sim.Book[order]
	buyers   []sim.Buyer // customer and address n stand at n-1
	history  []change
	lastRow  int64 // id of the newest order row
}

var _ sim.Shop = (*Shop)(nil)

// New opens a shop without offers.
func New(o Options) *Shop {
	if o.Key == "" {
		o.Key = "PRESTASIMKEY0000000000000000WORK"
	}
	if o.Zone == nil {
		o.Zone = sim.Kyiv()
	}
	if o.Currency == "" {
		o.Currency = "UAH"
	}
	if len(o.Shops) == 0 {
		o.Shops = []int64{1}
	}
	if o.TaxPerMille == 0 {
		o.TaxPerMille = 200
	}
	o.TaxPerMille = max(o.TaxPerMille, 0)
	s := &Shop{
		Front: sim.NewFront("prestashop", o.Options, politePerSecond), o: o, lame: map[string]string{}, states: stateTable(o.Old),
		products: sim.NewBook[product](), combos: map[int64]*combination{}, stocks: map[int64]*stockRow{}, bySKU: map[string]offerKey{},
		orders: sim.NewBook[order](),
	}
	s.resources = s.table()
	s.routes()
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"base_url": baseURL, "token": s.o.Key}
}

// SetEnabled switches the webservice on or off, as its page in the shop's back office does.
func (s *Shop) SetEnabled(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disabled = !on
}

// SetMaintenance puts the whole shop behind a web page with 503.
func (s *Shop) SetMaintenance(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maintenance = on
}

// Forbid takes methods of a resource away from the key: Forbid("orders", "PUT POST"). All of them hide the resource.
func (s *Shop) Forbid(resource, methods string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lame[resource] = methods
}

// dispatcher is the address of the webservice without URL rewriting.
const dispatcher = "/webservice/dispatcher.php"

func (s *Shop) routes() {
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		access := sim.Write
		if method == "GET" || method == "HEAD" {
			access = sim.Read
		}
		s.Handle(method+" /api/", access, s.answer)
		s.Handle(method+" "+dispatcher, access, s.answer)
	}
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return sim.HTML(http.StatusNotFound) })
}

// answer takes a call through the shop's checks in their order: server, switch, key, shop, method, resource.
func (s *Shop) answer(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	method := c.Request.Method
	if s.o.Gateway && (method == "PUT" || method == "PATCH" || method == "DELETE") {
		return sim.HTML(http.StatusForbidden)
	}
	if s.maintenance {
		return sim.HTML(http.StatusServiceUnavailable)
	}
	if method == "POST" && c.Query("ps_method") != "" {
		method = strings.ToUpper(c.Query("ps_method"))
	}
	name, id, _ := strings.Cut(strings.Trim(s.path(c), "/"), "/")
	out, fail := s.route(c, method, name, id)
	if fail != nil {
		return s.write(c, fail.status, fail.element())
	}
	if s.o.Notices && method != "GET" {
		f := refuse(http.StatusInternalServerError, 5, "[PHP Notice #8] Undefined index: id_shop (line 421)")
		return s.write(c, f.status, f.element())
	}
	status := http.StatusOK
	if method == "POST" {
		status = http.StatusCreated
	}
	return s.write(c, status, out)
}

// path is resource and id: below /api/, or in the parameter url.
func (s *Shop) path(c *sim.Call) string {
	if c.Path() == dispatcher {
		return c.Query("url")
	}
	return strings.TrimPrefix(c.Path(), "/api/")
}

func (s *Shop) route(c *sim.Call, method, name, id string) (*element, *failure) {
	if f := s.admit(c, method, name); f != nil {
		return nil, f
	}
	if name == "" {
		return s.permitted(), nil
	}
	r := s.resources[name]
	if method == "GET" || method == "HEAD" {
		return s.read(c, r, id)
	}
	return s.save(c, r, method, id)
}

// write sends an element as XML, or as JSON where that is asked for.
func (s *Shop) write(c *sim.Call, status int, e *element) sim.Answer {
	if asked := c.Query("output_format") + c.Request.Header.Get("Output-Format") + c.Request.Header.Get("Io-Format"); strings.EqualFold(asked, "JSON") {
		return sim.JSON(status, asJSON(e))
	}
	if c.Struck(sim.UnknownFields) {
		grow(e, e.list)
	}
	text := document(e)
	if s.o.BOM {
		text = "\ufeff" + text
	}
	return sim.Answer{Status: status, Text: text, Type: "text/xml; charset=utf-8"}
}

// asJSON wraps an element; an empty list is a bare [].
func asJSON(e *element) any {
	switch {
	case e.name == "errors":
		list := []any{}
		for _, k := range e.kids {
			list = append(list, map[string]any{"code": k.number("code"), "message": k.value("message")})
		}
		return map[string]any{"errors": list}
	case e.list && len(e.kids) == 0:
		return []any{}
	case e.list:
		list := []any{}
		for _, k := range e.kids {
			list = append(list, k.json())
		}
		return map[string]any{e.name: list}
	}
	return map[string]any{e.name: e.json()}
}

// grow adds a field nobody knows to everything that has fields; rows says that e is a mere list of rows.
func grow(e *element, rows bool) {
	if len(e.kids) == 0 || e.kids[0].name == "language" || e.kids[0].name == "error" {
		return
	}
	for _, k := range e.kids {
		grow(k, e.name == "associations")
	}
	if !rows && e.name != "associations" {
		e.kids = append(e.kids, group("x_added_field", leaf("x_inner", "нове")))
	}
}
