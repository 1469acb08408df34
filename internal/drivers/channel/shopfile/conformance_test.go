package shopfile_test

import (
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/shopfile"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/shopfile"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{
		Driver: shopfile.New(),
		New: func(t *testing.T) *connectortest.Outside {
			return drivertest.Outside(t, sim.New(sim.Options{}), nil, map[string]string{"password": "wrong-password"})
		},
	})
}

// An old file gives every list whole and tells no pages.
func TestConformanceOfAnOldFile(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{
		Driver: shopfile.New(),
		New: func(t *testing.T) *connectortest.Outside {
			return drivertest.Outside(t, sim.New(sim.Options{OnePage: true, Currency: "PLN"}), nil, map[string]string{"password": "wrong-password"})
		},
	})
}
