package horoshop

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

var (
	noon  = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC) // 15:00 in Kyiv
	olena = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "Відділення №17", Warehouse: "aaaa1111-bbbb-2222-cccc-333344445555"}
)

// shop opens a site with a kettle and a generator of which one is left; its first token is in firstToken.
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", Category: "Кухня", PriceMinor: 74000, Quantity: 1000, Barcode: "4820000000017"},
		{SKU: "GEN", Title: "Генератор", PriceMinor: 1890050, Quantity: 1},
	})
	simtest.Call(s, "POST", "/api/auth/", login, nil)
	return s, c
}

const (
	login      = `{"login":"api_user","password":"horoshop-sim-password"}`
	firstToken = "7abd00000001"
)

// post is a call with the first token in the body; members are the rest of the object.
func post(name, function, members string, want map[string]string) simtest.Step {
	if members != "" {
		members = "," + members
	}
	return simtest.Step{Name: name, Method: "POST", Path: "/api/" + function + "/", Body: `{"token":"` + firstToken + `"` + members + `}`, Want: want}
}

func status(s string) map[string]string { return map[string]string{"status": s} }

func kettles(n int64) sim.Basket {
	return sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: "SKU-17", Quantity: n}}}
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func TestAuth(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	late := post("the token lives 600 s", "orders/get", "", status("UNAUTHORIZED"))
	late.Do = func() { c.Advance(time.Second) }
	alive := post("until then it works", "orders/get", "", status("EMPTY"))
	alive.Do = func() { c.Advance(599 * time.Second) }
	simtest.Run(t, s, nil, []simtest.Step{
		{Name: "login", Method: "POST", Path: "/api/auth", Body: login, Want: map[string]string{"status": "OK", "response.token": "7abd00000002"}},
		{Name: "wrong password", Method: "POST", Path: "/api/auth/", Body: `{"login":"api_user","password":"x"}`, Want: status("AUTHORIZATION_ERROR")},
		{Name: "a token in the header is none", Method: "POST", Path: "/api/orders/get/", Header: map[string]string{"Authorization": "Bearer " + firstToken}, Body: `{}`, Want: status("UNAUTHORIZED")},
		{Name: "not JSON", Method: "POST", Path: "/api/orders/get/", Body: `token=x`, Want: map[string]string{"status": "HTTP_ERROR", "response.code": "400"}},
		{Name: "a byte order mark", Method: "POST", Path: "/api/auth/", Body: "\xef\xbb\xbf" + login, Want: status("HTTP_ERROR")},
		post("unknown function", "orders/delete", "", map[string]string{"status": "UNDEFINED_FUNCTION", "response.#": "0"}),
		alive, late,
	})
	old, _ := shop(t, Options{Version: "3.21.1"})
	simtest.Run(t, old, nil, []simtest.Step{post("statuses came with 4.0", "orders/get_available_statuses", "", status("UNDEFINED_FUNCTION"))})
	simtest.Run(t, New(Options{APIOff: true}), nil, []simtest.Step{{Name: "no API module", Method: "POST", Path: "/api/auth/", Body: login, Status: 404}})
}

func TestOrderObject(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	b := kettles(2)
	b.Raw = map[string]any{"currency": "XTS"}
	place(t, s, b)
	simtest.Run(t, s, nil, []simtest.Step{
		post("fields", "orders/get", "", map[string]string{
			"status": "OK", "response.orders.0.order_id": "1042", "response.orders.0.stat_status": "1", "response.orders.0.stat_created": "2026-10-02 15:00:00",
			"response.orders.0.delivery_name": "Коваль Олена", "response.orders.0.delivery_price": "-1", "response.orders.0.payed": "0",
			"response.orders.0.total_sum": "1480", "response.orders.0.products.0.article": "SKU-17", "response.orders.0.products.0.price": "740",
			"response.orders.0.delivery_data.tnNumber": "null", "response.orders.0.additional_data": "", "response.orders.0.comment": "", "response.orders.0.currency": "XTS",
		}),
		post("branch with additionalData", "orders/get", `"additionalData":true`, map[string]string{"response.orders.0.additional_data.recipient_warehouse_ref": olena.Warehouse}),
		post("statuses", "orders/get_available_statuses", "", map[string]string{"response.statuses.2.id": "6", "response.statuses.3.is_successful": "true"}),
	})
}

func TestOrderPaging(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	for range 30 {
		place(t, s, kettles(1))
		c.Advance(time.Second)
	}
	if err := s.CancelOrder("1050"); err != nil {
		t.Fatal(err)
	}
	n := func(n string) map[string]string { return map[string]string{"response.orders.#": n} }
	simtest.Run(t, s, nil, []simtest.Step{
		post("no limit, all", "orders/get", "", n("30")),
		post("an offset without a limit is ignored", "orders/get", `"offset":25`, n("30")),
		post("with a limit it counts", "orders/get", `"offset":25,"limit":10`, n("5")),
		post("newest first", "orders/get", `"limit":1`, map[string]string{"response.orders.0.order_id": "1071"}),
		post("limit 0", "orders/get", `"limit":0`, map[string]string{"status": "EMPTY", "response.orders.#": "0"}),
		post("status as a number", "orders/get", `"status":4`, n("1")),
		post("status as a list", "orders/get", `"status":[1,2]`, n("29")),
		post("near ids", "orders/get", `"ids":[1042,1043,5000]`, n("2")),
		post("far ids", "orders/get", `"ids":[1071,1042],"status":[1]`, map[string]string{"response.orders.#": "2", "response.orders.0.order_id": "1071"}),
		post("inclusive bounds with times", "orders/get", `"from":"2026-10-02 15:00:10","to":"02.10.2026 15:00:12"`, n("3")),
		post("a bare upper date is the whole day", "orders/get", `"from":"2026-10-02","to":"2026-10-02"`, n("30")),
		post("nothing found is EMPTY", "orders/get", `"from":"2026-10-03"`, status("EMPTY")),
		post("wrong date", "orders/get", `"from":"yesterday"`, status("ERROR")),
	})
	old, _ := shop(t, Options{Version: "3.21"})
	place(t, old, kettles(1))
	simtest.Run(t, old, nil, []simtest.Step{post("offsets came with 3.30", "orders/get", `"offset":1,"limit":1`, n("1"))})
}

func TestUpdateOrders(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	place(t, s, kettles(3))
	simtest.Run(t, s, nil, []simtest.Step{
		post("log by position", "orders/update", `"orders":[{"order_id":1042,"status":6,"payed":1,"own_tracking_code":"20450012345678"},{"order_id":5,"status":2}]`, map[string]string{
			"status": "WARNING", "response.log.0.order_id": "1042", "response.log.0.status": "OK", "response.log.0.message": "UPDATED", "response.log.1.status": "ERROR"}),
		post("applied", "orders/get", "", map[string]string{"response.orders.0.stat_status": "6", "response.orders.0.payed": "1", "response.orders.0.delivery_data.tnNumber": "20450012345678"}),
		post("paid is not payed", "orders/update", `"orders":[{"order_id":1042,"paid":0}]`, status("OK")),
		post("still payed", "orders/get", "", map[string]string{"response.orders.0.payed": "1"}),
		post("the old code is Ukrposhta's", "orders/update", `"orders":[{"order_id":1042,"tracking_code":"0500000000001"}]`, status("OK")),
		post("operator", "orders/get", "", map[string]string{"response.orders.0.delivery_data.deliveryOperatorType": "Ukrposhta"}),
		post("unknown status", "orders/update", `"orders":[{"order_id":1042,"status":77}]`, status("WARNING")),
		post("cancel", "orders/update", `"orders":[{"order_id":1042,"status":4}]`, status("OK")),
		post("a cancelled order is locked", "orders/update", `"orders":[{"order_id":1042,"status":2}]`, map[string]string{"status": "WARNING", "response.log.0.message": "Order is locked"}),
	})
	if o, _ := s.OfferBySKU("SKU-17"); o.Quantity != 997 {
		t.Errorf("cancelling returns nothing: %d shown, want 997", o.Quantity)
	}
	sample, _ := shop(t, Options{SampleLog: true, NoOwnTracking: true})
	place(t, sample, kettles(1))
	simtest.Run(t, sample, nil, []simtest.Step{
		post("messages without order_id", "orders/update", `"orders":[{"order_id":1042,"own_tracking_code":"1"}]`, map[string]string{
			"response.log.0.messages": "UPDATED", "response.log.0.order_id": "", "response.log.0.message": ""}),
		post("own tracking is not released", "orders/get", "", map[string]string{"response.orders.0.delivery_data.tnNumber": "null"}),
	})
}

func TestExport(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{NoRussian: true})
	var seeds []sim.OfferSeed
	for i := range 600 {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%d", i), Title: "Чашка", ParentSKU: "S", PriceMinor: 100, Hidden: i >= 598})
	}
	s.SeedOffers(seeds)
	n := func(n string) map[string]string { return map[string]string{"response.products.#": n} }
	simtest.Run(t, s, nil, []simtest.Step{
		post("500 at most, silently", "catalog/export", `"limit":1000`, n("500")),
		post("without a limit too", "catalog/export", `"offset":590`, n("500")),
		post("second page", "catalog/export", `"offset":500,"limit":500`, n("102")),
		post("limit 0 = no rows", "catalog/export", `"limit":0`, map[string]string{"status": "EMPTY", "response.products.#": "0"}),
		post("by article", "catalog/export", `"expr":{"article":["SKU-17","none"]}`, map[string]string{
			"response.products.#": "1", "response.products.0.residues.0.warehouse": "office", "response.products.0.residues.0.quantity": "1000",
			"response.products.0.presence.value.ua": "В наявності", "response.products.0.presence.value.ru": "", "response.products.0.price": "740",
			"response.products.0.gtin": "4820000000017", "response.products.0.parent.value": "Кухня"}),
		post("included, unknown names ignored, keys always", "catalog/export", `"expr":{"article":"S-1"},"includedParams":["price","nonsense"]`, map[string]string{
			"response.products.0.#": "4", "response.products.0.price": "1", "response.products.0.parent_article": "S"}),
		post("excluded", "catalog/export", `"expr":{"article":"S-1"},"excludedParams":["price","article"]`, map[string]string{"response.products.0.price": "", "response.products.0.article": "S-1"}),
		post("hidden ones", "catalog/export", `"expr":{"display_in_showcase":0}`, n("2")),
		post("by category", "catalog/export", `"expr":{"parent.id":[12]}`, n("1")),
		post("by category path", "catalog/export", `"expr":{"parent":"Кухня"}`, n("1")),
		post("categories", "pages/export", `"parent":0`, map[string]string{"response.pages.0.title.ua": "Кухня"}),
	})
}

func TestImport(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Warehouses: []string{"kyiv"}})
	var seen []string
	s.OnOffer(func(c sim.OfferChange) { seen = append(seen, fmt.Sprintf("%s %d", c.After.SKU, c.After.Quantity)) })
	get := func(name, article string, want map[string]string) simtest.Step {
		return post(name, "catalog/export", `"expr":{"article":"`+article+`"}`, want)
	}
	simtest.Run(t, s, nil, []simtest.Step{
		post("price and residues", "catalog/import", `"products":[{"article":"SKU-17","price":741.5,"price_old":890,"residues":[{"warehouse":"office","quantity":7},{"warehouse":"kyiv","quantity":2}]}]`,
			map[string]string{"status": "OK", "response.log.0.article": "SKU-17", "response.log.0.info.0.code": "0"}),
		get("applied", "SKU-17", map[string]string{"response.products.0.price": "741.5", "response.products.0.quantity": "9"}),
		post("a bare quantity is accepted and ignored", "catalog/import", `"products":[{"article":"SKU-17","quantity":1}]`, status("OK")),
		post("presence is read-only under accounting", "catalog/import", `"products":[{"article":"SKU-17","presence":"Немає в наявності"}]`, status("OK")),
		get("unchanged", "SKU-17", map[string]string{"response.products.0.quantity": "9", "response.products.0.presence.id": "1"}),
		post("zero makes it absent", "catalog/import", `"products":[{"article":"SKU-17","residues":[{"warehouse":"office","quantity":0},{"warehouse":"kyiv","quantity":0}]}]`, status("OK")),
		get("absent", "SKU-17", map[string]string{"response.products.0.presence.value.ua": "Немає в наявності"}),
		post("unknown warehouse and negative quantity", "catalog/import", `"products":[{"article":"GEN","residues":[{"warehouse":"x","quantity":1}]},{"article":"GEN","residues":[{"warehouse":"office","quantity":-1}]}]`,
			map[string]string{"status": "WARNING", "response.log.0.info.0.message": "Warehouse x is not defined", "response.log.1.info.0.code": "2"}),
		post("a new product needs title and parent", "catalog/import", `"products":[{"article":"NEW","price":1}]`, map[string]string{"status": "WARNING", "response.log.0.info.0.code": "1"}),
		post("a new product", "catalog/import", `"products":[{"article":"NEW","title":{"ua":"Нове","ru":"Новое"},"parent":"Кухня \\ Нове","price":1,"residues":[{"warehouse":"office","quantity":3}]}]`, status("OK")),
		get("is created hidden", "NEW", map[string]string{"response.products.0.display_in_showcase": "0", "response.products.0.title.ru": "Новое", "response.products.0.parent.value": `Кухня \ Нове`}),
		post("the outdated call", "catalog/importResidues", `"products":[{"article":"GEN","warehouse":"office","quantity":4},{"article":"GEN","warehouse":"x","quantity":1},{"article":"no","warehouse":"office","quantity":1}]`,
			map[string]string{"status": "WARNING", "response.log.0.message": "UPDATED", "response.log.1.message": "Warehouse x is not defined"}),
	})
	if _, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{SKU: "NEW", Quantity: 1}}}); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("a hidden product can not be bought: %v", err)
	}
	if d := cmp.Diff([]string{"SKU-17 9", "SKU-17 0", "NEW 3", "GEN 4"}, seen); d != "" {
		t.Error(d)
	}
}

// Without warehouse accounting presence is what counts and quantities do not exist.
func TestNoAccounting(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{NoAccounting: true})
	export := `"expr":{"article":"SKU-17"}`
	simtest.Run(t, s, nil, []simtest.Step{
		post("quantity reads 0 though goods are there", "catalog/export", export, map[string]string{"response.products.0.quantity": "0", "response.products.0.residues.#": "0", "response.products.0.presence.id": "1"}),
		post("residues have no effect", "catalog/import", `"products":[{"article":"SKU-17","residues":[{"warehouse":"office","quantity":0}]}]`, status("OK")),
		post("still there", "catalog/export", export, map[string]string{"response.products.0.presence.id": "1"}),
		post("presence by text", "catalog/import", `"products":[{"article":"SKU-17","presence":"Немає в наявності"}]`, status("OK")),
		post("absent", "catalog/export", export, map[string]string{"response.products.0.presence.id": "2"}),
		post("unknown text", "catalog/import", `"products":[{"article":"SKU-17","presence":"десь є"}]`, status("WARNING")),
	})
	if _, err := s.PlaceOrder(kettles(1)); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("absent: %v", err)
	}
}

// A body of more than 400 KB drops the connection.
func TestLargeImport(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	srv := httptest.NewServer(s)
	defer srv.Close()
	body := `{"token":"` + firstToken + `","products":[{"article":"SKU-17","description":"` + strings.Repeat("x", maxBody) + `"}]}`
	resp, err := srv.Client().Post(srv.URL+"/api/catalog/import/", "application/json", strings.NewReader(body))
	if err == nil {
		resp.Body.Close()
		t.Errorf("answered with %s", resp.Status)
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	var got []string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body) // a broken body is an empty one
		got = append(got, r.Method+" "+r.URL.Path+" "+string(b))
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer receiver.Close()
	s, _ := shop(t, Options{Client: receiver.Client()})
	sub := func(name, event, path string, status int) simtest.Step {
		st := post(name, "hooks/subscribe", `"event":"`+event+`","target_url":"`+receiver.URL+path+`"`, nil)
		st.Status = status
		return st
	}
	steps := []simtest.Step{sub("created is 201", "order_created", "/h/secret", 201), sub("another event", "order_paid", "/broken", 201), sub("unknown event", "order_eaten", "/x", 400)}
	for range 5 {
		steps = append(steps, sub("five per event", "order_update", "/u", 201))
	}
	full := sub("the sixth", "order_update", "/u", 400)
	full.Text = []string{"Subscriptions limit for current event has been reached"}
	gone := post("410 is success", "hooks/unSubscribe", `"id":3,"target_url":"`+receiver.URL+`/u"`, nil)
	gone.Status = 410
	again := gone
	again.Status = 404
	bad := simtest.Step{Name: "no token, no envelope", Method: "POST", Path: "/api/hooks/subscribe/", Body: `{}`, Status: 401, Not: []string{`"status"`}}
	simtest.Run(t, s, nil, append(steps, full, gone, again, bad))
	b := kettles(1)
	b.Paid = true
	place(t, s, b)
	n, err := s.FlushHooks(t.Context())
	if n != 1 || err == nil {
		t.Errorf("delivered %d, err %v; want 1 and the error of the broken receiver", n, err)
	}
	if d := cmp.Diff([]string{`PUT /h/secret {"event":"order_created","order_id":1042}`, `PUT /broken {"event":"order_paid","order_id":1042}`}, got); d != "" {
		t.Error(d)
	}
	if n, err := s.FlushHooks(t.Context()); n != 0 || err != nil {
		t.Errorf("flushed twice: %d, %v", n, err)
	}
}

func TestBuyers(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	gen := sim.Basket{Lines: []sim.BasketLine{{OfferID: "GEN", Quantity: 1}}}
	id := place(t, s, gen)
	if _, err := s.PlaceOrder(gen); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("no second generator: %v", err)
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
	if _, err := s.PlaceRaw([]byte(`{"order_id":2000,"stat_status":1,"products":"none"}`)); err != nil {
		t.Error(err)
	}
	simtest.Run(t, s, nil, []simtest.Step{
		post("raw order", "orders/get", `"ids":[2000]`, map[string]string{"response.orders.0.products": "none"}),
		post("its status moves", "orders/update", `"orders":[{"order_id":2000,"status":2}]`, status("OK")),
		post("and shows", "orders/get", `"ids":[2000]`, map[string]string{"response.orders.0.stat_status": "2"}),
	})
	if o, ok := s.Order("2000"); !ok || !o.Raw || len(s.Orders()) != 2 {
		t.Errorf("raw order is stored: %+v", o)
	}
}

func TestFaultsOfSessions(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	s.Faults().Set(sim.ExpireTokens, sim.Rule{})
	simtest.Run(t, s, nil, []simtest.Step{
		post("tokens of before are dead", "orders/get", "", status("UNAUTHORIZED")),
		{Name: "a new one", Method: "POST", Path: "/api/auth/", Body: login, Want: map[string]string{"response.token": "7abd00000002"}},
		{Name: "lives", Method: "POST", Path: "/api/orders/get/", Body: `{"token":"7abd00000002"}`, Want: status("EMPTY")},
	})
}
