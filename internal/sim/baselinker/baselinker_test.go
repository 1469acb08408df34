package baselinker

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

var (
	noon   = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	header = map[string]string{"X-BLToken": "77-4410-BASELINKERSIMTOKEN", "Content-Type": "application/x-www-form-urlencoded"}
	ola    = sim.Buyer{Name: "Ola Nowa", Phone: "+48500100200", Email: "ola@example.org", City: "Gdynia", Address: "Polna 3/4", Warehouse: "GDY07"}
)

func open(o Options) (*Account, *clock.Fake) {
	c := clock.NewFake(noon)
	o.Clock = c
	return New(o), c
}

// ask is one call of a method; want are paths of its answer.
func ask(name, method, params string, want map[string]string) simtest.Step {
	body := url.Values{"method": {method}}
	if params != "" {
		body.Set("parameters", params)
	}
	return simtest.Step{Name: name, Method: "POST", Path: Path, Body: body.Encode(), Want: want}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	a, _ := open(Options{})
	without := ask("no token", "getInventories", "", map[string]string{"status": "ERROR", "error_code": "ERROR_EMPTY_TOKEN"})
	without.Header = map[string]string{"X-BLToken": ""}
	wrong := ask("an unknown token", "getInventories", "", map[string]string{"error_code": "ERROR_AUTH_TOKEN"})
	wrong.Header = map[string]string{"X-BLToken": "77-1-x"}
	inBody := without
	inBody.Name, inBody.Body, inBody.Want = "an older client's token in the body", "method=getInventories&token="+a.Token(), map[string]string{"status": "SUCCESS"}
	parts := ask("a multipart body", "", "", map[string]string{"status": "SUCCESS", "inventories.#": "1"})
	parts.Header = map[string]string{"Content-Type": "multipart/form-data; boundary=b"}
	parts.Body = "--b\r\nContent-Disposition: form-data; name=\"method\"\r\n\r\ngetInventories\r\n--b--\r\n"
	simtest.Run(t, a, header, []simtest.Step{
		without, wrong, inBody, parts,
		ask("arguments may be null", "getInventories", "null", map[string]string{"status": "SUCCESS"}),
		ask("or an empty list", "getInventories", "[]", map[string]string{"status": "SUCCESS"}),
		ask("but no text", "getInventories", "x", map[string]string{"error_code": "ERROR_BAD_PARAMETERS"}),
		ask("a misspelt method", "getinventories", "", map[string]string{"error_code": "ERROR_UNKNOWN_METHOD"}),
		ask("a wrong catalogue", "getInventoryProductsList", `{"inventory_id":1}`, map[string]string{"error_code": "ERROR_STORAGE_ID"}),
		{Name: "another address", Method: "POST", Path: "/other", Status: 404, Text: []string{"<html>"}},
	})
}

func TestLimit(t *testing.T) {
	t.Parallel()
	a, c := open(Options{PerMinute: 3})
	fine, blocked := map[string]string{"status": "SUCCESS"}, map[string]string{"error_code": "ERROR_BLOCKED_TOKEN"}
	over := ask("the fourth in a minute blocks the token", "getInventories", "", blocked)
	over.Text = []string{"Query limit exceeded, token blocked until 2026-10-02 14:10:00"} // Warsaw's summer time
	still, later := ask("a minute later it is still blocked", "getInventories", "", blocked), ask("ten minutes later it works", "getInventories", "", fine)
	still.Do, later.Do = func() { c.Advance(time.Minute) }, func() { c.Advance(9 * time.Minute) }
	simtest.Run(t, a, header, []simtest.Step{ask("1", "getInventories", "", fine), ask("2", "getInventories", "", fine), ask("3", "getInventories", "", fine), over, still, later})
}

func TestGoods(t *testing.T) {
	t.Parallel()
	a, _ := open(Options{})
	id := a.PutProduct(Product{SKU: "MUG-1", EAN: "590", Name: "Kubek", CategoryID: 3, ManufacturerID: 11, TaxRate: 23, WeightGrams: 400, CostMinor: 1050,
		Prices: map[int64]int64{PriceGroup: 4900}, Stock: map[string]int64{MainWarehouse: 7}, Variants: []Variant{{ID: 5, Name: "biały", SKU: "MUG-1-W", Stock: map[string]int64{MainWarehouse: 2}}}})
	set := a.PutProduct(Product{SKU: "SET", Name: "Zestaw", Parts: map[int64]int64{id: 2}})
	at := fmt.Sprint("products.", id, ".")
	simtest.Run(t, a, header, []simtest.Step{
		ask("keys of warehouses name their type", "getInventories", "", map[string]string{"inventories.0.default_warehouse": "bl_206", "inventories.0.inventory_id": "307", "inventories.0.reservations": "false"}),
		ask("numbers are numbers", "getInventoryWarehouses", "", map[string]string{"warehouses.0.warehouse_id": "206", "warehouses.0.warehouse_type": "bl", "warehouses.2.warehouse_type": "shop"}),
		ask("price groups have a currency", "getInventoryPriceGroups", "", map[string]string{"price_groups.0.currency": "PLN", "price_groups.0.is_default": "true"}),
		ask("a root has parent 0", "getInventoryCategories", `{"inventory_id":"307"}`, map[string]string{"categories.0.parent_id": "0", "categories.2.name": "Kubki"}),
		ask("manufacturers", "getInventoryManufacturers", "", map[string]string{"manufacturers.0.manufacturer_id": "11"}),
		ask("the list is a map by id", "getInventoryProductsList", `{"inventory_id":307,"page":1}`, map[string]string{"products.#": "2", at + "id": fmt.Sprint(id), at + "prices.105": "49"}),
		ask("behind the last page an empty map is a list", "getInventoryProductsList", `{"inventory_id":307,"page":2}`, map[string]string{"products": "[]"}),
		ask("the whole product", "getInventoryProductsData", fmt.Sprintf(`{"inventory_id":307,"products":[%d,"%d",1]}`, id, set), map[string]string{"products.#": "2",
			at + "text_fields.name": "Kubek", at + "weight": "0.4", at + "average_cost": "10.5", at + "stock.bl_206": "7", at + "variants.5.sku": "MUG-1-W", at + "bundle_products": "[]", at + "is_bundle": "false",
			fmt.Sprint("products.", set, ".bundle_products.", id): "2", fmt.Sprint("products.", set, ".is_bundle"): "true"}),
		ask("no ids", "getInventoryProductsData", `{"inventory_id":307}`, map[string]string{"error_code": "ERROR_BAD_PARAMETERS"}),
		ask("stock with that of variants", "getInventoryProductsStock", `{"inventory_id":307}`, map[string]string{at + "product_id": fmt.Sprint(id), at + "stock.bl_206": "7", at + "variants.5.bl_206": "2"}),
		ask("prices", "getInventoryProductsPrices", `{"inventory_id":307}`, map[string]string{at + "prices.105": "49"}),
		ask("storages of others", "getExternalStoragesList", "", map[string]string{"storages.0.storage_id": "shop_23"}),
		ask("their goods have text ids", "getExternalStorageProductsList", `{"storage_id":"shop_23"}`, map[string]string{"products.0.product_id": "81", "products.#": "2"}),
		ask("an unknown storage", "getExternalStorageCategories", `{"storage_id":"shop_1"}`, map[string]string{"error_code": "ERROR_STORAGE_ID"}),
	})
}

func TestOrders(t *testing.T) {
	t.Parallel()
	a, c := open(Options{})
	id := a.PutProduct(Product{SKU: "MUG-1", Name: "Kubek", Prices: map[int64]int64{PriceGroup: 4900}, Stock: map[string]int64{MainWarehouse: 7}})
	var all []int64
	for range 101 {
		all = append(all, a.PutOrder(Order{AddedAt: noon.Add(-time.Hour), Buyer: ola, Status: StatusDelivered, PriceMinor: 990, Paid: true, Lines: []OrderLine{{ProductID: id, SKU: "MUG-1", Name: "Kubek", PriceMinor: 4900, Quantity: 1}}}))
	}
	waiting := a.PutOrder(Order{Unconfirmed: true, Buyer: ola, Lines: []OrderLine{{Name: "Kubek", PriceMinor: 100, Quantity: 1}}})
	from := func(n int64) string { return fmt.Sprint(`{"id_from":`, n, `}`) }
	simtest.Run(t, a, header, []simtest.Step{
		ask("a hundred at most, oldest first", "getOrders", "", map[string]string{"orders.#": "100", "orders.0.order_id": fmt.Sprint(all[0])}),
		ask("id_from is inclusive", "getOrders", from(all[100]), map[string]string{"orders.#": "1"}),
		ask("dates are inclusive", "getOrders", fmt.Sprintf(`{"date_confirmed_from":%d}`, noon.Add(-time.Hour).Unix()), map[string]string{"orders.#": "100"}),
		ask("nothing later", "getOrders", fmt.Sprintf(`{"date_confirmed_from":"%d"}`, noon.Unix()), map[string]string{"orders.#": "0"}),
		ask("unconfirmed ones on request", "getOrders", fmt.Sprintf(`{"id_from":%d,"get_unconfirmed_orders":true}`, waiting), map[string]string{"orders.#": "1", "orders.0.confirmed": "false"}),
		ask("types of the sheet", "getOrders", from(all[100]), map[string]string{"orders.0.payment_method_cod": "0", "orders.0.payment_done": "58.9", "orders.0.want_invoice": "0",
			"orders.0.products.0.product_id": fmt.Sprint(id), "orders.0.products.0.variant_id": "0", "orders.0.products.0.storage_id": "307", "orders.0.delivery_price": "9.9"}),
		ask("statuses", "getOrderStatusList", "", map[string]string{"statuses.0.id": "7", "statuses.3.name": "Wysłane"}),
		ask("sources", "getOrderSources", "", map[string]string{"sources.shop.4": "Sklep"}),
		ask("extra fields", "getOrderExtraFields", "", map[string]string{"extra_fields.0.extra_field_id": "77"}),
		ask("an empty journal", "getJournalList", `{"last_log_id":0}`, map[string]string{"logs.#": "0"}),
	})
	bought := a.Buy(Order{Buyer: ola, Lines: []OrderLine{{ProductID: id, Name: "Kubek", PriceMinor: 4900, Quantity: 2}}})
	shown := fmt.Sprint("products.", id, ".stock.bl_206")
	left := func(n string) simtest.Step {
		return ask("stock", "getInventoryProductsStock", `{"inventory_id":307}`, map[string]string{shown: n})
	}
	back := left("7")
	back.Do = func() { a.Move(bought, StatusCancelled) }
	old := ask("the journal keeps three days", "getJournalList", "", map[string]string{"logs.#": "0"})
	old.Do = func() { c.Advance(73 * time.Hour) }
	simtest.Run(t, a, header, []simtest.Step{
		left("5"), ask("the journal tells", "getJournalList", `{"last_log_id":5001}`, map[string]string{"logs.#": "1", "logs.0.log_type": "2", "logs.0.order_id": fmt.Sprint(bought), "logs.0.id": "5001"}),
		back, ask("of statuses too", "getJournalList", fmt.Sprintf(`{"order_id":%d}`, bought), map[string]string{"logs.2.log_type": "18", "logs.2.object_id": "12"}), old,
	})
}

func TestReservations(t *testing.T) {
	t.Parallel()
	a, _ := open(Options{Reservations: true})
	id := a.PutProduct(Product{SKU: "A", Name: "A", Stock: map[string]int64{MainWarehouse: 7}})
	order := a.Buy(Order{Lines: []OrderLine{{ProductID: id, Quantity: 2}}})
	at := fmt.Sprint("products.", id, ".stock.bl_206")
	sent := ask("until it is sent", "getInventoryProductsStock", `{"inventory_id":307}`, map[string]string{at: "5"})
	sent.Do = func() { a.Move(order, StatusSent) }
	simtest.Run(t, a, header, []simtest.Step{ask("ordered goods stay", "getInventoryProductsStock", `{"inventory_id":307}`, map[string]string{at: "7"}), sent})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	a, _ := open(Options{})
	expired := ask("a token that ran out", "getInventories", "", map[string]string{"error_code": "ERROR_AUTH_TOKEN"})
	expired.Do = func() { a.Faults().Set(sim.ExpireTokens, sim.Rule{Next: 1}) }
	revoked := ask("a revoked token", "getInventories", "", map[string]string{"error_code": "ERROR_AUTH_TOKEN"})
	revoked.Do = func() { a.Revoke(true) }
	broken := simtest.Step{Name: "a server error", Method: "POST", Path: Path, Status: 503, Do: func() { a.Revoke(false); a.Faults().Set(sim.Status5xx, sim.Rule{Next: 1}) }}
	simtest.Run(t, a, header, []simtest.Step{expired, ask("and works again", "getInventories", "", map[string]string{"status": "SUCCESS"}), revoked, broken})
}

// The same seed makes the same shop, which has something of everything.
func TestSeed(t *testing.T) {
	t.Parallel()
	a, _ := open(Options{})
	b, _ := open(Options{})
	a.Seed(60, 200)
	b.Seed(60, 200)
	said := func(x *Account, method string) string {
		return simtest.Call(x, "POST", Path, url.Values{"method": {method}, "parameters": {`{"inventory_id":307}`}}.Encode(), header).Body
	}
	for _, method := range []string{"getInventoryProductsList", "getOrders"} {
		if said(a, method) != said(b, method) {
			t.Errorf("%s differs between two seeds of one kind", method)
		}
	}
	variants, bundles, open := 0, 0, 0
	for _, id := range a.ProductIDs() {
		p, _ := a.ProductByID(id)
		variants += len(p.Variants)
		if len(p.Parts) > 0 {
			bundles++
		}
	}
	for _, id := range a.OrderIDs() {
		if o, _ := a.OrderByID(id); o.Status < StatusSent {
			open++
		}
	}
	if variants == 0 || bundles == 0 || open == 0 || open > 20 || !strings.Contains(said(a, "getOrders"), "paczk") && !strings.Contains(said(a, "getOrders"), "Paczk") {
		t.Errorf("%d variants, %d bundles, %d open orders", variants, bundles, open)
	}
}
