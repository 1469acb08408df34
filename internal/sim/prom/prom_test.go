package prom

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

var (
	noon   = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	bearer = map[string]string{"Authorization": "Bearer prom-sim-token"}
	olena  = sim.Buyer{Name: "Ірина Мельник", Phone: "+380501112233", City: "Київ", Address: "відділення №17", Warehouse: "aaaa1111-bbbb-2222-cccc-333344445555"}
)

// shop opens a shop with three offers at noon: a kettle (1800100), a cup (1800101) and a generator of which one is left.
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "A17", ExternalID: "SKU-17", Title: "Чайник", Category: "Кухня", PriceMinor: 74000, Quantity: 7},
		{SKU: "A18", Title: "Чашка", PriceMinor: 12050, Quantity: 0},
		{SKU: "GEN", Title: "Генератор", PriceMinor: 189000000, Quantity: 1},
	})
	return s, c
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func kettles(n int64) sim.Basket {
	return sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: "A17", Quantity: n}}}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{TokenLife: 365 * 24 * time.Hour})
	list := Prefix + "/orders/list"
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "good token", Method: "GET", Path: list, Want: map[string]string{"orders.#": "0"}},
		{Name: "401 comes with HTML", Method: "GET", Path: list, Header: map[string]string{"Authorization": "Bearer x"}, Status: 401, Text: []string{"<html>"}},
		{Name: "a missing right is 403", Do: func() { s.SetRight("orders", RightRead) }, Method: "POST", Path: Prefix + "/orders/set_status",
			Body: `{"ids":[1],"status":"received"}`, Status: 403, Text: []string{`"error"`}},
		{Name: "read is left", Method: "GET", Path: list},
		{Name: "unknown path", Method: "GET", Path: Prefix + "/orders/status", Status: 404},
		{Name: "the base URL holds the prefix", Method: "GET", Path: "/orders/list", Status: 404},
		{Name: "token dies yearly", Do: func() { c.Advance(365 * 24 * time.Hour) }, Method: "GET", Path: list, Status: 401, Text: []string{"<html>"}},
	})
}

func TestOrderObject(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	b := kettles(2)
	b.Comment, b.Paid = "після 18:00", true
	place(t, s, b)
	place(t, s, sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: "GEN", Quantity: 1}, {SKU: "A18", Quantity: 1}}, Force: true})
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "fields", Method: "GET", Path: Prefix + "/orders/415000111", Want: map[string]string{
			"order.id": "415000111", "order.date_created": "2026-10-02T12:00:00.000000+00:00", "order.client_first_name": "Ірина",
			"order.client_last_name": "Мельник", "order.phone": "+380501112233", "order.status": "pending", "order.status_name": "Новий",
			"order.price": "1\u00a0480\u00a0грн", "order.products.0.price": "740\u00a0грн", "order.products.0.id": "1800100",
			"order.products.0.external_id": "SKU-17", "order.products.0.sku": "A17", "order.products.0.quantity": "2",
			"order.payment_data.status": "paid", "order.client_notes": "після 18:00", "order.delivery_address": "Київ, відділення №17",
			"order.cpa_commission.amount":                         "118.40",
			"order.delivery_provider_data.recipient_warehouse_id": "aaaa1111-bbbb-2222-cccc-333344445555",
		}},
		{Name: "kopiykas after a comma, groups of three with NBSP, no payment data for COD", Method: "GET", Path: Prefix + "/orders/415000112",
			Want: map[string]string{"order.price": "1\u00a0890\u00a0120,50\u00a0грн", "order.payment_data": "null"}},
		{Name: "unknown order", Method: "GET", Path: Prefix + "/orders/7", Status: 404, Text: []string{`"error"`}},
	})
}

func TestOrderPaging(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	for range 250 {
		b := kettles(1)
		b.Force = true
		place(t, s, b)
		c.Advance(time.Minute)
	}
	list := Prefix + "/orders/list"
	last := fmt.Sprint(firstOrder + 249)
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "newest first, 20 by default", Method: "GET", Path: list, Want: map[string]string{"orders.#": "20", "orders.0.id": last}},
		{Name: "limit is cut to 100", Method: "GET", Path: list + "?limit=500", Want: map[string]string{"orders.#": "100"}},
		{Name: "last_id is inclusive", Method: "GET", Path: list + "?limit=100&last_id=415000111", Want: map[string]string{"orders.#": "1", "orders.0.id": "415000111"}},
		{Name: "next page", Method: "GET", Path: list + "?limit=100&last_id=415000210", Want: map[string]string{"orders.#": "100", "orders.0.id": "415000210"}},
		{Name: "changed since, in UTC without a zone", Method: "GET", Path: list + "?limit=100&last_modified_from=2026-10-02T16:00:00", Want: map[string]string{"orders.#": "10"}},
		{Name: "both bounds are inclusive", Method: "GET", Path: list + "?date_from=2026-10-02T12:01:00&date_to=2026-10-02T12:03:00", Want: map[string]string{"orders.#": "3"}},
		{Name: "ascending", Method: "GET", Path: list + "?sort_dir=asc&limit=1", Want: map[string]string{"orders.0.id": "415000111"}},
		{Name: "bad limit", Method: "GET", Path: list + "?limit=x", Status: 400},
		{Name: "bad status", Method: "GET", Path: list + "?status=shipped", Status: 400},
		{Name: "bad date", Method: "GET", Path: list + "?date_from=yesterday", Status: 400},
	})
}

func TestSetStatus(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	for range 3 {
		place(t, s, kettles(1))
	}
	s.SkipStatus("415000113")
	post := func(name, body string, status int, processed string) simtest.Step {
		st := simtest.Step{Name: name, Method: "POST", Path: Prefix + "/orders/set_status", Body: body, Status: status}
		if processed != "" {
			st.Want = map[string]string{"processed_ids": processed}
		}
		return st
	}
	changed := post("received", `{"ids":[415000111],"status":"received"}`, 200, "[415000111]")
	changed.Do = func() { c.Advance(time.Hour) }
	simtest.Run(t, s, bearer, []simtest.Step{
		changed,
		{Name: "the change is found by last_modified_from", Method: "GET", Path: Prefix + "/orders/list?last_modified_from=2026-10-02T12:30:00", Want: map[string]string{"orders.#": "1"}},
		post("unknown and skipped ids are silently left out", `{"ids":[415000112,415000113,5],"status":"received"}`, 200, "[415000112]"),
		post("custom status goes without status", `{"ids":[415000111],"custom_status_id":172548}`, 200, "[415000111]"),
		{Name: "custom status reads custom-…", Method: "GET", Path: Prefix + "/orders/415000111", Want: map[string]string{"order.status": "custom-172548", "order.status_name": "Збирається"}},
		{Name: "status=received finds custom ones too", Method: "GET", Path: Prefix + "/orders/list?status=received", Want: map[string]string{"orders.#": "2"}},
		post("custom and status together", `{"ids":[415000111],"status":"received","custom_status_id":172548}`, 400, ""),
		post("unknown custom", `{"ids":[415000111],"custom_status_id":1}`, 400, ""),
		post("cancel needs a reason", `{"ids":[415000111],"status":"canceled"}`, 400, ""),
		post("the wrong names of generated clients", `{"ids":[415000111],"status":"canceled","cancellation_reason":"out_of_stock"}`, 400, ""),
		post("some reasons need a text", `{"ids":[415000111],"status":"canceled","cancellation_reason":"another"}`, 400, ""),
		post("with the text", `{"ids":[415000111],"status":"canceled","cancellation_reason":"another","cancellation_text":"брак"}`, 200, "[415000111]"),
		{Name: "the cancellation shows", Method: "GET", Path: Prefix + "/orders/415000111", Want: map[string]string{"order.status": "canceled", "order.cancellation.title": "брак"}},
		post("canceled is final", `{"ids":[415000111],"status":"received"}`, 200, "[]"),
		post("repeating is harmless", `{"ids":[415000112],"status":"received"}`, 200, "[415000112]"),
		post("not an object", `[1]`, 400, ""),
		{Name: "custom statuses are listed", Method: "GET", Path: Prefix + "/order_status_options/list", Text: []string{"custom-172548", "Збирається"}},
	})
	if o, _ := s.OfferBySKU("A17"); o.Quantity != 5 {
		t.Errorf("a cancelled order gives its piece back: %d shown, want 5", o.Quantity)
	}
}

func TestDeclarationAndRefund(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	b := kettles(1)
	b.Paid = true
	id := place(t, s, b)
	post := func(name, path, body, status string) simtest.Step {
		return simtest.Step{Name: name, Method: "POST", Path: Prefix + path, Body: body, Want: map[string]string{"status": status}}
	}
	const save = "/delivery/save_declaration_id"
	simtest.Run(t, s, bearer, []simtest.Step{
		post("stores", save, `{"order_id":415000111,"declaration_id":"20450012345678","delivery_type":"nova_poshta"}`, "ok"),
		{Name: "number shows", Method: "GET", Path: Prefix + "/orders/" + id, Want: map[string]string{"order.delivery_provider_data.declaration_number": "20450012345678", "order.status": "pending"}},
		post("unsupported carrier", save, `{"order_id":415000111,"declaration_id":"1","delivery_type":"dhl"}`, "error"),
		post("unknown order", save, `{"order_id":1,"declaration_id":"1","delivery_type":"meest"}`, "error"),
		post("number must be text", save, `{"order_id":415000111,"declaration_id":20450012345678,"delivery_type":"meest"}`, "error"),
		{Name: "refund of a paid order, others left out", Method: "POST", Path: Prefix + "/orders/refund", Body: `{"ids":[415000111,5]}`, Want: map[string]string{"processed_ids": "[415000111]"}},
		{Name: "payment is orthogonal to status", Method: "GET", Path: Prefix + "/orders/" + id, Want: map[string]string{"order.payment_data.status": "refunded", "order.status": "pending"}},
		{Name: "dictionaries", Method: "GET", Path: Prefix + "/payment_options/list", Text: []string{"evopay"}},
		{Name: "dictionaries", Method: "GET", Path: Prefix + "/delivery_options/list", Text: []string{"nova_poshta"}},
	})
}

func TestEditProducts(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	edit := func(name, path, body string, status int, want map[string]string) simtest.Step {
		return simtest.Step{Name: name, Method: "POST", Path: Prefix + path, Body: body, Status: status, Want: want}
	}
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"id":1800100},`, 101), ",") + "]"
	simtest.Run(t, s, bearer, []simtest.Step{
		edit("array body, errors by id, the rest applied", "/products/edit",
			`[{"id":1800100,"price":741.5,"presence":"available","in_stock":true,"quantity_in_stock":9},{"id":1800101,"presence":"gone"},{"id":5,"price":1}]`, 200,
			map[string]string{"processed_ids": "[1800100]", "errors.1800101.presence.#": "1", "errors.5.id.#": "1"}),
		{Name: "applied", Method: "GET", Path: Prefix + "/products/1800100", Want: map[string]string{"product.price": "741.5", "product.quantity_in_stock": "9"}},
		edit("an object is refused", "/products/edit", `{"id":1800100,"price":1}`, 400, nil),
		edit("more than 100 are refused", "/products/edit", many, 400, nil),
		edit("negative and fractional quantities", "/products/edit", `[{"id":1800100,"quantity_in_stock":-1},{"id":1800101,"quantity_in_stock":0.5}]`, 200,
			map[string]string{"processed_ids": "[]", "errors.#": "2"}),
		edit("external id under id", "/products/edit_by_external_id", `[{"id":"SKU-17","quantity_in_stock":4}]`, 200, map[string]string{"processed_ids": `["SKU-17"]`}),
		edit("external id under external_id", "/products/edit_by_external_id", `[{"external_id":"A18","quantity_in_stock":3,"presence":"available"}]`, 200,
			map[string]string{"processed_ids": `["A18"]`}),
		edit("null stops counting", "/products/edit", `[{"id":1800101,"quantity_in_stock":null}]`, 200, map[string]string{"processed_ids": "[1800101]"}),
		{Name: "reads null", Method: "GET", Path: Prefix + "/products/by_external_id/A18", Want: map[string]string{"product.quantity_in_stock": "null", "product.presence": "available"}},
		{Name: "newest first and echo of the group", Method: "GET", Path: Prefix + "/products/list?group_id=120", Want: map[string]string{"products.#": "1", "products.0.id": "1800100", "group_id": "120"}},
		{Name: "paged by last_id", Method: "GET", Path: Prefix + "/products/list?limit=2&last_id=1800101", Want: map[string]string{"products.0.id": "1800101", "products.1.id": "1800100"}},
		{Name: "groups", Method: "GET", Path: Prefix + "/groups/list", Want: map[string]string{"groups.0.name": "Кухня"}},
		{Name: "unknown product", Method: "GET", Path: Prefix + "/products/by_external_id/none", Status: 404},
	})
}

// Zero quantity alone leaves the offer orderable; presence decides.
func TestZeroQuantityWithoutPresence(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	simtest.Run(t, s, bearer, []simtest.Step{{Name: "quantity alone", Method: "POST", Path: Prefix + "/products/edit", Body: `[{"id":1800100,"quantity_in_stock":0}]`}})
	if _, err := s.PlaceOrder(kettles(3)); err != nil {
		t.Errorf("presence is still available: %v", err)
	}
	simtest.Run(t, s, bearer, []simtest.Step{{Name: "with presence", Method: "POST", Path: Prefix + "/products/edit", Body: `[{"id":1800100,"presence":"not_available","quantity_in_stock":0}]`}})
	if _, err := s.PlaceOrder(kettles(1)); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("not_available can not be ordered, got %v", err)
	}
}

func TestBuyers(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	if _, err := s.PlaceOrder(kettles(8)); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("8 of 7: %v", err)
	}
	id := place(t, s, sim.Basket{Lines: []sim.BasketLine{{SKU: "GEN", Quantity: 1}}, ExternalID: "500"})
	if o, _ := s.OfferBySKU("GEN"); o.Quantity != 0 || o.Orderable {
		t.Errorf("the last generator is gone: %+v", o)
	}
	if _, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{SKU: "GEN", Quantity: 1}}}); !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("no second generator: %v", err)
	}
	if _, err := s.PlaceOrder(sim.Basket{ExternalID: "500"}); !errors.Is(err, sim.ErrTaken) {
		t.Errorf("id is taken: %v", err)
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
	if err := s.PayOrder("1"); !errors.Is(err, sim.ErrUnknownOrder) {
		t.Errorf("unknown order: %v", err)
	}
	got, _ := s.Order(id)
	want := sim.OrderState{ID: "500", Status: "canceled", Cancelled: true, Reason: "buyers_request", Paid: true, TotalMinor: 189000000, CreatedAt: noon, ChangedAt: noon,
		Lines: []sim.OrderLine{{OfferID: "1800102", SKU: "GEN", Title: "Генератор", Quantity: 1, PriceMinor: 189000000}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestBrokenOrders(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	place(t, s, sim.Basket{Force: true, Raw: map[string]any{"price": "10 XDR", "phone": nil},
		Lines: []sim.BasketLine{{OfferID: "77", SKU: "NEW", Quantity: -2, Raw: map[string]any{"quantity": 0.5}}}})
	if _, err := s.PlaceRaw([]byte(`[1]`)); !errors.Is(err, sim.ErrBroken) {
		t.Errorf("no object: %v", err)
	}
	p, err := s.PlaceRaw([]byte(`{"status":"pending","products":[{"quantity":-1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, bearer, []simtest.Step{
		{Name: "raw members", Method: "GET", Path: Prefix + "/orders/415000111", Want: map[string]string{
			"order.price": "10 XDR", "order.phone": "null", "order.products.0.quantity": "0.5", "order.products.0.id": "77", "order.products.0.sku": "NEW"}},
		{Name: "raw object has no id", Method: "GET", Path: Prefix + "/orders/list", Want: map[string]string{"orders.#": "2", "orders.0.id": "", "orders.0.products.0.quantity": "-1"}},
		{Name: "its status still moves", Method: "POST", Path: Prefix + "/orders/set_status", Body: `{"ids":[` + p.ID + `],"status":"received"}`},
		{Name: "and shows", Method: "GET", Path: Prefix + "/orders/" + p.ID, Want: map[string]string{"order.status": "received"}},
	})
}

// The scheduled import overwrites what the API wrote.
func TestScheduledImport(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	var seen []sim.OfferChange
	s.OnOffer(func(c sim.OfferChange) { seen = append(seen, c) })
	edit := simtest.Step{Name: "edit", Method: "POST", Path: Prefix + "/products/edit", Body: `[{"id":1800100,"quantity_in_stock":2}]`}
	simtest.Run(t, s, bearer, []simtest.Step{edit, edit})
	if n := s.ScheduledImport(); n != 1 {
		t.Errorf("%d offers overwritten, want 1", n)
	}
	s.SetFeed([]sim.OfferSeed{{SKU: "A17", PriceMinor: 100, Quantity: 0}})
	s.ScheduledImport()
	var got []string
	for _, c := range seen {
		got = append(got, fmt.Sprintf("%s %d>%d", c.Cause, c.Before.Quantity, c.After.Quantity))
	}
	if d := cmp.Diff([]string{"api 7>2", "feed 2>7", "feed 7>0"}, got); d != "" {
		t.Errorf("a repeated edit shows nothing new: %s", d)
	}
}
