package connectorphp

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// newOrder is an order as a client wants it: what Lad takes in, and what is kept beside.
type newOrder struct {
	order connector.Order
	kept  baselinker.Order
	paid  bool
}

// addOrder takes an order in by the path of all orders: held, journalled, once. Two calls are two orders, unless the token's
// rules name the field that makes them one.
func (s *Server) addOrder(c *call) (answer, error) {
	c.p.need("order_status_id", "date_add", "currency", "products")
	status := c.p.int("order_status_id")
	n, err := s.readOrder(c)
	if err != nil {
		return nil, err
	}
	st, err := s.statusByID(c, status)
	if err != nil {
		return nil, err
	}
	if n.order.Stage = connector.StageNew; st.stage != "" {
		n.order.Stage = st.stage
	}
	if st.own {
		n.kept.StatusID, n.kept.StatusStage = st.id, string(n.order.Stage)
	}
	if n.order.ExternalID, err = s.orderKey(c, n.kept); err != nil {
		return nil, err
	}
	id, err := s.takeIn(c, n)
	return answer{"order_id": id}, err
}

// orderKey names the order for ever: by the field of the token's rule, or by a number that nobody else gets.
func (s *Server) orderKey(c *call, kept baselinker.Order) (string, error) {
	if field := c.rules.SameOrder; field != "" && kept.Fields[field] != "" {
		return fmt.Sprint("bl:", kept.SourceID, ":", kept.Fields[field]), nil
	}
	id, err := s.IDs.New(c, "bl_add_order")
	return fmt.Sprint("bl-", id), err
}

// takeIn takes an order in and keeps the rest beside it. A repeat finds what the first call left, even when that was cut short
// between the two.
func (s *Server) takeIn(c *call, n newOrder) (int64, error) {
	body, err := json.Marshal(c.p.values)
	if err != nil {
		return 0, err
	}
	if n.order.Total, err = total(n); err != nil {
		return 0, err
	}
	res, err := s.Orders.Intake(c, orders.Intake{Actor: c.actor, Source: "api", Order: n.order, Body: body})
	var known *errs.Error
	if errors.As(err, &known) && known.Key == "error.order.key_reused" {
		return 0, fail("ERROR_ORDER_EXISTS", "error.baselinker.order_exists")
	}
	if err != nil {
		return 0, err
	}
	return res.OrderID, s.Orders.Edit(c, c.actor, res.OrderID, func(tx *db.Tx, o orders.Order, h *orders.Head) ([]journal.Record, error) {
		there, err := s.Kept.Orders(c, tx, []int64{o.ID})
		if _, kept := there[o.ID]; kept || err != nil {
			return nil, err
		}
		kept := n.kept
		kept.OrderID, h.Total = o.ID, n.order.Total
		if n.paid {
			due := o.Delivery.Minor + h.Total.Minor
			kept.Pay(baselinker.Payment{After: due, Total: due, At: tx.Now().Unix()})
			h.PaymentState = connector.PaymentPaid
		}
		if err := s.nameSource(c, tx, kept.SourceID); err != nil {
			return nil, err
		}
		if err := s.nameFields(c, tx, kept.Extra); err != nil {
			return nil, err
		}
		return nil, s.Kept.PutOrder(c, tx, kept)
	})
}

// total is what the goods cost after discounts; a discount can not make an order cost less than nothing.
func total(n newOrder) (money.Money, error) {
	sum := n.order.Total
	sum.Minor = n.kept.DiscountMinor()
	for _, l := range n.order.Lines {
		t, err := l.Price.MulDiv(int64(l.Quantity), int64(qty.One))
		if err == nil {
			sum, err = sum.Add(t)
		}
		if err != nil {
			return sum, fail("ERROR_BAD_PARAMETERS", "error.baselinker.parameter", "name", "price_brutto")
		}
	}
	sum.Minor = max(sum.Minor, 0)
	return sum, nil
}

// nameSource lists a source that an order names for the first time.
func (s *Server) nameSource(c *call, tx *db.Tx, id int64) error {
	if id <= 0 {
		return nil
	}
	_, err := s.Kept.EntryOf(c, tx, baselinker.Source, id)
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	_, err = s.Kept.PutEntry(c, tx, baselinker.Source, baselinker.Entry{ID: id, Name: fmt.Sprint("№", id)})
	return err
}

// nameFields lists extra fields that an order names for the first time.
func (s *Server) nameFields(c *call, tx *db.Tx, fields map[string]string) error {
	for key := range fields {
		id, _ := strconv.ParseInt(key, 10, 64)
		_, err := s.Kept.EntryOf(c, tx, baselinker.OrderField, id)
		if errs.Is(err, errs.NotFound) {
			_, err = s.Kept.PutEntry(c, tx, baselinker.OrderField, baselinker.Entry{ID: id, Name: fmt.Sprint("№", id)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readOrder reads the parameters of addOrder and finds its goods.
func (s *Server) readOrder(c *call) (newOrder, error) {
	p := c.p
	n := newOrder{paid: p.flag("paid"), kept: baselinker.Order{SourceID: p.int("custom_source_id"), Fields: map[string]string{}}}
	cur, err := money.ParseCurrency(p.text("currency", 3))
	if err != nil {
		p.bad("currency")
		return n, p.fault()
	}
	o := &n.order
	o.CreatedAt, o.Total, o.DeliveryCost = time.Unix(seconds(micros(p.int("date_add"))), 0).UTC(), money.New(0, cur), p.amount("delivery_price", cur)
	if o.DeliveryCost.Minor < 0 || n.kept.SourceID < 0 {
		p.bad("delivery_price")
	}
	h := orders.Head{}
	s.takeHead(p, &h)
	o.Comment, o.Payment = h.Comment, connector.Payment{State: connector.PaymentUnpaid, Method: h.PaymentMethod, OnPickup: h.OnPickup}
	o.Delivery, o.Recipient = h.Destination.Delivery, h.Destination.Recipient
	takeKept(p, &n.kept)
	s.takePhone(p, &n.kept)
	o.Buyer = connector.Person{Name: firstOf(h.BuyerName, n.kept.Fields["invoice_fullname"], n.kept.Fields["delivery_company"], n.kept.Fields["user_login"]),
		Phone: h.BuyerPhone, Email: h.Destination.Email}
	lines := p.objects("products")
	if err := p.fault(); err != nil {
		return n, err
	}
	return n, s.readLines(c, lines, cur, &n)
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// readLines turns products into lines and discounts. Discounts are numbered from the top downwards, out of the way of lines.
func (s *Server) readLines(c *call, list []params, cur money.Currency, n *newOrder) error {
	n.kept.Lines, n.kept.Discounts = map[int64]baselinker.Line{}, map[int64]baselinker.Discount{}
	wanted := make([]lineIn, len(list))
	for i, p := range list {
		wanted[i] = readLine(p, cur)
	}
	if err := c.p.fault(); err != nil {
		return err
	}
	if err := s.findGoods(c, wanted); err != nil {
		return err
	}
	for _, w := range wanted {
		if w.price.Minor < 0 {
			n.kept.AddDiscount(topLine, baselinker.Discount{Name: firstOf(w.name, w.sku, "−"), PriceMinor: w.price.Minor, Qty: w.quantity, Line: w.kept})
			continue
		}
		no := int64(len(n.order.Lines) + 1)
		n.kept.Lines[no] = w.kept
		n.order.Lines = append(n.order.Lines, connector.Line{ExternalID: fmt.Sprint("line-", no), SKU: w.sku, Title: w.name, Quantity: w.quantity, Price: w.price})
	}
	if len(n.order.Lines)+len(n.kept.Discounts) >= topLine {
		return errs.New(errs.Invalid, "error.order.too_many_lines", "max", topLine)
	}
	return nil
}

// topLine is the number of the first discount.
const topLine = 1000

// lineIn is a line as a client sends it.
type lineIn struct {
	name, sku string
	product   int64 // a SKU's id when the client names Lad's own catalogue
	ean       string
	quantity  qty.Qty
	price     money.Money
	kept      baselinker.Line
}

// keptLine are the fields of a line that Lad has no place for, with their lengths; a length of 0 is a number.
var keptLine = map[string]int{
	"storage": 9, "storage_id": 30, "product_id": 50, "variant_id": 30, "ean": 32, "location": 50, "attributes": 350, "auction_id": 50, "warehouse_id": 0, "tax_rate": 0, "weight": 0,
}

func readLine(p params, cur money.Currency) lineIn {
	l := lineIn{name: strings.TrimSpace(p.text("name", 300)), sku: strings.TrimSpace(p.text("sku", 50)), ean: strings.TrimSpace(p.text("ean", 32)),
		quantity: p.quantity("quantity"), price: p.amount("price_brutto", cur), kept: readKeptLine(p)}
	if l.quantity <= 0 {
		p.bad("quantity")
	}
	if l.kept["storage"] == "" || l.kept["storage"] == "db" {
		if l.product = integer(l.kept["variant_id"]); l.product == 0 {
			l.product = integer(l.kept["product_id"])
		}
	}
	return l
}

func readKeptLine(p params) baselinker.Line {
	kept := baselinker.Line{}
	for name, most := range keptLine {
		if !p.has(name) {
			continue
		}
		if most == 0 {
			kept[name] = p.decimal(name)
		} else {
			kept[name] = p.text(name, most)
		}
	}
	return kept
}

// findGoods gives each line the code of its SKU: by its number in Lad's catalogue, else by the code it carries, else by its EAN.
func (s *Server) findGoods(c *call, lines []lineIn) error {
	var ids []int64
	var codes, barcodes []string
	for _, l := range lines {
		if l.product > 0 {
			ids = append(ids, l.product)
		}
		if l.sku != "" {
			codes = append(codes, l.sku)
		}
		if l.ean != "" {
			barcodes = append(barcodes, l.ean)
		}
	}
	return s.read(c, func(tx *db.Tx) error {
		byID, err := s.Catalog.ByIDs(c, tx, ids)
		if err != nil {
			return err
		}
		byCode, err := s.Catalog.ByCodes(c, tx, codes)
		if err != nil {
			return err
		}
		byBarcode, err := s.Catalog.ByBarcodes(c, tx, barcodes)
		for i := range lines {
			l := &lines[i]
			_, coded := byCode[l.sku]
			switch sku := byID[l.product]; {
			case live(sku) && (l.sku == "" || !coded):
				l.sku = sku.Code
			case coded:
			case byBarcode[l.ean].ID != 0:
				l.sku = byBarcode[l.ean].Code
			}
		}
		return err
	})
}
