package rozetka

import (
	"hash/fnv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// orderView is an order object as the API writes it; members with omitempty come only when expand asks for them.
type orderView struct {
	ID            int64      `json:"id"`
	Created       string     `json:"created"`
	Changed       string     `json:"changed"`
	Amount        string     `json:"amount"`
	AmountReduced string     `json:"amount_with_discount"`
	Cost          string     `json:"cost"`
	CostReduced   string     `json:"cost_with_discount"`
	Status        int        `json:"status"`
	StatusGroup   int        `json:"status_group"`
	Photos        []any      `json:"items_photos"`
	SellerNotes   []noteView `json:"seller_comment"`
	Comment       string     `json:"comment"`
	UserPhone     string     `json:"user_phone"`
	UserTitle     title      `json:"user_title"`
	TTN           string     `json:"ttn"`
	TotalQuantity int64      `json:"total_quantity"`
	MkCreated     bool       `json:"mk_created"`
	CreatedType   int        `json:"created_type"`
	CallbackOff   int        `json:"callback_off"`
	Fulfillment   bool       `json:"is_fulfillment"`
	DuplicateOf   *int64     `json:"duplicate_order_id"`
	GroupID       *int64     `json:"group_id"`
	GroupOrders   int        `json:"group_orders_count"`
	CanProlong    int        `json:"can_prolong"`

	User            any    `json:"user,omitempty"`
	Delivery        any    `json:"delivery,omitempty"`
	DeliveryService any    `json:"delivery_service,omitempty"`
	Purchases       []any  `json:"purchases,omitempty"`
	StatusData      any    `json:"status_data,omitempty"`
	StatusAvailable any    `json:"status_available,omitempty"`
	History         any    `json:"order_status_history,omitempty"`
	Payment         any    `json:"payment,omitempty"`
	PaymentType     string `json:"payment_type,omitempty"`
	PaymentTypeName string `json:"payment_type_name,omitempty"`
	StatusPayment   any    `json:"status_payment,omitempty"`
	IsPayed         *bool  `json:"is_payed,omitempty"`
	Carrier         any    `json:"carrier,omitempty"`
}

type title struct {
	First  string `json:"first_name"`
	Last   string `json:"last_name"`
	Second string `json:"second_name"`
	Full   string `json:"full_name"`
}

type noteView struct {
	Comment  string `json:"comment"`
	Created  string `json:"created"`
	SellerID int    `json:"seller_id"`
	Seller   string `json:"seller_fio"`
}

// digits keeps the digits of a phone: this channel writes no plus.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
}

// view is an order as JSON; call it under the lock.
func (s *Shop) view(c *sim.Call, r *orderRow, expand map[string]bool) any {
	o := &r.Value
	if o.raw != nil {
		return o.raw
	}
	first, last := sim.SplitName(o.buyer.Name)
	sum := sim.Decimal(o.totalMinor())
	v := orderView{
		ID: r.ID, Created: sim.Local(c.Stamp(r.Created)), Changed: sim.Local(c.Stamp(r.Changed)), Amount: sum, AmountReduced: sum, Cost: sum,
		CostReduced: sum, Status: o.status, StatusGroup: groupOf(o.status), Photos: []any{}, SellerNotes: []noteView{}, Comment: o.comment,
		UserPhone: digits(o.buyer.Phone), UserTitle: title{First: first, Last: last, Full: strings.TrimSpace(last + " " + first)}, TTN: o.ttn,
		CreatedType: 4, DuplicateOf: some(o.duplicate), GroupOrders: 1,
	}
	for _, n := range o.notes {
		v.SellerNotes = append(v.SellerNotes, noteView{n.text, sim.Local(c.Stamp(n.at)), 111, "Продавець"})
	}
	for _, l := range o.lines {
		if !l.removed {
			v.TotalQuantity += l.quantity
		}
	}
	s.expand(c, r, expand, &v)
	return sim.Merge(v, o.over)
}

// expand fills the members that come only on request.
func (s *Shop) expand(c *sim.Call, r *orderRow, want map[string]bool, v *orderView) {
	o := &r.Value
	if want["user"] {
		v.User = s.user(r, v.UserTitle.Full)
	}
	if want["delivery"] {
		v.Delivery = o.delivery(v.UserTitle)
	}
	if want["delivery_service"] {
		v.DeliveryService = map[string]any{"id": 5, "name": "Нова Пошта"}
	}
	if want["purchases"] {
		v.Purchases = o.purchases()
	}
	if want["status_data"] {
		v.StatusData = map[string]any{"id": o.status, "name": titles[o.status], "status_group": groupOf(o.status)}
	}
	if want["status_available"] {
		v.StatusAvailable = available(o.status)
	}
	if want["order_status_history"] {
		v.History = o.past(c)
	}
	if want["carrier"] {
		v.Carrier = map[string]any{"carrier": "Нова Пошта", "carrier_inner_id": nil, "carrier_track_num": o.ttn, "is_carrier_meest": false}
	}
	o.expandPayment(want, v)
}

func (o *order) expandPayment(want map[string]bool, v *orderView) {
	kind, name := "cash", "Оплата під час отримання товару"
	if o.card {
		kind, name = "card", "Картка онлайн"
	}
	if want["payment"] {
		v.Payment = map[string]any{"payment_method_id": 1, "payment_method_name": name, "payment_type": kind, "payment_type_title": name, "payment_status": o.paymentStatus(), "credit": nil}
	}
	if want["payment_type"] {
		v.PaymentType = kind
	}
	if want["payment_type_name"] {
		v.PaymentTypeName = name
	}
	if want["status_payment"] {
		v.StatusPayment = o.paymentStatus()
	}
	if want["is_payed"] {
		paid := o.payment == paymentPaid
		v.IsPayed = &paid
	}
}

// paymentStatus is null for cash, for ever.
func (o *order) paymentStatus() any {
	if o.payment == 0 {
		return nil
	}
	return map[string]any{"status_payment_id": o.payment, "name": paymentNames[o.payment], "title": paymentNames[o.payment]}
}

// user is the buyer's account: the same for the same phone, one per order for a buyer without one.
func (s *Shop) user(r *orderRow, name string) any {
	id := r.ID
	if phone := digits(r.Value.buyer.Phone); phone != "" {
		h := fnv.New32a()
		_, _ = h.Write([]byte(phone))
		id = firstUser + int64(h.Sum32())
	}
	email := r.Value.buyer.Email
	if email != "" && !s.o.ShowEmails {
		email = "true"
	}
	return map[string]any{"id": id, "has_email": email != "", "contact_fio": name, "email": email}
}

func (o *order) delivery(t title) any {
	var city any
	if o.buyer.City != "" {
		city = map[string]any{"id": 1, "title": o.buyer.City, "name": o.buyer.City, "name_ua": o.buyer.City}
	}
	var branch any
	if o.buyer.Warehouse != "" {
		branch = o.buyer.Warehouse
	}
	return map[string]any{
		"delivery_service_id": 5, "delivery_service_name": "Нова Пошта", "recipient_title": t.Full, "recipient_first_name": t.First,
		"recipient_last_name": t.Last, "recipient_second_name": "", "recipient_phone": digits(o.buyer.Phone), "another_recipient": false,
		"delivery_method_id": 1, "place_street": o.buyer.Address, "place_number": digits(o.buyer.Address), "cost": "0.00", "city": city,
		"ref_id": branch, "email": nil,
	}
}

// lineView is a purchase as the API writes it.
type lineView struct {
	ID           int64    `json:"id"`
	ItemID       int64    `json:"item_id"`
	Name         string   `json:"item_name"`
	Quantity     int64    `json:"quantity"`
	Price        string   `json:"price"`
	PriceReduced string   `json:"price_with_discount"`
	Cost         string   `json:"cost"`
	CostReduced  string   `json:"cost_with_discount"`
	KitID        *int64   `json:"kit_id"`
	Status       int      `json:"status"`
	Additional   bool     `json:"is_additional_item"`
	TTN          *string  `json:"ttn"` // unused by the marketplace
	Item         lineItem `json:"item"`
}

type lineItem struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	NameUA  string `json:"name_ua"`
	Article string `json:"article"`
	OfferID string `json:"price_offer_id"`
	Price   string `json:"price"`
	URL     string `json:"url"`
}

func (o *order) purchases() []any {
	out := make([]any, 0, len(o.lines))
	for _, l := range o.lines {
		price, cost, status := sim.Decimal(l.priceMinor), sim.Decimal(l.priceMinor*l.quantity), 1
		if l.removed {
			status = 0
		}
		out = append(out, sim.Merge(lineView{
			ID: l.id, ItemID: l.itemID, Name: l.name, Quantity: l.quantity, Price: price, PriceReduced: price, Cost: cost, CostReduced: cost,
			Status: status, Item: lineItem{ID: l.itemID, Name: l.name, NameUA: l.name, Article: l.article, OfferID: l.offerID, Price: price},
		}, l.over))
	}
	return out
}

func (o *order) past(c *sim.Call) []map[string]any {
	out := make([]map[string]any, 0, len(o.history))
	for _, m := range o.history {
		out = append(out, map[string]any{"status_id": m.status, "created": sim.Local(c.Stamp(m.at)), "status": map[string]any{"id": m.status, "name": titles[m.status]}})
	}
	return out
}

// available are the moves a seller has from a status.
func available(status int) []map[string]any {
	out := []map[string]any{}
	for _, child := range reach[status] {
		out = append(out, map[string]any{"parent_id": status, "child_id": child, "delivery_type": 0, "name": titles[child]})
	}
	return out
}
