package demo

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

// stall is a simulated channel on a listener of its own, with the connection that Lad has on it.
type stall struct {
	sim.Shop
	title    string // as the merchant calls the connection
	quantity string // part of the path of requests that write quantities
	orders   string // part of the path of requests that read orders
	conn     int64  // id of the connection
	base     string
	listed   []string // SKUs that buyers can look for
	odd      []string // SKUs of offers that Lad can not link

	srv  *http.Server
	done chan struct{}

	mu       sync.Mutex
	requests []request // the newest last, at most kept
	changes  []sim.OfferChange
}

// request is a call that a channel got.
type request struct {
	method, path string
	at           time.Time
}

// kept is how many requests and changes a stall remembers: some seconds of a busy minute.
const kept = 512

// openStalls starts the three simulators. Prom has the lowest number: it is where the last generator is bought.
func openStalls(seed uint64) ([]*stall, error) {
	o := sim.Options{Seed: seed}
	list := []*stall{
		{Shop: prom.New(prom.Options{Options: o}), title: "Prom.ua", quantity: "/products/edit", orders: "/orders/list"},
		{Shop: rozetka.New(rozetka.Options{Options: o}), title: "Rozetka", quantity: "/items/mass-update", orders: "/orders/search"},
		{Shop: horoshop.New(horoshop.Options{Options: o}), title: "Наш сайт", quantity: "/catalog/import", orders: "/orders/get"},
	}
	for i, s := range list {
		if err := s.open(); err != nil {
			return nil, errors.Join(err, closeStalls(list[:i]))
		}
	}
	return list, nil
}

// open serves the simulator on the loopback and notes what it is told.
func (s *stall) open() error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.OnRequest(func(r *http.Request, at time.Time) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests[max(0, len(s.requests)-kept+1):], request{r.Method, r.URL.Path, at})
	})
	s.OnOffer(func(c sim.OfferChange) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changes = append(s.changes[max(0, len(s.changes)-kept+1):], c)
	})
	s.base = "http://" + ln.Addr().String()
	s.srv = &http.Server{Handler: s.Shop, ReadHeaderTimeout: 5 * time.Second}
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		_ = s.srv.Serve(ln) // it ends with ErrServerClosed, or the channel is down, which Lad shows
	}()
	return nil
}

// closeStalls ends the simulators; what still hangs in them is cut.
func closeStalls(list []*stall) error {
	var all []error
	for _, s := range list {
		all = append(all, s.srv.Close())
		<-s.done
	}
	return errors.Join(all...)
}

// lastRequest is when the newest request to a path of this kind came, not after a moment; zero when there was none.
func (s *stall) lastRequest(path string, until time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.requests) - 1; i >= 0; i-- {
		if r := s.requests[i]; strings.Contains(r.path, path) && !r.at.After(until) {
			return r.at
		}
	}
	return time.Time{}
}

// becameZero is when the channel was made to show none of a SKU, the first time after a moment; zero while it was not.
func (s *stall) becameZero(sku string, since time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.changes {
		if c.After.SKU == sku && c.After.Quantity == 0 && !c.At.Before(since) {
			return c.At
		}
	}
	return time.Time{}
}

// shows is what a buyer sees of a SKU: pieces that can be ordered.
func (s *stall) shows(sku string) (pieces int64, offered bool) {
	o, ok := s.OfferBySKU(sku)
	if !ok {
		return 0, false
	}
	if !o.Orderable {
		return 0, true
	}
	return o.Quantity, true
}

// settings are the connection's: working credentials at the simulator's address.
func (s *stall) settings() map[string]string { return s.Settings(s.base) }
