package orders_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// However many cancel at once, one does, and the goods come back once: pains 6 and 72.
func TestCancelReleasesOnce(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 5)
		id := take(t, s, own(s.Who, "key", line("A-1", 3, 100_00))).OrderID
		s.Wants(sku.ID, 5, 3)
		_, err := s.Orders.Cancel(ctx, s.Who, id, orders.CancelInput{Reason: "no such reason"})
		wants(t, err, errs.Invalid)
		_, err = s.Orders.Cancel(ctx, s.Who, id, orders.CancelInput{Reason: connector.ReasonDuplicate, TwinID: id + 77})
		wants(t, err, errs.Invalid)
		var done atomic.Int64
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, err := s.Orders.Cancel(ctx, s.Who, id, orders.CancelInput{Reason: connector.ReasonBuyer, Text: "передумав"})
				switch {
				case err == nil:
					done.Add(1)
				case !errs.Is(err, errs.Conflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s.Wants(sku.ID, 5, 0)
		c := card(t, s, id)
		if done.Load() != 1 || c.Order.CancelBy != "seller" || c.Order.CancelReason != string(connector.ReasonBuyer) || c.Order.CancelledAt == 0 || c.Order.Comment != "" {
			t.Errorf("%d cancelled, order %+v", done.Load(), c.Order)
		}
	})
}

// An order goes its way step by step; the goods leave once.
func TestShipMovesOnce(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 5)
		id := take(t, s, own(s.Who, "key", line("A-1", 3, 100_00))).OrderID
		_, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{})
		wants(t, err, errs.Conflict)
		for name, f := range map[string]func() (orders.Order, error){
			"confirm": func() (orders.Order, error) { return s.Orders.Confirm(ctx, s.Who, id) },
		} {
			if o, err := f(); err != nil || o.DueAt == 0 {
				t.Errorf("%s: %v, due %d", name, err, o.DueAt)
			}
		}
		_, err = s.Orders.Confirm(ctx, s.Who, id)
		wants(t, err, errs.Conflict)
		if _, err := s.Orders.StartPicking(ctx, s.Who, id); err != nil {
			t.Fatal(err)
		}
		o, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: " 20450000000001 ", Carrier: "nova_poshta"})
		if err != nil || o.Tracking != "20450000000001" || o.DueAt != 0 {
			t.Fatalf("%v: %+v", err, o)
		}
		s.Wants(sku.ID, 2, 0)
		_, err = s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{})
		wants(t, err, errs.Conflict)
		_, err = s.Orders.Cancel(ctx, s.Who, id, orders.CancelInput{Reason: connector.ReasonBuyer})
		wants(t, err, errs.Conflict)
		s.Wants(sku.ID, 2, 0)
		if o, err = s.Orders.Complete(ctx, s.Who, id); err != nil || o.Stage != connector.StageCompleted {
			t.Errorf("%v: %s", err, o.Stage)
		}
	})
}

// Lists page in both directions without gaps, filter, search and count.
func TestLists(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A-1", 100_00, 10)
		s.Goods("B-2", 100_00, 1000)
		var ids []int64
		for i := range 25 {
			in := own(s.Who, fmt.Sprintf("key-%02d", i), line([]string{"A-1", "B-2"}[i%2], 1, 100_00))
			in.Order.Buyer = connector.Person{Name: fmt.Sprintf("Покупець Коваль%c", 'а'+i), Phone: fmt.Sprintf("+380671%02d00777", i)}
			ids = append(ids, take(t, s, in).OrderID)
		}
		checkPaging(t, s, ids)
		if _, err := s.Orders.Confirm(ctx, s.Who, ids[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Orders.Ship(ctx, s.Who, ids[0], orders.ShipInput{Tracking: "20450000000777"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Orders.Assign(ctx, s.Who, ids[3], 42); err != nil {
			t.Fatal(err)
		}
		n := func(f orders.Filter) int {
			t.Helper()
			page, _, err := s.Orders.List(ctx, s.Who, f)
			if err != nil {
				t.Fatal(err)
			}
			return len(page)
		}
		for name, c := range map[string]struct {
			f    orders.Filter
			want int
		}{
			"stage":      {orders.Filter{Stage: connector.StageShipped}, 1},
			"short":      {orders.Filter{Short: true}, 3},
			"owner":      {orders.Filter{OwnerID: 42}, 1},
			"SKU":        {orders.Filter{SKUID: a.ID}, 13},
			"phone":      {orders.Filter{Text: "067 107 00 777"}, 1},
			"name":       {orders.Filter{Text: "покупець ковальч"}, 1},
			"waybill":    {orders.Filter{Text: "2045 0000 0007 77"}, 1},
			"key":        {orders.Filter{Text: "key-05"}, 1},
			"our number": {orders.Filter{Text: fmt.Sprint("№", ids[9])}, 1},
			"SKU code":   {orders.Filter{Text: "a-1", Limit: 200}, 13},
			"both":       {orders.Filter{Text: "A-1", Short: true}, 3},
			"nobody":     {orders.Filter{Text: "Наталка"}, 0},
			"connection": {orders.Filter{ConnectionID: 5}, 0},
			"late":       {orders.Filter{Late: true}, 0},
		} {
			if got := n(c.f); got != c.want {
				t.Errorf("%s: %d orders, want %d", name, got, c.want)
			}
		}
		stages, short, err := s.Orders.Counts(ctx, s.Who)
		if err != nil || short != 3 || stages[0].N != 24 || stages[3].N != 1 {
			t.Errorf("counts %+v, short %d, %v", stages, short, err)
		}
		s.Time.Advance(16 * time.Minute)
		if late, err := s.Orders.Late(ctx, s.Who); err != nil || late != 24 || n(orders.Filter{Late: true, Limit: 200}) != 24 {
			t.Errorf("%d late, %v", late, err)
		}
	})
}

func checkPaging(t *testing.T, s *apptest.Living, ids []int64) {
	t.Helper()
	var down []int64
	f := orders.Filter{Limit: 10}
	for more := true; more; {
		page, next, err := s.Orders.List(ctx, s.Who, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page {
			down = append(down, o.ID)
		}
		f.Before, more = down[len(down)-1], next
	}
	if len(down) != len(ids) || down[0] != ids[len(ids)-1] {
		t.Fatalf("down: %v of %v", down, ids)
	}
	page, more, err := s.Orders.List(ctx, s.Who, orders.Filter{Limit: 10, After: down[14]})
	if err != nil || !more || len(page) != 10 || page[9].ID != down[13] || page[0].ID != down[4] {
		t.Errorf("up: %d orders, more %v, %v", len(page), more, err)
	}
}

// A shop neither sees nor touches another's orders.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A-1", 100_00, 5)
		other := s.Second()
		id := take(t, s, own(s.Who, "key", line("A-1", 1, 100_00))).OrderID
		for name, f := range map[string]func(access.Actor) error{
			"get":     func(a access.Actor) error { _, err := s.Orders.Get(ctx, a, id); return err },
			"confirm": func(a access.Actor) error { _, err := s.Orders.Confirm(ctx, a, id); return err },
			"pick":    func(a access.Actor) error { _, err := s.Orders.StartPicking(ctx, a, id); return err },
			"ship":    func(a access.Actor) error { _, err := s.Orders.Ship(ctx, a, id, orders.ShipInput{}); return err },
			"cancel": func(a access.Actor) error {
				_, err := s.Orders.Cancel(ctx, a, id, orders.CancelInput{Reason: connector.ReasonBuyer})
				return err
			},
			"assign": func(a access.Actor) error { _, err := s.Orders.Assign(ctx, a, id, 1); return err },
			"link":   func(a access.Actor) error { return s.Orders.LinkLine(ctx, a, id, 1, sku.ID) },
		} {
			if err := f(other); err == nil || errs.Is(err, errs.Internal) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if page, _, err := s.Orders.List(ctx, other, orders.Filter{Text: "key"}); err != nil || len(page) != 0 {
			t.Errorf("the other shop finds %d orders, %v", len(page), err)
		}
		twin, err := s.Orders.Intake(ctx, own(other, "key", line("A-1", 1, 100_00)))
		if err != nil || !twin.Created || twin.OrderID == id || len(twin.Unlinked) != 1 {
			t.Errorf("the same key in the other shop: %+v, %v", twin, err)
		}
		s.Wants(sku.ID, 5, 1)
		if got := card(t, s, id).Order; got.Stage != connector.StageNew || got.OwnerID != 0 || got.Version != 1 {
			t.Errorf("order %+v", got)
		}
	})
}
