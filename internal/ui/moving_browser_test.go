//go:build browser

package ui_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/baselinker"
)

// TestMovingIn: the owner starts on a phone, sees how far it is without touching anything, stops, goes on, and reads the report.
func TestMovingIn(t *testing.T) {
	s := open(t)
	o := baselinker.Options{PerMinute: 100_000}
	o.Clock = s.Time
	a := baselinker.New(o)
	a.Seed(60, 700)
	a.PutProduct(baselinker.Product{SKU: "BAD", Name: "Zepsuty czajnik", Raw: map[string]any{"weight": -1}})
	a.Faults().Set(sim.Delay, sim.Rule{Delay: 300 * time.Millisecond})
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	s.Start()
	b := browse(t, s, 1440)
	b.do(b.open("/connections"), click(`a[href="/moving"]`), landed("#token"))
	b.shoot("moving-form")
	b.do(keys("#token", a.Token()), choose("#address", srv.URL+baselinker.Path), click("form .pri"), landed("#moving progress"), shows("#moving", "читання замовлень"),
		until(`/Переносимо: читання/.test(document.querySelector("#moving").textContent)`))
	b.shoot("moving-progress")
	b.do(click("#moving form button"), landed(`#moving form [name="token"]`))
	b.shoot("moving-stopped")
	b.do(click("#moving form .pri"), landed("#moving progress"))
	a.Faults().Clear()
	b.do(until(`document.querySelector("#count-order") && /Усе перенесено/.test(document.querySelector("#moving").textContent)`), shows("#count-order", "700"),
		shows("#moving", "Zepsuty czajnik"))
	b.shoot("moving-report")
}
