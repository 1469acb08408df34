package connectorphp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
)

// callsOfToken is how often a client uses one token before it takes another, below what a token may ask a minute.
const callsOfToken = 90

// client calls as public clients do: a form post with the token in the header, and nothing but HTTP 200 is read.
type client struct {
	t     testing.TB
	shop  *apptest.Living
	token string
	calls int
}

func newClient(t testing.TB, s *apptest.Living) *client { return &client{t: t, shop: s} }

// reply is an answer of the protocol.
type reply map[string]any

// post sends a form and reads the answer.
func post(t testing.TB, s *apptest.Living, token string, form url.Values) reply {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.URL()+"/connector.php", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("X-BLToken", token)
	}
	return do(t, req)
}

func do(t testing.TB, req *http.Request) reply {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		t.Fatalf("HTTP %d %s: %s", res.StatusCode, res.Header.Get("Content-Type"), body)
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	out := reply{}
	if err := d.Decode(&out); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return out
}

// say calls a method; parameters are marshalled as clients do.
func (c *client) say(method string, parameters any) reply {
	c.t.Helper()
	if c.calls%callsOfToken == 0 {
		c.token = c.shop.Token(access.All...)
	}
	c.calls++
	raw, err := json.Marshal(parameters)
	if err != nil {
		c.t.Fatal(err)
	}
	return post(c.t, c.shop, c.token, url.Values{"method": {method}, "parameters": {string(raw)}})
}

// ok calls a method that must succeed.
func (c *client) ok(method string, parameters any) reply {
	c.t.Helper()
	r := c.say(method, parameters)
	if r["status"] != "SUCCESS" {
		c.t.Fatalf("%s %v: %v", method, parameters, r)
	}
	return r
}

// refused calls a method that must answer an error with a code.
func (c *client) refused(code, method string, parameters any) {
	c.t.Helper()
	r := c.say(method, parameters)
	said, _ := r["error_message"].(string)
	if r["status"] != "ERROR" || r["error_code"] != code || said == "" || strings.Contains(said, "error.") {
		c.t.Errorf("%s %v: want %s, got %v", method, parameters, code, r)
	}
}

// m is parameters.
type m = map[string]any

// int reads a whole number of an answer.
func (r reply) int(name string) int64 { return intOf(r[name]) }

func intOf(v any) int64 {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return i
}

// list reads a list of objects of an answer.
func (r reply) list(name string) []reply {
	items, _ := r[name].([]any)
	out := make([]reply, len(items))
	for i, item := range items {
		o, _ := item.(map[string]any)
		out[i] = o
	}
	return out
}

// at reads a map inside an answer.
func (r reply) at(names ...string) reply {
	for _, name := range names {
		next, _ := r[name].(map[string]any)
		r = next
	}
	return r
}

// mug is an order of a mug with all that a client can say.
func mug(status int64, sku string) m {
	return m{"order_status_id": status, "custom_source_id": "", "date_add": 1767001100, "currency": "UAH", "payment_method": "BLIK", "payment_method_cod": "0", "paid": "1",
		"user_comments": "Proszę o kontakt", "admin_comments": "vip", "email": "Ola@example.org", "phone": "+48500100200", "user_login": "ola_n", "delivery_method": "Locker",
		"delivery_price": "9.90", "delivery_fullname": "Ola Nowa", "delivery_company": "Nowa sp. z o.o.", "delivery_address": "Polna 3/4", "delivery_postcode": "81-001",
		"delivery_city": "Gdynia", "delivery_state": "pomorskie", "delivery_country_code": "PL", "delivery_point_id": "GDY07", "delivery_point_name": "Paczkomat GDY07",
		"delivery_point_address": "Morska 1", "delivery_point_postcode": "81-002", "delivery_point_city": "Gdynia", "invoice_fullname": "Ola Nowa", "invoice_company": "Nowa",
		"invoice_nip": "5861234567", "invoice_address": "Polna 3", "invoice_postcode": "81-001", "invoice_city": "Gdynia", "invoice_state": "pomorskie", "invoice_country_code": "PL",
		"want_invoice": "1", "extra_field_1": "one", "extra_field_2": "two", "custom_extra_fields": m{"135": "B2B"},
		"products": []any{m{"storage": "db", "storage_id": 0, "product_id": "", "variant_id": 0, "name": "Mug", "sku": sku, "ean": "", "location": "A-1", "warehouse_id": 0,
			"attributes": "blue", "price_brutto": "49", "tax_rate": 23, "quantity": "2", "weight": 0.4}}}
}
