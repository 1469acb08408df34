package shopfile

import (
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// deliveryMinor is what every delivery costs.
const deliveryMinor = 1500

// ordersGet gives orders by id, keyed by it. The faults of lists strike here as far as a map can show them: pages come in
// reverse, and a page holds the last order of the page before it.
func (s *Shop) ordersGet(c call) sim.Answer {
	q := sim.Query[order]{MinID: c.number("id_from") + 1, Ascending: true, Count: true}
	if from := c.number("time_from"); from > 0 {
		q.CreatedFrom = c.Unstamp(time.Unix(from, 0))
	}
	if id := c.number("order_id"); id > 0 {
		q.MinID, q.MaxID = max(q.MinID, id), id
	}
	if c.get("only_paid") == "1" {
		q.Match = func(r *orderRow) bool { return r.Value.paid }
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	pages := 0
	if !s.o.OnePage {
		pages = s.cut(c, &q)
	}
	rows, _ := s.orders.Find(q)
	out := dict{}
	for _, r := range rows {
		out[strconv.FormatInt(r.ID, 10)] = s.view(c, r)
	}
	return s.answer(withPages(out, pages))
}

// cut narrows a query to the page asked for and tells how many there are.
func (s *Shop) cut(c call, q *sim.Query[order]) (pages int) {
	all := *q
	all.Limit = 1
	_, total := s.orders.Find(all)
	if total == 0 {
		return 0
	}
	pages = (total + ordersPage - 1) / ordersPage
	n := max(int(c.number("page")), 1)
	if c.Struck(sim.ReorderPages) {
		n = pages - n + 1
	}
	q.Offset, q.Limit = max(n-1, 0)*ordersPage, ordersPage
	if q.Offset > 0 && c.Struck(sim.DuplicateOrders) {
		q.Offset, q.Limit = q.Offset-1, ordersPage+1
	}
	return pages
}

// orderView is an order object as the file writes it; its id is the key of the map.
type orderView struct {
	Name      string `json:"delivery_fullname"`
	Company   string `json:"delivery_company"`
	Address   string `json:"delivery_address"`
	City      string `json:"delivery_city"`
	Postcode  string `json:"delivery_postcode"`
	Country   string `json:"delivery_country_code"`
	PointID   string `json:"delivery_point_id"`
	PointName string `json:"delivery_point_name"`
	Invoice   string `json:"invoice_fullname"`
	Nip       string `json:"invoice_nip"`
	Phone     string `json:"phone"`
	Email     string `json:"email"`
	Want      string `json:"want_invoice"`
	Added     int64  `json:"date_add"`
	Payment   string `json:"payment_method"`
	COD       string `json:"payment_method_cod"`
	Currency  string `json:"currency,omitempty"`
	Comments  string `json:"user_comments"`
	Status    string `json:"status_id"`
	MethodID  string `json:"delivery_method_id"`
	Method    string `json:"delivery_method"`
	Delivery  string `json:"delivery_price"`
	Paid      string `json:"paid"`
	PaidTime  int64  `json:"paid_time"`
	Products  []any  `json:"products"`
}

type lineView struct {
	ID         string `json:"id"`
	VariantID  string `json:"variant_id"`
	Name       string `json:"name"`
	Quantity   int64  `json:"quantity"`
	Price      string `json:"price"`
	Weight     int    `json:"weight"`
	Tax        int    `json:"tax"`
	EAN        string `json:"ean"`
	SKU        string `json:"sku"`
	Attributes dict   `json:"attributes"`
}

// view is an order as JSON; call it under the lock.
func (s *Shop) view(c call, r *orderRow) any {
	o := &r.Value
	if o.raw != nil {
		return o.raw
	}
	v := orderView{
		Name: o.buyer.Name, Invoice: o.buyer.Name, Address: o.buyer.Address, City: o.buyer.City, Postcode: "30-001", Country: "PL", PointID: o.buyer.Warehouse,
		PointName: o.buyer.Warehouse, Phone: o.buyer.Phone, Email: o.buyer.Email, Want: "0", Added: c.Stamp(r.Created).Unix(), Payment: "Przelew",
		COD: "0", Currency: s.o.Currency, Comments: o.comment, Status: o.status, MethodID: "1", Method: "Paczkomat InPost",
		Delivery: sim.Decimal(deliveryMinor), Paid: "0", Products: []any{},
	}
	if o.cod {
		v.Payment, v.COD = "Za pobraniem", "1"
	}
	if o.paid {
		v.Paid, v.PaidTime = "1", c.Stamp(o.paidAt).Unix()
	}
	for _, l := range o.lines {
		v.Products = append(v.Products, sim.Merge(lineView{
			ID: strconv.FormatInt(l.product, 10), VariantID: strconv.FormatInt(l.variant, 10), Name: l.name, Quantity: l.quantity,
			Price: sim.Decimal(l.priceMinor), Tax: 23, SKU: l.sku, Attributes: dict{},
		}, l.over))
	}
	return sim.Merge(v, o.over)
}

// orderUpdate changes one thing of some orders and counts those that exist, changed or not.
func (s *Shop) orderUpdate(c call) sim.Answer {
	value := c.get("update_value")
	ids := strings.Split(c.get("orders_ids"), ",")
	var apply func(*order)
	switch c.get("update_type") {
	case "status":
		if _, known := s.o.Statuses[value]; !known {
			return s.refuse("update_value", "No such status")
		}
		apply = func(o *order) { o.set(value) }
	case "delivery_number":
		if len(ids) > 1 {
			return s.refuse("orders_ids", "One order at a time")
		}
		apply = func(o *order) { o.tracking, o.carrier = value, c.get("delivery_method_name") }
	case "paid":
		apply = func(o *order) { o.paid = value == "1" || value == "true" }
	default:
		return s.refuse("update_type", "Unknown update_type")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, id := range ids {
		row := s.order(id)
		if row == nil {
			continue
		}
		n++
		if !c.Ignore {
			apply(&row.Value)
			s.orders.Touch(row, sim.Later(c.At, row.Changed), 0)
		}
	}
	return s.answer(map[string]any{"counter": n})
}
