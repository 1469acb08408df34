package prestashop

import (
	"math/big"
	"regexp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/platform/money"
)

// amounts have six decimals; a number of another form is none.
var plainDecimal = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,12})?$`)

// decimal reads an amount exactly.
func decimal(t wire.Text) (*big.Rat, bool) {
	if !plainDecimal.MatchString(string(t)) {
		return nil, false
	}
	return new(big.Rat).SetString(string(t))
}

// round makes money of an exact amount, half away from zero; false when it is out of range.
func round(r *big.Rat, cur money.Currency) (connector.Money, bool) {
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt64(pow10(cur.Digits())))
	n := wholes(scaled)
	if !n.IsInt64() || n.Int64() > money.Max || n.Int64() < -money.Max {
		return connector.Money{}, false
	}
	return money.New(n.Int64(), cur), true
}

// wholes rounds to a whole number, half away from zero.
func wholes(r *big.Rat) *big.Int {
	num, den := new(big.Int).Lsh(r.Num(), 1), r.Denom()
	if r.Sign() < 0 {
		num.Sub(num, den)
	} else {
		num.Add(num, den)
	}
	return num.Quo(num, new(big.Int).Lsh(den, 1))
}

// decimals rounds to so many decimals.
func decimals(r *big.Rat, n int) *big.Rat {
	p := new(big.Rat).SetInt64(pow10(n))
	return new(big.Rat).Quo(new(big.Rat).SetInt(wholes(new(big.Rat).Mul(r, p))), p)
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// exact is money as a number.
func exact(m connector.Money) *big.Rat { return big.NewRat(m.Minor, pow10(m.Currency.Digits())) }
