package shopify_test

import (
	"slices"
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/shopify"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/shopify"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	modes := map[string]struct {
		set, bad map[string]string
		recovers bool
	}{
		"token":              {bad: map[string]string{"token": "shpat_wrong"}},
		"client credentials": {map[string]string{"token": "", "client_id": "sim-client-id"}, map[string]string{"client_id": "another"}, true},
	}
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Subject{
				Driver: shopify.New(),
				Orders: 60, // six pages
				Forbidden: []connectortest.Step{
					{From: "CANCELLED", To: "CONFIRMED"}, {From: "CANCELLED", To: "FULFILLED"}, {From: "CANCELLED", To: "CLOSED"},
					{From: "FULFILLED", To: "CANCELLED"}, {From: "FULFILLED", To: "PICKING"}, {From: "CLOSED", To: "CANCELLED"},
				},
				New: func(t *testing.T) *connectortest.Outside {
					shop := sim.New(sim.Options{})
					o := drivertest.Outside(t, shop, mode.set, mode.bad)
					o.Recovers = mode.recovers
					o.OrderStatus = func(id string) string { return statusOf(t, shop, id) }
					return o
				},
			})
		})
	}
}

// statusOf puts together what the shop shows of an order into the driver's code.
func statusOf(t *testing.T, shop *sim.Shop, id string) string {
	t.Helper()
	o, ok := shop.Order(id)
	if !ok {
		t.Fatalf("no order %s", id)
	}
	financial, tags := shop.Marks(id)
	switch {
	case o.Status != "UNFULFILLED":
		return o.Status
	case slices.Contains(tags, "lad-picking"):
		return "PICKING"
	case slices.Contains(tags, "lad-confirmed"):
		return "CONFIRMED"
	}
	return financial
}
