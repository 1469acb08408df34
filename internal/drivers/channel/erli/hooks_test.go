package erli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	sim "github.com/lad-hub/lad/internal/sim/erli"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

// What Erli sends to a registered address is recognised by its token and names the order.
func TestHookArrives(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	var header http.Header
	var body []byte
	hub := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header
		body, _ = io.ReadAll(r.Body)
	}))
	t.Cleanup(hub.Close)
	if err := st.Subscribe(t.Context(), hub.URL+"/hooks/1/2/x"); err != nil {
		t.Fatal(err)
	}
	id := st.place(t)
	if n, err := st.shop.FlushHooks(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d delivered, error %v", n, err)
	}
	want := connector.Hook{OrderIDs: []string{id}}
	got, err := st.ParseWebhook(header, body)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
	for name, h := range map[string]http.Header{
		"no token": {}, "a wrong one": {"Authorization": {"Bearer guess"}}, "no bearer": {"Authorization": {secret}}, "an empty one": {"Authorization": {"Bearer "}},
	} {
		_, err := st.ParseWebhook(h, body)
		wantKind(t, name, err, connector.KindAuth)
	}
	st.cfg.HookSecret = ""
	_, err = st.ParseWebhook(http.Header{"Authorization": {"Bearer "}}, body)
	wantKind(t, "a connection without a secret", err, connector.KindAuth)
	_, err = st.ParseWebhook(nil, body)
	wantKind(t, "no header at all", err, connector.KindAuth)
}

func TestHookBodies(t *testing.T) {
	t.Parallel()
	order := connector.Hook{OrderIDs: []string{"260114x00077"}}
	sweep := connector.Hook{Sweep: true}
	for body, want := range map[string]connector.Hook{
		sample: order, `{"id":"65a3f00000000000000000aa","type":"orderCreated","payload":` + sample + `}`: order, `{"orderId":"260114x00077"}`: order,
		`{"order":{"id":"260114x00077"}}`: order, `{"id":"65a3f00000000000000000aa"}`: sweep, `{"id":"../x"}`: sweep, "": sweep, "[]": sweep, "<html>": sweep,
	} {
		if diff := cmp.Diff(want, readHook([]byte(body))); diff != "" {
			t.Errorf("%.40s:\n%s", body, diff)
		}
	}
}

func (st *stand) registered() int {
	r := simtest.Call(st.shop, "GET", sim.Prefix+"/hooks", "", map[string]string{"Authorization": "Bearer erli-sim-key"})
	n := 0
	for r.At([]string{"0", "1", "2", "3"}[n]+".url") != "" {
		n++
	}
	return n
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	subscribe := func(target string) (puts int) {
		t.Helper()
		st.calls = nil
		if err := st.Subscribe(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		for _, call := range st.calls {
			if call[:3] == "PUT" {
				puts++
			}
		}
		return puts
	}
	const target = "https://hub.example/hooks/1/2/abc"
	for _, step := range []struct {
		name   string
		target string
		do     func()
		puts   int
	}{
		{"first", target, func() {}, 3}, {"again", target, func() {}, 0}, {"after Erli forgot", target, st.shop.DropHooks, 3},
		{"after the hub moved", "https://new.example/hooks/1/2/abc", func() {}, 3}, {"with another secret", "https://new.example/hooks/1/2/abc", func() { st.cfg.HookSecret = "next" }, 3},
	} {
		step.do()
		if puts := subscribe(step.target); puts != step.puts || st.registered() != 3 {
			t.Errorf("%s: %d hooks written, %d registered", step.name, puts, st.registered())
		}
	}
	if err := st.Unsubscribe(t.Context(), target); err != nil || st.registered() != 3 {
		t.Errorf("hooks of another address taken away: %d left, error %v", st.registered(), err)
	}
	if err := st.Unsubscribe(t.Context(), "https://new.example/hooks/1/2/abc"); err != nil || st.registered() != 0 {
		t.Errorf("%d left, error %v", st.registered(), err)
	}
}

func TestForeignHookIsLeftAlone(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	other := open(t, map[string]string{"base_url": st.base, "token": st.key}, st.clock.Now)
	if err := other.Subscribe(t.Context(), "https://other.example/erli"); err != nil {
		t.Fatal(err)
	}
	st.calls = nil
	wantKind(t, "a hook of another program", st.Subscribe(t.Context(), "https://hub.example/hooks/1/2/abc"), connector.KindPermanent)
	if slices.ContainsFunc(st.calls, func(c string) bool { return c[:3] == "PUT" }) {
		t.Errorf("written over: %v", st.calls)
	}
	other.cfg.HookSecret = ""
	wantKind(t, "no secret", other.Subscribe(t.Context(), "https://other.example/erli"), connector.KindSettings)
}

func TestFees(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	id := st.place(t)
	st.shop.Charge(id, 1234)
	st.shop.Charge(id, -234)
	st.shop.PayOut(500_00)
	p, err := st.ListFees(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 14, 9, 10, 0, 0, time.UTC)
	want := []connector.Fee{
		{ExternalID: "70002", OrderID: id, Code: "COMM_RET", Title: "Zwrot prowizji", At: at, Amount: pln(-234)},
		{ExternalID: "70001", OrderID: id, Code: "COMM", Title: "Prowizja", At: at, Amount: pln(1234)},
	}
	if diff := cmp.Diff(want, p.Fees); diff != "" || p.More {
		t.Errorf("a payout is no fee; more %v\n%s", p.More, diff)
	}
}

func TestFeePages(t *testing.T) {
	t.Parallel()
	st := start(t, sim.Options{})
	for range 1100 {
		st.shop.Charge("260114x00077", 100)
	}
	seen, cursor, pages := map[string]bool{}, "", 0
	for more := true; more; pages++ {
		p, err := st.ListFees(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Fees {
			seen[f.ExternalID] = true
		}
		cursor, more = p.Next, p.More
	}
	if len(seen) != 1100 || pages != 3 {
		t.Errorf("%d fees on %d pages", len(seen), pages)
	}
}

func TestFeeKinds(t *testing.T) {
	t.Parallel()
	e := entry{ID: "1", Type: "X", Amount: "-100", OrderID: "260114x00077"}
	bare := e
	bare.OrderID = ""
	if f, ok := e.fee(kind{}); !ok || f.Amount != pln(100) {
		t.Errorf("of an order, kind not told: %+v, %v", f, ok)
	}
	if _, ok := bare.fee(kind{}); ok {
		t.Error("of no order, kind not told: taken for a fee")
	}
	if _, ok := bare.fee(kind{Function: "plusCharges"}); !ok {
		t.Error("a subscription belongs to no order and is a fee")
	}
	if _, ok := e.fee(kind{Function: "plusPayments"}); ok {
		t.Error("a payment is taken for a fee")
	}
	e.Amount = "1.5"
	if _, ok := e.fee(kind{Function: "plusCharges"}); ok {
		t.Error("a broken amount is taken")
	}
}
