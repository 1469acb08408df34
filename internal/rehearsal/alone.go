package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/baselinker"
)

// accountName names the simulator that is no channel: a BaseLinker account to move in from.
const accountName = "baselinker"

// Alone is a simulator that runs by itself, for whoever wants to try Lad, a driver or a client without an account at the real
// system.
type Alone struct {
	Name     string
	Addr     string           // to listen on
	Offers   int              // on show at the beginning; of an account, products
	Orders   int              // of an account at the beginning
	Every    time.Duration    // between two orders of a channel's buyers; 0 = nobody buys
	Faults   map[string]int64 // percent of the requests that each kind of fault strikes
	Currency string           // of an own shop
	Seed     uint64
	Ready    func(settings map[string]string) // told what a connection needs, once the simulator answers
	Bought   func(order string)               // told the id of each order
}

// Simulators are the names of what can run alone.
func Simulators() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(simulators)), accountName)))
}

// Run serves the simulator until ctx ends.
func (a Alone) Run(ctx context.Context) error {
	if !slices.Contains(Simulators(), a.Name) {
		return fmt.Errorf("no simulator %q; there are: %s", a.Name, strings.Join(Simulators(), ", "))
	}
	if err := checkFaults(a.Faults); err != nil {
		return fmt.Errorf("a fault is one of %v with 1 to 100 percent", sim.Kinds())
	}
	ln, err := net.Listen("tcp", a.Addr)
	if err != nil {
		return err
	}
	base := "http://" + ln.Addr().String()
	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second}
	buy := func() error { return nil }
	var faults *sim.Faults
	var settings map[string]string
	if a.Name == accountName {
		account := baselinker.New(baselinker.Options{Options: sim.Options{Seed: a.Seed}})
		account.Seed(a.Offers, a.Orders)
		srv.Handler, faults, settings = account, account.Faults(), map[string]string{"url": base + baselinker.Path, "token": account.Token()}
	} else {
		shop := simulators[a.Name](sim.Options{Seed: a.Seed}, a.Currency)
		srv.Handler, faults, settings, buy = shop, shop.Faults(), shop.Settings(base), a.buyer(shop)
	}
	for kind, percent := range a.Faults {
		rule := rules[sim.Kind(kind)]
		rule.Probability = float64(percent) / 100
		faults.Set(sim.Kind(kind), rule)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	a.Ready(settings)
	err = a.trade(ctx, buy, ended)
	return errors.Join(err, srv.Close())
}

// buyer puts offers on show and answers what buys one of them.
func (a Alone) buyer(shop sim.Shop) func() error {
	var offers []sim.OfferSeed
	for i := range a.Offers {
		offers = append(offers, sim.OfferSeed{SKU: fmt.Sprintf("SIM-%05d", i+1), Title: fmt.Sprint("Товар ", i+1), Barcode: fmt.Sprintf("48200%08d", i+1),
			PriceMinor: 100_00 + int64(i%90)*10_00, Quantity: 20 + int64(i%30)})
	}
	shop.SeedOffers(offers)
	crowd := newBuyers(a.Seed, offers)
	return func() error {
		o, bought, err := crowd.buy(shop)
		if bought {
			a.Bought(o.id)
		}
		return err
	}
}

// trade lets buyers come until ctx or the server ends.
func (a Alone) trade(ctx context.Context, buy func() error, ended <-chan error) error {
	var comes <-chan time.Time
	if a.Every > 0 {
		tick := time.NewTicker(a.Every)
		defer tick.Stop()
		comes = tick.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			return err
		case <-comes:
			if err := buy(); err != nil {
				return err
			}
		}
	}
}
