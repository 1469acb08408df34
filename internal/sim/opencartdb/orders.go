package opencartdb

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// statuses are OpenCart's own, by their default numbers (part 8).
var statuses = []struct {
	id   int64
	name string
}{
	{1, "Pending"}, {2, "Processing"}, {3, "Shipped"}, {5, "Complete"}, {7, "Canceled"}, {8, "Denied"}, {9, "Canceled Reversal"}, {10, "Failed"},
	{11, "Refunded"}, {12, "Reversed"}, {13, "Chargeback"}, {14, "Expired"}, {15, "Processed"}, {16, "Voided"},
}

// Statuses with a part in the simulator's own rules.
const (
	pending    = 1
	processing = 2
	complete   = 5
	cancelled  = 7
)

// holding are the statuses whose orders have their goods taken out of stock, by the default settings.
var holding = []int64{1, 2, 3, 5, 12}

// closedBadly are those of an order that came to nothing.
var closedBadly = []int64{7, 8, 10, 14, 16}

// PlaceOrder implements sim.Shop. OpenCart writes an order with status 0 first, then its lines; the step to pending makes it one and
// takes its goods out of stock. Raw members name columns of the order and of its lines.
func (s *Shop) PlaceOrder(b sim.Basket) (sim.Placed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.orderID(b.ExternalID)
	if err != nil {
		return sim.Placed{}, err
	}
	lines, err := s.price(b)
	if err != nil {
		return sim.Placed{}, err
	}
	created := b.CreatedAt.UTC()
	if b.CreatedAt.IsZero() {
		created = s.Now()
	}
	var sum int64
	for _, l := range lines {
		sum += l.priceMinor * l.quantity
	}
	s.head(id, b, created)
	for _, l := range lines {
		s.line(id, l)
	}
	tax := sum * s.o.Tax / 100
	s.exec("insert into {order_total} (order_id, code, title, value, sort_order) values (?1, 'sub_total', 'Sub-Total', ?2, 1), (?1, 'tax', 'Tax', ?3, 2), (?1, 'total', 'Total', ?4, 9)",
		id, sim.Decimal(sum)+"00", sim.Decimal(tax)+"00", sim.Decimal(sum+tax)+"00")
	s.update("order", id, map[string]any{"total": sim.Decimal(sum+tax) + "00"})
	s.update("order", id, b.Raw)
	s.step(id, pending)
	if b.Paid {
		s.step(id, processing)
	}
	return sim.Placed{ID: itoa(id), At: created}, nil
}

// head writes the order without its lines.
func (s *Shop) head(id int64, b sim.Basket, created time.Time) {
	first, last := sim.SplitName(b.Buyer.Name)
	at := created.In(s.o.Zone).Format(layout)
	payment, delivery := [2]string{"Оплата при отриманні", "cod"}, [2]string{"Нова пошта", "novaposhta.warehouse"}
	if b.Paid {
		payment = [2]string{"Картка онлайн", "liqpay"}
	}
	row := map[string]any{
		"order_id": id, "store_name": "Simulated &amp; Sons", "store_url": "https://shop.example/", "firstname": escaped(first), "lastname": escaped(last),
		"email": b.Buyer.Email, "telephone": b.Buyer.Phone, "shipping_firstname": escaped(first), "shipping_lastname": escaped(last),
		"shipping_city": escaped(b.Buyer.City), "shipping_address_1": escaped(b.Buyer.Address), "comment": escaped(b.Comment), "language_id": 1,
		"currency_code": "UAH", "currency_value": "1.00000000", "date_added": at, "date_modified": at, "tracking": "affiliate-7",
		"payment_method": payment[0], "shipping_method": delivery[0],
	}
	if s.four {
		row["payment_method"], row["shipping_method"] = object(payment), object(delivery)
	} else {
		row["payment_code"], row["shipping_code"] = payment[1], delivery[1]
	}
	s.insert("order", row)
}

// object is a method as OpenCart 4 stores it.
func object(m [2]string) string {
	b, err := json.Marshal(map[string]string{"name": m[0], "code": m[1]})
	if err != nil {
		panic("opencartdb: " + err.Error())
	}
	return string(b)
}

// insert writes a row and tells its key, which is given the next number when the row has none.
func (s *Shop) insert(table string, row map[string]any) int64 {
	names, marks, args := "", "", []any{}
	for c, v := range row {
		if names != "" {
			names, marks = names+", ", marks+", "
		}
		names, marks, args = names+"`"+c+"`", marks+"?", append(args, v)
	}
	return s.db.insert(s.sql("insert into {"+table+"} ("+names+") values ("+marks+")"), args...)
}

// update sets columns of a row that the table has.
func (s *Shop) update(table string, id int64, row map[string]any) {
	at := slices.IndexFunc(s.db.tables, func(t *relation) bool { return t.name == table })
	t := s.db.tables[at]
	for c, v := range row {
		if slices.Contains(t.columns, c) {
			s.exec("update {"+table+"} set `"+c+"` = ? where `"+t.columns[0]+"` = ?", fmt.Sprint(v), id)
		}
	}
}

type line struct {
	offer, sku, title string
	quantity          int64
	priceMinor        int64
	raw               map[string]any
}

func (s *Shop) line(order int64, l line) {
	product, value := parts(l.offer)
	id := s.insert("order_product", map[string]any{
		"order_id": order, "product_id": product, "name": escaped(l.title), "model": escaped(l.sku), "quantity": l.quantity, "price": sim.Decimal(l.priceMinor) + "00",
		"total": sim.Decimal(l.priceMinor*l.quantity) + "00", "tax": sim.Decimal(l.priceMinor*s.o.Tax/100) + "00",
	})
	s.update("order_product", id, l.raw)
	if value == 0 {
		return
	}
	for _, v := range s.all("select v.product_option_id, d.name from {product_option_value} v join {option_value_description} d on d.option_value_id = v.option_value_id"+
		" where v.product_option_value_id = ?", value) {
		s.insert("order_option", map[string]any{
			"order_id": order, "order_product_id": id, "product_option_id": atoi(v["product_option_id"]), "product_option_value_id": value, "name": "Варіант",
			"value": v["name"], "type": "select",
		})
	}
}

// orderID is the forced id, checked, or the next one.
func (s *Shop) orderID(forced string) (int64, error) {
	if forced == "" {
		return max(s.one("select coalesce(max(order_id), 0) + 1 from {order}"), firstOrder), nil
	}
	id := atoi(forced)
	if id <= 0 || itoa(id) != forced || s.one("select count(*) from {order} where order_id = ?", id) > 0 {
		return 0, fmt.Errorf("%w: %q", sim.ErrTaken, forced)
	}
	return id, nil
}

// price turns a basket's lines into an order's, and refuses what a buyer could not order.
func (s *Shop) price(b sim.Basket) ([]line, error) {
	var lines []line
	demand := map[string]int64{}
	for _, bl := range b.Lines {
		id := bl.OfferID
		if id == "" {
			id = s.bySKU[bl.SKU]
		}
		o, ok := s.offer(id)
		demand[id] += bl.Quantity
		if !b.Force && (!ok || bl.Quantity <= 0 || !o.Orderable || demand[id] > o.Quantity) {
			return nil, errNo(bl.OfferID, bl.SKU)
		}
		l := line{offer: id, sku: bl.SKU, title: bl.Title, quantity: bl.Quantity, raw: bl.Raw}
		if ok {
			l.sku, l.priceMinor = o.SKU, o.PriceMinor
			if l.title == "" {
				l.title = o.Title
			}
		}
		if bl.PriceMinor != nil {
			l.priceMinor = *bl.PriceMinor
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// step moves an order to a status as OpenCart does: entering those that hold goods takes them out of stock, leaving puts them back.
func (s *Shop) step(id, status int64) {
	before := s.one("select order_status_id from {order} where order_id = ?", id)
	was, is := slices.Contains(holding, before), slices.Contains(holding, status)
	if !was && is {
		s.move(id, -1)
	}
	if was && !is {
		s.move(id, 1)
	}
	s.exec("update {order} set order_status_id = ?, date_modified = ? where order_id = ?", status, s.now(), id)
	s.insert("order_history", map[string]any{"order_id": id, "order_status_id": status, "date_added": s.now()})
}

// PlaceRaw implements sim.Shop: members name columns of the order; it has no lines.
func (s *Shop) PlaceRaw(object []byte) (sim.Placed, error) {
	m, id, err := sim.RawObject(object, "order_id")
	if err != nil {
		return sim.Placed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == 0 || s.one("select count(*) from {order} where order_id = ?", id) > 0 {
		id, _ = s.orderID("")
	}
	s.head(id, sim.Basket{}, s.Now())
	s.step(id, pending)
	s.update("order", id, m)
	return sim.Placed{ID: itoa(id), At: s.Now()}, nil
}

// CancelOrder implements sim.Shop.
func (s *Shop) CancelOrder(id string) error { return s.change(id, cancelled) }

// PayOrder implements sim.Shop: the payment module makes a pending order processing.
func (s *Shop) PayOrder(id string) error { return s.change(id, processing) }

// SetStatus is what the shop's people do to an order in the admin.
func (s *Shop) SetStatus(id string, status int64) error { return s.change(id, status) }

func (s *Shop) change(id string, status int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.one("select order_status_id from {order} where order_id = ?", atoi(id))
	switch {
	case st == 0:
		return fmt.Errorf("%w: %q", sim.ErrUnknownOrder, id)
	case st == complete || slices.Contains(closedBadly, st):
		return fmt.Errorf("%w: %q", sim.ErrFinal, id)
	}
	s.step(atoi(id), status)
	return nil
}

// Order implements sim.Shop.
func (s *Shop) Order(id string) (sim.OrderState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.all("select * from {order} where order_id = ?", atoi(id)) {
		return s.order(r), true
	}
	return sim.OrderState{}, false
}

// Orders implements sim.Shop.
func (s *Shop) Orders() []sim.OrderState {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []sim.OrderState{}
	for _, r := range s.all("select * from {order} where order_status_id > 0 order by order_id") {
		out = append(out, s.order(r))
	}
	return out
}

func (s *Shop) order(r map[string]string) sim.OrderState {
	status := atoi(r["order_status_id"])
	st := sim.OrderState{
		ID: r["order_id"], Status: r["order_status_id"], Cancelled: slices.Contains(closedBadly, status), Paid: status == processing,
		Buyer: sim.Buyer{Name: unescaper.Replace(r["firstname"] + " " + r["lastname"]), Phone: r["telephone"], Email: r["email"], City: unescaper.Replace(r["shipping_city"]),
			Address: unescaper.Replace(r["shipping_address_1"])},
		TotalMinor: minor(r["total"]), CreatedAt: s.time(r["date_added"]), ChangedAt: s.time(r["date_modified"]),
	}
	for _, l := range s.all("select l.*, coalesce(o.product_option_value_id, 0) as value from {order_product} l"+
		" left join {order_option} o on o.order_product_id = l.order_product_id where l.order_id = ? order by l.order_product_id", atoi(r["order_id"])) {
		id := offerID(atoi(l["product_id"]), atoi(l["value"]))
		st.Lines = append(st.Lines, sim.OrderLine{
			OfferID: id, SKU: s.codes[id], Title: unescaper.Replace(l["name"]), Quantity: atoi(l["quantity"]), PriceMinor: minor(l["price"]),
		})
	}
	return st
}

func (s *Shop) time(local string) time.Time {
	t, err := time.ParseInLocation(layout, local, s.o.Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}
