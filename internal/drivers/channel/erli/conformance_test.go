package erli_test

import (
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/erli"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/erli"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{
		Driver:    erli.New(),
		Forbidden: []connectortest.Step{{From: "canceled", To: "inProgress"}, {From: "sent", To: "canceled"}, {From: "received", To: "inProgress"}},
		New: func(t *testing.T) *connectortest.Outside {
			shop := sim.New(sim.Options{})
			o := drivertest.Outside(t, shop, nil, map[string]string{"token": "wrong-key"})
			o.Charge = func(orderID string, amount connector.Money) string { return shop.Charge(orderID, amount.Minor) }
			return o
		},
	})
}
