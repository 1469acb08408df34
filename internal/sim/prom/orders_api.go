package prom

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Sizes of a page.
const (
	defaultLimit = 20
	maxLimit     = 100
)

var (
	paymentOptions  = []option{{ID: 11, Name: "Пром-оплата"}, {ID: 12, Name: "Післяплата «Нова Пошта»"}}
	deliveryOptions = []option{{ID: 21, Name: "Нова Пошта", ShippingService: "nova_poshta"}, {ID: 22, Name: "Укрпошта", ShippingService: "ukrposhta"}}

	statusNames = map[string]string{
		"pending": "Новий", "received": "Прийнято", "paid": "Оплачено", "delivered": "Виконано", "canceled": "Скасовано", "draft": "Чернетка",
		"waiting_loan_approval": "Очікує погодження розстрочки", "loan_approved": "Розстрочку погоджено", "loan_rejected": "У розстрочці відмовлено",
	}

	// reasons of a cancellation; true where a text must come with it.
	reasons = map[string]bool{
		"not_available": false, "price_changed": true, "buyers_request": false, "not_enough_fields": true, "duplicate": false,
		"invalid_phone_number": false, "less_than_minimal_price": false, "payment_not_received": false, "no_product_variants": false, "another": true,
	}

	carriers = []string{"nova_poshta", "ukrposhta", "meest", "justin", "mist_express", "delivery_auto"}
)

func (s *Shop) statusName(status string) string {
	if n, ok := strings.CutPrefix(status, "custom-"); ok {
		id, _ := strconv.ParseInt(n, 10, 64) // a custom status is always a number
		return s.custom[id]
	}
	return statusNames[status]
}

// page reads limit and last_id.
func page(c *sim.Call) (limit int, lastID int64, ok bool) {
	limit = defaultLimit
	if t := c.Query("limit"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil || n <= 0 {
			return 0, 0, false
		}
		limit = min(n, maxLimit)
	}
	if t := c.Query("last_id"); t != "" {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil || n <= 0 {
			return 0, 0, false
		}
		lastID = n
	}
	return limit, lastID, true
}

func (s *Shop) listOrders(c *sim.Call) sim.Answer {
	q, problem := s.orderQuery(c)
	if problem != "" {
		return failure(http.StatusBadRequest, problem)
	}
	s.mu.Lock()
	rows, _ := s.orders.Find(q)
	views := make([]any, 0, len(rows))
	for _, r := range rows {
		views = append(views, s.view(c, r))
	}
	s.mu.Unlock()
	return sim.JSON(http.StatusOK, map[string]any{"orders": sim.Disturb(c, views)})
}

// orderQuery reads the parameters of /orders/list, or says what is wrong with them.
func (s *Shop) orderQuery(c *sim.Call) (q sim.Query[order], problem string) {
	var ok bool
	if q.Limit, q.MaxID, ok = page(c); !ok {
		return q, "Invalid limit or last_id"
	}
	for name, t := range map[string]*time.Time{"date_from": &q.CreatedFrom, "date_to": &q.CreatedTo, "last_modified_from": &q.ChangedFrom, "last_modified_to": &q.ChangedTo} {
		if *t, ok = bound(c, name); !ok {
			return q, "Invalid " + name
		}
	}
	switch c.Query("sort_dir") {
	case "", "desc":
	case "asc":
		q.Ascending = true
	default:
		return q, "Invalid sort_dir"
	}
	status := c.Query("status")
	if status == "" {
		return q, ""
	}
	if groupOf(status) == 0 {
		return q, "Invalid status"
	}
	q.Groups = []int{groupOf(status)}
	if strings.HasPrefix(status, "custom-") {
		q.Match = func(r *orderRow) bool { return r.Value.status == status }
	}
	return q, ""
}

func (s *Shop) getOrder(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(c.ID("id"))
	if row == nil {
		return failure(http.StatusNotFound, "Order not found")
	}
	return sim.JSON(http.StatusOK, map[string]any{"order": s.view(c, row)})
}

// statusChange is the body of /orders/set_status.
type statusChange struct {
	IDs    []int64   `json:"ids"`
	Status string    `json:"status"`
	Custom sim.Field `json:"custom_status_id"`
	Reason string    `json:"cancellation_reason"`
	Text   string    `json:"cancellation_text"`
}

// check finds what is wrong with a change and the status it asks for.
func (b statusChange) check(custom map[int64]string) (status, field, problem string) {
	if len(b.IDs) == 0 {
		return "", "ids", "Required"
	}
	if b.Custom.Sent() && !b.Custom.Null() {
		id, ok := b.Custom.Int()
		switch {
		case !ok || custom[id] == "":
			return "", "custom_status_id", "Unknown custom status"
		case b.Status != "":
			return "", "status", "Must not be sent together with custom_status_id"
		}
		return fmt.Sprintf("custom-%d", id), "", ""
	}
	if !slices.Contains([]string{"pending", "received", "paid", "delivered", "canceled"}, b.Status) {
		return "", "status", "Unknown status"
	}
	if b.Status != "canceled" {
		return b.Status, "", ""
	}
	needsText, known := reasons[b.Reason]
	if !known {
		return "", "cancellation_reason", "Unknown reason"
	}
	if needsText && strings.TrimSpace(b.Text) == "" {
		return "", "cancellation_text", "Required for this reason"
	}
	return b.Status, "", ""
}

func (s *Shop) setStatus(c *sim.Call) sim.Answer {
	var b statusChange
	if err := c.Decode(&b); err != nil {
		return failure(http.StatusBadRequest, "Body is not a JSON object of the expected form")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, field, problem := b.check(s.custom)
	if problem != "" {
		return invalid("Validation error", map[string][]string{field: {problem}})
	}
	done := []int64{}
	for _, id := range b.IDs {
		row := s.orders.Get(id)
		if row == nil || s.skip[id] || !row.Value.accepts(status) {
			continue
		}
		done = append(done, id)
		if !c.Ignore && row.Value.status != status {
			s.move(row, status, b, c.At)
		}
	}
	return sim.JSON(http.StatusOK, map[string]any{"processed_ids": done})
}

// accepts reports that an order can go to a status: a final one stays, and nothing becomes new again.
func (o *order) accepts(status string) bool {
	return o.status == status || !o.final() && status != "pending"
}

func (s *Shop) move(row *orderRow, status string, b statusChange, now time.Time) {
	o := &row.Value
	if status == "canceled" {
		s.giveBack(o, now)
		title := b.Text
		if title == "" {
			title = b.Reason
		}
		o.cancel = &cancellation{reason: b.Reason, title: title, initiator: "seller"}
	}
	o.setStatus(status)
	s.orders.Touch(row, sim.Later(now, row.Changed), groupOf(status))
}

// SkipStatus makes set_status pass over these orders without an error, as the real one does for reasons it does not tell.
func (s *Shop) SkipStatus(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range ids {
		if id, err := strconv.ParseInt(t, 10, 64); err == nil {
			s.skip[id] = true
		}
	}
}

func (s *Shop) refund(c *sim.Call) sim.Answer {
	var b statusChange
	if err := c.Decode(&b); err != nil {
		return failure(http.StatusBadRequest, "Body is not a JSON object of the expected form")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done := []int64{}
	for _, id := range b.IDs {
		row := s.orders.Get(id)
		if row == nil || row.Value.payment != "paid" {
			continue
		}
		done = append(done, id)
		if !c.Ignore {
			row.Value.payment, row.Value.paidAt = "refunded", c.At
			s.orders.Touch(row, sim.Later(c.At, row.Changed), row.Group)
		}
	}
	return sim.JSON(http.StatusOK, map[string]any{"processed_ids": done})
}

func (s *Shop) saveDeclaration(c *sim.Call) sim.Answer {
	var b struct {
		Order   int64     `json:"order_id"`
		Number  sim.Field `json:"declaration_id"`
		Carrier string    `json:"delivery_type"`
	}
	refused := func(text string) sim.Answer {
		return sim.JSON(http.StatusOK, map[string]string{"status": "error", "message": text})
	}
	if err := c.Decode(&b); err != nil {
		return failure(http.StatusBadRequest, "Body is not a JSON object of the expected form")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.orders.Get(b.Order)
	number, isText := b.Number.Text()
	switch {
	case row == nil:
		return refused("Order not found")
	case !isText || strings.TrimSpace(number) == "":
		return refused("declaration_id must be a string")
	case !slices.Contains(carriers, b.Carrier):
		return refused("Unsupported delivery_type")
	case row.Value.status == "canceled":
		return refused("Order is canceled")
	}
	if !c.Ignore && (row.Value.declaration != number || row.Value.carrier != b.Carrier) {
		row.Value.declaration, row.Value.carrier = number, b.Carrier
		s.orders.Touch(row, sim.Later(c.At, row.Changed), row.Group)
	}
	return sim.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Shop) listStatuses(*sim.Call) sim.Answer {
	type statusOption struct {
		ID     int64  `json:"id"`
		Name   string `json:"name"`
		Title  string `json:"title"`
		Custom bool   `json:"is_custom"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []statusOption
	for name, id := range statusGroup {
		all = append(all, statusOption{int64(id), name, statusNames[name], false})
	}
	for id, title := range s.custom {
		all = append(all, statusOption{id, fmt.Sprintf("custom-%d", id), title, true})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return sim.JSON(http.StatusOK, map[string]any{"order_status_options": all})
}

func (s *Shop) listPaymentOptions(*sim.Call) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{"payment_options": choices(paymentOptions, []string{"evopay", "cash_on_delivery"})})
}

func (s *Shop) listDeliveryOptions(*sim.Call) sim.Answer {
	return sim.JSON(http.StatusOK, map[string]any{"delivery_options": choices(deliveryOptions, []string{"nova_poshta", "ukrposhta"})})
}

func choices(options []option, kinds []string) []map[string]any {
	var out []map[string]any
	for i, o := range options {
		out = append(out, map[string]any{"id": o.ID, "name": o.Name, "comment": "", "enabled": true, "type": kinds[i]})
	}
	return out
}
