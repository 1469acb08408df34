package woocommerce

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

const (
	shopURL = "https://shop.example.com"
	api     = shopURL + prefix
	// signed is a request that was signed apart from this package, at noon, with the fixed key.
	signed = "oauth_consumer_key=ck_5d1e0f6b7a8c9d0e1f2a3b4c5d6e7f8091a2b3c4&oauth_nonce=n1&oauth_signature_method=HMAC-SHA256&oauth_timestamp=1790942400" +
		"&page=1&status=on-hold%2Cpending&oauth_signature=%2FAm7frz7ywwgw89mK6CBX1vk%2F9wlwAB%2B4OaPJGycUy8%3D"
)

var (
	noon  = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC) // 15:00 in Kyiv
	olena = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "Відділення №17", Warehouse: "aaaa1111-bbbb-2222-cccc-333344445555"}
	// basic is the header of the fixed key.
	basic = map[string]string{"Authorization": "Basic Y2tfNWQxZTBmNmI3YThjOWQwZTFmMmEzYjRjNWQ2ZTdmODA5MWEyYjNjNDpjc18wYTFiMmMzZDRlNWY2MDcxODI5M2E0YjVjNmQ3ZThmOTAxMjM0NTY3"}
)

// shop opens a shop with a kettle (55), a cup that is sold out (56), and a shirt (57) in two sizes (58, 59).
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", Category: "Кухня", PriceMinor: 74000, Quantity: 700, Barcode: "4820000000017"},
		{SKU: "CUP", Title: "Чашка", PriceMinor: 12050, Quantity: 0},
		{SKU: "SHIRT-M", Title: "Сорочка M", ParentSKU: "SHIRT", PriceMinor: 50000, Quantity: 3},
		{SKU: "SHIRT-L", Title: "Сорочка L", ParentSKU: "SHIRT", PriceMinor: 52000, Quantity: 4},
	})
	return s, c
}

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

func code(c string) map[string]string { return map[string]string{"code": c} }

func get(name, path string, want map[string]string) simtest.Step {
	return simtest.Step{Name: name, Method: "GET", Path: api + path, Want: want}
}

func write(name, method, path, body string, status int, want map[string]string) simtest.Step {
	return simtest.Step{Name: name, Method: method, Path: api + path, Body: body, Status: status, Want: want}
}

func TestKeysOverHTTPS(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	readOnly := write("a key that only reads has 401 on PUT", "PUT", "/orders/7421", `{}`, 401, code("woocommerce_rest_authentication_error"))
	readOnly.Do = func() { s.SetRight(ReadOnly) }
	gone := simtest.Step{Name: "a key dies with its user", Do: s.Revoke, Method: "GET", Path: api + "/orders", Status: 401, Want: code("woocommerce_rest_authentication_error")}
	off := simtest.Step{Name: "without the plug-in there is no route", Do: func() { s.SetPlugin(false) }, Method: "GET", Path: api + "/orders", Status: 404, Want: code("rest_no_route")}
	simtest.Run(t, s, basic, []simtest.Step{
		{Name: "header", Method: "GET", Path: api + "/orders", Want: map[string]string{"#": "0"}},
		{Name: "wrong", Method: "GET", Path: api + "/orders", Header: map[string]string{"Authorization": "Basic eDp5"}, Status: 401},
		{Name: "none", Method: "GET", Path: api + "/orders", Header: map[string]string{"Authorization": ""}, Status: 401, Want: code("woocommerce_rest_cannot_view")},
		{Name: "in the address", Method: "GET", Path: api + "/orders?consumer_key=" + s.o.Key + "&consumer_secret=" + s.o.Secret, Header: map[string]string{"Authorization": ""}},
		{Name: "the key itself over plain HTTP", Method: "GET", Path: "http://shop.example.com" + prefix + "/orders", Status: 401},
		{Name: "the index needs none", Method: "GET", Path: shopURL + root + "/", Header: map[string]string{"Authorization": ""}, Text: []string{`"wc/v3"`}},
		{Name: "currency", Method: "GET", Path: api + "/system_status?_fields=settings", Want: map[string]string{"settings.currency": "UAH", "environment": ""}},
		{Name: "unknown path", Method: "GET", Path: api + "/order", Status: 404, Want: code("rest_no_route")},
		{Name: "not the API", Method: "GET", Path: shopURL + "/shop", Status: 404, Text: []string{"<html>"}},
		readOnly, gone, off,
	})
	stripped, _ := shop(t, Options{StripsAuthorization: true})
	simtest.Run(t, stripped, basic, []simtest.Step{
		{Name: "CGI loses the header", Method: "GET", Path: api + "/orders", Status: 401},
		{Name: "and not the address", Method: "GET", Path: api + "/orders?consumer_key=" + s.o.Key + "&consumer_secret=" + s.o.Secret},
	})
}

func TestSignatureOverPlainHTTP(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	path := "http://shop.example.com" + prefix + "/orders?"
	simtest.Run(t, s, nil, []simtest.Step{
		{Name: "signed", Method: "GET", Path: path + signed, Want: map[string]string{"#": "0"}},
		{Name: "a nonce counts once", Method: "GET", Path: path + signed, Status: 401, Text: []string{"nonce"}},
		{Name: "another parameter", Method: "GET", Path: path + signed + "&page=2", Status: 401, Text: []string{"signature does not match"}},
		{Name: "another method", Method: "POST", Path: "http://shop.example.com" + prefix + "/webhooks?" + signed, Status: 401, Text: []string{"signature"}},
		{Name: "an algorithm nobody knows", Method: "GET", Path: path + strings.Replace(signed, "SHA256", "MD5", 1), Status: 401, Text: []string{"method"}},
		{Name: "nothing", Method: "GET", Path: path, Status: 401, Want: code("woocommerce_rest_cannot_view")},
		{Name: "too old", Do: func() { c.Advance(16 * time.Minute) }, Method: "GET", Path: path + signed, Status: 401, Text: []string{"timestamp"}},
	})
}

func TestPermalinks(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{PlainPermalinks: true})
	simtest.Run(t, s, basic, []simtest.Step{
		{Name: "not pretty", Method: "GET", Path: shopURL + "/?rest_route=/wc/v3/products&per_page=1", Want: map[string]string{"#": "1"}},
		{Name: "so the pretty one is a page", Method: "GET", Path: api + "/products", Status: 404, Text: []string{"<html>"}},
	})
}

func TestCachingPlugin(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{CachesReads: true})
	simtest.Run(t, s, basic, []simtest.Step{
		get("fresh", "/orders", map[string]string{"#": "0"}),
		{Name: "stale", Do: func() { place(t, s, kettles(1)) }, Method: "GET", Path: api + "/orders", Want: map[string]string{"#": "0"}},
		get("another address", "/orders?_=1", map[string]string{"#": "1"}),
	})
}

func TestOrderObject(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{TaxPercent: 20})
	b := kettles(2)
	b.Comment, b.Paid = "після 18:00", true
	place(t, s, b)
	place(t, s, sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: "SHIRT-L", Quantity: 1}}})
	simtest.Run(t, s, basic, []simtest.Step{
		get("fields", "/orders/7421", map[string]string{
			"id": "7421", "number": "7421", "status": "processing", "currency": "UAH", "date_created": "2026-10-02T15:00:00", "date_created_gmt": "2026-10-02T12:00:00",
			"date_paid_gmt": "2026-10-02T12:00:00", "total": "1480.00", "total_tax": "246.66", "customer_id": "0", "customer_note": "після 18:00",
			"billing.first_name": "Олена", "billing.last_name": "Коваль", "billing.phone": "+380671112233", "payment_method": "liqpay",
			"line_items.0.product_id": "55", "line_items.0.variation_id": "0", "line_items.0.quantity": "2", "line_items.0.total": "1233.34",
			"line_items.0.total_tax": "246.66", "line_items.0.sku": "SKU-17", "shipping_lines.0.meta_data.0.value": olena.Warehouse, "refunds.#": "0",
		}),
		get("a variation has both numbers; cash is not paid", "/orders/7422", map[string]string{
			"line_items.0.product_id": "57", "line_items.0.variation_id": "59", "status": "on-hold", "payment_method": "cod", "date_paid_gmt": "null",
		}),
		get("_fields trims", "/orders/7421?_fields=id,status", map[string]string{"#": "2"}),
		{Name: "unknown order", Method: "GET", Path: api + "/orders/7", Status: 404, Want: code("woocommerce_rest_shop_order_invalid_id")},
	})
}

func TestOrderPaging(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	for range 250 {
		place(t, s, kettles(1))
		c.Advance(time.Minute)
	}
	simtest.Run(t, s, basic, []simtest.Step{
		get("ten by default, newest first", "/orders", map[string]string{"#": "10", "0.id": "7670"}),
		get("oldest first", "/orders?order=asc&orderby=date&per_page=100&page=3", map[string]string{"#": "50", "0.id": "7621"}),
		get("changed after, in UTC when it is said", "/orders?modified_after=2026-10-02T16:00:00&dates_are_gmt=true&per_page=100", map[string]string{"#": "9"}),
		get("and in the shop's zone when not", "/orders?modified_after=2026-10-02T19:00:00&per_page=100", map[string]string{"#": "9"}),
		get("both bounds are exclusive", "/orders?after=2026-10-02T12:01:00&before=2026-10-02T12:04:00&dates_are_gmt=true", map[string]string{"#": "2"}),
		get("by id", "/orders?include=7421,7430,9", map[string]string{"#": "2"}),
		get("by id in the other form", "/orders?include[]=7421", map[string]string{"#": "1"}),
		get("by status", "/orders?status=on-hold&per_page=1", map[string]string{"#": "1"}),
		get("the trash is not any", "/orders?status=any&include=7421", map[string]string{"#": "1"}),
		{Name: "until it is there", Do: func() { s.TrashOrder("7421") }, Method: "GET", Path: api + "/orders?status=any&include=7421", Want: map[string]string{"#": "0"}},
		write("per_page above 100", "GET", "/orders?per_page=101", "", 400, code("rest_invalid_param")),
		write("orderby=modified", "GET", "/orders?orderby=modified", "", 400, code("rest_invalid_param")),
		write("a prefixed status", "GET", "/orders?status=wc-pending", "", 400, code("rest_invalid_param")),
		write("a date that is none", "GET", "/orders?after=yesterday", "", 400, code("rest_invalid_param")),
	})
	r := simtest.Call(s, "GET", api+"/orders?per_page=100", "", basic)
	if r.Header.Get("X-WP-Total") != "249" || r.Header.Get("X-WP-TotalPages") != "3" {
		t.Errorf("totals %q and %q, want 249 on 3 pages", r.Header.Get("X-WP-Total"), r.Header.Get("X-WP-TotalPages"))
	}
}

func TestStatusesMoveStock(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{Custom: []CustomStatus{{"shipped", "Відправлено"}}})
	id := place(t, s, kettles(2))
	put := func(status, want string, left int64) simtest.Step {
		step := write("to "+status, "PUT", "/orders/"+id, `{"status":"`+status+`"}`, 0, map[string]string{"status": want})
		if want == "" {
			step.Status, step.Want = 400, code("rest_invalid_param")
		}
		step.Do = func() {
			if o, _ := s.OfferBySKU("SKU-17"); o.Quantity != left {
				t.Errorf("before %s: %d left, want %d", status, o.Quantity, left)
			}
			c.Advance(time.Minute)
		}
		return step
	}
	simtest.Run(t, s, basic, []simtest.Step{
		put("processing", "processing", 698), put("processing", "processing", 698), put("pending", "pending", 698), put("completed", "completed", 700),
		put("shipped", "shipped", 698), put("cancelled", "cancelled", 698), put("cancelled", "cancelled", 700), put("wc-shipped", "", 700), put("flying", "", 700),
		get("the last change shows", "/orders/"+id, map[string]string{"date_modified_gmt": "2026-10-02T12:07:00", "date_completed_gmt": "2026-10-02T12:04:00"}),
		get("custom statuses are counted with the others", "/reports/orders/totals", map[string]string{"8.slug": "shipped", "8.name": "Відправлено", "4.total": "1"}),
		write("unknown order", "PUT", "/orders/9", `{"status":"completed"}`, 400, code("woocommerce_rest_shop_order_invalid_id")),
	})
	if err := s.CancelOrder(id); !errors.Is(err, sim.ErrFinal) {
		t.Errorf("cancelling twice: %v", err)
	}
}

func TestMetaNotesRefunds(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{ShipmentTracking: true})
	b := kettles(2)
	b.Paid = true
	id := place(t, s, b)
	path := shopURL + root + "/wc-shipment-tracking/v3/orders/" + id + "/shipment-trackings"
	simtest.Run(t, s, basic, []simtest.Step{
		write("a key is added", "PUT", "/orders/"+id, `{"meta_data":[{"key":"a","value":"1"}]}`, 0, map[string]string{"meta_data.#": "1"}),
		write("and replaced", "PUT", "/orders/"+id, `{"meta_data":[{"key":"a","value":"2"}]}`, 0, map[string]string{"meta_data.#": "1", "meta_data.0.value": "2"}),
		write("note", "POST", "/orders/"+id+"/notes", `{"note":"ТТН 2045","customer_note":true}`, 201, map[string]string{"note": "ТТН 2045"}),
		write("too much back", "POST", "/orders/"+id+"/refunds", `{"amount":"1480.01"}`, 400, code("woocommerce_rest_invalid_order_refund_amount")),
		write("a part back", "POST", "/orders/"+id+"/refunds", `{"amount":"80.00","reason":"скол"}`, 201, nil),
		get("keeps the status", "/orders/"+id, map[string]string{"status": "processing", "refunds.0.total": "-80.00"}),
		write("the rest back", "POST", "/orders/"+id+"/refunds", `{"amount":"1400.00"}`, 201, nil),
		get("does not", "/orders/"+id, map[string]string{"status": "refunded"}),
		{Name: "tracking", Method: "POST", Path: path, Body: `{"custom_tracking_provider":"Nova Poshta","tracking_number":"2045"}`, Status: 201},
		{Name: "is listed", Method: "GET", Path: path, Want: map[string]string{"0.tracking_number": "2045"}},
	})
	if diff := cmp.Diff([]Note{{"ТТН 2045", true}}, s.Notes(id)); diff != "" {
		t.Errorf("notes:\n%s", diff)
	}
	if o, _ := s.Order(id); o.Tracking != "2045" || o.Status != statusRefunded {
		t.Errorf("order %+v", o)
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	simtest.Run(t, s, basic, []simtest.Step{
		get("products without variations", "/products?order=asc&orderby=id", map[string]string{"#": "3", "0.id": "55", "2.type": "variable"}),
		get("fields", "/products/55", map[string]string{
			"sku": "SKU-17", "global_unique_id": "4820000000017", "price": "740.00", "regular_price": "740.00", "sale_price": "", "manage_stock": "true",
			"stock_quantity": "700", "stock_status": "instock", "backorders": "no", "status": "publish", "parent_id": "0",
		}),
		get("a variable product has no price", "/products/57", map[string]string{"price": "", "variations.#": "2"}),
		get("variations", "/products/57/variations", map[string]string{"#": "2", "0.id": "58", "0.parent_id": "57", "1.price": "520.00"}),
		get("one of them", "/products/57/variations?include=59", map[string]string{"#": "1", "0.stock_quantity": "4"}),
		get("by SKU", "/products?sku=CUP", map[string]string{"#": "1", "0.stock_status": "outofstock"}),
		write("no such parent", "GET", "/products/9/variations", "", 404, code("woocommerce_rest_product_invalid_id")),
		{Name: "parent's stock", Do: func() {
			s.Change("57", func(p *Product) { p.Count, p.Quantity = "true", 9 })
			s.Change("57-58", func(p *Product) { p.Count = "parent" })
		}, Method: "GET", Path: api + "/products/57/variations?include=58", Want: map[string]string{"0.manage_stock": "parent", "0.stock_quantity": "9"}},
		{Name: "the trash is not listed", Do: func() { s.Change("56", func(p *Product) { p.Trash = true }) }, Method: "GET", Path: api + "/products", Want: map[string]string{"#": "2"}},
	})
	if _, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{OfferID: "57-58", Quantity: 5}}}); err != nil {
		t.Errorf("five of the parent's nine: %v", err)
	}
	if o, ok := s.Offer("57-58"); !ok || o.Quantity != 4 || !o.Tracked {
		t.Errorf("offer %+v, want the 4 that the parent has left", o)
	}
	if _, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{OfferID: "57-59", Quantity: 5}}}); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("five of four: %v", err)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	big := `{"update":[` + strings.TrimSuffix(strings.Repeat(`{"id":55},`, 101), ",") + `]}`
	simtest.Run(t, s, basic, []simtest.Step{
		write("errors stand inside of a 200", "POST", "/products/batch", `{"update":[{"id":55,"manage_stock":true,"stock_quantity":0},{"id":99,"stock_quantity":1},{"id":58,"stock_quantity":1}]}`, 0,
			map[string]string{"update.#": "3", "update.0.stock_status": "outofstock", "update.1.error.code": "woocommerce_rest_product_invalid_id", "update.2.error.data.status": "400"}),
		write("variations have a batch per parent", "POST", "/products/57/variations/batch", `{"update":[{"id":58,"stock_quantity":8}]}`, 0, map[string]string{"update.0.stock_quantity": "8"}),
		write("too many", "POST", "/products/batch", big, 413, code("woocommerce_rest_request_entity_too_large")),
		write("a quantity in words", "POST", "/products/batch", `{"update":[{"id":55,"stock_quantity":"many"}]}`, 0, map[string]string{"update.0.error.code": "rest_invalid_param"}),
		write("prices are strings", "POST", "/products/batch", `{"update":[{"id":55,"regular_price":790}]}`, 0, map[string]string{"update.0.error.code": "rest_invalid_param"}),
		write("sale", "POST", "/products/batch", `{"update":[{"id":55,"regular_price":"790","sale_price":"740.50"}]}`, 0, map[string]string{"update.0.price": "740.50", "update.0.regular_price": "790.00"}),
		write("no sale", "POST", "/products/batch", `{"update":[{"id":55,"sale_price":""}]}`, 0, map[string]string{"update.0.price": "790.00", "update.0.sale_price": ""}),
		write("not counted", "POST", "/products/batch", `{"update":[{"id":55,"manage_stock":false,"stock_quantity":5,"stock_status":"instock"}]}`, 0, map[string]string{"update.0.stock_quantity": "null"}),
		{Name: "backorders keep it orderable at zero", Do: func() { s.Change("55", func(p *Product) { p.Backorders = "notify" }) }, Method: "POST", Path: api + "/products/batch",
			Body: `{"update":[{"id":55,"manage_stock":true,"stock_quantity":0}]}`, Want: map[string]string{"update.0.stock_status": "onbackorder"}},
		{Name: "accepted and ignored", Do: func() { s.Faults().Set(sim.AcceptThenIgnore, sim.Rule{}) }, Method: "POST", Path: api + "/products/batch",
			Body: `{"update":[{"id":55,"stock_quantity":77}]}`, Want: map[string]string{"update.0.stock_quantity": "77"}},
		get("is not there", "/products/55", map[string]string{"stock_quantity": "0"}),
	})
	off, _ := shop(t, Options{NoStockManagement: true})
	simtest.Run(t, off, basic, []simtest.Step{
		write("a shop that does not count hears stock_status only", "POST", "/products/batch", `{"update":[{"id":55,"manage_stock":true,"stock_quantity":0,"stock_status":"outofstock"}]}`, 0,
			map[string]string{"update.0.manage_stock": "false", "update.0.stock_quantity": "null", "update.0.stock_status": "outofstock"}),
	})
}

// Every kind of fault that the toolkit makes strikes at lists too, which are bare arrays here.
func TestFaultsOfLists(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	for range 3 {
		place(t, s, kettles(1))
	}
	list := func(kind sim.Kind, r sim.Rule) simtest.Reply {
		s.Faults().Set(kind, r)
		defer s.Faults().Clear(kind)
		return simtest.Call(s, "GET", api+"/orders?order=asc", "", basic)
	}
	if r := list(sim.HugeBody, sim.Rule{Bytes: 50_000}); len(r.Body) != 50_000 || r.At("#") != "3" {
		t.Errorf("huge: %d bytes, %s rows", len(r.Body), r.At("#"))
	}
	if r := list(sim.DuplicateOrders, sim.Rule{}); r.At("#") != "4" || r.At("3.id") != "7421" || r.Header.Get("X-WP-Total") != "3" {
		t.Errorf("duplicate: %s rows, total %s", r.At("#"), r.Header.Get("X-WP-Total"))
	}
	if r := list(sim.ClockSkew, sim.Rule{Skew: time.Hour}); r.At("0.date_modified_gmt") != "2026-10-02T13:00:00" {
		t.Errorf("clock an hour ahead: %s", r.At("0.date_modified_gmt"))
	}
	if r := list(sim.ExpireTokens, sim.Rule{}); r.Status != 401 || r.At("code") != "woocommerce_rest_authentication_error" {
		t.Errorf("a dead key: HTTP %d %s", r.Status, r.Body)
	}
	if r := list(sim.HTMLErrors, sim.Rule{Status: 403}); r.Status != 403 || !strings.HasPrefix(r.Body, "<!DOCTYPE") {
		t.Errorf("a firewall: HTTP %d %.20s", r.Status, r.Body)
	}
}

// What was placed is there once, and pieces add up, however many buy and push at the same time.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	subscribe(t, s, "order.created", "http://127.0.0.1:1/")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				p, err := s.PlaceOrder(kettles(1))
				if err != nil {
					t.Error(err)
					return
				}
				s.Order(p.ID)
				simtest.Call(s, "GET", api+"/orders?modified_after=2026-10-02T00:00:00", "", basic)
				simtest.Call(s, "POST", api+"/products/57/variations/batch", `{"update":[{"id":58,"stock_quantity":8}]}`, basic)
			}
		})
	}
	wg.Wait()
	if o, _ := s.OfferBySKU("SKU-17"); o.Quantity != 500 || len(s.Orders()) != 200 {
		t.Errorf("%d orders, %d kettles left; want 200 and 500", len(s.Orders()), o.Quantity)
	}
}

// A catalogue of thirty thousand and thousands of orders must not slow a page or a batch down.
func TestLargeShop(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	seeds := make([]sim.OfferSeed, 0, 30_000)
	for i := range 30_000 {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%05d", i), Title: "Товар", PriceMinor: 100, Quantity: 1_000_000})
	}
	s.SeedOffers(seeds)
	for i := range 5_000 {
		c.Advance(time.Second)
		place(t, s, sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: fmt.Sprintf("S-%05d", i%100), Quantity: 1}}})
	}
	simtest.Run(t, s, basic, []simtest.Step{
		get("last page of products", "/products?order=asc&orderby=id&per_page=100&page=301", map[string]string{"#": "3"}),
		get("what changed in the last minute", "/orders?modified_after=2026-10-02T13:22:20&dates_are_gmt=true&per_page=100", map[string]string{"#": "60"}),
	})
	if n := len(s.Offers()); n != 30_004 {
		t.Errorf("%d offers", n)
	}
}
