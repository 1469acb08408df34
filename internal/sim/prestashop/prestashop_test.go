package prestashop

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

const key = "PRESTASIMKEY0000000000000000WORK"

var signed = map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":"))}

// stocked opens a shop at a fixed time with product 55, and product 56 with combinations 12 and 13.
func stocked(o Options) *Shop {
	o.Clock = clock.NewFake(time.Date(2026, 10, 2, 11, 5, 11, 0, time.UTC))
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", PriceMinor: 740_00, Quantity: 9},
		{SKU: "SHIRT", Title: "Сорочка", PriceMinor: 100_00}, {SKU: "SHIRT-M", ParentSKU: "SHIRT", Title: "Сорочка M", PriceMinor: 110_00, Quantity: 3},
		{SKU: "SHIRT-L", ParentSKU: "SHIRT", Title: "Сорочка L", PriceMinor: 90_00, Quantity: 4},
	})
	return s
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	if len(b.Lines) == 0 {
		b.Lines = []sim.BasketLine{{OfferID: "55", Quantity: 2}}
	}
	b.Buyer = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "відділення №17"}
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// list is the address of a list in JSON.
func list(resource string, params ...string) string {
	v := url.Values{"output_format": {"JSON"}}
	for i := 0; i+1 < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	return "/api/" + resource + "?" + v.Encode()
}

func TestAccess(t *testing.T) {
	t.Parallel()
	s := stocked(Options{})
	none := map[string]string{"Authorization": ""}
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "XML by default", Method: "GET", Path: "/api/orders", Text: []string{`<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">`, "<orders/>"}},
		{Name: "an empty list in JSON", Method: "GET", Path: list("orders"), Want: map[string]string{"#": "0"}},
		{Name: "the header asks for JSON too", Method: "GET", Path: "/api/orders", Header: map[string]string{"Io-Format": "JSON"}, Text: []string{"[]"}},
		{Name: "no key", Method: "GET", Path: list("orders"), Header: none, Status: 401, Want: map[string]string{"errors.0.code": "17"}},
		{Name: "the key as a parameter", Method: "GET", Path: list("orders", "ws_key", key), Header: none},
		{Name: "another key", Method: "GET", Path: list("orders", "ws_key", "x"), Header: none, Status: 401, Want: map[string]string{"errors.0.code": "18"}},
		{Name: "without URL rewriting", Method: "GET", Path: dispatcher + "?url=orders/1&output_format=JSON", Status: 404, Want: map[string]string{"errors.0.code": "87"}},
		{Name: "permitted resources", Method: "GET", Path: "/api/", Text: []string{`<orders get="true" put="true"`}},
		{Do: func() { s.Forbid("orders", "PUT POST") }, Name: "permitted methods", Method: "GET", Path: "/api/", Text: []string{`<orders get="true" put="false"`}},
		{Name: "a method that is not permitted", Method: "PUT", Path: "/api/orders", Status: 405, Text: []string{"<![CDATA[25]]>"}},
		{Do: func() { s.Forbid("orders", "GET PUT POST PATCH DELETE HEAD") }, Name: "a resource that is not permitted", Method: "GET", Path: list("orders"),
			Status: 401, Want: map[string]string{"errors.0.code": "26"}},
		{Name: "not listed either", Method: "GET", Path: "/api/", Not: []string{"<orders"}},
		{Name: "an unknown shop", Method: "GET", Path: list("products", "id_shop", "7"), Status: 404, Want: map[string]string{"errors.0.code": "132"}},
		{Do: func() { s.SetEnabled(false) }, Name: "switched off", Method: "GET", Path: list("products"), Status: 503, Want: map[string]string{"errors.0.code": "22"}},
		{Do: func() { s.SetMaintenance(true) }, Name: "maintenance", Method: "GET", Path: list("products"), Status: 503, Text: []string{"<html>"}},
	})
}

func TestQueryLanguage(t *testing.T) {
	t.Parallel()
	s := stocked(Options{})
	for range 3 {
		place(t, s, sim.Basket{Lines: []sim.BasketLine{{SKU: "SHIRT-M", Quantity: 1}}})
	}
	bad := func(code string) map[string]string { return map[string]string{"errors.0.code": code} }
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "ids without display", Method: "GET", Path: "/api/orders", Text: []string{`<order id="42"/>`}},
		{Name: "fields", Method: "GET", Path: list("orders", "display", "[id,reference]"), Want: map[string]string{"orders.#": "3", "orders.0.#": "2"}},
		{Name: "any of", Method: "GET", Path: list("orders", "filter[id]", "[42|44]"), Want: map[string]string{"orders.#": "2"}},
		{Name: "interval", Method: "GET", Path: list("orders", "filter[id]", "[43,99]"), Want: map[string]string{"orders.#": "2"}},
		{Name: "greater", Method: "GET", Path: list("orders", "filter[id]", ">[43]"), Want: map[string]string{"orders.#": "1"}},
		{Name: "less", Method: "GET", Path: list("orders", "filter[id]", "<[43]"), Want: map[string]string{"orders.#": "1"}},
		{Name: "not", Method: "GET", Path: list("orders", "filter[current_state]", "![10]"), Want: map[string]string{"#": "0"}},
		{Name: "begins", Method: "GET", Path: list("products", "filter[reference]", "[SKU]%"), Want: map[string]string{"products.#": "1"}},
		{Name: "ends", Method: "GET", Path: list("products", "filter[reference]", "%[17]"), Want: map[string]string{"products.#": "1"}},
		{Name: "contains", Method: "GET", Path: list("products", "filter[reference]", "%[HI]%"), Want: map[string]string{"products.#": "1"}},
		{Name: "order and limit", Method: "GET", Path: list("orders", "display", "[id]", "sort", "[id_DESC]", "limit", "1,1"),
			Want: map[string]string{"orders.#": "1", "orders.0.id": "43"}},
		{Name: "dates, in the shop's zone", Method: "GET", Path: list("orders", "date", "1", "filter[date_upd]", ">[2026-10-02 14:05:10]"), Want: map[string]string{"orders.#": "3"}},
		{Name: "the bound itself is not greater", Method: "GET", Path: list("orders", "date", "1", "filter[date_upd]", ">[2026-10-02 14:05:11]"), Want: map[string]string{"#": "0"}},
		{Name: "dates without date=1", Method: "GET", Path: list("orders", "filter[date_upd]", ">[2026-10-02 12:00:00]"), Status: 400, Want: bad("33")},
		{Name: "a computed field", Method: "GET", Path: list("orders", "filter[shipping_number]", "[1]"), Status: 400, Want: bad("34")},
		{Name: "an unknown field", Method: "GET", Path: list("orders", "display", "[id,nothing]"), Status: 400, Want: bad("35")},
		{Name: "a wrong limit", Method: "GET", Path: list("orders", "limit", "x"), Status: 400, Want: bad("39")},
		{Name: "a wrong order", Method: "GET", Path: list("orders", "sort", "[quantity_ASC]"), Status: 400, Want: bad("38")},
		{Name: "no such id", Method: "GET", Path: list("orders/999"), Status: 404, Want: bad("87")},
		{Name: "no id at all", Method: "GET", Path: list("orders/x"), Status: 404, Want: bad("92")},
		{Name: "one language", Method: "GET", Path: list("products", "display", "full", "language", "2"), Want: map[string]string{"products.0.name.#": "1", "products.0.name.0.id": "2"}},
	})
}

func TestOrderAsTheSheetShowsIt(t *testing.T) {
	t.Parallel()
	s := stocked(Options{})
	id := place(t, s, sim.Basket{Comment: "після 18:00"})
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "order", Method: "GET", Path: list("orders/" + id), Want: map[string]string{
			"order.id": "42", "order.current_state": "10", "order.total_paid_tax_incl": "1560.000000", "order.total_paid_real": "0.000000",
			"order.total_shipping_tax_incl": "80.000000", "order.date_add": "2026-10-02 14:05:11", "order.associations.order_rows.0.product_quantity": "2",
			"order.associations.order_rows.0.product_id": "55", "order.associations.order_rows.0.product_attribute_id": "0",
			"order.associations.order_rows.0.product_reference": "SKU-17", "order.associations.order_rows.0.unit_price_tax_incl": "740.000000",
		}},
		{Name: "numbers are CDATA too", Method: "GET", Path: "/api/orders/" + id, Text: []string{"<id><![CDATA[42]]></id>"}},
		{Name: "customer", Method: "GET", Path: list("customers/1"), Want: map[string]string{"customer.firstname": "Олена", "customer.email": "o@example.com"}},
		{Name: "address", Method: "GET", Path: list("addresses/1"), Want: map[string]string{"address.phone_mobile": "+380671112233", "address.city": "Київ"}},
		{Name: "thread", Method: "GET", Path: list("customer_threads", "filter[id_order]", "["+id+"]", "display", "full"), Want: map[string]string{"customer_threads.0.id_order": id}},
		{Name: "message", Method: "GET", Path: list("customer_messages", "filter[id_customer_thread]", "["+id+"]", "display", "full"),
			Want: map[string]string{"customer_messages.0.message": "після 18:00"}},
	})
}

func history(order, state string) string {
	return "<prestashop><order_history><id_order>" + order + "</id_order><id_order_state>" + state + "</id_order_state><id_employee>1</id_employee></order_history></prestashop>"
}

func TestStatusAndTracking(t *testing.T) {
	t.Parallel()
	s := stocked(Options{})
	id := place(t, s, sim.Basket{})
	carrier := func(inner string) string {
		return "xml=<prestashop><order_carrier><id>42</id>" + inner + "</order_carrier></prestashop>"
	}
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "a history row changes the state", Method: "POST", Path: "/api/order_histories", Body: history(id, "4"), Status: 201, Text: []string{"<id_order_state><![CDATA[4]]>"}},
		{Name: "with a letter", Method: "POST", Path: "/api/order_histories?sendemail=1", Body: history(id, "4"), Status: 201},
		{Name: "JSON is not written", Method: "POST", Path: "/api/order_histories", Body: `{"order_history":{}}`, Status: 500, Text: []string{"<![CDATA[127]]>"}},
		{Name: "unknown state", Method: "POST", Path: "/api/order_histories", Body: history(id, "99"), Status: 400, Text: []string{"<![CDATA[85]]>"}},
		{Name: "an id is forbidden", Method: "POST", Path: "/api/order_histories", Body: strings.Replace(history(id, "4"), "<id_order>", "<id>1</id><id_order>", 1),
			Status: 400, Text: []string{"<![CDATA[91]]>"}},
		{Name: "tracking, whole row", Method: "PUT", Path: "/api/order_carriers/42", Body: carrier("<id_order>42</id_order><id_carrier>2</id_carrier><tracking_number>20450012345678</tracking_number>")},
		{Name: "a field left out is lost", Method: "PUT", Path: "/api/order_carriers/42", Body: carrier("<tracking_number>2</tracking_number>"), Status: 400, Text: []string{"<![CDATA[41]]>"}},
		{Name: "PATCH takes a part", Method: "PATCH", Path: "/api/order_carriers/42", Body: carrier("<tracking_number>20450087654321</tracking_number>")},
		{Name: "the verb as a parameter", Method: "POST", Path: "/api/order_carriers/42?ps_method=PATCH", Body: carrier("<tracking_number>20450087654321</tracking_number>")},
		{Name: "the order shows it", Method: "GET", Path: list("orders/" + id), Want: map[string]string{"order.shipping_number": "20450087654321"}},
	})
	if n, mails := s.HistoryLen(id), s.Mails(id); n != 2 || mails != 1 {
		t.Errorf("%d rows of history and %d letters, want 2 and 1: a repeat adds a row", n, mails)
	}
	simtest.Run(t, s, signed, []simtest.Step{{Name: "cancelled", Method: "POST", Path: "/api/order_histories", Body: history(id, "6"), Status: 201}})
	if o, _ := s.Order(id); !o.Cancelled || s.StockQuantity("55", 1) != 9 {
		t.Errorf("%+v and %d pieces: a cancelled order gives its goods back once", o, s.StockQuantity("55", 1))
	}
}

func stockXML(rows ...string) string {
	return "<prestashop>" + strings.Join(rows, "") + "</prestashop>"
}

func stockNode(id, product, combo, quantity int) string {
	return fmt.Sprintf("<stock_available><id>%d</id><id_product>%d</id_product><id_product_attribute>%d</id_product_attribute><id_shop>1</id_shop>"+
		"<depends_on_stock>0</depends_on_stock><out_of_stock>2</out_of_stock><quantity>%d</quantity></stock_available>", id, product, combo, quantity)
}

func TestStock(t *testing.T) {
	t.Parallel()
	s := stocked(Options{})
	s.Break("56-13")
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "rows of a product", Method: "GET", Path: list("stock_availables", "display", "full", "filter[id_product]", "[56]"),
			Want: map[string]string{"stock_availables.#": "3", "stock_availables.0.quantity": "7", "stock_availables.1.id_product_attribute": "12"}},
		{Name: "no POST", Method: "POST", Path: "/api/stock_availables", Body: stockXML("<stock_available><quantity>1</quantity></stock_available>"), Status: 405},
		{Name: "bulk", Method: "PUT", Path: "/api/stock_availables", Body: stockXML(stockNode(301, 55, 0, 7), stockNode(303, 56, 12, 1))},
		{Name: "the first error stops the rest", Method: "PUT", Path: "/api/stock_availables", Body: stockXML(stockNode(303, 56, 12, 2), stockNode(304, 56, 13, 5), stockNode(301, 55, 0, 0)),
			Status: 400, Text: []string{"<![CDATA[85]]>", "Validation error"}},
		{Name: "a field left out", Method: "PUT", Path: "/api/stock_availables", Body: stockXML("<stock_available><id>301</id><quantity>3</quantity></stock_available>"), Status: 400},
		{Name: "an id twice", Method: "PUT", Path: "/api/stock_availables", Body: stockXML(stockNode(301, 55, 0, 1), stockNode(301, 55, 0, 2)), Status: 400, Text: []string{"<![CDATA[89]]>"}},
		{Name: "no id", Method: "PUT", Path: "/api/stock_availables", Body: stockXML("<stock_available><quantity>3</quantity></stock_available>"), Status: 400, Text: []string{"<![CDATA[90]]>"}},
		{Name: "unknown id", Method: "PUT", Path: "/api/stock_availables", Body: stockXML(stockNode(999, 55, 0, 1)), Status: 404, Text: []string{"<![CDATA[87]]>"}},
	})
	for offer, want := range map[string]int64{"55": 7, "56-12": 2, "56-13": 4, "56": 6} {
		if got := s.StockQuantity(offer, 1); got != want {
			t.Errorf("offer %s has %d pieces, want %d", offer, got, want)
		}
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	s := stocked(Options{})
	product := func(inner string) string {
		return "<prestashop><product><id>55</id><reference>SKU-17</reference><active>1</active><state>1</state><minimal_quantity>1</minimal_quantity>" +
			`<name><language id="1">Чайник</language></name><link_rewrite><language id="1">a</language></link_rewrite>` + inner + "</product></prestashop>"
	}
	categories := "<associations><categories><category><id>2</id></category></categories></associations>"
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "without tax, six decimals; with tax on demand", Method: "GET", Path: list("products/55", "price[p][use_tax]", "1"),
			Want: map[string]string{"product.price": "616.666667", "product.p": "740.000000"}},
		{Name: "of a combination", Method: "GET", Path: list("products/56", "price[p][use_tax]", "1", "price[p][product_attribute]", "12"), Want: map[string]string{"product.p": "110.000000"}},
		{Name: "the impact may be negative", Method: "GET", Path: list("combinations/13", "price[p][use_tax]", "1"),
			Want: map[string]string{"combination.price": "-8.333333", "combination.p": "90.000000"}},
		{Name: "added prices come with display=full", Method: "GET", Path: list("products", "display", "[id,p]", "price[p][use_tax]", "1"), Status: 400},
		{Name: "what is not writable", Method: "PUT", Path: "/api/products/55", Body: product("<price>1</price><quantity>1</quantity>" + categories), Status: 400, Text: []string{"<![CDATA[93]]>"}},
		{Name: "a whole product", Method: "PUT", Path: "/api/products/55", Body: product("<price>500.000000</price>" + categories)},
		{Name: "PATCH", Method: "PATCH", Path: "/api/products/55", Body: "<prestashop><product><id>55</id><price>600.000000</price></product></prestashop>"},
		{Name: "combination", Method: "PATCH", Path: "/api/combinations/12", Body: "<prestashop><combination><id>12</id><price>0.5</price></combination></prestashop>"},
	})
	if o, _ := s.Offer("55"); o.PriceMinor != 720_00 || !o.Orderable {
		t.Errorf("%+v, want 720.00", o)
	}
	simtest.Run(t, s, signed, []simtest.Step{{Name: "categories left out", Method: "PUT", Path: "/api/products/55", Body: product("<price>1</price>")}})
	if o, _ := s.Offer("55"); o.Orderable {
		t.Error("a product without a category can still be bought")
	}
	old := stocked(Options{Old: true})
	simtest.Run(t, old, signed, []simtest.Step{
		{Name: "no PATCH in 1.6", Method: "PATCH", Path: "/api/products/55", Status: 405},
		{Name: "other ids in 1.6", Method: "GET", Path: list("configurations", "display", "[name,value]", "filter[name]", "[PS_OS_WS_PAYMENT|PS_OS_CHEQUE]"),
			Want: map[string]string{"configurations.#": "2", "configurations.1.value": "12"}},
	})
}

func TestTrapsOfTheServer(t *testing.T) {
	t.Parallel()
	body := "<prestashop><order_carrier><id>42</id><tracking_number>7</tracking_number></order_carrier></prestashop>"
	s := stocked(Options{Gateway: true, BOM: true, Notices: true})
	id := place(t, s, sim.Basket{})
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "PUT is refused by the server", Method: "PUT", Path: "/api/order_carriers/42", Body: body, Status: 403, Text: []string{"<html>"}},
		{Name: "notices after the write", Method: "POST", Path: "/api/order_carriers/42?ps_method=PATCH", Body: body, Status: 500, Text: []string{"<![CDATA[5]]>", "PHP Notice"}},
		{Name: "byte order mark", Method: "GET", Path: "/api/orders", Text: []string{"\ufeff<?xml"}},
	})
	if o, _ := s.Order(id); o.Tracking != "7" {
		t.Error("the write before the notice is not done")
	}
	s.Faults().Set(sim.AcceptThenIgnore, sim.Rule{})
	simtest.Run(t, s, signed, []simtest.Step{{Name: "accepted and ignored", Method: "POST", Path: "/api/order_histories", Body: history(id, "4"), Status: 500}})
	if s.HistoryLen(id) != 0 {
		t.Error("an ignored write is done")
	}
	s.Faults().Clear()
	s.Faults().Set(sim.UnknownFields, sim.Rule{})
	simtest.Run(t, s, signed, []simtest.Step{{Name: "unknown fields", Method: "GET", Path: "/api/orders/" + id, Text: []string{"<x_added_field>"}}})
}

func TestOrdersOfBuyers(t *testing.T) {
	t.Parallel()
	s := stocked(Options{Shops: []int64{1, 2}})
	if _, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{OfferID: "56", Quantity: 1}}}); err == nil {
		t.Error("a product with combinations is bought by itself")
	}
	id := place(t, s, sim.Basket{Paid: true, Lines: []sim.BasketLine{{OfferID: "56-12", Quantity: 3}}})
	if o, _ := s.Order(id); o.Status != "PS_OS_PAYMENT" || !o.Paid || s.StockQuantity("56-12", 1) != 0 || s.StockQuantity("56-12", 2) != 3 {
		t.Errorf("%+v", o)
	}
	raw, err := s.PlaceRaw([]byte(`{"id":900,"current_state":10,"associations":{"order_rows":[{"id":1}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, signed, []simtest.Step{
		{Name: "raw", Method: "GET", Path: list("orders/" + raw.ID), Want: map[string]string{"order.associations.order_rows.0.id": "1"}},
		{Name: "stock per shop", Method: "GET", Path: list("stock_availables", "filter[id_product]", "[55]", "id_shop", "2"), Want: map[string]string{"stock_availables.#": "1"}},
	})
	if err := s.CancelOrder(id); err != nil {
		t.Fatal(err)
	}
	if err := s.CancelOrder(id); err == nil {
		t.Error("cancelled twice")
	}
}

// A large shop answers a page of its lists without rendering the rest.
func TestLargeShop(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	seeds := make([]sim.OfferSeed, 0, 30_000)
	for i := range 30_000 {
		seeds = append(seeds, sim.OfferSeed{SKU: fmt.Sprintf("S-%05d", i), Title: "Товар", PriceMinor: 100_00, Quantity: 100})
	}
	s.SeedOffers(seeds)
	last, pages := "0", 0
	for ; ; pages++ {
		r := simtest.Call(s, http.MethodGet, list("products", "display", "[id]", "filter[id]", ">["+last+"]", "sort", "[id_ASC]", "limit", "100"), "", signed)
		n, err := strconv.Atoi(r.At("products.#"))
		if err != nil {
			break
		}
		last = r.At("products." + strconv.Itoa(n-1) + ".id")
	}
	if pages != 300 || last != "30054" {
		t.Errorf("%d pages up to id %s, want 300 up to 30054", pages, last)
	}
}

// What was placed is there once, and pieces add up, whatever is asked meanwhile.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	s.SeedOffers([]sim.OfferSeed{{SKU: "A", PriceMinor: 1000}, {SKU: "A-1", ParentSKU: "A", PriceMinor: 1000, Quantity: 1000}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				p, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{SKU: "A-1", Quantity: 1}}})
				if err != nil {
					t.Error(err)
					return
				}
				s.Order(p.ID)
				simtest.Call(s, http.MethodGet, list("orders", "display", "full", "limit", "5"), "", signed)
				simtest.Call(s, http.MethodPost, "/api/order_histories", history(p.ID, "6"), signed)
			}
		})
	}
	wg.Wait()
	if o, _ := s.OfferBySKU("A-1"); len(s.Orders()) != 200 || o.Quantity != 1000 {
		t.Errorf("%d orders, %d pieces left; want 200 cancelled ones and all pieces", len(s.Orders()), o.Quantity)
	}
}
