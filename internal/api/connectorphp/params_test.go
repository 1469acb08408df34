package connectorphp

import (
	"testing"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Values are read as the many clients write them.
func TestLenientValues(t *testing.T) {
	t.Parallel()
	p, err := parseParameters(`{"int":"12","float":12.0,"comma":"12,5","sum":1e2,"yes":"true","one":1,"no":"0","null":null,"empty":"","map":[],"images":["a","b"],
		"ids":["3",4],"single":7,"keyed":{"1":"b","0":"a"},"half":0.005,"long":"0000001.50","point":".5"}`)
	if err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{
		"number as text":       p.int("int") == 12,
		"whole float":          p.int("float") == 12,
		"decimal comma":        p.decimal("comma") == "12.5",
		"no exponent":          p.decimal("sum") == "100",
		"true as text":         p.flag("yes"),
		"1":                    p.flag("one"),
		"0 as text":            !p.flag("no"),
		"null is absent":       !p.has("null"),
		"empty number":         p.int("empty") == 0 && p.has("empty"),
		"empty list as map":    len(p.dict("map").keys()) == 0,
		"list as map":          p.dict("images").text("1", 10) == "b",
		"ids":                  len(p.ints("ids")) == 2 && p.ints("ids")[0] == 3,
		"one id":               len(p.ints("single")) == 1,
		"map as list":          len(p.list("keyed")) == 2 && p.list("keyed")[0] == "a",
		"rounded up":           p.amount("half", money.PLN).Minor == 1,
		"zeros in front":       p.decimal("long") == "1.5",
		"nothing before dot":   p.decimal("point") == "0.5",
		"number as text cut":   p.text("int", 1) == "1",
		"nothing was at fault": p.fault() == nil,
	} {
		if !ok {
			t.Errorf("%s: not read", name)
		}
	}
	for _, read := range []func(p params){
		func(p params) { p.int("text") }, func(p params) { p.int("half") }, func(p params) { p.flag("text") }, func(p params) { p.decimal("list") },
		func(p params) { p.list("text") }, func(p params) { p.dict("text") }, func(p params) { p.objects("list") }, func(p params) { p.text("list", 9) },
		func(p params) { p.quantity("fine") }, func(p params) { p.amount("huge", money.PLN) }, func(p params) { p.need("absent") },
	} {
		p, err := parseParameters(`{"text":"x","half":0.5,"list":[1],"fine":"0.00001","huge":1e14}`)
		if err != nil {
			t.Fatal(err)
		}
		if read(p); p.fault() == nil {
			t.Error("a fault was not noticed")
		}
	}
}

// Whatever a client sends, it is read or refused, and numbers come out as JSON knows them.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{"", "{}", "[]", "null", `{"a":"1","b":[1,"2",{}],"c":{"0":null}}`, `{"a":1e999}`, `{"a":"0x1p-2"}`, `{"a":"1e5","b":" 7 "}`, `{"a":"-.5"}`,
		`{"a":"Infinity"}`, `{"a":"\u0000\ud800"}`, `{"a":00}`, `[[[[`, `{"a":"1_000"}`, `{"a":-0}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseParameters(text)
		if err != nil {
			return
		}
		for _, name := range p.keys() {
			if s := p.decimal(name); s != "" {
				if body, err := encode(answer{"n": number(s)}, baselinker.TokenRules{LegacyTypes: true}, "getOrders"); err != nil {
					t.Errorf("%q: %v %s", s, err, body)
				}
			}
			if s := p.text(name, 5); len([]rune(s)) > 5 {
				t.Errorf("%q is too long", s)
			}
			p.int(name)
			p.flag(name)
			p.amount(name, money.UAH)
			p.quantity(name)
			p.ints(name)
			p.objects(name)
			p.dict(name)
		}
	})
}

// Lines have numbers of their own below 2^31 for the first 36 million orders, and the numbers tell the lines.
func TestLineIDs(t *testing.T) {
	seen := map[int64]bool{}
	for _, order := range []int64{1, 2, 2_147_483, 999_999, 1_000_000, 1_000_001, 2_147_484, 36_000_000} {
		for _, line := range []int64{1, 2, 27, 28, 500, 995, 996, 999, 1000} {
			id := lineID(order, line)
			if seen[id] || lineNo(order, id) != line {
				t.Errorf("order %d line %d: %d, back %d", order, line, id, lineNo(order, id))
			}
			if few := line <= 27 || line >= 996; few && id >= 1<<31 || id < 0 {
				t.Errorf("order %d line %d: %d", order, line, id)
			}
			seen[id] = true
		}
	}
	for _, other := range []int64{lineID(1_000_000, 1), lineID(1_000_002, 1), lineID(5, 5), 7, -1} {
		if no := lineNo(1_000_001, other); no > 0 && no <= topLine {
			t.Errorf("%d is line %d", other, no)
		}
	}
}
