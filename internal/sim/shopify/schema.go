package shopify

import (
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

// queries is the root of reading.
func (s *Shop) queries(c *sim.Call) *object {
	return &object{"QueryRoot", map[string]any{
		"shop": &object{"Shop", map[string]any{
			"id": gid("Shop", 1), "name": "Lad", "currencyCode": s.o.Currency, "ianaTimezone": "Europe/Kyiv", "myshopifyDomain": "lad-sim.myshopify.com",
		}},
		"locations":            s.locations(),
		"orders":               s.listOrders(c),
		"order":                field(func(a args) (any, error) { return s.node(c, a.text("id"), "Order"), nil }),
		"node":                 field(func(a args) (any, error) { return s.node(c, a.text("id"), ""), nil }),
		"nodes":                s.nodes(c),
		"productVariants":      s.listVariants(),
		"inventoryItems":       s.inventoryItems(),
		"bulkOperation":        field(func(a args) (any, error) { return s.bulkView(c, a.text("id")), nil }),
		"webhookSubscriptions": s.listHooks(),
		"job":                  field(s.jobView),
	}}
}

// mutations is the root of writing.
func (s *Shop) mutations(c *sim.Call) *object {
	return &object{"Mutation", map[string]any{
		"tagsAdd": s.tagsAdd(c), "orderCancel": s.orderCancel(c), "orderClose": s.orderClose(c), "orderMarkAsPaid": s.orderMarkAsPaid(c),
		"fulfillmentCreate": s.fulfillmentCreate(c), "fulfillmentTrackingInfoUpdate": s.fulfillmentTrackingInfoUpdate(c),
		"fulfillmentEventCreate": s.fulfillmentEventCreate(c),
		"inventorySetQuantities": s.inventorySetQuantities(c), "inventoryActivate": s.inventoryActivate(c),
		"productVariantsBulkUpdate": s.productVariantsBulkUpdate(c), "bulkOperationRunQuery": s.bulkOperationRunQuery(c),
		"webhookSubscriptionCreate": s.webhookSubscriptionCreate(c), "webhookSubscriptionDelete": s.webhookSubscriptionDelete(c),
	}}
}

// locations leaves inactive ones out unless they are asked for.
func (s *Shop) locations() field {
	return func(a args) (any, error) {
		var list []*object
		for _, l := range s.o.Locations {
			if l.Inactive && a.values["includeInactive"] != true {
				continue
			}
			list = append(list, &object{"Location", map[string]any{
				"id": gid("Location", l.ID), "name": l.Name, "isActive": !l.Inactive, "isFulfillmentService": l.Service, "fulfillsOnlineOrders": true,
			}})
		}
		delete(a.values, "includeInactive")
		return connection("Location", list)(a)
	}
}

// node finds anything by its global id; kind bounds what is looked for. Unknown ids are null.
func (s *Shop) node(c *sim.Call, id, kind string) *object {
	if n := local("Order", id); n > 0 && kind != "ProductVariant" {
		if row := s.orders.Get(n); row != nil {
			return s.orderView(c, row)
		}
	}
	if n := local("ProductVariant", id); n > 0 && kind != "Order" {
		if row := s.variants.Get(n); row != nil {
			return s.variantView(row)
		}
	}
	return nil
}

func (s *Shop) nodes(c *sim.Call) field {
	return func(a args) (any, error) {
		ids, _ := a.values["ids"].([]any)
		if len(ids) > maxPage {
			return nil, failure{"MAX_INPUT_SIZE_EXCEEDED", "The input array size of " + strconv.Itoa(len(ids)) + " is greater than the maximum allowed of 250."}
		}
		out := make([]*object, 0, len(ids))
		for _, raw := range ids {
			id, _ := raw.(string)
			if !slices.ContainsFunc([]string{"Order", "ProductVariant", "InventoryItem"}, func(kind string) bool { return local(kind, id) > 0 }) {
				return nil, failure{"RESOURCE_NOT_FOUND", "Invalid id: " + id}
			}
			out = append(out, s.node(c, id, ""))
		}
		return out, nil
	}
}

// variantView is a variant as the API shows it; call it under the lock.
func (s *Shop) variantView(r *variantRow) *object {
	v := &r.Value
	p := s.products[v.product]
	item := &object{"InventoryItem", map[string]any{
		"id": gid("InventoryItem", r.ID+itemOffset), "sku": textOrNull(v.sku), "tracked": !v.untracked,
		"inventoryLevel": field(func(a args) (any, error) {
			l := v.levels[local("Location", a.text("locationId"))]
			if l == nil {
				return (*object)(nil), nil
			}
			return levelView(r, l), nil
		}),
	}}
	policy := "DENY"
	if v.oversell {
		policy = "CONTINUE"
	}
	return &object{"ProductVariant", map[string]any{
		"id": gid("ProductVariant", r.ID), "legacyResourceId": strconv.FormatInt(r.ID, 10), "sku": textOrNull(v.sku), "barcode": textOrNull(v.barcode),
		"price": sim.Decimal(v.priceMinor), "compareAtPrice": decimalOrNull(v.compareMinor), "inventoryQuantity": v.pieces(), "inventoryPolicy": policy,
		"displayName": p.title + " - " + v.title, "title": v.title, "updatedAt": stamp(r.Changed), "inventoryItem": item,
		"product": &object{"Product", map[string]any{"id": gid("Product", p.id), "title": p.title, "status": p.status, "onlineStoreUrl": nil}},
	}}
}

func decimalOrNull(minor int64) any {
	if minor == 0 {
		return nil
	}
	return sim.Decimal(minor)
}

func levelView(r *variantRow, l *level) *object {
	return &object{"InventoryLevel", map[string]any{
		"id": gid("InventoryLevel", r.ID),
		"quantities": field(func(a args) (any, error) {
			names, _ := a.values["names"].([]any)
			out := make([]*object, 0, len(names))
			for _, n := range names {
				known := map[any]int64{"available": l.available, "on_hand": l.available + l.committed, "committed": l.committed}
				q, ok := known[n]
				if !ok {
					return nil, failure{"BAD_REQUEST", "Unknown quantity name"}
				}
				out = append(out, &object{"InventoryQuantity", map[string]any{"name": n, "quantity": q, "updatedAt": stamp(r.Changed)}})
			}
			return out, nil
		}),
	}}
}

// listVariants pages by id.
func (s *Shop) listVariants() field {
	return func(a args) (any, error) {
		n, err := a.first()
		if err != nil {
			return nil, err
		}
		q := sim.Query[variant]{Ascending: true, Limit: n + 1}
		if after := a.text("after"); after != "" {
			last, err := strconv.ParseInt(uncover(after), 10, 64)
			if err != nil {
				return nil, failure{"BAD_REQUEST", "Invalid cursor for current pagination sort."}
			}
			q.MinID = last + 1
		}
		rows, _ := s.variants.Find(q)
		more := len(rows) > n
		rows = rows[:min(n, len(rows))]
		views := make([]*object, 0, len(rows))
		end := ""
		for _, r := range rows {
			views, end = append(views, s.variantView(r)), cover(strconv.FormatInt(r.ID, 10))
		}
		return page("ProductVariant", views, more, end), nil
	}
}

// inventoryItems searches by sku, which is not unique.
func (s *Shop) inventoryItems() field {
	return func(a args) (any, error) {
		sku := ""
		for _, m := range term.FindAllStringSubmatch(a.text("query"), -1) {
			if m[1] == "sku" {
				sku = m[3] + m[4] + m[5]
			}
		}
		rows, _ := s.variants.Find(sim.Query[variant]{Ascending: true, Match: func(r *variantRow) bool { return sku == "" || r.Value.sku == sku }})
		list := make([]*object, 0, len(rows))
		for _, r := range rows {
			list = append(list, s.variantView(r).members["inventoryItem"].(*object))
		}
		return connection("InventoryItem", list)(a)
	}
}
