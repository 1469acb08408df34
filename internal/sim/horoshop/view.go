package horoshop

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// orderView is an order object as the API writes it.
type orderView struct {
	ID            int64       `json:"order_id"`
	Created       string      `json:"stat_created"`
	Status        int         `json:"stat_status"`
	User          int64       `json:"user"`
	Name          string      `json:"delivery_name"`
	Email         string      `json:"delivery_email"`
	Phone         string      `json:"delivery_phone"`
	City          string      `json:"delivery_city"`
	CityStable    string      `json:"delivery_city_stable"`
	Address       string      `json:"delivery_address"`
	DeliveryType  choice      `json:"delivery_type"`
	DeliveryPrice int         `json:"delivery_price"`
	Comment       string      `json:"comment,omitempty"`
	PaymentType   choice      `json:"payment_type"`
	PaymentPrice  int         `json:"payment_price"`
	Payed         int         `json:"payed"`
	TotalDefault  json.Number `json:"total_default"`
	TotalSum      json.Number `json:"total_sum"`
	TotalQuantity int64       `json:"total_quantity"`
	Discount      int         `json:"discount_value"`
	Coupon        string      `json:"coupon_code"`
	CouponPercent int         `json:"coupon_percent"`
	CouponValue   int         `json:"coupon_discount_value"`
	Currency      string      `json:"currency"`
	Products      []any       `json:"products"`
	Delivery      delivery    `json:"delivery_data"`
	Additional    any         `json:"additional_data,omitempty"`
	Analytics     any         `json:"analytics"`
}

type choice struct {
	ID    int    `json:"id"`
	Title string `json:"title"`
}

type delivery struct {
	Operator  string  `json:"deliveryOperatorType"`
	Number    *string `json:"tnNumber"`
	NumberID  *string `json:"tnId"`
	Status    *string `json:"tnStatusName"`
	OwnPicked bool    `json:"ownTTNPicked"`
}

type lineView struct {
	Article  string      `json:"article"`
	Title    string      `json:"title"`
	Price    json.Number `json:"price"`
	Quantity int64       `json:"quantity"`
	Total    json.Number `json:"total_price"`
	Marker   string      `json:"discount_marker"`
	Type     string      `json:"type"`
}

// choose finds the orders of a query; ids are looked up and then checked against the other conditions.
func (s *Shop) choose(q sim.Query[order], ids []int64) []*orderRow {
	if len(ids) == 0 {
		rows, _ := s.orders.Find(q)
		return rows
	}
	q.MinID, q.MaxID = slices.Min(ids), slices.Max(ids)
	if q.MinID <= 0 || q.MaxID-q.MinID < int64(4*len(ids)) {
		q.Match = func(r *orderRow) bool { return slices.Contains(ids, r.ID) }
		rows, _ := s.orders.Find(q)
		return rows
	}
	return s.scattered(q, ids)
}

// scattered answers a query for ids that lie far apart one by one, newest first.
func (s *Shop) scattered(q sim.Query[order], ids []int64) []*orderRow {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	slices.Reverse(ids)
	offset, limit := q.Offset, q.Limit
	q.Offset, q.Limit = 0, 1
	var all []*orderRow
	for _, id := range ids {
		q.MinID, q.MaxID = id, id
		rows, _ := s.orders.Find(q)
		all = append(all, rows...)
	}
	if limit == 0 {
		return all
	}
	from := min(len(all), offset)
	return all[from:min(len(all), from+limit)]
}

// view is an order as JSON; call it under the lock.
func (s *Shop) view(c *sim.Call, r *orderRow, additional bool) any {
	o := &r.Value
	if o.raw != nil {
		return o.raw
	}
	first, last := sim.SplitName(o.buyer.Name)
	total := sim.Number(o.totalMinor())
	v := orderView{
		ID: r.ID, Created: sim.Local(c.Stamp(r.Created)), Status: o.status, User: 50000 + r.ID, Name: strings.TrimSpace(last + " " + first),
		Email: o.buyer.Email, Phone: o.buyer.Phone, City: o.buyer.City, Address: o.buyer.Address, DeliveryType: choice{3, "Нова Пошта"},
		DeliveryPrice: -1, Comment: o.comment, PaymentType: choice{13, "Накладений платіж"}, Payed: flag(o.payed), TotalDefault: total, TotalSum: total,
		Currency: "UAH", Products: []any{}, Delivery: delivery{Operator: o.operator}, Analytics: map[string]any{"utm_source": "", "utm_medium": "", "utm_campaign": 0},
	}
	if o.payed {
		v.PaymentType = choice{14, "Картка онлайн"}
	}
	if o.tracking != "" {
		number := o.tracking
		v.Delivery.Number = &number
	}
	if additional {
		v.Additional = map[string]any{"recipient_warehouse_ref": o.buyer.Warehouse}
	}
	for _, l := range o.lines {
		v.TotalQuantity += l.quantity
		v.Products = append(v.Products, sim.Merge(lineView{
			Article: l.article, Title: l.title, Price: sim.Number(l.priceMinor), Quantity: l.quantity, Total: sim.Number(l.priceMinor * l.quantity),
			Marker: "NONE", Type: "product",
		}, l.over))
	}
	return sim.Merge(v, o.over)
}
