package woocommerce

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	shop "github.com/lad-hub/lad/internal/sim/woocommerce"
)

func TestPushStock(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	s.Change("57", func(p *shop.Product) { p.Count, p.Quantity = "true", 9 })
	s.Change("57-58", func(p *shop.Product) { p.Count = "parent" })
	s.Change("56", func(p *shop.Product) { p.Count = "false" })
	s.seen = nil
	got, err := s.channel.PushStock(t.Context(), []connector.StockUpdate{
		{OfferID: "55", Quantity: 2500}, {OfferID: "57-58", Quantity: qty.Pieces(4)}, {OfferID: "99", Quantity: 1000}, {OfferID: "57-59", Quantity: 0},
		{OfferID: "56", Quantity: -1000}, {OfferID: "98-1", Quantity: 0}, {OfferID: "abc"}, {OfferID: "58", Quantity: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	state := map[string]string{}
	for _, r := range got {
		state[r.OfferID] = string(r.State)
		if r.Err != nil {
			state[r.OfferID] += " " + r.Err.Code
		}
	}
	want := map[string]string{
		"55": "accepted", "57-58": "accepted", "57-59": "accepted", "56": "accepted", "abc": "rejected ", "99": "rejected woocommerce_rest_product_invalid_id",
		"98-1": "rejected woocommerce_rest_product_invalid_id", "58": "rejected woocommerce_rest_product_invalid_id",
	}
	if diff := cmp.Diff(want, state); diff != "" {
		t.Errorf("results (58 is a variation, which has no batch without its product):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"POST /wp-json/wc/v3/products/batch", "POST /wp-json/wc/v3/products/57/variations/batch", "POST /wp-json/wc/v3/products/98/variations/batch",
	}, s.seen); diff != "" {
		t.Errorf("one call per product around variations:\n%s", diff)
	}
	for id, n := range map[string]int64{"55": 2, "57-58": 4, "57-59": 0, "56": 0} {
		if o, _ := s.Offer(id); o.Quantity != n || o.Orderable != (n > 0) || !o.Tracked {
			t.Errorf("offer %s: %+v, want %d", id, o, n)
		}
	}
}

// Variations of many products are told a few products at a time, so that Lad can do what is more urgent between them.
func TestPushLeavesWhatTakesLong(t *testing.T) {
	t.Parallel()
	requests := 0
	ch := canned(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		answer(200, `{"update":[{"id":1,"manage_stock":true,"stock_quantity":5}]}`)(w, nil)
	})
	items := []connector.StockUpdate{{OfferID: "x"}}
	for product := range 5 {
		items = append(items, connector.StockUpdate{OfferID: fmt.Sprintf("%d-1", 10+product), Quantity: qty.Pieces(5)})
	}
	got, err := ch.PushStock(t.Context(), items)
	var left *connector.OffersLeft
	if !errors.As(err, &left) || !slices.Equal(left.IDs, []string{"13-1", "14-1"}) || len(got) != 4 || requests != 3 {
		t.Errorf("%d results in %d requests, error %v", len(got), requests, err)
	}
}

func TestShopThatDoesNotCount(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{NoStockManagement: true})
	for _, n := range []int64{0, 3} {
		got, err := s.channel.PushStock(t.Context(), []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(n)}})
		if err != nil || len(got) != 1 || got[0].State != connector.ItemAccepted {
			t.Errorf("push of %d: %+v, error %v", n, got, err)
		}
		offers, err := s.ReadOffers(t.Context(), []string{"55"})
		if err != nil || len(offers) != 1 || offers[0].Counted || offers[0].Orderable != (n > 0) {
			t.Errorf("after %d: %+v, error %v", n, offers, err)
		}
	}
}

func TestBatchRefusedOrLost(t *testing.T) {
	t.Parallel()
	var sizes []int
	lost := false
	ch := canned(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n := strings.Count(string(body), `"id":`)
		sizes = append(sizes, n)
		switch {
		case lost:
			answer(504, "<html>time-out</html>")(w, r)
		case strings.Contains(string(body), `"id":13,`):
			answer(400, `{"code":"rest_invalid_param","message":"Invalid parameter(s): update"}`)(w, r)
		default:
			var rows []string
			for id := range 100 {
				if strings.Contains(string(body), fmt.Sprintf(`"id":%d,`, id)) {
					rows = append(rows, fmt.Sprintf(`{"id":%d,"manage_stock":true,"stock_quantity":5}`, id))
				}
			}
			answer(200, `{"update":[`+strings.Join(rows, ",")+`]}`)(w, r)
		}
	})
	var items []connector.StockUpdate
	for id := 1; id <= 40; id++ {
		items = append(items, connector.StockUpdate{OfferID: fmt.Sprint(id), Quantity: qty.Pieces(5)})
	}
	got, err := ch.PushStock(t.Context(), items)
	bad := slices.DeleteFunc(slices.Clone(got), func(r connector.ItemResult) bool { return r.State == connector.ItemAccepted })
	if err != nil || len(got) != 40 || len(bad) != 1 || bad[0].OfferID != "13" || bad[0].Err.Code != "rest_invalid_param" {
		t.Errorf("%d results, bad ones %+v, error %v", len(got), bad, err)
	}
	lost = true
	_, err = ch.PushStock(t.Context(), items)
	wantKind(t, "a lost answer", err, connector.KindUnknown)
	lost, sizes = false, nil
	if _, err := ch.PushStock(t.Context(), items[13:]); err != nil || !slices.Equal(sizes, []int{25, 2}) {
		t.Errorf("after it batches of %v, error %v, want 25 and 2", sizes, err)
	}
}

func TestBatchAnswers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		answer string
		want   string // "" = no result
	}{
		{`{"id":55,"manage_stock":true,"stock_quantity":3}`, "accepted"}, {`{"id":"55","stock_quantity":"3"}`, "accepted"},
		{`{"id":55,"manage_stock":true,"stock_quantity":7}`, "rejected the shop shows 7 pieces instead of 3"},
		{`{"id":55,"manage_stock":false,"stock_quantity":null,"stock_status":"instock"}`, "accepted"},
		{`{"id":55,"manage_stock":false,"stock_quantity":null,"stock_status":"outofstock"}`, "rejected the shop does not count this product's pieces and shows outofstock"},
		{`{"id":55,"error":{"code":"x","message":"Ні"}}`, "rejected Ні"}, {`{"id":56,"stock_quantity":3}`, ""}, {`17`, ""}, {``, ""},
	}
	for _, c := range cases {
		got, err := canned(t, answer(200, `{"update":[`+c.answer+`]}`)).PushStock(t.Context(), []connector.StockUpdate{{OfferID: "55", Quantity: qty.Pieces(3)}})
		said := ""
		for _, r := range got {
			said = string(r.State)
			if r.Err != nil {
				said += " " + r.Err.Message
			}
		}
		if err != nil || said != c.want {
			t.Errorf("%s: %q, error %v, want %q", c.answer, said, err, c.want)
		}
	}
}

func TestPushPrice(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{})
	push := func(u connector.PriceUpdate) connector.ItemResult {
		t.Helper()
		got, err := s.channel.PushPrice(t.Context(), []connector.PriceUpdate{u})
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v: %+v, error %v", u, got, err)
		}
		return got[0]
	}
	for _, u := range []connector.PriceUpdate{
		{OfferID: "55", Price: uah(70050), Old: uah(90000)}, {OfferID: "55", Price: uah(80000)}, {OfferID: "57-58", Price: uah(100)}, {OfferID: "55", Price: uah(90000), Old: uah(100)},
	} {
		if r := push(u); r.State != connector.ItemAccepted {
			t.Errorf("%+v: %+v", u, r)
		}
		old := int64(0)
		if u.Old.Minor > u.Price.Minor {
			old = u.Old.Minor
		}
		if o, _ := s.Offer(u.OfferID); o.PriceMinor != u.Price.Minor || o.OldPriceMinor != old {
			t.Errorf("after %+v the shop shows %d and %d", u, o.PriceMinor, o.OldPriceMinor)
		}
	}
	if r := push(connector.PriceUpdate{OfferID: "55", Price: money.New(100, money.EUR)}); r.State != connector.ItemRejected || !strings.Contains(r.Err.Message, "UAH") {
		t.Errorf("a price in another currency: %+v", r)
	}
	s.Change("55", func(p *shop.Product) { p.SaleFrom = now.AddDate(0, 1, 0) })
	if r := push(connector.PriceUpdate{OfferID: "55", Price: uah(50000), Old: uah(90000)}); r.State != connector.ItemRejected || !strings.Contains(r.Err.Message, "sale with dates") {
		t.Errorf("a sale that has not begun: %+v", r)
	}
}

func TestCurrencyOfPrices(t *testing.T) {
	t.Parallel()
	s := start(t, shop.Options{Currency: "EUR", NoDecimals: true})
	if o := s.listAll(t, nil)["55"]; o.Price != money.New(74000, money.EUR) {
		t.Errorf("price %v, want 740.00 EUR", o.Price)
	}
	if got, err := s.channel.PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: money.New(75000, money.EUR)}}); err != nil || got[0].State != connector.ItemAccepted {
		t.Errorf("%+v, error %v", got, err)
	}
	asked := 0
	for _, r := range s.seen {
		if strings.HasSuffix(r, "/system_status") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for the currency, want once", asked)
	}
	unknown := start(t, shop.Options{Currency: "XTS"})
	_, err := unknown.ListOffers(t.Context(), "")
	wantKind(t, "a currency that Lad does not know", err, connector.KindSettings, "XTS")
	denied := canned(t, answer(403, `{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot view this resource."}`), "currency", "")
	_, err = denied.ListOffers(t.Context(), "")
	wantKind(t, "a key without the right to ask", err, connector.KindSettings, "fill it in")
	_, err = canned(t, answer(200, `{"settings":{}}`), "currency", "").PushPrice(t.Context(), []connector.PriceUpdate{{OfferID: "55", Price: uah(1)}})
	wantKind(t, "no word of it", err, connector.KindTransient)
	told := start(t, shop.Options{Currency: "EUR"}, "currency", "PLN")
	if o := told.listAll(t, nil)["55"]; o.Price != money.New(74000, money.PLN) || slices.Contains(told.seen, "GET /wp-json/wc/v3/system_status") {
		t.Errorf("price %v with the form's currency, requests %v", o.Price, told.seen)
	}
}
