package shopfile

import (
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

var (
	noon = time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC)
	ola  = sim.Buyer{Name: "Ola Nowa", Phone: "+48500100200", Email: "o@example.com", City: "Gdynia", Address: "Polna 3/4", Warehouse: "GDY07"}
)

// shop opens a shop with a mug (501) and two sizes (503, 504) of a shirt (502).
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "MUG", Title: "Mug", PriceMinor: 4900, Quantity: 1000, Barcode: "5900000000011"},
		{SKU: "SHIRT-S", ParentSKU: "SHIRT", Title: "S", PriceMinor: 9900, Quantity: 3},
		{SKU: "SHIRT-L", ParentSKU: "SHIRT", Title: "L", PriceMinor: 10900, Quantity: 0},
	})
	return s, c
}

// act is a call with the password; fields are pairs.
func act(name, action string, want map[string]string, fields ...string) simtest.Step {
	form := url.Values{"bl_pass": {"shopfile-sim-password"}, "action": {action}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return simtest.Step{Name: name, Method: "POST", Path: Path, Body: form.Encode(), Want: want}
}

func code(c string) map[string]string { return map[string]string{"error": "true", "error_code": c} }

func mugs(n int64) sim.Basket {
	return sim.Basket{Buyer: ola, Lines: []sim.BasketLine{{OfferID: "501", Quantity: n}}}
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Without: []string{"ProductsPriceUpdate"}})
	if d := cmp.Diff(map[string]string{"password": "shopfile-sim-password", "base_url": "http://x" + Path}, s.Settings("http://x")); d != "" {
		t.Error(d)
	}
	simtest.Run(t, s, nil, []simtest.Step{
		{Name: "GET asks for a password", Method: "GET", Path: Path, Want: code("no_password")},
		{Name: "so does POST", Method: "POST", Path: Path, Body: "action=FileVersion", Want: code("no_password")},
		{Name: "compared exactly", Method: "POST", Path: Path, Body: "action=FileVersion&bl_pass=Shopfile-sim-password", Want: code("incorrect_password")},
		{Name: "no action", Method: "POST", Path: Path, Body: "bl_pass=shopfile-sim-password", Want: code("no_action")},
		act("unknown action", "Reboot", code("unsupported_action")), act("an action this file lacks", "ProductsPriceUpdate", code("unsupported_action")),
		act("version", "FileVersion", map[string]string{"platform": "LadShop", "standard": "4"}),
		{Name: "another page", Method: "GET", Path: "/", Status: 404},
	})
	r := simtest.Call(s, "POST", Path, act("", "SupportedMethods", nil).Body, nil)
	if r.At("#") != "15" { // thirteen actions and two of the file's own functions
		t.Errorf("methods: %s", r.Body)
	}
}

func TestErrorsOfFrameworks(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Framework: true})
	unsupported := act("a refusal", "Reboot", code("unsupported_action"))
	unsupported.Status = 422
	simtest.Run(t, s, nil, []simtest.Step{
		{Name: "a number for a code", Method: "POST", Path: Path, Body: "bl_pass=x&action=FileVersion", Status: 401, Want: code("401")}, unsupported,
	})
}

// What PHP does to JSON: words before it, lists for maps that count from 0, brackets for nothing.
func TestPHP(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	simtest.Run(t, s, nil, []simtest.Step{
		act("an empty map", "OrdersGet", map[string]string{"#": "0"}),
		act("keys from 0 are a list", "PaymentMethodsList", map[string]string{"0": "Przelew", "1": "Za pobraniem"}),
		act("other keys are a map", "DeliveryMethodsList", map[string]string{"1": "Paczkomat InPost"}),
		act("a product without variants", "ProductsQuantity", map[string]string{"501.0": "1000", "502.503": "3", "pages": "1"}),
		act("prices", "ProductsPrices", map[string]string{"501.0": "49.00", "502.504": "109.00"}),
	})
	noisy, _ := shop(t, Options{Notices: "\ufeff\nNotice: Undefined index [x] in file.php\n"})
	r := simtest.Call(noisy, "POST", Path, act("", "FileVersion", nil).Body, nil)
	if r.Status != 200 || r.Body[:len("\ufeff\nNotice")] != "\ufeff\nNotice" {
		t.Errorf("HTTP %d: %.60s", r.Status, r.Body)
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Currency: "PLN"})
	set := func(name, action, products string, want map[string]string) simtest.Step {
		return act(name, action, want, "products", products)
	}
	simtest.Run(t, s, nil, []simtest.Step{
		act("list", "ProductsList", map[string]string{"501.sku": "MUG", "501.price": "49.00", "501.currency": "PLN", "502.quantity": "3", "pages": "1"}),
		act("some", "ProductsList", map[string]string{"#": "1", "501.sku": "MUG"}, "filter_ids_list", "501,999"),
		act("data", "ProductsData", map[string]string{"502.variants.503.sku": "SHIRT-S", "502.variants.504.price": "109.00", "502.variants.504.quantity": "0", "501.variants.#": "0"},
			"products_id", "501,502,999,501"),
		set("counts what exists", "ProductsQuantityUpdate", `[{"product_id":"501","variant_id":"0","operation":"set","quantity":7},{"product_id":"9","variant_id":0,"operation":"set","quantity":7},
			{"product_id":"502","variant_id":"504","operation":"set","quantity":2},{"product_id":"501","variant_id":"504","operation":"set","quantity":2}]`, map[string]string{"counter": "2"}),
		set("by a difference", "ProductsQuantityUpdate", `[{"product_id":"501","variant_id":"0","operation":"change","quantity":-2}]`, map[string]string{"counter": "1"}),
		set("prices", "ProductsPriceUpdate", `[{"product_id":"501","variant_id":"0","price":55.5}]`, map[string]string{"counter": "1"}),
		set("one broken element spoils the batch", "ProductsQuantityUpdate", `[{"product_id":"501","variant_id":"0","operation":"set","quantity":1},
			{"product_id":"502","variant_id":"504","operation":"set","quantity":"many"}]`, code("products")),
		act("not a list", "ProductsQuantityUpdate", code("products"), "products", "x"),
		act("categories", "ProductsCategories", map[string]string{"7": "Dom/Kuchnia"}),
	})
	mug, _ := s.Offer("501")
	shirt, _ := s.OfferBySKU("SHIRT-L")
	if mug.Quantity != 5 || mug.PriceMinor != 5550 || shirt.ID != "502:504" || shirt.Quantity != 2 {
		t.Errorf("mug %+v, shirt %+v", mug, shirt)
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	first := place(t, s, mugs(2))
	c.Advance(time.Hour)
	paid := mugs(1)
	paid.Paid = true
	second := place(t, s, paid)
	at := func(d time.Duration) string { return fmt.Sprint(noon.Add(d).Unix()) }
	simtest.Run(t, s, nil, []simtest.Step{
		act("keyed by id", "OrdersGet", map[string]string{"1001.delivery_fullname": "Ola Nowa", "1001.date_add": at(0), "1001.payment_method_cod": "1", "1001.paid": "0",
			"1001.products.0.id": "501", "1001.products.0.variant_id": "0", "1001.products.0.price": "49.00", "1001.status_id": "new", "1001.currency": "", "1002.paid": "1", "pages": "1"}),
		act("id_from is left out", "OrdersGet", map[string]string{"#": "2"}, "id_from", first), act("one", "OrdersGet", map[string]string{"#": "2"}, "order_id", second),
		act("placed since", "OrdersGet", map[string]string{"#": "2"}, "time_from", at(time.Minute)), act("paid ones", "OrdersGet", map[string]string{"#": "2"}, "only_paid", "1"),
		act("unknown", "OrdersGet", map[string]string{"#": "0"}, "order_id", "5"),
		act("status, counting what exists", "OrderUpdate", map[string]string{"counter": "1"}, "orders_ids", first+",5", "update_type", "status", "update_value", "sent"),
		act("the same again", "OrderUpdate", map[string]string{"counter": "1"}, "orders_ids", first, "update_type", "status", "update_value", "sent"),
		act("unknown status", "OrderUpdate", code("update_value"), "orders_ids", first, "update_type", "status", "update_value", "gone"),
		act("waybill", "OrderUpdate", map[string]string{"counter": "1"}, "orders_ids", first, "update_type", "delivery_number", "update_value", "6000"),
		act("of one order only", "OrderUpdate", code("orders_ids"), "orders_ids", "1001,1002", "update_type", "delivery_number", "update_value", "6000"),
		act("paid", "OrderUpdate", map[string]string{"counter": "1"}, "orders_ids", first, "update_type", "paid", "update_value", "1"),
		act("unknown type", "OrderUpdate", code("update_type"), "orders_ids", first, "update_type", "x", "update_value", "1"),
		act("statuses", "StatusesList", map[string]string{"sent": "Wysłane"}),
	})
	if o, _ := s.Order(first); o.Status != "sent" || o.Tracking != "6000" || !o.Paid {
		t.Errorf("%+v", o)
	}
}

func TestOrderPages(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	for range 250 {
		place(t, s, mugs(1))
	}
	simtest.Run(t, s, nil, []simtest.Step{
		act("first", "OrdersGet", map[string]string{"#": "101", "pages": "3", "1001.status_id": "new", "1101.status_id": ""}),
		act("last", "OrdersGet", map[string]string{"#": "51", "pages": "3"}, "page", "3"), act("beyond", "OrdersGet", map[string]string{"#": "1", "pages": "3"}, "page", "4"),
	})
	old, _ := shop(t, Options{OnePage: true})
	place(t, old, mugs(1))
	simtest.Run(t, old, nil, []simtest.Step{act("whole, without pages", "OrdersGet", map[string]string{"#": "1", "pages": ""})})
}

func TestBuyers(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	shirt := sim.Basket{Buyer: ola, Lines: []sim.BasketLine{{SKU: "SHIRT-S", Quantity: 3}}, ExternalID: "9000"}
	id := place(t, s, shirt)
	if o, _ := s.OfferBySKU("SHIRT-S"); o.Quantity != 0 || o.Orderable {
		t.Errorf("the last shirts are gone: %+v", o)
	}
	for want, b := range map[error]sim.Basket{sim.ErrTaken: shirt, sim.ErrNotOrderable: {Lines: []sim.BasketLine{{OfferID: "502:503", Quantity: 1}}}} {
		if _, err := s.PlaceOrder(b); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if err := s.PayOrder(id); err != nil {
		t.Error(err)
	}
	if err := s.CancelOrder(id); err != nil {
		t.Error(err)
	}
	if err := s.CancelOrder(id); !errors.Is(err, sim.ErrFinal) {
		t.Errorf("cancelled twice: %v", err)
	}
	if err := s.PayOrder("5"); !errors.Is(err, sim.ErrUnknownOrder) {
		t.Errorf("unknown: %v", err)
	}
	got, _ := s.Order(id)
	want := sim.OrderState{ID: "9000", Status: "cancelled", Cancelled: true, Paid: true, Buyer: ola, TotalMinor: 29700, CreatedAt: noon, ChangedAt: noon,
		Lines: []sim.OrderLine{{OfferID: "502:503", SKU: "SHIRT-S", Title: "S", Quantity: 3, PriceMinor: 9900}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := s.PlaceRaw([]byte(`[1]`)); !errors.Is(err, sim.ErrBroken) {
		t.Errorf("no object: %v", err)
	}
	p, err := s.PlaceRaw([]byte(`{"status_id":"new","products":[{"quantity":-1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, nil, []simtest.Step{act("as it was given", "OrdersGet", map[string]string{p.ID + ".products.0.quantity": "-1"}, "order_id", p.ID)})
}

func TestGoneAndMoved(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	moved, gone := act("moved", "FileVersion", nil), act("uninstalled", "FileVersion", nil)
	moved.Status, moved.Do = 301, func() { s.Move("https://new.example/") }
	gone.Status, gone.Do = 404, s.Uninstall
	simtest.Run(t, s, nil, []simtest.Step{moved, gone})
}

// 30,000 products and thousands of orders are walked page by page in no more time than their number calls for.
func TestManyProductsAndOrders(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	seeds := make([]sim.OfferSeed, 30_000)
	for i := range seeds {
		seeds[i] = sim.OfferSeed{SKU: fmt.Sprintf("M-%05d", i), PriceMinor: 100, Quantity: 9}
	}
	s.SeedOffers(seeds)
	for i := range 5_000 {
		c.Advance(time.Second)
		place(t, s, sim.Basket{Lines: []sim.BasketLine{{SKU: fmt.Sprintf("M-%05d", i), Quantity: 1}}})
	}
	for action, want := range map[string]string{"ProductsList": "151", "OrdersGet": "50"} {
		r := simtest.Call(s, "POST", Path, act("", action, nil, "page", want).Body, nil)
		if r.At("pages") != want || len(r.Body) < 100 {
			t.Errorf("%s: %s pages, want %s", action, r.At("pages"), want)
		}
	}
}
