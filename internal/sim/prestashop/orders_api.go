package prestashop

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// stamp is a time as the shop writes it: local, without an offset.
func (s *Shop) stamp(t time.Time) string { return t.In(s.o.Zone).Format(sim.LocalLayout) }

// six writes minor units with six decimals.
func six(minor int64) string { return micro(minor * 10000).String() }

func (s *Shop) orderResource() *resource {
	return &resource{
		name: "orders", node: "order",
		fields: []string{"id", "id_customer", "id_address_delivery", "id_address_invoice", "id_cart", "id_currency", "id_lang", "id_carrier",
			"current_state", "module", "payment", "valid", "date_add", "date_upd", "reference", "total_paid", "total_paid_tax_incl", "total_paid_tax_excl",
			"total_paid_real", "total_products", "total_products_wt", "total_shipping", "total_shipping_tax_incl", "total_shipping_tax_excl",
			"total_discounts", "total_discounts_tax_incl", "note", "gift", "gift_message", "conversion_rate", "id_shop"},
		dynamic: []string{"shipping_number"},
		rows: func(q *query) (out []*element, cut bool) {
			if q.shop > 0 {
				q.conds = append(q.conds, cond{field: "id_shop", op: "=", values: []string{strconv.FormatInt(q.shop, 10)}})
			}
			rows, cut := find(s.orders, q, s.stamp)
			for _, r := range rows {
				out = append(out, s.view(r))
			}
			return out, cut
		},
	}
}

// view is an order as the API writes it.
func (s *Shop) view(r *orderRow) *element {
	o := &r.Value
	if o.raw != nil {
		return o.raw.clone()
	}
	paid := o.goods() + shippingMinor
	payment, module := "Банківський переказ", "ps_wirepayment"
	if o.online {
		payment, module = "Картка онлайн", "ps_checkout"
	}
	excl := func(minor int64) string { return s.net(minor).String() }
	e := group("order", whole("id", r.ID), whole("id_address_delivery", o.buyer), whole("id_address_invoice", o.buyer), whole("id_cart", r.ID),
		whole("id_currency", 3), whole("id_lang", 1), whole("id_customer", o.buyer), whole("id_carrier", o.carrier), whole("current_state", o.state),
		leaf("module", module), leaf("shipping_number", o.tracking), leaf("note", ""), flag("valid", o.received > 0),
		leaf("date_add", s.stamp(r.Created)), leaf("date_upd", s.stamp(r.Changed)), whole("id_shop", o.shop), leaf("payment", payment),
		flag("gift", false), leaf("gift_message", ""), leaf("total_discounts", six(0)), leaf("total_discounts_tax_incl", six(0)),
		leaf("total_paid", six(paid)), leaf("total_paid_tax_incl", six(paid)), leaf("total_paid_tax_excl", excl(paid)), leaf("total_paid_real", six(o.received)),
		leaf("total_products", excl(o.goods())), leaf("total_products_wt", six(o.goods())), leaf("total_shipping", six(shippingMinor)),
		leaf("total_shipping_tax_incl", six(shippingMinor)), leaf("total_shipping_tax_excl", excl(shippingMinor)),
		leaf("conversion_rate", "1.000000"), leaf("reference", o.reference))
	rows := group("order_rows")
	for _, l := range o.lines {
		row := group("order_row", whole("id", l.id), whole("product_id", l.key.product), whole("product_attribute_id", l.key.combo),
			whole("product_quantity", l.quantity), leaf("product_name", l.title), leaf("product_reference", l.sku), leaf("product_ean13", ""),
			leaf("product_price", excl(l.priceMinor)), whole("id_customization", 0), leaf("unit_price_tax_incl", six(l.priceMinor)),
			leaf("unit_price_tax_excl", excl(l.priceMinor)))
		replace(row, l.over)
		rows.kids = append(rows.kids, row)
	}
	e.kids = append(e.kids, group("associations", rows))
	replace(e, o.over)
	return e
}

// replace puts members of a JSON object in place of children.
func replace(e *element, over map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(over)) {
		e.set(fromJSON(name, over[name]))
	}
}

// fromJSON is a JSON value as XML: the elements of a list are named after it, without its last letter.
func fromJSON(name string, v any) *element {
	switch v := v.(type) {
	case nil:
		return group(name)
	case map[string]any:
		e := group(name)
		replace(e, v)
		return e
	case []any:
		e := group(name)
		for _, one := range v {
			e.kids = append(e.kids, fromJSON(strings.TrimSuffix(name, "s"), one))
		}
		return e
	case json.Number:
		return leaf(name, v.String())
	}
	return leaf(name, fmt.Sprint(v))
}

func (s *Shop) historyResource() *resource {
	return &resource{
		name: "order_histories", node: "order_history", fields: []string{"id", "id_employee", "id_order_state", "id_order", "date_add"},
		rows: func(*query) (out []*element, cut bool) {
			for _, h := range s.history {
				out = append(out, h.element())
			}
			return out, false
		},
		post: s.postHistory,
	}
}

func (h change) element() *element {
	return group("order_history", whole("id", h.id), whole("id_employee", h.employee), whole("id_order_state", h.state), whole("id_order", h.order))
}

// postHistory runs a whole change of state. Repeating it adds another row.
func (s *Shop) postHistory(c *sim.Call, e *element) (*element, *failure) {
	if f := missing(e, "id_order", "id_order_state"); f != nil {
		return nil, f
	}
	row, st := s.orders.Get(e.number("id_order")), s.state(e.number("id_order_state"))
	if row == nil || st == nil {
		return nil, refuse(http.StatusBadRequest, 85, "Validation error: \"Property OrderHistory->id_order_state is not valid\"")
	}
	h := change{int64(len(s.history) + 1), row.ID, st.id, e.number("id_employee")}
	if c.Ignore {
		return h.element(), nil
	}
	s.history = append(s.history, h)
	s.enter(row, st.id, c.At)
	if c.Query("sendemail") == "1" {
		row.Value.mails++
	}
	return h.element(), nil
}

func (s *Shop) orderCarrierResource() *resource {
	return &resource{
		name: "order_carriers", node: "order_carrier",
		fields: []string{"id", "id_order", "id_carrier", "id_order_invoice", "weight", "shipping_cost_tax_excl", "shipping_cost_tax_incl",
			"tracking_number", "date_add"},
		rows: func(q *query) (out []*element, cut bool) {
			for _, r := range s.named(append(q.ids("id_order"), q.ids("id")...), func(*order) bool { return true }) {
				// The row of an order has the order's own number here; in a real shop the two differ.
				out = append(out, group("order_carrier", whole("id", r.ID), whole("id_order", r.ID), whole("id_carrier", r.Value.carrier),
					whole("id_order_invoice", 0), leaf("weight", "0.000000"), leaf("shipping_cost_tax_excl", s.net(shippingMinor).String()),
					leaf("shipping_cost_tax_incl", six(shippingMinor)), leaf("tracking_number", r.Value.tracking), leaf("date_add", s.stamp(r.Created))))
			}
			return out, false
		},
		put: func(c *sim.Call, id int64, e *element) (*element, *failure) {
			if f := missing(e, "id_order", "id_carrier"); f != nil {
				return nil, f
			}
			if !c.Ignore {
				row := s.orders.Get(id)
				row.Value.tracking, row.Value.carrier = e.value("tracking_number"), e.number("id_carrier")
				s.orders.Touch(row, sim.Later(c.At, row.Changed), 0)
			}
			return e, nil
		},
	}
}

// picked are the numbers 1…n that a query can want: those it names, else all.
func (q *query) picked(n int) (out []int64) {
	if ids := q.ids("id"); ids != nil {
		return slices.DeleteFunc(ids, func(id int64) bool { return id < 1 || id > int64(n) })
	}
	for i := range n {
		out = append(out, int64(i+1))
	}
	return out
}

func (s *Shop) customerRows(q *query) (out []*element, cut bool) {
	for _, id := range q.picked(len(s.buyers)) {
		b := s.buyers[id-1]
		first, last := sim.SplitName(b.Name)
		out = append(out, group("customer", whole("id", id), leaf("lastname", last), leaf("firstname", first), leaf("email", b.Email)))
	}
	return out, false
}

func (s *Shop) addressRows(q *query) (out []*element, cut bool) {
	for _, id := range q.picked(len(s.buyers)) {
		b := s.buyers[id-1]
		first, last := sim.SplitName(b.Name)
		out = append(out, group("address", whole("id", id), whole("id_customer", id), whole("id_country", 216), whole("id_state", 0), leaf("company", ""),
			leaf("lastname", last), leaf("firstname", first), leaf("address1", b.Address), leaf("address2", ""), leaf("postcode", "01001"),
			leaf("city", b.City), leaf("other", ""), leaf("phone", ""), leaf("phone_mobile", b.Phone)))
	}
	return out, false
}

// threadRows and messageRows are what buyers wrote at the checkout; both have the number of the order.
func (s *Shop) threadRows(q *query) (out []*element, cut bool) {
	for _, r := range s.named(append(q.ids("id_order"), q.ids("id")...), (*order).commented) {
		out = append(out, group("customer_thread", whole("id", r.ID), whole("id_order", r.ID), whole("id_customer", r.Value.buyer)))
	}
	return out, false
}

func (s *Shop) messageRows(q *query) (out []*element, cut bool) {
	for _, r := range s.named(append(q.ids("id_customer_thread"), q.ids("id")...), (*order).commented) {
		out = append(out, group("customer_message", whole("id", r.ID), whole("id_customer_thread", r.ID), whole("id_employee", 0),
			leaf("message", r.Value.comment), flag("private", false)))
	}
	return out, false
}

func (o *order) commented() bool { return o.comment != "" }

// named are the orders of these numbers, or all when none is named, as far as they fit.
func (s *Shop) named(ids []int64, fits func(*order) bool) (out []*orderRow) {
	for _, id := range ids {
		if r := s.orders.Get(id); r != nil && fits(&r.Value) {
			out = append(out, r)
		}
	}
	if len(ids) == 0 {
		out, _ = s.orders.Find(sim.Query[order]{Ascending: true, Match: func(r *orderRow) bool { return fits(&r.Value) }})
	}
	return out
}
