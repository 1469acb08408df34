package sheet

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Errors of numbers. They are reasons for a person, so each is its own.
var (
	ErrNumber = errors.New("sheet: not a number")
	// ErrScientific is a number that a spreadsheet has shortened, such as 4,82E+12: its last digits are lost.
	ErrScientific = errors.New("sheet: a shortened number has lost its digits")
	// ErrAmbiguous is a number such as 1,890 of which nobody can say whether it is 1890 or 1.89.
	ErrAmbiguous = errors.New("sheet: thousands or decimals")
)

var scientific = regexp.MustCompile(`^[+-]?\d([.,]\d+)?[eEеЕ]\+\d{1,3}$`)

// Scientific says whether a text is a number in the form to which spreadsheets shorten long codes and barcodes.
func Scientific(s string) bool { return scientific.MatchString(s) }

// Number is a plain decimal read from a cell.
type Number struct {
	// Decimal is the number with a point and without anything else: "1890.50", "-3".
	Decimal string
	// Unit is what stood before or after it: "грн", "zł", "$", "kg"; empty for none.
	Unit string
}

// ParseNumber reads a number as people in our countries write it: "1 890,50 грн" with any kind of space, "1.890,50",
// "1,890.50", "1'890", "$5". decimals is how many digits after the point make sense for what is read; a single separator
// followed by exactly three digits is ErrAmbiguous when that is fewer than three.
func ParseNumber(s string, decimals int) (Number, error) {
	digits, unit := split(Clean(s))
	if Scientific(strings.TrimSpace(s)) {
		return Number{}, ErrScientific
	}
	neg := strings.HasPrefix(digits, "-") || strings.HasPrefix(digits, "−")
	digits = strings.TrimLeft(digits, "+-−")
	if digits == "" || len(digits) > 64 {
		return Number{}, ErrNumber
	}
	decimal, err := point(digits, decimals)
	if err != nil {
		return Number{}, err
	}
	whole, frac, _ := strings.Cut(decimal, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	decimal = whole
	if frac != "" {
		decimal += "." + frac
	}
	if neg && strings.Trim(decimal, "0.") != "" {
		decimal = "-" + decimal
	}
	return Number{Decimal: decimal, Unit: unit}, nil
}

// split parts the digits with their separators from the unit around them.
func split(s string) (digits, unit string) {
	from := strings.IndexFunc(s, isDigit)
	if from < 0 {
		return "", s
	}
	to := strings.LastIndexFunc(s, isDigit) + 1
	before, after := s[:from], s[to:]
	for _, sign := range []string{"-", "−", "+"} {
		if rest, ok := strings.CutSuffix(strings.TrimSpace(before), sign); ok {
			before, s = rest, strings.TrimSpace(sign+s[from:to])
			return s, strings.Trim(before+" "+after, " .")
		}
	}
	return s[from:to], strings.Trim(before+" "+after, " .")
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// point finds the decimal point among the separators and takes the others away.
func point(s string, decimals int) (string, error) {
	var b strings.Builder
	var marks []rune
	for _, r := range s {
		switch {
		case isDigit(r):
			b.WriteRune(r)
		case r == '.' || r == ',':
			marks = append(marks, r)
			b.WriteRune(r)
		case unicode.IsSpace(r) || r == '\'' || r == '’':
			// groups of thousands
		default:
			return "", ErrNumber
		}
	}
	text := b.String()
	if len(marks) == 0 {
		return text, nil
	}
	last := marks[len(marks)-1]
	at := strings.LastIndexByte(text, byte(last))
	whole, frac := text[:at], text[at+1:]
	same := strings.Count(text, string(last)) > 1
	switch {
	case same && len(marks) != strings.Count(text, string(last)):
		return "", ErrNumber
	case same:
		return groups(text, string(last))
	case len(marks) > 1:
		w, err := groups(whole, string(marks[0]))
		return w + "." + frac, err
	case len(frac) == 3 && decimals < 3 && whole != "" && len(whole) <= 3 && strings.Trim(whole, "0") != "":
		return "", ErrAmbiguous
	case whole == "" || frac == "":
		return "", ErrNumber
	}
	return exact(whole, frac), nil
}

// exact rounds what a spreadsheet computed in binary: 19.989999999999998 was 19.99. Fifteen digits are what such a number
// holds.
func exact(whole, frac string) string {
	text := whole + "." + frac
	if len(whole)+len(frac) <= 15 {
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	text = strconv.FormatFloat(f, 'f', max(1, 15-len(whole)), 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// groups takes the separators of thousands away; every group but the first must have three digits.
func groups(s, mark string) (string, error) {
	parts := strings.Split(s, mark)
	for i, p := range parts {
		if i > 0 && len(p) != 3 || i == 0 && (p == "" || len(p) > 3) || strings.Trim(p, "0123456789") != "" {
			return "", ErrNumber
		}
	}
	return strings.Join(parts, ""), nil
}
