package woocommerce

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// gateways are the shop's ways to pay; the first is cash on delivery, online is paid at once.
var gateways = []struct{ ID, Title string }{{"cod", "Оплата при отриманні"}, {"liqpay", "Картка онлайн"}, {"bacs", "Банківський переказ"}}

const online = 1

// orderView is an order object as the API writes it.
type orderView struct {
	ID             int64   `json:"id"`
	ParentID       int64   `json:"parent_id"`
	Number         string  `json:"number"`
	OrderKey       string  `json:"order_key"`
	CreatedVia     string  `json:"created_via"`
	Status         string  `json:"status"`
	Currency       string  `json:"currency"`
	Created        string  `json:"date_created"`
	CreatedGMT     string  `json:"date_created_gmt"`
	Modified       string  `json:"date_modified"`
	ModifiedGMT    string  `json:"date_modified_gmt"`
	DiscountTotal  string  `json:"discount_total"`
	ShippingTotal  string  `json:"shipping_total"`
	Total          string  `json:"total"`
	TotalTax       string  `json:"total_tax"`
	PricesInclude  bool    `json:"prices_include_tax"`
	CustomerID     int64   `json:"customer_id"`
	CustomerNote   string  `json:"customer_note"`
	Billing        address `json:"billing"`
	Shipping       address `json:"shipping"`
	PaymentMethod  string  `json:"payment_method"`
	PaymentTitle   string  `json:"payment_method_title"`
	TransactionID  string  `json:"transaction_id"`
	Paid           *string `json:"date_paid"`
	PaidGMT        *string `json:"date_paid_gmt"`
	Completed      *string `json:"date_completed"`
	CompletedGMT   *string `json:"date_completed_gmt"`
	Meta           []meta  `json:"meta_data"`
	Lines          []any   `json:"line_items"`
	ShippingLines  []any   `json:"shipping_lines"`
	FeeLines       []any   `json:"fee_lines"`
	CouponLines    []any   `json:"coupon_lines"`
	TaxLines       []any   `json:"tax_lines"`
	Refunds        []any   `json:"refunds"`
	CurrencySymbol string  `json:"currency_symbol"`
}

type address struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Company   string `json:"company"`
	Address1  string `json:"address_1"`
	Address2  string `json:"address_2"`
	City      string `json:"city"`
	State     string `json:"state"`
	Postcode  string `json:"postcode"`
	Country   string `json:"country"`
	Email     string `json:"email,omitempty"`
	Phone     string `json:"phone"`
}

type lineView struct {
	ID          int64       `json:"id"`
	Name        string      `json:"name"`
	ProductID   int64       `json:"product_id"`
	VariationID int64       `json:"variation_id"`
	Quantity    int64       `json:"quantity"`
	Subtotal    string      `json:"subtotal"`
	Total       string      `json:"total"`
	TotalTax    string      `json:"total_tax"`
	SKU         string      `json:"sku"`
	Price       json.Number `json:"price"`
	Meta        []meta      `json:"meta_data"`
}

// amount writes money with the shop's number of decimals.
func (s *Shop) amount(minor int64) string {
	if s.o.NoDecimals {
		return strconv.FormatInt((minor+50)/100, 10)
	}
	return sim.Decimal(minor)
}

// tax is the part of a gross amount that is tax.
func (s *Shop) tax(minor int64) int64 { return minor * s.o.TaxPercent / (100 + s.o.TaxPercent) }

// stamps are a time in the shop's zone and in UTC, both without an offset.
func (s *Shop) stamps(c *sim.Call, t time.Time) (local, gmt string) {
	t = c.Stamp(t)
	return t.In(s.zone).Format(stampLayout), t.UTC().Format(stampLayout)
}

// moments is stamps of a time that may not have come.
func (s *Shop) moments(c *sim.Call, t time.Time) (local, gmt *string) {
	if t.IsZero() {
		return nil, nil
	}
	a, b := s.stamps(c, t)
	return &a, &b
}

// view is an order as JSON; call it under the lock.
func (s *Shop) view(c *sim.Call, r *orderRow) any {
	o := &r.Value
	if o.raw != nil {
		return o.raw
	}
	v := orderView{
		ID: r.ID, Number: strconv.FormatInt(r.ID, 10), OrderKey: fmt.Sprintf("wc_order_%d", r.ID), CreatedVia: "checkout", Status: o.status,
		Currency: s.o.Currency, CurrencySymbol: "₴", DiscountTotal: s.amount(0), ShippingTotal: s.amount(0), Total: s.amount(o.totalMinor()),
		TotalTax: s.amount(s.tax(o.totalMinor())), PricesInclude: s.o.TaxPercent > 0, CustomerNote: o.comment, Billing: billing(o.buyer), Shipping: billing(o.buyer),
		PaymentMethod: gateways[o.method].ID, PaymentTitle: gateways[o.method].Title, Meta: append([]meta{}, o.meta...),
		Lines: []any{}, ShippingLines: []any{s.shipping(o)}, FeeLines: []any{}, CouponLines: []any{}, TaxLines: []any{}, Refunds: []any{},
	}
	v.Shipping.Email = ""
	v.Created, v.CreatedGMT = s.stamps(c, r.Created)
	v.Modified, v.ModifiedGMT = s.stamps(c, r.Changed)
	v.Paid, v.PaidGMT = s.moments(c, o.paidAt)
	v.Completed, v.CompletedGMT = s.moments(c, o.endedAt)
	for _, l := range o.lines {
		gross := l.priceMinor * l.quantity
		net := gross - s.tax(gross)
		v.Lines = append(v.Lines, sim.Merge(lineView{
			ID: l.id, Name: l.name, ProductID: l.product, VariationID: l.variation, Quantity: l.quantity, Subtotal: s.amount(net), Total: s.amount(net),
			TotalTax: s.amount(s.tax(gross)), SKU: l.sku, Price: sim.Number(net / max(l.quantity, 1)), Meta: []meta{},
		}, l.over))
	}
	for _, f := range o.refunds {
		v.Refunds = append(v.Refunds, map[string]any{"id": f.id, "reason": f.reason, "total": "-" + s.amount(f.totalMinor)})
	}
	return sim.Merge(v, o.over)
}

func billing(b sim.Buyer) address {
	first, last := sim.SplitName(b.Name)
	return address{FirstName: first, LastName: last, Address1: b.Address, City: b.City, Country: "UA", Email: b.Email, Phone: b.Phone}
}

// shipping is the line of the carrier's plug-in, which keeps the branch under a key of its own.
func (s *Shop) shipping(o *order) any {
	m := []meta{}
	if o.buyer.Warehouse != "" {
		m = append(m, meta{1, "_np_warehouse_ref", o.buyer.Warehouse})
	}
	return map[string]any{"id": 1, "method_title": "Нова Пошта", "method_id": "nova_poshta", "instance_id": "3", "total": s.amount(0), "total_tax": s.amount(0), "meta_data": m}
}

// productView is a product or a variation as the API writes it.
type productView struct {
	ID          int64   `json:"id"`
	Name        string  `json:"name"`
	Slug        string  `json:"slug"`
	Permalink   string  `json:"permalink"`
	Type        string  `json:"type"`
	Status      string  `json:"status"`
	SKU         string  `json:"sku"`
	GTIN        string  `json:"global_unique_id"`
	Price       string  `json:"price"`
	Regular     string  `json:"regular_price"`
	Sale        string  `json:"sale_price"`
	SaleFromGMT *string `json:"date_on_sale_from_gmt"`
	ManageStock any     `json:"manage_stock"`
	Quantity    *int64  `json:"stock_quantity"`
	StockStatus string  `json:"stock_status"`
	Backorders  string  `json:"backorders"`
	ParentID    int64   `json:"parent_id"`
	Variations  []int64 `json:"variations"`
	Categories  []any   `json:"categories"`
	Images      []any   `json:"images"`
	Attributes  []any   `json:"attributes"`
	Meta        []meta  `json:"meta_data"`
	ModifiedGMT string  `json:"date_modified_gmt"`
}

// product is a product as JSON; call it under the lock.
func (s *Shop) product(c *sim.Call, r *productRow) productView {
	p := &r.Value
	v := productView{
		ID: r.ID, Name: p.name, Slug: "p-" + strconv.FormatInt(r.ID, 10), Permalink: fmt.Sprintf("https://shop.example.com/?p=%d", r.ID), Type: kindNames[p.kind],
		Status: p.status, SKU: p.sku, GTIN: p.barcode, StockStatus: p.stock, Backorders: p.backorders, ParentID: p.parent, ManageStock: p.count == countOwn,
		Variations: append([]int64{}, s.children[r.ID]...), Categories: []any{}, Images: []any{}, Attributes: []any{}, Meta: []meta{},
	}
	if p.kind != kindVariable {
		v.Price, v.Regular = s.amount(p.price(c.At)), s.amount(p.regularMinor)
	}
	if p.saleMinor > 0 {
		v.Sale = s.amount(p.saleMinor)
	}
	if p.kind == kindVariation {
		v.Attributes = []any{map[string]any{"id": 1, "name": "Варіант", "option": p.name}}
	}
	if p.count == countParent {
		v.ManageStock = countParent
	}
	if s.o.NoStockManagement {
		v.ManageStock = false
	}
	if row := s.counted(r); row != nil {
		n := row.Value.quantity
		v.Quantity = &n
	}
	_, v.SaleFromGMT = s.moments(c, p.saleFrom)
	_, v.ModifiedGMT = s.stamps(c, r.Changed)
	return v
}
