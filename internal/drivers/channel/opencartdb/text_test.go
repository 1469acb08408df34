package opencartdb

import (
	"math/big"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/drivers/wire"
)

func TestMethod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		title, code wire.Text
		want        way
	}{
		{"Оплата при отриманні", "cod", way{"cod", "Оплата при отриманні"}},
		{`{"name":"Нова пошта","code":"np.np","cost":70}`, "", way{"np.np", "Нова пошта"}},
		{`<img src="x"> Картка &amp; Ко`, "liqpay", way{"liqpay", "Картка & Ко"}},
		{`{"name":"broken`, "x", way{"x", `{"name":"broken`}},
		{"", "", way{}},
	} {
		if got := method(c.title, c.code); got != c.want {
			t.Errorf("%s, %s: %+v, want %+v", c.title, c.code, got, c.want)
		}
	}
}

// Amounts are multiplied as decimals: a float would lose a kopiyka.
func TestProduct(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		factors []wire.Text
		want    string
	}{
		{[]wire.Text{"100.0000", "41.50000000"}, "4150.00"}, {[]wire.Text{"1.0050", "1"}, "1.01"}, {[]wire.Text{"0.3333", "3", "1.00000000"}, "1.00"},
		{[]wire.Text{"-0.0050"}, "-0.01"}, {[]wire.Text{"99999999999.9999", "2"}, "200000000000.00"}, {[]wire.Text{"1e400"}, ""}, {[]wire.Text{"", "2"}, ""}, {[]wire.Text{"0x10"}, ""},
	} {
		var factors []*big.Rat
		for _, f := range c.factors {
			factors = append(factors, number(f))
		}
		if got := product(factors...); got != c.want {
			t.Errorf("%v: %q, want %q", c.factors, got, c.want)
		}
	}
}

// In the night in which the clocks are put back an hour comes twice: a change in its second pass must not lie before the cursor.
func TestBack(t *testing.T) {
	t.Parallel()
	c := &channel{zone: wire.Zone("Europe/Kyiv")}
	for newest, want := range map[string]string{
		"2026-10-25 03:55:00": "2026-10-25 02:45:00", "2026-07-01 12:00:00": "2026-07-01 11:50:00", "2026-03-29 04:05:00": "2026-03-29 03:55:00", "2026-10-25 03:05:00": "2026-10-25 01:55:00", "": "", "0000-00-00 00:00:00": "",
	} {
		if got := c.back(newest); got != want {
			t.Errorf("%s: %s, want %s", newest, got, want)
		}
	}
	if got := c.moved("2026-07-01 12:00:00", time.Hour); got != "2026-07-01 13:00:00" {
		t.Error(got)
	}
}
