package erli

import (
	"encoding/json"
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
	noon   = time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC)
	bearer = map[string]string{"Authorization": "Bearer erli-sim-key"}
	ola    = sim.Buyer{Name: "Ola Nowa", Phone: "+48500100200", Email: "x1@proxy.example", City: "Kraków", Address: "Polna 3/4", Warehouse: "KRA12A"}
)

// shop opens a seller with a lamp and a chair of which one is left.
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "S-1", ExternalID: "LMP-1", Title: "Lamp", PriceMinor: 7490, Quantity: 1000, Barcode: "5900000000011"},
		{SKU: "S-2", ExternalID: "CHR-1", Title: "Chair", PriceMinor: 19900, Quantity: 1, ParentSKU: "CHR"},
	})
	return s, c
}

func lamps(n int64) sim.Basket {
	return sim.Basket{Buyer: ola, Lines: []sim.BasketLine{{OfferID: "LMP-1", Quantity: n}}}
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func step(name, method, path, body string, status int, want map[string]string) simtest.Step {
	return simtest.Step{Name: name, Method: method, Path: Prefix + path, Body: body, Status: status, Want: want}
}

func TestKey(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	if d := cmp.Diff(map[string]string{"token": "erli-sim-key", "base_url": "http://x" + Prefix}, s.Settings("http://x")); d != "" {
		t.Error(d)
	}
	bad := step("a wrong key", "GET", "/me", "", 401, nil)
	bad.Header = map[string]string{"Authorization": "Bearer wrong"}
	right := step("a right that was taken away", "PATCH", "/products/batch-update", `[{"externalId":"LMP-1","stock":1}]`, 403, nil)
	right.Do = func() { s.Withdraw(true) }
	simtest.Run(t, s, bearer, []simtest.Step{
		bad, step("the key", "GET", "/me", "", 200, map[string]string{"name": "sklep-lad", "active": "true"}), right,
		step("reading goes on", "POST", "/products/_search", "", 200, map[string]string{"#": "2"}), step("no such path", "GET", "/offers", "", 404, nil),
	})
}

func TestOrderObject(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	b := lamps(2)
	b.Paid = true
	id := place(t, s, b)
	if id != "260114x00077" {
		t.Fatalf("order %s", id)
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		step("one order", "GET", "/orders/"+id, "", 200, map[string]string{
			"id": id, "status": "purchased", "sellerStatus": "readyToProcess", "totalPrice": "15980", "currency": "PLN", "items.0.externalId": "LMP-1",
			"items.0.quantity": "2", "items.0.unitPrice": "7490", "items.0.taxRate": "TAX_23", "delivery.price": "1000", "delivery.cod": "false",
			"delivery.pickupPlace.externalId": "KRA12A", "delivery.pickupPlace.provider": "inpost", "payment.status": "COMPLETED",
			"user.deliveryAddress.phone": "500100200", "created": "2026-01-14T09:10:00.000Z", "cursor": "",
		}),
		step("unknown", "GET", "/orders/260114x00001", "", 404, nil), step("of another day", "GET", "/orders/260115x00077", "", 404, nil),
		step("our number", "PATCH", "/orders/"+id, `{"externalOrderId":"L-1"}`, 202, nil),
		step("shows", "GET", "/orders/"+id, "", 200, map[string]string{"externalOrderId": "L-1"}),
	})
}

func TestSearchOrders(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	for range 3 {
		place(t, s, lamps(1))
		c.Advance(time.Second)
	}
	first := simtest.Call(s, "POST", Prefix+"/orders/_search", `{"pagination":{"limit":2}}`, bearer)
	after := `"` + first.At("1.cursor") + `"`
	simtest.Run(t, s, bearer, []simtest.Step{
		step("oldest change first", "POST", "/orders/_search", `{"pagination":{"sortField":"updated","order":"ASC","limit":2}}`, 200,
			map[string]string{"#": "2", "0.id": "260114x00077", "1.id": "260114x00078"}),
		step("after a cursor", "POST", "/orders/_search", `{"pagination":{"limit":2,"after":`+after+`}}`, 200, map[string]string{"#": "1", "0.id": "260114x00079"}),
		step("after a time", "POST", "/orders/_search", `{"pagination":{"after":"2026-01-14T09:10:01Z"}}`, 200, map[string]string{"#": "2"}),
		step("newest first", "POST", "/orders/_search", `{"pagination":{"sortField":"created","order":"DESC","limit":1}}`, 200, map[string]string{"0.id": "260114x00079"}),
		step("changed since", "POST", "/orders/_search", `{"filter":{"field":"updated","operator":">=","value":"2026-01-14T09:10:02Z"}}`, 200, map[string]string{"#": "1"}),
		step("created since", "POST", "/orders/_search", `{"filter":{"field":"created","operator":">=","value":"2026-01-14T09:10:01Z"}}`, 200, map[string]string{"#": "2"}),
		step("more than 200", "POST", "/orders/_search", `{"pagination":{"limit":201}}`, 400, nil),
		step("sorted by id", "POST", "/orders/_search", `{"pagination":{"sortField":"id"}}`, 400, nil),
		step("a member nobody knows", "POST", "/orders/_search", `{"page":2}`, 400, nil),
		step("a cursor that is none", "POST", "/orders/_search", `{"pagination":{"after":"x"}}`, 400, nil),
	})
}

// A payment that changes nothing else does not move updated; an order that waited for it is purchased.
func TestPayment(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	p, err := s.PlaceUnpaid(lamps(1))
	if err != nil {
		t.Fatal(err)
	}
	cod := place(t, s, lamps(1))
	pay := func(id string) func() {
		return func() {
			c.Advance(time.Minute)
			if err := s.PayOrder(id); err != nil {
				t.Error(err)
			}
		}
	}
	paid, quiet := step("paid", "GET", "/orders/"+p.ID, "", 200, map[string]string{"status": "purchased", "payment.status": "COMPLETED", "updated": "2026-01-14T09:11:00.000Z"}),
		step("paid later", "GET", "/orders/"+cod, "", 200, map[string]string{"payment.status": "COMPLETED", "updated": "2026-01-14T09:10:00.000Z"})
	paid.Do, quiet.Do = pay(p.ID), pay(cod)
	simtest.Run(t, s, bearer, []simtest.Step{
		step("waits", "GET", "/orders/"+p.ID, "", 200, map[string]string{"status": "pending", "sellerStatus": "created", "payment.status": "NEW", "purchasedAt": ""}),
		step("may not be sent", "PATCH", "/orders/"+p.ID+"/status", `{"status":"inProgress"}`, 400, nil),
		step("on delivery: at once", "GET", "/orders/"+cod, "", 200, map[string]string{"status": "purchased", "delivery.cod": "true", "payment": ""}),
		paid, quiet,
	})
}

func TestSellerStatus(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id, gone := place(t, s, lamps(1)), place(t, s, lamps(1))
	if err := s.CancelOrder(gone); err != nil {
		t.Fatal(err)
	}
	set := func(name, id, word string, status int) simtest.Step {
		return step(name, "PATCH", "/orders/"+id+"/status", `{"status":"`+word+`"}`, status, nil)
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		set("on", id, "inProgress", 204), set("again", id, "inProgress", 204), set("back", id, "readyToProcess", 400), set("sent", id, "sent", 204),
		set("too late", id, "canceled", 400), set("a word nobody knows", id, "teleported", 400), set("unknown order", "260114x00001", "sent", 404),
		set("cancelled by the marketplace", gone, "inProgress", 400), step("nor our number", "PATCH", "/orders/"+gone, `{"externalOrderId":"1"}`, 400, nil),
		step("another member", "PATCH", "/orders/"+id+"/status", `{"sellerStatus":"received"}`, 400, nil),
		step("both statuses", "GET", "/orders/"+gone, "", 200, map[string]string{"status": "cancelled", "sellerStatus": "readyToProcess"}),
	})
	if o, _ := s.Order(id); o.Status != "sent" || o.Cancelled {
		t.Errorf("%+v", o)
	}
	if o, _ := s.Offer("LMP-1"); o.Quantity != 998 {
		t.Errorf("%d lamps shown: a cancelled order's piece does not come back", o.Quantity)
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"externalId":"LMP-1","stock":1},`, 101), ",") + "]"
	const batch = "/products/batch-update"
	simtest.Run(t, s, bearer, []simtest.Step{
		step("by the merchant's id", "GET", "/products/LMP-1", "", 200, map[string]string{"price": "7490", "stock": "1000", "status": "active", "sku": "S-1", "buyableProblems": "[]"}),
		step("a list by id", "POST", "/products/_search", `{"pagination":{"limit":1}}`, 200, map[string]string{"#": "1", "0.externalId": "CHR-1", "0.externalVariantGroup.id": "CHR"}),
		step("the next page", "POST", "/products/_search", `{"pagination":{"limit":1,"after":"CHR-1"}}`, 200, map[string]string{"#": "1", "0.externalId": "LMP-1"}),
		step("the end", "POST", "/products/_search", `{"pagination":{"limit":1,"after":"LMP-1"}}`, 200, map[string]string{"#": "0"}),
		step("some", "POST", "/products/_search", `{"filter":{"field":"externalId","operator":"in","value":["LMP-1","X"]}}`, 200, map[string]string{"#": "1"}),
		step("an answer for each", "PATCH", batch, `[{"externalId":"LMP-1","stock":3},{"externalId":"X","stock":1},{"externalId":"CHR-1","price":0}]`, 200, map[string]string{
			"0.status": "202", "1.status": "404", "1.error.message": "Product not found", "2.status": "400", "0.result.updatedFields.0": "stock"}),
		step("shows", "GET", "/products/LMP-1", "", 200, map[string]string{"stock": "3"}),
		step("101 products", "PATCH", batch, many, 400, nil),
		step("one value that can not be spoils all", "PATCH", batch, `[{"externalId":"LMP-1","stock":9},{"externalId":"CHR-1","price":99999999999}]`, 400, nil),
		step("nothing changed", "GET", "/products/LMP-1", "", 200, map[string]string{"stock": "3"}),
		step("one alone", "PATCH", "/products/LMP-1", `{"stock":5}`, 202, nil), step("unknown", "PATCH", "/products/X", `{"stock":5}`, 404, nil),
		step("new", "POST", "/products/NEW", `{"name":"Shelf","price":100,"stock":2}`, 202, nil),
		step("exists", "POST", "/products/NEW", `{"name":"Shelf","price":100,"stock":2}`, 409, nil),
	})
	if o, ok := s.Offer("NEW"); !ok || !o.Orderable || o.Quantity != 2 {
		t.Errorf("the new product: %+v", o)
	}
}

// What the seller edited in the panel is passed over without a word, and says so only when read.
func TestFrozenFields(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	s.Freeze("LMP-1", "price")
	simtest.Run(t, s, bearer, []simtest.Step{
		step("accepted", "PATCH", "/products/batch-update", `[{"externalId":"LMP-1","price":100,"stock":4}]`, 200, map[string]string{"0.status": "202", "0.result.updatedFields.#": "1"}),
		step("skipped", "GET", "/products/LMP-1", "", 200, map[string]string{"price": "7490", "stock": "4", "frozen.price": "true"}),
	})
}

// 202 is a promise: on a slow shop the change shows later.
func TestSlowWrites(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Slow: true})
	var seen []string
	s.OnOffer(func(c sim.OfferChange) {
		seen = append(seen, fmt.Sprintf("%d > %d", c.Before.Quantity, c.After.Quantity))
	})
	settled := step("later", "GET", "/products/LMP-1", "", 200, map[string]string{"stock": "4"})
	settled.Do = s.Settle
	simtest.Run(t, s, bearer, []simtest.Step{
		step("accepted", "PATCH", "/products/LMP-1", `{"stock":4}`, 202, nil), step("not yet", "GET", "/products/LMP-1", "", 200, map[string]string{"stock": "1000"}), settled,
	})
	if d := cmp.Diff([]string{"1000 > 4"}, seen); d != "" {
		t.Error(d)
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id := place(t, s, lamps(1))
	place(t, s, lamps(1))
	if err := s.CancelOrder(id); err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		step("oldest first", "GET", "/inbox", "", 200, map[string]string{"#": "3", "0.type": "orderCreated", "0.payload.id": id, "2.type": "orderStatusChanged", "0.id": "000000000000000000000001"}),
		step("by type", "POST", "/inbox/_search", `{"types":["orderStatusChanged"]}`, 200, map[string]string{"#": "1"}),
		step("reading takes nothing away", "GET", "/inbox", "", 200, map[string]string{"#": "3"}),
		step("one by its id", "POST", "/inbox/mark-read", `{"ids":["000000000000000000000002"]}`, 200, nil),
		step("neither", "POST", "/inbox/mark-read", `{}`, 400, nil),
		step("everything up to", "POST", "/inbox/mark-read", `{"lastMessageId":"000000000000000000000001"}`, 200, nil),
		step("the rest", "GET", "/inbox", "", 200, map[string]string{"#": "1", "0.type": "orderStatusChanged"}),
	})
}

func TestHooks(t *testing.T) {
	t.Parallel()
	var heard []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var o struct{ ID string }
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &o)
		heard = append(heard, r.Method+" "+r.Header.Get("Authorization")+" "+o.ID)
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
	}))
	t.Cleanup(srv.Close)
	s, _ := shop(t, Options{})
	put := func(path string) string {
		return `{"hookName":"orderCreated","url":"` + srv.URL + path + `","accessToken":"tok"}`
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		step("the name stands in the body too", "PUT", "/hooks/orderCreated", `{"url":"`+srv.URL+`","accessToken":"tok"}`, 400, nil),
		step("a name nobody knows", "PUT", "/hooks/x", `{"hookName":"x","url":"http://x"}`, 400, nil),
		step("registered", "PUT", "/hooks/orderCreated", put("/h"), 201, nil), step("replaced", "PUT", "/hooks/orderCreated", put("/h2"), 201, nil),
		step("one of each", "GET", "/hooks", "", 200, map[string]string{"#": "1", "0.hookName": "orderCreated", "0.url": srv.URL + "/h2", "0.accessToken": "tok"}),
	})
	id := place(t, s, lamps(1))
	if n, err := s.FlushHooks(t.Context()); n != 1 || err != nil {
		t.Errorf("%d delivered: %v", n, err)
	}
	if d := cmp.Diff([]string{"POST Bearer tok " + id}, heard); d != "" {
		t.Error(d)
	}
	simtest.Run(t, s, bearer, []simtest.Step{step("to nobody", "PUT", "/hooks/orderCreated", put("/gone"), 201, nil)})
	place(t, s, lamps(1))
	if n, err := s.FlushHooks(t.Context()); n != 0 || err == nil {
		t.Errorf("%d delivered to nobody: %v", n, err)
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		step("taken away", "DELETE", "/hooks/orderCreated", "", 202, nil), step("twice", "DELETE", "/hooks/orderCreated", "", 404, nil),
	})
}

func TestParcels(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id := place(t, s, lamps(1))
	report := func(name, order, vendor, number string, status int, want map[string]string) simtest.Step {
		return step(name, "POST", "/shipping/external", fmt.Sprintf(`[{"orderId":%q,"vendor":%q,"trackingNumber":%q,"status":"sent"}]`, order, vendor, number), status, want)
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		report("taken", id, "dpd", "0000123", 200, map[string]string{"0.orderId": id, "0.trackingNumber": "0000123"}),
		step("shows", "GET", "/orders/"+id, "", 200, map[string]string{"deliveryTracking.trackingNumber": "0000123", "deliveryTracking.vendor": "dpd"}),
		report("a carrier nobody knows", id, "nova_poshta", "0000123", 400, map[string]string{"0.errorMessage": "vendor or trackingNumber can not be used"}),
		report("an order nobody knows", "260114x00001", "dpd", "0000123", 200, map[string]string{"0.error.0.errorMessage": "Order not found"}),
		step("not a list", "POST", "/shipping/external", `{}`, 400, nil),
		step("carriers", "GET", "/dictionaries/deliveryVendors", "", 200, map[string]string{"0.id": "inpost"}),
		step("ways of delivery", "GET", "/dictionaries/deliveryMethods", "", 200, map[string]string{"1.cod": "true"}),
	})
	if s.Parcels() != 1 {
		t.Errorf("%d parcels", s.Parcels())
	}
}

func TestBilling(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	s.Charge("260114x00077", 1200)
	c.Advance(time.Hour)
	s.Charge("260114x00077", -200)
	s.PayOut(1000)
	const entries = "/billing/company/entries"
	simtest.Run(t, s, bearer, []simtest.Step{
		step("newest first, a fee is negative", "POST", entries, `{"simpleFilter":{}}`, 200, map[string]string{"#": "3", "0.type": "PAYMENT", "2.amount": "-1200", "1.amount": "200", "2.id": "70001"}),
		step("below an id", "POST", entries, `{"simpleFilter":{},"pagination":{"after":70002,"limit":500}}`, 200, map[string]string{"#": "1"}),
		step("since", "POST", entries, `{"simpleFilter":{"fromOccurredAt":"2026-01-14T10:00:00Z"}}`, 200, map[string]string{"#": "2"}),
		step("a filter has to be there", "POST", entries, `{}`, 400, nil), step("at most 500", "POST", entries, `{"simpleFilter":{},"pagination":{"limit":501}}`, 400, nil),
		step("kinds", "GET", "/dictionaries/billingEntryTypes", "", 200, map[string]string{"0.fiscalFunction": "plusCharges"}),
	})
}

func TestBuyers(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	chair := sim.Basket{Buyer: ola, Lines: []sim.BasketLine{{SKU: "S-2", Quantity: 1}}, ExternalID: "500"}
	id := place(t, s, chair)
	if o, _ := s.OfferBySKU("S-2"); id != "260114x00500" || o.Orderable || o.Quantity != 0 {
		t.Errorf("order %s, the last chair: %+v", id, o)
	}
	for want, b := range map[error]sim.Basket{sim.ErrTaken: chair, sim.ErrNotOrderable: {Lines: []sim.BasketLine{{SKU: "S-2", Quantity: 1}}}} {
		if _, err := s.PlaceOrder(b); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if err := s.CancelOrder(id); err != nil {
		t.Error(err)
	}
	if err := s.PayOrder(id); !errors.Is(err, sim.ErrFinal) {
		t.Errorf("paid after the end: %v", err)
	}
	if err := s.CancelOrder("260114x00001"); !errors.Is(err, sim.ErrUnknownOrder) {
		t.Errorf("unknown: %v", err)
	}
	if _, err := s.PlaceRaw([]byte(`[1]`)); !errors.Is(err, sim.ErrBroken) {
		t.Errorf("no object: %v", err)
	}
	p, err := s.PlaceRaw([]byte(`{"id":"260114x00600","status":"purchased","items":[{"quantity":-1}]}`))
	if err != nil || p.ID != "260114x00600" {
		t.Fatalf("raw order %s: %v", p.ID, err)
	}
	simtest.Run(t, s, bearer, []simtest.Step{step("as it was given", "GET", "/orders/"+p.ID, "", 200, map[string]string{"items.0.quantity": "-1", "totalPrice": ""})})
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
	for range 4_000 {
		c.Advance(time.Second)
		place(t, s, lamps(1))
		s.SeedOffers([]sim.OfferSeed{{SKU: "S-1", ExternalID: "LMP-1", PriceMinor: 7490, Quantity: 1000}})
	}
	for path, want := range map[string]int{"/products/_search": 30_002, "/orders/_search": 4_000} {
		key := map[string]string{"/products/_search": "199.externalId", "/orders/_search": "199.cursor"}[path]
		got, after := 0, ""
		for more := true; more; {
			body := `{"pagination":{"limit":200}}`
			if after != "" {
				body = `{"pagination":{"limit":200,"after":"` + after + `"}}`
			}
			var rows []json.RawMessage
			r := simtest.Call(s, "POST", Prefix+path, body, bearer)
			if err := json.Unmarshal([]byte(r.Body), &rows); err != nil {
				t.Fatal(err)
			}
			got, after = got+len(rows), r.At(key)
			more = after != ""
		}
		if got != want {
			t.Errorf("%s: %d rows, want %d", path, got, want)
		}
	}
}
