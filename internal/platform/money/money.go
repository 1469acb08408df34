// Package money is the only way the program counts money: integer minor units with a currency, no floats, overflow is an
// error, shares add up to the whole.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
)

// Currency is an ISO 4217 code in capitals.
type Currency string

// The currencies Lad counts in. A currency outside this table is refused at the edge (ErrCurrency), never guessed.
const (
	UAH Currency = "UAH"
	PLN Currency = "PLN"
	EUR Currency = "EUR"
	USD Currency = "USD"
	GBP Currency = "GBP"
)

// digits after the point per currency (ISO 4217, list one).
var digits = map[Currency]int{UAH: 2, PLN: 2, EUR: 2, USD: 2, GBP: 2, "CZK": 2, "RON": 2, "HUF": 2, "BGN": 2, "MDL": 2, "KZT": 2, "JPY": 0}

// Errors of this package.
var (
	ErrCurrency = errors.New("money: unknown currency")
	ErrMixed    = errors.New("money: two currencies in one sum")
	ErrRange    = errors.New("money: out of range")
	ErrSyntax   = errors.New("money: not an amount")
)

// Max bounds one amount in minor units, so that sums over a table of millions of rows stay within int64.
const Max = 1_000_000_000_000_00

// Money is an amount in minor units (kopiykas, groszy) of a currency. The zero value is zero of no currency.
type Money struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// ParseCurrency accepts a known ISO code in any case; anything else is ErrCurrency.
func ParseCurrency(s string) (Currency, error) {
	c := Currency(strings.ToUpper(strings.TrimSpace(s)))
	if _, ok := digits[c]; !ok {
		return "", fmt.Errorf("%w: %q", ErrCurrency, s)
	}
	return c, nil
}

// Digits is the number of digits after the point.
func (c Currency) Digits() int { return digits[c] }

// New makes an amount of minor units.
func New(minor int64, c Currency) Money { return Money{Minor: minor, Currency: c} }

// Parse reads a decimal such as "1890.50" exactly; digits beyond the currency's precision are ErrSyntax unless zero.
func Parse(s string, c Currency) (Money, error) {
	d, ok := digits[c]
	if !ok {
		return Money{}, fmt.Errorf("%w: %q", ErrCurrency, c)
	}
	s = strings.TrimSpace(s)
	neg := strings.HasPrefix(s, "-")
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	for len(frac) > d && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if whole == "" || len(frac) > d {
		return Money{}, fmt.Errorf("%w: %q", ErrSyntax, s)
	}
	text := whole + frac + strings.Repeat("0", d-len(frac))
	for _, r := range text {
		if r < '0' || r > '9' {
			return Money{}, fmt.Errorf("%w: %q", ErrSyntax, s)
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > Max {
		return Money{}, ErrRange
	}
	if neg {
		n = -n
	}
	return Money{Minor: n, Currency: c}, nil
}

// typed drops what people write around a number and turns the comma into a point.
var typed = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".", "₴", "", "грн.", "", "грн", "", "zł", "", "€", "", "$", "", "£", "")

// Typed reads an amount as people type it: "1 890,50 ₴". Empty is zero; the currency is the field's, whatever sign stands there.
func Typed(s string, c Currency) (Money, error) {
	if s = strings.TrimSuffix(typed.Replace(s), string(c)); s == "" {
		return New(0, c), nil
	}
	return Parse(s, c)
}

// FromFloat reads a JSON number of a channel, rounded half away from zero to the currency's precision.
func FromFloat(f float64, c Currency) (Money, error) {
	d, ok := digits[c]
	if !ok {
		return Money{}, fmt.Errorf("%w: %q", ErrCurrency, c)
	}
	scaled := math.Round(f * math.Pow10(d))
	if math.IsNaN(scaled) || math.Abs(scaled) > Max {
		return Money{}, ErrRange
	}
	return Money{Minor: int64(scaled), Currency: c}, nil
}

// Add adds amounts of one currency. An amount without a currency that is zero takes the other's currency.
func (m Money) Add(o Money) (Money, error) {
	switch {
	case m.Currency == "" && m.Minor == 0:
		return o, nil
	case o.Currency == "" && o.Minor == 0:
		return m, nil
	case m.Currency != o.Currency:
		return Money{}, ErrMixed
	}
	s := m.Minor + o.Minor
	if s > Max || s < -Max {
		return Money{}, ErrRange
	}
	return Money{Minor: s, Currency: m.Currency}, nil
}

// Sub subtracts amounts of one currency.
func (m Money) Sub(o Money) (Money, error) {
	return m.Add(Money{Minor: -o.Minor, Currency: o.Currency})
}

// MulDiv is m × num / den in exact arithmetic, rounded half away from zero: price × thousandths / 1000 is a line's total.
func (m Money) MulDiv(num, den int64) (Money, error) {
	if den == 0 {
		return Money{}, ErrRange
	}
	n := new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(num))
	d := big.NewInt(den)
	if d.Sign() < 0 {
		n.Neg(n)
		d.Neg(d)
	}
	half := new(big.Int).Rsh(d, 1)
	if n.Sign() < 0 {
		n.Sub(n, half)
	} else {
		n.Add(n, half)
	}
	n.Quo(n, d)
	if !n.IsInt64() || n.Int64() > Max || n.Int64() < -Max {
		return Money{}, ErrRange
	}
	return Money{Minor: n.Int64(), Currency: m.Currency}, nil
}

// Allocate splits m by weights with the largest remainder method: the parts always add up to m. Weights must not be
// negative; when all are zero the first part takes everything.
func (m Money) Allocate(weights []int64) ([]Money, error) {
	parts := make([]Money, len(weights))
	if len(weights) == 0 {
		return parts, nil
	}
	total := new(big.Int)
	for _, w := range weights {
		if w < 0 {
			return nil, ErrRange
		}
		total.Add(total, big.NewInt(w))
	}
	if total.Sign() == 0 {
		for i := range parts {
			parts[i].Currency = m.Currency
		}
		parts[0].Minor = m.Minor
		return parts, nil
	}
	sign, whole := int64(1), m.Minor
	if whole < 0 {
		sign, whole = -1, -whole
	}
	rests := make([]*big.Int, len(weights))
	left := whole
	for i, w := range weights {
		share, rest := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(whole), big.NewInt(w)), total, new(big.Int))
		parts[i] = Money{Minor: share.Int64(), Currency: m.Currency}
		rests[i] = rest
		left -= share.Int64()
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rests[order[a]].Cmp(rests[order[b]]) > 0 })
	for i := int64(0); i < left; i++ {
		parts[order[i]].Minor++
	}
	for i := range parts {
		parts[i].Minor *= sign
	}
	return parts, nil
}

// Decimal writes the amount as a plain decimal for APIs: "1890.50".
func (m Money) Decimal() string {
	d := digits[m.Currency]
	n := m.Minor
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	if d == 0 {
		return sign + s
	}
	if len(s) <= d {
		s = strings.Repeat("0", d-len(s)+1) + s
	}
	return sign + s[:len(s)-d] + "." + s[len(s)-d:]
}

// String is the decimal with the currency code, for logs.
func (m Money) String() string { return m.Decimal() + " " + string(m.Currency) }
