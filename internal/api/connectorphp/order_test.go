package connectorphp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

var ctx = context.Background()

// one reads one order as clients see it.
func (c *client) one(id int64, more ...string) reply {
	c.t.Helper()
	p := m{"order_id": id}
	for _, flag := range more {
		p[flag] = true
	}
	list := c.ok("getOrders", p).list("orders")
	if len(list) != 1 {
		c.t.Fatalf("order %d: %v", id, list)
	}
	return list[0]
}

// add takes an order in.
func (c *client) add(order m) int64 { c.t.Helper(); return c.ok("addOrder", order).int("order_id") }

// What addOrder was given reads back, with the JSON types of the sheet; the goods are held and the journal has it.
func TestAddedOrderReadsBack(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(2, "MUG-1"))
		got := c.one(id, "include_custom_extra_fields", "include_commission_data", "include_connect_data")
		for name, want := range map[string]any{
			"order_source": "personal", "order_source_id": json.Number("0"), "order_status_id": json.Number("2"), "confirmed": true, "date_add": json.Number("1767001100"),
			"user_login": "ola_n", "phone": "+48500100200", "email": "ola@example.org", "user_comments": "Proszę o kontakt", "admin_comments": "vip", "currency": "UAH",
			"payment_method": "BLIK", "payment_method_cod": "0", "payment_done": json.Number("107.9"), "delivery_method": "Locker", "delivery_price": json.Number("9.9"),
			"delivery_fullname": "Ola Nowa", "delivery_company": "Nowa sp. z o.o.", "delivery_address": "Polna 3/4", "delivery_city": "Gdynia", "delivery_state": "pomorskie",
			"delivery_postcode": "81-001", "delivery_country_code": "PL", "delivery_country": "Polska", "delivery_point_id": "GDY07", "delivery_point_name": "Paczkomat GDY07",
			"delivery_point_address": "Morska 1", "delivery_point_postcode": "81-002", "delivery_point_city": "Gdynia", "invoice_nip": "5861234567", "invoice_company": "Nowa",
			"invoice_state": "pomorskie", "invoice_country": "Polska", "want_invoice": "1", "extra_field_1": "one", "extra_field_2": "two",
			"custom_extra_fields": map[string]any{"135": "B2B"}, "pick_state": json.Number("0"),
			"commission":   map[string]any{"net": json.Number("0"), "gross": json.Number("0"), "currency": "UAH"},
			"connect_data": map[string]any{"connect_integration_id": json.Number("0"), "connect_contractor_id": json.Number("0")},
		} {
			if diff := cmp.Diff(want, got[name]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		line := got.list("products")[0]
		want := map[string]any{"storage": "db", "storage_id": json.Number("1"), "order_product_id": json.Number(fmt.Sprint(id * 1000)), "product_id": fmt.Sprint(sku.ID), "variant_id": "0",
			"name": "Mug", "attributes": "blue", "sku": "MUG-1", "ean": "", "location": "A-1", "warehouse_id": json.Number(fmt.Sprint(s.Warehouse)), "auction_id": "0",
			"price_brutto": json.Number("49"), "tax_rate": json.Number("23"), "quantity": json.Number("2"), "weight": json.Number("0.4"), "bundle_id": json.Number("0")}
		if diff := cmp.Diff(want, map[string]any(line)); diff != "" {
			t.Error(diff)
		}
		s.Wants(sku.ID, 10, 2)
		if s.Told("order.accepted", "order", id) != 1 {
			t.Error("the journal does not have the order")
		}
		card, err := s.Orders.Get(ctx, s.Who, id)
		if err != nil || card.Order.Stage != connector.StageConfirmed || card.Order.PaymentState != connector.PaymentPaid || card.Order.BuyerName != "Ola Nowa" {
			t.Errorf("%+v, %v", card.Order, err)
		}
	})
}

// Two calls are two orders. With the merchant's rule for the token the same source and field are one: the same content gets
// the same answer, other content is refused, another source is another order.
func TestRepeatedAddOrder(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 100)
		if a, b := c.add(mug(1, "MUG-1")), c.add(mug(1, "MUG-1")); a == b {
			t.Errorf("both calls made order %d", a)
		}
		token := s.Int("select max(id) from api_token where tenant_id = $1")
		path := fmt.Sprint("/api/v1/baselinker/tokens/", token)
		for body, status := range map[string]int{`{"same_order":"email"}`: 400, `{"same_order":"extra_field_1"}`: 200} {
			if r := s.Ask("PUT", path, []byte(body)); r.Status != status {
				t.Fatalf("%s: %d %s", body, r.Status, r.Body)
			}
		}
		first := mug(1, "MUG-1")
		first["custom_source_id"], first["extra_field_1"] = 1201, "web-77"
		a := c.add(first)
		if b := c.add(first); b != a {
			t.Errorf("the same order is %d and %d", a, b)
		}
		first["delivery_price"] = 15
		c.refused("ERROR_ORDER_EXISTS", "addOrder", first)
		first["custom_source_id"] = 1202
		if b := c.add(first); b == a {
			t.Error("another source is the same order")
		}
		s.Wants(sku.ID, 100, 8)
		sources := c.ok("getOrderSources", nil).at("sources", "personal")
		if sources["1201"] == nil || sources["1202"] == nil || sources["0"] == nil {
			t.Errorf("sources: %v", sources)
		}
		if list := c.ok("getOrders", m{"filter_order_source": "personal", "filter_order_source_id": "1201"}).list("orders"); len(list) != 1 || list[0].int("order_id") != a {
			t.Errorf("by source: %v", list)
		}
		if r := s.AskAs(s.Token("orders:read"), "GET", path, nil); r.Status != 403 {
			t.Errorf("anybody may read the rules: %d", r.Status)
		}
	})
}

// intake takes orders in by the path of channels' orders.
func intake(t testing.TB, s *apptest.Living, n int, change func(i int, in *orders.Intake)) {
	t.Helper()
	list := make([]orders.Intake, n)
	for i := range list {
		list[i] = orders.Intake{Actor: s.Who, Source: "api", Body: []byte(fmt.Sprint(i)), Order: connector.Order{ExternalID: fmt.Sprint("k-", i), Total: money.New(0, money.UAH),
			Buyer: connector.Person{Name: "Ola", Phone: "+48500100200", Email: "ola@example.org"},
			Lines: []connector.Line{{Title: "Mug", Quantity: qty.One, Price: money.New(49_00, money.UAH)}}}}
		if change != nil {
			change(i, &list[i])
		}
	}
	for _, a := range s.Orders.IntakeAll(ctx, list) {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
	}
}

// Both loops of importing clients, by id and by date of confirmation, find every order exactly once.
func TestPagesOfOrders(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		for i := range 5 {
			intake(t, s, 50, func(n int, in *orders.Intake) { in.Order.ExternalID = fmt.Sprint(i, "-", n) })
			s.Time.Advance(3e9)
		}
		walk := func(next func(last reply) m) (ids map[int64]int, pages int) {
			ids = map[int64]int{}
			var last reply
			for {
				list := c.ok("getOrders", next(last)).list("orders")
				for i, o := range list {
					ids[o.int("order_id")]++
					if i > 0 && o.int("date_confirmed") < list[i-1].int("date_confirmed") {
						t.Error("not in order of confirmation")
					}
				}
				if pages++; len(list) < 100 {
					return ids, pages
				}
				last = list[len(list)-1]
			}
		}
		for name, next := range map[string]func(last reply) m{
			"id_from": func(last reply) m { return m{"id_from": fmt.Sprint(last.int("order_id") + 1)} },
			"date_confirmed_from": func(last reply) m {
				return m{"date_confirmed_from": last.int("date_confirmed") + 1, "get_unconfirmed_orders": false}
			},
		} {
			ids, pages := walk(next)
			if len(ids) != 250 || pages != 3 {
				t.Errorf("%s: %d orders on %d pages", name, len(ids), pages)
			}
			for id, n := range ids {
				if n != 1 {
					t.Errorf("%s: order %d came %d times", name, id, n)
				}
			}
		}
	})
}

// Orders are found by what clients filter by.
func TestFiltersOfOrders(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 100)
		channel := channelOf(t, s)
		intake(t, s, 3, func(i int, in *orders.Intake) {
			in.Order.ExternalID, in.Order.Buyer = fmt.Sprint("5500", i), connector.Person{Name: "Ewa", Phone: "+4850010030" + fmt.Sprint(i), Email: fmt.Sprint("ewa", i, "@example.org")}
			in.Order.Buyer.ExternalID = "one-buyer"
			in.ConnectionID, in.Source = channel, "prom"
		})
		own := c.add(mug(1, "MUG-1"))
		count := func(want int, p m) {
			t.Helper()
			if list := c.ok("getOrders", p).list("orders"); len(list) != want {
				t.Errorf("%v: %d orders, want %d", p, len(list), want)
			}
		}
		count(4, m{})
		count(3, m{"filter_order_source": "prom"})
		count(3, m{"filter_order_source": "prom", "filter_order_source_id": channel})
		count(0, m{"filter_order_source": "prom", "filter_order_source_id": channel + 1})
		count(1, m{"filter_order_source": "personal"})
		count(1, m{"filter_external_order_id": "55001"})
		count(1, m{"filter_shop_order_id": 55002})
		count(1, m{"filter_email": "EWA1@example.org"})
		count(0, m{"filter_email": "nobody@example.org"})
		count(0, m{"filter_email": "not an address"})
		count(4, m{"status_id": 1})
		count(0, m{"status_id": 3})
		count(1, m{"id_from": own})
		count(0, m{"date_confirmed_from": s.Time.Now().Unix() + 5})
		count(4, m{"date_from": 1767001000})
		for _, o := range c.ok("getOrders", m{"filter_order_source": "prom"}).list("orders") {
			if o["external_order_id"] == "" || o.int("shop_order_id") == 0 || o.int("order_source_id") != channel {
				t.Errorf("a channel's order: %v", o)
			}
			c.refused("ERROR_CONFLICT", "addOrderProduct", m{"order_id": o.int("order_id"), "name": "x", "quantity": 1, "price_brutto": 1})
			c.refused("ERROR_ORDER_ID", "deleteOrders", m{"order_ids": []int64{o.int("order_id")}})
		}
		if list := c.ok("getOrdersByPhone", m{"phone": "500 100 302"}).list("orders"); len(list) != 0 {
			t.Errorf("a Polish number without its code, asked in a Ukrainian shop: %v", list)
		}
		if list := c.ok("getOrdersByPhone", m{"phone": "48500100302"}).list("orders"); len(list) != 1 || list[0]["delivery_fullname"] != "Ewa" {
			t.Errorf("by phone: %v", list)
		}
	})
}

// Strict clients read whole quantities: a part of a piece is one line of its own price.
func TestBrokenQuantity(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		intake(t, s, 1, func(_ int, in *orders.Intake) {
			in.Order.Lines[0] = connector.Line{Title: "Kabel", Quantity: 2500, Price: money.New(40_00, money.UAH)}
		})
		line := c.ok("getOrders", m{}).list("orders")[0].list("products")[0]
		if line.int("quantity") != 1 || line["price_brutto"] != json.Number("100") || line["name"] != "Kabel ×2.5" {
			t.Errorf("%v", line)
		}
	})
}
