package shopfile

import (
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// order is what the API sheet, part 10, says an order holds.
type order struct {
	Name      wire.Text `json:"delivery_fullname"`
	Company   wire.Text `json:"delivery_company"`
	Address   wire.Text `json:"delivery_address"`
	City      wire.Text `json:"delivery_city"`
	Postcode  wire.Text `json:"delivery_postcode"`
	Country   wire.Text `json:"delivery_country_code"`
	PointID   wire.Text `json:"delivery_point_id"`
	PointName wire.Text `json:"delivery_point_name"`
	Invoice   wire.Text `json:"invoice_fullname"`
	Phone     wire.Text `json:"phone"`
	Email     wire.Text `json:"email"`
	Added     wire.Text `json:"date_add"`
	Method    wire.Text `json:"payment_method"`
	COD       wire.Text `json:"payment_method_cod"`
	Paid      wire.Text `json:"paid"`
	Currency  wire.Text `json:"currency"`
	Comments  wire.Text `json:"user_comments"`
	Long      wire.Text `json:"user_comments_long"`
	Status    wire.Text `json:"status_id"`
	Delivery  wire.Text `json:"delivery_method"`
	Cost      wire.Text `json:"delivery_price"`
	Products  wire.Rows `json:"products"`
}

type product struct {
	ID       wire.Text `json:"id"`
	Variant  wire.Text `json:"variant_id"`
	SKU      wire.Text `json:"sku"`
	Name     wire.Text `json:"name"`
	Quantity wire.Text `json:"quantity"`
	Price    wire.Text `json:"price"`
}

// ParseOrder normalises an order as PullOrders wraps it.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	o, err := c.parseOrder(body)
	if err != nil {
		return connector.Order{}, err
	}
	return o, nil
}

func (c *channel) parseOrder(body []byte) (connector.Order, *connector.Error) {
	var outer struct {
		ID     wire.Text `json:"order_id"`
		Status wire.Text `json:"status_name"`
		Order  order     `json:"order"`
	}
	if e := wire.Decode(body, &outer); e != nil {
		return connector.Order{}, e
	}
	id, o := outer.ID.ID(), outer.Order
	if outer.ID.Number() == 0 {
		return connector.Order{}, connector.Errorf(connector.KindData, "order has no number")
	}
	if o.Status == "" {
		return connector.Order{}, connector.Errorf(connector.KindData, "order %s has no status", id)
	}
	out := o.head()
	out.ExternalID, out.Status = id, c.words.code(string(o.Status))
	out.Stage = stage(out.Status, string(outer.Status))
	if e := o.fill(&out, c.currency); e != nil {
		e.Message = "order " + id + ": " + e.Message
		return connector.Order{}, e
	}
	return out, nil
}

func (o order) head() connector.Order {
	out := connector.Order{
		CreatedAt: seconds(o.Added), Comment: wire.First(o.Long, o.Comments),
		Payment: connector.Payment{State: connector.PaymentUnpaid, Method: string(o.Method), OnPickup: o.COD.True()},
		Buyer: connector.Person{
			Name: wire.First(o.Name, o.Invoice, o.Company), Phone: o.phone(), Email: o.Email.Email(),
		},
		Delivery: connector.Delivery{
			Service: service(o.Delivery), Title: string(o.Delivery), City: string(o.City), Branch: wire.First(o.PointID, o.PointName),
			BranchRef: string(o.PointID), Address: strings.Trim(string(o.Address)+", "+string(o.Postcode), ", "),
		},
	}
	if o.Paid.True() {
		out.Payment.State = connector.PaymentPaid
	}
	return out
}

// fill reads lines and money. A line with a negative price is a voucher: it takes no stock and lowers the total.
func (o order) fill(out *connector.Order, fallback money.Currency) *connector.Error {
	cur, e := wire.Currency(o.Currency, fallback)
	if e != nil {
		return e
	}
	keys, discount := wire.Key{}, money.New(0, cur)
	for _, row := range o.Products {
		line, less, e := parseLine(row, cur, keys)
		if e != nil {
			return e
		}
		if less.Minor == 0 {
			out.Lines = append(out.Lines, line)
			continue
		}
		var err error
		if discount, err = discount.Add(less); err != nil {
			return connector.Errorf(connector.KindData, "vouchers can not be added up")
		}
	}
	if len(out.Lines) == 0 {
		return connector.Errorf(connector.KindData, "no goods in it")
	}
	if out.Total, e = wire.Total("", cur, out.Lines); e != nil {
		return e
	}
	if out.Total.Minor += discount.Minor; out.Total.Minor < 0 {
		return connector.Errorf(connector.KindData, "vouchers are worth more than the goods")
	}
	out.DeliveryCost = wire.Optional(o.Cost, cur)
	return nil
}

// parseLine reads a line, or what a voucher takes off (a negative amount).
func parseLine(row []byte, cur money.Currency, keys wire.Key) (line connector.Line, less money.Money, e *connector.Error) {
	var p product
	if e := wire.Decode(row, &p); e != nil {
		return line, less, e
	}
	line = connector.Line{OfferID: offerID(p.ID.ID(), p.Variant.ID()), SKU: string(p.SKU), Title: string(p.Name)}
	if line.OfferID == "" && line.SKU == "" && line.Title == "" {
		return line, less, connector.Errorf(connector.KindData, "a line without product id, code and name")
	}
	figures := wire.Line{Label: wire.First(line.Title, line.SKU, line.OfferID), Quantity: p.Quantity, Price: p.Price, Currency: cur}
	negative := strings.HasPrefix(string(p.Price), "-")
	if negative {
		figures.Price = p.Price[1:]
	}
	line.Quantity, line.Price, line.Total, e = figures.Figures()
	if e != nil {
		return line, less, e
	}
	if line.Price.Currency != cur {
		return line, less, connector.Errorf(connector.KindData, "line “%s” is in %s, the order in %s", wire.Clip(figures.Label), line.Price.Currency, cur)
	}
	if negative && line.Total.Minor > 0 {
		return line, money.New(-line.Total.Minor, cur), nil
	}
	line.ExternalID = keys.Next(line.OfferID)
	return line, less, nil
}

// offerID names a product "17" and a variant of it "17:3".
func offerID(product, variant string) string {
	if product == "" || variant == "" {
		return product
	}
	return product + ":" + variant
}

// seconds reads a time of the protocol: unix seconds, whatever the shop's zone.
func seconds(t wire.Text) time.Time {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil || n <= 0 || n > 253402300799 { // the last second of the year 9999
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// phone reads a number of nine digits as Polish when the parcel goes to Poland.
func (o order) phone() string {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(string(o.Phone))
	if _, err := strconv.ParseUint(digits, 10, 64); err == nil && len(digits) == 9 && strings.EqualFold(string(o.Country), "PL") {
		return wire.Phone(wire.Text("+48" + digits))
	}
	return wire.Phone(o.Phone)
}
