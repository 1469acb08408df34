package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// A connection is listed with its health, its offers are read and linked by hand, it is paused and resumed; no secret is told.
func TestConnections(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		channel := prom.New(prom.Options{})
		channel.SeedOffers([]sim.OfferSeed{{SKU: "A", Title: "Товар A", PriceMinor: 740_00, Quantity: 1}, {SKU: "X", Title: "Товар X", PriceMinor: 740_00, Quantity: 1}})
		sku := s.Goods("A", 740_00, 7)
		c, _ := s.Connect(channel, nil)
		s.Start()
		s.Settled(c.ID)
		path := fmt.Sprint("/api/v1/connections/", c.ID)
		var list struct {
			Connections []struct {
				Driver   string
				Unlinked int
			}
		}
		s.call("listConnections", 200, "/api/v1/connections", nil).Into(s.t, &list)
		if len(list.Connections) != 1 || list.Connections[0].Driver != "prom" || list.Connections[0].Unlinked != 1 {
			s.t.Errorf("%+v", list)
		}
		var offers struct {
			Listings []struct {
				ID    int64
				SKUID int64 `json:"sku_id"`
				Sent  *float64
			}
		}
		s.call("listListings", 200, path+"/listings?state=linked", nil).Into(s.t, &offers)
		if len(offers.Listings) != 1 || offers.Listings[0].SKUID != sku.ID || offers.Listings[0].Sent == nil || *offers.Listings[0].Sent != 7 {
			s.t.Errorf("%+v", offers)
		}
		s.call("listListings", 200, path+"/listings?state=unlinked&limit=1", nil).Into(s.t, &offers)
		link := fmt.Sprint("/api/v1/listings/", offers.Listings[0].ID, "/link")
		s.call("linkListing", 404, link, map[string]any{"sku_id": 999})
		s.call("linkListing", 200, link, map[string]any{"sku_id": sku.ID})
		s.call("linkListing", 200, link, map[string]any{"sku_id": 0})
		s.call("listListingPrices", 200, path+"/prices", nil)
		s.call("syncConnection", 200, path+"/sync", nil)
		s.call("pauseConnection", 200, path+"/pause", nil)
		s.call("syncConnection", 409, path+"/sync", nil)
		s.call("resumeConnection", 200, path+"/resume", nil)
		s.call("getConnection", 200, path, nil)
	})
}

// A webhook is made, read, paused, sent again and deleted over the API; its secret is in the first answer and in a repeat of the call,
// and nowhere else.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		taken := make(chan string, 100)
		program := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { taken <- r.Header.Get("Webhook-Id") }))
		s.t.Cleanup(program.Close)
		in := map[string]any{"name": "ERP", "url": program.URL, "events": []any{"product"}}
		var made, repeated struct {
			ID     int64
			Secret string
			Cursor string
		}
		s.call("createWebhook", 201, "/api/v1/webhooks", in, "Idempotency-Key", "k").Into(s.t, &made)
		s.call("createWebhook", 201, "/api/v1/webhooks", in, "Idempotency-Key", "k").Into(s.t, &repeated)
		if made != repeated || made.Secret == "" {
			s.t.Errorf("%+v and %+v", made, repeated)
		}
		s.call("createWebhook", 400, "/api/v1/webhooks", map[string]any{"name": "x", "url": "nonsense", "events": []any{"token"}}, "Idempotency-Key", "l")
		path := fmt.Sprint("/api/v1/webhooks/", made.ID)
		s.Start()
		s.Goods("A", 740_00, 0)
		first := <-taken
		var feed feedAnswer
		s.call("readJournal", 200, "/api/v1/journal?after="+made.Cursor, nil).Into(s.t, &feed)
		named := false
		for _, e := range feed.Entries {
			named = named || e.ID == first
		}
		if !named {
			s.t.Errorf("the feed has no %s", first)
		}
		apptest.Eventually(s.t, "it is recorded", func() bool {
			return s.Int("select count(*) from webhook_delivery where tenant_id = $1 and state = 'delivered'") == 1
		})
		s.call("listDeliveries", 200, path+"/deliveries", nil)
		s.call("retryDelivery", 200, path+"/deliveries/1/retry", nil, "Idempotency-Key", "again")
		<-taken
		s.call("retryDelivery", 404, path+"/deliveries/99/retry", nil, "Idempotency-Key", "none")
		s.call("skipDelivery", 409, path+"/deliveries/1/skip", nil)
		s.call("replayWebhook", 400, path+"/replay", nil)
		s.call("replayWebhook", 400, path+"/replay", map[string]any{"after": "99999999"})
		s.call("replayWebhook", 200, path+"/replay", map[string]any{"after": made.Cursor})
		if again := <-taken; again != first {
			s.t.Errorf("%s came again, not %s", again, first)
		}
		s.call("replayWebhook", 200, path+"/replay", map[string]any{"since": s.Time.Now().Add(-time.Hour)})
		<-taken
		s.call("pauseWebhook", 200, path+"/pause", nil)
		s.call("resumeWebhook", 200, path+"/resume", nil)
		s.call("listWebhooks", 200, "/api/v1/webhooks", nil)
		s.call("getWebhook", 200, path, nil)
		s.call("deleteWebhook", 200, path, nil)
		s.call("getWebhook", 404, path, nil)
		s.Webhooks.Stop()
	})
}

// What the other tests leave out: a product by its id, a warehouse's new name, steps of an order with their answers.
func TestRemainingAnswers(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		sku := s.Goods("A", 740_00, 5)
		s.call("getProduct", 200, fmt.Sprint("/api/v1/products/", sku.ProductID), nil)
		s.call("getProduct", 404, "/api/v1/products/999", nil)
		s.call("renameWarehouse", 200, fmt.Sprint("/api/v1/warehouses/", s.Warehouse), map[string]any{"code": "main", "name": "Головний"})
		var taken answer
		s.call("createOrder", 201, "/api/v1/orders", order("A", 1, ""), "Idempotency-Key", "o").Into(s.t, &taken)
		act := fmt.Sprint("/api/v1/orders/", taken.ID, "/confirm")
		s.call("actOnOrder", 200, act, nil, "Idempotency-Key", "c")
		s.call("actOnOrder", 200, act, nil, "Idempotency-Key", "c") // the same call again
		s.call("actOnOrder", 409, act, nil, "Idempotency-Key", "d")
	})
}
