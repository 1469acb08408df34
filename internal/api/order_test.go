package api_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
)

var ctx = context.Background()

// order is a body of POST /api/v1/orders.
func order(code string, quantity any, phone string) map[string]any {
	return map[string]any{"currency": "UAH", "customer": map[string]any{"name": "Олена Коваль", "phone": phone},
		"lines": []any{map[string]any{"sku": code, "quantity": quantity, "price": "740.00"}}}
}

type answer struct {
	ID       int64  `json:"id"`
	Stage    string `json:"stage"`
	Created  bool   `json:"created"`
	Unlinked []int64
	Short    []struct {
		SKU   string `json:"sku"`
		Short any    `json:"short"`
	} `json:"short"`
}

// Five hundred buyers at once want a hundred units: exactly a hundred are held, four hundred orders are short, nothing is
// negative, and every order is taken in.
func TestFiveHundredBuyersOfAHundredUnits(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("HOT", 740_00, 100)
		s.Ask("GET", "/api/v1/orders", nil) // warms the token up
		var created, short atomic.Int64
		var wg sync.WaitGroup
		for i := range 500 {
			wg.Go(func() {
				r := s.Ask("POST", "/api/v1/orders", order("HOT", 1, fmt.Sprintf("+38067%07d", i)), "Idempotency-Key", fmt.Sprint("buyer-", i))
				var a answer
				r.Into(t, &a)
				if r.Status == http.StatusCreated && a.Created {
					created.Add(1)
				}
				if len(a.Short) == 1 {
					short.Add(1)
				}
			})
		}
		wg.Wait()
		s.Wants(sku.ID, 100, 100)
		negative := s.Int("select count(*) from level where tenant_id = $1 and (on_hand < 0 or reserved < 0 or reserved > on_hand)")
		if created.Load() != 500 || short.Load() != 400 || negative != 0 {
			t.Errorf("%d created, %d short, %d negative", created.Load(), short.Load(), negative)
		}
		if n := s.Int("select count(*) from task where tenant_id = $1 and kind = 'shortage' and state = 'open'"); n != 400 {
			t.Errorf("%d shortage tasks", n)
		}
	})
}

// A key is one order: the same body is answered alike, another one is refused, without a key nothing is taken in.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A", 740_00, 1)
		post := func(key string, body any) apptest.Said {
			return s.Ask("POST", "/api/v1/orders", body, "Idempotency-Key", key)
		}
		first := post("k", order("A", 2, "+380671112233"))
		var a, b answer
		first.Into(t, &a)
		if first.Status != http.StatusCreated || !a.Created || len(a.Short) != 1 {
			t.Errorf("%d %s", first.Status, first.Body)
		}
		again := post("k", order("A", 2, "+380671112233"))
		again.Into(t, &b)
		a.Created = false
		if d := cmp.Diff(a, b); again.Status != http.StatusOK || d != "" {
			t.Errorf("%d %s", again.Status, d)
		}
		if r := post("k", order("A", 3, "+380671112233")); r.Status != http.StatusConflict || !bytes.Contains(r.Body, []byte("error.order.key_reused")) {
			t.Errorf("%d %s", r.Status, r.Body)
		}
		for _, key := range []string{"", strings.Repeat("x", 201)} {
			if r := post(key, order("A", 1, "")); r.Status != http.StatusBadRequest {
				t.Errorf("key %.3q: %d", key, r.Status)
			}
		}
		s.Wants(sku.ID, 1, 1)
	})
}

// Bad bodies are refused with words and leave nothing behind.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 740_00, 10)
		set := func(name string, v any) map[string]any { o := order("A", 1, ""); o[name] = v; return o }
		for name, c := range map[string]struct {
			body   any
			status int
		}{
			"broken JSON":       {[]byte(`{"currency":"UAH","lines":[{`), 400},
			"a list":            {[]byte(`[]`), 400},
			"nothing":           {[]byte(``), 400},
			"negative quantity": {order("A", -1, ""), 400},
			"zero quantity":     {order("A", 0, ""), 400},
			"words as quantity": {order("A", "багато", ""), 400},
			"too fine":          {order("A", 0.0001, ""), 400},
			"no currency":       {set("currency", ""), 400},
			"unknown currency":  {set("currency", "TUG"), 400},
			"unknown source":    {set("source", "moon"), 400},
			"unknown payment":   {set("payment", map[string]any{"state": "stolen"}), 400},
			"no lines":          {set("lines", []any{}), 400},
			"price of words":    {set("lines", []any{map[string]any{"sku": "A", "quantity": 1, "price": "дорого"}}), 400},
			"negative price":    {set("lines", []any{map[string]any{"sku": "A", "quantity": 1, "price": "-1"}}), 400},
			"nameless line":     {set("lines", []any{map[string]any{"quantity": 1, "price": "1"}}), 400},
			"10 MB":             {set("comment", strings.Repeat("x", 10<<20)), 413},
		} {
			r := s.Ask("POST", "/api/v1/orders", c.body, "Idempotency-Key", name)
			var said struct{ Key, Message string }
			r.Into(t, &said)
			if r.Status != c.status || said.Key == "" || said.Message == "" || said.Message == said.Key {
				t.Errorf("%s: %d %s", name, r.Status, r.Body)
			}
		}
		if n := s.Int("select count(*) from orders where tenant_id = $1"); n != 0 {
			t.Errorf("%d orders", n)
		}
		ok := order("A", 1.5, "")
		ok["unknown_field"] = map[string]any{"x": 1}
		if r := s.Ask("POST", "/api/v1/orders", ok, "Idempotency-Key", "liberal"); r.Status != http.StatusCreated {
			t.Errorf("unknown field: %d %s", r.Status, r.Body)
		}
	})
}

// An order is read and carried through its stages over the API; names are in snake case.
func TestActions(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 740_00, 10)
		var a answer
		s.Ask("POST", "/api/v1/orders", order("A", 2, "067 111 22 33"), "Idempotency-Key", "k").Into(t, &a)
		do := func(action string, body any, status int) {
			t.Helper()
			if r := s.Ask("POST", fmt.Sprintf("/api/v1/orders/%d/%s", a.ID, action), body); r.Status != status {
				t.Errorf("%s: %d %s", action, r.Status, r.Body)
			}
		}
		do("ship", nil, 409)
		do("confirm", nil, 200)
		do("confirm", nil, 409)
		do("pick", nil, 200)
		do("assign", map[string]any{"owner_id": 7}, 200)
		do("ship", map[string]any{"tracking": "2045", "carrier": "nova_poshta"}, 200)
		do("cancel", map[string]any{"reason": "buyer_changed_mind"}, 409)
		do("complete", nil, 200)
		do("dance", nil, 404)
		r := s.Ask("GET", fmt.Sprint("/api/v1/orders/", a.ID), nil)
		for _, part := range []string{`"stage":"completed"`, `"buyer_phone":"+380671112233"`, `"tracking":"2045"`, `"owner_id":7`, `"history":[{"seq":`, `"branch_ref":`, `"available_at_purchase":"10"`, `"amount":"1480.00"`} {
			if !bytes.Contains(r.Body, []byte(part)) {
				t.Errorf("the card lacks %s: %s", part, r.Body)
			}
		}
		for path, status := range map[string]int{"/api/v1/orders/99999": 404, "/api/v1/orders/x": 404, "/api/v1/orders?stage=completed&q=067+111+22+33&limit=5": 200} {
			if r := s.Ask("GET", path, nil); r.Status != status {
				t.Errorf("%s: %d %s", path, r.Status, r.Body)
			}
		}
	})
}

// The list pages by keyset in both directions.
func TestListPages(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 740_00, 10)
		for i := range 7 {
			s.Ask("POST", "/api/v1/orders", order("A", 1, fmt.Sprintf("+38067000000%d", i)), "Idempotency-Key", fmt.Sprint(i))
		}
		type page struct {
			Orders []struct{ ID int64 }
			Before int64 `json:"next_before"`
			After  int64 `json:"next_after"`
		}
		var first, second, back page
		s.Ask("GET", "/api/v1/orders?limit=3", nil).Into(t, &first)
		s.Ask("GET", fmt.Sprint("/api/v1/orders?limit=3&before=", first.Before), nil).Into(t, &second)
		if len(first.Orders) != 3 || len(second.Orders) != 3 || second.Orders[0].ID != first.Orders[2].ID-1 {
			t.Errorf("%+v, %+v", first, second)
		}
		s.Ask("GET", fmt.Sprint("/api/v1/orders?limit=2&after=", second.Orders[2].ID), nil).Into(t, &back)
		if len(back.Orders) != 2 || back.Orders[0].ID != second.Orders[0].ID || back.After != second.Orders[0].ID {
			t.Errorf("%+v", back)
		}
	})
}

// Tokens can do what they were given and nothing of another shop.
func TestTokens(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 740_00, 10)
		var a answer
		s.Ask("POST", "/api/v1/orders", order("A", 2, "+380671112233"), "Idempotency-Key", "k").Into(t, &a)
		viewer, stranger := s.Token(access.OrdersRead), s.TokenOf(s.Second(), access.All...)
		one := fmt.Sprint("/api/v1/orders/", a.ID)
		for _, c := range []struct {
			token, method, path string
			status              int
		}{
			{"", "GET", one, 401}, {"lad_wrong", "GET", one, 401},
			{viewer, "GET", one, 200}, {viewer, "POST", one + "/confirm", 403}, {viewer, "POST", one + "/ship", 403}, {viewer, "POST", "/api/v1/orders", 403},
			{stranger, "GET", one, 404}, {stranger, "POST", one + "/confirm", 404}, {stranger, "POST", one + "/cancel", 400},
			{viewer, "GET", "/metrics", 403},
		} {
			if r := s.AskAs(c.token, c.method, c.path, nil, "Idempotency-Key", "z"); r.Status != c.status {
				t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, r.Status, c.status, r.Body)
			}
		}
		var list struct{ Orders []any }
		s.AskAs(stranger, "GET", "/api/v1/orders?q=k", nil).Into(t, &list)
		if len(list.Orders) != 0 {
			t.Errorf("the other shop finds %d orders", len(list.Orders))
		}
		if o, err := s.Orders.Get(ctx, s.Who, a.ID); err != nil || o.Order.Stage != "new" {
			t.Errorf("%s, %v", o.Order.Stage, err)
		}
	})
}
