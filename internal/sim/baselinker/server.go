// Package baselinker simulates the API of BaseLinker (Base.com) as far as a merchant who moves out reads it: catalogues with
// categories, manufacturers, price groups, warehouses, products, variants, bundles, stock and prices; order statuses, orders
// with paging, the journal of changes; storages of others. One address, one token, JSON in a form field, errors with HTTP 200.
//
// Readings of what the API sheet leaves open, the stricter one each time:
//   - several filters of getOrders hold together, id_from and date_confirmed_from are inclusive;
//   - every call with a known token counts for the limit; a blocked token is refused until its time has passed;
//   - a catalogue without reservations takes goods off its stock when an order comes and gives them back when it is
//     cancelled; one with reservations takes them off when the order is sent;
//   - the statuses tell no type, only names.
package baselinker

import (
	"encoding/json"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Path is the only address of the API.
const Path = "/connector.php"

// Options of a simulated account.
type Options struct {
	sim.Options
	Token     string // "" = a fixed one
	PerMinute int    // requests a minute before the token is blocked; 0 = the API's 100
	// Reservations says that ordered goods stay in the stock, reserved, until they are sent.
	Reservations bool
	// NoJournal says that the journal was never enabled for the account: it is always empty.
	NoJournal bool
}

// Account is a simulated account with one catalogue.
type Account struct {
	*sim.Front
	o Options

	mu       sync.Mutex
	revoked  bool
	recent   []time.Time // calls of the last minute
	blocked  time.Time
	products map[int64]*Product
	orders   map[int64]*Order
	journal  []entry
	nextID   int64
}

// New opens an account with a catalogue, warehouses, statuses and nothing in them.
func New(o Options) *Account {
	if o.Token == "" {
		o.Token = "77-4410-BASELINKERSIMTOKEN"
	}
	if o.PerMinute == 0 {
		o.PerMinute = 100
	}
	a := &Account{Front: sim.NewFront("baselinker", o.Options, float64(o.PerMinute)/60), o: o,
		products: map[int64]*Product{}, orders: map[int64]*Order{}, nextID: 90_000}
	a.Handle("POST "+Path, sim.Read, a.serve)
	a.Handle("/", sim.Read, func(*sim.Call) sim.Answer { return sim.HTML(http.StatusNotFound) })
	return a
}

// Token is the working token.
func (a *Account) Token() string { return a.o.Token }

// Revoke makes the token unknown from now on; with false it works again.
func (a *Account) Revoke(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revoked = on
}

// failure is an error of the API.
type failure struct{ code, message string }

func (f *failure) answer() sim.Answer {
	return sim.JSON(http.StatusOK, map[string]string{"status": "ERROR", "error_code": f.code, "error_message": f.message})
}

// fields are the members of a successful answer besides its status.
type fields map[string]any

// methods are what the account answers. Each runs under the account's lock and returns data of its own.
var methods = map[string]func(*Account, *sim.Call, params) (fields, *failure){
	"getInventories":                     (*Account).getInventories,
	"getInventoryPriceGroups":            (*Account).getPriceGroups,
	"getInventoryWarehouses":             (*Account).getWarehouses,
	"getInventoryCategories":             (*Account).getCategories,
	"getInventoryManufacturers":          (*Account).getManufacturers,
	"getInventoryExtraFields":            (*Account).getProductFields,
	"getInventoryProductsList":           (*Account).getProductsList,
	"getInventoryProductsData":           (*Account).getProductsData,
	"getInventoryProductsStock":          (*Account).getProductsStock,
	"getInventoryProductsPrices":         (*Account).getProductsPrices,
	"getOrderStatusList":                 (*Account).getStatuses,
	"getOrderSources":                    (*Account).getSources,
	"getOrderExtraFields":                (*Account).getOrderFields,
	"getOrders":                          (*Account).getOrders,
	"getJournalList":                     (*Account).getJournal,
	"getExternalStoragesList":            (*Account).getStorages,
	"getExternalStorageCategories":       (*Account).getStorageCategories,
	"getExternalStorageProductsList":     (*Account).getStorageProducts,
	"getExternalStorageProductsPrices":   (*Account).getStorageProducts,
	"getExternalStorageProductsQuantity": (*Account).getStorageProducts,
}

func (a *Account) serve(c *sim.Call) sim.Answer {
	form, ok := formOf(c)
	if !ok {
		return (&failure{"ERROR_BAD_PARAMETERS", "The body is not a form."}).answer()
	}
	token := c.Request.Header.Get("X-BLToken")
	if token == "" {
		token = form.Get("token")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.admit(c, token); f != nil {
		return f.answer()
	}
	run := methods[form.Get("method")]
	if run == nil {
		return (&failure{"ERROR_UNKNOWN_METHOD", "An unknown method has been used."}).answer()
	}
	p, ok := parseParams(form.Get("parameters"))
	if !ok {
		return (&failure{"ERROR_BAD_PARAMETERS", "The parameters are not a JSON object."}).answer()
	}
	out, f := run(a, c, p)
	if f != nil {
		return f.answer()
	}
	out["status"] = "SUCCESS"
	return sim.JSON(http.StatusOK, out)
}

// formOf reads an urlencoded or a multipart body.
func formOf(c *sim.Call) (url.Values, bool) {
	kind, about, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" {
		form, err := multipart.NewReader(strings.NewReader(string(c.Body)), about["boundary"]).ReadForm(1 << 20)
		if err != nil {
			return nil, false
		}
		return form.Value, true
	}
	form, err := url.ParseQuery(string(c.Body))
	return form, err == nil
}

// params are the arguments of a method; numbers may come as strings, null means absent.
type params map[string]json.RawMessage

func parseParams(text string) (params, bool) {
	if t := strings.TrimSpace(text); t == "" || t == "null" || t == "[]" {
		return params{}, true
	}
	p := params{}
	return p, json.Unmarshal([]byte(text), &p) == nil
}

// int is a whole number, 0 when absent.
func (p params) int(name string) int64 {
	var f sim.Field
	if json.Unmarshal(p[name], &f) != nil {
		return 0
	}
	n, _ := f.Int()
	return n
}

func (p params) text(name string) string {
	var s string
	if json.Unmarshal(p[name], &s) != nil {
		return ""
	}
	return s
}

func (p params) bool(name string) bool {
	switch strings.Trim(string(p[name]), `"`) {
	case "true", "1":
		return true
	}
	return false
}

// ints is a list of whole numbers.
func (p params) ints(name string) (out []int64) {
	var list []sim.Field
	if json.Unmarshal(p[name], &list) != nil {
		return nil
	}
	for _, f := range list {
		if n, ok := f.Int(); ok {
			out = append(out, n)
		}
	}
	return out
}
