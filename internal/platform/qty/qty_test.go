package qty_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/platform/qty"
)

func quantities() *rapid.Generator[qty.Qty] {
	return rapid.Custom(func(t *rapid.T) qty.Qty {
		most := int64(qty.Max)
		return qty.Qty(rapid.OneOf(rapid.Int64Range(-most, most), rapid.Int64Range(-5000, 5000)).Draw(t, "thousandths"))
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		want  qty.Qty
		fault error
	}{
		{"2", 2000, nil}, {"-1.5", -1500, nil}, {"0,250", 250, nil}, {" 3 ", 3000, nil}, {"1.5000", 1500, nil}, {"0", 0, nil},
		{"1.2345", 0, qty.ErrSyntax}, {"", 0, qty.ErrSyntax}, {".5", 0, qty.ErrSyntax}, {"1.", 0, qty.ErrSyntax}, {"--1", 0, qty.ErrSyntax}, {"+1", 0, qty.ErrSyntax},
		{"1e3", 0, qty.ErrSyntax}, {"1,2,3", 0, qty.ErrSyntax}, {"٣", 0, qty.ErrSyntax}, {"1000000000", qty.Max, nil}, {"1000000000.001", 0, qty.ErrRange},
		{"99999999999999999999", 0, qty.ErrRange},
	} {
		if got, err := qty.Parse(c.text); !errors.Is(err, c.fault) || got != c.want {
			t.Errorf("Parse(%q) = %v, %v; want %v, %v", c.text, got, err, c.want, c.fault)
		}
	}
}

func TestStringAndJSONAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := quantities().Draw(t, "q")
		if back, err := qty.Parse(q.String()); err != nil || back != q {
			t.Fatalf("%d became %q and then %d, %v", int64(q), q, int64(back), err)
		}
		body, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{body, []byte(`"` + string(body) + `"`)} {
			var back qty.Qty
			if err := json.Unmarshal(b, &back); err != nil || back != q {
				t.Fatalf("%d became %s and then %d, %v", int64(q), b, int64(back), err)
			}
		}
		if q.Whole() != int64(q)/1000 || q.IsWhole() != (int64(q)%1000 == 0) {
			t.Fatalf("%v: whole %d, %v", q, q.Whole(), q.IsWhole())
		}
	})
}

func TestAdd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := quantities().Draw(t, "a"), quantities().Draw(t, "b")
		got, err := a.Add(b)
		if exact := a + b; exact > qty.Max || exact < -qty.Max { // Max is far from overflow
			if !errors.Is(err, qty.ErrRange) {
				t.Fatalf("%v + %v = %v, %v", a, b, got, err)
			}
		} else if err != nil || got != exact {
			t.Fatalf("%v + %v = %v, %v", a, b, got, err)
		}
	})
}

// A product is exact, or it is an error that says why not.
func TestTimes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := quantities().Draw(t, "a"), quantities().Draw(t, "b")
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(b))), big.NewInt(1000))
		fits := new(big.Rat).Abs(exact).Cmp(new(big.Rat).SetInt64(int64(qty.Max))) <= 0
		got, err := a.Times(b)
		switch {
		case err == nil && (!fits || exact.Cmp(new(big.Rat).SetInt64(int64(got))) != 0),
			errors.Is(err, qty.ErrSyntax) && exact.IsInt(), errors.Is(err, qty.ErrRange) && fits,
			err != nil && !errors.Is(err, qty.ErrSyntax) && !errors.Is(err, qty.ErrRange):
			t.Fatalf("%v × %v = %v, %v; exactly %v thousandths", a, b, got, err, exact)
		}
	})
}

func TestFromFloat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := quantities().Draw(t, "q")
		if got, err := qty.FromFloat(float64(q) / 1000); err != nil || got != q {
			t.Fatalf("%v became %v, %v", q, got, err)
		}
	})
	for f, want := range map[float64]error{math.NaN(): qty.ErrRange, math.Inf(1): qty.ErrRange, 2e9: qty.ErrRange, 1.2345: qty.ErrSyntax} {
		if got, err := qty.FromFloat(f); !errors.Is(err, want) {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
}

func TestPieces(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]error{0: nil, 7: nil, -7: nil, 1_000_000_000: nil, 1_000_000_001: qty.ErrRange, math.MaxInt64: qty.ErrRange, math.MinInt64: qty.ErrRange} {
		if got, err := qty.FromInt(n); !errors.Is(err, want) || err == nil && got.Whole() != n {
			t.Errorf("%d pieces: %v, %v", n, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2", "-1.5", "0,250", "", "1.2345", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if q, err := qty.Parse(s); err == nil && (q > qty.Max || q < -qty.Max) {
			t.Errorf("%q is %d", s, int64(q))
		}
	})
}
