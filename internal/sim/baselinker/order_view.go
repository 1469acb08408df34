package baselinker

import (
	"encoding/json"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// orderView is an order as getOrders shows it, its members in the order and with the types of the sheet.
type orderView struct {
	OrderID         int64          `json:"order_id"`
	ShopOrderID     int64          `json:"shop_order_id"`
	ExternalOrderID string         `json:"external_order_id"`
	OrderSource     string         `json:"order_source"`
	OrderSourceID   int64          `json:"order_source_id"`
	OrderSourceInfo string         `json:"order_source_info"`
	OrderStatusID   int64          `json:"order_status_id"`
	Confirmed       bool           `json:"confirmed"`
	DateConfirmed   int64          `json:"date_confirmed"`
	DateAdd         int64          `json:"date_add"`
	DateInStatus    int64          `json:"date_in_status"`
	UserLogin       string         `json:"user_login"`
	Phone           string         `json:"phone"`
	Email           string         `json:"email"`
	UserComments    string         `json:"user_comments"`
	AdminComments   string         `json:"admin_comments"`
	Currency        string         `json:"currency"`
	PaymentMethod   string         `json:"payment_method"`
	PaymentCOD      string         `json:"payment_method_cod"`
	PaymentDone     json.Number    `json:"payment_done"`
	DeliveryMethod  string         `json:"delivery_method"`
	DeliveryPrice   json.Number    `json:"delivery_price"`
	PackageModule   string         `json:"delivery_package_module"`
	PackageNr       string         `json:"delivery_package_nr"`
	FullName        string         `json:"delivery_fullname"`
	Company         string         `json:"delivery_company"`
	Address         string         `json:"delivery_address"`
	City            string         `json:"delivery_city"`
	State           string         `json:"delivery_state"`
	PostCode        string         `json:"delivery_postcode"`
	CountryCode     string         `json:"delivery_country_code"`
	PointID         string         `json:"delivery_point_id"`
	PointName       string         `json:"delivery_point_name"`
	PointAddress    string         `json:"delivery_point_address"`
	PointPostCode   string         `json:"delivery_point_postcode"`
	PointCity       string         `json:"delivery_point_city"`
	InvoiceName     string         `json:"invoice_fullname"`
	InvoiceCompany  string         `json:"invoice_company"`
	InvoiceNIP      string         `json:"invoice_nip"`
	InvoiceAddress  string         `json:"invoice_address"`
	InvoiceCity     string         `json:"invoice_city"`
	InvoicePostCode string         `json:"invoice_postcode"`
	InvoiceCountry  string         `json:"invoice_country_code"`
	WantInvoice     string         `json:"want_invoice"`
	Extra1          string         `json:"extra_field_1"`
	Extra2          string         `json:"extra_field_2"`
	Custom          map[string]any `json:"custom_extra_fields,omitempty"`
	OrderPage       string         `json:"order_page"`
	PickState       int            `json:"pick_state"`
	PackState       int            `json:"pack_state"`
	Country         string         `json:"delivery_country"`
	Products        []lineView     `json:"products"`
}

type lineView struct {
	Storage        string      `json:"storage"`
	StorageID      int64       `json:"storage_id"`
	OrderProductID int64       `json:"order_product_id"`
	ProductID      string      `json:"product_id"`
	VariantID      string      `json:"variant_id"`
	Name           string      `json:"name"`
	Attributes     string      `json:"attributes"`
	SKU            string      `json:"sku"`
	EAN            string      `json:"ean"`
	Location       string      `json:"location"`
	WarehouseID    int64       `json:"warehouse_id"`
	AuctionID      string      `json:"auction_id"`
	PriceBrutto    json.Number `json:"price_brutto"`
	TaxRate        int         `json:"tax_rate"`
	Quantity       int64       `json:"quantity"`
	Weight         json.Number `json:"weight"`
	BundleID       int64       `json:"bundle_id"`
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// view is the order's object.
func (o *Order) view(c *sim.Call, custom bool) any {
	unix := func(t time.Time) int64 { return c.Stamp(t).Unix() }
	v := orderView{OrderID: o.ID, ExternalOrderID: o.ExternalID, OrderSource: o.source(), OrderSourceID: 4, OrderSourceInfo: "-", OrderStatusID: o.Status,
		Confirmed: !o.Unconfirmed, DateConfirmed: unix(o.ConfirmedAt), DateAdd: unix(o.AddedAt), DateInStatus: unix(o.StatusAt),
		Phone: o.Buyer.Phone, Email: o.Buyer.Email, UserComments: o.Comment, Currency: o.Currency, PaymentMethod: "BLIK", PaymentCOD: flag(o.OnDelivery),
		PaymentDone: "0", DeliveryMethod: o.Delivery, DeliveryPrice: sim.Number(o.PriceMinor), PackageModule: o.Courier, PackageNr: o.Tracking,
		FullName: o.Buyer.Name, Address: o.Buyer.Address, City: o.Buyer.City, PostCode: o.PostCode, CountryCode: "PL", Country: "Polska",
		PointID: o.Buyer.Warehouse, PointName: o.Buyer.Warehouse, InvoiceNIP: o.TaxNumber, WantInvoice: flag(o.TaxNumber != ""), Extra1: o.Extra, Products: []lineView{}}
	if v.Currency == "" {
		v.Currency = "PLN"
	}
	if o.OnDelivery {
		v.PaymentMethod = "Pobranie"
	}
	if custom {
		v.Custom = o.Custom
	}
	total := o.PriceMinor
	for _, l := range o.Lines {
		total += l.PriceMinor * l.Quantity
		v.Products = append(v.Products, l.view())
	}
	if o.Paid {
		v.PaymentDone = sim.Number(total)
	}
	if o.Unconfirmed {
		v.DateConfirmed = 0
	}
	return sim.Merge(v, o.Raw)
}

func (l OrderLine) view() lineView {
	v := lineView{OrderProductID: l.ID, VariantID: key(l.VariantID), Name: l.Name, SKU: l.SKU, AuctionID: "0", PriceBrutto: sim.Number(l.PriceMinor), TaxRate: 23,
		Quantity: l.Quantity, Weight: "0", BundleID: l.Bundle}
	if l.ProductID != 0 {
		v.Storage, v.StorageID, v.ProductID, v.WarehouseID = "db", Inventory, key(l.ProductID), l.Warehouse
		if v.WarehouseID == 0 {
			v.WarehouseID = 206
		}
	}
	return v
}
