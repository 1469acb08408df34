package wire

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

// signs are the ways people write the currencies that Lad counts in.
var signs = map[string]money.Currency{
	"грн": money.UAH, "₴": money.UAH, "гривень": money.UAH, "гривня": money.UAH, "гривні": money.UAH, "uah": money.UAH, "hrn": money.UAH,
	"zł": money.PLN, "zl": money.PLN, "pln": money.PLN, "€": money.EUR, "eur": money.EUR, "євро": money.EUR,
	"$": money.USD, "usd": money.USD, "£": money.GBP, "gbp": money.GBP, "₸": "KZT", "тг": "KZT", "kzt": "KZT",
}

// Amount reads money as a channel writes it: 740, "740.00", "1 890,50 грн" with any kind of space. What it names as
// currency wins over fallback; a currency that Lad does not know, or an amount that could be read in two ways ("1,890"), is
// an error. Digits beyond the currency's precision come from floats and are rounded half away from zero.
func Amount(t Text, fallback money.Currency) (money.Money, error) {
	number, unit := split(string(t))
	cur := fallback
	if unit != "" {
		var ok bool
		if cur, ok = signs[unit]; !ok {
			var err error
			if cur, err = money.ParseCurrency(unit); err != nil {
				return money.Money{}, err
			}
		}
	}
	decimal, err := point(number)
	if err != nil {
		return money.Money{}, err
	}
	m, err := money.Parse(decimal, cur)
	if err == nil || !isDecimal(decimal) {
		return m, err
	}
	f, ferr := strconv.ParseFloat(decimal, 64)
	if ferr != nil || math.Abs(f) > money.Max/100 {
		return money.Money{}, money.ErrRange
	}
	return money.FromFloat(f, cur)
}

// split takes the spaces out and separates the digits from the words around them.
func split(s string) (number, unit string) {
	var n, u strings.Builder
	for i, r := range s {
		switch {
		case unicode.IsSpace(r), r == '\u2009', r == '\u200b', r == '\'', r == '’':
		case r >= '0' && r <= '9', r == ',', r == '-', r == '−':
			if r == '−' {
				r = '-'
			}
			n.WriteRune(r)
		case r == '.': // a decimal point, unless it ends a word such as "грн."
			if i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
				n.WriteRune(r)
			}
		default:
			u.WriteRune(unicode.ToLower(r))
		}
	}
	return n.String(), u.String()
}

// point makes the decimal separator a point. With both kinds present the last one is the separator; a lone comma before
// three digits could be either, and is refused.
func point(s string) (string, error) {
	comma, dot := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
	switch {
	case comma < 0 && strings.Count(s, ".") <= 1, s == "":
		return s, nil
	case comma < 0, dot < 0 && strings.Count(s, ",") > 1:
		return "", fmt.Errorf("%w: %q", money.ErrSyntax, s)
	case dot < 0:
		if len(s)-comma == 4 {
			return "", fmt.Errorf("%w: %q can be read in two ways", money.ErrSyntax, s)
		}
		return strings.Replace(s, ",", ".", 1), nil
	case dot > comma:
		return strings.ReplaceAll(s, ",", ""), nil
	default:
		return strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1), nil
	}
}

func isDecimal(s string) bool {
	whole, frac, dotted := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return digitsOnly(whole) && (!dotted || digitsOnly(frac))
}

// Currency reads an order's currency code; an empty one is fallback, an unknown one a KindData error.
func Currency(t Text, fallback money.Currency) (money.Currency, *connector.Error) {
	if t == "" {
		return fallback, nil
	}
	if c, ok := signs[strings.ToLower(strings.TrimRight(string(t), "."))]; ok {
		return c, nil
	}
	c, err := money.ParseCurrency(string(t))
	if err != nil {
		return "", connector.Errorf(connector.KindData, "currency %q is not known", string(t))
	}
	return c, nil
}

// Line is the part of an order line that every channel writes the same way.
type Line struct {
	Label    string // for error words: the title, else the id
	Quantity Text
	Price    Text // of one unit
	Total    Text // of the line
	Currency money.Currency
	// Free lines take stock but no money.
	Free bool
}

// Figures reads quantity, unit price and total: the one of price and total that is missing is computed from the other. A
// quantity that is not positive or has more than three decimals, a negative amount, or a line without any amount is a
// KindData error.
func (l Line) Figures() (q connector.Qty, price, total money.Money, e *connector.Error) {
	bad := func(format string, args ...any) *connector.Error {
		return connector.Errorf(connector.KindData, "line “"+strings.ReplaceAll(Clip(l.Label), "%", "%%")+"”: "+format, args...)
	}
	q, err := l.Quantity.Quantity()
	if err != nil || q <= 0 {
		return 0, price, total, bad("quantity %q is not a positive number", string(l.Quantity))
	}
	price, total = money.New(0, l.Currency), money.New(0, l.Currency)
	if l.Free {
		return q, price, total, nil
	}
	if l.Price == "" && l.Total == "" {
		return 0, price, total, bad("no price")
	}
	if l.Price != "" {
		if price, err = Amount(l.Price, l.Currency); err != nil || price.Minor < 0 {
			return 0, price, total, bad("price %q can not be read", string(l.Price))
		}
		if total, err = price.MulDiv(int64(q), 1000); err != nil {
			return 0, price, total, bad("price × quantity is out of range")
		}
	}
	if l.Total != "" {
		if total, err = Amount(l.Total, l.Currency); err != nil || total.Minor < 0 {
			return 0, price, total, bad("total %q can not be read", string(l.Total))
		}
	}
	if l.Price == "" {
		if price, err = total.MulDiv(1000, int64(q)); err != nil {
			return 0, price, total, bad("total / quantity is out of range")
		}
	}
	if price.Currency != total.Currency {
		return 0, price, total, bad("price is in %s and total in %s", price.Currency, total.Currency)
	}
	return q, price, total, nil
}

// Total reads the order's total; without one it is the sum of the lines that are not removed.
func Total(t Text, cur money.Currency, lines []connector.Line) (money.Money, *connector.Error) {
	if t != "" {
		m, err := Amount(t, cur)
		if err != nil || m.Minor < 0 {
			return m, connector.Errorf(connector.KindData, "order total %q can not be read", string(t))
		}
		return m, nil
	}
	sum := money.New(0, cur)
	for _, l := range lines {
		if l.Removed {
			continue
		}
		var err error
		if sum, err = sum.Add(l.Total); err != nil {
			return sum, &connector.Error{Kind: connector.KindData, Message: "lines can not be added up", Cause: err}
		}
	}
	return sum, nil
}

// Optional reads an amount that an order can do without; what can not be read is no amount.
func Optional(t Text, cur money.Currency) money.Money {
	if t == "" {
		return money.Money{}
	}
	m, err := Amount(t, cur)
	if err != nil || m.Minor < 0 {
		return money.Money{}
	}
	return m
}
