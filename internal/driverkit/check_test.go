package driverkit_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/connector/example"
	"github.com/lad-hub/lad/internal/driverkit"
	"github.com/lad-hub/lad/internal/drivers"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, d := range append(drivers.All(), example.New()) {
		var said bytes.Buffer
		if err := driverkit.Check(&said, d); err != nil {
			t.Errorf("%s: %v\n%s", d.Info().Name, err, said.String())
		}
	}
	var said bytes.Buffer
	if err := driverkit.Check(&said, example.New()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"kiosk: Kiosk", "agrees with itself", "webhooks       WebhookSource     ParseWebhook, Subscribe, Unsubscribe",
		"It can not: tracking, fees, dictionary, authorisation",
		"Settings, BadSettings, AddOffer, Place, CancelByBuyer, Shown, SetShown, OrderStatus\n",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the check lacks %q:\n%s", want, said.String())
		}
	}
}

func TestCheckFindsFaults(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	err := driverkit.Check(&said, odd{example.New()})
	if err == nil || !strings.Contains(said.String(), `FAULT mark ""`) || !strings.Contains(said.String(), "FAULT target \"p\" of shipped") {
		t.Errorf("error %v:\n%s", err, said.String())
	}
	if err := driverkit.Check(&said, locked{}); connector.KindOf(err) != connector.KindSettings {
		t.Errorf("a form that nobody can fill in: error %v", err)
	}
}

// The kit and the suite name the same hooks.
func TestHooksAreTheSuites(t *testing.T) {
	t.Parallel()
	for _, d := range append(drivers.All(), example.New()) {
		can, err := drivers.Capabilities(d)
		if err != nil {
			t.Fatal(err)
		}
		ch, err := drivers.OpenMadeUp(d)
		if err != nil {
			t.Fatal(err)
		}
		kit, suite := driverkit.Hooks(can), connectortest.Hooks(ch)
		slices.Sort(kit)
		slices.Sort(suite)
		if !slices.Equal(kit, suite) {
			t.Errorf("%s: the kit names the hooks %v, the suite calls for %v", d.Info().Name, kit, suite)
		}
	}
}

// The example is to be read in ten minutes: driver, simulator and tests.
func TestExampleIsShort(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "..", "connector", "example", "*.go"))
	if err != nil || len(names) < 4 {
		t.Fatalf("files %v, error %v", names, err)
	}
	lines := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines += bytes.Count(text, []byte("\n"))
	}
	if lines >= 500 {
		t.Errorf("the example has %d lines, want less than 500", lines)
	}
}
