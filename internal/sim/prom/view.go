package prom

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Text forms of the API.
const (
	nbsp        = "\u00a0"
	orderLayout = "2006-01-02T15:04:05.000000-07:00"
	shortLayout = "2006-01-02T15:04:05"
)

// commissionPerMille is the fee the simulated marketplace takes, of the goods' price.
const commissionPerMille = 80

// orderView is an order object as the API writes it.
type orderView struct {
	ID           int64        `json:"id"`
	DateCreated  string       `json:"date_created"`
	DateModified string       `json:"date_modified"`
	FirstName    string       `json:"client_first_name"`
	SecondName   string       `json:"client_second_name"`
	LastName     string       `json:"client_last_name"`
	ClientID     int64        `json:"client_id"`
	Notes        string       `json:"client_notes"`
	Phone        string       `json:"phone"`
	Email        string       `json:"email"`
	Price        string       `json:"price"`
	FullPrice    string       `json:"full_price"`
	Delivery     option       `json:"delivery_option"`
	Provider     *provider    `json:"delivery_provider_data"`
	Address      string       `json:"delivery_address"`
	DeliveryCost int          `json:"delivery_cost"`
	Payment      option       `json:"payment_option"`
	PaymentData  *paymentData `json:"payment_data"`
	Status       string       `json:"status"`
	StatusName   string       `json:"status_name"`
	Source       string       `json:"source"`
	FreeDelivery bool         `json:"has_order_promo_free_delivery"`
	Commission   commission   `json:"cpa_commission"`
	UTM          any          `json:"utm"`
	DontCall     bool         `json:"dont_call_customer_back"`
	Promotion    any          `json:"ps_promotion"`
	Cancellation *cancelView  `json:"cancellation"`
	Products     []any        `json:"products"`
}

type option struct {
	ID              int    `json:"id"`
	Name            string `json:"name"`
	ShippingService string `json:"shipping_service,omitempty"`
}

type provider struct {
	Provider    string  `json:"provider"`
	Type        string  `json:"type"`
	Sender      *string `json:"sender_warehouse_id"`
	Recipient   *string `json:"recipient_warehouse_id"`
	Declaration string  `json:"declaration_number"`
	Unified     *string `json:"unified_status"`
}

type paymentData struct {
	Type           string `json:"type"`
	Status         string `json:"status"`
	StatusModified string `json:"status_modified"`
}

type commission struct {
	Amount   string `json:"amount"`
	Refunded bool   `json:"is_refunded"`
}

type cancelView struct {
	Title     string `json:"title"`
	Initiator string `json:"initiator"`
}

type lineView struct {
	ID         int64      `json:"id"`
	ExternalID string     `json:"external_id"`
	SKU        string     `json:"sku"`
	Name       string     `json:"name"`
	Quantity   int64      `json:"quantity"`
	Price      string     `json:"price"`
	Total      string     `json:"total_price"`
	Unit       string     `json:"measure_unit"`
	Image      *string    `json:"image"`
	URL        string     `json:"url"`
	Commission commission `json:"cpa_commission"`
}

// hryvnias writes an amount as orders do: "1 890,50 грн" with no-break spaces, kopiykas only when there are any.
func hryvnias(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	digits := strconv.FormatInt(minor/100, 10)
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(nbsp)
		}
		b.WriteRune(d)
	}
	if k := minor % 100; k != 0 {
		fmt.Fprintf(&b, ",%02d", k)
	}
	return b.String() + nbsp + "грн"
}

func fee(minor int64) commission {
	return commission{Amount: sim.Decimal(minor * commissionPerMille / 1000)}
}

// view is an order as JSON; call it under the lock.
func (s *Shop) view(c *sim.Call, r *orderRow) any {
	o := &r.Value
	if o.raw != nil {
		return o.raw
	}
	total := hryvnias(o.totalMinor())
	v := orderView{
		ID: r.ID, DateCreated: c.Stamp(r.Created).Format(orderLayout), DateModified: c.Stamp(r.Changed).Format(orderLayout),
		ClientID: 9000 + r.ID%100000, Notes: o.comment, Phone: o.buyer.Phone, Email: o.buyer.Email, Price: total, FullPrice: total,
		Delivery: deliveryOptions[0], Provider: o.provider(), Address: o.address(), Payment: paymentOptions[1],
		PaymentData: o.paymentData(c), Status: o.status, StatusName: s.statusName(o.status), Source: "portal",
		Commission: fee(o.totalMinor()), Products: o.products(),
	}
	v.FirstName, v.LastName = sim.SplitName(o.buyer.Name)
	if o.online {
		v.Payment = paymentOptions[0]
	}
	if o.cancel != nil {
		v.Cancellation = &cancelView{o.cancel.title, o.cancel.initiator}
		v.Commission.Refunded = true
	}
	return sim.Merge(v, o.over)
}

func (o *order) address() string {
	if o.buyer.City == "" {
		return o.buyer.Address
	}
	return strings.TrimSuffix(o.buyer.City+", "+o.buyer.Address, ", ")
}

func (o *order) provider() *provider {
	p := &provider{Provider: "nova_poshta", Type: "W2W", Declaration: o.declaration}
	if o.carrier != "" {
		p.Provider = o.carrier
	}
	if o.buyer.Warehouse != "" {
		p.Recipient = &o.buyer.Warehouse
	}
	return p
}

func (o *order) paymentData(c *sim.Call) *paymentData {
	if !o.online {
		return nil
	}
	return &paymentData{Type: "evopay", Status: o.payment, StatusModified: c.Stamp(o.paidAt).Format(shortLayout)}
}

func (o *order) products() []any {
	out := make([]any, 0, len(o.lines))
	for _, l := range o.lines {
		sum := l.priceMinor * l.quantity
		out = append(out, sim.Merge(lineView{
			ID: l.product, ExternalID: l.externalID, SKU: l.sku, Name: l.name, Quantity: l.quantity, Price: hryvnias(l.priceMinor),
			Total: hryvnias(sum), Unit: "шт.", URL: fmt.Sprintf("https://prom.ua/p%d.html", l.product), Commission: fee(sum),
		}, l.over))
	}
	return out
}

// productView is a product object as the API writes it.
type productView struct {
	ID            int64           `json:"id"`
	ExternalID    string          `json:"external_id"`
	Name          string          `json:"name"`
	NameLang      langs           `json:"name_multilang"`
	SKU           string          `json:"sku"`
	SellingType   string          `json:"selling_type"`
	Presence      string          `json:"presence"`
	InStock       bool            `json:"in_stock"`
	Quantity      *int64          `json:"quantity_in_stock"`
	Price         json.Number     `json:"price"`
	OldPrice      *json.Number    `json:"oldprice,omitempty"`
	Prices        []any           `json:"prices"`
	MinQuantity   *int            `json:"minimum_order_quantity"`
	Discount      json.RawMessage `json:"discount"`
	Currency      string          `json:"currency"`
	Group         *option         `json:"group"`
	Category      option          `json:"category"`
	MainImage     *string         `json:"main_image"`
	Images        []any           `json:"images"`
	Status        string          `json:"status"`
	Unit          string          `json:"measure_unit"`
	IsVariation   bool            `json:"is_variation"`
	VariationBase *int64          `json:"variation_base_id"`
	VariationID   *int64          `json:"variation_group_id"`
	Regions       []any           `json:"regions"`
}

type langs struct {
	UK string `json:"uk"`
	RU string `json:"ru"`
}

// product is an offer as JSON; call it under the lock.
func (s *Shop) product(r *offerRow) productView {
	o := r.Value
	v := productView{
		ID: r.ID, ExternalID: o.externalID, Name: o.name, NameLang: langs{o.name, o.name}, SKU: o.sku, SellingType: "retail", Presence: o.presence,
		InStock: o.inStock, Price: sim.Number(o.priceMinor), Prices: []any{}, Discount: o.discount, Currency: "UAH",
		Images: []any{}, Status: o.status, Unit: "шт.", Regions: []any{},
	}
	if o.tracked {
		v.Quantity = &o.quantity
	}
	if o.oldMinor > 0 {
		n := sim.Number(o.oldMinor)
		v.OldPrice = &n
	}
	if r.Group > 0 {
		v.Group = &option{ID: r.Group, Name: s.groups[r.Group-firstGroup]}
	}
	if o.base > 0 {
		v.IsVariation, v.VariationBase, v.VariationID = true, &o.base, &o.base
	}
	return v
}

// bound reads a time of a query: ISO 8601, UTC when it names no zone.
func bound(c *sim.Call, name string) (time.Time, bool) {
	text := c.Query(name)
	if text == "" {
		return time.Time{}, true
	}
	t, ok := sim.ParseTime(text, time.UTC, time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02")
	return c.Unstamp(t), ok
}
