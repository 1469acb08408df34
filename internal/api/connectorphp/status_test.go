package connectorphp_test

import (
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
)

// A status carries the order to its stage, step by step, with all that belongs to the steps. A client's own status counts
// until somebody moves the order on.
func TestStatusMovesTheOrder(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		id := c.add(mug(1, "MUG-1"))
		calls := c.ok("addOrderStatus", m{"name": "Zadzwonić", "type": 0}).int("status_id")
		sent := c.ok("addOrderStatus", m{"name": "Wysłane kurierem", "type": "3", "color": "#aabbcc"}).int("status_id")
		stands := func(want int64) {
			t.Helper()
			if o := c.one(id); o.int("order_status_id") != want {
				t.Errorf("status %d, want %d", o.int("order_status_id"), want)
			}
		}
		c.ok("setOrderStatus", m{"order_id": id, "status_id": calls})
		stands(calls)
		if list := c.ok("getOrders", m{"status_id": calls}).list("orders"); len(list) != 1 {
			t.Errorf("by status: %v", list)
		}
		if list := c.ok("getOrders", m{"status_id": 1}).list("orders"); len(list) != 0 {
			t.Errorf("by the stage's status: %v", list)
		}
		if _, err := s.Orders.Confirm(ctx, s.Who, id); err != nil {
			t.Fatal(err)
		}
		stands(2)
		c.ok("setOrderStatuses", m{"order_ids": []int64{id}, "status_id": sent})
		stands(sent)
		s.Wants(sku.ID, 8, 0)
		c.refused("ERROR_STATUS_ID", "setOrderStatus", m{"order_id": id, "status_id": 1})
		c.refused("ERROR_STATUS_ID", "deleteOrderStatus", m{"status_id": sent, "target_status_id": calls})
		c.ok("deleteOrderStatus", m{"status_id": sent, "target_status_id": 4})
		stands(4)
		c.ok("setOrderStatus", m{"order_id": id, "status_id": 7})
		stands(7)
		s.Wants(sku.ID, 8, 0) // goods come back by a document of their own
		c.refused("ERROR_STATUS_ID", "deleteOrderStatus", m{"status_id": 1})
		c.refused("ERROR_STATUS_ID", "addOrderStatus", m{"status_id": 3, "name": "x"})
	})
}

// A cancelled order frees its goods, by its status or by being deleted; a deleted one is seen no more, and Lad still has it.
func TestCancelledAndDeleted(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		sku := s.Goods("MUG-1", 49_00, 10)
		a, b, sent := c.add(mug(1, "MUG-1")), c.add(mug(1, "MUG-1")), c.add(mug(4, "MUG-1"))
		s.Wants(sku.ID, 8, 4)
		c.ok("setOrderStatus", m{"order_id": a, "status_id": "6"})
		s.Wants(sku.ID, 8, 2)
		c.ok("deleteOrders", m{"order_ids": []int64{b}})
		s.Wants(sku.ID, 8, 0)
		if list := c.ok("getOrders", m{}).list("orders"); len(list) != 2 {
			t.Errorf("%d orders are seen", len(list))
		}
		c.refused("ERROR_ORDER_ID", "setOrderStatus", m{"order_id": b, "status_id": 2})
		c.refused("ERROR_ORDER_ID", "setOrderFields", m{"order_id": b, "email": "x@example.org"})
		c.refused("ERROR_ORDER_ID", "deleteOrders", m{"order_ids": []int64{sent}})
		if card, err := s.Orders.Get(ctx, s.Who, b); err != nil || card.Order.Stage != connector.StageCancelled {
			t.Errorf("%v, %v", card.Order.Stage, err)
		}
	})
}

// A line outside the catalogue, as clients add for packing, does not keep an order from being sent.
func TestFreeLineIsSent(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 5)
		order := mug(1, "MUG-1")
		order["products"] = append(order["products"].([]any), m{"storage": "", "storage_id": 0, "product_id": "", "name": "Gift wrap", "price_brutto": 5, "quantity": 1})
		id := c.add(order)
		c.ok("setOrderStatus", m{"order_id": id, "status_id": 4})
		if o := c.one(id); o.int("order_status_id") != 4 || len(o.list("products")) != 2 {
			t.Errorf("status %d, %d lines", o.int("order_status_id"), len(o.list("products")))
		}
	})
}

// An order that lacks goods is not sent by a client either.
func TestShortOrderIsNotSent(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		s.Goods("MUG-1", 49_00, 1)
		id := c.add(mug(1, "MUG-1"))
		c.refused("ERROR_CONFLICT", "setOrderStatus", m{"order_id": id, "status_id": 4})
		if o := c.one(id); o.int("order_status_id") != 2 {
			t.Errorf("status %d: the steps that were possible stay", o.int("order_status_id"))
		}
		s.Goods("MUG-2", 49_00, 9)
		other := c.add(mug(1, "MUG-2"))
		c.refused("ERROR_CONFLICT", "setOrderStatuses", m{"order_ids": []int64{id, other}, "status_id": 4})
		if o := c.one(other); o.int("order_status_id") != 4 {
			t.Errorf("status %d: one order does not hold the others back", o.int("order_status_id"))
		}
	})
}
