package connections_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

// The order's stage and waybill are written back along the channel's own graph.
func TestWriteBackRozetka(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 20)
		shop := rozetka.New(rozetka.Options{})
		offer(shop, "A", 100_00, 20)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		placed := buy(t, shop, "A", 1)
		id := orderOf(t, s, c.ID, placed.ID)
		status := func(want string) {
			t.Helper()
			apptest.Eventually(t, "status "+want, func() bool {
				o, _ := shop.Order(placed.ID)
				return o.Status == want && getOrder(t, s, id).Push.State == "confirmed"
			})
		}
		act(t, s.Orders.Confirm, s.Who, id)
		status("26")
		act(t, s.Orders.StartPicking, s.Who, id)
		status("2")
		if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: "20450000000001", Carrier: "nova_poshta"}); err != nil {
			t.Fatal(err)
		}
		status("61")
		if o, _ := shop.Order(placed.ID); o.Tracking != "20450000000001" {
			t.Errorf("waybill %q", o.Tracking)
		}
		// From new to handed over in one go: every step is walked.
		placed = buy(t, shop, "A", 1)
		id = orderOf(t, s, c.ID, placed.ID)
		if err := s.Connections.Pause(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		act(t, s.Orders.Confirm, s.Who, id)
		act(t, s.Orders.StartPicking, s.Who, id)
		if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: "20450000000002", Carrier: "nova_poshta"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		status("61")
		// Picked orders can not be cancelled on Rozetka: the channel's refusal is parked with its words and a task.
		placed = buy(t, shop, "A", 1)
		id = orderOf(t, s, c.ID, placed.ID)
		act(t, s.Orders.Confirm, s.Who, id)
		act(t, s.Orders.StartPicking, s.Who, id)
		status("2")
		if _, err := s.Orders.Cancel(ctx, s.Who, id, orders.CancelInput{Reason: connector.ReasonBuyer}); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "the push is parked", func() bool { return getOrder(t, s, id).Push.State == "parked" })
		if p := getOrder(t, s, id).Push; !strings.Contains(p.Error, "2") || s.Tasks("push_parked", "order", id) != 1 || s.Told("order.push_parked", "order", id) != 1 {
			t.Errorf("parked: %+v", p)
		}
		// Without a waybill the step that needs one is not tried.
		placed = buy(t, shop, "A", 1)
		id = orderOf(t, s, c.ID, placed.ID)
		act(t, s.Orders.Confirm, s.Who, id)
		if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{}); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "the push without waybill is parked", func() bool { return strings.Contains(getOrder(t, s, id).Push.Error, "waybill") })
	})
}

func act(t *testing.T, f func(context.Context, access.Actor, int64) (orders.Order, error), who access.Actor, id int64) {
	t.Helper()
	if _, err := f(ctx, who, id); err != nil {
		t.Fatal(err)
	}
}

// Prom keeps the waybill apart from the status and cancels with its own reasons; a duplicate without a twin is parked.
func TestWriteBackProm(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 20)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 20)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		placed := buy(t, shop, "A", 1)
		id := orderOf(t, s, c.ID, placed.ID)
		act(t, s.Orders.Confirm, s.Who, id)
		if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: "20450000000001", Carrier: "nova_poshta"}); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "declaration", func() bool { o, _ := shop.Order(placed.ID); return o.Tracking == "20450000000001" })
		act(t, s.Orders.Complete, s.Who, id)
		apptest.Eventually(t, "delivered", func() bool { o, _ := shop.Order(placed.ID); return o.Status == "delivered" })
		placed = buy(t, shop, "A", 1)
		id = orderOf(t, s, c.ID, placed.ID)
		if _, err := s.Orders.Cancel(ctx, s.Who, id, orders.CancelInput{Reason: connector.ReasonOther, Text: "не той колір"}); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "cancelled", func() bool { o, _ := shop.Order(placed.ID); return o.Cancelled && o.Reason != "" })
		shows(t, shop, "A", 19)
	})
}

// What was done while the connection rested is caught up as far as Prom's statuses go: it has none for "shipped", so that the
// waybill and the last stage before it are told. What it will not take is parked with its words.
func TestWriteBackAfterPause(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 100_00, 20)
		shop := prom.New(prom.Options{})
		offer(shop, "A", 100_00, 20)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		placed, kept := buy(t, shop, "A", 1), buy(t, shop, "A", 1)
		ids := []int64{orderOf(t, s, c.ID, placed.ID), orderOf(t, s, c.ID, kept.ID)}
		if err := s.Connections.Pause(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			act(t, s.Orders.Confirm, s.Who, id)
			if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: fmt.Sprintf("2045000000000%d", id%10), Carrier: "nova_poshta"}); err != nil {
				t.Fatal(err)
			}
		}
		shop.SkipStatus(kept.ID)
		if err := s.Connections.Resume(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		for i, want := range []struct{ id, status, push string }{{placed.ID, "received", "confirmed"}, {kept.ID, "pending", "parked"}} {
			apptest.Eventually(t, "the push of "+want.id, func() bool { return getOrder(t, s, ids[i]).Push.State == want.push })
			if o, _ := shop.Order(want.id); o.Status != want.status || o.Tracking == "" {
				t.Errorf("order %d: status %q, waybill %q, want %q", i, o.Status, o.Tracking, want.status)
			}
		}
		if p := getOrder(t, s, ids[1]).Push; p.Error == "" || s.Tasks("push_parked", "order", ids[1]) != 1 {
			t.Errorf("parked: %+v", p)
		}
	})
}
