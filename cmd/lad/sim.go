package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lad-hub/lad/internal/rehearsal"
)

type simCmd struct {
	Name     string           `arg:"" help:"What to simulate: ${simulators}."`
	Addr     string           `help:"Address to listen on." default:"127.0.0.1:9100" env:"-"`
	Offers   int              `help:"Offers on show at the beginning; products of an account." default:"50" env:"-"`
	Orders   int              `help:"Orders in a BaseLinker account at the beginning." default:"100" env:"-"`
	Every    time.Duration    `help:"Pause between two orders of the buyers; 0 is no buyers." default:"10s" env:"-"`
	Fault    map[string]int64 `help:"Percent of the requests that a fault strikes, such as status_5xx=20; can be repeated." env:"-" placeholder:"KIND=PERCENT"`
	Currency string           `help:"What an own shop sells in." default:"UAH" env:"-"`
	Seed     uint64           `help:"Another number makes other buyers." default:"1" env:"-"`
}

// Run serves a simulator until it is told to stop.
func (c simCmd) Run(ctx context.Context) error {
	return rehearsal.Alone{
		Name: c.Name, Addr: c.Addr, Offers: c.Offers, Orders: c.Orders, Every: c.Every, Faults: c.Fault, Currency: c.Currency, Seed: c.Seed,
		Ready: func(settings map[string]string) {
			fmt.Printf("%s, simulated. A connection needs:\n", c.Name)
			t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			for _, name := range slices.Sorted(maps.Keys(settings)) {
				fmt.Fprintf(t, "  %s\t%s\t\n", name, settings[name])
			}
			_ = t.Flush()
		},
		Bought: func(order string) { fmt.Println("order", order) },
	}.Run(ctx)
}

// simulatorNames are the names for the help text.
func simulatorNames() string { return strings.Join(rehearsal.Simulators(), ", ") }
