package connections

import (
	"math/big"

	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Rounding says which way a price goes to the next step.
type Rounding string

// The roundings.
const (
	RoundNearest Rounding = "nearest"
	RoundUp      Rounding = "up"
	RoundDown    Rounding = "down"
)

// PriceRule makes the price of one channel from a SKU's base price: base × multiplier + add-on, rounded to a step with an
// ending, never below cost plus the least margin.
type PriceRule struct {
	Push        bool  // whether Lad sets prices on this channel at all
	MulPPM      int64 // multiplier in parts per million; 1,000,000 leaves the price as it is
	AddMinor    int64 // added after the multiplier, in minor units; may be negative
	StepMinor   int64 // prices are multiples of this …
	EndingMinor int64 // … plus this: step 10.00 and ending 9.00 make 749.00
	Round       Rounding
	// FloorPPM is the least margin over the cost in parts per million of the cost; a lower price is raised to it. 0: no floor.
	FloorPPM int64
}

// AsIs is the rule of a new connection: Lad leaves its prices alone until somebody says otherwise.
var AsIs = PriceRule{MulPPM: 1_000_000, StepMinor: 1, Round: RoundNearest}

// BasePrice is what a SKU costs the buyer and the shop.
type BasePrice struct {
	Price money.Money
	Cost  money.Money // no currency or zero: unknown
}

// Validate reports every fault at once.
func (r PriceRule) Validate() error {
	var c errs.Check
	c.That(r.MulPPM >= 10_000 && r.MulPPM <= 100_000_000, "mul", "error.connection.price_mul")
	c.That(r.AddMinor >= -money.Max && r.AddMinor <= money.Max, "add", "error.connection.price_add")
	c.That(r.StepMinor >= 1 && r.StepMinor <= 1_000_000_00, "step", "error.connection.price_step")
	c.That(r.EndingMinor >= 0 && r.EndingMinor < max(r.StepMinor, 1), "ending", "error.connection.price_ending")
	c.That(r.Round == RoundNearest || r.Round == RoundUp || r.Round == RoundDown, "round", "error.connection.price_round")
	c.That(r.FloorPPM >= 0 && r.FloorPPM <= 100_000_000, "floor", "error.connection.price_floor")
	return c.Err()
}

// Shown is the price to show in minor units; fault says in words why there is none.
func (r PriceRule) Shown(b BasePrice) (minor int64, fault string) {
	if b.Price.Minor <= 0 {
		return 0, "the SKU has no price"
	}
	v := scaled(b.Price.Minor, r.MulPPM)
	v.Add(v, big.NewInt(r.AddMinor))
	price := r.rounded(v, r.Round)
	if r.FloorPPM > 0 && b.Cost.Minor > 0 {
		floor := scaled(b.Cost.Minor, 1_000_000+r.FloorPPM)
		if price == nil || price.Cmp(floor) < 0 {
			price = r.rounded(floor, RoundUp)
		}
	}
	if price == nil || price.Sign() <= 0 || !price.IsInt64() || price.Int64() > money.Max {
		return 0, "the price rule gives no price above zero"
	}
	return price.Int64(), ""
}

// scaled is minor × ppm / 1,000,000, rounded half up.
func scaled(minor, ppm int64) *big.Int {
	v := new(big.Int).Mul(big.NewInt(minor), big.NewInt(ppm))
	return v.Div(v.Add(v, big.NewInt(500_000)), big.NewInt(1_000_000))
}

// rounded brings a price to the rule's steps.
func (r PriceRule) rounded(v *big.Int, way Rounding) *big.Int {
	step := big.NewInt(max(r.StepMinor, 1))
	n := new(big.Int).Sub(v, big.NewInt(r.EndingMinor))
	switch way {
	case RoundUp:
		n.Add(n, new(big.Int).Sub(step, big.NewInt(1)))
	case RoundNearest:
		n.Add(n, new(big.Int).Div(step, big.NewInt(2)))
	case RoundDown:
	}
	n.Div(n, step) // Euclidean: towards minus infinity for a positive step
	n.Mul(n, step)
	return n.Add(n, big.NewInt(r.EndingMinor))
}
