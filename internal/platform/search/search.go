// Package search folds text so that people find things the way they type them: without case, accents, apostrophes, and with
// Ukrainian, Russian and Polish letters that sound alike brought together.
package search

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// same brings letters together that people type for one another.
var same = strings.NewReplacer("ґ", "г", "ё", "е", "є", "е", "ї", "і", "ы", "и", "э", "е", "ъ", "", "ł", "l", "’", "", "'", "", "ʼ", "", "`", "")

// Fold is the form in which text is stored for search and compared: lower case, no accents, no apostrophes.
func Fold(s string) string {
	s = same.Replace(strings.ToLower(s))
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r == '\u0306': // й = и + breve: another letter, not an accent
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// Words are the distinct folded words of the texts, each at least two characters, for an index of word beginnings.
func Words(texts ...string) []string {
	var out []string
	for _, t := range texts {
		for _, w := range strings.FieldsFunc(Fold(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len([]rune(w)) >= 2 {
				out = append(out, w)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// PrefixRange is the half-open range [from, to) of strings that begin with prefix, for a portable index range scan.
func PrefixRange(prefix string) (from, to string) { return prefix, prefix + "\U0010FFFF" }
