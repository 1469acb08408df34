package rozetka

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

var (
	noon   = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC) // 15:00 in Kyiv
	bearer = map[string]string{"Authorization": "Bearer rozetka-sim-token", "Accept-Validate-Exception": "1"}
	olena  = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "Відділення №17", Warehouse: "aaaa1111-bbbb-2222-cccc-333344445555"}
)

// shop opens a seller with a kettle (rz 344000111, item 114053) and a generator of which one is left (rz 344000112).
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "A17", ExternalID: "SKU-17", Title: "Чайник", PriceMinor: 74000, Quantity: 1000},
		{SKU: "GEN", Title: "Генератор", PriceMinor: 1890000, Quantity: 1},
	})
	return s, c
}

func kettles(n int64) sim.Basket {
	return sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{OfferID: "344000111", Quantity: n}}}
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func code(n int) map[string]string {
	return map[string]string{"success": "false", "errors.code": fmt.Sprint(n)}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{TokenIdleLife: 24 * time.Hour, SessionLacksOrders: true})
	session := map[string]string{"Authorization": "Bearer rz-session-1"}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("username", "seller")               // a buffer takes every write
	_ = w.WriteField("password", "c2VsbGVyLXBhc3N3b3Jk") // base64 of seller-password
	_ = w.Close()                                        // a buffer takes every write
	multi := map[string]string{"Content-Type": w.FormDataContentType()}
	later := func() { c.Advance(24 * time.Hour) }
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "failure is HTTP 200", Method: "GET", Path: "/orders/search", Header: map[string]string{"Authorization": ""}, Want: code(5401)},
		{Name: "unknown route too", Method: "GET", Path: "/nothing", Want: code(5404)},
		{Name: "password in the clear", Method: "POST", Path: "/sites", Body: `{"username":"seller","password":"seller-password"}`, Want: code(1004)},
		{Name: "password in base64", Method: "POST", Path: "/sites", Body: `{"username":"seller","password":"c2VsbGVyLXBhc3N3b3Jk"}`,
			Want: map[string]string{"success": "true", "content.access_token": "rz-session-1", "content.market.id": "1086"}},
		{Name: "multipart login", Method: "POST", Path: "/sites", Header: multi, Body: form.String(), Want: map[string]string{"content.access_token": "rz-session-2"}},
		{Name: "a session may lack the role", Method: "GET", Path: "/orders/search", Header: session, Want: code(1010)},
		{Name: "and still read goods", Method: "GET", Path: "/goods/all", Header: session, Want: map[string]string{"success": "true"}},
		{Name: "a session dies unused", Do: later, Method: "GET", Path: "/goods/all", Header: session, Want: code(6001)},
		{Name: "so does the static token", Method: "GET", Path: "/goods/all", Want: code(5401)},
		{Name: "logout", Method: "POST", Path: "/sites/logout", Header: map[string]string{"Authorization": "Bearer rz-session-2"}, Want: code(6001)},
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	want := []map[string]string{
		{"token": "rozetka-sim-token", "base_url": "http://x"},
		{"username": "seller", "password": "seller-password", "base_url": "http://x"},
	}
	if d := cmp.Diff(want, []map[string]string{s.Settings("http://x"), s.LoginSettings("http://x")}); d != "" {
		t.Error(d)
	}
}

func TestOrderObject(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id := place(t, s, kettles(2))
	const all = "user,delivery,purchases,status_available,payment,payment_type_name,status_payment,is_payed,order_status_history,carrier,status_data,delivery_service"
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "core only without expand", Method: "GET", Path: "/orders/search?types=1", Want: map[string]string{
			"content.orders.0.id": "811200345", "content.orders.0.created": "2026-10-02 15:00:00", "content.orders.0.amount": "1480.00", "content.orders.0.status": "1",
			"content.orders.0.user_phone": "380671112233", "content.orders.0.user_title.full_name": "Коваль Олена", "content.orders.0.total_quantity": "2",
			"content._meta.perPage": "20", "content._meta.totalCount": "1"}, Not: []string{"purchases", "payment_type", `"delivery"`}},
		{Name: "expand", Method: "GET", Path: "/orders/" + id + "?expand=" + all, Want: map[string]string{
			"content.purchases.0.item.price_offer_id": "SKU-17", "content.purchases.0.price": "740.00", "content.purchases.0.item_id": "344000111",
			"content.delivery.ref_id": olena.Warehouse, "content.delivery.place_number": "17", "content.payment.payment_type": "cash",
			"content.payment.payment_status": "null", "content.is_payed": "false", "content.status_available.0.child_id": "26",
			"content.user.email": "true", "content.delivery.city.title": "Київ"}},
		{Name: "COD stays without a payment", Method: "GET", Path: "/orders/status-payment/" + id, Want: code(1019)},
		{Name: "paid online", Do: func() {
			if err := s.PayOrder(id); err != nil {
				t.Error(err)
			}
		}, Method: "GET", Path: "/orders/status-payment/" + id, Want: map[string]string{"content.name": "paid", "content.status_payment_id": "2"}},
		{Name: "unknown order", Method: "GET", Path: "/orders/5", Want: code(1019)},
	})
}

func TestSearchPaging(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	for range 45 {
		place(t, s, kettles(1))
		c.Advance(time.Minute)
	}
	get := func(name, query string, want map[string]string) simtest.Step {
		return simtest.Step{Name: name, Method: "GET", Path: "/orders/search?" + query, Want: want}
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		get("newest first, 20 a page", "types=1", map[string]string{"content.orders.#": "20", "content.orders.0.id": "811200389", "content._meta.pageCount": "3"}),
		get("the page size can not be changed", "types=1&page=3", map[string]string{"content.orders.#": "5", "content.orders.4.id": "811200345"}),
		get("a page beyond the end is the last one again", "types=1&page=9", map[string]string{"content.orders.#": "5", "content.orders.4.id": "811200345", "content._meta.currentPage": "3"}),
		get("sort=id", "types=1&sort=id", map[string]string{"content.orders.0.id": "811200345"}),
		get("changed since, in Kyiv time", "types=1&changed_from="+url.QueryEscape("2026-10-02 15:40:00"), map[string]string{"content.orders.#": "5", "content._meta.totalCount": "5"}),
		get("a bare upper date is the whole day", "types=1&created_to=2026-10-02", map[string]string{"content._meta.totalCount": "45"}),
		get("by id", "types=1&id=811200350", map[string]string{"content.orders.#": "1"}),
		get("nothing found", "types=6", map[string]string{"content.orders.#": "0", "content._meta.pageCount": "0", "content._meta.currentPage": "1"}),
		get("by phone", "types=1&user_phone=380671112233", map[string]string{"content._meta.totalCount": "45"}),
		get("a short ttn finds nothing", "types=1&ttn=123", map[string]string{"content._meta.totalCount": "0"}),
		get("ttn 0 = none", "types=1&ttn=0", map[string]string{"content._meta.totalCount": "45"}),
	})
}

func TestSearchValidation(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	cancelled := place(t, s, kettles(1))
	place(t, s, kettles(1))
	if err := s.CancelOrder(cancelled); err != nil {
		t.Fatal(err)
	}
	lax := map[string]string{"Accept-Validate-Exception": ""}
	total := func(n string) map[string]string { return map[string]string{"content._meta.totalCount": n} }
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "without types only orders in progress", Method: "GET", Path: "/orders/search", Want: total("1")},
		{Name: "types=1 all", Method: "GET", Path: "/orders/search?types=1", Want: total("2")},
		{Name: "types=6 failed", Method: "GET", Path: "/orders/search?types=6", Want: total("1")},
		{Name: "type=3 failed", Method: "GET", Path: "/orders/search?type=3", Want: total("1")},
		{Name: "status", Method: "GET", Path: "/orders/search?status=45", Want: total("1")},
		{Name: "counts", Method: "GET", Path: "/orders/counts", Want: map[string]string{"content.all": "2", "content.new": "1"}},
		{Name: "wrong value with the header", Method: "GET", Path: "/orders/search?types=1&changed_from=yesterday", Want: code(1002)},
		{Name: "wrong value without it is ignored", Method: "GET", Path: "/orders/search?types=1&changed_from=yesterday", Header: lax, Want: total("2")},
		{Name: "unknown parameter with the header", Method: "GET", Path: "/orders/search?colour=red", Want: code(1009)},
		{Name: "unknown parameter without it", Method: "GET", Path: "/orders/search?colour=red", Header: lax, Want: total("1")},
		{Name: "the graph", Method: "GET", Path: "/status-availables/search?parent_id=2", Want: map[string]string{"content.statusAvailables.#": "1", "content.statusAvailables.0.child_id": "61"}},
		{Name: "the dictionary is paged", Method: "GET", Path: "/order-statuses/search?expand=status_available&page=99", Want: map[string]string{"content._meta.currentPage": "4"}},
		{Name: "payments", Method: "GET", Path: "/payments/payment-statuses", Want: map[string]string{"content.paymentStatuses.1.name": "paid"}},
	})
}

func TestStatusGraph(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id := place(t, s, kettles(1))
	second := place(t, s, kettles(1))
	put := func(name, id, body string, want map[string]string) simtest.Step {
		return simtest.Step{Name: name, Method: "PUT", Path: "/orders/" + id, Body: body, Want: want}
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		put("status is required", id, `{"ttn":"20450012345678"}`, code(1001)),
		put("1 to 2 is unreachable", id, `{"status":2}`, code(1005)),
		put("1 to 26", id, `{"status":26,"seller_comment":"беремо"}`, map[string]string{"success": "true", "content.status": "26", "content.seller_comment.0.comment": "беремо"}),
		put("repeated", id, `{"status":26}`, code(1005)),
		put("61 needs a ttn", id, `{"status":61}`, code(1001)),
		put("2 with a ttn becomes 61", id, `{"status":2,"ttn":"20450012345678"}`, map[string]string{"content.status": "61", "content.ttn": "20450012345678"}),
		put("repeating 61 with its ttn is harmless", id, `{"status":61,"ttn":"20450012345678"}`, map[string]string{"success": "true"}),
		put("the carrier moves it on, not the seller", id, `{"status":6}`, code(1005)),
		put("49 needs the duplicate", second, `{"status":49}`, code(1001)),
		put("49 with it", second, `{"status":49,"duplicate_order_id":`+id+`}`, map[string]string{"content.status": "49", "content.status_group": "3", "content.duplicate_order_id": id}),
		put("no such status", id, `{"status":999}`, code(1002)),
		put("not JSON", id, `{`, code(1002)),
		put("unknown order", "5", `{"status":26}`, code(1019)),
	})
	for _, status := range []int{80, 3, 5, 6} {
		if err := s.Advance(id, status); err != nil {
			t.Fatal(err)
		}
	}
	if o, _ := s.Order(id); o.Status != "6" || o.Paid {
		t.Errorf("COD is done at 6 and never paid: %+v", o)
	}
}

func TestLineEdit(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id := place(t, s, kettles(2))
	path := "/orders/" + id + "?expand=purchases"
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "only in 26", Method: "PUT", Path: path, Body: `{"purchases":[{"id":55120,"quantity":1}]}`, Want: code(1005)},
		{Name: "26", Method: "PUT", Path: path, Body: `{"status":26}`},
		{Name: "the full list", Method: "PUT", Path: path, Body: `{"purchases":[{"id":null,"item_id":344000112,"quantity":1}]}`,
			Want: map[string]string{"content.purchases.0.status": "0", "content.purchases.1.item_id": "344000112", "content.amount": "18900.00"}},
		{Name: "unknown line", Method: "PUT", Path: path, Body: `{"purchases":[{"id":1,"quantity":1}]}`, Want: code(1002)},
	})
}

func TestMassUpdate(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	put := func(name, body string, want map[string]string) simtest.Step {
		return simtest.Step{Name: name, Method: "PUT", Path: "/items/mass-update", Body: body, Want: want}
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		put("by site id and by internal id", `{"isIgnoreCheck":0,"items":[{"item_rz_id":344000111,"stock_quantity":7},{"item_id":114054,"price":18000,"price_old":18900,"price_promo":-1}]}`,
			map[string]string{"success": "true", "content": "null"}),
		put("errors per item, the rest applied", `{"items":[{"item_rz_id":344000111,"stock_quantity":8},{"item_rz_id":5,"stock_quantity":1},{"item_id":114054,"stock_quantity":-1}]}`,
			map[string]string{"success": "false", "errors.5.reason.0.id": "1", "errors.114054.reason.0.id": "1", "errors.344000111": "", "errors.#": "2"}),
		put("price or stock is needed", `{"items":[{"item_rz_id":344000111,"price_old":5}]}`, map[string]string{"success": "false"}),
		put("a fractional price", `{"items":[{"item_rz_id":344000111,"price":5.5}]}`, map[string]string{"success": "false"}),
		put("no items", `{}`, code(1001)),
		{Name: "read back", Method: "GET", Path: "/goods/all?price_offer_id=SKU-17", Want: map[string]string{"content.items.0.stock_quantity": "8", "content.items.0.rz_item_id": "344000111", "content.items.0.sync_source.availability": "4"}},
		{Name: "details by internal id", Method: "GET", Path: "/goods/details?item_id=114054", Want: map[string]string{"content.price": "18000", "content.price_old": "18900", "content.price_promo": "null"}},
		{Name: "unknown item", Method: "GET", Path: "/goods/details?rz_item_id=5", Want: code(1019)},
		{Name: "goods pages end with the last one", Method: "GET", Path: "/goods/all?pageSize=1&page=7", Want: map[string]string{"content._meta.currentPage": "2", "content.items.0.rz_item_id": "344000111"}},
		{Name: "by site id", Method: "GET", Path: "/goods/all?rz_item_id=344000112", Want: map[string]string{"content.items.#": "1"}},
		{Name: "zero is out of stock", Method: "PUT", Path: "/items/mass-update", Body: `{"items":[{"item_rz_id":344000112,"stock_quantity":0}]}`},
		{Name: "listed as such", Method: "GET", Path: "/goods/not-available", Want: map[string]string{"content.items.#": "1", "content.items.0.available": "0", "content.items.0.rz_sell_status": "7"}},
		{Name: "unknown list", Method: "GET", Path: "/goods/lost", Want: code(5404)},
	})
}

func TestPriceGuard(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	price := func(name string, n int, shown, parked int64) {
		t.Helper()
		simtest.Run(t, s, bearer, []simtest.Step{{Name: name, Method: "PUT", Path: "/items/mass-update", Body: fmt.Sprintf(`{"isIgnoreCheck":1,"items":[{"item_rz_id":344000111,"price":%d}]}`, n),
			Want: map[string]string{"success": "true"}}})
		if o, _ := s.Offer("344000111"); o.PriceMinor != shown*100 || o.ParkedPriceMinor != parked*100 {
			t.Errorf("%s: shown %d, parked %d", name, o.PriceMinor, o.ParkedPriceMinor)
		}
	}
	price("exactly ×1.5 passes", 1110, 1110, 0)
	price("exactly ÷2 passes", 555, 555, 0)
	price("above ×1.5 is parked", 833, 555, 833)
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "parked prices are listed", Method: "GET", Path: "/goods/quarantine", Want: map[string]string{"content.items.0.updated_price": "833", "content.items.0.change_status": "0"}},
		{Name: "and in changes", Method: "GET", Path: "/goods/changes", Want: map[string]string{"content.items.#": "1"}},
	})
	if !s.RejectPrice("344000111") || !s.AcceptPrice("344000111") || s.AcceptPrice("344000111") {
		t.Error("a parked price can be rejected and accepted, once")
	}
	price("below ÷2 is parked", 416, 833, 416)
}

// In mode 3 the price list owns quantities; an offer missing from it vanishes.
func TestFeedPull(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Availability: 3})
	push := simtest.Step{Name: "push", Method: "PUT", Path: "/items/mass-update", Body: `{"items":[{"item_rz_id":344000111,"stock_quantity":5}]}`, Want: map[string]string{"success": "true"}}
	stock := func(want int64) {
		t.Helper()
		if o, _ := s.OfferBySKU("SKU-17"); o.Quantity != want {
			t.Errorf("shown %d, want %d", o.Quantity, want)
		}
	}
	simtest.Run(t, s, bearer, []simtest.Step{push})
	stock(5)
	s.FeedPull()
	stock(1000)
	s.SetAvailability(4)
	simtest.Run(t, s, bearer, []simtest.Step{push})
	s.FeedPull()
	stock(5)
	s.SetFeed([]sim.OfferSeed{{SKU: "GEN", PriceMinor: 1890000, Quantity: 1}})
	s.FeedPull()
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "vanished", Method: "GET", Path: "/goods/details?rz_item_id=344000111", Want: map[string]string{"content.available": "2"}},
		{Name: "sources", Method: "GET", Path: "/markets/sources-list", Want: map[string]string{"content.sources.0.availability": "4"}},
	})
}

func TestBuyers(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	gen := sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: "GEN", Quantity: 1}}}
	id := place(t, s, gen)
	if _, err := s.PlaceOrder(gen); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("no second generator: %v", err)
	}
	gen.Force = true
	place(t, s, gen)
	if err := s.CancelOrder(id); err != nil {
		t.Error(err)
	}
	if err := s.PayOrder(id); !errors.Is(err, sim.ErrFinal) {
		t.Errorf("paid after the cancellation: %v", err)
	}
	got, _ := s.OfferBySKU("GEN")
	want := sim.OfferState{ID: "344000112", SKU: "GEN", ExternalID: "GEN", Title: "Генератор", PriceMinor: 1890000, Tracked: true, ChangedAt: noon}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("stock stays down: %s", d)
	}
	c.Advance(24 * time.Hour)
	if n := s.ExpireUnprocessed(); n != 1 {
		t.Errorf("%d orders expired, want 1", n)
	}
	var states []string
	for _, o := range s.Orders() {
		states = append(states, o.Status)
	}
	if d := cmp.Diff([]string{"45", "7"}, states); d != "" {
		t.Error(d)
	}
}

func TestBrokenOrders(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	if _, err := s.PlaceRaw([]byte(`{"id":"x","status":1,"amount":"NaN"}`)); err != nil {
		t.Fatal(err)
	}
	place(t, s, sim.Basket{Force: true, Lines: []sim.BasketLine{{OfferID: "9", Quantity: 1, Raw: map[string]any{"quantity": 1.5}}}})
	simtest.Run(t, s, bearer, []simtest.Step{{Name: "raw", Method: "GET", Path: "/orders/search?types=1&expand=purchases,delivery", Want: map[string]string{
		"content.orders.1.id": "x", "content.orders.1.amount": "NaN", "content.orders.0.purchases.0.quantity": "1.5", "content.orders.0.purchases.0.item_id": "9",
		"content.orders.0.delivery.city": "null"}}})
}

func TestReorderedPages(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	for range 25 {
		place(t, s, kettles(1))
	}
	s.Faults().Set(sim.ReorderPages, sim.Rule{})
	r := simtest.Call(s, "GET", "/orders/search?types=1&page=1", "", bearer)
	if r.At("content.orders.#") != "5" || r.At("content._meta.currentPage") != "1" || !strings.Contains(r.Body, "811200345") {
		t.Errorf("pages come in reverse: %s", r.Body)
	}
	s.Faults().Clear()
	s.Faults().Set(sim.DuplicateOrders, sim.Rule{})
	if r := simtest.Call(s, "GET", "/orders/search?types=1&page=2", "", bearer); r.At("content.orders.#") != "6" || r.At("content.orders.0.id") != r.At("content.orders.5.id") {
		t.Errorf("the first order comes twice: %s", r.Body)
	}
}

func TestBuyersHaveAccountsOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	s.SeedOffers([]sim.OfferSeed{{SKU: "A", PriceMinor: 100, Quantity: 9}})
	ids := map[string]string{}
	for _, b := range []struct{ who, phone string }{{"first", "+380671112233"}, {"second", "+380671112234"}, {"first again", "+380671112233"}, {"nobody", ""}, {"nobody else", ""}} {
		placed, err := s.PlaceOrder(sim.Basket{Buyer: sim.Buyer{Phone: b.phone}, Lines: []sim.BasketLine{{SKU: "A", Quantity: 1}}, Force: true})
		if err != nil {
			t.Fatal(err)
		}
		r := simtest.Call(s, "GET", "/orders/"+placed.ID+"?expand=user", "", bearer)
		ids[b.who] = r.At("content.user.id")
	}
	if ids["first"] == "" || ids["first"] != ids["first again"] {
		t.Errorf("one buyer has two accounts: %v", ids)
	}
	distinct := map[string]bool{ids["first"]: true, ids["second"]: true, ids["nobody"]: true, ids["nobody else"]: true}
	if len(distinct) != 4 {
		t.Errorf("four buyers share accounts: %v", ids)
	}
}
