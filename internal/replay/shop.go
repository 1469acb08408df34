package replay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/report"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/horoshop"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
	"github.com/lad-hub/lad/internal/stock"
)

const (
	currency = money.Currency("UAH")
	// perSecond lifts the request limit of a connection as far as it goes.
	perSecond = 1000
	// tokenLife outlasts the file: its clock leaps, and a token must not lapse on the way from log-in to the call.
	tokenLife = 200 * 365 * 24 * time.Hour
	// productsAtOnce are created in one transaction.
	productsAtOnce = 500
	// patience is how long nothing may move before the replay goes on without what is missing.
	patience = time.Minute
)

// channel is a simulated sales channel with its connection.
type channel struct {
	shop   sim.Shop
	server *http.Server
	id     int64 // of the connection
}

// prepare founds the shop, puts its goods into stock and on show, and connects the channels.
func (p *player) prepare(ctx context.Context) error {
	_, err := p.app.Identity.Found(ctx, identity.SetupInput{
		Shop: "Replay", Language: "uk", Currency: string(currency), Zone: "Europe/Kyiv", Email: "owner@example.com", Name: "Replay",
		Password: secret.Text(rand.Text()),
	})
	if err != nil {
		return err
	}
	if err := p.stockUp(ctx); err != nil {
		return err
	}
	options := sim.Options{Clock: p.clock}
	shops := []sim.Shop{
		prom.New(prom.Options{Options: options}), rozetka.New(rozetka.Options{Options: options}),
		horoshop.New(horoshop.Options{Options: options, TokenLife: tokenLife}),
	}
	for _, shop := range shops {
		if err := p.connect(ctx, shop); err != nil {
			return err
		}
	}
	p.listen()
	if err := p.app.Start(ctx); err != nil {
		return err
	}
	return p.until(ctx, "offers linked", func(tx *db.Tx) (bool, error) {
		for _, c := range p.channels {
			n, err := report.Linked(ctx, tx, c.id)
			if err != nil || n < int64(len(p.articles)) {
				return false, err
			}
		}
		return true, nil
	})
}

// opening is how many pieces of an article there are at the start.
func (p *player) opening(a *Article) int64 {
	if p.Opening < 0 {
		return a.Sold
	}
	return p.Opening
}

func (p *player) stockUp(ctx context.Context) error {
	who := access.ForSystem(tenant)
	var counts []stock.Count
	for part := range slices.Chunk(p.articles, productsAtOnce) {
		products := make([]catalog.NewProduct, len(part))
		for i, a := range part {
			products[i] = catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: a.Code, Name: a.Title, Price: money.New(a.PriceMinor, currency)}}}
		}
		made, err := p.app.Catalog.CreateProducts(ctx, who, products)
		if err != nil {
			return err
		}
		for i, a := range part {
			if n := p.opening(a); n > 0 {
				counts = append(counts, stock.Count{SKUID: made[i].SKUs[0].ID, Qty: qty.Pieces(n)})
			}
		}
	}
	if len(counts) == 0 {
		return nil
	}
	var w stock.Warehouse
	err := p.app.DB.Read(ctx, tenant, func(tx *db.Tx) (err error) {
		w, err = stock.WarehouseByCode(ctx, tx, "")
		return err
	})
	if err != nil {
		return err
	}
	_, err = p.app.Stock.Post(ctx, who, stock.DocumentInput{Kind: stock.MoveOpening, WarehouseID: w.ID, Lines: counts})
	return err
}

// connect puts every article on show at a simulated shop, serves it on loopback and connects Lad to it.
func (p *player) connect(ctx context.Context, shop sim.Shop) error {
	seeds := make([]sim.OfferSeed, len(p.articles))
	for i, a := range p.articles {
		seeds[i] = sim.OfferSeed{SKU: a.Code, Title: a.Title, PriceMinor: a.PriceMinor, Quantity: p.opening(a)}
	}
	shop.SeedOffers(seeds)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c := &channel{shop: shop, server: &http.Server{Handler: shop, ReadHeaderTimeout: patience}}
	p.channels = append(p.channels, c)
	p.serving.Go(func() {
		if err := c.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(p.Progress, "simulator stopped:", err)
		}
	})
	who := access.ForSystem(tenant)
	conn, err := p.app.Connections.Add(ctx, who, connections.Input{Driver: shop.Name(), Name: shop.Name(), Settings: shop.Settings("http://" + ln.Addr().String())})
	if err != nil {
		return err
	}
	c.id = conn.ID
	return p.app.Connections.SetRate(ctx, who, conn.ID, perSecond)
}

// close ends the simulators.
func (p *player) close() {
	for _, c := range p.channels {
		_ = c.server.Close() // nobody listens any more
	}
	p.serving.Wait()
}
