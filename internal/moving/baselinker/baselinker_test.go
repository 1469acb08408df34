package baselinker_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/moving/baselinker"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/money"
)

var noon = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)

// answering is a client whose API says one thing.
func answering(t *testing.T, status int, body string) *baselinker.Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-BLToken") != "77-1-QW8" || r.FormValue("method") == "" || r.FormValue("parameters") == "" {
			t.Errorf("%v %v", r.Header, r.Form)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return &baselinker.Client{HTTP: srv.Client(), Address: srv.URL, Token: "77-1-QW8", Clock: clock.NewFake(noon)}
}

// Each failure is of the kind that says what to do about it, and none repeats what the answer held.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   connector.Kind
		after  time.Duration
	}{
		{"blocked, Warsaw's time", 200, `{"status":"ERROR","error_code":"ERROR_BLOCKED_TOKEN","error_message":"Query limit exceeded, token blocked until 2026-10-02 14:07:00"}`, connector.KindLimited, 7*time.Minute + time.Second},
		{"blocked by a clock that is wrong", 200, `{"status":"ERROR","error_code":"ERROR_BLOCKED_TOKEN","error_message":"token blocked until 2025-10-02 14:07:00"}`, connector.KindLimited, 10 * time.Minute},
		{"blocked without a moment", 200, `{"status":"ERROR","error_code":"ERROR_BLOCKED_TOKEN"}`, connector.KindLimited, 10 * time.Minute},
		{"no token", 200, `{"status":"ERROR","error_code":"ERROR_EMPTY_TOKEN","error_message":"No user token"}`, connector.KindAuth, 0},
		{"unknown token", 200, `{"status":"ERROR","error_code":"ERROR_AUTH_TOKEN"}`, connector.KindAuth, 0},
		{"suspended account", 200, `{"status":"ERROR","error_code":"ERROR_USER_ACCOUNT_BLOCKED"}`, connector.KindAuth, 0},
		{"refused", 200, `{"status":"ERROR","error_code":"ERROR_STORAGE_ID","error_message":"wrong catalogue"}`, connector.KindPermanent, 0},
		{"an error without a code", 200, `{"status":"ERROR"}`, connector.KindTransient, 0},
		{"half an answer", 200, `{"status":"SUCC`, connector.KindTransient, 0},
		{"a page of the web server", 200, `<html>`, connector.KindTransient, 0},
		{"another shape", 200, `{"status":"SUCCESS","inventories":"+48500100200"}`, connector.KindPermanent, 0},
		{"too many", 429, ``, connector.KindLimited, 0},
		{"a broken server", 502, ``, connector.KindTransient, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, c.status, c.body).Inventories(context.Background())
			if connector.KindOf(err) != c.kind || connector.RetryAfter(err) != c.after {
				t.Errorf("%v after %s", err, connector.RetryAfter(err))
			}
			if err == nil || strings.Contains(err.Error(), "QW8") || strings.Contains(err.Error(), "500100200") {
				t.Errorf("%v", err)
			}
		})
	}
}

// The sheet's sample of an order, and the many ways in which the API writes the same thing.
func TestParseOrder(t *testing.T) {
	t.Parallel()
	const sample = `{"order_id":90112,"external_order_id":"K-5531","order_source":"shop","order_status_id":7,"confirmed":true,"date_confirmed":1767001200,
		"date_add":1767001100,"date_in_status":1767001200,"phone":"+48500100200","email":"ola@example.org","currency":"PLN","payment_method":"BLIK",
		"payment_method_cod":"0","payment_done":58.9,"delivery_method":"Locker","delivery_price":9.9,"delivery_fullname":"Ola Nowa","delivery_city":"Gdynia",
		"delivery_point_id":"GDY07","want_invoice":"0","custom_extra_fields":[],"products":[{"storage":"db","storage_id":12,"order_product_id":501,
		"product_id":"3301","variant_id":"0","name":"Mug","sku":"MUG-1","warehouse_id":206,"auction_id":"0","price_brutto":49,"quantity":1}]}`
	o, err := baselinker.ParseOrder([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if o.ID.Int() != 90112 || o.Paid != "58.9" || o.OnDelivery.True() || !o.Confirmed.True() || len(o.Custom) != 0 || o.Lines[0].Goods() != "3301" {
		t.Errorf("%+v", o)
	}
	texts := strings.NewReplacer(`"order_id":90112`, `"order_id":"90112"`, `58.9`, `"58.90"`, `"confirmed":true`, `"confirmed":"1"`, `"variant_id":"0"`, `"variant_id":77`, `"delivery_city":"Gdynia"`, `"delivery_city":null`).Replace(sample)
	if o, err = baselinker.ParseOrder([]byte(texts)); err != nil || o.ID.Int() != 90112 || !o.Confirmed.True() || o.Lines[0].Goods() != "77" || o.City != "" {
		t.Errorf("%+v %v", o, err)
	}
	if _, err := baselinker.ParseOrder([]byte(`{"products":"none"}`)); connector.KindOf(err) != connector.KindData {
		t.Errorf("%v", err)
	}
}

func TestScalars(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"49": "49.00", "58.9": "58.90", "1e2": "100.00", "0.005": "0.01", "-0.005": "-0.01", "12.3449999": "12.34", "": "0.00",
		"1e99": "", "drogo": "", "1/3": "", "0x10": "", strings.Repeat("9", 41): "", "99999999999999999": ""} {
		m, err := baselinker.Text(text).Money(money.Currency("PLN"))
		got := ""
		if err == nil {
			got = m.Decimal()
		}
		if got != want {
			t.Errorf("%q is %q (%v), want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{"7": "7", "0": "", "": "", "7.0": "7", "00": "", "bl_206": "bl_206", "-": ""} {
		if got := baselinker.Text(text).ID(); got != want {
			t.Errorf("the id %q is %q, want %q", text, got, want)
		}
	}
}

// An empty map comes as a list, a map by 0, 1, 2 too, and a field that nobody knows is no product.
func TestMaps(t *testing.T) {
	t.Parallel()
	p, err := baselinker.ParseProduct([]byte(`{"prices":[],"stock":{"bl_206":"7"},"images":["a","b"],"variants":{"5":{"name":"W"},"note":"x"},"text_fields":{"name":"Mug"},"bundle_products":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Prices) != 0 || p.Stock["bl_206"] != "7" || len(p.Images) != 2 || len(p.Variants) != 1 || p.Variants["5"].Name != "W" || p.Name() != "Mug" || len(p.Parts) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	c := answering(t, 200, `{"status":"SUCCESS","logs":[{"log_id":5,"order_id":1},{"id":6,"order_id":2},{"log_id":7,"id":7,"order_id":"2"}]}`)
	orders, next, more, err := c.Journal(context.Background(), 5)
	if err != nil || next != 7 || more || !cmp.Equal(orders, []int64{2, 2}) {
		t.Errorf("%v %d %v %v", orders, next, more, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `null`, `{"order_id":1e9,"products":[{"price_brutto":"1.5","quantity":2,"variant_id":[]}]}`, `{"variants":{"1":{"prices":{"1":-1}}},"text_fields":{"name":7},"weight":"1e3"}`, `{"prices":["9",{}],"custom_extra_fields":{"1":{"title":"a"}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if o, err := baselinker.ParseOrder(body); err == nil {
			for _, l := range o.Lines {
				if m, err := l.Price.Money("PLN"); err == nil && (m.Minor > money.Max || m.Minor < -money.Max) {
					t.Errorf("%v", m)
				}
				if strings.ContainsRune(string(l.Name), 0) {
					t.Error("a name that no database keeps")
				}
			}
		} else if connector.KindOf(err) != connector.KindData {
			t.Error(err)
		}
		if p, err := baselinker.ParseProduct(body); err == nil {
			if g, err := p.Weight.Thousandths(); err == nil && (g > money.Max || g < -money.Max) {
				t.Error(g)
			}
			_ = p.Name()
		}
	})
}
