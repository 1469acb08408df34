package rozetka_test

import (
	"testing"

	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/internal/drivers/channel/rozetka"
	"github.com/lad-hub/lad/internal/drivers/drivertest"
	sim "github.com/lad-hub/lad/internal/sim/rozetka"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	modes := map[string]struct {
		set, bad map[string]string
		recovers bool
	}{
		"token": {bad: map[string]string{"token": "wrong-token"}},
		"login": {
			set: map[string]string{"token": "", "username": "hub", "password": "hub-password"}, bad: map[string]string{"password": "wrong-password"},
			recovers: true,
		},
	}
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connectortest.Run(t, connectortest.Subject{
				Driver:    rozetka.New(),
				Forbidden: []connectortest.Step{{From: "1", To: "2"}, {From: "61", To: "42"}, {From: "40", To: "26"}},
				New: func(t *testing.T) *connectortest.Outside {
					o := drivertest.Outside(t, sim.New(sim.Options{Username: "hub", Password: "hub-password"}), mode.set, mode.bad)
					o.Recovers = mode.recovers
					return o
				},
			})
		})
	}
}
