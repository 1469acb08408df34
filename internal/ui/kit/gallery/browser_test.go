//go:build browser

// These tests drive a real Chromium over the gallery: go test -tags browser ./internal/ui/kit/gallery

package gallery

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/assets"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/live"
)

// desktop is a live order desk to which a test can add orders.
type desktop struct {
	hub   *live.Hub
	extra atomic.Int64
	*httptest.Server
}

func newDesktop(t *testing.T) *desktop {
	t.Helper()
	d := &desktop{hub: live.New(live.Limits{})}
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, assets.Handler())
	mux.Handle("/live", d.hub.Handler(func(*http.Request) (int64, bool) { return 1, true }))
	mux.HandleFunc("/orders", d.orders)
	mux.HandleFunc("/orders/{id}", d.card)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { d.hub.Close(); d.Close() })
	return d
}

func (d *desktop) orders(w http.ResponseWriter, r *http.Request) {
	kit.FragmentHeaders(w.Header())
	ctx := i18n.With(r.Context(), i18n.Ukrainian)
	p := deskData(kit.ThemeOf(r), false)
	p.LiveURL, p.LiveAt = "/live", d.hub.Cursor(1)
	rows := orders(false)
	for i := range d.extra.Load() {
		o := rows[0]
		o.row.ID, o.no = fmt.Sprintf("order-%d", 10483+i), 10483+i
		rows = append([]order{o}, rows...)
	}
	if kit.IsFragment(r, "orders-list") {
		_ = orderTable(rows).Render(ctx, w)
		return
	}
	_ = deskWith(p, rows).Render(ctx, w)
}

func (d *desktop) card(w http.ResponseWriter, r *http.Request) {
	kit.FragmentHeaders(w.Header())
	_ = orderCard().Render(i18n.With(r.Context(), i18n.Ukrainian), w)
}

// arrive adds an order and hints it.
func (d *desktop) arrive() {
	d.extra.Add(1)
	d.hub.Publish(1, "orders")
}

// browse opens the desk in a browser of the given width and fails the test on any error that the page logs, such as a refusal
// by the content security policy.
func browse(t *testing.T, d *desktop, width int64) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
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
	do(t, ctx, focused, chromedp.EmulateViewport(width, 844), chromedp.Navigate(d.URL+"/orders"), chromedp.WaitVisible(chromedp.CSS("#order-10482")))
	return ctx
}

// focused makes the page believe that its window is in front, so that focus events come.
func focused(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromedp.Void{}, err
}

// do runs actions, and says which of them failed.
func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, a := range actions {
		if err := chromedp.Do(ctx, a); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// eval is the value of an expression on the page.
func eval[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// until waits for a condition of the page.
func until(js string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](js, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(10*time.Second))
}

// press is a key by its place on the board; text is what the layout makes of it.
func press(code, text string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Code: code, Key: text}); err != nil {
				return chromedp.Void{}, err
			}
		}
		return chromedp.Void{}, nil
	}
}

func TestOrderArrivesLive(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	ctx := browse(t, d, 1440)
	d.arrive()
	do(t, ctx, chromedp.WaitVisible(chromedp.CSS("#order-10483.arrived")))
}

func TestRowUnderPointerStays(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	ctx := browse(t, d, 1440)
	top := `document.querySelector("#order-10479").getBoundingClientRect().top`
	before := eval[float64](t, ctx, top)
	do(t, ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 500, before+10), until(`document.querySelector("#order-10479:hover") !== null`))
	d.arrive()
	do(t, ctx, chromedp.WaitReady(chromedp.CSS("#order-10483")), until(`!document.querySelector("#newer").hidden`))
	if after := eval[float64](t, ctx, top); before != after {
		t.Errorf("the row moved from %v to %v", before, after)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#newer")), chromedp.WaitVisible(chromedp.CSS("#order-10483")), until(`document.querySelector("#newer").hidden`))
}

func TestKeyboard(t *testing.T) {
	t.Parallel()
	ctx := browse(t, newDesktop(t), 1440)
	do(t, ctx,
		press("KeyJ", "о"), press("KeyJ", "о"), press("KeyK", "л"), press("KeyJ", "о"), // a Cyrillic layout
		until(`document.activeElement.id === "order-10481-open"`),
		chromedp.KeyEvent("\r"), chromedp.WaitVisible(chromedp.CSS("#order-card")),
		until(`location.pathname === "/orders/order-10481" && document.querySelector("#order-10481").classList.contains("on")`),
		press("KeyX", "ч"), until(`document.querySelector("#cancel").open`),
		press("Escape", "Escape"),
	)
	eval[chromedp.Void](t, ctx, `document.querySelector("#cancel").close()`)
	do(t, ctx,
		press("Escape", "Escape"), until(`!document.querySelector("#order-card") && location.pathname === "/orders"`),
		until(`document.activeElement.id === "order-10481-open"`),
		press("Slash", "."), until(`document.activeElement.id === "search"`),
		press("Escape", "Escape"), until(`document.activeElement.id !== "search"`),
	)
}

func TestThemeIsKept(t *testing.T) {
	t.Parallel()
	ctx := browse(t, newDesktop(t), 1440)
	do(t, ctx,
		chromedp.Click(chromedp.CSS("summary")), chromedp.Click(chromedp.CSS(`[data-theme-set="dark"]`)), until(`document.documentElement.dataset.theme === "dark"`),
		chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("#order-10482")),
	)
	if ground := eval[string](t, ctx, `getComputedStyle(document.body).backgroundColor`); !strings.Contains(ground, "19, 20, 22") {
		t.Errorf("ground is %s after reload", ground)
	}
}

// TestRefreshWaitsForTyping: a live refresh does not take away what a person types into, and comes afterwards.
func TestRefreshWaitsForTyping(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	ctx := browse(t, d, 1440)
	eval[chromedp.Void](t, ctx, `(() => { const i = document.createElement("input"); i.id = "memo"; document.querySelector("#orders-list").append(i); i.focus(); })()`)
	eval[chromedp.Void](t, ctx, `document.body.addEventListener("htmx:beforeRequest", (e) => { window.held = e.defaultPrevented; })`)
	d.arrive()
	do(t, ctx, until(`window.held === true`))
	if !eval[bool](t, ctx, `!!document.querySelector("#memo")`) {
		t.Error("the input was swapped away")
	}
	eval[chromedp.Void](t, ctx, `document.querySelector("#memo").blur()`)
	do(t, ctx, chromedp.WaitVisible(chromedp.CSS("#order-10483")))
}

// TestPhone: nothing is wider than the screen, and what can be pressed is at least 44 px high.
func TestPhone(t *testing.T) {
	t.Parallel()
	ctx := browse(t, newDesktop(t), 390)
	do(t, ctx, chromedp.Click(chromedp.CSS("#order-10482-open")), chromedp.WaitVisible(chromedp.CSS("#order-card")))
	if wide := eval[float64](t, ctx, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		t.Errorf("the page is %v px wider than the screen", wide)
	}
	for _, s := range eval[[]string](t, ctx, `Array.from(document.querySelectorAll("#order-card button, #order-card a, .side a, .stages a, .pager a, tr[data-row]"))
		.filter((e) => e.getClientRects().length && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML.slice(0, 80))`) {
		t.Errorf("too small to press: %s", s)
	}
}
