package connections_test

import (
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/sim/opencartdb"
)

// A channel whose orders can only be read is told nothing, nothing waits for it, and no person is asked. Its quantities are sent as
// those of any other; without the right to change them it says so and is not asked again and again.
func TestChannelThatIsOnlyRead(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		a := s.Goods("A", 100_00, 20)
		shop := opencartdb.New(opencartdb.Options{})
		offer(shop, "A", 100_00, 20)
		c, _ := s.Connect(shop, nil)
		s.Start()
		settled(t, s, c)
		placed := buy(t, shop, "A", 1)
		id := orderOf(t, s, c.ID, placed.ID)
		waits := func() int64 { return s.Int("select count(*) from order_push where tenant_id = $1") }
		act(t, s.Orders.Confirm, s.Who, id)
		apptest.Eventually(t, "nothing waits", func() bool { return waits() == 0 })
		act(t, s.Orders.StartPicking, s.Who, id)
		if _, err := s.Orders.Ship(ctx, s.Who, id, orders.ShipInput{Tracking: "20450000000001", Carrier: "nova_poshta"}); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "nothing waits", func() bool { return waits() == 0 })
		if o, _ := shop.Order(placed.ID); o.Status != "1" || s.Tasks("push_parked", "order", id) != 0 || getOrder(t, s, id).Push.State != "" {
			t.Errorf("status %s, push %+v", o.Status, getOrder(t, s, id).Push)
		}
		shows(t, shop, "A", 19)

		shop.Deny("update", "product", "quantity")
		s.Adjust(a.ID, -1)
		told := func() int64 {
			return s.Int("select count(*) from listing_stock where tenant_id = $1 and state in ('parked', 'failed') and error like $2", "%UPDATE%")
		}
		apptest.Eventually(t, "the missing right is told", func() bool { return told() == 1 })
		asked := s.Told("listing.refused", "connection", c.ID)
		if c := s.Connection(c.ID); c.State != "active" || strings.Contains(c.LastError, opencartdb.Password) {
			t.Errorf("connection %+v", c)
		}
		placed = buy(t, shop, "A", 1)
		orderOf(t, s, c.ID, placed.ID)
		if n := s.Told("listing.refused", "connection", c.ID); n > asked+1 {
			t.Errorf("refused %d times more", n-asked)
		}
		shows(t, shop, "A", 18)

		shop.Allow()
		if err := s.Connections.SyncNow(ctx, s.Who, c.ID); err != nil {
			t.Fatal(err)
		}
		shows(t, shop, "A", 17)
	})
}
