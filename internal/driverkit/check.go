package driverkit

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/infocheck"
	"github.com/lad-hub/lad/internal/drivers"
)

// hooks are the fields of connectortest.Outside that the suite calls for, by capability.
var hooks = map[string][]string{
	"orders":   {"AddOffer", "Place", "CancelByBuyer"},
	"offers":   {"AddOffer"},
	"stock":    {"AddOffer", "Shown", "SetShown"},
	"price":    {"AddOffer"},
	"status":   {"AddOffer", "Place", "OrderStatus"},
	"tracking": {"AddOffer", "Place", "OrderStatus", "OrderTracking"},
	"fees":     {"AddOffer", "Place", "Charge"},
}

// Hooks are the hooks that the conformance suite calls for, besides Settings and BadSettings.
func Hooks(can []drivers.Capability) (names []string) {
	for _, c := range can {
		for _, name := range hooks[c.Name] {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Check writes what a driver is: faults of its description, what it can do, and what its conformance test has to bring. A fault
// is an error too. Nothing is sent.
func Check(w io.Writer, d connector.Driver) error {
	in := d.Info()
	fmt.Fprintf(w, "%s: %s\n", in.Name, in.Title)
	faults := infocheck.Faults(in)
	for _, f := range faults {
		fmt.Fprintln(w, "  FAULT", f)
	}
	if len(faults) == 0 {
		fmt.Fprintln(w, "  the description agrees with itself")
	}
	can, err := drivers.Capabilities(d)
	if err != nil {
		return fmt.Errorf("%s takes no made-up settings: %w", in.Name, err)
	}
	fmt.Fprintln(w, "\nIt can:")
	printCapabilities(w, can)
	var lacks []string
	for _, name := range Names() {
		if !slices.ContainsFunc(can, func(c drivers.Capability) bool { return c.Name == name }) {
			lacks = append(lacks, name)
		}
	}
	fmt.Fprintf(w, "It can not: %s\n", orNothing(lacks))
	fmt.Fprintf(w, "\nIts conformance test fills in these fields of connectortest.Outside:\n  Settings, BadSettings%s\n", after(", ", Hooks(can)))
	if len(faults) > 0 {
		return errors.New("the description has faults")
	}
	return nil
}

func printCapabilities(w io.Writer, can []drivers.Capability) {
	for _, c := range can {
		fmt.Fprintf(w, "  %-14s %-17s %s\n", c.Name, c.Interface(), strings.Join(c.Methods(), ", "))
	}
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing is left out"
	}
	return strings.Join(list, ", ")
}

func after(lead string, list []string) string {
	if len(list) == 0 {
		return ""
	}
	return lead + strings.Join(list, ", ")
}

// Explain writes what was written, what is still missing and what comes next.
func (sk Skeleton) Explain(w io.Writer) {
	for _, f := range sk.Files {
		fmt.Fprintln(w, "wrote", f)
	}
	fmt.Fprintln(w, "\nStill to be written, besides Check and what info.go says:")
	printCapabilities(w, sk.Can)
	fmt.Fprintf(w, `
Next:
  1. Read connector/example, a whole driver in less than 500 lines, and docs/drivers.md.
  2. %s
     passes now: at LevelEmpty it proves the description, the form, and that Open sends nothing.
  3. Put the form, limits, statuses and reasons into info.go, the true read into Check, and both into simulator_test.go.
  4. Set the Level in conformance_test.go to LevelGrowing. go test -v names what is not checked yet. Write method by method, in
     simulator and driver, and fill in the hooks of connectortest.Outside: %s.
  5. Take the Level away: everything has to hold. Add table tests on documented samples and run the fuzz targets.
  6. Fill in %s for merchants.
`, sk.test(), orNothing(Hooks(sk.Can)), sk.Page)
	if sk.InTree {
		fmt.Fprintf(w, `  7. List %s.New() in internal/drivers/drivers.go, then: lad driver check %s; go generate ./internal/driverkit
`, sk.Name, sk.Name)
	} else {
		fmt.Fprintln(w, "  7. List its New() where a program puts its drivers together, in Lad in internal/drivers/drivers.go.")
	}
}

// test is the command that runs the skeleton's tests.
func (sk Skeleton) test() string {
	if sk.InTree {
		return "go test " + sk.Dir
	}
	return "go test . in " + sk.Dir + ", inside a module that requires github.com/lad-hub/lad,"
}
