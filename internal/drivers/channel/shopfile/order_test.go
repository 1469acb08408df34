package shopfile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is an order of the API sheet, part 10, as the driver wraps it.
const sample = `{"order_id":"1042","status_name":"Nowe","order":{"delivery_fullname":"Ola Nowa","delivery_company":"","delivery_address":"Polna 3/4","delivery_city":"Gdynia","delivery_postcode":"81-001","delivery_country_code":"PL","delivery_point_id":"GDY07","delivery_point_name":"GDY07","invoice_fullname":"Ola Nowa","invoice_nip":"","phone":"500100200","email":"ola@example.org","want_invoice":"0","date_add":"1767001100","payment_method":"Za pobraniem","payment_method_cod":"1","currency":"PLN","user_comments":"po 18","status_id":"new","delivery_method_id":"1","delivery_method":"Paczkomat InPost","delivery_price":"9.90","paid":"0","paid_time":0,"products":[{"id":"3301","variant_id":"0","name":"Mug","quantity":"2","price":"49.00","tax":23,"sku":"MUG-1","attributes":[]},{"id":3302,"variant_id":5,"name":"Shirt L","quantity":1,"price":99.5,"sku":"SHIRT-L"}]}}`

// with changes the sample.
func with(pairs ...string) []byte { return []byte(strings.NewReplacer(pairs...).Replace(sample)) }

func pln(minor int64) connector.Money { return money.New(minor, money.PLN) }

// parser is a channel of a shop whose status 4 means sent.
func parser() *channel {
	return &channel{currency: money.PLN, words: readWords(map[string]string{"status_sent": "4"})}
}

func TestParseOrder(t *testing.T) {
	t.Parallel()
	want := connector.Order{
		ExternalID: "1042", Status: "new", Stage: connector.StageNew, Comment: "po 18", CreatedAt: time.Date(2025, 12, 29, 9, 38, 20, 0, time.UTC),
		Total: pln(19750), DeliveryCost: pln(990), Payment: connector.Payment{State: connector.PaymentUnpaid, Method: "Za pobraniem", OnPickup: true},
		Buyer: connector.Person{Name: "Ola Nowa", Phone: "+48500100200", Email: "ola@example.org"},
		Delivery: connector.Delivery{
			Service: "inpost", Title: "Paczkomat InPost", City: "Gdynia", Branch: "GDY07", BranchRef: "GDY07", Address: "Polna 3/4, 81-001",
		},
		Lines: []connector.Line{
			{ExternalID: "3301", OfferID: "3301", SKU: "MUG-1", Title: "Mug", Quantity: qty.Pieces(2), Price: pln(4900), Total: pln(9800)},
			{ExternalID: "3302:5", OfferID: "3302:5", SKU: "SHIRT-L", Title: "Shirt L", Quantity: qty.Pieces(1), Price: pln(9950), Total: pln(9950)},
		},
	}
	got, err := parser().ParseOrder([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseOrderVariants(t *testing.T) {
	t.Parallel()
	const voucher = `{"id":"","variant_id":"","name":"Rabat","quantity":1,"price":"-20.00"},`
	cases := []struct {
		name string
		body []byte
		ok   func(connector.Order) bool
	}{
		{"a voucher takes no stock and lowers the total", with(`"products":[`, `"products":[`+voucher),
			func(o connector.Order) bool { return len(o.Lines) == 2 && o.Total == pln(17750) }},
		{"gift wrap is a line", with(`"products":[`, `"products":[{"id":"0","name":"Gift wrap","quantity":1,"price":"5.00"},`),
			func(o connector.Order) bool {
				return len(o.Lines) == 3 && o.Lines[0].OfferID == "" && o.Lines[0].ExternalID != "" && o.Total == pln(20250)
			}},
		{"no currency: that of the form", with(`"currency":"PLN",`, ""), func(o connector.Order) bool { return o.Total == pln(19750) }},
		{"another currency", with(`"PLN"`, `"EUR"`), func(o connector.Order) bool {
			return o.Total.Currency == money.EUR && o.DeliveryCost.Currency == money.EUR
		}},
		{"paid, as a number", with(`"paid":"0"`, `"paid":1`), func(o connector.Order) bool { return o.Payment.State == connector.PaymentPaid }},
		{"the form's word for a status", with(`"status_id":"new"`, `"status_id":4`), func(o connector.Order) bool { return o.Status == "sent" && o.Stage == connector.StageShipped }},
		{"an own status, by its name", with(`"status_id":"new"`, `"status_id":"7"`, `"Nowe"`, `"Anulowane przez klienta"`),
			func(o connector.Order) bool { return o.Status == "7" && o.Stage == connector.StageCancelled }},
		{"a name that denies", with(`"status_id":"new"`, `"status_id":"7"`, `"Nowe"`, `"Nie dostarczone"`), func(o connector.Order) bool { return o.Stage == connector.StageNew }},
		{"a name that says nothing", with(`"status_id":"new"`, `"status_id":"7"`, `"Nowe"`, `"Pani Basia"`), func(o connector.Order) bool { return o.Stage == connector.StageNew }},
		{"the long comment", with(`"user_comments":"po 18"`, `"user_comments":"po 18","user_comments_long":"po 18, dzwonek 4"`), func(o connector.Order) bool { return o.Comment == "po 18, dzwonek 4" }},
		{"a Ukrainian shop", with(`"PL"`, `"UA"`, "500100200", "0671112233", `"PLN"`, `"UAH"`, "Paczkomat InPost", "Нова Пошта"),
			func(o connector.Order) bool {
				return o.Buyer.Phone == "+380671112233" && o.Total.Currency == money.UAH && o.Delivery.Service == "nova_poshta"
			}},
		{"lists for empty objects", with(`"attributes":[]`, `"attributes":{}`, `"delivery_company":""`, `"delivery_company":[]`), func(o connector.Order) bool { return o.ExternalID == "1042" }},
		{"the same product twice", with(`"products":[`, `"products":[{"id":"3301","variant_id":"0","name":"Mug","quantity":1,"price":"49.00"},`),
			func(o connector.Order) bool { return len(o.Lines) == 3 && o.Lines[1].ExternalID == "3301#2" }},
		{"a number with leading zeros", with(`"order_id":"1042"`, `"order_id":"000001042"`), func(o connector.Order) bool { return o.ExternalID == "000001042" }},
	}
	for _, c := range cases {
		got, err := parser().ParseOrder(c.body)
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, error %v", c.name, got, err)
		}
	}
}

// Times are unix seconds, so the shop's zone and its change of clocks mean nothing: the two hours of one name are an hour apart.
func TestTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1792888200": "2026-10-25T00:30:00Z", "1792891800": "2026-10-25T01:30:00Z", "0": "0001-01-01T00:00:00Z", "-5": "0001-01-01T00:00:00Z",
		"2026-01-14 09:10:00": "0001-01-01T00:00:00Z", "99999999999999": "0001-01-01T00:00:00Z",
	} {
		got, err := parser().ParseOrder(with("1767001100", text))
		if at := got.CreatedAt.Format(time.RFC3339); err != nil || at != want {
			t.Errorf("%s reads as %s, want %s (error %v)", text, at, want, err)
		}
	}
}

// badOrders must be refused in words.
func badOrders() map[string][]byte {
	return map[string][]byte{
		"no id":                        with(`"order_id":"1042"`, `"order_id":null`),
		"an id that is no number":      with(`"order_id":"1042"`, `"order_id":"x"`),
		"no status":                    with(`"status_id":"new"`, `"status_id":""`),
		"negative quantity":            with(`"quantity":"2"`, `"quantity":-2`),
		"no quantity":                  with(`"quantity":"2"`, `"quantity":0`),
		"ambiguous price":              with(`"49.00"`, `"1,890"`),
		"no price":                     with(`"49.00"`, `null`),
		"unknown currency":             with(`"PLN"`, `"XDR"`),
		"a line in another currency":   with(`"49.00"`, `"49.00 €"`),
		"no goods":                     with(`"products":[`, `"product":[`),
		"vouchers only":                with(`"49.00"`, `"-49.00"`, `99.5`, `-99.5`),
		"vouchers above the goods":     with(`"49.00"`, `"-490.00"`),
		"a line of nothing":            with(`"id":"3301","variant_id":"0","name":"Mug",`, "", `"sku":"MUG-1",`, ""),
		"a line not an object":         with(`"products":[{`, `"products":[17,{`),
		"an order that is no object":   []byte(`{"order_id":"1042","status_name":"","order":17}`),
		"an order that is not wrapped": []byte(`{"status_id":"new","products":[]}`),
	}
}

func TestParseOrderRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range badOrders() {
		got, err := parser().ParseOrder(body)
		if connector.KindOf(err) != connector.KindData {
			t.Errorf("%s: %+v, error %v, want kind data", name, got, err)
		}
	}
}

func FuzzParseOrder(f *testing.F) {
	f.Add([]byte(sample))
	for _, b := range badOrders() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parser().ParseOrder(body)
		if err != nil {
			if connector.KindOf(err) != connector.KindData {
				t.Errorf("kind %s", connector.KindOf(err))
			}
			return
		}
		if o.ExternalID == "" || o.Stage == "" || o.Total.Minor < 0 || len(o.Lines) == 0 {
			t.Errorf("accepted without id, stage or lines, or with a negative total: %+v", o)
		}
		for _, l := range o.Lines {
			if l.Quantity <= 0 || l.ExternalID == "" || l.Total.Minor < 0 {
				t.Errorf("accepted line %+v", l)
			}
		}
	})
}

func TestExtract(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, "\ufeff \n[1,2]\n": `[1,2]`, "Notice: Undefined index [x] in {main} on line 3\n{\"a\":[]}": `{"a":[]}`,
		"<br />\n<b>Warning</b>: x{1}\n[]": `[]`, "": "", "ok": "", "<html>{</html>": "", `{"a":`: "", strings.Repeat("x", maxNotices+1) + "{}": "",
		strings.Repeat("[", 300) + `{"a":1}`: "",
	} {
		if got := string(extract([]byte(body))); got != want {
			t.Errorf("%.40q: %q, want %q", body, got, want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"1042":{"status_id":"new"},"pages":2}`, `[]`, `[5,3]`, "Notice [x]\n{\"error\":true,\"error_code\":\"db_query\"}", `{"error":"0"}`, sample,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := parser()
		c.password = "secret-password"
		raw := extract(body)
		e := c.judge(answer{status: 200}, raw)
		if raw == nil && e == nil {
			t.Error("no data is no success")
		}
		if e != nil && strings.Contains(e.Error(), c.password) {
			t.Error("the error shows the password")
		}
		for key := range dict(raw) {
			if number(key) < 0 {
				t.Errorf("key %q", key)
			}
		}
	})
}
