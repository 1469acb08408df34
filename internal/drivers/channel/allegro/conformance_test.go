package allegro_test

import (
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/allegro"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/allegro"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{
		Driver:    allegro.New(),
		Forbidden: []connectortest.Step{{From: "SENT", To: "CANCELLED"}, {From: "PROCESSING", To: "NEW"}, {From: "NEW", To: "RETURNED"}, {From: "CANCELLED", To: "SENT"}},
		New: func(t *testing.T) *connectortest.Outside {
			shop := sim.New(sim.Options{})
			o := drivertest.Outside(t, shop, nil, map[string]string{"access_token": "wrong-token", "refresh_token": "wrong-refresh"})
			o.Recovers = true
			o.Charge = func(orderID string, amount connector.Money) string { return shop.Charge(orderID, amount.Minor) }
			return o
		},
	})
}
