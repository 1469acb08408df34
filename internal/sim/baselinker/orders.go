package baselinker

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// The order statuses of the account.
const (
	StatusNew       int64 = 7
	StatusReady     int64 = 8
	StatusPacking   int64 = 9
	StatusSent      int64 = 10
	StatusDelivered int64 = 11
	StatusCancelled int64 = 12
	StatusReturned  int64 = 13
	StatusArchive   int64 = 14 // a status whose name says nothing about the goods
)

var statuses = []struct {
	id    int64
	name  string
	color string
}{
	{StatusNew, "Nowe zamówienia", "#2e7d32"}, {StatusReady, "Do wysłania", "#1565c0"}, {StatusPacking, "Pakowanie", "#6a1b9a"}, {StatusSent, "Wysłane", "#00838f"},
	{StatusDelivered, "Dostarczone", "#558b2f"}, {StatusCancelled, "Anulowane", "#c62828"}, {StatusReturned, "Zwroty", "#ef6c00"}, {StatusArchive, "Magazyn B", "#616161"},
}

// ordersPage is how many orders one answer holds.
const ordersPage = 100

// Order is an order of the account.
type Order struct {
	ID          int64 // 0 = assigned
	ExternalID  string
	Source      string // "" = shop
	Status      int64  // 0 = new
	Unconfirmed bool
	AddedAt     time.Time // zero = now
	ConfirmedAt time.Time // zero = AddedAt
	StatusAt    time.Time // zero = ConfirmedAt
	Buyer       sim.Buyer
	PostCode    string
	Currency    string // "" = PLN
	Paid        bool
	OnDelivery  bool
	Delivery    string // the method's name
	PriceMinor  int64  // of the delivery
	Courier     string
	Tracking    string
	TaxNumber   string
	Comment     string
	Extra       string // extra_field_1
	Custom      map[string]any
	Lines       []OrderLine
	Raw         map[string]any // replaces or adds members of the order's object
}

// OrderLine is one position; a negative price is a discount.
type OrderLine struct {
	ID         int64 // 0 = assigned
	ProductID  int64
	VariantID  int64
	SKU        string
	Name       string
	Warehouse  int64 // 0 = the main one
	PriceMinor int64
	Quantity   int64
	Bundle     int64 // the bundle that the line came from
}

// PutOrder stores an order without touching the stock, as one that was there before; it answers the order's id.
func (a *Account) PutOrder(o Order) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.put(o)
}

func (a *Account) put(o Order) int64 {
	if o.ID == 0 {
		o.ID = a.id()
	}
	if o.Status == 0 {
		o.Status = StatusNew
	}
	if o.AddedAt.IsZero() {
		o.AddedAt = a.Now()
	}
	if o.ConfirmedAt.IsZero() {
		o.ConfirmedAt = o.AddedAt
	}
	if o.StatusAt.IsZero() {
		o.StatusAt = o.ConfirmedAt
	}
	o.Lines = slices.Clone(o.Lines)
	for i := range o.Lines {
		if o.Lines[i].ID == 0 {
			o.Lines[i].ID = a.id()
		}
	}
	a.orders[o.ID] = &o
	return o.ID
}

// Buy stores an order that comes now: its goods leave the stock or are reserved, and the journal tells of it.
func (a *Account) Buy(o Order) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := a.put(o)
	if !a.o.Reservations {
		a.take(a.orders[id], 1)
	}
	a.note(id, 1, 0)
	a.note(id, 2, 0)
	return id
}

// take moves the goods of an order off the stock, or back with -1.
func (a *Account) take(o *Order, sign int64) {
	for _, l := range o.Lines {
		id := l.ProductID
		if l.VariantID != 0 {
			id = l.VariantID
		}
		if stock := a.stockOf(id); stock != nil && l.PriceMinor >= 0 {
			stock[warehouseKey(l.Warehouse)] -= sign * l.Quantity
		}
	}
}

func warehouseKey(id int64) string {
	if id == 0 {
		return MainWarehouse
	}
	return "bl_" + key(id)
}

// Move puts an order into another status, with what that means for the stock.
func (a *Account) Move(id, status int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.orders[id]
	if o == nil || o.Status == status {
		return
	}
	switch {
	case status == StatusCancelled && !a.o.Reservations:
		a.take(o, -1)
	case status == StatusSent && a.o.Reservations:
		a.take(o, 1)
	}
	o.Status, o.StatusAt = status, a.Now()
	a.note(id, 18, status)
}

// OrderIDs are the orders in ascending order.
func (a *Account) OrderIDs() []int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(maps.Keys(a.orders))
}

// OrderByID is a copy of an order.
func (a *Account) OrderByID(id int64) (Order, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.orders[id]
	if o == nil {
		return Order{}, false
	}
	return *o, true
}

func (a *Account) getStatuses(*sim.Call, params) (fields, *failure) {
	out := make([]any, len(statuses))
	for i, s := range statuses {
		out[i] = map[string]any{"id": s.id, "name": s.name, "name_for_customer": s.name, "color": s.color}
	}
	return fields{"statuses": out}, nil
}

func (a *Account) getSources(*sim.Call, params) (fields, *failure) {
	return fields{"sources": map[string]any{"personal": map[string]string{"0": "Telefon"}, "shop": map[string]string{"4": "Sklep"}, "allegro": map[string]string{"9": "konto"}}}, nil
}

func (a *Account) getOrderFields(*sim.Call, params) (fields, *failure) {
	return fields{"extra_fields": []any{map[string]any{"extra_field_id": 77, "name": "Grawer", "editor_type": "text"}}}, nil
}

func (a *Account) getOrders(c *sim.Call, p params) (fields, *failure) {
	var list []*Order
	for _, o := range a.orders {
		if p.wants(o, c) {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(x, y *Order) int {
		return cmp.Or(x.ConfirmedAt.Compare(y.ConfirmedAt), cmp.Compare(x.ID, y.ID))
	})
	out := []any{}
	for _, o := range list[:min(len(list), ordersPage)] {
		out = append(out, o.view(c, p.bool("include_custom_extra_fields")))
	}
	return fields{"orders": sim.Disturb(c, out)}, nil
}

// wants says whether an order passes every filter.
func (p params) wants(o *Order, c *sim.Call) bool {
	from := func(name string, at time.Time) bool {
		return p.int(name) == 0 || !c.Stamp(at).Before(time.Unix(p.int(name), 0))
	}
	return (p.int("order_id") == 0 || p.int("order_id") == o.ID) &&
		(!o.Unconfirmed || p.bool("get_unconfirmed_orders") || p.int("order_id") == o.ID) &&
		(p.int("id_from") == 0 || o.ID >= p.int("id_from")) &&
		(p.int("status_id") == 0 || o.Status == p.int("status_id")) &&
		(p.text("filter_email") == "" || p.text("filter_email") == o.Buyer.Email) &&
		(p.text("filter_order_source") == "" || p.text("filter_order_source") == o.source()) &&
		from("date_confirmed_from", o.ConfirmedAt.Truncate(time.Second)) && from("date_from", o.AddedAt.Truncate(time.Second))
}

func (o *Order) source() string {
	if o.Source == "" {
		return "shop"
	}
	return o.Source
}
