package connections_test

import (
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/sim/opencart"
)

// A deleted order keeps its last status. What the shop's own list of statuses says of that status does not bring the order back to life.
func TestDeletedInTheShop(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, apptest.Engines()[0]))
	s.Goods("A", 100_00, 5)
	shop := opencart.New(opencart.Options{})
	offer(shop, "A", 100_00, 5)
	c, _ := s.Connect(shop, nil)
	s.Start()
	settled(t, s, c)
	apptest.Eventually(t, "the shop's own statuses are read", func() bool { return len(s.Connection(c.ID).Dictionary.Statuses) > 0 })
	p := buy(t, shop, "A", 2)
	id := orderOf(t, s, c.ID, p.ID)
	shows(t, shop, "A", 3)
	if err := shop.DeleteOrder(p.ID); err != nil {
		t.Fatal(err)
	}
	apptest.Eventually(t, "the deleted order is cancelled", func() bool { return getOrder(t, s, id).Order.Stage == connector.StageCancelled })
	shows(t, shop, "A", 5)
}
