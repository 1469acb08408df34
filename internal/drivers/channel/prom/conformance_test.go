package prom_test

import (
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/prom"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/prom"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{
		Driver:    prom.New(),
		Forbidden: []connectortest.Step{{From: "delivered", To: "received"}, {From: "canceled", To: "received"}},
		New: func(t *testing.T) *connectortest.Outside {
			return drivertest.Outside(t, sim.New(sim.Options{}), nil, map[string]string{"token": "wrong-token"})
		},
	})
}
