package connector_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
)

// The sample in docs/drivers.md begins here.

// corner is a shop with two calls: GET /ping proves the key, PUT /stock takes {"<offer>":pieces}. Both answer
// {"ok":true}, the second with the offers it does not know: {"ok":true,"unknown":["<offer>"]}.
type corner struct{ cfg connector.Config }

func (corner) Info() connector.Info {
	return connector.Info{Name: "corner", Title: "Corner shop", Mark: "C", Currency: "UAH", Zone: "Europe/Kyiv",
		Limits: connector.Limits{RequestsPerSecond: 1, StockBatch: 50}, Settings: []connector.Setting{
			{Key: "base_url", Title: "connection.field.base_url", Required: true},
			{Key: "token", Title: "connection.field.token", Secret: true, Required: true}}}
}

func (corner) Open(cfg connector.Config) (connector.Channel, error) {
	if u, err := url.Parse(cfg.Settings["base_url"]); err != nil || u.Host == "" || cfg.Settings["token"] == "" {
		return nil, connector.Errorf(connector.KindSettings, "base_url and token: required")
	}
	return corner{cfg}, nil
}

func (c corner) Check(ctx context.Context) (connector.Account, error) {
	_, err := c.call(ctx, "GET", "/ping", nil)
	return connector.Account{}, err
}

func (c corner) PushStock(ctx context.Context, items []connector.StockUpdate) (done []connector.ItemResult, err error) {
	pieces := map[string]int64{}
	for _, it := range items {
		pieces[it.OfferID] = it.Quantity.Whole()
	}
	unknown, err := c.call(ctx, "PUT", "/stock", pieces)
	for offer := range pieces {
		if slices.Contains(unknown, offer) {
			no := connector.Errorf(connector.KindItem, "no such offer")
			done = append(done, connector.ItemResult{OfferID: offer, State: connector.ItemRejected, Err: no})
		} else if err == nil {
			done = append(done, connector.ItemResult{OfferID: offer, State: connector.ItemAccepted})
		}
	}
	return done, err
}

func (c corner) call(ctx context.Context, method, path string, body any) (unknown []string, err error) {
	var said struct {
		OK      bool
		Unknown []string
	}
	key := http.Header{"Authorization": {"Bearer " + c.cfg.Settings["token"]}}
	err = connector.SendJSON(ctx, c.cfg.HTTP, method, c.cfg.Settings["base_url"]+path, key, body, &said)
	if err == nil && !said.OK {
		err = connector.Errorf(connector.Lost(method != "GET"), "the shop did not say ok")
	}
	return said.Unknown, err
}

// The sample in docs/drivers.md ends here.

// cornerShop is the outside of the sample: what it shows, by offer.
type cornerShop struct {
	mu    sync.Mutex
	shown map[string]int64
}

func (s *cornerShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer key" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var pieces map[string]int64
	_ = json.NewDecoder(r.Body).Decode(&pieces) // GET has none
	s.mu.Lock()
	defer s.mu.Unlock()
	unknown := []string{}
	for offer, n := range pieces {
		if _, known := s.shown[offer]; !known {
			unknown = append(unknown, offer)
			continue
		}
		s.shown[offer] = n
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "unknown": unknown})
}

func (s *cornerShop) set(offer string, q connector.Qty) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown[offer] = q.Whole()
	return offer
}

func (s *cornerShop) see(offer string) (connector.Qty, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.shown[offer]
	return connector.Qty(n * 1000), n > 0
}

func Example() {
	shop := httptest.NewServer(&cornerShop{shown: map[string]int64{"SKU-17": 1}})
	defer shop.Close()
	ch, err := corner{}.Open(connector.Config{
		Settings: map[string]string{"base_url": shop.URL, "token": "key"}, HTTP: shop.Client(), Now: time.Now, Log: slog.Default(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	sink, ok := ch.(connector.StockSink)
	fmt.Println("takes stock:", ok)
	done, err := sink.PushStock(context.Background(), []connector.StockUpdate{{OfferID: "SKU-17", Quantity: 0}})
	fmt.Println(done[0].OfferID, done[0].State, err)
	// Output:
	// takes stock: true
	// SKU-17 accepted <nil>
}

// TestSampleConforms is how a driver's author runs the suite against a simulator of his own.
func TestSampleConforms(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{Driver: corner{}, New: func(t *testing.T) *connectortest.Outside {
		shop := &cornerShop{shown: map[string]int64{}}
		srv := httptest.NewServer(shop)
		t.Cleanup(srv.Close)
		return &connectortest.Outside{
			Settings:    map[string]string{"base_url": srv.URL, "token": "key"},
			BadSettings: map[string]string{"base_url": srv.URL, "token": "wrong"},
			AddOffer:    shop.set, Shown: shop.see,
			SetShown: func(offer string, q connector.Qty) { shop.set(offer, q) },
		}
	}})
}

// TestSkeletonConforms is LevelEmpty: enough for a driver that only describes itself so far.
func TestSkeletonConforms(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{Driver: corner{}, Level: connectortest.LevelEmpty, New: func(*testing.T) *connectortest.Outside {
		return &connectortest.Outside{Settings: map[string]string{"base_url": "https://shop.example.com", "token": "key"}}
	}})
}

// TestSampleIsDocumented keeps docs/drivers.md and this file the same.
func TestSampleIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/drivers.md")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, sample, ok := strings.Cut(string(self), "// The sample in docs/drivers.md begins here.\n")
	sample, _, ended := strings.Cut(sample, "// The sample in docs/drivers.md ends here.\n")
	if !ok || !ended {
		t.Fatal("the sample is not marked")
	}
	if !strings.Contains(string(page), "```go\n"+strings.TrimSpace(sample)+"\n```") {
		t.Error("docs/drivers.md does not hold the sample as it is here")
	}
}
