package horoshop

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// shop is a hand-made server: answers by function name, tokens t1, t2, … of which the newest works.
type shop struct {
	answers map[string]string
	respond map[string]func(body map[string]any) string
	seen    []string // "function body" without the token
	logins  int
	valid   string
	clock   *clock.Fake
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	function := strings.Trim(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	if function == "auth" {
		if body["password"] != "pass" {
			_, _ = io.WriteString(w, `{"status":"ERROR","response":{"message":"Wrong login or password"}}`)
			return
		}
		s.logins++
		s.valid = fmt.Sprintf("t%d", s.logins)
		_, _ = io.WriteString(w, `{"status":"OK","response":{"token":"`+s.valid+`"}}`)
		return
	}
	if body["token"] != s.valid {
		_, _ = io.WriteString(w, `{"status":"UNAUTHORIZED","response":{"message":"Token is dead"}}`)
		return
	}
	delete(body, "token")
	b, _ := json.Marshal(body)
	s.seen = append(s.seen, function+" "+string(b))
	if f := s.respond[function]; f != nil {
		_, _ = io.WriteString(w, f(body))
		return
	}
	answer, ok := s.answers[function]
	if !ok {
		answer = `{"status":"UNDEFINED_FUNCTION","response":{}}`
	}
	if code := 0; strings.HasPrefix(answer, "HTTP ") {
		_, _ = fmt.Sscanf(answer, "HTTP %d", &code)
		w.WriteHeader(code)
		_, answer, _ = strings.Cut(answer, ": ")
	}
	_, _ = io.WriteString(w, answer)
}

// newShop starts a server and a channel for it.
func newShop(t *testing.T, answers map[string]string) (*shop, *channel) {
	t.Helper()
	s := &shop{answers: answers, respond: map[string]func(map[string]any) string{}, clock: clock.NewFake(time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC))}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, s.open(t, srv.URL, "pass")
}

func (s *shop) open(t *testing.T, url, password string) *channel {
	t.Helper()
	ch, err := New().Open(connector.Config{
		Settings: map[string]string{"base_url": url + "/api/", "login": "hub", "password": password}, HTTP: http.DefaultClient, Now: s.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

func TestToken(t *testing.T) {
	t.Parallel()
	s, ch := newShop(t, map[string]string{"orders/get": `{"status":"EMPTY","response":{}}`})
	check := func(logins int) {
		t.Helper()
		if _, err := ch.Check(t.Context()); err != nil || s.logins != logins {
			t.Errorf("error %v, %d logins, want %d", err, s.logins, logins)
		}
	}
	check(1)
	check(1)
	s.valid = "another"
	check(2)
	s.clock.Advance(tokenLife - time.Second)
	check(2)
	s.clock.Advance(time.Second)
	check(3)
	if _, err := s.open(t, ch.base, "wrong").Check(t.Context()); connector.KindOf(err) != connector.KindAuth {
		t.Errorf("wrong password: %v, want kind auth", err)
	}
}

func TestTokenRefusedForEver(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		`{"status":"AUTHORIZATION_ERROR","response":{"message":"no"}}`, `{"status":"ERROR","response":{"message":"Token is not valid"}}`, "HTTP 401: no",
	} {
		s, ch := newShop(t, map[string]string{"orders/get": `{"status":"EMPTY"}`})
		if _, err := ch.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.answers["orders/get"] = answer
		if _, err := ch.Check(t.Context()); connector.KindOf(err) != connector.KindAuth || s.logins != 2 {
			t.Errorf("%s: %v after %d logins, want kind auth after 2", answer, err, s.logins)
		}
	}
}

func TestSwitchedOff(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	s := &shop{clock: clock.NewFake(time.Now())}
	if _, err := s.open(t, srv.URL, "pass").Check(t.Context()); connector.KindOf(err) != connector.KindAuth || !strings.Contains(err.Error(), "switched off") {
		t.Errorf("got %v", err)
	}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	cases := map[string]connector.Kind{
		`{"status":"OK","response":{"orders":[]}}`: "", `{"status":"EMPTY","response":{}}`: "", `{"status":"EMPTY"}`: "", `{"status":"OK","response":[]}`: "",
		`{"status":"UNDEFINED_FUNCTION","response":{}}`: connector.KindPermanent, `{"status":"ERROR","response":{"message":"bad"}}`: connector.KindPermanent,
		`{"status":"HTTP_ERROR","response":{"code":400,"message":"not JSON"}}`: connector.KindPermanent,
		`{"status":"EXCEPTION","response":{"message":"boom"}}`:                 connector.KindTransient, `{"status":"RESTING"}`: connector.KindTransient,
		`{"status":"OK"}`: connector.KindTransient, `{"status":"OK","response":{}}`: connector.KindTransient, `<html>down</html>`: connector.KindTransient,
		`{"status":"OK","response":{"orders":null}}`: connector.KindTransient,
	}
	for answer, kind := range cases {
		_, ch := newShop(t, map[string]string{"orders/get": answer})
		_, err := ch.ReadOrders(t.Context(), []string{"1"})
		if (kind == "") != (err == nil) || err != nil && connector.KindOf(err) != kind {
			t.Errorf("%s: error %v, want kind %q", answer, err, kind)
		}
	}
}

// orderBook answers orders/get from a list, as the API does.
type orderBook struct {
	created []string // by id-1
	status  []int
}

func (b *orderBook) get(body map[string]any) string {
	var rows []string
	add := func(i int) {
		rows = append(rows, fmt.Sprintf(`{"order_id":%d,"stat_created":%q,"stat_status":%d}`, i+1, b.created[i], b.status[i]))
	}
	if ids, ok := body["ids"].([]any); ok {
		for _, id := range ids {
			add(int(id.(float64)) - 1)
		}
	} else {
		for i := range b.created {
			if from, _ := body["from"].(string); b.created[i] >= from {
				add(i)
			}
		}
		offset, limit := int(body["offset"].(float64)), int(body["limit"].(float64))
		rows = rows[min(offset, len(rows)):min(offset+limit, len(rows))]
	}
	if len(rows) == 0 {
		return `{"status":"EMPTY","response":{}}`
	}
	return `{"status":"OK","response":{"orders":[` + strings.Join(rows, ",") + `]}}`
}

func sweep(t *testing.T, ch *channel, cursor string) (ids []string, next string) {
	t.Helper()
	for more := true; more; {
		p, err := ch.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			ids = append(ids, o.ExternalID)
		}
		cursor, more = p.Next, p.More
	}
	slices.Sort(ids)
	return ids, cursor
}

func TestPullFollowsOpenOrders(t *testing.T) {
	t.Parallel()
	s, ch := newShop(t, map[string]string{"orders/get_available_statuses": `{"status":"OK","response":[{"id":9,"title":{"ua":"Видано"},"is_successful":true}]}`})
	book := &orderBook{
		created: []string{"2026-09-30 10:00:00", "2026-10-01 10:00:00", "2026-10-01 11:00:00", "2026-10-02 10:00:00"}, status: []int{1, 9, 2, 6},
	}
	s.respond["orders/get"] = book.get
	ids, cursor := sweep(t, ch, "")
	if diff := cmp.Diff([]string{"1", "2", "3", "4"}, ids); diff != "" {
		t.Errorf("first sweep:\n%s", diff)
	}
	if want := `{"from":"2026-10-02T07:00:00Z","old":[1,3,4]}`; cursor != want {
		t.Errorf("cursor %s, want %s (2 is over by the shop's own status)", cursor, want)
	}
	book.status[0] = 4
	ids, cursor = sweep(t, ch, cursor)
	if diff := cmp.Diff([]string{"1", "3", "4"}, ids); diff != "" {
		t.Errorf("second sweep:\n%s", diff)
	}
	if want := `{"from":"2026-10-02T07:00:00Z","old":[3,4]}`; cursor != want {
		t.Errorf("cursor %s, want %s", cursor, want)
	}
	book.created, book.status = append(book.created, "2026-10-02 14:00:00"), append(book.status, 1)
	if ids, _ = sweep(t, ch, cursor); !slices.Contains(ids, "5") {
		t.Errorf("third sweep %v lacks the new order", ids)
	}
}

func TestPullManyPages(t *testing.T) {
	t.Parallel()
	s, ch := newShop(t, map[string]string{"orders/get_available_statuses": `{"status":"OK","response":{"statuses":[]}}`})
	book := &orderBook{}
	for i := range 350 {
		book.created, book.status = append(book.created, fmt.Sprintf("2026-10-02 10:%02d:00", i/10)), append(book.status, 1)
	}
	s.respond["orders/get"] = book.get
	ids, cursor := sweep(t, ch, "")
	if len(ids) != 350 {
		t.Fatalf("%d orders, want 350", len(ids))
	}
	ids, _ = sweep(t, ch, cursor)
	if slices.Sort(ids); len(slices.Compact(ids)) != 350 {
		t.Errorf("second sweep met %d of 350 open orders", len(ids))
	}
	for _, request := range s.seen {
		if strings.HasPrefix(request, "orders/get ") && !strings.Contains(request, `"limit":100`) {
			t.Errorf("%s: an offset without a limit is ignored", request)
		}
	}
}

func TestPullSurvivesRowsThatRepeat(t *testing.T) {
	t.Parallel()
	s, ch := newShop(t, map[string]string{"orders/get_available_statuses": `{"status":"OK","response":[]}`})
	book := &orderBook{}
	for i := range 250 {
		book.created, book.status = append(book.created, fmt.Sprintf("2026-10-02 10:%02d:00", i/10)), append(book.status, 3)
	}
	s.respond["orders/get"] = func(body map[string]any) string {
		answer := book.get(body)
		if body["offset"].(float64) > 0 {
			return answer
		}
		return strings.Replace(answer, `{"order_id":100,`, `{"order_id":1,`, 1) // in the place of another
	}
	ids, _ := sweep(t, ch, "")
	if ids = slices.Compact(ids); len(ids) != 250 {
		t.Errorf("%d orders of 250", len(ids))
	}
}

func TestPullOldVersionGetsDates(t *testing.T) {
	t.Parallel()
	s, ch := newShop(t, map[string]string{"orders/get": `{"status":"EMPTY"}`})
	sweep(t, ch, `{"from":"2026-10-02T07:00:00Z"}`)
	if last := s.seen[len(s.seen)-1]; !strings.Contains(last, `"from":"2026-10-02"`) {
		t.Errorf("request %s, want a date without a time", last)
	}
}

const counting = `{"status":"OK","response":{"products":[{"article":"A","price":740,"currency":"UAH","presence":{"id":1,"value":{"ua":"В наявності"}},"residues":[{"warehouse":"office","quantity":5},{"warehouse":"depot","quantity":"2"}],"display_in_showcase":1,"gtin":"482","title":{"ua":"Чайник"}},{"article":"B","price":10,"residues":[],"presence":{"value":{"ua":"Немає в наявності"}}}]}}`

const presenceOnly = `{"status":"OK","response":{"products":[{"article":"A","price":740,"presence":{"value":{"ua":"В наявності"}},"quantity":0,"residues":[]},{"article":"B","presence":{"value":{"ua":"Немає в наявності"}}}]}}`

func TestOffers(t *testing.T) {
	t.Parallel()
	_, ch := newShop(t, map[string]string{"catalog/export": counting})
	got, err := ch.ReadOffers(t.Context(), []string{"A", "unknown"})
	if err != nil {
		t.Fatal(err)
	}
	want := []connector.Offer{{
		ExternalID: "A", SKU: "A", Barcode: "482", Title: "Чайник", Price: uah(74000), Quantity: qty.Pieces(7), Orderable: true, Counted: true, Active: true,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counting shop:\n%s", diff)
	}
	_, ch = newShop(t, map[string]string{"catalog/export": presenceOnly})
	p, err := ch.ListOffers(t.Context(), "")
	if err != nil || len(p.Offers) != 2 || p.Offers[0].Counted || !p.Offers[0].Orderable || p.Offers[1].Orderable {
		t.Errorf("presence only: %+v, error %v", p.Offers, err)
	}
}

func TestPushStock(t *testing.T) {
	t.Parallel()
	items := []connector.StockUpdate{{OfferID: "A", Quantity: 7500}, {OfferID: "B", Quantity: 0}}
	ok := func(id string) connector.ItemResult {
		return connector.ItemResult{OfferID: id, State: connector.ItemAccepted}
	}
	cases := []struct {
		name, export, answer, body string
		want                       []connector.ItemResult
	}{
		{"counting", counting, `{"status":"OK","response":{"log":[{"article":"A","info":[{"code":0,"message":"ok"}]},{"article":"B","info":[{"code":0}]}]}}`,
			`{"products":[{"article":"A","residues":[{"quantity":7.5,"warehouse":"office"}]},{"article":"B","residues":[{"quantity":0,"warehouse":"office"}]}]}`,
			[]connector.ItemResult{ok("A"), ok("B")}},
		{"presence only", presenceOnly, `{"status":"WARNING","response":{"messages":[{"info":[{"code":0}]},{"info":[{"code":3,"message":"Немає такого товару"}]}]}}`,
			`{"products":[{"article":"A","presence":"В наявності"},{"article":"B","presence":"Немає в наявності"}]}`,
			[]connector.ItemResult{ok("A"), rejected("B", "3", "Немає такого товару")}},
		{"log without one item", counting, `{"status":"WARNING","response":{"log":[{"article":"B","status":"OK","message":"UPDATED"},{"article":"Z","status":"OK"}]}}`,
			`{"products":[{"article":"A","residues":[{"quantity":7.5,"warehouse":"office"}]},{"article":"B","residues":[{"quantity":0,"warehouse":"office"}]}]}`,
			[]connector.ItemResult{ok("B")}},
	}
	for _, c := range cases {
		s, ch := newShop(t, map[string]string{"catalog/export": c.export, "catalog/import": c.answer})
		got, err := ch.PushStock(t.Context(), items)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
		if want := "catalog/import " + c.body; s.seen[1] != want {
			t.Errorf("%s: request %s\nwant %s", c.name, s.seen[1], want)
		}
		if _, err := ch.PushStock(t.Context(), items[:1]); err != nil || len(s.seen) != 3 {
			t.Errorf("%s: the second push made requests %v, error %v: the offers are to be read once", c.name, s.seen[2:], err)
		}
	}
}

func TestPushIsCutToSize(t *testing.T) {
	t.Parallel()
	s, ch := newShop(t, nil)
	sizes := []int{}
	s.respond["catalog/import"] = func(body map[string]any) string {
		b, _ := json.Marshal(body)
		sizes = append(sizes, len(b))
		var log []string
		for _, p := range body["products"].([]any) {
			log = append(log, fmt.Sprintf(`{"article":%q,"info":[{"code":0}]}`, p.(map[string]any)["article"]))
		}
		return `{"status":"OK","response":{"log":[` + strings.Join(log, ",") + `]}}`
	}
	var items []connector.PriceUpdate
	for i := range 100 {
		items = append(items, connector.PriceUpdate{OfferID: fmt.Sprintf("%03d-%s", i, strings.Repeat("x", 2500)), Price: uah(100)})
	}
	got, err := ch.PushPrice(t.Context(), items)
	if err != nil || len(got) != 100 {
		t.Errorf("%d results, error %v", len(got), err)
	}
	if len(sizes) != 3 || slices.Max(sizes) > 120<<10 {
		t.Errorf("requests of %v bytes", sizes)
	}
}

func TestPushStatus(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, answer string
		kind         connector.Kind
	}{
		{"log", `{"status":"OK","response":{"log":[{"order_id":1042,"status":"OK","message":"UPDATED"}]}}`, ""},
		{"messages without a number", `{"status":"OK","response":{"messages":[{"status":"OK","message":"UPDATED"}]}}`, ""},
		{"refused", `{"status":"WARNING","response":{"log":[{"order_id":1042,"status":"ERROR","message":"Order is locked"}]}}`, connector.KindPermanent},
		{"nothing said", `{"status":"OK","response":{}}`, connector.KindUnknown},
		{"exception", `{"status":"EXCEPTION","response":{"message":"boom"}}`, connector.KindUnknown},
		{"error", `{"status":"ERROR","response":{"message":"no such order"}}`, connector.KindPermanent},
	}
	for _, c := range cases {
		s, ch := newShop(t, map[string]string{"orders/update": c.answer})
		err := ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "1042", From: "1", To: "6"})
		if (c.kind == "") != (err == nil) || err != nil && connector.KindOf(err) != c.kind {
			t.Errorf("%s: error %v, want kind %q", c.name, err, c.kind)
		}
		if want := `orders/update {"orders":[{"order_id":1042,"status":6}]}`; s.seen[0] != want {
			t.Errorf("%s: request %s, want %s", c.name, s.seen[0], want)
		}
	}
}

func TestPushTrackingIsVerified(t *testing.T) {
	t.Parallel()
	for shown, kind := range map[string]connector.Kind{`"2045"`: "", "null": connector.KindPermanent} {
		_, ch := newShop(t, map[string]string{
			"orders/update": `{"status":"OK","response":{"log":[{"status":"OK","message":"UPDATED"}]}}`,
			"orders/get":    `{"status":"OK","response":{"orders":[{"order_id":1042,"delivery_data":{"tnNumber":` + shown + `}}]}}`,
		})
		err := ch.PushTracking(t.Context(), "1042", "nova_poshta", "2045")
		if (kind == "") != (err == nil) || err != nil && connector.KindOf(err) != kind {
			t.Errorf("shown %s: error %v, want kind %q", shown, err, kind)
		}
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	target := "https://hub.example/h/secret"
	cases := []struct {
		name, subscribe string
		kind            connector.Kind
	}{
		{"created", `HTTP 201: {"id":7}`, ""},
		{"limit", `{"status":"ERROR","response":{"message":"Subscriptions limit for current event has been reached"}}`, connector.KindPermanent},
		{"not created", `{}`, connector.KindPermanent},
	}
	for _, c := range cases {
		s, ch := newShop(t, map[string]string{"hooks/subscribe": c.subscribe, "hooks/unSubscribe": `HTTP 410: `})
		for range 2 {
			err := ch.Subscribe(t.Context(), target)
			if (c.kind == "") != (err == nil) || err != nil && connector.KindOf(err) != c.kind {
				t.Errorf("%s: error %v, want kind %q", c.name, err, c.kind)
			}
		}
		if c.kind != "" {
			continue
		}
		if len(s.seen) != 1+len(events) {
			t.Errorf("%s: requests %v: the second time nothing is to be done", c.name, s.seen)
		}
		if err := ch.Unsubscribe(t.Context(), target); err != nil {
			t.Errorf("%s: unsubscribe: %v", c.name, err)
		}
		if last := s.seen[len(s.seen)-1]; last != `hooks/unSubscribe {"id":7,"target_url":"https://hub.example/h/secret"}` {
			t.Errorf("%s: request %s", c.name, last)
		}
	}
}

func TestParseWebhook(t *testing.T) {
	t.Parallel()
	cases := map[string]connector.Hook{
		`{"event":"order_created","order_id":1042}`:              {OrderIDs: []string{"1042"}},
		`{"order":{"order_id":"1042"},"data":{"order_id":1042}}`: {OrderIDs: []string{"1042"}},
		`{"orders":[{"order_id":1},{"id":2},17]}`:                {OrderIDs: []string{"1", "2"}},
		`{"user":"x"}`: {Sweep: true}, `broken`: {Sweep: true}, `[]`: {Sweep: true}, `{"order_id":-1}`: {Sweep: true},
	}
	for body, want := range cases {
		got, err := new(channel).ParseWebhook(http.Header{}, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", body, diff)
		}
	}
}
