package i18n

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"
)

// needed lists the plural forms that whole and broken numbers can ask for.
var needed = map[Language][]plural.Form{
	Ukrainian: {plural.One, plural.Few, plural.Many, plural.Other},
	Polish:    {plural.One, plural.Few, plural.Many, plural.Other},
	Russian:   {plural.One, plural.Few, plural.Many, plural.Other},
	English:   {plural.One, plural.Other},
}

func TestNoKeyTwice(t *testing.T) {
	t.Parallel()
	for _, s := range embedded.twice {
		t.Error(s)
	}
}

func TestSameKeys(t *testing.T) {
	t.Parallel()
	for _, l := range Languages() {
		for key := range embedded.texts[Ukrainian] {
			if !embedded.has(l, key) {
				t.Errorf("%s lacks %q", l, key)
			}
		}
		for key := range embedded.texts[l] {
			if !embedded.has(Ukrainian, key) {
				t.Errorf("%s has %q, which Ukrainian lacks", l, key)
			}
			if a, b := embedded.area[l][key], embedded.area[Ukrainian][key]; b != "" && a != b {
				t.Errorf("%q is in area %q in %s, in %q in Ukrainian", key, a, l, b)
			}
		}
	}
}

// names are the placeholders of a pattern, each once.
func names(p pattern) []string {
	set := map[string]bool{}
	for _, piece := range p {
		if piece.name != "" {
			set[piece.name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func TestSamePlaceholders(t *testing.T) {
	t.Parallel()
	for key, base := range embedded.texts[Ukrainian] {
		want := names(base.forms[plural.Other])
		for _, l := range Languages() {
			for form, p := range embedded.texts[l][key].forms {
				if diff := cmp.Diff(want, names(p)); diff != "" {
					t.Errorf("%s %q form %v: placeholders differ from Ukrainian: %s", l, key, form, diff)
				}
			}
		}
	}
}

func TestPluralForms(t *testing.T) {
	t.Parallel()
	for _, l := range Languages() {
		for key, m := range embedded.texts[l] {
			if m.plural != embedded.texts[Ukrainian][key].plural {
				t.Errorf("%s %q is plural in one language only", l, key)
			}
			if !m.plural {
				continue
			}
			for _, form := range needed[l] {
				if _, ok := m.forms[form]; !ok {
					t.Errorf("%s %q lacks plural form %v", l, key, form)
				}
			}
			if len(m.forms) != len(needed[l]) {
				t.Errorf("%s %q has %d plural forms, needs %d", l, key, len(m.forms), len(needed[l]))
			}
		}
	}
}

func TestTextsAreClean(t *testing.T) {
	t.Parallel()
	for _, l := range Languages() {
		for key, m := range embedded.texts[l] {
			for _, p := range m.forms {
				for _, piece := range p {
					if strings.ContainsAny(piece.text, "<>") || strings.Contains(piece.text, "  ") {
						t.Errorf("%s %q holds markup or a double space: %q", l, key, piece.text)
					}
				}
				if len(p) == 0 {
					t.Errorf("%s %q is empty", l, key)
				}
			}
		}
	}
}
