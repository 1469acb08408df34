package horoshop_test

import (
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/horoshop"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/horoshop"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	shops := map[string]sim.Options{
		"counting": {}, "presence only": {NoAccounting: true}, "old version": {Version: "3.29"}, "log as documented": {SampleLog: true},
	}
	for name, options := range shops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Subject{
				Driver:    horoshop.New(),
				Forbidden: []connectortest.Step{{From: "4", To: "2"}},
				New: func(t *testing.T) *connectortest.Outside {
					o := drivertest.Outside(t, sim.New(options), nil, map[string]string{"password": "wrong-password"})
					o.Recovers = true
					return o
				},
			})
		})
	}
}
