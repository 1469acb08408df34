// Package qty is the quantity type of the whole program: goods are counted in thousandths of a unit, so that pieces and
// goods sold by weight or length share one exact integer.
package qty

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Qty is a quantity in thousandths of a unit: 1 piece is 1000.
type Qty int64

// One is a single piece.
const One Qty = 1000

// Max bounds one quantity (a thousand million pieces), far below overflow when millions of them are added.
const Max Qty = 1_000_000_000 * One

// ErrRange says that a quantity does not fit.
var ErrRange = errors.New("qty: out of range")

// ErrSyntax says that a text is not a decimal quantity with at most three digits after the point.
var ErrSyntax = errors.New("qty: not a quantity")

// FromInt makes a quantity of n pieces; n beyond Max is ErrRange.
func FromInt(n int64) (Qty, error) {
	if n > int64(Max/One) || n < -int64(Max/One) {
		return 0, ErrRange
	}
	return Qty(n) * One, nil
}

// Pieces makes a quantity of n pieces for constants and tests; it panics when n does not fit.
func Pieces(n int64) Qty {
	q, err := FromInt(n)
	if err != nil {
		panic(err)
	}
	return q
}

// Parse reads "2", "-1.5", "0,250" (comma as in Ukrainian and Polish tables); more than three decimals is ErrSyntax.
func Parse(s string) (Qty, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", ".")
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	whole, frac, dotted := strings.Cut(s, ".")
	if whole == "" || len(frac) > 3 && strings.Trim(frac[3:], "0") != "" || dotted && frac == "" {
		return 0, ErrSyntax
	}
	if len(frac) > 3 {
		frac = frac[:3]
	}
	digits := whole + frac + strings.Repeat("0", 3-len(frac))
	for _, r := range digits {
		if r < '0' || r > '9' {
			return 0, ErrSyntax
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || Qty(n) > Max {
		return 0, ErrRange
	}
	if neg {
		n = -n
	}
	return Qty(n), nil
}

// FromFloat reads a JSON number of a channel; what is not within a thousandth's rounding error of a multiple is ErrSyntax.
func FromFloat(f float64) (Qty, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > float64(Max/One) {
		return 0, ErrRange
	}
	scaled := f * float64(One)
	rounded := math.Round(scaled)
	if math.Abs(scaled-rounded) > 1e-6*math.Max(1, math.Abs(scaled)) {
		return 0, ErrSyntax
	}
	return Qty(rounded), nil
}

// Whole is the number of whole pieces, rounded towards zero.
func (q Qty) Whole() int64 { return int64(q / One) }

// IsWhole says whether the quantity is a whole number of pieces.
func (q Qty) IsWhole() bool { return q%One == 0 }

// Add adds with overflow checked: beyond Max is ErrRange.
func (q Qty) Add(o Qty) (Qty, error) {
	s := q + o
	if s > Max || s < -Max {
		return 0, ErrRange
	}
	return s, nil
}

// Times multiplies by a quantity (a kit of 2 with 1.5 m of cable each is 3 m); the rest below a thousandth is ErrSyntax.
func (q Qty) Times(o Qty) (Qty, error) {
	if q != 0 && o != 0 {
		limit := math.MaxInt64 / abs(int64(q))
		if abs(int64(o)) > limit {
			return 0, ErrRange
		}
	}
	p := q * o
	if p%One != 0 {
		return 0, ErrSyntax
	}
	p /= One
	if p > Max || p < -Max {
		return 0, ErrRange
	}
	return p, nil
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// String writes the shortest decimal: "2", "1.5", "-0.25".
func (q Qty) String() string {
	sign := ""
	n := int64(q)
	if n < 0 {
		sign, n = "-", -n
	}
	s := sign + strconv.FormatInt(n/1000, 10)
	if r := n % 1000; r != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(1000+r, 10)[1:], "0")
	}
	return s
}

// MarshalJSON writes the decimal as a JSON number.
func (q Qty) MarshalJSON() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalJSON reads a JSON number or a string with a decimal.
func (q *Qty) UnmarshalJSON(b []byte) error {
	v, err := Parse(strings.Trim(string(b), `"`))
	if err != nil {
		return err
	}
	*q = v
	return nil
}
