package replay

import (
	"strconv"
	"strings"
	"time"
)

// Bounds of what a channel can carry: a quantity in pieces, a price in hundred-thousandths, a code in bytes.
const (
	maxQuantity = 1_000_000
	maxPrice    = 1_000_000 * unit
	maxCode     = 50
)

// penny is the least price a channel can show.
const penny = unit / 100

// Line is one line of the file. A number that can not be read counts as 0 everywhere.
type Line struct {
	No       int64 // records from the top, the heading is 1
	Invoice  string
	Code     string // in upper case: 15056BL and 15056bl are one SKU
	Title    string
	Quantity int64
	At       time.Time
	Price    int64 // hundred-thousandths
	Customer string
	Country  string
	Fault    string // why the line can not be read, "" when it can
}

// value is the line's revenue in hundred-thousandths.
func (l *Line) value() int64 { return l.Quantity * l.Price }

// minor is the price as a channel can show it, in kopiykas, rounded half up.
func (l *Line) minor() int64 { return (l.Price + perMinor/2) / perMinor }

// cancels says whether the line belongs to a cancellation.
func (l *Line) cancels() bool { return strings.HasPrefix(l.Invoice, "C") }

func parseLine(no int64, t []string, zone *time.Location) *Line {
	l := &Line{
		No: no, Invoice: strings.ToUpper(t[0]), Code: strings.ToUpper(strings.Join(strings.Fields(t[1]), " ")),
		Title: t[2], Customer: t[6], Country: t[7],
	}
	var ok [3]bool
	l.Quantity, ok[0] = parseWhole(t[3])
	l.At, ok[1] = parseTime(t[4], zone)
	l.Price, ok[2] = parsePrice(t[5])
	switch {
	case !ok[0]:
		l.Fault = "quantity is not a whole number in range"
	case !ok[1]:
		l.Fault = "time can not be read"
	case !ok[2]:
		l.Fault = "price can not be read"
	}
	return l
}

func parseWhole(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > maxQuantity || n < -maxQuantity {
		return 0, false
	}
	return n, true
}

// parsePrice reads a decimal number with at most five places, exactly.
func parsePrice(text string) (int64, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, places, _ := strings.Cut(digits, ".")
	if len(places) > priceDigits {
		if strings.Trim(places[priceDigits:], "0") != "" {
			return 0, false
		}
		places = places[:priceDigits]
	}
	n, err := strconv.ParseUint(whole+places+strings.Repeat("0", priceDigits-len(places)), 10, 63)
	if err != nil || whole == "" || n > maxPrice {
		return 0, false
	}
	if negative {
		return -int64(n), true
	}
	return int64(n), true
}

// parseTime reads a British wall clock: the file tells no zone.
func parseTime(text string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "1/2/2006 15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil && at.Year() >= 1990 && at.Year() < 2100 {
			return at, true
		}
	}
	return time.Time{}, false
}

// entries are stock codes of the bookkeeping: no goods stand behind them.
var entries = map[string]string{
	"POST":         "not goods: POST, postage",
	"DOT":          "not goods: DOT, postage of another site",
	"C2":           "not goods: C2, carriage",
	"M":            "not goods: M, entered by hand",
	"D":            "not goods: D, discount",
	"S":            "not goods: S, samples",
	"B":            "not goods: B, bad debt",
	"BANK CHARGES": "not goods: BANK CHARGES",
	"AMAZONFEE":    "not goods: AMAZONFEE, a marketplace's fee",
	"CRUK":         "not goods: CRUK, a charity's share",
}

// judge says why a line is set aside; "" when it is played.
func judge(l *Line) string {
	number, cancel := strings.CutPrefix(l.Invoice, "C")
	switch {
	case l.Fault != "":
		return l.Fault
	case l.Invoice == "":
		return "no invoice number"
	case strings.HasPrefix(l.Invoice, "A"):
		return "A-invoice: bad debt"
	case strings.Trim(number, "0123456789") != "" || number == "" || len(number) > 15:
		return "invoice number of an unknown kind"
	case l.Code == "":
		return "no stock code"
	case len(l.Code) > maxCode:
		return "stock code is too long"
	case l.Quantity == 0:
		return "zero quantity"
	case l.Quantity < 0 && !cancel:
		return "quantity below zero outside a cancellation"
	case l.Quantity > 0 && cancel:
		return "quantity above zero in a cancellation"
	}
	if reason := notGoods(l.Code); reason != "" {
		return reason
	}
	switch {
	case l.Price < 0:
		return "negative price"
	case l.Price == 0:
		return "zero price"
	case l.Price < penny:
		return "price below a penny"
	}
	return ""
}

// notGoods says what a code without goods is. A code without digits is no article, except for two families of real ones.
func notGoods(code string) string {
	if reason := entries[code]; reason != "" {
		return reason
	}
	switch {
	case strings.HasPrefix(code, "GIFT_"):
		return "not goods: gift voucher"
	case strings.HasPrefix(code, "DCGS") || code == "PADS":
		return ""
	case !strings.ContainsAny(code, "0123456789"):
		return "not goods: code without digits"
	}
	return ""
}
