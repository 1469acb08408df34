package connectorphp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
)

// A return reads back as it was written and goes through its statuses; neither goods nor the order move by it.
func TestReturnIsANotice(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		order := c.add(mug(4, "MUG-1"))
		input := m{"order_id": order, "status_id": 1, "reference_number": "RMA-5", "date_add": 1767001400, "currency": "UAH", "refunded": false, "email": "ola@example.org", "phone": "500100200",
			"delivery_price": "9.90", "delivery_city": "Gdynia", "delivery_country_code": "PL", "extra_field_1": "one", "refund_iban": "PL61109010140000071219812874", "custom_extra_fields": m{"9": "x"},
			"products": []m{{"name": "Mug", "sku": "MUG-1", "quantity": 2, "price_brutto": 49, "tax_rate": 23, "return_reason_id": 2}}}
		id := c.ok("addOrderReturn", input).int("return_id")
		one := func() reply {
			t.Helper()
			list := c.ok("getOrderReturns", m{"order_id": order, "include_custom_extra_fields": 1}).list("returns")
			if len(list) != 1 {
				t.Fatalf("%v", list)
			}
			return list[0]
		}
		got := one()
		for name, want := range map[string]any{"return_id": json.Number(fmt.Sprint(id)), "reference_number": "RMA-5", "date_add": json.Number("1767001400"), "refunded": "0", "email": "ola@example.org",
			"phone": "500100200", "delivery_price": json.Number("9.9"), "delivery_city": "Gdynia", "delivery_country": "Polska", "extra_field_1": "one", "fulfillment_status": json.Number("0"),
			"order_return_iban": "PL61109010140000071219812874", "order_return_source": "personal"} {
			if got[name] != want {
				t.Errorf("%s: %v, want %v", name, got[name], want)
			}
		}
		line := got.list("products")[0]
		if line["sku"] != "MUG-1" || line.int("quantity") != 2 || line.int("return_reason_id") != 2 || line.int("status_id") != 1 || got.at("custom_extra_fields")["9"] != "x" {
			t.Errorf("%v", got)
		}
		c.ok("setOrderReturnProductFields", m{"return_id": id, "order_return_product_id": line.int("order_return_product_id"), "status_id": 3, "quantity": 1})
		c.ok("setOrderReturnRefund", m{"return_id": id, "order_refund_done": 49, "external_refund_id": "RF"})
		c.ok("setOrderReturnFields", m{"return_id": id, "admin_comments": "seen", "delivery_city": ""})
		c.ok("setOrderReturnStatus", m{"return_id": id, "status_id": 3})
		got = one()
		if got["refunded"] != "1" || got["refund_done"] != json.Number("49") || got["admin_comments"] != "seen" || got["delivery_city"] != "" || got.int("fulfillment_status") != 1 ||
			got.list("products")[0].int("quantity") != 1 {
			t.Errorf("%v", got)
		}
		if pay := c.ok("getOrderReturnPaymentsHistory", m{"return_id": id}).list("payments"); len(pay) != 1 || pay[0]["total_price"] != json.Number("58.9") {
			t.Errorf("%v", pay)
		}
		s.Time.Advance(3e9)
		var types []int64
		for _, r := range c.ok("getOrderReturnJournalList", m{"last_log_id": 0}).list("logs") {
			types = append(types, r.int("log_type"))
		}
		if !slices.Equal(types, []int64{1, 11, 5, 6, 10, 3}) {
			t.Errorf("events %v", types)
		}
		s.Wants(sku.ID, 8, 0)
		if o := c.one(order); o.int("order_status_id") != 4 {
			t.Errorf("the order moved to %d", o.int("order_status_id"))
		}
		c.refused("ERROR_RETURN_ID", "setOrderReturnStatus", m{"return_id": id + 1, "status_id": 1})
		c.refused("ERROR_STATUS_ID", "setOrderReturnStatus", m{"return_id": id, "status_id": 77})
		input["order_id"] = order + 1000
		c.refused("ERROR_ORDER_ID", "addOrderReturn", input)
	})
}

// A line that comes back is the order's line: what the client does not say of it is what the order says. Two spellings of the
// reason, the line's status and the refund are in use.
func TestReturnOfAnOrdersLine(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		order := c.add(mug(1, "MUG-1"))
		line := c.one(order).list("products")[0].int("order_product_id")
		head := m{"order_id": order, "status_id": 1, "date_add": 1, "currency": "UAH"}
		head["products"] = []m{{"order_product_id": line, "quantity": 1}}
		id := c.ok("addOrderReturn", head).int("return_id")
		c.ok("addOrderReturnProduct", m{"return_id": id, "order_product_id": line, "quantity": 1, "reason_id": 2, "product_status_id": 3, "price_brutto": 40})
		c.ok("setOrderReturnRefund", m{"return_id": id, "refund_done": 5})
		got := c.ok("getOrderReturns", m{"return_id": id}).list("returns")[0]
		for i, want := range []m{{"price_brutto": "49", "return_reason_id": "0", "status_id": "1"}, {"price_brutto": "40", "return_reason_id": "2", "status_id": "3"}} {
			p := got.list("products")[i]
			want["name"], want["sku"], want["product_id"], want["attributes"], want["quantity"], want["tax_rate"] = "Mug", "MUG-1", fmt.Sprint(sku.ID), "blue", "1", "23"
			for name, v := range want {
				if fmt.Sprint(p[name]) != v {
					t.Errorf("line %d, %s: %v, want %v", i, name, p[name], v)
				}
			}
		}
		if got["refund_done"] != json.Number("5") || got["refunded"] != "1" {
			t.Errorf("%v", got)
		}
		c.ok("setOrderReturnProductFields", m{"return_id": id, "order_return_product_id": got.list("products")[0]["order_return_product_id"], "reason_id": 1, "product_status_id": 2})
		if p := c.ok("getOrderReturns", m{"return_id": id}).list("returns")[0].list("products")[0]; p.int("return_reason_id") != 1 || p.int("status_id") != 2 {
			t.Errorf("%v", p)
		}
		head["products"] = []m{{"order_product_id": line + 7, "quantity": 1}}
		c.refused("ERROR_BAD_PARAMETERS", "addOrderReturn", head)
		head["products"] = []m{{"order_product_id": 0, "name": "Spoon", "quantity": 1}}
		c.ok("addOrderReturn", head)
	})
}
