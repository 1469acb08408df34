//go:build browser

// These tests drive a real Chromium over the lab: go test -tags browser ./internal/rehearsal [-out DIR]

package rehearsal_test

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
	"github.com/chromedp/chromedp"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

var out = flag.String("out", "", "directory to write pictures of the page to, for looking at them")

type step = chromedp.Action[chromedp.Void]

// tab is a page of a browser in which the owner has signed in.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

// browse serves the whole console with the lab, opens a browser and signs in. Any error that a page logs fails the test.
func browse(t *testing.T, l *lab) *tab {
	t.Helper()
	l.shop.Rehearsal = true
	rt, err := l.shop.Router(app.ServeOptions{PerSecond: -1, Extra: l.Register})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(rt)
	t.Cleanup(func() { l.shop.Live.Close(); srv.Close() })
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
			if err == nil && (m.Type == "error" || m.IsException()) {
				t.Errorf("browser: %s %s", m.Text, m.URL)
			}
		}
	}()
	t.Cleanup(func() { closeTab(); <-read })
	b := &tab{t, ctx, srv.URL}
	b.do(focused, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(b.url+"/sign-in"), until(`document.querySelector("#email")`),
		keys("#email", "olena@shop.example"), keys("#password", "correct horse battery"), click(".btn.pri"), until(`location.pathname === "/orders"`))
	return b
}

func focused(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromedp.Void{}, err
}

func click(css string) step         { return chromedp.Click(chromedp.CSS(css)) }
func keys(css, text string) step    { return chromedp.SendKeys(chromedp.CSS(css), text) }
func choose(css, value string) step { return chromedp.SetValue(chromedp.CSS(css), value) }

// until waits for a condition of the page that is there or the one that it goes to: between two pages nothing holds.
func until(js string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			if ok, err := chromedp.Evaluate[bool]("!!("+js+")")(ctx, target); ok && err == nil {
				return chromedp.Void{}, nil
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("never: %s", js)
			}
		}
	}
}

// do runs steps, and says which of them failed and what the page showed then.
func (b *tab) do(steps ...step) {
	b.t.Helper()
	for i, a := range steps {
		within, cancel := context.WithTimeout(b.ctx, time.Minute)
		err := chromedp.Do(within, a)
		cancel()
		if err != nil {
			text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
			b.t.Fatalf("step %d: %v\n%s", i+1, err, text)
		}
	}
}

// fits fails the test when something is wider than the window, and keeps a picture when -out is given.
func (b *tab) fits(name string) {
	b.t.Helper()
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`Array.from(document.querySelectorAll("body *")).filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1 &&
		!e.closest("thead, .scroll-x, .sr")).map((e) => e.tagName + "." + e.className).slice(0, 5).join(" ")`))
	if err != nil || wide != "" {
		b.t.Errorf("%s is wider than the window: %s %v", name, wide, err)
	}
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

// TestBrowserFollowsARehearsal: the owner finds the lab in the menu, begins a rehearsal, watches the picture move without
// loading the page, switches a fault, ends the load, and finds the verdict and the form again, wide, narrow, light and dark.
func TestBrowserFollowsARehearsal(t *testing.T) {
	l := open(t, dbtest.Options(t, db.SQLite), db.Options{})
	b := browse(t, l)
	menu, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.querySelector('a[href="/rehearsal"]') !== null`))
	if err != nil || !menu {
		t.Errorf("the menu does not lead to the lab: %v", err)
	}
	b.do(chromedp.Navigate(b.url+"/rehearsal"), until(`document.querySelector("#plan")`))
	b.fits("plan")
	b.do(choose("#minutes", "1440"), choose("#speed", "300"), choose("#least", "400"), click("#plan .pri"), until(`document.querySelector("#faults")`))
	b.do(until(`(window.stayed = true) && document.querySelectorAll("#picture .chart").length === 9`))
	count := `Number(document.querySelector("#picture .figure b").textContent.replace(/\D/g, ""))`
	b.do(until(count+" > 20"), until(fmt.Sprintf(`(window.first ??= %s) && %s > window.first + 20 && window.stayed`, count, count)))
	b.do(choose(`[id="fault.status_429"]`, "50"), chromedpChange(`[id="fault.status_429"]`), until(`document.querySelector("[id='fault.status_429-hint']") || window.stayed`))
	b.do(until(`[...document.querySelectorAll("#picture .figure b")].at(-1).textContent !== "0"`))
	b.fits("running")
	b.do(click("#stop"), until(`document.querySelector("#plan") && document.querySelector("#picture .note.ok")`))
	b.fits("ended")
	b.do(chromedp.EmulateViewport(390, 844), until(`innerWidth === 390`))
	b.fits("phone")
	b.do(scrolled(`#picture .chart`))
	b.fits("phone-charts")
	b.do(scrolled(`.scroll-x`))
	b.fits("phone-past")
	b.do(chromedp.EmulateViewport(1440, 900), dark)
	b.fits("dark")
	b.do(scrolled(`#plan`))
	b.fits("dark-plan")
	if words, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("#picture").innerText`)); err != nil || strings.Contains(words, "rehearsal.") {
		t.Errorf("a key shows: %s %v", words, err)
	}
}

func scrolled(css string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`void document.querySelector(%q).scrollIntoView()`, css))(ctx, target)
	}
}

func chromedpChange(css string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`void document.querySelector(%q).dispatchEvent(new Event("change", {bubbles: true}))`, css))(ctx, target)
	}
}

// dark switches the theme as the menu does.
func dark(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	return chromedp.Evaluate[chromedp.Void](`void (document.documentElement.dataset.theme = "dark")`)(ctx, target)
}
