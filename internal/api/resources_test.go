package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/tasks"
)

// eachShop runs a test with a shop whose answers are compared with the document.
func eachShop(t *testing.T, f func(s shop)) {
	t.Helper()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) { f(shop{s, t}) })
}

func product(code string, set map[string]any) map[string]any {
	sku := map[string]any{"sku": code, "name": "Товар " + code, "price": map[string]any{"amount": "740.00"}}
	for k, v := range set {
		sku[k] = v
	}
	return map[string]any{"skus": []any{sku}}
}

type skuAnswer struct {
	ID      int64
	Version int64
	SKU     string
	Price   struct{ Amount, Currency string }
	Parts   []struct{ SKU string }
}

// Goods and a kit of them are made, read, changed under their version and deleted.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		var made struct{ SKUs []skuAnswer }
		s.call("createProduct", 201, "/api/v1/products", product("A", nil), "Idempotency-Key", "a").Into(s.t, &made)
		a := made.SKUs[0]
		s.call("createProduct", 201, "/api/v1/products", product("KIT", map[string]any{"kind": "kit", "parts": []any{map[string]any{"sku": "A", "quantity": 2}}}),
			"Idempotency-Key", "kit").Into(s.t, &made)
		kit := made.SKUs[0]
		var card skuAnswer
		s.call("getSKU", 200, fmt.Sprint("/api/v1/skus/", kit.ID), nil).Into(s.t, &card)
		if a.Price.Amount != "740.00" || a.Price.Currency != "UAH" || len(card.Parts) != 1 || card.Parts[0].SKU != "A" {
			s.t.Errorf("%+v, %+v", a, card)
		}
		path := fmt.Sprint("/api/v1/skus/", a.ID)
		change := map[string]any{"version": a.Version, "price": map[string]any{"amount": "800.00"}, "barcodes": []any{"4820000000017"}}
		s.call("changeSKU", 200, path, change).Into(s.t, &card)
		var refused struct{ Current skuAnswer }
		s.call("changeSKU", 409, path, change).Into(s.t, &refused)
		if card.Price.Amount != "800.00" || refused.Current.Version != card.Version || card.Version == a.Version {
			s.t.Errorf("%+v, %+v", card, refused)
		}
		s.call("deleteSKU", 409, fmt.Sprint(path, "?version=", card.Version), nil) // in a kit
		s.call("deleteSKU", 200, fmt.Sprint("/api/v1/skus/", kit.ID, "?version=", kit.Version), nil)
		s.call("deleteSKU", 200, fmt.Sprint(path, "?version=", card.Version), nil)
		s.call("createProduct", 400, "/api/v1/products", product("B", map[string]any{"price": map[string]any{"amount": "дорого"}}), "Idempotency-Key", "b")
		s.call("createProduct", 400, "/api/v1/products", product("B", nil)) // without a key
	})
}

// A batch of products tells each outcome; lists page by cursor; prices are set only over what the caller has read.
func TestBatchesAndPrices(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		var items []any
		for i := range 5 {
			items = append(items, product(fmt.Sprint("P", i), nil))
		}
		items = append(items, product("P0", nil))
		var made struct {
			Items []struct {
				Product *struct{ SKUs []skuAnswer }
				Error   *struct{ Code string }
			}
		}
		s.call("createProducts", 200, "/api/v1/products/batch", map[string]any{"items": items}, "Idempotency-Key", "all").Into(s.t, &made)
		good := 0
		for _, item := range made.Items {
			if item.Product != nil {
				good++
			} else if item.Error.Code != "conflict" {
				s.t.Errorf("%+v", item.Error)
			}
		}
		var first, second struct {
			SKUs []skuAnswer
			Next string
		}
		s.call("listSKUs", 200, "/api/v1/skus?limit=3", nil).Into(s.t, &first)
		s.call("listSKUs", 200, "/api/v1/skus?limit=3&after="+first.Next, nil).Into(s.t, &second)
		if good != 5 || len(first.SKUs) != 3 || len(second.SKUs) != 2 || second.SKUs[0].SKU != "P3" {
			s.t.Errorf("%d made; pages %+v, %+v", good, first, second)
		}
		price := func(sku, amount string, more map[string]any) map[string]any {
			item := map[string]any{"sku": sku, "price": map[string]any{"amount": amount}}
			for k, v := range more {
				item[k] = v
			}
			return item
		}
		var done struct {
			Items []struct {
				Price *skuAnswer
				Error *struct {
					Code    string
					Current skuAnswer
				}
			}
		}
		s.call("changePrices", 200, "/api/v1/prices/batch", map[string]any{"items": []any{
			price("P0", "1.00", map[string]any{"expected": map[string]any{"amount": "740.00"}}), price("P1", "2.00", map[string]any{"version": 1}),
			price("P2", "3.00", map[string]any{"expected": map[string]any{"amount": "1.00"}}), price("P3", "4.00", map[string]any{"version": 9}),
			price("P4", "5.00", nil), price("P9", "6.00", map[string]any{"version": 1})}}).Into(s.t, &done)
		for i, want := range []string{"1.00", "2.00", "conflict", "conflict", "invalid", "not_found"} {
			item := done.Items[i]
			if item.Price != nil && item.Price.Price.Amount != want || item.Error != nil && item.Error.Code != want {
				s.t.Errorf("item %d: %+v %+v, want %s", i, item.Price, item.Error, want)
			}
		}
		if c := done.Items[2].Error.Current.Price.Amount; c != "740.00" || done.Items[3].Error.Current.Version != 1 {
			s.t.Errorf("current: %+v, %+v", done.Items[2].Error, done.Items[3].Error)
		}
		s.call("listPrices", 200, "/api/v1/prices", nil)
	})
}

// Customers, tasks, connections, warehouses and the orders of a batch are answered as described.
func TestOtherResources(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		s.Goods("A", 740_00, 1)
		one, bad := order("A", 2, "067 111 22 33"), order("A", 0, "")
		one["key"], bad["key"] = "one", "bad"
		batch := map[string]any{"items": []any{one, bad, map[string]any{"currency": "UAH"}}}
		var taken struct {
			Items []struct {
				Order *answer
				Error *struct{ Code string }
			}
		}
		s.call("createOrders", 200, "/api/v1/orders/batch", batch).Into(s.t, &taken)
		if o := taken.Items[0].Order; o == nil || !o.Created || taken.Items[1].Error == nil || taken.Items[2].Error == nil {
			s.t.Fatalf("%+v", taken)
		}
		s.call("createOrders", 200, "/api/v1/orders/batch", batch).Into(s.t, &taken)
		if o := taken.Items[0].Order; o == nil || o.Created {
			s.t.Errorf("repeated: %+v", o)
		}
		s.call("listOrders", 200, "/api/v1/orders?short=1", nil)
		s.call("listOrders", 400, "/api/v1/orders?sku_id=many", nil)
		s.call("getOrder", 200, fmt.Sprint("/api/v1/orders/", taken.Items[0].Order.ID), nil)
		var people struct{ Customers []struct{ ID int64 } }
		s.call("listCustomers", 200, "/api/v1/customers?q=коваль", nil).Into(s.t, &people)
		s.call("getCustomer", 200, fmt.Sprint("/api/v1/customers/", people.Customers[0].ID), nil)
		s.Write(func(tx *db.Tx) error {
			return s.App.Tasks.Raise(ctx, tx, []tasks.New{{Kind: tasks.Drift, Subject: "listing", SubjectID: 1}})
		})
		var open struct{ Tasks []struct{ ID int64 } }
		s.call("listTasks", 200, "/api/v1/tasks?kind=drift", nil).Into(s.t, &open)
		task := fmt.Sprint("/api/v1/tasks/", open.Tasks[0].ID)
		s.call("assignTask", 400, task+"/assign", map[string]any{"owner_id": 99})
		s.call("closeTask", 200, task+"/done", nil)
		s.call("getTask", 200, task, nil)
		s.call("listConnections", 200, "/api/v1/connections", nil)
		s.call("getConnection", 404, "/api/v1/connections/77", nil)
		s.call("createWarehouse", 201, "/api/v1/warehouses", map[string]any{"code": "b", "name": "Другий"}, "Idempotency-Key", "w")
		s.call("listWarehouses", 200, "/api/v1/warehouses", nil)
	})
}

// Every call asks for its scope.
func TestScopes(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		nobody := s.Token(access.SystemRead)
		for _, path := range []string{"skus", "prices", "stock", "warehouses", "customers", "tasks", "connections", "journal", "webhooks", "orders"} {
			if r := s.AskAs(nobody, "GET", "/api/v1/"+path, nil); r.Status != http.StatusForbidden {
				s.t.Errorf("%s: %d", path, r.Status)
			}
		}
	})
}
