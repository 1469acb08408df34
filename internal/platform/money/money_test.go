package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/platform/money"
)

var currencies = []money.Currency{money.UAH, money.PLN, money.EUR, money.USD, money.GBP, "HUF", "JPY"}

func amounts() *rapid.Generator[money.Money] {
	return rapid.Custom(func(t *rapid.T) money.Money {
		return money.New(rapid.Int64Range(-money.Max, money.Max).Draw(t, "minor"), rapid.SampledFrom(currencies).Draw(t, "currency"))
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		cur   money.Currency
		minor int64
		fault error
	}{
		{"1890.50", money.UAH, 1890_50, nil}, {" 1890.5 ", money.UAH, 1890_50, nil}, {"1890", money.UAH, 1890_00, nil}, {"-0.01", money.UAH, -1, nil},
		{"1.500", money.UAH, 150, nil}, {"1.505", money.UAH, 0, money.ErrSyntax}, {"500", "JPY", 500, nil}, {"500.0", "JPY", 500, nil},
		{"500.5", "JPY", 0, money.ErrSyntax}, {"", money.UAH, 0, money.ErrSyntax}, {".5", money.UAH, 0, money.ErrSyntax}, {"-", money.UAH, 0, money.ErrSyntax},
		{"--1", money.UAH, 0, money.ErrSyntax}, {"+1", money.UAH, 0, money.ErrSyntax}, {"1e3", money.UAH, 0, money.ErrSyntax}, {"1,5", money.UAH, 0, money.ErrSyntax},
		{"1.2.3", money.UAH, 0, money.ErrSyntax}, {"٣", money.UAH, 0, money.ErrSyntax}, {"99999999999999999999", money.UAH, 0, money.ErrRange},
		{"1", "XXX", 0, money.ErrCurrency}, {"1", "", 0, money.ErrCurrency},
	} {
		m, err := money.Parse(c.text, c.cur)
		if !errors.Is(err, c.fault) || m.Minor != c.minor {
			t.Errorf("Parse(%q, %s) = %v, %v; want %d, %v", c.text, c.cur, m, err, c.minor, c.fault)
		}
	}
}

// What a person types is the same amount whatever language they write numbers in.
func TestTyped(t *testing.T) {
	t.Parallel()
	for text, minor := range map[string]int64{
		"1 890,50 ₴": 1890_50, "1\u00a0890,50\u00a0zł": 1890_50, "1\u202f890.5": 1890_50, "": 0, "  ": 0, "-3": -3_00, "0": 0, "€ 12": 12_00, "12 UAH": 12_00, "12грн": 12_00, "12 грн.": 12_00,
	} {
		m, err := money.Typed(text, money.UAH)
		if err != nil || m != money.New(minor, money.UAH) {
			t.Errorf("Typed(%q) = %v, %v; want %d", text, m, err, minor)
		}
	}
	for _, text := range []string{"many", "1,2,3", "1.890,50", "12 x", "1,505"} {
		if m, err := money.Typed(text, money.UAH); !errors.Is(err, money.ErrSyntax) {
			t.Errorf("Typed(%q) = %v, %v", text, m, err)
		}
	}
}

func TestDecimalIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := amounts().Draw(t, "amount")
		if back, err := money.Parse(m.Decimal(), m.Currency); err != nil || back != m {
			t.Fatalf("%v became %q and then %v, %v", m, m.Decimal(), back, err)
		}
	})
}

func TestAddAndSub(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts().Draw(t, "a"), amounts().Draw(t, "b")
		sum, err := a.Add(b)
		exact := a.Minor + b.Minor // Max is far from overflow
		switch {
		case a.Currency != b.Currency:
			if !errors.Is(err, money.ErrMixed) {
				t.Fatalf("%v + %v = %v, %v", a, b, sum, err)
			}
			return
		case exact > money.Max || exact < -money.Max:
			if !errors.Is(err, money.ErrRange) {
				t.Fatalf("%v + %v = %v, %v", a, b, sum, err)
			}
			return
		}
		back, subErr := sum.Sub(b)
		if err != nil || subErr != nil || sum.Minor != exact || back != a {
			t.Fatalf("%v + %v = %v, %v; less %v is %v, %v", a, b, sum, err, b, back, subErr)
		}
	})
	none, some := money.Money{}, money.New(5, money.PLN)
	for _, m := range []func() (money.Money, error){func() (money.Money, error) { return none.Add(some) }, func() (money.Money, error) { return some.Add(none) }} {
		if got, err := m(); err != nil || got != some {
			t.Errorf("nothing and %v: %v, %v", some, got, err)
		}
	}
}

// A share is the nearest minor unit to the exact one, halves away from zero; the opposite amount has the opposite share.
func TestMulDiv(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := amounts().Draw(t, "amount")
		num, den := rapid.Int64().Draw(t, "num"), rapid.Int64().Filter(func(n int64) bool { return n != 0 && n != math.MinInt64 }).Draw(t, "den")
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(num)), big.NewInt(den))
		got, err := m.MulDiv(num, den)
		if err != nil {
			if limit := new(big.Rat).SetInt64(money.Max); !errors.Is(err, money.ErrRange) || new(big.Rat).Abs(exact).Cmp(limit) < 0 {
				t.Fatalf("%v × %d / %d: %v", m, num, den, err)
			}
			return
		}
		off := new(big.Rat).Sub(new(big.Rat).SetInt64(got.Minor), exact)
		half := big.NewRat(1, 2)
		switch c := new(big.Rat).Abs(off).Cmp(half); {
		case c > 0, c == 0 && off.Sign() != exact.Sign(), got.Currency != m.Currency:
			t.Fatalf("%v × %d / %d = %v, exactly %v", m, num, den, got, exact)
		}
		if opposite, err := money.New(-m.Minor, m.Currency).MulDiv(num, den); err != nil || opposite.Minor != -got.Minor {
			t.Fatalf("%v × %d / %d = %v, of the opposite %v, %v", m, num, den, got, opposite, err)
		}
	})
	if _, err := money.New(1, money.UAH).MulDiv(1, 0); !errors.Is(err, money.ErrRange) {
		t.Errorf("by nothing: %v", err)
	}
}

// Parts add up to the whole, none is further than one minor unit from its exact share, and nobody who weighs nothing pays.
func TestAllocate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := amounts().Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 10), rapid.Int64Range(0, math.MaxInt64)), 1, 20).Draw(t, "weights")
		parts, err := m.Allocate(weights)
		if err != nil || len(parts) != len(weights) {
			t.Fatalf("%v by %v: %v, %v", m, weights, parts, err)
		}
		sum, total := int64(0), new(big.Int)
		for i, p := range parts {
			sum += p.Minor
			total.Add(total, big.NewInt(weights[i]))
			if p.Currency != m.Currency {
				t.Fatalf("part %d is in %q", i, p.Currency)
			}
		}
		if sum != m.Minor {
			t.Fatalf("%v by %v: %v adds up to %d", m, weights, parts, sum)
		}
		for i := range parts {
			if total.Sign() == 0 {
				break
			}
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(weights[i])), total)
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(parts[i].Minor), exact)
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 || weights[i] == 0 && parts[i].Minor != 0 {
				t.Fatalf("%v by %v: part %d is %v, exactly %v", m, weights, i, parts[i], exact)
			}
		}
	})
	if _, err := money.New(1, money.UAH).Allocate([]int64{1, -1}); !errors.Is(err, money.ErrRange) {
		t.Errorf("a negative weight: %v", err)
	}
	if parts, err := money.New(1, money.UAH).Allocate(nil); err != nil || len(parts) != 0 {
		t.Errorf("for nobody: %v, %v", parts, err)
	}
}

func TestFromFloat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1_000_000_000_00, 1_000_000_000_00).Draw(t, "minor")
		if got, err := money.FromFloat(float64(minor)/100, money.UAH); err != nil || got != money.New(minor, money.UAH) {
			t.Fatalf("%d became %v, %v", minor, got, err)
		}
	})
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		if got, err := money.FromFloat(f, money.UAH); !errors.Is(err, money.ErrRange) {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
	if _, err := money.FromFloat(1, "XXX"); !errors.Is(err, money.ErrCurrency) {
		t.Errorf("a currency nobody knows: %v", err)
	}
}

func FuzzTyped(f *testing.F) {
	for _, s := range []string{"1 890,50 ₴", "-3", "", "1,2,3", "zł", "٣,٤"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := money.Typed(s, money.UAH)
		if err == nil && (m.Currency != money.UAH || m.Minor > money.Max || m.Minor < -money.Max) {
			t.Errorf("%q is %v", s, m)
		}
	})
}
