package opencart

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/sim"
	shopsim "github.com/lad-hub/lad/internal/sim/opencart"
)

const hookSecret = "0123456789abcdef0123456789abcdef"

// stand is a simulated shop with a kettle (50) and tea in two colours (51-17, 51-18), and a session with it.
type stand struct {
	*shopsim.Shop
	*channel
	clock *clock.Fake
	url   string
}

func start(t *testing.T, o shopsim.Options, set map[string]string) *stand {
	t.Helper()
	s := &stand{clock: clock.NewFake(time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC))}
	o.Clock = s.clock
	s.Shop = shopsim.New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", PriceMinor: 74000, Quantity: 1000},
		{SKU: "TEA-R", Title: "Чай червоний", ParentSKU: "TEA", PriceMinor: 12000, Quantity: 3},
		{SKU: "TEA-G", Title: "Чай зелений", ParentSKU: "TEA", PriceMinor: 12000, Quantity: 3},
	})
	srv := httptest.NewServer(s.Shop)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	settings := s.Settings(srv.URL)
	for k, v := range set {
		settings[k] = v
	}
	s.channel = open(t, settings, s.clock.Now)
	return s
}

func open(t *testing.T, settings map[string]string, now func() time.Time) *channel {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ch, err := New().Open(connector.Config{Settings: settings, HTTP: client, HookSecret: hookSecret, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*channel)
}

func (s *stand) order(t *testing.T, b sim.Basket) string {
	t.Helper()
	if b.Lines == nil {
		b.Lines = []sim.BasketLine{{SKU: "SKU-17", Quantity: 1}}
	}
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// parsed reads an order by id through the API.
func (s *stand) parsed(t *testing.T, id string) connector.Order {
	t.Helper()
	raws, err := s.ReadOrders(t.Context(), []string{id})
	if err != nil || len(raws) != 1 {
		t.Fatalf("%d orders, error %v", len(raws), err)
	}
	o, err := s.ParseOrder(raws[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func wantKind(t *testing.T, what string, err error, kind connector.Kind, words string) {
	t.Helper()
	if err == nil || connector.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v, want kind %s with %q", what, err, kind, words)
	}
}

// The shop refuses what is signed too early or too late; the driver takes the shop's time and signs once more.
func (s *stand) sweep(t *testing.T, cursor string) (ids []string, next string) {
	t.Helper()
	for more := true; more; {
		p, err := s.PullOrders(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			ids = append(ids, o.ExternalID)
		}
		cursor, more = p.Next, p.More
	}
	return ids, cursor
}

func TestJournalAnewAndRestored(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	for range 3 {
		s.order(t, sim.Basket{})
	}
	_, cursor := s.sweep(t, "")
	if cursor != `{"journal":"a1","after":3}` {
		t.Errorf("cursor %s", cursor)
	}
	s.Reinstall()
	ids, cursor := s.sweep(t, cursor)
	if diff := cmp.Diff([]string{"1042", "1043", "1044"}, ids); diff != "" {
		t.Errorf("the module installed anew:\n%s", diff)
	}
	s.Restore(2)
	s.order(t, sim.Basket{})
	if ids, _ := s.sweep(t, cursor); len(ids) != 2 || ids[1] != "1045" {
		t.Errorf("a backup put back: orders %v", ids)
	}
	if ids, _ := s.sweep(t, `{"after":-5}`); len(ids) == 0 {
		t.Error("a foreign cursor stops the pull")
	}
}

func TestDeletedOrderIsCancelled(t *testing.T) {
	t.Parallel()
	s := start(t, shopsim.Options{}, nil)
	id := s.order(t, sim.Basket{})
	_, cursor := s.sweep(t, "")
	if err := s.DeleteOrder(id); err != nil {
		t.Fatal(err)
	}
	p, err := s.PullOrders(t.Context(), cursor)
	if err != nil || len(p.Orders) != 1 {
		t.Fatalf("%d orders, error %v", len(p.Orders), err)
	}
	o, err := s.ParseOrder(p.Orders[0].Body)
	if err != nil || o.Stage != connector.StageCancelled || o.CancelBy != "seller" || len(o.Lines) != 1 {
		t.Errorf("%+v, error %v", o, err)
	}
}

func TestOfferWithoutCurrency(t *testing.T) {
	t.Parallel()
	i := item{OfferID: "50", Price: "12.50", Quantity: "-3", Active: "true", Refuses: "options"}
	for currency, want := range map[string]connector.Money{"": money.New(1250, money.UAH), "PLN": money.New(1250, money.PLN), "DUC": {}} {
		if o := i.offer("").Price; currency == "" && o != want {
			t.Errorf("no currency: %v, want %v", o, want)
		}
		if o := i.offer(wire.Text(currency)); o.Price != want || o.Quantity != 0 || !strings.Contains(o.Refuses, "several options") {
			t.Errorf("currency %q: %+v, want %v", currency, o, want)
		}
	}
	i.Quantity = ""
	if i.offer("").Counted {
		t.Error("a quantity that is not there counts")
	}
}

// The protocol's page, the module's tests and this driver agree on every byte that is signed.
// What goes wrong never shows the secret or a buyer.
