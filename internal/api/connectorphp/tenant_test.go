package connectorphp_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
)

// A token of one shop reads and changes nothing of another, whatever numbers it names.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(1, "MUG-1"))
		status := c.ok("addOrderStatus", m{"name": "Own", "type": 2}).int("status_id")
		inventory := c.ok("addInventory", m{"name": "Own"}).int("inventory_id")
		parcel := c.ok("createPackageManual", m{"order_id": id, "courier_code": "meest", "package_number": "77"}).int("package_id")
		line := c.one(id).list("products")[0].int("order_product_id")
		stranger := s.TokenOf(s.Second(), access.All...)
		say := func(method string, p m) reply {
			raw, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			return post(t, s, stranger, url.Values{"method": {method}, "parameters": {string(raw)}})
		}
		for method, key := range map[string]string{"getOrders": "orders", "getJournalList": "logs", "getOrderExtraFields": "extra_fields", "getInventoryTags": "tags", "getExternalStoragesList": "storages"} {
			if r := say(method, m{}); r["status"] != "SUCCESS" || len(r.list(key)) != 0 {
				t.Errorf("%s: %v", method, r)
			}
		}
		for method, p := range map[string]m{
			"getOrdersByEmail": {"email": "ola@example.org"}, "getOrdersByPhone": {"phone": "+48500100200"},
		} {
			if r := say(method, p); len(r.list("orders")) != 0 {
				t.Errorf("%s: %v", method, r)
			}
		}
		if list := say("getInventoryProductsList", m{"inventory_id": 1}).at("products"); len(list) != 0 {
			t.Errorf("products: %v", list)
		}
		if list := say("getOrderStatusList", m{}).list("statuses"); len(list) != 7 {
			t.Errorf("%d statuses", len(list))
		}
		home := fmt.Sprint("bl_", s.Warehouse)
		for _, call := range []struct {
			method string
			p      m
		}{
			{"setOrderStatus", m{"order_id": id, "status_id": 2}}, {"setOrderStatus", m{"order_id": id, "status_id": status}}, {"setOrderFields", m{"order_id": id, "email": "x@example.org"}},
			{"setOrderPayment", m{"order_id": id, "payment_done": 1}}, {"deleteOrders", m{"order_ids": []int64{id}}}, {"addOrderProduct", m{"order_id": id, "name": "x", "quantity": 1}},
			{"deleteOrderProduct", m{"order_id": id, "order_product_id": line}}, {"addOrderDuplicate", m{"order_id": id}}, {"createPackageManual", m{"order_id": id, "courier_code": "x", "package_number": "1"}},
			{"getOrderPackages", m{"order_id": id}}, {"getPackageDetails", m{"package_id": parcel}}, {"deleteCourierPackage", m{"courier_code": "meest", "package_number": "77"}},
			{"deleteOrderStatus", m{"status_id": status}}, {"deleteInventory", m{"inventory_id": inventory}}, {"getInventoryProductsList", m{"inventory_id": inventory}},
			{"deleteInventoryProduct", m{"product_id": sku.ID}}, {"addInventoryProduct", m{"inventory_id": 1, "product_id": sku.ID, "text_fields": m{"name": "x"}}},
			{"getInventoryProductLogs", m{"product_id": sku.ID}}, {"getOrderTransactionData", m{"order_id": id}}, {"getOrderPaymentsHistory", m{"order_id": id}},
		} {
			if r := say(call.method, call.p); r["status"] != "ERROR" {
				t.Errorf("%s %v: %v", call.method, call.p, r)
			}
		}
		if r := say("updateInventoryProductsStock", m{"inventory_id": 1, "products": m{fmt.Sprint(sku.ID): m{home: 0}}}); r.int("counter") != 0 {
			t.Errorf("%v", r)
		}
		if data := say("getInventoryProductsData", m{"inventory_id": 1, "products": []int64{sku.ID}}).at("products"); len(data) != 0 {
			t.Errorf("%v", data)
		}
		s.Wants(sku.ID, 10, 2)
		if got := c.one(id); got["email"] != "ola@example.org" || got.int("order_status_id") != 1 || len(got.list("products")) != 1 {
			t.Errorf("%v", got)
		}
	})
}

// A token of an old client reads ids as texts, after the merchant said so; others do not.
func TestLegacyTypes(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(1, "MUG-1"))
		old := s.Token(access.All...)
		path := fmt.Sprint("/api/v1/baselinker/tokens/", s.Int("select max(id) from api_token where tenant_id = $1"))
		if r := s.Ask("PUT", path, m{"legacy_types": true}); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		r := post(t, s, old, url.Values{"method": {"getOrders"}, "parameters": {fmt.Sprintf(`{"order_id":"%d"}`, id)}}).list("orders")[0]
		line := r.list("products")[0]
		if r["order_id"] != fmt.Sprint(id) || r["order_status_id"] != "1" || line["storage_id"] != "1" || line["order_product_id"] != fmt.Sprint(id*1000) || line["price_brutto"] != json.Number("49") {
			t.Errorf("%v", r)
		}
		if r := c.one(id); r.int("order_id") != id {
			t.Errorf("the other client: %v", r["order_id"])
		}
		var rules struct {
			Legacy bool `json:"legacy_types"`
		}
		if s.Ask("GET", path, nil).Into(t, &rules); !rules.Legacy {
			t.Error("the rule does not read back")
		}
	})
}

// Old typed clients do not agree about what was a text: a token says for each key, and for a key only inside another one, what it wants.
func TestTokensChooseTypes(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(1, "MUG-1"))
		parcel := c.ok("createPackageManual", m{"order_id": id, "courier_code": "dpd", "package_number": "1"})
		path := fmt.Sprint("/api/v1/baselinker/tokens/", s.Int("select max(id) from api_token where tenant_id = $1"))
		rules := m{"text_keys": []string{"storage_id", "payment_done", "packages.package_id", "getOrdersByEmail.order_id"}, "number_keys": []string{"variant_id"}}
		if r := s.Ask("PUT", path, rules); r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		o := c.one(id)
		line := o.list("products")[0]
		if line["storage_id"] != "1" || o["payment_done"] != "107.9" || line["variant_id"] != json.Number("0") || o.int("order_id") != id {
			t.Errorf("%v", o)
		}
		if p := c.ok("getOrderPackages", m{"order_id": id}).list("packages")[0]; p["package_id"] != fmt.Sprint(parcel.int("package_id")) || p.int("order_id") != id {
			t.Errorf("%v", p)
		}
		if o := c.ok("getOrdersByEmail", m{"email": "ola@example.org"}).list("orders")[0]; o["order_id"] != fmt.Sprint(id) || o.int("order_status_id") != 1 {
			t.Errorf("%v", o)
		}
		if again := c.ok("createPackageManual", m{"order_id": id, "courier_code": "dpd", "package_number": "2"}); again.int("package_id") == 0 {
			t.Errorf("%v", again)
		}
		for _, bad := range []m{{"text_keys": []string{"Storage Id"}}, {"number_keys": []string{"a.b.c"}}, {"text_keys": make([]string, 101)}} {
			if r := s.Ask("PUT", path, bad); r.Status != 422 && r.Status != 400 {
				t.Errorf("%v: %d %s", bad, r.Status, r.Body)
			}
		}
	})
}
