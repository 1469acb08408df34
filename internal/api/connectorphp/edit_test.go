package connectorphp_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/orders"
)

// Only what is given changes; an empty text empties, an empty extra field is deleted, what can not be kept is refused whole.
func TestSetOrderFields(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(1, "MUG-1"))
		c.ok("setOrderFields", m{"order_id": id, "delivery_city": "Gdańsk", "admin_comments": "", "email": nil, "payment_method_cod": true, "delivery_price": "0", "pick_state": 1, "pack_state": "1", "star": 3,
			"custom_extra_fields": m{"135": "", "140": "x"}})
		got := c.one(id, "include_custom_extra_fields")
		for name, want := range map[string]any{"delivery_city": "Gdańsk", "admin_comments": "", "email": "ola@example.org", "payment_method_cod": "1", "delivery_price": json.Number("0"),
			"pick_state": json.Number("1"), "pack_state": json.Number("1"), "pick_status": json.Number("1"), "star": json.Number("3"), "invoice_nip": "5861234567", "delivery_address": "Polna 3/4"} {
			if got[name] != want {
				t.Errorf("%s: %v, want %v", name, got[name], want)
			}
		}
		if extra := got.at("custom_extra_fields"); extra["135"] != nil || extra["140"] != "x" {
			t.Errorf("extra fields: %v", extra)
		}
		c.refused("ERROR_BAD_PARAMETERS", "setOrderFields", m{"order_id": id, "delivery_city": "Sopot", "star": 6})
		c.refused("ERROR_BAD_PARAMETERS", "setOrderFields", m{"order_id": id, "custom_extra_fields": m{"135": m{"title": "f.pdf", "file": "data:AA"}}})
		if got := c.one(id); got["delivery_city"] != "Gdańsk" {
			t.Errorf("half a refused change was kept: %v", got["delivery_city"])
		}
	})
}

// Lines hold what they say: more holds more, less gives back, a deleted one gives back all. Discounts are lines to clients and
// money to Lad.
func TestLines(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		plate := s.Goods("PLATE", 12_00, 10)
		order := mug(1, "MUG-1")
		order["products"] = append(order["products"].([]any), m{"storage": "", "storage_id": 0, "product_id": "", "name": "Rabat", "price_brutto": -8, "quantity": 1, "tax_rate": -1})
		id := c.add(order)
		total := func(want int64) {
			t.Helper()
			if n := s.Int("select total_minor from orders where tenant_id = $1 and id = $2", id); n != want {
				t.Errorf("total %d, want %d", n, want)
			}
		}
		total(90_00)
		lines := c.one(id).list("products")
		if len(lines) != 2 || lines[1]["price_brutto"] != json.Number("-8") || lines[1]["name"] != "Rabat" || lines[1]["product_id"] != "" || lines[1]["tax_rate"] != json.Number("-1") {
			t.Fatalf("%v", lines)
		}
		first, discount := lines[0].int("order_product_id"), lines[1].int("order_product_id")
		added := c.ok("addOrderProduct", m{"order_id": id, "storage": "db", "product_id": plate.ID, "quantity": 3, "price_brutto": 12}).int("order_product_id")
		s.Wants(plate.ID, 10, 3)
		total(126_00)
		c.ok("setOrderProductFields", m{"order_id": id, "order_product_id": added, "quantity": 1, "name": "Talerz", "location": "B-2"})
		s.Wants(plate.ID, 10, 1)
		c.ok("setOrderProductFields", m{"order_id": id, "order_product_id": first, "quantity": 5, "price_brutto": 40})
		s.Wants(sku.ID, 10, 5)
		total(204_00)
		c.ok("setOrderProductFields", m{"order_id": id, "order_product_id": discount, "price_brutto": -4.5})
		total(207_50)
		if l := c.one(id).list("products")[1]; l["name"] != "Talerz" || l["location"] != "B-2" || l["sku"] != "PLATE" {
			t.Errorf("%v", l)
		}
		c.refused("ERROR_BAD_PARAMETERS", "setOrderProductFields", m{"order_id": id, "order_product_id": first, "sku": "PLATE"})
		c.refused("ERROR_ORDER_ID", "deleteOrderProduct", m{"order_id": id, "order_product_id": added + 5})
		c.ok("deleteOrderProduct", m{"order_id": id, "order_product_id": first})
		s.Wants(sku.ID, 10, 0)
		c.ok("deleteOrderProduct", m{"order_id": id, "order_product_id": discount})
		total(12_00)
		c.refused("ERROR_CONFLICT", "deleteOrderProduct", m{"order_id": id, "order_product_id": added})
		s.Wants(plate.ID, 10, 1)
	})
}

// What was paid is replaced, and the state follows.
func TestPayments(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 10)
		order := mug(1, "MUG-1")
		order["paid"] = false
		id := c.add(order)
		for _, step := range []struct {
			done  any
			state string
		}{{"50.00", "part_paid"}, {107.9, "paid"}, {0, "unpaid"}} {
			c.ok("setOrderPayment", m{"order_id": id, "payment_done": step.done, "payment_date": 1767001300, "payment_comment": "x", "external_payment_id": "P"})
			if state := s.Text("select payment_state from orders where tenant_id = $1 and id = $2", id); state != step.state {
				t.Errorf("%v paid: %s", step.done, state)
			}
		}
		list := c.ok("getOrderPaymentsHistory", m{"order_id": id}).list("payments")
		if len(list) != 3 || list[1]["paid_before"] != json.Number("50") || list[1]["paid_after"] != json.Number("107.9") || list[1]["total_price"] != json.Number("107.9") {
			t.Errorf("%v", list)
		}
		c.refused("ERROR_BAD_PARAMETERS", "setOrderPayment", m{"order_id": id, "payment_done": -1})
	})
}

// A split moves goods into a new order and a merge brings them together again; nothing is held twice or lost.
func TestSplitAndMerge(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 2)
		id := c.add(mug(1, "MUG-1"))
		line := c.one(id).list("products")[0].int("order_product_id")
		c.refused("ERROR_BAD_PARAMETERS", "addOrderBySplit", m{"order_id": id, "items_to_split": []m{{"order_product_id": line, "quantity": 2}}})
		other := c.ok("addOrderBySplit", m{"order_id": id, "items_to_split": []m{{"order_product_id": line, "quantity": 1}}, "delivery_cost_to_split": 4.9}).int("order_id")
		s.Wants(sku.ID, 2, 2)
		if a, b := c.one(id), c.one(other); a["delivery_price"] != json.Number("5") || b["delivery_price"] != json.Number("4.9") || b["delivery_address"] != "Polna 3/4" || b["invoice_nip"] != "5861234567" ||
			b.list("products")[0]["quantity"] != json.Number("1") || a.list("products")[0]["quantity"] != json.Number("1") {
			t.Errorf("%v\n%v", a, b)
		}
		c.ok("setOrdersMerge", m{"main_order_id": id, "order_ids_to_merge": []int64{other}, "merge_mode": "technical_merge", "sum_delivery_costs": true})
		s.Wants(sku.ID, 2, 2)
		if a := c.one(id); a["delivery_price"] != json.Number("9.9") || len(a.list("products")) != 2 {
			t.Errorf("%v", a)
		}
		if list := c.ok("getOrders", m{"order_id": other}).list("orders"); len(list) != 0 {
			t.Error("the merged order is still seen")
		}
	})
}

// A method about parcels that misses the order says so; one that misses the parcel says that.
func TestParcelsOfNoOrder(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		c.refused("ERROR_ORDER_ID", "getOrderPackages", m{"order_id": 77})
		c.refused("ERROR_ORDER_ID", "createPackageManual", m{"order_id": 77, "courier_code": "dpd", "package_number": "1"})
		c.refused("ERROR_PACKAGE_ID", "getPackageDetails", m{"package_id": 77})
	})
}

// A phone reads back as it was written, as long as it is the order's; Lad looks for it by the number that it is.
func TestPhoneReadsBackAsWritten(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		in := mug(1, "MUG-1")
		in["phone"] = "(067) 111-22-33"
		id := c.add(in)
		if got := c.one(id)["phone"]; got != "(067) 111-22-33" {
			t.Errorf("%v", got)
		}
		if found := c.ok("getOrdersByPhone", m{"phone": "+380671112233"}).list("orders"); len(found) != 1 {
			t.Errorf("%v", found)
		}
		c.ok("setOrderFields", m{"order_id": id, "phone": "067 111 22 44"})
		if got := c.one(id)["phone"]; got != "067 111 22 44" {
			t.Errorf("%v", got)
		}
		c.ok("setOrderFields", m{"order_id": id, "phone": "+380671112255"})
		if got := c.one(id)["phone"]; got != "+380671112255" {
			t.Errorf("%v", got)
		}
	})
}

// The number of a discount that is gone is nobody else's.
func TestDiscountNumbersAreNotReused(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		id := c.add(mug(1, "MUG-1"))
		off := m{"order_id": id, "name": "Promo", "price_brutto": -5, "quantity": 1}
		first := c.ok("addOrderProduct", off).int("order_product_id")
		c.ok("deleteOrderProduct", m{"order_id": id, "order_product_id": first})
		if second := c.ok("addOrderProduct", off).int("order_product_id"); second == first {
			t.Errorf("%d again", second)
		}
	})
}

// A further parcel does not push out the one that the order had; without the last one the order shows the one before.
func TestParcelsStandBesideOneAnother(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(3, "MUG-1"))
		if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: "20450000000001", Carrier: "nova_poshta"}); err != nil {
			t.Fatal(err)
		}
		c.ok("createPackageManual", m{"order_id": id, "courier_code": "dpd", "package_number": "D2"})
		numbers := func() (out []string) {
			for _, p := range c.ok("getOrderPackages", m{"order_id": id}).list("packages") {
				out = append(out, fmt.Sprint(p["courier_code"], " ", p["courier_package_nr"]))
			}
			return append(out, fmt.Sprint(c.one(id)["delivery_package_module"], " ", c.one(id)["delivery_package_nr"]))
		}
		if got := fmt.Sprint(numbers()); got != "[nova_poshta 20450000000001 dpd D2 dpd D2]" {
			t.Error(got)
		}
		if p := c.ok("getPackageDetails", m{"package_number": "20450000000001"}); p.int("package_id") == 0 {
			t.Errorf("%v", p)
		}
		c.ok("deleteCourierPackage", m{"courier_code": "dpd", "package_number": "D2"})
		if got := fmt.Sprint(numbers()); got != "[nova_poshta 20450000000001 nova_poshta 20450000000001]" {
			t.Error(got)
		}
	})
}
