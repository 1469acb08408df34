package bench

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/sim"
)

// offerPrice is what every offer costs at first, in minor units.
const offerPrice = 74000

// counter is where a simulated channel is served, and its connection.
type counter struct {
	id      int64
	addr    string
	handler http.Handler
	srv     *http.Server
}

// open serves the channel, at the same address as before if there was one.
func (c *counter) open() error {
	addr := c.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	c.addr, c.srv = ln.Addr().String(), &http.Server{Handler: c.handler, ReadHeaderTimeout: 10 * time.Second}
	srv := c.srv
	go func() { _ = srv.Serve(ln) }()
	return nil
}

// shut refuses connections from now on and cuts those that are open.
func (c *counter) shut() { _ = c.srv.Close() }

// connect puts an offer of each of the first skus SKUs on a channel, serves it by handler and connects it without a limit, so
// that what is measured is Lad.
func (h *hub) connect(ctx context.Context, shop sim.Shop, handler http.Handler, skus int) (*counter, error) {
	offers := make([]sim.OfferSeed, skus)
	for i := range offers {
		offers[i] = sim.OfferSeed{SKU: skuCode(int64(i + 1)), Title: "Товар", PriceMinor: offerPrice, Quantity: 1}
	}
	shop.SeedOffers(offers)
	out := &counter{handler: handler}
	if err := out.open(); err != nil {
		return nil, err
	}
	c, err := h.Connections.Add(ctx, access.ForSystem(tenant), connections.Input{Driver: shop.Name(), Name: shop.Name(), Settings: shop.Settings("http://" + out.addr)})
	if err != nil {
		out.shut()
		return nil, err
	}
	out.id = c.ID
	return out, h.Connections.SetRate(ctx, access.ForSystem(tenant), c.ID, noLimit)
}
