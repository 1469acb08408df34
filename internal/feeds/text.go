package feeds

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tidy makes one line of a text: what XML forbids and what cannot be seen goes, runs of spaces become one.
func tidy(s string) string {
	if isTidy(s) { // as most texts are, a dozen times per offer
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !allowed(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

func isTidy(s string) bool {
	before := ' '
	for i, r := range s {
		switch {
		case r == ' ' && before == ' ', r != ' ' && unicode.IsSpace(r), !allowed(r), r > '~' && unicode.Is(unicode.Cf, r):
			return false
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			return false
		}
		before = r
	}
	return s == "" || before != ' '
}

// allowed says whether XML 1.0 has a place for a character.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= unicode.MaxRune
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// escape writes a text for an element or an attribute.
func escape(s string) string { return entities.Replace(tidy(s)) }

// cut shortens a text to so many characters, at a space when there is one in the second half.
func cut(s string, most int) string {
	if most <= 0 || utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)[:most]
	head := string(r)
	if i := strings.LastIndexByte(head, ' '); i > len(head)/2 {
		head = head[:i]
	}
	return strings.TrimRight(head, " ,.;:-–")
}

// address is an absolute web address in ASCII; empty when s is none.
func address(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	u, err := url.Parse(b.String())
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsFunc(u.Host, func(r rune) bool { return r > '~' || r == '%' }) || b.Len() > 2000 {
		return ""
	}
	return b.String()
}

// placeholders are what a pattern may hold.
var placeholders = []string{"code", "id", "name", "brand", "barcode"}

// patternOK says whether every brace of a pattern belongs to a placeholder, and for an address whether it makes one.
func patternOK(p string, asAddress bool) bool {
	if !within(p, 0, maxPattern) {
		return false
	}
	bare := p
	for _, name := range placeholders {
		bare = strings.ReplaceAll(bare, "{"+name+"}", "1")
	}
	return !strings.ContainsAny(bare, "{}") && (!asAddress || p == "" || address(bare) != "")
}

// fillAddress puts an item into the pattern of an address; empty when the item lacks what the pattern asks for.
func fillAddress(pattern string, values map[string]string) string {
	for _, name := range placeholders {
		hole := "{" + name + "}"
		if !strings.Contains(pattern, hole) {
			continue
		}
		if values[name] == "" {
			return ""
		}
		pattern = strings.ReplaceAll(pattern, hole, strings.ReplaceAll(url.QueryEscape(values[name]), "+", "%20"))
	}
	return address(pattern)
}

// fillText puts an item into the pattern of a text; what the item lacks is nothing.
func fillText(pattern string, values map[string]string) string {
	var b strings.Builder
	for pattern != "" {
		text, rest, found := strings.Cut(pattern, "{")
		b.WriteString(text)
		if !found {
			break
		}
		name, rest, _ := strings.Cut(rest, "}")
		b.WriteString(values[name])
		pattern = rest
	}
	return tidy(b.String())
}

// gtin is the first of the barcodes that is one by its length and check digit.
func gtin(barcodes []string) string {
	for _, b := range barcodes {
		switch len(b) {
		case 8, 12, 13, 14:
			if strings.Trim(b, "0123456789") == "" && checkDigit(b) {
				return b
			}
		}
	}
	return ""
}

// checkDigit verifies the last digit: weights 3 and 1 from the right, the sum a multiple of ten.
func checkDigit(b string) bool {
	sum := 0
	for i := range len(b) {
		d := int(b[len(b)-1-i] - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}
