// Package shopfile simulates an own web shop that carries a BaseLinker integration file: one address that takes form fields by
// POST, a shared password in every call, an action by name, and JSON as PHP writes it.
//
// Readings of what the sheet leaves open, the stricter one each time:
//   - an answer with more than one page tells the number of pages, counted from 1; orders come 100 to a page by their ids,
//     products 200;
//   - time_from compares the time of creation, so a changed order is found only by asking for it again;
//   - a counter counts what exists, never what was asked for; an unknown status is an error;
//   - a batch with a quantity or price that is no number is refused as a whole and changes nothing;
//   - an empty map is [] and a map whose keys count from 0 is a list, as PHP has it;
//   - a waybill number is stored and not shown in OrdersGet: the protocol names no field for it;
//   - the pieces of a cancelled order do not come back by themselves.
package shopfile

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/lad-hub/lad/internal/sim"
)

// Path is where the file lies; it is part of the address.
const Path = "/baselinker.php"

const (
	// politePerSecond stands in for what a small web server bears.
	politePerSecond = 5
	ordersPage      = 100
	productsPage    = 200
	// maxData is how many products ProductsData gives at once.
	maxData = 100
)

// Options of a simulated shop.
type Options struct {
	sim.Options
	Password string // "" = a fixed one
	// Without names actions that this shop's file does not offer.
	Without []string
	// Statuses are the shop's order statuses by id; nil = the words new, processing, sent, completed, cancelled, returned.
	Statuses map[string]string
	// NewStatus is the id of a fresh order's status, CancelledStatus of a cancelled one's; "" = "new" and "cancelled".
	NewStatus, CancelledStatus string
	// Currency of prices in orders; "" = orders and products name none.
	Currency string
	// Notices is what PHP writes before the JSON.
	Notices string
	// Framework answers errors with HTTP 401 or 422 and numbers for codes, as plugins of some frameworks do.
	Framework bool
	// OnePage gives every list whole and tells no pages, as old files do.
	OnePage bool
}

// Shop is a simulated shop with an integration file.
type Shop struct {
	*sim.Front
	o     Options
	calls map[string]func(call) sim.Answer

	mu      sync.Mutex
	gone    bool
	moved   string
	orders  *sim.Book[order]
	offers  *sim.Book[offer]
	bySKU   map[string]int64
	variant map[int64][]int64 // product → its variants
}

var _ sim.Shop = (*Shop)(nil)

// New opens a shop without offers.
func New(o Options) *Shop {
	if o.Password == "" {
		o.Password = "shopfile-sim-password"
	}
	if o.Statuses == nil {
		o.Statuses = map[string]string{
			"new": "Nowe", "processing": "W realizacji", "sent": "Wysłane", "completed": "Zrealizowane", "cancelled": "Anulowane", "returned": "Zwrócone",
		}
	}
	if o.NewStatus == "" {
		o.NewStatus, o.CancelledStatus = "new", "cancelled"
	}
	s := &Shop{
		Front: sim.NewFront("shopfile", o.Options, politePerSecond), o: o, orders: sim.NewBook[order](), offers: sim.NewBook[offer](),
		bySKU: map[string]int64{}, variant: map[int64][]int64{},
	}
	s.routes()
	return s
}

// Settings implements sim.Shop.
func (s *Shop) Settings(baseURL string) map[string]string {
	return map[string]string{"password": s.o.Password, "base_url": baseURL + Path}
}

// call is one action on its way through the file.
type call struct {
	*sim.Call
	form url.Values
}

func (c call) get(name string) string { return c.form.Get(name) }

// number reads a field, 0 when it is none.
func (c call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.get(name), 10, 64) // what is no number does not narrow
	return n
}

func (s *Shop) routes() {
	s.calls = map[string]func(call) sim.Answer{
		"SupportedMethods": s.supportedMethods, "FileVersion": s.fileVersion, "ProductsCategories": s.categories, "ProductsList": s.productsList,
		"ProductsData": s.productsData, "ProductsQuantity": s.productsQuantity, "ProductsPrices": s.productsPrices,
		"ProductsQuantityUpdate": s.quantityUpdate, "ProductsPriceUpdate": s.priceUpdate, "OrdersGet": s.ordersGet, "OrderUpdate": s.orderUpdate,
		"StatusesList": s.statusesList, "DeliveryMethodsList": s.deliveryMethods, "PaymentMethodsList": s.paymentMethods,
	}
	for _, name := range s.o.Without {
		delete(s.calls, name)
	}
	s.Handle("GET "+Path, sim.Read, func(*sim.Call) sim.Answer { return s.refuse("no_password", "No password") })
	s.Handle("POST "+Path, sim.Read, s.act) // one address for everything: act knows what is a write
	s.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return sim.HTML(http.StatusNotFound) })
}

// writes are the actions that change something.
var writes = map[string]bool{"ProductsQuantityUpdate": true, "ProductsPriceUpdate": true, "OrderUpdate": true}

// Uninstall takes the file away: its address is a page that is not there.
func (s *Shop) Uninstall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
}

// Move makes the address point elsewhere.
func (s *Shop) Move(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = address
}

// act runs one action when the password is right.
func (s *Shop) act(c *sim.Call) sim.Answer {
	s.mu.Lock()
	gone, moved := s.gone, s.moved
	s.mu.Unlock()
	if gone {
		return sim.HTML(http.StatusNotFound)
	}
	if moved != "" {
		a := sim.HTML(http.StatusMovedPermanently)
		a.Header = http.Header{"Location": {moved}}
		return a
	}
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return s.refuse("no_action", "No action")
	}
	switch {
	case form.Get("bl_pass") == "":
		return s.refuse("no_password", "No password")
	case form.Get("bl_pass") != s.o.Password || c.Struck(sim.ExpireTokens):
		return s.refuse("incorrect_password", "Wrong password")
	case form.Get("action") == "":
		return s.refuse("no_action", "No action")
	}
	do := s.calls[form.Get("action")]
	if do == nil {
		return s.refuse("unsupported_action", "No action: "+form.Get("action"))
	}
	if !writes[form.Get("action")] {
		return do(call{c, form})
	}
	c.Ignore = c.Struck(sim.AcceptThenIgnore)
	answer := do(call{c, form})
	if c.Struck(sim.AcceptThenFail) {
		return sim.HTML(http.StatusInternalServerError)
	}
	return answer
}

// refuse is an error of the file: HTTP 200 as a rule.
func (s *Shop) refuse(code, text string) sim.Answer {
	status := http.StatusOK
	if s.o.Framework {
		status = http.StatusUnprocessableEntity
		if code == "no_password" || code == "incorrect_password" {
			status, code = http.StatusUnauthorized, "401"
		}
	}
	return s.say(status, map[string]any{"error": true, "error_code": code, "error_text": text})
}

func (s *Shop) answer(v any) sim.Answer { return s.say(http.StatusOK, v) }

// say writes JSON, with what PHP has to say before it.
func (s *Shop) say(status int, v any) sim.Answer {
	if s.o.Notices == "" {
		return sim.JSON(status, v)
	}
	body, err := json.Marshal(v)
	if err != nil {
		panic("sim: answer can not be encoded: " + err.Error())
	}
	return sim.Answer{Status: status, Text: s.o.Notices + string(body)}
}

// dict is a map as PHP writes it: empty it is [], and with the keys 0, 1, 2… it is a list.
type dict map[string]any

// MarshalJSON writes the map.
func (d dict) MarshalJSON() ([]byte, error) {
	list := make([]any, 0, len(d))
	for i := range len(d) {
		v, ok := d[strconv.Itoa(i)]
		if !ok {
			return json.Marshal(map[string]any(d))
		}
		list = append(list, v)
	}
	return json.Marshal(list)
}

func (s *Shop) supportedMethods(call) sim.Answer {
	names := slices.Sorted(maps.Keys(s.calls))
	return s.answer(append(names, "ConnectDatabase", "Shop_ParseAction")) // the file's own functions
}

func (s *Shop) fileVersion(call) sim.Answer {
	return s.answer(map[string]any{"platform": "LadShop", "version": "4.1.3", "standard": 4})
}

func (s *Shop) statusesList(call) sim.Answer {
	out := dict{}
	for id, name := range s.o.Statuses {
		out[id] = name
	}
	return s.answer(out)
}

func (s *Shop) deliveryMethods(call) sim.Answer {
	return s.answer(dict{"1": "Paczkomat InPost", "2": "Kurier DPD"})
}

func (s *Shop) paymentMethods(call) sim.Answer {
	return s.answer(dict{"0": "Przelew", "1": "Za pobraniem"})
}

func (s *Shop) categories(call) sim.Answer { return s.answer(dict{"7": "Dom/Kuchnia"}) }
