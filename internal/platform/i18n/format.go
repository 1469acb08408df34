package i18n

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// Characters of typographic numbers. Both spaces forbid a line break.
const (
	thin  = "\u202f" // between groups of digits
	nbsp  = "\u00a0" // between a number and its unit
	minus = "\u2212"
)

// symbols of currencies; another currency is written with its code.
var symbols = map[money.Currency]string{money.UAH: "₴", money.PLN: "zł", money.EUR: "€", money.USD: "$", money.GBP: "£"}

// Symbol is the sign of a currency, or its code when it has none.
func Symbol(c money.Currency) string {
	if s, ok := symbols[c]; ok {
		return s
	}
	return string(c)
}

// point separates the fraction.
func (l Language) point() string {
	if l == English {
		return "."
	}
	return ","
}

// Int writes a whole number in groups of three: "−18 499" with thin spaces.
func (l Language) Int(n int64) string {
	return l.decimal(strconv.FormatInt(n, 10))
}

// decimal turns a plain decimal such as "-18499.00" into typography.
func (l Language) decimal(plain string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(plain, "-"); negative {
		sign, plain = minus, rest
	}
	whole, frac, dotted := strings.Cut(plain, ".")
	text := sign + groups(whole, 3, thin)
	if dotted {
		text += l.point() + frac
	}
	return text
}

// Typed writes a plain decimal for an input as people type it: "18499,50", in English "18499.50".
func (l Language) Typed(plain string) string { return strings.Replace(plain, ".", l.point(), 1) }

// groups cuts s into groups of size runes counted from the right.
func groups(s string, size int, sep string) string {
	r := []rune(s)
	var b strings.Builder
	for i, c := range r {
		if i > 0 && (len(r)-i)%size == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Amount writes money without its currency, for columns that name it once: "18 499,00".
func (l Language) Amount(m money.Money) string { return l.decimal(m.Decimal()) }

// Money writes an amount with the currency after it, as readers of all four languages here do: "18 499,00 ₴".
func (l Language) Money(m money.Money) string {
	if m.Currency == "" {
		return l.Amount(m)
	}
	return l.Amount(m) + nbsp + Symbol(m.Currency)
}

// Qty writes a quantity with no more decimals than it has: "3", "1,5".
func (l Language) Qty(q qty.Qty) string { return l.decimal(q.String()) }

// Percent writes hundredths of a percent: Percent(2150) is "21,5 %".
func (l Language) Percent(basisPoints int64) string {
	return l.decimal(qty.Qty(basisPoints*10).String()) + nbsp + "%"
}

// Span writes a length of time with one unit: "84 мс", "1,2 с", "12 хв", "5 год", "3 дн"; overdue is negative: "−4 хв".
func (l Language) Span(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = minus, -d
	}
	n, key := int64(0), ""
	switch {
	case d < time.Second:
		n, key = d.Milliseconds(), "unit.ms"
	case d < 10*time.Second:
		tenths := d.Milliseconds() / 100
		return sign + l.decimal(qty.Qty(tenths*100).String()) + nbsp + l.T("unit.s")
	case d < time.Minute:
		n, key = int64(d.Seconds()), "unit.s"
	case d < 2*time.Hour:
		n, key = int64(d.Minutes()), "unit.min"
	case d < 48*time.Hour:
		n, key = int64(d.Hours()), "unit.h"
	default:
		n, key = int64(d.Hours()/24), "unit.d"
	}
	return sign + l.Int(n) + nbsp + l.T(key)
}

// Due writes the time left in whole minutes, hours or days, never seconds: "12 хв", "0 хв", "−4 хв".
func (l Language) Due(left time.Duration) string {
	if left > -time.Minute && left < time.Minute {
		return "0" + nbsp + l.T("unit.min")
	}
	return l.Span(left)
}

// date writes a day: "24 лис 2026"; the year is left out when it is the reader's.
func (l Language) date(t time.Time, year bool) string {
	s := strconv.Itoa(t.Day()) + nbsp + l.T("date.month."+strconv.Itoa(int(t.Month())))
	if year {
		s += nbsp + strconv.Itoa(t.Year())
	}
	return s
}

func (l Language) dateTime(t time.Time) string { return l.date(t, true) + ", " + t.Format("15:04") }

// Int writes a whole number in the context's language.
func Int(ctx context.Context, n int64) string { return Lang(ctx).Int(n) }

// Typed writes a plain decimal for an input.
func Typed(ctx context.Context, plain string) string { return Lang(ctx).Typed(plain) }

// Qty writes a quantity in the context's language.
func Qty(ctx context.Context, q qty.Qty) string { return Lang(ctx).Qty(q) }

// Money writes an amount with its currency in the context's language.
func Money(ctx context.Context, m money.Money) string { return Lang(ctx).Money(m) }

// Amount writes an amount without its currency in the context's language.
func Amount(ctx context.Context, m money.Money) string { return Lang(ctx).Amount(m) }

// Span writes a length of time in the context's language.
func Span(ctx context.Context, d time.Duration) string { return Lang(ctx).Span(d) }

// Due writes the time left in the context's language.
func Due(ctx context.Context, left time.Duration) string { return Lang(ctx).Due(left) }

// Date writes the day of t with its year, in the context's zone: "24 лис 2026".
func Date(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return Lang(ctx).date(t.In(Zone(ctx)), true)
}

// Clock writes hours and minutes in the context's zone: "14:00".
func Clock(ctx context.Context, t time.Time) string { return t.In(Zone(ctx)).Format("15:04") }

// ClockSec writes hours, minutes and seconds in the context's zone: "14:00:03".
func ClockSec(ctx context.Context, t time.Time) string { return t.In(Zone(ctx)).Format("15:04:05") }

// DateTime writes day, year and minutes in the context's zone: "24 лис 2026, 14:00".
func DateTime(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return Lang(ctx).dateTime(t.In(Zone(ctx)))
}

// Moment writes t as briefly as now allows: "14:00" today, "учора 14:00", "24 лис 14:00" this year, else the day with its year.
func Moment(ctx context.Context, t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	l := Lang(ctx)
	t, now = t.In(Zone(ctx)), now.In(Zone(ctx))
	clock := t.Format("15:04")
	switch {
	case sameDay(t, now):
		return clock
	case sameDay(t, now.AddDate(0, 0, -1)):
		return l.T("date.yesterday") + " " + clock
	case t.Year() == now.Year():
		return l.date(t, false) + " " + clock
	}
	return l.date(t, true)
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// Ago writes how long t is past: "щойно", "12 хв тому". A moment ahead of now reads "за 12 хв".
func Ago(ctx context.Context, t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	l, d := Lang(ctx), now.Sub(t)
	switch {
	case d > -5*time.Second && d < 5*time.Second:
		return l.T("date.now")
	case d < 0:
		return l.T("date.ahead", "span", -d)
	}
	return l.T("date.ago", "span", d)
}

// Phone writes a number in E.164 in groups that people read aloud: "+380 67 111-22-33", "+48 601 234 567". What is not E.164 is
// returned as it is.
func Phone(e164 string) string {
	d, plus := strings.CutPrefix(e164, "+")
	if !plus || d == "" || strings.Trim(d, "0123456789") != "" {
		return e164
	}
	switch {
	case strings.HasPrefix(d, "380") && len(d) == 12:
		return "+380" + nbsp + d[3:5] + nbsp + d[5:8] + "-" + d[8:10] + "-" + d[10:]
	case strings.HasPrefix(d, "48") && len(d) == 11:
		return "+48" + nbsp + groups(d[2:], 3, nbsp)
	}
	return "+" + groups(d, 3, nbsp)
}

// Code writes a long number in groups from the right: of four for a waybill (12 digits and more), of three for a channel's
// order number. What holds other characters than digits, or is short, is returned as it is.
func Code(s string) string {
	switch {
	case len(s) < 7 || strings.Trim(s, "0123456789") != "":
		return s
	case len(s) < 12:
		return groups(s, 3, nbsp)
	}
	return groups(s, 4, nbsp)
}
