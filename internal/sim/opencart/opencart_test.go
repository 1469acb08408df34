package opencart

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

var (
	noon  = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC) // 15:00 in Kyiv
	olena = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "Відділення №17"}
)

// shop opens a shop with a kettle (50), tea in two colours (51-17, 51-18) and a generator of which one is left (52).
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", PriceMinor: 74000, Quantity: 10, Barcode: "4820000000017"},
		{SKU: "TEA-R", Title: "Чай червоний", ParentSKU: "TEA", PriceMinor: 12050, Quantity: 3},
		{SKU: "TEA-G", Title: "Чай зелений", ParentSKU: "TEA", PriceMinor: 12050, Quantity: 0},
		{SKU: "GEN", Title: "Генератор", PriceMinor: 1890000, Quantity: 1},
	})
	return s, c
}

const target = entry + "?route=" + Route + "&call="

var nonces atomic.Int64

// signed is a call as Lad makes it, at a time by its own clock.
func signed(s *Shop, at time.Time, call, body string) simtest.Step {
	step := simtest.Step{Method: "POST", Path: target + call, Body: body, Header: map[string]string{
		"X-Lad-Time": strconv.FormatInt(at.Unix(), 10), "X-Lad-Nonce": fmt.Sprintf("nonce%013d", nonces.Add(1)),
	}}
	step.Header["X-Lad-Signature"] = sign(s.o.Secret, "POST\n"+step.Path+"\n"+step.Header["X-Lad-Time"]+"\n"+step.Header["X-Lad-Nonce"]+"\n"+digest([]byte(body)))
	return step
}

// ask is a signed call at noon with a name and what must come back.
func ask(s *Shop, name, call, body string, status int, want map[string]string) simtest.Step {
	step := signed(s, noon, call, body)
	step.Name, step.Status, step.Want = name, status, want
	return step
}

func code(c string) map[string]string { return map[string]string{"protocol": "1", "error.code": c} }

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

// edit changes a step.
func edit(s simtest.Step, f func(*simtest.Step)) simtest.Step {
	f(&s)
	return s
}

func TestSignature(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	late := signed(s, noon.Add(-301*time.Second), "ping", `{}`)
	late.Name, late.Status, late.Want = "301 seconds off", 401, map[string]string{"error.code": "clock", "error.time": strconv.FormatInt(noon.Unix(), 10)}
	edge := signed(s, noon.Add(300*time.Second), "ping", `{}`)
	edge.Name = "300 seconds off"
	twice := ask(s, "a write", "stock", `{"items":[{"offer_id":"50","quantity":1}]}`, 200, map[string]string{"result.items.0.ok": "true"})
	again := twice
	again.Name, again.Status, again.Want = "the same write again", 409, code("replay")
	steps := []simtest.Step{
		ask(s, "who is it", "ping", `{}`, 200, map[string]string{"protocol": "1", "result.currency": "UAH", "result.rights.#": "3"}),
		edit(ask(s, "another body", "ping", `{}`, 401, code("signature")), func(s *simtest.Step) { s.Body = `{ }` }),
		edit(ask(s, "another call", "ping", `{}`, 401, code("signature")), func(s *simtest.Step) { s.Path = target + "dictionary" }),
		edit(ask(s, "no signature", "ping", `{}`, 401, code("signature")), func(s *simtest.Step) { delete(s.Header, "X-Lad-Signature") }),
		edit(ask(s, "another nonce", "ping", `{}`, 401, code("signature")), func(s *simtest.Step) { s.Header["X-Lad-Nonce"] = "nonce9999999999999" }),
		late, edge, twice, again,
		ask(s, "an unknown call", "fly", `{}`, 404, code("unknown_call")),
		{Name: "another route is the shop's page", Method: "POST", Path: entry + "?route=common/home&call=ping", Status: 404, Text: []string{"<html>"}},
		ask(s, "not an object", "changes", `[]`, 422, code("invalid")),
		edit(ask(s, "a right taken away", "price", `{"currency":"UAH","items":[{"offer_id":"50","price":"1.00","old":""}]}`, 403, code("forbidden")), func(st *simtest.Step) {
			st.Do = func() { s.Allow("price", false) }
		}),
		edit(ask(s, "switched off", "ping", `{}`, 403, code("off")), func(st *simtest.Step) { st.Do = s.SwitchOff }),
		edit(ask(s, "a new secret", "ping", `{}`, 401, code("signature")), func(st *simtest.Step) { st.Do = func() { s.NewSecret("another") } }),
		edit(ask(s, "uninstalled", "ping", `{}`, 404, nil), func(st *simtest.Step) { st.Do, st.Text = s.Uninstall, []string{"<html>"} }),
		edit(ask(s, "moved", "ping", `{}`, 301, nil), func(st *simtest.Step) { st.Do = func() { s.Move("https://new.example/") } }),
	}
	simtest.Run(t, s, nil, steps)
}

func TestOrderObject(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Tax: 20})
	b := kettles(2)
	b.Lines = append(b.Lines, sim.BasketLine{SKU: "TEA-R", Quantity: 1})
	b.Comment, b.Raw = "після 18:00", map[string]any{"currency": "XTS"}
	place(t, s, b)
	at := "result.orders.0."
	simtest.Run(t, s, nil, []simtest.Step{
		ask(s, "fields", "orders", `{"ids":[1042,9]}`, 200, map[string]string{
			"result.orders.#": "1", at + "order_id": "1042", at + "status": "1", at + "status_name": "Pending", at + "status_group": "processing", at + "reached": "[1]",
			at + "created": "2026-10-02T15:00:00+03:00", at + "currency": "XTS", at + "total": "1920.60", at + "buyer.lastname": "Коваль", at + "payment.code": "cod",
			at + "tracking": "null", at + "deleted": "false", at + "lines.0.offer_id": "50", at + "lines.0.price": "888.00", at + "lines.0.total": "1776.00",
			at + "lines.1.offer_id": "51-17", at + "lines.1.options.0.option_value_id": "17", at + "comment": "після 18:00",
		}),
		ask(s, "too many ids", "orders", `{"ids":[`+strings.TrimSuffix(strings.Repeat("1,", 101), ",")+`]}`, 422, code("invalid")),
		ask(s, "no ids", "orders", `{"ids":[]}`, 422, code("invalid")),
		ask(s, "statuses with groups", "dictionary", `{}`, 200, map[string]string{"result.statuses.2.id": "3", "result.statuses.2.group": "complete", "result.payment.0.code": "cod"}),
	})
}

func TestJournal(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	old := kettles(1)
	place(t, s, old)
	c.Advance(15 * 24 * time.Hour)
	for range 3 {
		place(t, s, kettles(1))
	}
	if err := s.CancelOrder("1043"); err != nil {
		t.Fatal(err)
	}
	now := noon.Add(15 * 24 * time.Hour)
	read := func(name, body string, want map[string]string) simtest.Step {
		st := signed(s, now, "changes", body)
		st.Name, st.Want = name, want
		return st
	}
	simtest.Run(t, s, nil, []simtest.Step{
		read("from nothing: fourteen days", `{"after":0,"limit":100}`, map[string]string{
			"result.orders.#": "3", "result.orders.0.status": "7", "result.next": "5", "result.more": "false", "result.journal": "a1"}),
		read("a page", `{"journal":"a1","after":1,"limit":2}`, map[string]string{"result.orders.#": "2", "result.next": "3", "result.more": "true"}),
		read("the next page repeats what changed again", `{"journal":"a1","after":3,"limit":2}`, map[string]string{
			"result.orders.#": "2", "result.orders.1.order_id": "1043", "result.next": "5", "result.more": "false"}),
		read("nothing new", `{"journal":"a1","after":5,"limit":2}`, map[string]string{"result.orders.#": "0", "result.next": "5"}),
		read("another journal's place means the beginning", `{"journal":"zz","after":4,"limit":100}`, map[string]string{"result.orders.#": "3"}),
		read("a place the journal has not reached too", `{"journal":"a1","after":9,"limit":100}`, map[string]string{"result.orders.#": "3"}),
	})
	for _, body := range []string{`{"after":0,"limit":101}`, `{"after":0}`, `{"after":-1,"limit":1}`, `{"after":"x","limit":1}`} {
		st := read(body, body, code("invalid"))
		st.Status = 422
		simtest.Run(t, s, nil, []simtest.Step{st})
	}
	if err := s.DeleteOrder("1044"); err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, nil, []simtest.Step{
		read("a deleted order comes once more", `{"journal":"a1","after":5,"limit":9}`, map[string]string{"result.orders.0.deleted": "true", "result.orders.0.lines.#": "1"}),
	})
}

func TestStatus(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Statuses: []Status{{ID: 20, Name: "На дзвінку"}}})
	place(t, s, kettles(3))
	move := func(name, body string, status int, want map[string]string) simtest.Step {
		return ask(s, name, "status", `{"order_id":1042,"notify":true,"tracking":null,`+body+`}`, status, want)
	}
	done := func(status, done string) map[string]string {
		return map[string]string{"result.status": status, "result.done": done}
	}
	left := func(n int64) {
		t.Helper()
		if o, _ := s.Offer("50"); o.Quantity != n {
			t.Errorf("%d kettles in stock, want %d", o.Quantity, n)
		}
	}
	left(7)
	simtest.Run(t, s, nil, []simtest.Step{
		move("a step", `"from":1,"to":2,"key":"a"`, 200, done("2", "true")),
		move("its repeat", `"from":1,"to":2,"key":"a"`, 200, done("2", "false")),
		move("the present status, nothing to say", `"from":2,"to":2,"key":"b"`, 200, done("2", "false")),
		move("the wrong start", `"from":1,"to":3,"key":"c"`, 409, code("conflict")),
		move("no such status", `"from":2,"to":4,"key":"d"`, 422, code("invalid")),
		move("no key", `"from":2,"to":3,"key":""`, 422, code("invalid")),
		ask(s, "no such order", "status", `{"order_id":7,"to":2,"key":"e"}`, 404, code("not_found")),
		move("a status outside the groups puts goods back", `"from":0,"to":20,"key":"f"`, 200, done("20", "true")),
	})
	left(10)
	way := `"tracking":{"carrier":"nova_poshta","title":"Нова пошта","number":"2045"}`
	simtest.Run(t, s, nil, []simtest.Step{
		ask(s, "shipped with a waybill", "status", `{"order_id":1042,"from":20,"to":3,"key":"g",`+way+`}`, 200, done("3", "true")),
		ask(s, "the waybill again", "tracking", `{"order_id":1042,"key":"h",`+way+`}`, 200, done("3", "false")),
		ask(s, "no waybill", "tracking", `{"order_id":1042,"key":"i","tracking":null}`, 422, code("invalid")),
		ask(s, "it reads", "orders", `{"ids":[1042]}`, 200, map[string]string{"result.orders.0.tracking.number": "2045", "result.orders.0.reached": "[1]"}),
	})
	left(7)
	if n := s.Mails("1042"); n != 2 {
		t.Errorf("%d letters, want one for each step that asked for it", n)
	}
	if err := s.CancelOrder("1042"); err != nil {
		t.Fatal(err)
	}
	left(10)
	if err := s.CancelOrder("1042"); !errors.Is(err, sim.ErrFinal) {
		t.Errorf("cancelled twice: %v", err)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	if err := errors.Join(s.Refuse("52", "variants"), s.Special("51-17", 9000)); err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, nil, []simtest.Step{
		ask(s, "a page of products", "offers", `{"after":0,"limit":2}`, 200, map[string]string{
			"result.offers.#": "3", "result.offers.0.offer_id": "50", "result.offers.0.price": "740.00", "result.offers.1.offer_id": "51-17",
			"result.offers.1.price": "90.00", "result.offers.1.old": "120.50", "result.offers.2.orderable": "false", "result.next": "51", "result.more": "true", "result.total": "3"}),
		ask(s, "the last page", "offers", `{"after":51,"limit":2}`, 200, map[string]string{"result.offers.0.refuses": "variants", "result.more": "false"}),
		ask(s, "by id", "offers", `{"ids":["51-18","51","7","x","51-0"]}`, 200, map[string]string{"result.offers.#": "1", "result.currency": "UAH"}),
		ask(s, "bounds", "offers", `{"after":0,"limit":500}`, 422, code("invalid")),
		ask(s, "stock, one by one", "stock", `{"items":[{"offer_id":"50","quantity":4},{"offer_id":"9","quantity":1},{"offer_id":"51-18","quantity":"2"},{"offer_id":"50","quantity":5},{"offer_id":"52","quantity":1},{"offer_id":"51-17","quantity":1.5}]}`, 200, map[string]string{
			"result.items.0.ok": "true", "result.items.1.code": "unknown", "result.items.2.ok": "true", "result.items.3.code": "invalid", "result.items.4.code": "variants", "result.items.5.code": "invalid"}),
		ask(s, "too many items", "stock", `{"items":[`+strings.TrimSuffix(strings.Repeat(`{"offer_id":"50","quantity":1},`, 201), ",")+`]}`, 422, code("invalid")),
		ask(s, "price", "price", `{"currency":"UAH","items":[{"offer_id":"50","price":"700.00","old":"800.00"},{"offer_id":"51-17","price":"1.00","old":""},{"offer_id":"51-18","price":"1.00","old":"2.00"},{"offer_id":"52","price":"0","old":""}]}`, 200, map[string]string{
			"result.items.0.ok": "true", "result.items.1.code": "special", "result.items.2.code": "invalid", "result.items.3.code": "invalid"}),
		ask(s, "another currency", "price", `{"currency":"PLN","items":[{"offer_id":"50","price":"1.00"}]}`, 200, map[string]string{"result.items.0.code": "currency"}),
	})
	if o, _ := s.Offer("50"); o.Quantity != 4 || o.PriceMinor != 70000 || o.OldPriceMinor != 80000 {
		t.Errorf("the kettle is %+v", o)
	}
	zero, _ := shop(t, Options{SellAtZero: true})
	if _, err := zero.PlaceOrder(kettles(12)); err != nil {
		t.Error(err)
	}
	if o, _ := zero.Offer("50"); o.Quantity != -2 || !o.Orderable {
		t.Errorf("sold below zero: %+v", o)
	}
}

func TestPushes(t *testing.T) {
	t.Parallel()
	status, got := http.StatusServiceUnavailable, []string{}
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if want := sign("0123456789abcdef", "hook\n"+r.Header.Get("X-Lad-Time")+"\n"+digest(b)); r.Header.Get("X-Lad-Signature") != want {
			t.Errorf("signature %q, want %q", r.Header.Get("X-Lad-Signature"), want)
		}
		got = append(got, string(b))
		w.WriteHeader(status)
	}))
	t.Cleanup(hub.Close)
	s, _ := shop(t, Options{})
	body := `{"target":"` + hub.URL + `/h","secret":"0123456789abcdef"}`
	simtest.Run(t, s, nil, []simtest.Step{
		ask(s, "subscribe", "subscribe", body, 200, nil), ask(s, "again", "subscribe", body, 200, nil),
		ask(s, "no address", "subscribe", `{"target":"ftp://x","secret":"0123456789abcdef"}`, 422, code("invalid")),
		ask(s, "no secret", "subscribe", `{"target":"https://x"}`, 422, code("invalid")),
	})
	place(t, s, kettles(1))
	if n, err := s.FlushHooks(t.Context()); n != 0 || err == nil {
		t.Errorf("Lad is away: %d delivered, error %v", n, err)
	}
	status = http.StatusOK
	place(t, s, kettles(1))
	if n, err := s.FlushHooks(t.Context()); n != 1 || err != nil {
		t.Errorf("Lad is back: %d delivered, error %v", n, err)
	}
	if n, err := s.FlushHooks(t.Context()); n != 0 || err != nil {
		t.Errorf("nothing waits: %d delivered, error %v", n, err)
	}
	if len(got) != 2 || got[1] != `{"id":"2","orders":[1042,1043]}` {
		t.Errorf("pushes %q", got)
	}
	simtest.Run(t, s, nil, []simtest.Step{ask(s, "unsubscribe", "unsubscribe", body, 200, nil)})
	place(t, s, kettles(1))
	if n, err := s.FlushHooks(t.Context()); n != 0 || err != nil {
		t.Errorf("unsubscribed: %d delivered, error %v", n, err)
	}
}

// A shop of thirty thousand offers answers a page as fast as a small one: the page is found by its place, not by walking.
func TestManyOffersAndOrders(t *testing.T) {
	t.Parallel()
	s := New(Options{Options: sim.Options{Clock: clock.NewFake(noon)}})
	seeds := make([]sim.OfferSeed, 30_000)
	for i := range seeds {
		seeds[i] = sim.OfferSeed{SKU: fmt.Sprintf("S-%05d", i), Title: "Товар", PriceMinor: 100, Quantity: 1_000_000}
	}
	s.SeedOffers(seeds)
	for i := range 5000 {
		place(t, s, sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: fmt.Sprintf("S-%05d", i), Quantity: 1}}})
	}
	simtest.Run(t, s, nil, []simtest.Step{
		ask(s, "the last products", "offers", `{"after":29999,"limit":100}`, 200, map[string]string{"result.offers.#": "50", "result.more": "false"}),
		ask(s, "the last changes", "changes", `{"journal":"a1","after":4990,"limit":100}`, 200, map[string]string{"result.orders.#": "10"}),
	})
	if n := len(s.Orders()); n != 5000 {
		t.Errorf("%d orders", n)
	}
}
