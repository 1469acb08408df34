package opencartdb

import (
	"encoding/json"
	"strings"

	"github.com/lad-hub/lad/internal/drivers/wire"
)

// orderView is an order in the form of the module's protocol, so that both ways of connecting read the same.
type orderView struct {
	ID        json.Number  `json:"order_id"`
	Store     string       `json:"store"`
	Status    json.Number  `json:"status"`
	Name      string       `json:"status_name"`
	Group     string       `json:"status_group"`
	Reached   []string     `json:"reached"`
	Created   string       `json:"created"`
	Changed   string       `json:"changed"`
	Currency  string       `json:"currency"`
	Total     string       `json:"total"`
	Totals    []totalView  `json:"totals"`
	Buyer     personView   `json:"buyer"`
	Recipient personView   `json:"recipient"`
	Payment   way          `json:"payment"`
	Delivery  deliveryView `json:"delivery"`
	Comment   string       `json:"comment"`
	Lines     []lineView   `json:"lines"`
}

type totalView struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Value string `json:"value"`
}

type personView struct {
	ID        string `json:"id,omitempty"`
	FirstName string `json:"firstname"`
	LastName  string `json:"lastname"`
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
}

type deliveryView struct {
	way
	Zone    string `json:"zone"`
	City    string `json:"city"`
	Index   string `json:"postcode"`
	Street  string `json:"address_1"`
	Street2 string `json:"address_2"`
}

type lineView struct {
	ID       string       `json:"line_id"`
	OfferID  string       `json:"offer_id"`
	SKU      string       `json:"sku"`
	Model    string       `json:"model"`
	Title    string       `json:"title"`
	Options  []optionView `json:"options"`
	Quantity string       `json:"quantity"`
	Price    string       `json:"price"`
	Total    string       `json:"total"`
}

type optionView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// view makes an order from its rows. Amounts of the rows are in the shop's currency; × currency_value they are in the order's.
func view(o row, p parts, group string) orderView {
	from := "shipping_"
	if strings.TrimSpace(string(o["shipping_city"]+o["shipping_address_1"])) == "" {
		from = "payment_" // goods that are not sent have no address of delivery
	}
	v := orderView{
		ID: json.Number(o["order_id"].ID()), Store: plain(o["store_name"]), Status: json.Number(o["order_status_id"].ID()), Name: plain(o["lad_status"]), Group: group,
		Created: string(o["date_added"]), Changed: string(o["date_modified"]), Currency: string(o["currency_code"]),
		Total: product(number(o["total"]), number(o["currency_value"])), Comment: plain(o["comment"]),
		Buyer: personView{
			ID: o["customer_id"].ID(), FirstName: plain(o["firstname"]), LastName: plain(o["lastname"]), Phone: plain(o["telephone"]), Email: plain(o["email"]),
		},
		Recipient: personView{FirstName: plain(o["shipping_firstname"]), LastName: plain(o["shipping_lastname"])},
		Payment:   method(o["payment_method"], o["payment_code"]),
		Delivery: deliveryView{
			way: method(o["shipping_method"], o["shipping_code"]), Zone: plain(o[from+"zone"]), City: plain(o[from+"city"]), Index: plain(o[from+"postcode"]),
			Street: plain(o[from+"address_1"]), Street2: plain(o[from+"address_2"]),
		},
	}
	seen := map[string]bool{}
	for _, h := range p.history[0] {
		if id := h["order_status_id"].ID(); !seen[id] {
			seen[id] = true
			v.Reached = append(v.Reached, id)
		}
	}
	for _, t := range p.totals[0] {
		v.Totals = append(v.Totals, totalView{Code: string(t["code"]), Title: plain(t["title"]), Value: product(number(t["value"]), number(o["currency_value"]))})
	}
	options := grouped(p.options[0], "order_product_id")
	for _, l := range p.lines[0] {
		v.Lines = append(v.Lines, line(l, options[l["order_product_id"].Number()], p.counted[l["product_id"].Number()], o["currency_value"]))
	}
	return v
}

// line makes a line: its offer is the value of the product's one counted option that the buyer chose, else the product.
func line(l row, options []row, counted []string, rate wire.Text) lineView {
	id := l["product_id"].ID()
	code := wire.First(plain(l["lad_sku"]), plain(l["model"]))
	v := lineView{ID: l["order_product_id"].ID(), OfferID: id, SKU: code, Model: plain(l["model"]), Title: plain(l["name"]), Quantity: string(l["quantity"])}
	for _, o := range options {
		v.Options = append(v.Options, optionView{Name: plain(o["name"]), Value: plain(o["value"])})
		value := o["product_option_value_id"].ID()
		if len(counted) == 1 && counted[0] == o["product_option_id"].ID() && value != "" {
			v.OfferID, v.SKU = id+"-"+value, code+":"+plain(o["value"])
		}
	}
	unit := sum(number(l["price"]), number(l["tax"]))
	v.Price = product(unit, number(rate))
	v.Total = product(unit, number(l["quantity"]), number(rate))
	return v
}
