package opencart_test

import (
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/opencart"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/opencart"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	shops := map[string]sim.Options{"4.0": {}, "3.0": {Route: "extension/module/lad"}}
	for name, options := range shops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Subject{
				Driver: opencart.New(),
				New: func(t *testing.T) *connectortest.Outside {
					return drivertest.Outside(t, sim.New(options), nil, map[string]string{"secret": "wrong-secret"})
				},
			})
		})
	}
}
