package rehearsal

import (
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/lad-hub/lad/internal/drivers"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/allegro"
	"github.com/lad-hub/lad/internal/sim/erli"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/opencart"
	"github.com/lad-hub/lad/internal/sim/opencartdb"
	"github.com/lad-hub/lad/internal/sim/prestashop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
	"github.com/lad-hub/lad/internal/sim/shopfile"
	"github.com/lad-hub/lad/internal/sim/shopify"
	"github.com/lad-hub/lad/internal/sim/woocommerce"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// simulators make a simulated channel by the name of its driver; own shops sell in the shop's currency.
var simulators = map[string]func(o sim.Options, currency string) sim.Shop{
	"prom":     func(o sim.Options, _ string) sim.Shop { return prom.New(prom.Options{Options: o}) },
	"rozetka":  func(o sim.Options, _ string) sim.Shop { return rozetka.New(rozetka.Options{Options: o}) },
	"allegro":  func(o sim.Options, _ string) sim.Shop { return allegro.New(allegro.Options{Options: o}) },
	"erli":     func(o sim.Options, _ string) sim.Shop { return erli.New(erli.Options{Options: o}) },
	"horoshop": func(o sim.Options, _ string) sim.Shop { return horoshop.New(horoshop.Options{Options: o}) },
	"woocommerce": func(o sim.Options, c string) sim.Shop {
		return woocommerce.New(woocommerce.Options{Options: o, Currency: c})
	},
	"shopify": func(o sim.Options, c string) sim.Shop { return shopify.New(shopify.Options{Options: o, Currency: c}) },
	"prestashop": func(o sim.Options, c string) sim.Shop {
		return prestashop.New(prestashop.Options{Options: o, Currency: c})
	},
	"opencart": func(o sim.Options, _ string) sim.Shop { return opencart.New(opencart.Options{Options: o}) },
	"opencartdb": func(o sim.Options, _ string) sim.Shop {
		return opencartdb.New(opencartdb.Options{Options: o, Generation: opencartdb.Four})
	},
	"shopfile": func(o sim.Options, c string) sim.Shop { return shopfile.New(shopfile.Options{Options: o, Currency: c}) },
}

// channels are the drivers that have a simulator, in the order of the connection form.
func channels() []kit.Channel {
	var out []kit.Channel
	for _, d := range drivers.All() {
		if info := d.Info(); simulators[info.Name] != nil {
			out = append(out, kit.Channel{Mark: info.Mark, Title: info.Title, Driver: info.Name})
		}
	}
	return out
}

// channelOf is a channel as the console shows it.
func channelOf(driver string) kit.Channel {
	for _, c := range channels() {
		if c.Driver == driver {
			return c
		}
	}
	return kit.Channel{Mark: "?", Title: driver, Driver: driver}
}

// stand is a simulated channel on a loopback listener.
type stand struct {
	sim.Shop
	addr    string
	limited atomic.Int64 // requests refused with 429
	srv     *http.Server
	ln      net.Listener
	done    chan struct{}
}

// openStand serves a simulator.
func openStand(s sim.Shop) (*stand, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	out := &stand{Shop: s, addr: ln.Addr().String(), done: make(chan struct{})}
	out.srv = &http.Server{Handler: out, ReadHeaderTimeout: 5 * time.Second}
	out.ln = ln
	go func() {
		defer close(out.done)
		if l, ok := s.(sim.Listener); ok {
			_ = l.Serve(ln) // it ends with the listener
			return
		}
		_ = out.srv.Serve(ln) // it ends with ErrServerClosed, or the channel is down, which the picture shows
	}()
	return out, nil
}

// close ends the listener and cuts what hangs in it.
func (s *stand) close() error {
	err := errors.Join(s.srv.Close(), s.ln.Close())
	if errors.Is(err, net.ErrClosed) { // by the server
		err = nil
	}
	<-s.done
	return err
}

// settings are working credentials at the stand's address.
func (s *stand) settings() map[string]string { return s.Settings("http://" + s.addr) }

// ServeHTTP passes a request to the simulator and counts refusals.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Shop.ServeHTTP(&counting{w, &s.limited}, r)
}

// counting counts answers that refuse for the rate.
type counting struct {
	http.ResponseWriter
	limited *atomic.Int64
}

// WriteHeader notes the status.
func (c *counting) WriteHeader(status int) {
	if status == http.StatusTooManyRequests {
		c.limited.Add(1)
	}
	c.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the simulator cut connections and flush halves of answers.
func (c *counting) Unwrap() http.ResponseWriter { return c.ResponseWriter }
