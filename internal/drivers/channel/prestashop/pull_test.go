package prestashop

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/sim"
	shop "github.com/lad-hub/lad/internal/sim/prestashop"
)

func TestWholeOrder(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{Comment: "після 18:00", Raw: map[string]any{"secure_key": "0123456789abcdef"}, Lines: []sim.BasketLine{
		{OfferID: "55", Quantity: 2}, {OfferID: "56-12", Quantity: 1},
	}})
	raws, err := s.ReadOrders(t.Context(), []string{id})
	if err != nil || strings.Contains(string(raws[0].Body), "0123456789abcdef") {
		t.Errorf("the order's secret is kept: %s, %v", raws[0].Body, err)
	}
	want := connector.Order{
		ExternalID: id, Number: "AAAAAAABQ", GroupID: "AAAAAAABQ", Status: stateBankWire, Stage: connector.StageNew, CreatedAt: noon, ChangedAt: noon,
		Total: uah(1590_00), DeliveryCost: uah(80_00), Comment: "після 18:00",
		Payment:  connector.Payment{State: connector.PaymentUnpaid, Method: "Банківський переказ"},
		Buyer:    connector.Person{ExternalID: "1", Name: "Коваль Олена", Phone: "+380671112233", Email: "o@example.com"},
		Delivery: connector.Delivery{Service: "nova_poshta", Title: "Нова Пошта", City: "Київ", Branch: "17", Address: "01001 відділення №17"},
		Lines: []connector.Line{
			{ExternalID: "77", OfferID: "55", SKU: "SKU-17", Title: "Чайник", Quantity: qty.Pieces(2), Price: uah(740_00), Total: uah(1480_00)},
			{ExternalID: "78", OfferID: "56-12", SKU: "SHIRT-M", Title: "Сорочка", Quantity: qty.Pieces(1), Price: uah(110_00), Total: uah(110_00)},
		},
	}
	if diff := cmp.Diff(want, s.read(t, id)); diff != "" {
		t.Error(diff)
	}
}

// A key without the right to read messages still reads orders, and is told apart from other troubles once.
func TestCommentsAreOptional(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	id := s.place(t, sim.Basket{Comment: "подзвоніть"})
	s.shop.Forbid("customer_threads", "GET PUT POST PATCH DELETE HEAD")
	for range 2 {
		if o := s.read(t, id); o.Comment != "" || o.Buyer.Name == "" {
			t.Errorf("%+v", o)
		}
	}
	if n := s.sent("GET /api/customer_threads"); n != 1 {
		t.Errorf("asked for messages %d times", n)
	}
}

func TestPullInTheShopsZone(t *testing.T) {
	t.Parallel()
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, shop.Options{Zone: warsaw}, nil)
	var asked string
	s.shop.OnRequest(func(r *http.Request, _ time.Time) {
		if f := r.URL.Query().Get("filter[date_upd]"); f != "" {
			asked = f
		}
	})
	s.place(t, sim.Basket{})
	p, err := s.PullOrders(t.Context(), `{"since":"2026-10-02T10:00:00Z"}`)
	if err != nil || len(p.Orders) != 1 || asked != ">[2026-10-02 11:50:00]" || p.Next != `{"since":"2026-10-02T11:05:11Z"}` {
		t.Errorf("asked for %s, got %d orders and cursor %s, error %v", asked, len(p.Orders), p.Next, err)
	}
	// In the night the clocks go back the hour from 02:00 comes twice in Warsaw: what changes at the second 02:05 must not be
	// skipped by a filter that starts at the first 02:40.
	if _, err := s.PullOrders(t.Context(), `{"since":"2026-10-25T00:50:00Z"}`); err != nil || asked != ">[2026-10-25 01:40:00]" {
		t.Errorf("asked for %s, error %v", asked, err)
	}
}

func TestPullListThatDoesNotMove(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	cur := cursor{Since: noon, Last: 300}
	if s.step(&cur, pageSize, 400) || cur != (cursor{Since: noon}) {
		t.Errorf("%+v: want an end without progress", cur)
	}
	cur = cursor{Since: noon, Top: noon.Add(time.Hour), Last: 300}
	if !s.step(&cur, pageSize, 200) || cur.Last != 200 {
		t.Errorf("%+v: want the next page", cur)
	}
	if s.step(&cur, 3, 10) || cur != (cursor{Since: noon.Add(time.Hour)}) {
		t.Errorf("%+v: want the next sweep", cur)
	}
}

func TestForeignCurrencyAndPhone(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Currency: "PLN"}, nil)
	id := s.place(t, sim.Basket{Buyer: sim.Buyer{Name: "Anna Nowak", Phone: "501 100 200"}})
	if o := s.read(t, id); o.Total != money.New(1480_00, money.PLN) {
		t.Errorf("total %v, want zloty", o.Total)
	}
	euro := s.place(t, sim.Basket{Raw: map[string]any{"id_currency": 4}})
	if o := s.read(t, euro); o.Total.Currency != money.EUR {
		t.Errorf("total %v, want the order's own currency", o.Total)
	}
	strange := s.place(t, sim.Basket{Raw: map[string]any{"id_currency": 9}})
	raws, err := s.ReadOrders(t.Context(), []string{strange})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.ParseOrder(raws[0].Body)
	wantKind(t, "a currency nobody can name", err, connector.KindData, "currency")
	offers, err := s.ReadOffers(t.Context(), []string{"55"})
	if err != nil || offers[0].Price != money.New(740_00, money.PLN) {
		t.Errorf("%+v, %v: prices name no currency, so they are in the shop's", offers, err)
	}
	r, err := s.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(1)}})
	if err != nil || r[0].State != connector.ItemRejected {
		t.Errorf("%+v, %v: hryvnias to a shop in zloty", r, err)
	}
	_, err = start(t, shop.Options{Currency: "XAU"}, nil).ListOffers(t.Context(), "")
	wantKind(t, "a shop that counts in gold", err, connector.KindSettings, "currency")
}

func TestSplitCheckout(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	a := s.place(t, sim.Basket{Raw: map[string]any{"reference": "KQZWXPLMN"}})
	b := s.place(t, sim.Basket{Raw: map[string]any{"reference": "KQZWXPLMN"}})
	if x, y := s.read(t, a), s.read(t, b); x.GroupID != "KQZWXPLMN" || x.GroupID != y.GroupID || x.ExternalID == y.ExternalID {
		t.Errorf("%+v and %+v are of one checkout", x, y)
	}
}

func TestUnknownZone(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Zone: time.FixedZone("Mars/Base", 3600)}, nil)
	_, err := s.PullOrders(t.Context(), "")
	wantKind(t, "a shop on Mars", err, connector.KindSettings, "Mars/Base")
}

// A state or carrier made after the session began is learned when an order names it; facts grow old in an hour.
func TestFactsAreRefreshed(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{}, nil)
	now := noon
	s.cfg.Now = func() time.Time { return now }
	id := s.place(t, sim.Basket{})
	s.read(t, id)
	asked := func() int { return s.sent("GET /api/order_states") }
	if s.read(t, id); asked() != 1 {
		t.Errorf("states read %d times within an hour", asked())
	}
	delete(s.facts.carriers, 2)
	if o := s.read(t, id); asked() != 2 || o.Delivery.Title != "Нова Пошта" {
		t.Errorf("states read %d times, carrier %q", asked(), o.Delivery.Title)
	}
	now = now.Add(2 * time.Hour)
	if s.read(t, id); asked() != 3 {
		t.Errorf("states read %d times after two hours", asked())
	}
}
