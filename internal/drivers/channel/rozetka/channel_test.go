package rozetka

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// openAt makes a channel with the given credentials.
func openAt(t *testing.T, url string, set map[string]string) *channel {
	t.Helper()
	set["base_url"] = url
	ch, err := New().Open(connector.Config{
		Settings: set, HTTP: http.DefaultClient, Now: func() time.Time { return time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

// serve starts a server of canned answers by "METHOD /path" and records the requests.
func serve(t *testing.T, answers map[string]string) (*channel, *[]string) {
	t.Helper()
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
		_, _ = io.WriteString(w, answers[r.Method+" "+r.URL.Path])
	}))
	t.Cleanup(srv.Close)
	return openAt(t, srv.URL, map[string]string{"token": "secret-token"}), &seen
}

func TestCodes(t *testing.T) {
	t.Parallel()
	cases := map[string][2]connector.Kind{ // code → kind of a read, kind of a write
		"0": {connector.KindTransient, connector.KindUnknown}, "1003": {connector.KindTransient, connector.KindUnknown},
		"5503": {connector.KindTransient, connector.KindUnknown}, "1031": {connector.KindTransient, connector.KindTransient},
		"1005": {connector.KindPermanent, connector.KindPermanent}, "1002": {connector.KindPermanent, connector.KindPermanent},
		"1010": {connector.KindDenied, connector.KindDenied}, "5401": {connector.KindAuth, connector.KindAuth}, "1004": {connector.KindAuth, connector.KindAuth},
		"7777": {connector.KindPermanent, connector.KindPermanent},
	}
	for code, kinds := range cases {
		for _, key := range []string{"message", "description"} {
			said := `{"success":false,"errors":{"` + key + `":"щось не так","code":` + code + `,"details":["ttn"]}}`
			ch, _ := serve(t, map[string]string{"GET /orders/counts": said, "PUT /orders/5": said})
			_, read := ch.Check(t.Context())
			write := ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "5", From: "1", To: "26"})
			if connector.KindOf(read) != kinds[0] || connector.KindOf(write) != kinds[1] || !strings.Contains(read.Error(), "щось не так") {
				t.Errorf("code %s: read %v, write %v, want %v", code, read, write, kinds)
			}
			if pause := connector.RetryAfter(read); (code == "5503") != (pause == 10*time.Minute) {
				t.Errorf("code %s: pause %v", code, pause)
			}
		}
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	logins, calls := 0, 0
	valid := ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/sites" {
			body, _ := io.ReadAll(r.Body)
			if !strings.Contains(string(body), `"password":"cGFzcw=="`) {
				_, _ = io.WriteString(w, `{"success":false,"errors":{"message":"bad password","code":1004}}`)
				return
			}
			logins++
			valid = "t" + strconv.Itoa(logins)
			_, _ = io.WriteString(w, `{"success":true,"content":{"access_token":"`+valid+`","market":{"title":"Крамниця"}}}`)
			return
		}
		calls++
		if r.Header.Get("Authorization") != "Bearer "+valid {
			_, _ = io.WriteString(w, `{"success":false,"errors":{"message":"unauthorized","code":5401}}`)
			return
		}
		_, _ = io.WriteString(w, `{"success":true,"content":{}}`)
	}))
	t.Cleanup(srv.Close)
	ch := openAt(t, srv.URL, map[string]string{"username": "u", "password": "pass"})
	for range 3 {
		if a, err := ch.Check(t.Context()); err != nil || a.Name != "Крамниця" {
			t.Fatalf("account %+v, error %v", a, err)
		}
	}
	valid = "somebody else's"
	if err := ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "5", From: "1", To: "26"}); err != nil {
		t.Errorf("after the session ended: %v", err)
	}
	if logins != 2 || calls != 5 {
		t.Errorf("%d logins, %d calls, want 2 and 5", logins, calls)
	}
	bad := openAt(t, srv.URL, map[string]string{"username": "u", "password": "wrong"})
	if _, err := bad.Check(t.Context()); connector.KindOf(err) != connector.KindAuth {
		t.Errorf("wrong password: %v, want kind auth", err)
	}
	static := openAt(t, srv.URL, map[string]string{"token": "stale"})
	if _, err := static.Check(t.Context()); connector.KindOf(err) != connector.KindAuth || logins != 2 {
		t.Errorf("stale static token: %v after %d logins, want kind auth and no login", err, logins)
	}
}

func TestOpenNeedsCredentials(t *testing.T) {
	t.Parallel()
	for _, set := range []map[string]string{{}, {"username": "u"}, {"password": "p"}, {"token": " "}} {
		_, err := New().Open(connector.Config{Settings: set, HTTP: http.DefaultClient, Now: time.Now})
		if connector.KindOf(err) != connector.KindSettings {
			t.Errorf("%v: %v, want kind settings", set, err)
		}
	}
}

// orderServer pages like Rozetka: 20 a page, the last page again beyond the end. meta false leaves pageCount out.
func orderServer(t *testing.T, ids *[]int, meta bool) (*channel, *int) {
	t.Helper()
	requests := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		pages := max((len(*ids)+19)/20, 1)
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		page = min(page, pages)
		var rows []string
		for i := len(*ids) - 1 - 20*(page-1); i >= max(len(*ids)-20*page, 0); i-- {
			rows = append(rows, fmt.Sprintf(`{"id":%d,"changed":"2026-10-02 14:00:00"}`, (*ids)[i]))
		}
		count := ""
		if meta {
			count = fmt.Sprintf(`,"_meta":{"pageCount":%d,"currentPage":%d,"perPage":20}`, pages, page)
		}
		_, _ = io.WriteString(w, `{"success":true,"content":{"orders":[`+strings.Join(rows, ",")+`]`+count+`}}`)
	}))
	t.Cleanup(srv.Close)
	return openAt(t, srv.URL, map[string]string{"token": "t"}), &requests
}

func TestPullPages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		orders, inserted int // inserted after each of the first pages
		meta             bool
		requests         int
	}{
		{0, 0, true, 1}, {0, 0, false, 1}, {20, 0, true, 1}, {21, 0, true, 2}, {100, 0, true, 5}, {100, 0, false, 6}, {60, 25, true, 8}, {60, 3, true, 4},
	} {
		var ids []int
		for i := range c.orders {
			ids = append(ids, 1000+i)
		}
		ch, requests := orderServer(t, &ids, c.meta)
		got, cursor := map[string]bool{}, ""
		for more, page := true, 0; more; page++ {
			p, err := ch.PullOrders(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range p.Orders {
				got[o.ExternalID] = true
			}
			cursor, more = p.Next, p.More
			for range c.inserted {
				if page < 4 {
					ids = append(ids, ids[len(ids)-1]+1)
				}
			}
		}
		for i := range c.orders {
			if !got[strconv.Itoa(1000+i)] {
				t.Errorf("%+v: order %d is lost", c, 1000+i)
			}
		}
		if *requests > c.requests {
			t.Errorf("%+v: %d requests", c, *requests)
		}
		if want := `{"since":"2026-10-02T11:00:00Z"}`; c.orders > 0 && cursor != want {
			t.Errorf("%+v: cursor %s, want %s", c, cursor, want)
		}
	}
}

func TestPullAsksForEverything(t *testing.T) {
	t.Parallel()
	var query string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		if r.Header.Get("Accept-Validate-Exception") != "1" || r.Header.Get("Content-Language") != "uk" {
			t.Errorf("headers %v", r.Header)
		}
		_, _ = io.WriteString(w, `{"success":true,"content":{"orders":[]}}`)
	}))
	t.Cleanup(srv.Close)
	if _, err := openAt(t, srv.URL, map[string]string{"token": "t"}).PullOrders(t.Context(), `{"since":"2026-10-02T11:00:00Z"}`); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"types=1", "sort=-id", "page=1", "changed_from=2026-10-02+13%3A50%3A00", "payment_type_name"} {
		if !strings.Contains(query, part) {
			t.Errorf("query %s lacks %s", query, part)
		}
	}
}

func TestPushStock(t *testing.T) {
	t.Parallel()
	updates := []connector.StockUpdate{{OfferID: "1", Quantity: qty.Pieces(7)}, {OfferID: "2", Quantity: 2500}, {OfferID: "x", Quantity: 1}}
	bad := rejected("x", "", "not a Rozetka item id")
	cases := []struct {
		answer string
		want   []connector.ItemResult
		kind   connector.Kind
	}{
		{`{"success":true,"content":null}`, []connector.ItemResult{bad, {OfferID: "1", State: connector.ItemAccepted}, {OfferID: "2", State: connector.ItemAccepted}}, ""},
		{`{"success":false,"errors":{"2":{"reason":[{"id":1,"value":["Товар заблоковано","зверніться"]}]}}}`,
			[]connector.ItemResult{bad, {OfferID: "1", State: connector.ItemAccepted}, rejected("2", "1", "Товар заблоковано; зверніться")}, ""},
		{`{"success":false,"errors":{"message":"зачекайте","code":1031}}`, nil, connector.KindTransient},
		{`{"success":false,"errors":[]}`, nil, connector.KindUnknown},
		{`{"content":null}`, nil, connector.KindUnknown},
	}
	for _, c := range cases {
		ch, seen := serve(t, map[string]string{"PUT /items/mass-update": c.answer})
		got, err := ch.PushStock(t.Context(), updates)
		if (c.kind == "") != (err == nil) || err != nil && connector.KindOf(err) != c.kind {
			t.Errorf("%s: error %v, want kind %q", c.answer, err, c.kind)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.answer, diff)
		}
		want := `PUT /items/mass-update {"isIgnoreCheck":0,"items":[{"item_rz_id":1,"stock_quantity":7},{"item_rz_id":2,"stock_quantity":2}]}`
		if (*seen)[0] != want {
			t.Errorf("request %s, want %s", (*seen)[0], want)
		}
	}
}

func TestPushPriceGuard(t *testing.T) {
	t.Parallel()
	ch, seen := serve(t, map[string]string{
		"PUT /items/mass-update": `{"success":true,"content":null}`,
		"GET /goods/quarantine":  `{"success":true,"content":{"items":[{"rz_item_id":2}],"_meta":{"pageCount":1}}}`,
	})
	got, err := ch.PushPrice(t.Context(), []connector.PriceUpdate{
		{OfferID: "1", Price: uah(79900), Old: uah(99000)}, {OfferID: "2", Price: uah(500000)}, {OfferID: "3", Price: uah(79950)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []connector.ItemResult{
		rejected("3", "", "Rozetka takes prices in whole hryvnias only"), {OfferID: "1", State: connector.ItemAccepted},
		{OfferID: "2", State: connector.ItemParked, Err: connector.Errorf(connector.KindItem, "%s", parkedWords)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	body := `PUT /items/mass-update {"isIgnoreCheck":0,"items":[{"item_rz_id":1,"price":799,"price_old":990},{"item_rz_id":2,"price":5000,"price_old":-1}]}`
	if (*seen)[0] != body {
		t.Errorf("request %s, want %s", (*seen)[0], body)
	}
}

func TestPushStatus(t *testing.T) {
	t.Parallel()
	ok := `{"success":true,"content":{"id":5,"status":%s}}`
	cases := []struct {
		name   string
		change connector.StatusChange
		body   string // "" means no request
		now    string // status in the answer
		kind   connector.Kind
	}{
		{"confirm", connector.StatusChange{OrderID: "5", From: "1", To: "26"}, `{"status":26}`, "26", ""},
		{"hand over", connector.StatusChange{OrderID: "5", From: "2", To: "61", Tracking: "2045"}, `{"status":61,"ttn":"2045"}`, "80", ""},
		{"hand over without a waybill", connector.StatusChange{OrderID: "5", From: "2", To: "61"}, "", "", connector.KindPermanent},
		{"picking keeps the waybill for later", connector.StatusChange{OrderID: "5", From: "26", To: "2", Tracking: "2045"}, `{"status":2}`, "2", ""},
		{"carrier's status", connector.StatusChange{OrderID: "5", From: "61", To: "6"}, "", "", connector.KindPermanent},
		{"accepted, not applied", connector.StatusChange{OrderID: "5", From: "1", To: "26"}, `{"status":26}`, "1", connector.KindPermanent},
		{"reason is the status", connector.StatusChange{OrderID: "5", From: "1", To: "40", Reason: connector.ReasonOutOfStock}, `{"status":42}`, "42", ""},
		{"words go along", connector.StatusChange{OrderID: "5", From: "1", To: "42", Text: "розбився"}, `{"seller_comment":"розбився","status":42}`, "42", ""},
		{"duplicate", connector.StatusChange{OrderID: "5", From: "1", To: "49", TwinID: "4"}, `{"duplicate_order_id":4,"status":49}`, "49", ""},
		{"duplicate of nothing", connector.StatusChange{OrderID: "5", From: "1", To: "49"}, "", "", connector.KindPermanent},
		{"no order", connector.StatusChange{OrderID: "five", To: "26"}, "", "", connector.KindPermanent},
	}
	for _, c := range cases {
		ch, seen := serve(t, map[string]string{"PUT /orders/5": fmt.Sprintf(ok, c.now)})
		err := ch.PushStatus(t.Context(), c.change)
		if (c.kind == "") != (err == nil) || err != nil && connector.KindOf(err) != c.kind {
			t.Errorf("%s: error %v, want kind %q", c.name, err, c.kind)
		}
		want := []string{"PUT /orders/5 " + c.body}
		if c.body == "" {
			want = nil
		}
		if diff := cmp.Diff(want, *seen); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	goods := `[{"rz_item_id":1,"price_offer_id":"SKU-1","article":"A1","name_ua":"Чайник","price":799,"available":1,"rz_status":1,"rz_sell_status":4,"stock_quantity":7,"sync_source":{"availability":4}},` +
		`{"rz_item_id":2,"article":"A2","price":"10","available":1,"rz_status":1,"rz_sell_status":4,"stock_quantity":"3","sync_source":{"availability":3}},` +
		`{"rz_item_id":null,"item_id":9},{"rz_item_id":3,"available":0,"rz_status":5,"stock_quantity":0}]`
	ch, _ := serve(t, map[string]string{
		"GET /goods/all":        `{"success":true,"content":{"items":` + goods + `,"_meta":{"pageCount":1,"totalCount":4}}}`,
		"GET /goods/quarantine": `{"success":true,"content":{"items":[{"rz_item_id":1}],"_meta":{"pageCount":1}}}`,
	})
	p, err := ch.ListOffers(t.Context(), "")
	if err != nil || p.More || p.Total != 4 {
		t.Fatalf("more %v, total %d, error %v", p.More, p.Total, err)
	}
	want := []connector.Offer{
		{ExternalID: "1", SKU: "SKU-1", Title: "Чайник", Price: uah(79900), Quantity: qty.Pieces(7), Orderable: true, Counted: true, Active: true, Pending: parkedWords},
		{ExternalID: "2", SKU: "A2", Price: uah(1000), Quantity: qty.Pieces(3), Orderable: true, Counted: true, Active: true,
			Refuses: "stock comes from the price list, which overwrites what is sent here"},
		{ExternalID: "3", Counted: true},
	}
	if diff := cmp.Diff(want, p.Offers); diff != "" {
		t.Error(diff)
	}
}

func TestReadOffersTakesTheCheapestWay(t *testing.T) {
	t.Parallel()
	requests, pages := 0, 1
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		var rows []string
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		for id := 100*page - 99; id <= 100*page && page <= pages; id++ {
			if only := r.URL.Query().Get("rz_item_id"); only == "" || only == strconv.Itoa(id) {
				rows = append(rows, fmt.Sprintf(`{"rz_item_id":%d,"stock_quantity":1}`, id))
			}
		}
		if only, _ := strconv.Atoi(r.URL.Query().Get("rz_item_id")); only > 100 && only <= 100*pages {
			rows = append(rows, fmt.Sprintf(`{"rz_item_id":%d,"stock_quantity":1}`, only))
		}
		_, _ = fmt.Fprintf(w, `{"success":true,"content":{"items":[%s],"_meta":{"pageCount":%d}}}`, strings.Join(rows, ","), pages)
	}))
	t.Cleanup(srv.Close)
	ch := openAt(t, srv.URL, map[string]string{"token": "t"})
	for _, c := range []struct {
		pages, requests, found int
		ids                    []string
	}{
		{1, 1, 1, []string{"5"}}, {1, 3, 3, []string{"5", "6", "7"}}, {1, 1, 5, []string{"5", "6", "7", "8", "9"}},
		{50, 5, 4, []string{"150", "250", "350", "450"}}, {3, 3, 4, []string{"1", "150", "250", "251"}}, {1, 1, 0, []string{"9999"}}, {1, 0, 0, nil},
	} {
		requests, pages = 0, c.pages
		got, err := connector.ReadAll(t.Context(), ch, c.ids)
		if err != nil || len(got) != c.found || requests > c.requests {
			t.Errorf("%d pages, %v: %d offers in %d requests, error %v; want %d in %d", c.pages, c.ids, len(got), requests, err, c.found, c.requests)
		}
	}
}
