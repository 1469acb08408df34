package connections_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/money"
)

func base(price, cost int64) connections.BasePrice {
	return connections.BasePrice{Price: money.New(price, money.UAH), Cost: money.New(cost, money.UAH)}
}

func TestPriceRule(t *testing.T) {
	t.Parallel()
	rule := func(change func(*connections.PriceRule)) connections.PriceRule {
		r := connections.AsIs
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		rule  connections.PriceRule
		base  connections.BasePrice
		shown int64
		fault bool
	}{
		"as it is":            {connections.AsIs, base(74000, 0), 74000, false},
		"12 % more":           {rule(func(r *connections.PriceRule) { r.MulPPM = 1_120_000 }), base(74000, 0), 82880, false},
		"and 20.00":           {rule(func(r *connections.PriceRule) { r.MulPPM, r.AddMinor = 1_120_000, 2000 }), base(74000, 0), 84880, false},
		"to whole hryvnias":   {rule(func(r *connections.PriceRule) { r.StepMinor = 100 }), base(74051, 0), 74100, false},
		"half goes up":        {rule(func(r *connections.PriceRule) { r.StepMinor = 100 }), base(74050, 0), 74100, false},
		"down":                {rule(func(r *connections.PriceRule) { r.StepMinor, r.Round = 100, connections.RoundDown }), base(74099, 0), 74000, false},
		"up":                  {rule(func(r *connections.PriceRule) { r.StepMinor, r.Round = 100, connections.RoundUp }), base(74001, 0), 74100, false},
		"up, on the step":     {rule(func(r *connections.PriceRule) { r.StepMinor, r.Round = 100, connections.RoundUp }), base(74000, 0), 74000, false},
		"ending 9":            {rule(func(r *connections.PriceRule) { r.StepMinor, r.EndingMinor = 1000, 900 }), base(74000, 0), 73900, false},
		"ending 9 up":         {rule(func(r *connections.PriceRule) { r.StepMinor, r.EndingMinor, r.Round = 1000, 900, connections.RoundUp }), base(74000, 0), 74900, false},
		"raised to the floor": {rule(func(r *connections.PriceRule) { r.MulPPM, r.FloorPPM = 500_000, 200_000 }), base(74000, 50000), 60000, false},
		"floor keeps the ending": {rule(func(r *connections.PriceRule) {
			r.MulPPM, r.FloorPPM, r.StepMinor, r.EndingMinor = 500_000, 200_000, 1000, 900
		}), base(74000, 50000), 60900, false},
		"above the floor":   {rule(func(r *connections.PriceRule) { r.FloorPPM = 200_000 }), base(74000, 50000), 74000, false},
		"no cost, no floor": {rule(func(r *connections.PriceRule) { r.MulPPM, r.FloorPPM = 500_000, 200_000 }), base(74000, 0), 37000, false},
		"no price":          {connections.AsIs, base(0, 100), 0, true},
		"nothing left":      {rule(func(r *connections.PriceRule) { r.AddMinor = -80000 }), base(74000, 0), 0, true},
		"too much":          {rule(func(r *connections.PriceRule) { r.MulPPM = 100_000_000 }), base(money.Max, 0), 0, true},
	} {
		shown, fault := c.rule.Shown(c.base)
		if shown != c.shown || (fault != "") != c.fault {
			t.Errorf("%s: %d %q, want %d", name, shown, fault, c.shown)
		}
		if err := c.rule.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever the rule: the price ends as asked, is never below the floor and is at most a step away from what the rule says.
func TestPriceRuleProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.SampledFrom([]int64{1, 10, 100, 500, 1000, 10_000}).Draw(t, "step")
		r := connections.PriceRule{
			MulPPM: rapid.Int64Range(10_000, 5_000_000).Draw(t, "mul"), AddMinor: rapid.Int64Range(-50_000, 50_000).Draw(t, "add"),
			StepMinor: step, EndingMinor: rapid.Int64Range(0, step-1).Draw(t, "ending"), FloorPPM: rapid.Int64Range(0, 1_000_000).Draw(t, "floor"),
			Round: rapid.SampledFrom([]connections.Rounding{connections.RoundNearest, connections.RoundUp, connections.RoundDown}).Draw(t, "round"),
		}
		b := base(rapid.Int64Range(1, 100_000_000).Draw(t, "price"), rapid.Int64Range(0, 100_000_000).Draw(t, "cost"))
		shown, fault := r.Shown(b)
		if fault != "" {
			return
		}
		if (shown-r.EndingMinor)%step != 0 {
			t.Fatalf("%d does not end in %d of %d", shown, r.EndingMinor, step)
		}
		exact := float64(b.Price.Minor)*float64(r.MulPPM)/1e6 + float64(r.AddMinor)
		floor := float64(b.Cost.Minor) * (1 + float64(r.FloorPPM)/1e6)
		if r.FloorPPM > 0 && float64(shown) < floor-1 {
			t.Fatalf("%d is below the floor %f", shown, floor)
		}
		if r.FloorPPM == 0 || b.Cost.Minor == 0 || exact >= floor+float64(step) {
			if d := float64(shown) - exact; d > float64(step)+1 || d < -float64(step)-1 {
				t.Fatalf("%d is far from %f", shown, exact)
			}
		}
	})
}
