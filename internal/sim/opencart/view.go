package opencart

import (
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// view is an order as JSON; call it under the lock.
func (s *Shop) view(c *sim.Call, r *orderRow) any {
	o := &r.Value
	if o.raw != nil {
		return o.raw
	}
	first, last := sim.SplitName(o.buyer.Name)
	name := map[string]any{"firstname": first, "lastname": last}
	status, _ := s.status(o.status)
	payment := map[string]any{"code": "cod", "title": "Оплата при отриманні"}
	if o.online {
		payment = map[string]any{"code": "liqpay", "title": "Картка онлайн"}
	}
	total := sim.Decimal(o.totalMinor())
	lines := []any{}
	for i, l := range o.lines {
		lines = append(lines, sim.Merge(s.lineView(int64(i)+1, l), l.over))
	}
	return sim.Merge(map[string]any{
		"order_id": r.ID, "store": "Simulated shop", "status": o.status, "status_name": status.Name, "status_group": status.Group, "reached": o.reached,
		"created": s.stamp(c, r.Created), "changed": s.stamp(c, r.Changed), "currency": "UAH", "total": total,
		"totals": []map[string]any{{"code": "sub_total", "title": "Сума", "value": total}, {"code": "total", "title": "Разом", "value": total}},
		"buyer":  map[string]any{"id": 0, "firstname": first, "lastname": last, "phone": o.buyer.Phone, "email": o.buyer.Email}, "recipient": name,
		"payment": payment, "delivery": map[string]any{
			"code": "novaposhta.warehouse", "title": "Нова пошта", "country": "Україна", "zone": "", "city": o.buyer.City, "postcode": "",
			"address_1": o.buyer.Address, "address_2": "",
		},
		"tracking": o.tracking, "comment": o.comment, "deleted": o.deleted, "lines": lines,
	}, o.over)
}

// stamp writes a time with the shop's offset, as its clock has it.
func (s *Shop) stamp(c *sim.Call, t time.Time) string {
	return c.Stamp(t).In(s.o.Zone).Format(time.RFC3339)
}

func (s *Shop) lineView(id int64, l line) map[string]any {
	options := []any{}
	row, u := s.find(l.offer)
	v := map[string]any{
		"line_id": id, "product_id": 0, "offer_id": l.offer, "sku": l.sku, "model": l.sku, "title": l.title, "quantity": l.quantity,
		"price": sim.Decimal(l.priceMinor), "total": sim.Decimal(l.priceMinor * l.quantity),
	}
	if u != nil {
		v["product_id"] = row.ID
		if u.value > 0 {
			options = append(options, map[string]any{"option_value_id": u.value, "name": row.Value.option, "value": strings.TrimPrefix(u.title, row.Value.title)})
		}
	}
	v["options"] = options
	return v
}
