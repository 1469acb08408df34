package shopify

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// stamp writes a time as the API does: UTC, whole seconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// stampOrNull is null for a time that never was.
func stampOrNull(c *sim.Call, t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(c.Stamp(t))
}

// money is a MoneyBag; both sides are in the shop's currency.
func (s *Shop) money(minor int64) *object {
	m := &object{"MoneyV2", map[string]any{"amount": sim.Decimal(minor), "currencyCode": s.o.Currency}}
	return &object{"MoneyBag", map[string]any{"shopMoney": m, "presentmentMoney": m}}
}

// plain makes an object of decoded JSON, for orders and lines that were given as they are. A member that a list of nodes was
// asked of is served as it stands.
func plain(typ string, m map[string]any) *object { return &object{typ, m} }

// orderView is an order as the API shows it; call it under the lock.
func (s *Shop) orderView(c *sim.Call, r *orderRow) *object {
	o := &r.Value
	first, last := sim.SplitName(o.buyer.Name)
	m := map[string]any{
		"id": gid("Order", r.ID), "legacyResourceId": strconv.FormatInt(r.ID, 10), "name": "#" + strconv.Itoa(o.number),
		"createdAt": stamp(c.Stamp(r.Created)), "processedAt": stamp(c.Stamp(r.Created)), "updatedAt": stamp(c.Stamp(r.Changed)),
		"cancelledAt": stampOrNull(c, o.cancelled), "cancelReason": textOrNull(o.cancelReason), "closedAt": stampOrNull(c, o.closed), "test": o.test,
		"displayFinancialStatus": o.financial, "displayFulfillmentStatus": o.fulfillment(), "paymentGatewayNames": []string{o.gateway},
		"note": textOrNull(o.note), "tags": slices.Clone(o.tags), "sourceName": "web", "currencyCode": s.o.Currency,
		"totalPriceSet": s.money(o.totalMinor(false)), "currentTotalPriceSet": s.money(o.totalMinor(true)), "totalShippingPriceSet": s.money(0),
		"totalOutstandingSet": s.money(0), "email": s.person(o.buyer.Email), "phone": s.person(o.buyer.Phone), "customer": (*object)(nil),
		"shippingAddress": (*object)(nil),
		"shippingLines": connection("ShippingLine", []*object{{"ShippingLine", map[string]any{
			"title": "Нова Пошта", "code": "nova_poshta", "carrierIdentifier": nil,
		}}}),
	}
	if len(o.tags) == 0 {
		m["tags"] = []string{}
	}
	if !s.o.HidePeople && o.buyer != (sim.Buyer{}) {
		m["customer"] = &object{"Customer", map[string]any{"id": gid("Customer", customerID(o.buyer)), "firstName": first, "lastName": last}}
		m["shippingAddress"] = &object{"MailingAddress", map[string]any{
			"firstName": first, "lastName": last, "phone": textOrNull(o.buyer.Phone), "address1": o.buyer.Address, "address2": nil,
			"city": o.buyer.City, "province": nil, "zip": nil, "countryCodeV2": "UA",
		}}
	}
	lines, works := make([]*object, 0, len(o.lines)), make([]*object, 0, len(o.works))
	for i := range o.lines {
		lines = append(lines, s.lineView(o, &o.lines[i]))
	}
	for i := range o.works {
		works = append(works, workView(&o.works[i]))
	}
	m["lineItems"], m["fulfillmentOrders"] = connection("LineItem", lines), connection("FulfillmentOrder", works)
	m["fulfillments"] = parcels(o)
	maps.Copy(m, o.over)
	for name := range o.raw {
		m[name] = o.raw[name]
	}
	for name := range m {
		if _, given := o.raw[name]; o.raw != nil && !given && name != "updatedAt" {
			m[name] = nil // what a raw order does not hold reads as null
		}
	}
	return &object{"Order", m}
}

// customerID is the same for the same phone.
func customerID(b sim.Buyer) int64 {
	id := int64(7)
	for _, r := range b.Phone + b.Email {
		id = (id*31 + int64(r)) % 9_000_000_000
	}
	return id + 1
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// person is a buyer's datum, null without the approval.
func (s *Shop) person(text string) any {
	if s.o.HidePeople {
		return nil
	}
	return textOrNull(text)
}

func (s *Shop) lineView(o *order, l *line) *object {
	total := s.money(l.priceMinor * l.quantity)
	unsent := l.current
	if o.shipped() && o.remaining() == 0 {
		unsent = 0
	}
	m := map[string]any{
		"id": gid("LineItem", l.id), "sku": textOrNull(l.sku), "name": l.title, "title": l.title, "quantity": l.quantity, "currentQuantity": l.current,
		"unfulfilledQuantity": unsent, "originalUnitPriceSet": s.money(l.priceMinor), "discountedTotalSet": total, "variant": (*object)(nil),
	}
	if l.variant > 0 {
		m["variant"] = &object{"ProductVariant", map[string]any{
			"id": gid("ProductVariant", l.variant), "inventoryItem": &object{"InventoryItem", map[string]any{"id": gid("InventoryItem", l.variant+itemOffset)}},
		}}
	}
	for k, v := range l.over {
		if nested, ok := v.(map[string]any); ok {
			v = plain("Overridden", nested)
		}
		m[k] = v
	}
	return &object{"LineItem", m}
}

func workView(w *work) *object {
	items := make([]*object, 0, len(w.items))
	for _, i := range w.items {
		items = append(items, &object{"FulfillmentOrderLineItem", map[string]any{
			"id": gid("FulfillmentOrderLineItem", i.id), "remainingQuantity": i.remaining,
			"lineItem": &object{"LineItem", map[string]any{"id": gid("LineItem", i.line)}},
		}})
	}
	return &object{"FulfillmentOrder", map[string]any{
		"id": gid("FulfillmentOrder", w.id), "status": w.status, "requestStatus": "UNSUBMITTED", "lineItems": connection("FulfillmentOrderLineItem", items),
		"assignedLocation": &object{"FulfillmentOrderAssignedLocation", map[string]any{
			"location": &object{"Location", map[string]any{"id": gid("Location", w.location)}},
		}},
	}}
}

// parcels is the list of fulfilments; first is a bound and may be left out.
func parcels(o *order) field {
	views := make([]*object, 0, len(o.parcels))
	for i := range o.parcels {
		views = append(views, parcelView(&o.parcels[i]))
	}
	return func(a args) (any, error) {
		if _, sent := a.values["first"]; !sent {
			return views, nil
		}
		n, err := a.first()
		if err != nil {
			return nil, err
		}
		return views[:min(n, len(views))], nil
	}
}

func parcelView(p *parcel) *object {
	info := []*object{}
	if p.number != "" || p.url != "" {
		info = append(info, &object{"FulfillmentTrackingInfo", map[string]any{
			"number": textOrNull(p.number), "company": textOrNull(p.company), "url": textOrNull(p.url),
		}})
	}
	return &object{"Fulfillment", map[string]any{
		"id": gid("Fulfillment", p.id), "status": p.status, "displayStatus": p.display, "trackingInfo": field(func(args) (any, error) { return info, nil }),
	}}
}
