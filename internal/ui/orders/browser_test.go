//go:build browser

// These tests drive a real Chromium over the order desk: go test -tags browser ./internal/ui/orders

package ordersui_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/orders"
)

// browse opens the desk as the owner and fails the test on any error that the page logs, such as a refusal by the content
// security policy; a refused form (422) is no error.
func browse(t *testing.T, d *desk, width int64) context.Context {
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
	do(t, ctx, focused, chromedp.EmulateViewport(width, 844), chromedp.Navigate(d.URL+"/as/owner"), chromedp.WaitVisible(chromedp.CSS("#orders-list")))
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
		within, cancel := context.WithTimeout(ctx, 20*time.Second)
		err := chromedp.Do(within, a)
		cancel()
		if err != nil {
			t.Fatalf("step %d: %v\n%s", i+1, err, page(ctx))
		}
	}
}

// page is what the browser shows, for a failure's message.
func page(ctx context.Context) string {
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// until waits for a condition of the page.
func until(js string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](js, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(10*time.Second))
}

// press is a key by its place on the board.
func press(code string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Code: code}); err != nil {
				return chromedp.Void{}, err
			}
		}
		return chromedp.Void{}, nil
	}
}

// shoot keeps a picture of the page when -out is given.
func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if *out == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*out, name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

func click(css string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(css)) }

// TestDeskLives: an order arrives by itself, its card opens, a letter confirms it, and it leaves the list of new ones.
func TestDeskLives(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	ctx := browse(t, d, 1440)
	do(t, ctx, until(`document.querySelector("#orders-list .state") !== null`))
	res := g.prom.Order(t, "Коваль Олена", "+380671112233", nil, apptest.Line(g.generator, 1))
	row := fmt.Sprintf("#order-%d", res.OrderID)
	do(t, ctx, chromedp.WaitVisible(chromedp.CSS(row)), until(`document.querySelector("#tab-new b").textContent === "1"`),
		click(row+"-open"), chromedp.WaitVisible(chromedp.CSS("#order-card")), until(`location.pathname === "/orders/`+fmt.Sprint(res.OrderID)+`"`))
	g.site.Order(t, "Другий", "+380671112244", nil, apptest.Line(g.lamp, 1))
	do(t, ctx, until(`document.querySelectorAll("[data-row]").length === 2 && document.querySelector("`+row+`").classList.contains("on")`),
		press("KeyE"), until(`document.querySelector("#toasts").textContent.includes("підтверджено")`),
		until(`document.querySelector("#do-pick") !== null && document.querySelectorAll("[data-row]").length === 1`))
	if got := d.order(t, res.OrderID).Stage; got != connector.StageConfirmed {
		t.Errorf("the order is %s", got)
	}
}

// TestDialogs: a refused waybill stays in its dialog with the reason; a cancellation closes it.
func TestDialogs(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	id := g.prom.Order(t, "Шевчук Андрій", "+380671234503", nil, apptest.Line(g.sweater, 1)).OrderID
	ctx := browse(t, d, 1440)
	do(t, ctx, click(fmt.Sprintf("#order-%d-open", id)), chromedp.WaitVisible(chromedp.CSS("#do-confirm")), click("#do-confirm"),
		chromedp.WaitVisible(chromedp.CSS("#ask-ship")), press("KeyT"), until(`document.querySelector("#ship").open`),
		chromedp.SendKeys(chromedp.CSS("#tracking"), "20450812345678"), click("#ship .pri"),
		until(`document.querySelector("#ship").open && document.querySelector("#ship-fields").textContent.includes("ще не має всього товару") && document.querySelector("#tracking").value === "20450812345678"`),
		click("#ship [data-dismiss]"), press("KeyX"), until(`document.querySelector("#cancel").open`))
	shoot(t, ctx, "dialog")
	do(t, ctx, click("#cancel .pri"),
		until(`!document.querySelector("dialog[open]") && document.querySelector("#order-card").textContent.includes("Скасоване")`))
	if got := d.order(t, id).Stage; got != connector.StageCancelled {
		t.Errorf("the order is %s", got)
	}
}

// TestBulkBar: it comes with the first tick, counts, survives a refresh and says what became of each.
func TestBulkBar(t *testing.T) {
	t.Parallel()
	d := open(t)
	g := stocked(t, d)
	var ids []int64
	for range 3 {
		ids = append(ids, g.prom.Order(t, fmt.Sprint("Покупець ", len(ids)), fmt.Sprintf("+38067123450%d", len(ids)), nil, apptest.Line(g.cable, 1)).OrderID)
	}
	ctx := browse(t, d, 1440)
	shown := `getComputedStyle(document.querySelector("#bulk")).display === "flex"`
	tick := func(id int64) chromedp.Action[chromedp.Void] { return click(fmt.Sprintf("#order-%d input", id)) }
	do(t, ctx, until("!("+shown+")"), tick(ids[0]), tick(ids[1]), until(shown))
	g.site.Order(t, "Новий", "+380671112244", nil, apptest.Line(g.lamp, 1))
	do(t, ctx, until(`document.querySelectorAll("[data-row]").length === 4 && document.querySelectorAll("[data-row] input:checked").length === 2`),
		until(shown))
	shoot(t, ctx, "bulk")
	do(t, ctx, click("#bulk .pri"), until(`document.querySelector("#toasts").textContent.includes("2 замовлення підтверджено")`),
		until(`document.querySelectorAll("[data-row]").length === 2 && !(`+shown+`)`))
}

// TestOrderByHand: a scanner adds goods, sums follow, and a double click makes one order.
func TestOrderByHand(t *testing.T) {
	t.Parallel()
	d := open(t)
	stocked(t, d)
	ctx := browse(t, d, 1440)
	do(t, ctx, press("KeyN"), chromedp.WaitVisible(chromedp.CSS("#find")), until(`document.activeElement.id === "find"`),
		chromedp.SendKeys(chromedp.CSS("#find"), "LMP-H1\r"), until(`document.querySelectorAll(".entry").length === 1 && document.querySelector("#find").value === "" && document.activeElement.id === "find"`),
		chromedp.SendKeys(chromedp.CSS("#find"), "кабель"), chromedp.WaitVisible(chromedp.CSS(".hit")), click(".hit"),
		until(`document.querySelectorAll(".entry").length === 2 && document.querySelectorAll(".hit").length === 0`),
		chromedp.SetValue(chromedp.CSS(".entry input[name=qty]"), "3"))
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector(".entry input[name=qty]").dispatchEvent(new Event("change", {bubbles: true}))`)); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, until(`document.querySelector("#new-sum").textContent.startsWith("1\u202f455,00")`),
		chromedp.SendKeys(chromedp.CSS("#name"), "Ганна Лис"))
	shoot(t, ctx, "hand")
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`(() => { const b = document.querySelector("#new-order .pri"); b.click(); b.click(); })()`)); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.WaitVisible(chromedp.CSS("#order-card")))
	page, _, err := d.Orders.List(context.Background(), d.Owner, orders.Filter{})
	if err != nil || len(page) != 1 || page[0].Total.Minor != 145500 {
		t.Errorf("%d orders %+v: %v", len(page), page, err)
	}
}

// TestPhone: nothing is wider than the screen, and what can be pressed is at least 44 px high.
func TestPhone(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, id := believable(t, d)
	ctx := browse(t, d, 390)
	fits := func(where string) {
		t.Helper()
		small, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[document.documentElement.scrollWidth > innerWidth ? "the page is too wide" : ""].concat(
			Array.from(document.querySelectorAll("main button, main a:not(p a):not(.link), .bar a, .stages a, main input:not([type=hidden]), main select"))
			.filter((e) => e.getClientRects().length && !e.closest("dialog") && !e.matches("td a") && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML.slice(0, 90))).filter(Boolean)`))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range small {
			t.Errorf("%s: %s", where, s)
		}
	}
	fits("list")
	do(t, ctx, click(fmt.Sprintf("#order-%d-open", id)), chromedp.WaitVisible(chromedp.CSS("#order-card")))
	fits("card")
	do(t, ctx, chromedp.Navigate(d.URL+"/orders/new"), chromedp.WaitVisible(chromedp.CSS("#find")),
		chromedp.SendKeys(chromedp.CSS("#find"), "LMP-H1\r"), chromedp.WaitVisible(chromedp.CSS(".entry")))
	fits("new order")
	shoot(t, ctx, "hand-phone")
}
