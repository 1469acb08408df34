//go:build browser

package ui_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

// TestProgress: the page of a channel tells by itself how far its first reading and a wave of prices are, and when they are done.
func TestProgress(t *testing.T) {
	s := open(t)
	shop := rozetka.New(rozetka.Options{})
	for i := range 250 {
		code := fmt.Sprintf("S%03d", i)
		shop.SeedOffers([]sim.OfferSeed{{SKU: code, Title: "Товар " + code, PriceMinor: 100_00, Quantity: 5}})
		if i < 120 {
			s.Goods(code, 100_00, 5)
		}
	}
	reached, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	shop.OnRequest(func(r *http.Request, _ time.Time) {
		if r.URL.Query().Get("page") == "2" {
			once.Do(func() { close(reached); <-goOn })
		}
	})
	c, _ := s.Connect(shop, nil)
	t.Cleanup(s.Connections.Stop)
	s.Start()
	<-reached
	path := fmt.Sprint("/connections/", c.ID)
	b := browse(t, s, 1440)
	b.do(b.open(path), shows("#connection-health", "залишилося 150"), seen("#connection-health progress"))
	b.shoot("progress-reading")
	b.do(theme("dark"))
	b.shoot("progress-reading-dark")
	close(goOn)
	none := until(`document.querySelector("#connection-health") && !document.querySelector("#connection-health progress")`)
	b.do(none)
	s.Settled(c.ID)
	shop.Faults().Set(sim.Status5xx, sim.Rule{})
	rule := connections.AsIs
	rule.Push, rule.MulPPM = true, 1_100_000
	if err := s.Connections.SetPrices(t.Context(), s.Who, c.ID, rule); err != nil {
		t.Fatal(err)
	}
	b.do(shows("#connection-health", "залишилося 120 з 120"))
	phone := browse(t, s, 390)
	for name, where := range map[string]string{"page": path, "list": "/connections"} {
		phone.do(phone.open(where), seen("progress"), until(`document.documentElement.scrollWidth <= innerWidth`))
		phone.shoot("progress-phone-" + name)
	}
	shop.Faults().Clear(sim.Status5xx)
	b.do(none)
}
