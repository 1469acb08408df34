package connectorphp_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
)

// The token may stand in the header or in a field, the form may be of either kind, and parameters may be missing in every way
// that clients leave them out.
func TestForms(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		token := s.Token(access.All...)
		for _, parameters := range []string{"", "{}", "[]", "null", " {} ", `{"x":null,"unknown":[1]}`} {
			if r := post(t, s, token, url.Values{"method": {"getOrderStatusList"}, "parameters": {parameters}}); r["status"] != "SUCCESS" {
				t.Errorf("parameters %q: %v", parameters, r)
			}
		}
		if r := post(t, s, token, url.Values{"method": {"getOrderStatusList"}}); r["status"] != "SUCCESS" {
			t.Errorf("no parameters: %v", r)
		}
		if r := post(t, s, "", url.Values{"token": {token}, "method": {"getOrderStatusList"}}); r["status"] != "SUCCESS" {
			t.Errorf("token in a field: %v", r)
		}
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for name, value := range map[string]string{"method": "getOrders", "parameters": `{"id_from":"1"}`, "other": "passed over"} {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodPost, s.URL()+"/connector.php", &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", w.FormDataContentType())
		req.Header.Set("x-bltoken", token)
		if r := do(t, req); r["status"] != "SUCCESS" || len(r.list("orders")) != 0 {
			t.Errorf("multipart: %v", r)
		}
	})
}

// Failures of the protocol are answers with HTTP 200, a code and words.
func TestErrors(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		all, reader := s.Token(access.All...), s.Token(access.OrdersRead)
		for name, c := range map[string]struct{ token, method, parameters, code string }{
			"no token":         {"", "getOrders", "{}", "ERROR_EMPTY_TOKEN"},
			"strange token":    {"77-4410-QW8", "getOrders", "{}", "ERROR_AUTH_TOKEN"},
			"unknown method":   {all, "getorders", "{}", "ERROR_UNKNOWN_METHOD"},
			"no method":        {all, "", "{}", "ERROR_UNKNOWN_METHOD"},
			"not JSON":         {all, "getOrders", "{", "ERROR_BAD_PARAMETERS"},
			"two documents":    {all, "getOrders", "{}{}", "ERROR_BAD_PARAMETERS"},
			"a list":           {all, "getOrders", "[1]", "ERROR_BAD_PARAMETERS"},
			"words for an id":  {all, "getOrders", `{"id_from":"x"}`, "ERROR_BAD_PARAMETERS"},
			"a map for an id":  {all, "getOrders", `{"id_from":{}}`, "ERROR_BAD_PARAMETERS"},
			"missing":          {all, "setOrderStatus", "{}", "ERROR_BAD_PARAMETERS"},
			"no scope":         {reader, "addOrder", "{}", "ERROR_NO_PERMISSION"},
			"no such order":    {all, "setOrderStatus", `{"order_id":5,"status_id":1}`, "ERROR_ORDER_ID"},
			"no such status":   {all, "setOrderStatus", `{"order_id":5,"status_id":77}`, "ERROR_STATUS_ID"},
			"no such storage":  {all, "getInventoryProductsList", `{"inventory_id":77}`, "ERROR_STORAGE_ID"},
			"no such product":  {all, "deleteInventoryProduct", `{"product_id":77}`, "ERROR_PRODUCT_ID"},
			"no such parcel":   {all, "getPackageDetails", `{"package_id":77}`, "ERROR_PACKAGE_ID"},
			"what Lad has not": {all, "addInvoice", `{"order_id":1}`, "ERROR_NOT_AVAILABLE"},
		} {
			r := post(t, s, c.token, url.Values{"method": {c.method}, "parameters": {c.parameters}})
			said, _ := r["error_message"].(string)
			if r["status"] != "ERROR" || r["error_code"] != c.code || said == "" || len(r) != 3 || strings.Contains(said, c.code) {
				t.Errorf("%s: %v", name, r)
			}
		}
	})
}

// The hundred-and-first request within a minute blocks the token for ten minutes, and the message ends with the moment at which
// that is over, in the shop's time. Other tokens go on.
func TestBlockedToken(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		token, other := s.Token(access.All...), s.Token(access.All...)
		ask := func(token string) reply { return post(t, s, token, url.Values{"method": {"getCouriersList"}}) }
		for i := range 100 {
			if r := ask(token); r["status"] != "SUCCESS" {
				t.Fatalf("request %d: %v", i+1, r)
			}
		}
		r := ask(token)
		said, _ := r["error_message"].(string)
		if r["error_code"] != "ERROR_BLOCKED_TOKEN" || !strings.Contains(said, "Query limit exceeded") || !strings.Contains(said, "token blocked until ") || len(said) < 19 {
			t.Fatalf("%v", r)
		}
		kyiv, err := time.LoadLocation("Europe/Kyiv")
		if err != nil {
			t.Fatal(err)
		}
		until, err := time.ParseInLocation(time.DateTime, said[len(said)-19:], kyiv)
		if wait := until.Sub(s.Time.Now()); err != nil || wait < 9*time.Minute || wait > 10*time.Minute {
			t.Errorf("blocked for %v: %v", wait, err)
		}
		if r := ask(other); r["status"] != "SUCCESS" {
			t.Errorf("another token: %v", r)
		}
		s.Time.Advance(10*time.Minute + time.Second)
		if r := ask(token); r["status"] != "SUCCESS" {
			t.Errorf("after the block: %v", r)
		}
	})
}

// A token that is revoked is no token any more.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		made, plain, err := s.Identity.CreateToken(context.Background(), s.Who, identity.TokenInput{Name: "plug-in", Scopes: access.All})
		if err != nil {
			t.Fatal(err)
		}
		ask := func() reply { return post(t, s, plain.Reveal(), url.Values{"method": {"getOrders"}}) }
		if r := ask(); r["status"] != "SUCCESS" {
			t.Fatal(r)
		}
		if err := s.Identity.RevokeToken(context.Background(), s.Who, made.ID); err != nil {
			t.Fatal(err)
		}
		if r := ask(); r["error_code"] != "ERROR_AUTH_TOKEN" {
			t.Error(r)
		}
	})
}

// Where Lad stands in for the vendor's host, the protocol is served at its root, too; elsewhere the root is Lad's own.
func TestRootOfTheVendorsHost(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		ask := func(host string) *http.Response {
			form := url.Values{"token": {s.Token(access.All...)}, "method": {"getOrderStatusList"}}
			req, err := http.NewRequest(http.MethodPost, s.URL()+"/", strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = host
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			return res
		}
		if res := ask("api.baselinker.com"); res.StatusCode != http.StatusOK {
			t.Errorf("the vendor's host: %d", res.StatusCode)
		}
		if res := ask("lad.example"); res.StatusCode == http.StatusOK {
			t.Error("another host is served at the root")
		}
	})
}
