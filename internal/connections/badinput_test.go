package connections_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// spoilt are orders that no honest channel would send, by what is wrong with them.
var spoilt = map[string]struct {
	line, order map[string]any
}{
	"negative quantity": {line: map[string]any{"quantity": -2}},
	"words as quantity": {line: map[string]any{"quantity": "багато"}},
	"zero quantity":     {line: map[string]any{"quantity": 0}},
	"no order id":       {order: map[string]any{"id": nil, "order_id": nil}},
	"no lines":          {order: map[string]any{"products": []any{}, "purchases": []any{}}},
	"lines of nonsense": {order: map[string]any{"products": "none", "purchases": "none"}},
}

// A spoilt order is set aside with its reason on the connection, in the journal and as a task; the orders around it come in.
// When the channel mends it, it comes in by itself.
func TestSpoiltOrders(t *testing.T) {
	t.Parallel()
	for what, spoil := range spoilt {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for name, open := range channels {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					onEngines(t, name, func(t *testing.T, s *apptest.Living) {
						a := s.Goods("A", 100_00, 20)
						shop := open()
						offer(shop, "A", 100_00, 20)
						c, _ := s.Connect(shop, nil)
						s.Start()
						settled(t, s, c)
						before := buy(t, shop, "A", 1)
						_, err := shop.PlaceOrder(sim.Basket{Buyer: buyer, Force: true, Raw: spoil.order,
							Lines: []sim.BasketLine{{SKU: "A", OfferID: sku(shop, "A").ID, Quantity: 1, Raw: spoil.line}}})
						if err != nil {
							t.Fatal(err)
						}
						after := buy(t, shop, "A", 1)
						orderOf(t, s, c.ID, before.ID)
						orderOf(t, s, c.ID, after.ID)
						apptest.Eventually(t, "the spoilt order is set aside", func() bool { return s.Health(c.ID).Aside == 1 })
						list, err := s.Connections.Aside(ctx, s.Who, c.ID, 10)
						if err != nil || len(list) != 1 || list[0].Error == "" || len(list[0].Body) == 0 {
							t.Errorf("aside %+v, %v", list, err)
						}
						if s.Tasks("fact_aside", "connection", c.ID) != 1 || s.Told("fact.set_aside", "connection", c.ID) != 1 {
							t.Error("neither told nor asked")
						}
						s.Wants(a.ID, 20, 2)
						if n, err := s.Connections.RetryAside(ctx, s.Who, c.ID); err != nil || n != 1 {
							t.Errorf("retried %d, %v", n, err)
						}
						apptest.Eventually(t, "it is set aside again", func() bool {
							return s.Health(c.ID).Aside == 1 && s.Told("fact.set_aside", "connection", c.ID) == 2
						})
						s.Wants(a.ID, 20, 2)
					})
				})
			}
		})
	}
}

// An unknown currency is set aside; an order in a known foreign one is taken in as it is.
func TestCurrencies(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 20)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 20)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		place := func(price string) sim.Placed {
			p, err := shop.PlaceOrder(sim.Basket{Buyer: buyer, Raw: map[string]any{"price": price, "full_price": price},
				Lines: []sim.BasketLine{{SKU: "A", OfferID: sku(shop, "A").ID, Quantity: 1, Raw: map[string]any{"price": price, "total_price": price}}}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		place("12 тугриків")
		known := place("12.50 EUR")
		id := orderOf(t, s, c.ID, known.ID)
		if o := getOrder(t, s, id).Order; o.Total.Currency != "EUR" || o.Total.Minor != 12_50 {
			t.Errorf("total %s", o.Total)
		}
		apptest.Eventually(t, "the unknown one is set aside", func() bool { return s.Health(c.ID).Aside == 1 })
	})
}

// hookURL is where a channel calls.
func hookURL(c connections.Connection, tenant db.Tenant) string {
	return fmt.Sprintf("/hooks/%d/%d/%s", tenant, c.ID, c.HookSecret)
}

// A hook is a hint: it is stored before it is answered and makes the order be read at once, each time it comes, whatever
// else stands in it.
func TestHooks(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Connections.PollEvery = time.Hour // only hooks bring orders
		a := s.Goods("A", 100_00, 20)
		shop := horoshop.New(horoshop.Options{})
		offer(shop, "A", 100_00, 20)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		confirmed(t, s, c.ID)
		apptest.Eventually(t, "the first poll", func() bool { return s.Connection(c.ID).LastPullAt > 0 })
		placed := buy(t, shop, "A", 1)
		hook := []byte(`{"event":"order_update","order_id":` + placed.ID + `,"x":[1,{"y":null}]}`)
		if r := s.AskAs("", "PUT", hookURL(c, s.Tenant), hook); r.Status != http.StatusOK {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		id := orderOf(t, s, c.ID, placed.ID)
		if err := shop.CancelOrder(placed.ID); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if r := s.AskAs("", "POST", hookURL(c, s.Tenant), hook); r.Status != http.StatusOK {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
		}
		apptest.Eventually(t, "the cancellation arrives by the same hook", func() bool { return getOrder(t, s, id).Order.Stage == "cancelled" })
		s.Wants(a.ID, 20, 0)
		second := buy(t, shop, "A", 2)
		for _, body := range []string{`{"event":`, `[]`, ``, `{"order_id":-1}`, `{"order_id":"999999999"}`, "\x00\xff"} {
			if r := s.AskAs("", "PUT", hookURL(c, s.Tenant), []byte(body)); r.Status != http.StatusOK {
				t.Errorf("hook %q: %d %s", body, r.Status, r.Body)
			}
		}
		orderOf(t, s, c.ID, second.ID) // what can not be read still means that something happened
		s.Wants(a.ID, 20, 2)
		if n := s.Int("select count(*) from orders where tenant_id = $1"); n != 2 {
			t.Errorf("%d orders", n)
		}
	})
}

// A hook with a wrong secret, for nobody, or too large is refused; the refusal is seen, but not as often as somebody knocks.
func TestHooksRefused(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		shop := horoshop.New(horoshop.Options{})
		c, _ := s.Connect(shop, nil)
		p, _ := s.Connect(prom.New(prom.Options{}), nil)
		wrong := c
		wrong.HookSecret = "guess"
		for range 20 {
			if r := s.AskAs("", "PUT", hookURL(wrong, s.Tenant), []byte("{}")); r.Status != http.StatusUnauthorized {
				t.Errorf("wrong secret: %d", r.Status)
			}
		}
		if got := s.Connection(c.ID); !strings.Contains(got.LastError, "wrong address") || s.Told("connection.hook_refused", "connection", c.ID) != 1 {
			t.Errorf("seen as %q, told %d times", got.LastError, s.Told("connection.hook_refused", "connection", c.ID))
		}
		for path, status := range map[string]int{
			hookURL(p, s.Tenant):                           http.StatusNotFound, // Prom has no hooks
			hookURL(c, s.Tenant+5):                         http.StatusNotFound,
			fmt.Sprintf("/hooks/%d/99999/x", s.Tenant):     http.StatusNotFound,
			fmt.Sprintf("/hooks/%d/abc/x", s.Tenant):       http.StatusNotFound,
			fmt.Sprintf("/hooks/0/%d/%s", c.ID, "nothing"): http.StatusNotFound,
		} {
			if r := s.AskAs("", "PUT", path, []byte("{}")); r.Status != status {
				t.Errorf("%s: %d, want %d", path, r.Status, status)
			}
		}
		huge := append([]byte(`{"order_id":1,"x":"`), bytes.Repeat([]byte("x"), 10<<20)...)
		if r := s.AskAs("", "PUT", hookURL(c, s.Tenant), append(huge, `"}`...)); r.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("10 MB: %d", r.Status)
		}
		if got := s.Connection(c.ID); !strings.Contains(got.LastError, "too large") || s.Told("connection.hook_refused", "connection", c.ID) != 2 {
			t.Errorf("seen as %q", got.LastError)
		}
		if n := s.Int("select count(*) from fact where tenant_id = $1"); n != 0 {
			t.Errorf("%d facts stored", n)
		}
	})
}
