package prom

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// serve starts a server of canned answers by "METHOD /path"; it records requests as "METHOD /path?query body".
func serve(t *testing.T, answers map[string]string) (*channel, *[]string) {
	t.Helper()
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
		if r.Header.Get("Authorization") != "Bearer secret-token" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "<html>no</html>")
			return
		}
		answer, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(srv.Close)
	return open(t, srv.URL), &seen
}

func TestUnauthorisedWithWebPage(t *testing.T) {
	t.Parallel()
	ch, _ := serve(t, nil)
	ch.token = "stale"
	if _, err := ch.Check(t.Context()); connector.KindOf(err) != connector.KindAuth {
		t.Errorf("got %v, want kind auth", err)
	}
}

// orderList answers /orders/list as the API does, with at most ceiling rows whatever limit says.
func orderList(t *testing.T, ids []int64, ceiling int) (*channel, *int) {
	t.Helper()
	requests := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		last, err := strconv.ParseInt(r.URL.Query().Get("last_id"), 10, 64)
		rows := []map[string]any{}
		for _, id := range slices.Backward(ids) {
			if (err != nil || id <= last) && len(rows) < min(limit, ceiling) {
				rows = append(rows, map[string]any{"id": id, "date_created": "2026-10-02T11:00:00+00:00"})
			}
		}
		slices.Reverse(rows) // order within a page is not relied on
		_ = json.NewEncoder(w).Encode(map[string]any{"orders": rows})
	}))
	t.Cleanup(srv.Close)
	return open(t, srv.URL), &requests
}

func TestPullPages(t *testing.T) {
	t.Parallel()
	cases := []struct{ orders, ceiling, requests int }{{0, 100, 1}, {19, 100, 1}, {100, 100, 2}, {250, 100, 4}, {250, 50, 6}, {45, 20, 3}}
	for _, c := range cases {
		var ids []int64
		for i := range c.orders {
			ids = append(ids, int64(1000+3*i))
		}
		ch, requests := orderList(t, ids, c.ceiling)
		got, cursor := map[string]bool{}, ""
		for more := true; more; {
			p, err := ch.PullOrders(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.Orders {
				got[o.ExternalID] = true
			}
			cursor, more = p.Next, p.More
		}
		if len(got) != c.orders || *requests > c.requests+1 {
			t.Errorf("%d orders, at most %d a page: got %d in %d requests", c.orders, c.ceiling, len(got), *requests)
		}
	}
}

func TestPullCursor(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, orders, want string }{
		{"modified wins", `{"id":7,"date_created":"2026-10-01T11:00:00+00:00","date_modified":"2026-10-02T11:30:00+00:00"}`, "2026-10-02T11:30:00Z"},
		{"created without modified", `{"id":7,"date_created":"2026-10-02T13:00:00+03:00"}`, "2026-10-02T10:00:00Z"},
		{"no orders: stays", ``, "2026-09-18T12:00:00Z"},
	}
	for _, c := range cases {
		ch, seen := serve(t, map[string]string{"GET /orders/list": `{"orders":[` + c.orders + `]}`})
		p, err := ch.PullOrders(t.Context(), "")
		if err != nil || p.More {
			t.Fatalf("%s: more %v, error %v", c.name, p.More, err)
		}
		if want := `{"since":"` + c.want + `"}`; p.Next != want {
			t.Errorf("%s: cursor %s, want %s", c.name, p.Next, want)
		}
		if !strings.Contains((*seen)[0], "last_modified_from=2026-09-18T11%3A50%3A00") {
			t.Errorf("%s: request %s without the look-back and its overlap", c.name, (*seen)[0])
		}
	}
}

func TestPullListThatDoesNotMove(t *testing.T) {
	t.Parallel()
	var rows []string
	for i := range 100 {
		rows = append(rows, fmt.Sprintf(`{"id":%d}`, 500+i))
	}
	ch, _ := serve(t, map[string]string{"GET /orders/list": `{"orders":[` + strings.Join(rows, ",") + `]}`})
	p, err := ch.PullOrders(t.Context(), `{"since":"2026-10-02T10:00:00Z","top":"2026-10-02T11:00:00Z","last":300}`)
	if err != nil || p.More || p.Next != `{"since":"2026-10-02T10:00:00Z"}` || len(p.Orders) != 100 {
		t.Errorf("more %v, cursor %s, %d orders, error %v: want an end without progress", p.More, p.Next, len(p.Orders), err)
	}
}

func TestPullKeepsOrderWithoutID(t *testing.T) {
	t.Parallel()
	ch, _ := serve(t, map[string]string{"GET /orders/list": `{"orders":[{"id":7},{"id":null,"price":"1 грн"},17]}`})
	p, err := ch.PullOrders(t.Context(), "")
	if err != nil || len(p.Orders) != 3 || p.Orders[0].ExternalID != "7" || p.Orders[1].ExternalID != "" {
		t.Errorf("got %+v, error %v", p.Orders, err)
	}
}

func TestPushStock(t *testing.T) {
	t.Parallel()
	ch, seen := serve(t, map[string]string{
		"POST /products/edit": `{"processed_ids":[1,"2",4],"errors":{"4":{"price":["too low"],"name":["empty"]}}}`,
	})
	got, err := ch.PushStock(t.Context(), []connector.StockUpdate{
		{OfferID: "1", Quantity: qty.Pieces(7)}, {OfferID: "2", Quantity: 0}, {OfferID: "3", Quantity: 2500}, {OfferID: "4", Quantity: 500},
		{OfferID: "abc", Quantity: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []connector.ItemResult{
		rejected("abc", "", "not a Prom product id"),
		{OfferID: "1", State: connector.ItemAccepted}, {OfferID: "2", State: connector.ItemAccepted},
		rejected("4", "", "name: empty; price: too low"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (3 was not processed and has none):\n%s", diff)
	}
	body := `POST /products/edit [{"id":1,"presence":"available","in_stock":true,"quantity_in_stock":7},` +
		`{"id":2,"presence":"not_available","quantity_in_stock":0},{"id":3,"presence":"available","in_stock":true,"quantity_in_stock":2},` +
		`{"id":4,"presence":"not_available","quantity_in_stock":0}]`
	if (*seen)[0] != body {
		t.Errorf("request %s\nwant    %s", (*seen)[0], body)
	}
}

func TestPushPrice(t *testing.T) {
	t.Parallel()
	ch, seen := serve(t, map[string]string{"POST /products/edit": `{"processed_ids":[1],"errors":[]}`})
	got, err := ch.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "1", Price: uah(74050), Old: uah(90000)}})
	if err != nil || len(got) != 1 || got[0].State != connector.ItemAccepted {
		t.Errorf("results %+v, error %v", got, err)
	}
	if want := `POST /products/edit [{"id":1,"price":740.50,"oldprice":900.00}]`; (*seen)[0] != want {
		t.Errorf("request %s, want %s", (*seen)[0], want)
	}
}

func TestPushStatus(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change connector.StatusChange
		answer string
		body   string // "" means no request
		kind   connector.Kind
	}{
		{"received", connector.StatusChange{OrderID: "5", To: "received"}, `{"processed_ids":[5]}`, `{"ids":[5],"status":"received"}`, ""},
		{"custom", connector.StatusChange{OrderID: "5", To: "custom-172548"}, `{"processed_ids":["5"]}`, `{"custom_status_id":172548,"ids":[5]}`, ""},
		{"skipped", connector.StatusChange{OrderID: "5", To: "received"}, `{"processed_ids":[]}`, `{"ids":[5],"status":"received"}`, connector.KindPermanent},
		{"refused", connector.StatusChange{OrderID: "5", To: "paid"}, `{"error":"no"}`, `{"ids":[5],"status":"paid"}`, connector.KindPermanent},
		{"out of stock", connector.StatusChange{OrderID: "5", To: "canceled", Reason: connector.ReasonOutOfStock}, `{"processed_ids":[5]}`,
			`{"cancellation_reason":"not_available","ids":[5],"status":"canceled"}`, ""},
		{"reason needs words", connector.StatusChange{OrderID: "5", To: "canceled", Reason: connector.ReasonFraud}, "", "", connector.KindPermanent},
		{"with words", connector.StatusChange{OrderID: "5", To: "canceled", Reason: connector.ReasonPrice, Text: "подорожчав"}, `{"processed_ids":[5]}`,
			`{"cancellation_reason":"price_changed","cancellation_text":"подорожчав","ids":[5],"status":"canceled"}`, ""},
		{"unknown status", connector.StatusChange{OrderID: "5", To: "shipped"}, "", "", connector.KindPermanent},
		{"the bank's status", connector.StatusChange{OrderID: "5", To: "loan_approved"}, "", "", connector.KindPermanent},
	}
	for _, c := range cases {
		ch, seen := serve(t, map[string]string{"POST /orders/set_status": c.answer})
		err := ch.PushStatus(t.Context(), c.change)
		if (c.kind == "") != (err == nil) || err != nil && connector.KindOf(err) != c.kind {
			t.Errorf("%s: error %v, want kind %q", c.name, err, c.kind)
		}
		want := []string{"POST /orders/set_status " + c.body}
		if c.body == "" {
			want = nil
		}
		if diff := cmp.Diff(want, *seen); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestPushTracking(t *testing.T) {
	t.Parallel()
	for answer, kind := range map[string]connector.Kind{
		`{"status":"ok"}`: "", `{"status":"error","message":"bad number"}`: connector.KindPermanent, `{"status":"maybe"}`: connector.KindPermanent,
		`{}`: connector.KindUnknown,
	} {
		ch, _ := serve(t, map[string]string{"POST /delivery/save_declaration_id": answer})
		err := ch.PushTracking(t.Context(), "5", "nova_poshta", "20450012345678")
		if (kind == "") != (err == nil) || err != nil && connector.KindOf(err) != kind {
			t.Errorf("%s: error %v, want kind %q", answer, err, kind)
		}
	}
	ch, seen := serve(t, nil)
	if err := ch.PushTracking(t.Context(), "5", "justin", "1"); connector.KindOf(err) != connector.KindPermanent || len(*seen) > 0 {
		t.Errorf("a dead carrier: error %v, requests %v", err, *seen)
	}
}

func TestReadOffersTakesTheCheapestWay(t *testing.T) {
	t.Parallel()
	var requests []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests = append(requests, r.URL.RequestURI())
		if id, ok := strings.CutPrefix(r.URL.Path, "/products/"); ok && id != "list" {
			if id == "77" {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			_, _ = fmt.Fprintf(w, `{"product":{"id":%s,"presence":"available","quantity_in_stock":3}}`, id)
			return
		}
		last, _ := strconv.Atoi(r.URL.Query().Get("last_id"))
		var rows []string
		for id := last; id > max(last-100, 0); id-- {
			if id != 77 {
				rows = append(rows, fmt.Sprintf(`{"id":%d,"presence":"available","quantity_in_stock":3}`, id))
			}
		}
		_, _ = io.WriteString(w, `{"products":[`+strings.Join(rows, ",")+`]}`)
	}))
	t.Cleanup(srv.Close)
	cases := []struct {
		ids      []string
		found    int
		requests int
	}{
		{[]string{"500"}, 1, 1}, {[]string{"500", "450", "420", "401"}, 4, 1}, {[]string{"900", "500", "450"}, 3, 2}, {[]string{"77"}, 0, 1},
		{[]string{"80", "77"}, 1, 1}, {[]string{"x", ""}, 0, 0}, {nil, 0, 0}, {[]string{"500", "500"}, 1, 1},
	}
	for _, c := range cases {
		requests = nil
		got, err := connector.ReadAll(t.Context(), open(t, srv.URL), c.ids)
		if err != nil || len(got) != c.found || len(requests) != c.requests {
			t.Errorf("%v: %d offers, requests %v, error %v; want %d in %d", c.ids, len(got), requests, err, c.found, c.requests)
		}
	}
}

func TestOffer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		body string
		want connector.Offer
	}{
		{`{"id":1,"external_id":"SKU-1","sku":"A1","name":"Чайник","presence":"available","quantity_in_stock":7,"price":740.5,"currency":"UAH","status":"on_display"}`,
			connector.Offer{ExternalID: "1", SKU: "SKU-1", Title: "Чайник", Price: uah(74050), Quantity: qty.Pieces(7), Orderable: true, Counted: true, Active: true}},
		{`{"id":"2","sku":"A2","presence":"available","quantity_in_stock":null,"price":"10","status":"on_display"}`,
			connector.Offer{ExternalID: "2", SKU: "A2", Price: uah(1000), Orderable: true, Active: true}},
		{`{"id":3,"presence":"not_available","quantity_in_stock":0,"status":"not_on_display","price":null}`,
			connector.Offer{ExternalID: "3", Counted: true}},
		{`{"id":4,"presence":"available","status":"deleted"}`,
			connector.Offer{ExternalID: "4", Refuses: "the product is deleted on Prom (deleted)"}},
	}
	for _, c := range cases {
		ch, _ := serve(t, map[string]string{"GET /products/list": `{"products":[` + c.body + `]}`})
		p, err := ch.ListOffers(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]connector.Offer{c.want}, p.Offers); diff != "" {
			t.Errorf("%s:\n%s", c.body, diff)
		}
	}
}
