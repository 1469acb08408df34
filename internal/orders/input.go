package orders

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Bounds of one order. A text of the outside that is longer is cut, not refused: the goods are already sold.
const (
	maxLines = 1000
	maxText  = 2000
	maxName  = 300
	maxID    = 200
)

// Intake is an order to be taken in, whatever its source.
type Intake struct {
	Actor access.Actor
	// ConnectionID is the channel's connection, 0 for orders of our own.
	ConnectionID int64
	Source       string
	// Order as normalised. ExternalID is the channel's id; for our own orders the idempotency key.
	Order connector.Order
	// Body is the order as it came; it is stored unless Fact says that it already is.
	Body []byte
	Fact *facts.Fact
	// Moved says that another program took the order in before and it only moves here: it is nobody's duplicate, and goods that
	// had left or come back by then were never in this ledger, so that nothing is held, shipped or short. An open order holds.
	Moved bool
}

// past says that the order's goods were another program's business.
func (in *Intake) past() bool { return in.Moved && !Open(in.Order.Stage) }

// Result is the answer to an intake. Repeating an intake gives the same answer with Created false.
type Result struct {
	OrderID     int64
	Number      string
	Created     bool
	Stage       Stage
	DuplicateOf int64
	Short       []ShortLine
	Unlinked    []int64 // line numbers whose offer is not linked to a SKU
}

// ShortLine is a line that could not be held whole.
type ShortLine struct {
	LineNo int64   `json:"line"`
	SKU    string  `json:"sku"`
	Short  qty.Qty `json:"short"`
}

// Validate reports every fault that makes the order impossible to keep.
func (in *Intake) Validate() error {
	var c errs.Check
	o := &in.Order
	c.That(in.Source != "", "source", "error.order.source")
	c.That(o.ExternalID != "" && cut(o.ExternalID, maxID) == o.ExternalID, "external_id", "error.order.external_id")
	c.That(len(o.Lines) > 0, "lines", "error.order.no_lines")
	c.That(len(o.Lines) <= maxLines, "lines", "error.order.too_many_lines", "max", maxLines)
	cur := o.Total.Currency
	if _, err := money.ParseCurrency(string(cur)); err != nil {
		c.Fail("currency", "error.order.currency", "currency", string(cur))
	}
	for i, l := range o.Lines {
		n := i + 1
		c.That(l.Quantity > 0 || l.Removed, "lines", "error.order.quantity", "line", n, "quantity", l.Quantity.String())
		c.That(l.Quantity <= qty.Max, "lines", "error.order.quantity", "line", n, "quantity", l.Quantity.String())
		c.That(l.Price.Minor >= 0 && l.Total.Minor >= 0, "lines", "error.order.price", "line", n)
		c.That(l.Price.Currency == cur && (l.Total.Currency == cur || l.Total == money.Money{}), "lines", "error.order.mixed_currency", "line", n)
		c.That(l.OfferID != "" || l.SKU != "" || l.Title != "", "lines", "error.order.nameless_line", "line", n)
	}
	return c.Err()
}

// tidy cuts what is too long and fills what can be derived: line totals, the order's total, its stage.
func (in *Intake) tidy() error {
	o := &in.Order
	for _, s := range []*string{&o.Comment, &o.CancelReason, &o.Delivery.Address, &o.Delivery.Title} {
		*s = cut(*s, maxText)
	}
	for _, s := range []*string{&o.Number, &o.Source, &o.CancelBy, &o.Delivery.Service, &o.Buyer.ExternalID, &o.Buyer.Name, &o.Buyer.Phone, &o.Buyer.Email, &o.Status, &o.Delivery.City, &o.Delivery.Tracking, &o.Payment.Method} {
		*s = cut(*s, maxName)
	}
	if o.Number == "" {
		o.Number = o.ExternalID
	}
	if o.Stage == "" {
		o.Stage = connector.StageNew
	}
	if o.Payment.State == "" {
		o.Payment.State = connector.PaymentUnpaid
	}
	o.Lines = slices.Clone(o.Lines) // the caller's stay as they are
	sum := money.New(0, o.Total.Currency)
	for i := range o.Lines {
		l := &o.Lines[i]
		l.Title, l.OfferID, l.SKU, l.ExternalID = cut(l.Title, maxName), cut(l.OfferID, maxID), cut(l.SKU, maxID), cut(l.ExternalID, maxID)
		var err error
		if l.Total == (money.Money{}) && !l.Gift {
			if l.Total, err = l.Price.MulDiv(int64(l.Quantity), int64(qty.One)); err != nil {
				return errs.Wrap(errs.Invalid, err, "error.order.price", "line", i+1)
			}
		}
		if !l.Removed {
			if sum, err = sum.Add(l.Total); err != nil {
				return errs.Wrap(errs.Invalid, err, "error.order.price", "line", i+1)
			}
		}
	}
	if o.Total.Minor == 0 {
		o.Total = sum
	}
	return nil
}

// cut shortens a text to n bytes at a character's border and drops what is not text at all.
func cut(s string, n int) string {
	if len(s) > n {
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	}
	return s
}

// summary tells the lines in words for lists: "Чайник ×2, Кабель ×1".
func summary(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		if l.Removed {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		if b.Len() > 120 {
			b.WriteString("…")
			break
		}
		b.WriteString(cut(l.Title, 80))
		b.WriteString(" ×")
		b.WriteString(l.Qty.String())
	}
	return b.String()
}
