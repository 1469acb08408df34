package replay

import (
	"math/big"
	"strings"
)

// The file's prices are counted in hundred-thousandths of its currency, a channel's in kopiykas.
const (
	priceDigits = 5
	unit        = 100_000
	perMinor    = 1_000
)

// Amount is an exact sum of money in hundred-thousandths. The zero value is nothing.
type Amount struct{ n big.Int }

// add adds n hundred-thousandths.
func (a *Amount) add(n int64) {
	var x big.Int
	a.n.Add(&a.n, x.SetInt64(n))
}

// plus adds another amount.
func (a *Amount) plus(b *Amount) { a.n.Add(&a.n, &b.n) }

// Equal says whether two amounts are the same to the last digit.
func (a *Amount) Equal(b *Amount) bool { return a.n.Cmp(&b.n) == 0 }

// String writes the amount as a decimal number: two places, more only when they are needed.
func (a *Amount) String() string {
	var whole, rest big.Int
	whole.QuoRem(new(big.Int).Abs(&a.n), big.NewInt(unit), &rest)
	places := rest.String()
	places = strings.Repeat("0", priceDigits-len(places)) + places
	for len(places) > 2 && strings.HasSuffix(places, "0") {
		places = places[:len(places)-1]
	}
	sign := ""
	if a.n.Sign() < 0 {
		sign = "-"
	}
	return sign + whole.String() + "." + places
}

// MarshalJSON writes the exact number.
func (a *Amount) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// Totals are the four figures that must agree.
type Totals struct {
	Invoices int64   `json:"invoices"`
	Lines    int64   `json:"lines"`
	Units    int64   `json:"units"`
	Revenue  *Amount `json:"revenue"`
}

func newTotals() *Totals { return &Totals{Revenue: new(Amount)} }

// line counts one line.
func (t *Totals) line(l *Line) {
	t.Lines++
	t.Units += l.Quantity
	t.Revenue.add(l.value())
}

// plus adds other totals.
func (t *Totals) plus(o *Totals) {
	t.Invoices, t.Lines, t.Units = t.Invoices+o.Invoices, t.Lines+o.Lines, t.Units+o.Units
	t.Revenue.plus(o.Revenue)
}

// equal says whether all four figures agree.
func (t *Totals) equal(o *Totals) bool {
	return t.Invoices == o.Invoices && t.Lines == o.Lines && t.Units == o.Units && t.Revenue.Equal(o.Revenue)
}
