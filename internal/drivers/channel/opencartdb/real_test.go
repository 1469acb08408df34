//go:build opencart

package opencartdb_test

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/channel/opencartdb"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// This test runs every statement on a real server with the demo products of a real OpenCart: 28 has no options, 35-13 is the value
// of a product's one counted option, 30-15 has a special price (4.1 needs one made), 42 has several counted options. The user has the rights of
// docs/channels/opencartdb.md, or, with LAD_TEST_OPENCART_DB_RIGHTS=read, only those to read.
//
//	LAD_TEST_OPENCART_DB=user:password@host:port/database go test -tags opencart -run TestRealDatabase ./internal/drivers/channel/opencartdb
func TestRealDatabase(t *testing.T) {
	c := realDatabase(t)
	reads := os.Getenv("LAD_TEST_OPENCART_DB_RIGHTS") == "read"
	if a, err := c.Check(ctx); err != nil {
		t.Fatalf("%+v, error %v", a, err)
	}
	d, err := c.ReadDictionary(ctx)
	if err != nil || len(d.Statuses) < 14 {
		t.Errorf("dictionary %+v, error %v", d, err)
	}
	realOrders(t, c)
	page, err := c.ListOffers(ctx, "")
	if err != nil || len(page.Offers) < 19 || page.Total != 19 {
		t.Fatalf("%d offers of %d products, error %v", len(page.Offers), page.Total, err)
	}
	one := func(id string) connector.Offer {
		t.Helper()
		list, err := c.ReadOffers(ctx, []string{id})
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %+v, error %v", id, list, err)
		}
		return list[0]
	}
	base := one("28").Price.Currency
	for _, n := range []int64{7, 8} {
		results, err := c.PushStock(ctx, []connector.StockUpdate{
			{OfferID: "28", Quantity: qty.Pieces(n)}, {OfferID: "35-13", Quantity: qty.Pieces(n)}, {OfferID: "42", Quantity: 0}, {OfferID: "99999", Quantity: 0},
		})
		wantStates(t, err, results, reads, "28", "35-13")
		prices, err := c.PushPrice(ctx, []connector.PriceUpdate{
			{OfferID: "28", Price: connector.Money{Minor: n * 1000, Currency: base}}, {OfferID: "35-13", Price: connector.Money{Minor: n * 500, Currency: base}},
			{OfferID: "30-15", Price: connector.Money{Minor: 1, Currency: base}},
		})
		wantStates(t, err, prices, reads, "28", "35-13")
		if reads {
			if one("28").Refuses == "" || one("35-13").Refuses == "" {
				t.Error("offers of a user that may only read take quantities")
			}
			continue
		}
		for id, price := range map[string]int64{"28": n * 1000, "35-13": n * 500} {
			if o := one(id); o.Quantity != qty.Pieces(n) || o.Price.Minor != price || o.Refuses != "" {
				t.Errorf("%s reads as %+v", id, o)
			}
		}
	}
}

func wantStates(t *testing.T, err error, results []connector.ItemResult, reads bool, taken ...string) {
	t.Helper()
	if err != nil || len(results) < 3 {
		t.Errorf("%+v, error %v", results, err)
	}
	for _, r := range results {
		want := connector.ItemRejected
		if slices.Contains(taken, r.OfferID) && !reads {
			want = connector.ItemAccepted
		}
		if r.State != want {
			t.Errorf("%s: %s, error %v, want %s", r.OfferID, r.State, r.Err, want)
		}
	}
}

// realOrders reads what orders the shop has; each must be one, and read the same by its number.
func realOrders(t *testing.T, c ch) {
	t.Helper()
	cursor := ""
	for range 100 {
		p, err := c.PullOrders(ctx, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range p.Orders {
			o, err := c.ParseOrder(raw.Body)
			if err != nil {
				t.Errorf("order %s: %v", raw.ExternalID, err)
			}
			again, err := c.ReadOrders(ctx, []string{raw.ExternalID})
			if err != nil || len(again) != 1 || string(again[0].Body) != string(raw.Body) {
				t.Errorf("order %s reads differently by its number (error %v)", raw.ExternalID, err)
			}
			t.Logf("order %s: status %s, %s, %v and %v delivery, %d lines, changed %s", o.ExternalID, o.Status, o.Stage, o.Total, o.DeliveryCost, len(o.Lines), o.ChangedAt)
		}
		if cursor = p.Next; !p.More {
			return
		}
	}
}

func realDatabase(t *testing.T) ch {
	t.Helper()
	who, where, ok := strings.Cut(os.Getenv("LAD_TEST_OPENCART_DB"), "@")
	user, password, _ := strings.Cut(who, ":")
	at, database, named := strings.Cut(where, "/")
	host, port, err := net.SplitHostPort(at)
	if !ok || !named || err != nil {
		t.Fatal("LAD_TEST_OPENCART_DB names no database: user:password@host:port/database")
	}
	settings := map[string]string{"host": host, "port": port, "database": database, "username": user, "password": password, "currency": os.Getenv("LAD_TEST_OPENCART_DB_CURRENCY")}
	c, err := opencartdb.New().Open(connector.Config{Settings: settings, Dial: (&net.Dialer{Timeout: 5 * time.Second}).DialContext, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return c.(ch)
}
