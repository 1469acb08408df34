//go:build browser

// These tests drive a real Chromium over the whole program: go test -tags browser ./internal/demo

package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
)

// tab is a window of the browser.
type tab struct {
	t    *testing.T
	name string
	ctx  context.Context
}

// browser starts a browser with one empty window.
func browser(t *testing.T, name string) tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	if path := os.Getenv("LAD_TEST_CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	return window(t, alloc, name)
}

// beside opens a second window of the same browser, so the same person is signed in there.
func (w tab) beside(name string) tab {
	w.t.Helper()
	return window(w.t, w.ctx, name)
}

// window opens a window and fails the test on any error that its pages log, such as a refusal by the content security policy.
func window(t *testing.T, parent context.Context, name string) tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(parent, chromedp.WithNewWindow(true))
	t.Cleanup(closeTab)
	messages := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for m, err := range messages {
			if err == nil && (m.Type == "error" || m.IsException()) {
				t.Errorf("%s: %s %s", name, m.Text, m.URL)
			}
		}
	}()
	t.Cleanup(func() { closeTab(); <-read })
	w := tab{t, name, ctx}
	w.do(focused, chromedp.EmulateViewport(1440, 900))
	return w
}

// focused makes a page believe that its window is in front, so that focus events come.
func focused(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromedp.Void{}, err
}

// do runs actions; a failure names the action and keeps what the window shows.
func (w tab) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	for i, a := range actions {
		within, cancel := context.WithTimeout(w.ctx, patience)
		err := chromedp.Do(within, a)
		cancel()
		if err != nil {
			w.t.Fatalf("%s, step %d: %v\n%s", w.name, i+1, err, w.left())
		}
	}
}

// left describes what the window shows after a failure: its address, its text and where the picture of it is. The picture
// outlives the test with the flag -artifacts.
func (w tab) left() string {
	text, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return text + "\n" + err.Error()
	}
	file := filepath.Join(w.t.ArtifactDir(), w.name+".png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		return text + "\n" + err.Error()
	}
	return text + "\npicture: " + file
}

// read is the value of an expression on the page.
func read[T any](w tab, js string) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", w.name, err, w.left())
	}
	return v
}

// mark leaves a trace in the page that loading it anew would remove; see marked.
func (w tab) mark() { read[chromedp.Void](w, `void (window.unloaded = false)`) }

// marked is the condition that the page was not loaded anew since mark.
const marked = `window.unloaded === false && `

// until waits for a condition of the page that is there or the one that it goes to: between two pages nothing holds.
func until(js string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for end := time.Now().Add(30 * time.Second); ; <-tick.C {
			ok, err := chromedp.Evaluate[bool](js)(ctx, target)
			if ok && err == nil {
				return chromedp.Void{}, nil
			}
			if ctx.Err() != nil || time.Now().After(end) {
				return chromedp.Void{}, errors.Join(errors.New("never: "+js), err, ctx.Err())
			}
		}
	}
}

// click presses what the selector finds. A live page may put a fresh element in its place in between: then it is looked for again,
// as a person would.
func click(css string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			v, err := chromedp.Click(chromedp.CSS(css))(ctx, target)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "Could not find node") {
				return v, err
			}
		}
	}
}

func fill(css, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(css), text)
}

// shown is the condition that every of the three channels is known to show so many pieces in the table inside an element.
func shown(within string, n int) string {
	return fmt.Sprintf(`((rows) => rows.length === 3 && rows.every((r) => r.cells[1].textContent.trim() === "%d"))
		([...document.querySelectorAll("%s .scroll-x tbody tr")])`, n, within)
}

// onCard is the condition that the card of a SKU says so many pieces are available and every channel shows them.
func onCard(n int) string {
	return fmt.Sprintf(`document.querySelector(".card .figure.main b")?.textContent === "%d" && `, n) + shown(".card", n)
}

// settled is the condition that every channel shows what it should of the SKU on the demo's page.
const settled = `document.querySelectorAll("#shelf .scroll-x tbody tr").length === 3 && !document.querySelector("#shelf .scroll-x .tag")`

// TestBrowserFollowsTheLastGenerator: the owner signs in and watches an order arrive; the last generator is sold on one
// channel and gone from all; its order is cancelled, and the generator is back everywhere.
func TestBrowserFollowsTheLastGenerator(t *testing.T) {
	t.Parallel()
	owner := SignIn{Email: "iryna@demo.example", Password: "quiet evening at the river 42"}
	v := start(t, Options{Quiet: true, PollEvery: 100 * time.Millisecond, SignIn: &owner})
	desk := browser(t, "desk")
	desk.do(chromedp.Navigate(v.url+"/"), until(`location.pathname === "/sign-in"`),
		fill("#email", owner.Email), fill("#password", owner.Password.Reveal()), click("form .pri"),
		until(`location.pathname === "/orders" && document.querySelector("#orders-list .state") !== null`))
	desk.mark()

	side := desk.beside("side")
	side.do(chromedp.Navigate(v.url+"/demo?sku=GEN-5500"), until(settled), click(`form[action="/demo/buy"]:has([value="prom"]) button`),
		until(`document.querySelector("#toasts").textContent.trim() !== ""`))
	desk.do(until(marked + `document.querySelectorAll("#orders-list [data-row]").length === 1 && document.querySelector("#tab-new b").textContent === "1"`))

	desk.do(click(".banner form button"), until(`location.pathname === "/demo" && document.querySelector("#scene figure") !== null`))
	got := read[[]string](desk, `[...document.querySelectorAll("#scene tbody tr")].map((r) => r.cells[0].textContent + ": " + r.cells[4].textContent)`)
	if diff := cmp.Diff([]string{"Rozetka: 0", "Наш сайт: 0"}, got); diff != "" {
		t.Errorf("what the scene says the other channels show (-want +got):\n%s", diff)
	}
	desk.do(until(`document.querySelector("#scene .note").textContent.includes("Rozetka вже показує 0.")`))

	side.do(fill("#search", lastGenerator+"\r"), until(`location.pathname.startsWith("/stock/")`), until(onCard(0)))
	side.mark()
	desk.do(click(`#scene a[href^="/orders/"]`), chromedp.WaitVisible(chromedp.CSS("#order-card")), click("#ask-cancel"),
		until(`document.querySelector("#cancel").open`), chromedp.SetValue(chromedp.CSS("#reason"), string(connector.ReasonNoContact)),
		fill("#text", "Тричі не відповіли"), click("#cancel .pri"),
		until(`!document.querySelector("dialog[open]") && document.querySelector("#order-card").textContent.includes("Скасоване")`))
	side.do(until(marked + onCard(1)))
	side.do(chromedp.Navigate(v.url+"/demo?sku="+lastGenerator), until(shown("#shelf", 1)))
}

// TestBrowserFaultSwitch: a fault is switched on for one channel; its card says so in words, the others work on, an order that is
// placed meanwhile waits there; switched off, the channel recovers by itself and the order is here.
func TestBrowserFaultSwitch(t *testing.T) {
	t.Parallel()
	owner := SignIn{Email: "iryna@demo.example", Password: "quiet evening at the river 42"}
	v := start(t, Options{Quiet: true, PollEvery: 100 * time.Millisecond, SignIn: &owner})
	desk := browser(t, "switch")
	desk.do(chromedp.Navigate(v.url+"/"), until(`location.pathname === "/sign-in"`),
		fill("#email", owner.Email), fill("#password", owner.Password.Reveal()), click("form .pri"),
		until(`location.pathname === "/orders" && document.querySelector("#orders-list") !== null`))
	side := desk.beside("controls")
	side.do(chromedp.Navigate(v.url+"/demo?sku=GEN-3000"), until(settled), click(`[id="prom.status_5xx"]`), until(`document.querySelector('[id="prom.status_5xx"]').checked`))
	path := read[string](side, `document.querySelector("#faults th a").getAttribute("href")`)
	desk.do(chromedp.Navigate(v.url+path), until(`document.querySelector("#connection-health .tag.warn, #connection-health .tag.bad") !== null`))
	desk.mark()
	side.do(click(`form[action="/demo/buy"]:has([value="prom"]) button`), until(`document.querySelector("#toasts").textContent.trim() !== ""`),
		click(`form[action="/demo/buy"]:has([value="rozetka"]) button`),
		until(`((rows) => rows.length === 3 && rows[1].cells[1].textContent.trim() === "2" && rows[2].cells[1].textContent.trim() === "2")([...document.querySelectorAll("#shelf .scroll-x tbody tr")])`))
	side.do(click(`[id="prom.status_5xx"]`))
	desk.do(until(marked + `document.querySelector("#connection-health .ok") !== null`))
	desk.do(chromedp.Navigate(v.url+"/orders"), until(`document.querySelectorAll("#orders-list [data-row]").length === 2`))
	side.do(until(shown("#shelf", 1)), until(settled))
}
