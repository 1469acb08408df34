package baselinker

import (
	"context"
	"encoding/json"

	"github.com/lad-hub/lad/connector"
)

// Bounds of one answer; a shorter one is the last.
const (
	OrdersPage  = 100
	journalPage = 100
)

// Status is an order status of the account. Type is told by newer accounts only: 1 unpaid, 2 in progress, 3 sent, 4 delivered,
// 5 cancelled, 6 return.
type Status struct {
	ID   Text `json:"id"`
	Name Text `json:"name"`
	Type Text `json:"type"`
}

// Order is an order as getOrders shows it.
type Order struct {
	ID            Text       `json:"order_id"`
	ExternalID    Text       `json:"external_order_id"`
	Source        Text       `json:"order_source"`
	Status        Text       `json:"order_status_id"`
	Confirmed     Text       `json:"confirmed"`
	ConfirmedAt   Text       `json:"date_confirmed"`
	AddedAt       Text       `json:"date_add"`
	StatusAt      Text       `json:"date_in_status"`
	Login         Text       `json:"user_login"`
	Phone         Text       `json:"phone"`
	Email         Text       `json:"email"`
	Comment       Text       `json:"user_comments"`
	OwnComment    Text       `json:"admin_comments"`
	Currency      Text       `json:"currency"`
	PaymentMethod Text       `json:"payment_method"`
	OnDelivery    Text       `json:"payment_method_cod"`
	Paid          Text       `json:"payment_done"`
	Delivery      Text       `json:"delivery_method"`
	DeliveryPrice Text       `json:"delivery_price"`
	Courier       Text       `json:"delivery_package_module"`
	Tracking      Text       `json:"delivery_package_nr"`
	Name          Text       `json:"delivery_fullname"`
	Company       Text       `json:"delivery_company"`
	Address       Text       `json:"delivery_address"`
	City          Text       `json:"delivery_city"`
	PostCode      Text       `json:"delivery_postcode"`
	CountryCode   Text       `json:"delivery_country_code"`
	PointID       Text       `json:"delivery_point_id"`
	PointName     Text       `json:"delivery_point_name"`
	InvoiceName   Text       `json:"invoice_fullname"`
	TaxNumber     Text       `json:"invoice_nip"`
	WantInvoice   Text       `json:"want_invoice"`
	Extra1        Text       `json:"extra_field_1"`
	Extra2        Text       `json:"extra_field_2"`
	Custom        Keyed[Raw] `json:"custom_extra_fields"`
	Lines         []Line     `json:"products"`
}

// Line is one position of an order; discounts are lines with a negative price.
type Line struct {
	Storage   Text `json:"storage"` // "db" is the account's own catalogue
	StorageID Text `json:"storage_id"`
	ID        Text `json:"order_product_id"`
	Product   Text `json:"product_id"`
	Variant   Text `json:"variant_id"`
	Name      Text `json:"name"`
	SKU       Text `json:"sku"`
	Warehouse Text `json:"warehouse_id"`
	Price     Text `json:"price_brutto"`
	Quantity  Text `json:"quantity"`
}

// Goods is the product or the variant that the line sells; empty for a line of no known product.
func (l Line) Goods() string {
	if id := l.Variant.ID(); id != "" {
		return id
	}
	return l.Product.ID()
}

// OrderQuery chooses orders; the zero value is the oldest confirmed ones. Bounds are inclusive, times in Unix seconds.
type OrderQuery struct {
	ID            int64 `json:"order_id,omitempty"`
	ConfirmedFrom int64 `json:"date_confirmed_from,omitempty"`
	IDFrom        int64 `json:"id_from,omitempty"`
	Status        int64 `json:"status_id,omitempty"`
	Custom        bool  `json:"include_custom_extra_fields,omitempty"`
}

// RawOrder is an order's bytes with what paging needs.
type RawOrder struct {
	ID          int64
	ConfirmedAt int64
	Body        []byte
}

// Orders reads one page of orders in ascending order of their confirmation.
func (c *Client) Orders(ctx context.Context, q OrderQuery) ([]RawOrder, error) {
	var out struct {
		Orders []Raw `json:"orders"`
	}
	if err := c.call(ctx, "getOrders", q, &out); err != nil {
		return nil, err
	}
	list := make([]RawOrder, 0, len(out.Orders))
	for _, body := range out.Orders {
		var head struct {
			ID Text `json:"order_id"`
			At Text `json:"date_confirmed"`
		}
		_ = json.Unmarshal(body, &head) // what is no object has no number and is set aside by whoever parses it
		list = append(list, RawOrder{ID: head.ID.Int(), ConfirmedAt: head.At.Int(), Body: body})
	}
	return list, nil
}

// ParseOrder decodes an order.
func ParseOrder(body []byte) (Order, error) {
	var o Order
	if err := json.Unmarshal(body, &o); err != nil {
		return o, &connector.Error{Kind: connector.KindData, Message: "order can not be read", Cause: bare(err)}
	}
	return o, nil
}

// Statuses reads the order statuses.
func (c *Client) Statuses(ctx context.Context) ([]Status, error) {
	var out struct {
		List []Status `json:"statuses"`
	}
	err := c.call(ctx, "getOrderStatusList", struct{}{}, &out)
	return out.List, err
}

// Journal reads which orders changed after the row last (the API answers that row once more, which is left out); next is the newest row seen and more says that another page follows.
// An account whose journal is off always answers an empty page.
func (c *Client) Journal(ctx context.Context, last int64) (orders []int64, next int64, more bool, err error) {
	var out struct {
		Logs []struct {
			ID    Text `json:"log_id"`
			OldID Text `json:"id"` // what the documentation calls it
			Order Text `json:"order_id"`
		} `json:"logs"`
	}
	if err := c.call(ctx, "getJournalList", map[string]any{"last_log_id": last, "logs_types": []int{}}, &out); err != nil {
		return nil, last, false, err
	}
	next = last
	for _, l := range out.Logs {
		id := max(l.ID.Int(), l.OldID.Int())
		if id <= last {
			continue
		}
		next = max(next, id)
		if n := l.Order.Int(); n > 0 {
			orders = append(orders, n)
		}
	}
	return orders, next, next > last && len(out.Logs) >= journalPage, nil
}
