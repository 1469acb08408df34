package connectorphp

import (
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/stock"
)

// number is a decimal that is written as a JSON number, without needless zeros and without an exponent.
type number string

// MarshalJSON writes the digits.
func (n number) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("0"), nil
	}
	s := string(n)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return []byte(s), nil
}

func amountOut(m money.Money) number { return number(m.Decimal()) }

// flagText is a truth value as the protocol's orders write it.
func flagText(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// seconds are the database's microseconds as the protocol's seconds.
func seconds(us int64) int64 { return us / 1_000_000 }

// How lines are numbered. The first million orders have a thousand numbers each. Later ones have 32, for their first lines and, from
// above, their first discounts, so that numbers stay below 2^31 for 36 million orders; the few lines that find no place there have
// numbers that old clients of 32 bits can not hold.
const (
	wideOrders  = 1_000_000
	narrow      = 32
	narrowLines = 27
	beyond      = int64(1) << 40
)

// lineID is the order_product_id of a line: whole, of all orders one.
func lineID(order, line int64) int64 {
	first := wideOrders*topLine + (order-wideOrders)*narrow
	switch {
	case order < wideOrders:
		return order*topLine + line - 1
	case line <= narrowLines:
		return first + line - 1
	case line > topLine-(narrow-narrowLines):
		return first + narrow - 1 - (topLine - line)
	}
	return beyond + order*topLine + line - 1
}

// lineNo is the line of an order that an order_product_id names, out of range when it is of none.
func lineNo(order, id int64) int64 {
	if id >= beyond {
		return id - beyond - order*topLine + 1
	}
	if order < wideOrders {
		return id - order*topLine + 1
	}
	place := id - wideOrders*topLine - (order-wideOrders)*narrow
	switch {
	case place < 0 || place >= narrow:
		return 0
	case place < narrowLines:
		return place + 1
	}
	return topLine - (narrow - 1 - place)
}

// orderOut is an order as getOrders shows it, in the protocol's order of keys.
type orderOut struct {
	OrderID         int64             `json:"order_id"`
	ShopOrderID     int64             `json:"shop_order_id"`
	ExternalOrderID string            `json:"external_order_id"`
	Source          string            `json:"order_source"`
	SourceID        int64             `json:"order_source_id"`
	SourceInfo      string            `json:"order_source_info"`
	StatusID        int64             `json:"order_status_id"`
	Confirmed       bool              `json:"confirmed"`
	DateConfirmed   int64             `json:"date_confirmed"`
	DateAdd         int64             `json:"date_add"`
	DateInStatus    int64             `json:"date_in_status"`
	UserLogin       string            `json:"user_login"`
	Phone           string            `json:"phone"`
	Email           string            `json:"email"`
	UserComments    string            `json:"user_comments"`
	AdminComments   string            `json:"admin_comments"`
	Currency        string            `json:"currency"`
	PaymentMethod   string            `json:"payment_method"`
	PaymentCOD      string            `json:"payment_method_cod"`
	PaymentDone     number            `json:"payment_done"`
	MethodID        int64             `json:"delivery_method_id"`
	Method          string            `json:"delivery_method"`
	DeliveryPrice   number            `json:"delivery_price"`
	Module          string            `json:"delivery_package_module"`
	PackageNr       string            `json:"delivery_package_nr"`
	Fullname        string            `json:"delivery_fullname"`
	Company         string            `json:"delivery_company"`
	Address         string            `json:"delivery_address"`
	City            string            `json:"delivery_city"`
	State           string            `json:"delivery_state"`
	Postcode        string            `json:"delivery_postcode"`
	CountryCode     string            `json:"delivery_country_code"`
	PointID         string            `json:"delivery_point_id"`
	PointName       string            `json:"delivery_point_name"`
	PointAddress    string            `json:"delivery_point_address"`
	PointPostcode   string            `json:"delivery_point_postcode"`
	PointCity       string            `json:"delivery_point_city"`
	InvoiceFullname string            `json:"invoice_fullname"`
	InvoiceCompany  string            `json:"invoice_company"`
	InvoiceNIP      string            `json:"invoice_nip"`
	InvoiceAddress  string            `json:"invoice_address"`
	InvoiceCity     string            `json:"invoice_city"`
	InvoiceState    string            `json:"invoice_state"`
	InvoicePostcode string            `json:"invoice_postcode"`
	InvoiceCode     string            `json:"invoice_country_code"`
	WantInvoice     string            `json:"want_invoice"`
	Extra1          string            `json:"extra_field_1"`
	Extra2          string            `json:"extra_field_2"`
	Page            string            `json:"order_page"`
	PickState       int               `json:"pick_state"`
	PackState       int               `json:"pack_state"`
	PickStatus      int               `json:"pick_status"` // the older spelling of pick_state
	PackStatus      int               `json:"pack_status"`
	Star            int64             `json:"star"`
	Country         string            `json:"delivery_country"`
	InvoiceCountry  string            `json:"invoice_country"`
	Extra           map[string]string `json:"custom_extra_fields,omitzero"`
	Commission      *commissionOut    `json:"commission,omitempty"`
	Commision       *commissionOut    `json:"commision,omitempty"`
	Connect         *connectOut       `json:"connect_data,omitempty"`
	Products        []lineOut         `json:"products"`
}

type commissionOut struct {
	Net      number `json:"net"`
	Gross    number `json:"gross"`
	Currency string `json:"currency"`
}

// connectOut is what the flag of the vendor's own exchange asks for; Lad takes no part in it.
type connectOut struct {
	Integration int64 `json:"connect_integration_id"`
	Contractor  int64 `json:"connect_contractor_id"`
}

type lineOut struct {
	Storage    string `json:"storage"`
	StorageID  int64  `json:"storage_id"`
	ID         int64  `json:"order_product_id"`
	ProductID  string `json:"product_id"`
	VariantID  string `json:"variant_id"`
	Name       string `json:"name"`
	Attributes string `json:"attributes"`
	SKU        string `json:"sku"`
	EAN        string `json:"ean"`
	Location   string `json:"location"`
	Warehouse  int64  `json:"warehouse_id"`
	AuctionID  string `json:"auction_id"`
	Price      number `json:"price_brutto"`
	TaxRate    number `json:"tax_rate"`
	Quantity   number `json:"quantity"`
	Weight     number `json:"weight"`
	BundleID   int64  `json:"bundle_id"`
}

// page is a page of orders with everything that their answers take, read with one statement each.
type page struct {
	orders   []orders.Whole
	kept     map[int64]baselinker.Order
	skus     map[int64]catalog.SKU
	products map[int64]baselinker.Product
	barcodes map[int64][]string
	served   map[stock.LineKey]int64
	home     int64 // the warehouse that serves first
}

// readPage reads orders with their lines.
func (s *Server) readPage(c *call, tx *db.Tx, ids []int64) (p page, err error) {
	if p.orders, err = orders.Wholes(c, tx, ids); err != nil {
		return p, err
	}
	if p.kept, err = s.Kept.Orders(c, tx, ids); err != nil {
		return p, err
	}
	seen := map[int64]bool{}
	var skus []int64
	for _, o := range p.orders {
		for _, l := range o.Lines {
			if l.SKUID != 0 && !seen[l.SKUID] {
				seen[l.SKUID] = true
				skus = append(skus, l.SKUID)
			}
		}
	}
	if p.skus, err = s.Catalog.ByIDs(c, tx, skus); err != nil {
		return p, err
	}
	if p.products, err = s.Kept.Products(c, tx, skus); err != nil {
		return p, err
	}
	if p.barcodes, err = s.Catalog.BarcodesOf(c, tx, skus); err != nil {
		return p, err
	}
	if p.served, err = s.Stock.ServedFrom(c, tx, ids); err != nil {
		return p, err
	}
	list, err := s.Stock.Warehouses(c, tx)
	if len(list) > 0 {
		p.home = list[0].ID
	}
	return p, err
}

// order writes one order of the page.
func (p page) order(o orders.Whole) orderOut {
	kept := p.kept[o.ID]
	f := kept.Fields
	out := orderOut{OrderID: o.ID, Source: ownSource, SourceID: kept.SourceID, SourceInfo: "-", StatusID: statusOf(o.Stage, kept), Confirmed: true,
		DateConfirmed: seconds(o.AcceptedAt), DateAdd: seconds(o.PlacedAt), DateInStatus: seconds(o.StageAt),
		Phone: o.BuyerPhone, Email: o.Destination.Email, UserComments: cut(o.Comment, 1000), Currency: string(o.Total.Currency), PaymentMethod: cut(o.PaymentMethod, 100),
		PaymentCOD: flagText(o.OnPickup), PaymentDone: amountOut(paid(o.Order, kept)), DeliveryPrice: amountOut(o.Delivery), Method: o.Destination.Delivery.Title,
		Fullname: o.Destination.Recipient.Name, Address: o.Destination.Delivery.Address, City: o.Destination.Delivery.City, PointID: o.Destination.Delivery.Branch,
		Star: kept.Star}
	if out.StatusID == kept.StatusID {
		out.DateInStatus = seconds(max(o.StageAt, kept.StatusAt))
	}
	if o.ConnectionID != 0 {
		out.Source, out.SourceID, out.ExternalOrderID = cut(o.Source, 20), o.ConnectionID, cut(o.ExternalID, 50)
		out.ShopOrderID, _ = strconv.ParseInt(o.ExternalID, 10, 31)
	}
	if out.Fullname == "" {
		out.Fullname = o.BuyerName
	}
	if out.Method == "" {
		out.Method = o.Destination.Delivery.Service
	}
	if o.Tracking != "" {
		out.Module, out.PackageNr = cut(o.Carrier, 20), cut(o.Tracking, 40)
	}
	if out.PointName = f["delivery_point_name"]; out.PointName == "" {
		out.PointName = out.PointID
	}
	if kept.Picked {
		out.PickState = 1
	}
	if kept.Packed {
		out.PackState = 1
	}
	out.PickStatus, out.PackStatus = out.PickState, out.PackState
	if f["phone"] != "" && f["phone_known"] == o.BuyerPhone {
		out.Phone = f["phone"]
	}
	out.takeFields(f)
	out.Products = p.lines(o, kept)
	return out
}

// takeFields fills what Lad has no place for.
func (out *orderOut) takeFields(f map[string]string) {
	out.UserLogin, out.AdminComments, out.Extra1, out.Extra2 = f["user_login"], f["admin_comments"], f["extra_field_1"], f["extra_field_2"]
	out.Company, out.State, out.Postcode, out.CountryCode = f["delivery_company"], f["delivery_state"], f["delivery_postcode"], f["delivery_country_code"]
	out.PointAddress, out.PointPostcode, out.PointCity = f["delivery_point_address"], f["delivery_point_postcode"], f["delivery_point_city"]
	out.InvoiceFullname, out.InvoiceCompany, out.InvoiceNIP, out.InvoiceAddress = f["invoice_fullname"], f["invoice_company"], f["invoice_nip"], f["invoice_address"]
	out.InvoiceCity, out.InvoiceState, out.InvoicePostcode, out.InvoiceCode = f["invoice_city"], f["invoice_state"], f["invoice_postcode"], f["invoice_country_code"]
	out.Country, out.InvoiceCountry, out.WantInvoice = countries[out.CountryCode], countries[out.InvoiceCode], flagText(f["want_invoice"] == "1")
}

// countries are the names that addresses show, for the countries where our channels sell.
var countries = map[string]string{
	"PL": "Polska", "UA": "Україна", "DE": "Deutschland", "CZ": "Česko", "SK": "Slovensko", "HU": "Magyarország", "RO": "România", "MD": "Moldova", "BG": "България",
	"LT": "Lietuva", "LV": "Latvija", "EE": "Eesti", "AT": "Österreich", "FR": "France", "IT": "Italia", "ES": "España", "NL": "Nederland", "BE": "België",
	"GB": "United Kingdom", "US": "United States", "KZ": "Қазақстан", "PT": "Portugal", "SE": "Sverige", "DK": "Danmark", "FI": "Suomi", "NO": "Norge", "IE": "Ireland",
	"CH": "Schweiz", "LU": "Luxembourg", "SI": "Slovenija", "HR": "Hrvatska", "GR": "Ελλάδα", "CY": "Κύπρος", "MT": "Malta", "TR": "Türkiye", "GE": "საქართველო",
}

// paid is what was paid of an order: what somebody said, else what its state means.
func paid(o orders.Order, kept baselinker.Order) money.Money {
	switch {
	case kept.PaidMinor != nil:
		return money.New(*kept.PaidMinor, o.Total.Currency)
	case o.PaymentState == connector.PaymentPaid || o.PaymentState == connector.PaymentOnHold:
		return money.New(o.Total.Minor+o.Delivery.Minor, o.Total.Currency)
	}
	return money.New(0, o.Total.Currency)
}
