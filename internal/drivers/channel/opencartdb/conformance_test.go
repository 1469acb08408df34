package opencartdb_test

import (
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/opencartdb"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/opencartdb"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, o := range []sim.Options{{Generation: sim.Three}, {Generation: sim.FourOne, Prefix: "shop_", Tax: 20}} {
		t.Run(o.Generation, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Subject{
				Driver: opencartdb.New(), Orders: 210,
				New: func(t *testing.T) *connectortest.Outside {
					return drivertest.Outside(t, sim.New(o), nil, map[string]string{"password": "wrong-password"})
				},
			})
		})
	}
}
