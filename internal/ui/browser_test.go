//go:build browser

// These tests drive a real Chromium over the whole console: go test -tags browser ./internal/ui [-out DIR]

package ui_test

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
)

var out = flag.String("out", "", "directory to write pictures of the pages to, for looking at them")

type step = chromedp.Action[chromedp.Void]

// tab is a page of a browser in which the owner has signed in.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

// browse opens a browser and signs in. Any error that a page logs fails the test; a refused form (422) is no error.
func browse(t *testing.T, s *apptest.Living, width int64) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "uk"), chromedp.Flag("accept-lang", "uk"))
	if path := os.Getenv("LAD_TEST_CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(alloc)
	t.Cleanup(closeTab)
	messages := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for m, err := range messages {
			if err == nil && (m.Type == "error" || m.IsException()) && !strings.Contains(m.Text, "422") {
				t.Errorf("browser: %s %s", m.Text, m.URL)
			}
		}
	}()
	t.Cleanup(func() { closeTab(); <-read })
	b := &tab{t, ctx, s.URL()}
	b.do(focused, chromedp.EmulateViewport(width, 900), b.open("/stock"), seen("#email"), keys("#email", "olena@shop.example"), keys("#password", "correct horse battery"),
		click(".btn.pri"), landed("#stock-list"))
	return b
}

func focused(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromedp.Void{}, err
}

// do runs steps, and says which of them failed and what the page showed then.
func (b *tab) do(steps ...step) {
	b.t.Helper()
	for i, a := range steps {
		within, cancel := context.WithTimeout(b.ctx, 20*time.Second)
		err := chromedp.Do(within, a)
		cancel()
		if err != nil {
			text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
			b.t.Fatalf("step %d: %v\n%s", i+1, err, text)
		}
	}
}

// shoot keeps a picture of the page when -out is given.
func (b *tab) shoot(name string) {
	b.t.Helper()
	if *out == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(*out, name+".png"), picture, 0o600)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(path string) step { return chromedp.Navigate(b.url + path) }
func seen(css string) step           { return chromedp.WaitVisible(chromedp.CSS(css)) }
func keys(css, text string) step     { return chromedp.SendKeys(chromedp.CSS(css), text) }

// click presses what the selector finds. A live page may put a fresh element in its place in between: then it is looked for again.
func click(css string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			v, err := chromedp.Click(chromedp.CSS(css))(ctx, target)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "Could not find node") {
				return v, err
			}
		}
	}
}

func said(text string) step {
	return until(fmt.Sprintf(`document.querySelector("#toasts").textContent.includes(%q)`, text))
}
func shows(css, text string) step {
	return until(fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q)`, css, text))
}
func choose(css, value string) step { return chromedp.SetValue(chromedp.CSS(css), value) }

func until(js string) step {
	return chromedp.Poll[chromedp.Void](js, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(15*time.Second))
}

// press is a key by its place on the board.
func press(code string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Code: code}); err != nil {
				return chromedp.Void{}, err
			}
		}
		return chromedp.Void{}, nil
	}
}

// TestStockLives: a receipt in the card's dialog, refused once, reaches the channel, and the table follows by itself.
func TestStockLives(t *testing.T) {
	s := open(t)
	lamp := s.Goods("LMP", 41200, 5)
	shop := prom.New(prom.Options{})
	shop.SeedOffers([]sim.OfferSeed{{SKU: "LMP", Title: "Ліхтар", PriceMinor: 41200, Quantity: 1}, {SKU: "OTHER", Title: "Кухоль", PriceMinor: 9900, Quantity: 1}})
	s.Start()
	c, _ := s.Connect(shop, nil)
	s.Settled(c.ID)
	b := browse(t, s, 1440)
	row := fmt.Sprintf("#sku-%d", lamp.ID)
	b.do(click(row+"-open"), seen("#sku-card"), until(`location.pathname.startsWith("/stock/")`), press("KeyR"), seen("#receipt[open] #receipt_qty"),
		keys("#receipt_qty", "багато"), click("#receipt .pri"), seen("#receipt_qty-err"))
	b.shoot("refused")
	b.do(choose("#receipt_qty", "4"), click("#receipt .pri"), said("прийнято"), until(`document.querySelector("dialog[open]") === null`), shows(row, "9"), shows("#sku-card", "+4"),
		until(fmt.Sprintf(`document.querySelector(%q).querySelector(".tag") === null`, row)))
	b.shoot("received")
	s.Adjust(lamp.ID, -2) // somebody else
	b.do(shows(row, "7"), shows("#sku-card .figure.main", "7"))

	b.do(b.open(fmt.Sprintf("/connections/%d/offers?only=unlinked", c.ID)), click("#offers-table a[data-open]"), seen("#offer-card"), choose("#find", "LM"), keys("#find", "P"),
		seen("#found button"), click("#found button"), said("Прив’язано"), shows("#offer-card", "вручну"))
	b.shoot("linked")
	b.do(b.open("/connections"), click(".connection .acts button:nth-of-type(2)"), said("пауза"), seen(".connection .tag.warn"))
	if got := s.Connection(c.ID).State; got != connections.Paused {
		t.Errorf("the connection is %s", got)
	}
	b.shoot("paused")
}

// TestForms: lines are found and added as one types, a kit gets its parts, a product another variant.
func TestForms(t *testing.T) {
	s := open(t)
	lamp := s.Goods("LMP", 41200, 5)
	b := browse(t, s, 1440)
	b.do(b.open("/stock-documents/new?kind=receipt"), keys("#find", "lm"), seen("#found button"), click("#found button"), seen("#lines .amount"), keys("#lines .amount", "3"))
	b.shoot("document")
	b.do(click("#document-form > .acts .pri"), landed("#document-card"), shows("#document-card", "LMP"))
	s.Wants(lamp.ID, 8, 0)
	b.do(b.open("/catalog/new"), keys("#name", "Набір"), keys("#code_0", "SET"), choose("#kind", "kit"), seen("#find"), keys("#find", "lm"), seen("#found button"), click("#found button"), seen("#parts .amount"))
	b.shoot("kit")
	b.do(click("#product-form > .acts .pri"), landed("#sku-card"), shows("#sku-card", "SET"))
	b.do(b.open("/catalog/new"), keys("#name", "Футболка"), keys("#code_0", "T-S"), click("#product-form > .acts button:nth-of-type(2)"), seen("#variant_1"), keys("#variant_0", "S"),
		keys("#code_1", "T-M"), keys("#variant_1", "M"))
	b.shoot("variants")
	b.do(click("#product-form > .acts .pri"), landed("#sku-card"), shows("#sku-card", "T-M"))
}

// TestPhone: nothing is wider than a phone.
func TestPhone(t *testing.T) {
	s := open(t)
	lamp := s.Goods("LMP", 41200, 5)
	shop := prom.New(prom.Options{})
	srv := httptest.NewServer(shop)
	t.Cleanup(srv.Close)
	c, err := s.Connections.Add(t.Context(), s.Who, connections.Input{Driver: "prom", Name: "Prom", Settings: shop.Settings(srv.URL)})
	if err != nil {
		t.Fatal(err)
	}
	b := browse(t, s, 390)
	for _, path := range []string{"/stock", fmt.Sprint("/stock/", lamp.ID), "/stock-documents", "/stock-documents/1", "/stock-documents/new", "/warehouses", "/catalog/new", fmt.Sprintf("/catalog/%d/edit", lamp.ID), "/imports",
		"/moving", "/connections", "/connections/new", "/connections/new?driver=prom", fmt.Sprint("/connections/", c.ID), fmt.Sprintf("/connections/%d/offers", c.ID), fmt.Sprintf("/connections/%d/aside", c.ID), fmt.Sprintf("/connections/%d/prices", c.ID), fmt.Sprintf("/connections/%d/mapping", c.ID), fmt.Sprintf("/connections/%d/proposals", c.ID), "/account", "/people", "/tokens"} {
		b.do(b.open(path), seen("#main"))
		wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`Array.from(document.querySelectorAll("body *")).filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1 &&
			!e.closest("thead, .scroll-x, .acts.main, .filters, .stages, .sr, .raw, .graph")).map((e) => e.tagName + "." + e.className).slice(0, 5).join(" ")`))
		if err != nil || wide != "" {
			t.Errorf("%s is wider than the phone: %s %v", path, wide, err)
		}
		b.shoot("phone" + strings.NewReplacer("/", "-", "?", "-").Replace(path))
	}
}

// landed waits for an element of the next page; asking while the browser leaves the old one fails and is repeated.
func landed(css string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			v, err := seen(css)(ctx, target)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "navigated") {
				return v, err
			}
		}
	}
}
