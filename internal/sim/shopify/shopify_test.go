package shopify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/simtest"
)

const (
	endpoint   = "/admin/api/2026-10/graphql.json"
	kettleItem = "gid://shopify/InventoryItem/45000000001"
	depot      = "gid://shopify/Location/1001"
)

var (
	noon  = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	olena = sim.Buyer{Name: "Олена Коваль", Phone: "+380671112233", Email: "o@example.com", City: "Київ", Address: "Відділення №17"}
	token = map[string]string{"X-Shopify-Access-Token": "shpat_sim0token0of0a0custom0app"}
)

// shop opens a shop at noon with a kettle (44000000001, product 901), a cup and a generator of which one is left.
func shop(t *testing.T, o Options) (*Shop, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	o.Clock = c
	s := New(o)
	s.SeedOffers([]sim.OfferSeed{
		{SKU: "SKU-17", Title: "Чайник", PriceMinor: 74000, Quantity: 9, Barcode: "4820000000017"},
		{SKU: "SKU-17-R", ParentSKU: "SKU-17", Title: "Чайник червоний", PriceMinor: 75000, Quantity: 0},
		{SKU: "GEN", Title: "Генератор", PriceMinor: 1890050, Quantity: 1},
	})
	return s, c
}

// ask is a step that sends one operation; variables are a JSON object or empty.
func ask(name, query, variables string, want map[string]string) simtest.Step {
	q, _ := json.Marshal(query)
	if variables == "" {
		variables = "{}"
	}
	return simtest.Step{Name: name, Method: "POST", Path: endpoint, Body: `{"query":` + string(q) + `,"variables":` + variables + `}`, Want: want}
}

func code(c string) map[string]string {
	return map[string]string{"data": "null", "errors.0.extensions.code": c}
}

func place(t *testing.T, s *Shop, b sim.Basket) string {
	t.Helper()
	p, err := s.PlaceOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func kettles(n int64) sim.Basket {
	return sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: "SKU-17", Quantity: n}}}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{ClientID: "id", ClientSecret: "secret"})
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	grant := func(secret string) string {
		return url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {secret}}.Encode()
	}
	name := ask("", `{shop{name}}`, "", nil)
	with := func(label, tok string, status int) simtest.Step {
		st := name
		st.Name, st.Status, st.Header = label, status, map[string]string{"X-Shopify-Access-Token": tok}
		return st
	}
	late := with("a day later the token is dead", "shpca_000001", 401)
	late.Do = func() { c.Advance(86399 * time.Second) }
	simtest.Run(t, s, nil, []simtest.Step{
		{Name: "client credentials", Method: "POST", Path: "/admin/oauth/access_token", Header: form, Body: grant("secret"),
			Want: map[string]string{"access_token": "shpca_000001", "expires_in": "86399"}, Text: []string{"read_orders"}},
		{Name: "wrong secret", Method: "POST", Path: "/admin/oauth/access_token", Header: form, Body: grant("x"), Status: 400},
		{Name: "JSON is no form", Method: "POST", Path: "/admin/oauth/access_token", Body: grant("secret"), Status: 400},
		with("a granted token", "shpca_000001", 200), with("a custom app's token", s.o.Token, 200), with("another token", "shpat_x", 401), late,
	})
	for _, door := range []int{401, 402, 404, 423, 301} {
		s.Door(door)
		simtest.Run(t, s, token, []simtest.Step{with("closed", s.o.Token, door)})
	}
}

func TestVersionFallsForward(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	step := ask("", `{shop{name}}`, "", nil)
	for asked, used := range map[string]string{"2026-10": "2026-10", "2024-01": "2026-01"} {
		r := simtest.Call(s, "POST", "/admin/api/"+asked+"/graphql.json", step.Body, token)
		if got := r.Header.Get("X-Shopify-API-Version"); got != used || r.Status != 200 {
			t.Errorf("asked for %s: served by %q, HTTP %d", asked, got, r.Status)
		}
	}
}

func TestErrorsComeWith200(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Scopes: []string{"read_products"}})
	simtest.Run(t, s, token, []simtest.Step{
		ask("syntax", `{shop{name}`, "", map[string]string{"data": "null"}),
		ask("unknown field", `{shop{nome}}`, "", map[string]string{"errors.0.extensions.code": "undefinedField"}),
		ask("objects want a selection", `{shop}`, "", map[string]string{"errors.0.extensions.code": "selectionMismatch"}),
		ask("a required variable", `query($id:ID!){order(id:$id){id}}`, "", code("INVALID_VARIABLE")),
		ask("scope", `{orders(first:1,sortKey:UPDATED_AT){nodes{id}}}`, "", code("ACCESS_DENIED")),
		ask("scope of a write", `mutation{orderClose(input:{id:"gid://shopify/Order/1"}){userErrors{message}}}`, "", code("ACCESS_DENIED")),
		ask("page size", `{productVariants(first:251){nodes{id}}}`, "", map[string]string{"errors.0.extensions.code": "BAD_REQUEST"}),
		ask("alias and type name", `{a:shop{b:name __typename}}`, "", map[string]string{"data.a.b": "Lad", "data.a.__typename": "Shop"}),
		{Name: "no query", Method: "POST", Path: endpoint, Body: `{}`, Status: 400},
		{Name: "another path", Method: "GET", Path: "/admin/orders.json", Status: 404},
	})
}

func TestCost(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{Restore: 100})
	cost := func(q, v, l string) map[string]string {
		return map[string]string{"extensions.cost.requestedQueryCost": q, "extensions.cost.throttleStatus.currentlyAvailable": v, "errors.0.extensions.code": l}
	}
	variants := `{productVariants(first:249){nodes{id inventoryItem{id} product{id}} pageInfo{hasNextPage}}}`
	later := ask("the bucket fills by the second", variants, "", cost("748", "1999", ""))
	later.Do = func() { c.Advance(20 * time.Second) }
	steps := []simtest.Step{
		ask("scalars are free, objects cost 1", `{shop{name currencyCode}}`, "", cost("1", "1999", "")),
		ask("the difference is given back", variants, "", cost("748", "1988", "")),
		ask("over 1000 is refused", `{productVariants(first:250){nodes{inventoryItem{id} product{id}} pageInfo{endCursor} edges{node{product{id} inventoryItem{id}}}}}`, "", code("MAX_COST_EXCEEDED")),
	}
	simtest.Run(t, s, token, steps)
	for range 300 {
		simtest.Call(s, "POST", endpoint, steps[1].Body, token)
	}
	empty := cost("748", "", "THROTTLED")
	delete(empty, "extensions.cost.throttleStatus.currentlyAvailable")
	empty["data"], empty["extensions.cost.actualQueryCost"], empty["extensions.cost.throttleStatus.restoreRate"] = "null", "null", "100"
	delete(later.Want, "extensions.cost.throttleStatus.currentlyAvailable")
	simtest.Run(t, s, token, []simtest.Step{ask("the requested cost must be there", variants, "", empty), later})
}

const orderFields = `id legacyResourceId name createdAt updatedAt cancelledAt cancelReason closedAt test displayFinancialStatus displayFulfillmentStatus
 paymentGatewayNames note tags totalPriceSet{shopMoney{amount currencyCode}} email phone customer{id firstName lastName}
 shippingAddress{firstName phone address1 city countryCodeV2} shippingLines(first:1){nodes{title code}}
 lineItems(first:5){nodes{id sku name quantity currentQuantity originalUnitPriceSet{shopMoney{amount}} variant{id inventoryItem{id}}}}
 fulfillmentOrders(first:3){nodes{id status assignedLocation{location{id}} lineItems(first:5){nodes{id remainingQuantity lineItem{id}}}}}`

func TestOrderObject(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	id := place(t, s, kettles(2))
	paid := kettles(1)
	paid.Paid, paid.Comment, paid.Raw = true, "після 18:00", map[string]any{"test": true}
	place(t, s, paid)
	list := `{orders(first:2,sortKey:UPDATED_AT,query:"status:any"){nodes{` + orderFields + `} pageInfo{hasNextPage}}}`
	at := func(i string, want map[string]string) map[string]string {
		out := map[string]string{}
		for k, v := range want {
			out["data.orders.nodes."+i+"."+k] = v
		}
		return out
	}
	simtest.Run(t, s, token, []simtest.Step{
		ask("cash on delivery", list, "", at("0", map[string]string{
			"id": "gid://shopify/Order/" + id, "legacyResourceId": id, "name": "#1001", "createdAt": "2026-10-02T12:00:00Z", "cancelledAt": "null",
			"displayFinancialStatus": "PENDING", "displayFulfillmentStatus": "UNFULFILLED", "paymentGatewayNames.0": codGateway,
			"totalPriceSet.shopMoney.amount": "1480.00", "totalPriceSet.shopMoney.currencyCode": "UAH", "customer.firstName": "Олена", "phone": olena.Phone,
			"lineItems.nodes.0.sku": "SKU-17", "lineItems.nodes.0.variant.id": "gid://shopify/ProductVariant/44000000001",
			"lineItems.nodes.0.variant.inventoryItem.id": kettleItem, "lineItems.nodes.0.originalUnitPriceSet.shopMoney.amount": "740.00",
			"fulfillmentOrders.nodes.0.status": "OPEN", "fulfillmentOrders.nodes.0.assignedLocation.location.id": depot,
			"fulfillmentOrders.nodes.0.lineItems.nodes.0.remainingQuantity": "2", "tags.#": "0", "test": "false",
		})),
		ask("paid, a test", list, "", at("1", map[string]string{"displayFinancialStatus": "PAID", "note": "після 18:00", "test": "true"})),
	})
	if o, _ := s.Offer("44000000001"); o.Quantity != 6 {
		t.Errorf("available %d after 3 of 9 are committed", o.Quantity)
	}
	hidden, _ := shop(t, Options{HidePeople: true})
	place(t, hidden, kettles(1))
	simtest.Run(t, hidden, token, []simtest.Step{ask("without the approval people are null", list, "", at("0", map[string]string{
		"customer": "null", "email": "null", "phone": "null", "shippingAddress": "null",
	}))})
}

func TestOrderPaging(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	s.Stock("44000000001", 1001, 1000)
	var ids []string
	for range 25 {
		ids = append(ids, place(t, s, kettles(1)))
		c.Advance(time.Second)
	}
	if err := s.CancelOrder(ids[3]); err != nil {
		t.Fatal(err)
	}
	list := func(q, after string) string {
		return `{orders(first:10,after:"` + after + `",sortKey:UPDATED_AT,query:"` + q + `"){nodes{legacyResourceId} pageInfo{hasNextPage endCursor}}}`
	}
	seen, after := []string{}, ""
	for range 5 {
		r := simtest.Call(s, "POST", endpoint, ask("", list("updated_at:>='2026-10-02T12:00:00Z' status:any", after), "", nil).Body, token)
		for i := range 10 {
			if id := r.At(fmt.Sprintf("data.orders.nodes.%d.legacyResourceId", i)); id != "" {
				seen = append(seen, id)
			}
		}
		if after = r.At("data.orders.pageInfo.endCursor"); r.At("data.orders.pageInfo.hasNextPage") != "true" {
			break
		}
	}
	want := slices.Concat(ids[:3], ids[4:], ids[3:4]) // the cancelled one changed last
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("oldest change first:\n%s", diff)
	}
	n := func(n string) map[string]string { return map[string]string{"data.orders.nodes.#": n} }
	simtest.Run(t, s, token, []simtest.Step{
		ask("changed since", list("updated_at:>='2026-10-02T12:00:20Z' status:any", ""), "", n("6")),
		ask("without status:any a cancelled order is left out", list("updated_at:>='2026-10-02T12:00:20Z'", ""), "", n("5")),
		ask("an unknown search field", list("changed:>2026", ""), "", map[string]string{"errors.0.extensions.code": "BAD_REQUEST"}),
		ask("a bad cursor", list("status:any", "x"), "", map[string]string{"errors.0.extensions.code": "BAD_REQUEST"}),
	})
}

func TestOrderWrites(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	id := "gid://shopify/Order/" + place(t, s, kettles(2))
	gone := "gid://shopify/Order/" + place(t, s, kettles(1))
	cancel := `mutation{orderCancel(orderId:"` + gone + `",reason:INVENTORY,restock:true,refundMethod:{originalPaymentMethodsRefund:false},notifyCustomer:false,staffNote:"x"){job{id done} orderCancelUserErrors{field message code}}}`
	state := `{order(id:"` + gone + `"){cancelledAt cancelReason}}`
	after := ask("cancelled a second later", state, "", map[string]string{"data.order.cancelReason": "INVENTORY", "data.order.cancelledAt": "2026-10-02T12:00:01Z"})
	after.Do = func() { c.Advance(time.Second) }
	simtest.Run(t, s, token, []simtest.Step{
		ask("tags", `mutation{tagsAdd(id:"`+id+`",tags:["b","a","b"]){node{... on Order{tags}} userErrors{message}}}`, "",
			map[string]string{"data.tagsAdd.userErrors.#": "0", "data.tagsAdd.node.tags.0": "a"}),
		ask("no such order", `mutation{tagsAdd(id:"gid://shopify/Order/1",tags:["a"]){node{... on Order{tags}} userErrors{message}}}`, "",
			map[string]string{"data.tagsAdd.node": "null", "data.tagsAdd.userErrors.0.message": "Order does not exist"}),
		ask("cancelling is a job", cancel, "", map[string]string{"data.orderCancel.job.done": "false", "data.orderCancel.orderCancelUserErrors.#": "0"}),
		ask("not cancelled yet", state, "", map[string]string{"data.order.cancelledAt": "null"}), after,
		ask("twice", cancel, "", map[string]string{"data.orderCancel.orderCancelUserErrors.0.code": "INVALID"}),
		ask("money collected", `mutation{orderMarkAsPaid(input:{id:"`+id+`"}){order{displayFinancialStatus} userErrors{message}}}`, "",
			map[string]string{"data.orderMarkAsPaid.order.displayFinancialStatus": "PAID"}),
		ask("twice", `mutation{orderMarkAsPaid(input:{id:"`+id+`"}){order{id} userErrors{message}}}`, "", map[string]string{"data.orderMarkAsPaid.userErrors.#": "1"}),
		ask("close", `mutation{orderClose(input:{id:"`+id+`"}){order{closedAt} userErrors{message}}}`, "", map[string]string{"data.orderClose.order.closedAt": "2026-10-02T12:00:01Z"}),
		ask("a cancelled order can not be closed", `mutation{orderClose(input:{id:"`+gone+`"}){order{closedAt} userErrors{message}}}`, "", map[string]string{"data.orderClose.userErrors.#": "1"}),
	})
	if o, _ := s.Offer("44000000001"); o.Quantity != 7 {
		t.Errorf("available %d, want 7: the cancelled piece is restocked", o.Quantity)
	}
	if err := s.CancelOrder(strings.TrimPrefix(gone, "gid://shopify/Order/")); !errors.Is(err, sim.ErrFinal) {
		t.Errorf("cancelling a cancelled order: %v", err)
	}
}

func TestFulfillment(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Locations: []Location{{ID: 1001, Name: "Склад"}, {ID: 1002, Name: "Магазин"}}})
	s.Stock("44000000003", 1002, 5)
	number := place(t, s, sim.Basket{Buyer: olena, Lines: []sim.BasketLine{{SKU: "SKU-17", Quantity: 2}, {SKU: "GEN", Quantity: 3}}})
	order := "gid://shopify/Order/" + number
	r := simtest.Call(s, "POST", endpoint, ask("", `{order(id:"`+order+`"){fulfillmentOrders(first:5){nodes{id assignedLocation{location{id}} lineItems(first:5){nodes{id remainingQuantity}}}}}}`, "", nil).Body, token)
	first, second := r.At("data.order.fulfillmentOrders.nodes.0.id"), r.At("data.order.fulfillmentOrders.nodes.1.id")
	if first == "" || second == "" || r.At("data.order.fulfillmentOrders.nodes.1.lineItems.nodes.0.remainingQuantity") != "2" {
		t.Fatalf("an order of two locations: %s", r.Body)
	}
	send := func(name, works string, want map[string]string) simtest.Step {
		return ask(name, `mutation($f:FulfillmentInput!){fulfillmentCreate(fulfillment:$f){fulfillment{id status trackingInfo{number url company}} userErrors{field message}}}`,
			`{"f":{"lineItemsByFulfillmentOrder":[`+works+`],"trackingInfo":{"company":"Nova Poshta","number":"2045"},"notifyCustomer":true}}`, want)
	}
	work := func(id string) string { return `{"fulfillmentOrderId":"` + id + `"}` }
	status := func(s string) map[string]string { return map[string]string{"data.order.displayFulfillmentStatus": s} }
	read := `{order(id:"` + order + `"){displayFulfillmentStatus fulfillments(first:5){id displayStatus trackingInfo{number}}}}`
	refused := map[string]string{"data.fulfillmentCreate.fulfillment": "null", "data.fulfillmentCreate.userErrors.#": "1"}
	update := `mutation($id:ID!,$n:String!){fulfillmentTrackingInfoUpdate(fulfillmentId:$id,trackingInfoInput:{number:$n},notifyCustomer:false){fulfillment{trackingInfo{number}} userErrors{message}}}`
	simtest.Run(t, s, token, []simtest.Step{
		send("one location a call", work(first)+","+work(second), refused), send("unknown", work("gid://shopify/FulfillmentOrder/1"), refused),
		send("first parcel", work(first), map[string]string{"data.fulfillmentCreate.fulfillment.trackingInfo.0.number": "2045"}),
		ask("partly sent", read, "", status("PARTIALLY_FULFILLED")), send("nothing remains there", work(first), refused),
		send("second parcel", work(second), map[string]string{"data.fulfillmentCreate.fulfillment.status": "SUCCESS"}),
		ask("sent", read, "", status("FULFILLED")),
		ask("a sent order can not be cancelled", `mutation{orderCancel(orderId:"`+order+`",reason:OTHER,restock:true,refund:false){job{id} orderCancelUserErrors{message}}}`, "",
			map[string]string{"data.orderCancel.orderCancelUserErrors.#": "1"}),
	})
	p := simtest.Call(s, "POST", endpoint, ask("", read, "", nil).Body, token).At("data.order.fulfillments.1.id")
	simtest.Run(t, s, token, []simtest.Step{
		ask("another number", update, `{"id":"`+p+`","n":"2046"}`, map[string]string{"data.fulfillmentTrackingInfoUpdate.fulfillment.trackingInfo.0.number": "2046"}),
		ask("delivered", `mutation{fulfillmentEventCreate(fulfillmentEvent:{fulfillmentId:"`+p+`",status:DELIVERED,happenedAt:"2026-10-02T12:00:00Z"}){userErrors{message}}}`, "",
			map[string]string{"data.fulfillmentEventCreate.userErrors.#": "0"}),
		ask("as it stands", read, "", map[string]string{"data.order.fulfillments.1.displayStatus": "DELIVERED"}),
	})
	if o, _ := s.Order(number); o.Tracking != "2046" || o.Status != "FULFILLED" {
		t.Errorf("order %+v", o)
	}
	held := place(t, s, kettles(1))
	if err := s.Hold(held); err != nil {
		t.Fatal(err)
	}
	r = simtest.Call(s, "POST", endpoint, ask("", `{order(id:"gid://shopify/Order/`+held+`"){fulfillmentOrders(first:5){nodes{id}}}}`, "", nil).Body, token)
	simtest.Run(t, s, token, []simtest.Step{send("on hold", work(r.At("data.order.fulfillmentOrders.nodes.0.id")), refused)})
}

const setQuantities = `mutation($in:InventorySetQuantitiesInput!,$k:String!){inventorySetQuantities(input:$in) @idempotent(key:$k){inventoryAdjustmentGroup{id changes{name delta quantityAfterChange}} userErrors{field message code}}}`

func quantities(key, rows string) string {
	return `{"k":"` + key + `","in":{"name":"available","reason":"correction","referenceDocumentUri":"hub://ledger/1","quantities":[` + rows + `]}}`
}

func row(item, location, rest string) string {
	return `{"inventoryItemId":"` + item + `","locationId":"` + location + `",` + rest + `}`
}

func TestInventory(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{Locations: []Location{{ID: 1001, Name: "Склад"}, {ID: 1002, Name: "3PL", Service: true}, {ID: 1003, Name: "Магазин"}}})
	s.Track("44000000003", false)
	bad := func(code string) map[string]string {
		return map[string]string{"data.inventorySetQuantities.userErrors.0.code": code, "data.inventorySetQuantities.inventoryAdjustmentGroup": "null"}
	}
	good := map[string]string{"data.inventorySetQuantities.userErrors.#": "0", "data.inventorySetQuantities.inventoryAdjustmentGroup.changes.0.delta": "-2"}
	cup, untracked := "gid://shopify/InventoryItem/45000000002", "gid://shopify/InventoryItem/45000000003"
	simtest.Run(t, s, token, []simtest.Step{
		ask("changeFromQuantity must be said", setQuantities, quantities("a", row(kettleItem, depot, `"quantity":7`)), map[string]string{"errors.0.extensions.code": "INVALID_VARIABLE"}),
		ask("the directive is needed", `mutation($in:InventorySetQuantitiesInput!){inventorySetQuantities(input:$in){userErrors{code}}}`,
			quantities("", row(kettleItem, depot, `"quantity":7,"changeFromQuantity":9`)), map[string]string{"errors.0.extensions.code": "BAD_REQUEST"}),
		ask("stale", setQuantities, quantities("b", row(kettleItem, depot, `"quantity":7,"changeFromQuantity":8`)), bad("CHANGE_FROM_QUANTITY_STALE")),
		ask("compare and swap", setQuantities, quantities("c", row(kettleItem, depot, `"quantity":7,"changeFromQuantity":9`)), good),
		ask("the same key gives the first answer", setQuantities, quantities("c", row(kettleItem, depot, `"quantity":7,"changeFromQuantity":9`)), good),
		ask("the same key for something else", setQuantities, quantities("c", row(kettleItem, depot, `"quantity":6,"changeFromQuantity":7`)), map[string]string{"errors.0.extensions.code": "BAD_REQUEST"}),
		ask("null opts out", setQuantities, quantities("d", row(kettleItem, depot, `"quantity":5,"changeFromQuantity":null`)), good),
		ask("not stocked there", setQuantities, quantities("e", row(cup, "gid://shopify/Location/1003", `"quantity":5,"changeFromQuantity":null`)), bad("ITEM_NOT_STOCKED_AT_LOCATION")),
		ask("a fulfilment service refuses", setQuantities, quantities("f", row(kettleItem, "gid://shopify/Location/1002", `"quantity":5,"changeFromQuantity":null`)), bad("NON_MUTABLE_INVENTORY_ITEM")),
		ask("not tracked", setQuantities, quantities("g", row(untracked, depot, `"quantity":5,"changeFromQuantity":null`)), bad("NON_MUTABLE_INVENTORY_ITEM")),
		ask("one bad row, nothing changes", setQuantities, quantities("h", row(kettleItem, depot, `"quantity":1,"changeFromQuantity":null`)+","+row("gid://shopify/InventoryItem/1", depot, `"quantity":5,"changeFromQuantity":null`)),
			map[string]string{"data.inventorySetQuantities.userErrors.0.code": "INVALID_INVENTORY_ITEM", "data.inventorySetQuantities.userErrors.0.field.2": "1"}),
		ask("activate", `mutation{inventoryActivate(inventoryItemId:"`+cup+`",locationId:"gid://shopify/Location/1003",available:4) @idempotent(key:"i"){inventoryLevel{id} userErrors{message}}}`, "",
			map[string]string{"data.inventoryActivate.userErrors.#": "0"}),
		ask("read", `{nodes(ids:["gid://shopify/ProductVariant/44000000001","gid://shopify/ProductVariant/7"]){... on ProductVariant{inventoryQuantity inventoryItem{tracked inventoryLevel(locationId:"`+depot+`"){quantities(names:["available","on_hand"]){name quantity}}}}}}`, "",
			map[string]string{"data.nodes.0.inventoryItem.inventoryLevel.quantities.0.quantity": "5", "data.nodes.1": "null"}),
		ask("by seller code", `{inventoryItems(first:5,query:"sku:SKU-17"){nodes{id}}}`, "", map[string]string{"data.inventoryItems.nodes.0.id": kettleItem}),
		ask("locations", `{locations(first:10){nodes{name isFulfillmentService}}}`, "", map[string]string{"data.locations.nodes.#": "3"}),
	})
	if o, _ := s.Offer("44000000002"); o.Quantity != 4 || !o.Orderable {
		t.Errorf("activated offer: %+v", o)
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	update := func(name, partial, rows string, want map[string]string) simtest.Step {
		return ask(name, `mutation($v:[ProductVariantsBulkInput!]!){productVariantsBulkUpdate(productId:"gid://shopify/Product/901",variants:$v,allowPartialUpdates:`+partial+`){productVariants{id price compareAtPrice} userErrors{field message code}}}`,
			`{"v":[`+rows+`]}`, want)
	}
	good, wrong := `{"id":"gid://shopify/ProductVariant/44000000001","price":"700.00","compareAtPrice":"890.00"}`, `{"id":"gid://shopify/ProductVariant/44000000003","price":"1.00"}`
	simtest.Run(t, s, token, []simtest.Step{
		update("all or nothing", "false", good+","+wrong, map[string]string{"data.productVariantsBulkUpdate.productVariants.#": "0", "data.productVariantsBulkUpdate.userErrors.0.field.1": "1"}),
		update("partly", "true", good+","+wrong, map[string]string{"data.productVariantsBulkUpdate.productVariants.0.price": "700.00", "data.productVariantsBulkUpdate.userErrors.#": "1"}),
		update("null clears the old price", "true", `{"id":"gid://shopify/ProductVariant/44000000001","compareAtPrice":null}`, map[string]string{"data.productVariantsBulkUpdate.productVariants.0.compareAtPrice": "null"}),
		update("no amount", "true", `{"id":"gid://shopify/ProductVariant/44000000001","price":"-1"}`, map[string]string{"data.productVariantsBulkUpdate.userErrors.0.code": "INVALID_INPUT"}),
	})
	if o, _ := s.OfferBySKU("SKU-17"); o.PriceMinor != 70000 || o.OldPriceMinor != 0 {
		t.Errorf("offer %+v", o)
	}
}

func TestBulkQuery(t *testing.T) {
	t.Parallel()
	s, c := shop(t, Options{})
	start := `mutation{bulkOperationRunQuery(query:"{productVariants{edges{node{id sku}}}}"){bulkOperation{id status} userErrors{code message}}}`
	r := simtest.Call(s, "POST", endpoint, ask("", start, "", nil).Body, token)
	id := r.At("data.bulkOperationRunQuery.bulkOperation.id")
	look := `{bulkOperation(id:"` + id + `"){status url fileSize objectCount}}`
	done := ask("completed", look, "", map[string]string{"data.bulkOperation.status": "COMPLETED", "data.bulkOperation.objectCount": "3"})
	done.Do = func() { c.Advance(time.Second) }
	simtest.Run(t, s, token, []simtest.Step{
		ask("one at a time", start, "", map[string]string{"data.bulkOperationRunQuery.userErrors.0.code": "OPERATION_IN_PROGRESS"}),
		ask("running", look, "", map[string]string{"data.bulkOperation.status": "RUNNING", "data.bulkOperation.url": "null"}), done,
	})
	address, err := url.Parse(simtest.Call(s, "POST", endpoint, ask("", look, "", nil).Body, token).At("data.bulkOperation.url"))
	if err != nil {
		t.Fatal(err)
	}
	whole := simtest.Call(s, "GET", address.Path, "", nil)
	if lines := strings.Split(strings.TrimSpace(whole.Body), "\n"); len(lines) != 3 || lines[0] != `{"id":"gid://shopify/ProductVariant/44000000001","sku":"SKU-17"}` {
		t.Errorf("file %q", whole.Body)
	}
	part := simtest.Call(s, "GET", address.Path, "", map[string]string{"Range": "bytes=2-6"})
	if part.Status != 206 || part.Body != whole.Body[2:7] {
		t.Errorf("range: HTTP %d %q", part.Status, part.Body)
	}
	if r := simtest.Call(s, "GET", address.Path, "", token); r.Status != 403 {
		t.Errorf("the token shown to the storage: HTTP %d", r.Status)
	}
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	fail := false
	var got []*http.Request
	var bodies []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, bodies = append(got, r), append(bodies, string(b))
		if fail {
			w.WriteHeader(500)
		}
	}))
	t.Cleanup(srv.Close)
	subscribe := func(uri string) string {
		return `mutation{webhookSubscriptionCreate(topic:ORDERS_CREATE,webhookSubscription:{uri:"` + uri + `",format:JSON,includeFields:["id","admin_graphql_api_id"]}){webhookSubscription{id} userErrors{field message}}}`
	}
	simtest.Run(t, s, token, []simtest.Step{
		ask("subscribe", subscribe(srv.URL), "", map[string]string{"data.webhookSubscriptionCreate.userErrors.#": "0"}),
		ask("twice", subscribe(srv.URL), "", map[string]string{"data.webhookSubscriptionCreate.userErrors.#": "1"}),
		ask("plain http", subscribe("http://hub.example"), "", map[string]string{"data.webhookSubscriptionCreate.userErrors.#": "1"}),
		ask("list", `{webhookSubscriptions(first:10){nodes{id topic uri}}}`, "", map[string]string{"data.webhookSubscriptions.nodes.0.topic": "ORDERS_CREATE"}),
	})
	id := place(t, s, kettles(1))
	fail = true
	if n, err := s.FlushHooks(t.Context()); n != 0 || err == nil {
		t.Errorf("%d delivered, error %v", n, err)
	}
	fail = false
	if n, err := s.FlushHooks(t.Context()); n != 1 || err != nil {
		t.Errorf("%d delivered, error %v", n, err)
	}
	if len(got) != 2 || bodies[0] != `{"admin_graphql_api_id":"gid://shopify/Order/`+id+`","id":`+id+`}` {
		t.Fatalf("bodies %q", bodies)
	}
	h := got[0].Header
	if h.Get("X-Shopify-Hmac-SHA256") != s.Sign([]byte(bodies[0])) || h.Get("X-Shopify-Topic") != "orders/create" ||
		h.Get("X-Shopify-Webhook-Id") != got[1].Header.Get("X-Shopify-Webhook-Id") {
		t.Errorf("headers %v", h)
	}
	fail = true
	place(t, s, kettles(1))
	for range maxFailures {
		_, _ = s.FlushHooks(t.Context())
	}
	if topics := s.Subscriptions(srv.URL); len(topics) != 0 {
		t.Errorf("after eight failures: %v", topics)
	}
}

func TestBuyers(t *testing.T) {
	t.Parallel()
	s, _ := shop(t, Options{})
	_, err := s.PlaceOrder(sim.Basket{Lines: []sim.BasketLine{{SKU: "GEN", Quantity: 2}}})
	if !errors.Is(err, sim.ErrNotOrderable) {
		t.Errorf("two of one: %v", err)
	}
	s.Oversell("44000000003", true)
	place(t, s, sim.Basket{Lines: []sim.BasketLine{{SKU: "GEN", Quantity: 2}}})
	if o, _ := s.Offer("44000000003"); o.Quantity != 0 || !o.Orderable {
		t.Errorf("oversold: %+v", o)
	}
	p, err := s.PlaceRaw([]byte(`{"id":"gid://shopify/Order/77","lineItems":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	simtest.Run(t, s, token, []simtest.Step{ask("raw", `{order(id:"gid://shopify/Order/`+p.ID+`"){id lineItems(first:1){nodes{id}} name}}`, "", map[string]string{
		"data.order.id": "gid://shopify/Order/77", "data.order.lineItems": "[]", "data.order.name": "null",
	})})
	if _, err := s.PlaceRaw([]byte(`[]`)); !errors.Is(err, sim.ErrBroken) {
		t.Errorf("a list: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, q := range []string{`{a}`, `query Q($a:[ID!]!,$b:Int){x:a(b:$b,c:[1,-2.5,"s\"",null,{d:E}]) @idempotent(key:"k"){... on T{y}}}`, `mutation{a(q:"""x""")}`, `{`, `"`, `{a(b:{{{`} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		doc, err := parse(q)
		if err == nil && len(doc.fields) == 0 {
			t.Errorf("%q parses to nothing", q)
		}
		(&run{}).requested(doc)
	})
}
