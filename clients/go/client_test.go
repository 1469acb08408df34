package lad_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	lad "github.com/lad-hub/lad/clients/go"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
)

var ctx = context.Background()

// A program builds a small shop with nothing but the client: goods, a kit, stock, an order, its way through the stages.
func TestClientAgainstAHub(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := &lad.Client{URL: s.URL(), Token: s.Token(access.All...)}
		price := lad.MoneyInput{Amount: "740.00"}
		goods, err := c.CreateProduct(ctx, "goods", lad.ProductInput{SKUs: []lad.SkuInput{{SKU: "A", Name: new("Товар"), Price: price}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.CreateProduct(ctx, "kit", lad.ProductInput{SKUs: []lad.SkuInput{{SKU: "K", Name: new("Набір"), Kind: new("kit"), Price: price,
			Parts: &[]lad.PartInput{{SKU: new("A"), Quantity: "2"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		id := goods.SKUs[0].ID
		changed, err := c.ChangeStock(ctx, id, "in", lad.StockPutInput{Delta: new(json.Number("7"))})
		if err != nil || changed.Level.OnHand != "7" {
			t.Fatalf("%+v, %v", changed, err)
		}
		_, err = c.ChangeStock(ctx, id, "wrong", lad.StockPutInput{Set: new(json.Number("9")), Expected: new(json.Number("8"))})
		var failed *lad.Error
		if !errors.As(err, &failed) || failed.Status != 409 || failed.Key != "error.stock.not_expected" {
			t.Fatalf("%v", err)
		}
		var current lad.Level
		if err := json.Unmarshal(failed.Current, &current); err != nil || current.OnHand != "7" {
			t.Errorf("%s, %v", failed.Current, err)
		}
		order, err := c.CreateOrder(ctx, "order-1", lad.OrderInput{Currency: "UAH", Lines: []lad.LineInput{{SKU: new("K"), Quantity: "3", Price: "1480.00"}}})
		if err != nil || !order.Created || len(order.Short) != 0 {
			t.Fatalf("%+v, %v", order, err)
		}
		for _, action := range []string{"confirm", "pick", "ship", "complete"} {
			if _, err := c.ActOnOrder(ctx, order.ID, action, "", lad.ActInput{Tracking: new("2045")}); err != nil {
				t.Fatalf("%s: %v", action, err)
			}
		}
		stock, err := c.GetStock(ctx, id)
		if err != nil || stock.Available != "1" {
			t.Errorf("%+v, %v", stock, err)
		}
		follow(t, c)
	})
}

// follow reads the journal and the list of SKUs page by page.
func follow(t *testing.T, c *lad.Client) {
	t.Helper()
	kinds, after := map[string]int{}, ""
	for {
		page, err := c.ReadJournal(ctx, lad.ReadJournalQuery{After: after, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Entries) == 0 {
			break
		}
		for _, e := range page.Entries {
			kinds[e.Kind]++
		}
		after = page.Next
	}
	if kinds["sku.created"] != 2 || kinds["order.accepted"] != 1 || kinds["order.completed"] != 1 {
		t.Errorf("%v", kinds)
	}
	codes, next := "", ""
	for {
		page, err := c.ListSKUs(ctx, lad.ListSKUsQuery{After: next, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.SKUs {
			codes += s.SKU
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if codes != "AK" {
		t.Errorf("SKUs %q", codes)
	}
}

// A token that is not known, and an address that is not a hub's, are errors with their status.
func TestErrors(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		for _, c := range []struct {
			client lad.Client
			status int
		}{{lad.Client{URL: s.URL(), Token: "lad_wrong"}, 401}, {lad.Client{URL: s.URL() + "/nowhere", Token: s.Token(access.All...)}, 404}} {
			_, err := c.client.ListTasks(ctx, lad.ListTasksQuery{})
			var failed *lad.Error
			if !errors.As(err, &failed) || failed.Status != c.status || fmt.Sprint(err) == "" {
				t.Errorf("%v, want status %d", err, c.status)
			}
		}
	})
}
