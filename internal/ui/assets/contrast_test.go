package assets

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// luminance is the relative luminance of "#rrggbb" by WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("colour %q: %v", hex, err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

var (
	tokenLine = regexp.MustCompile(`--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`)
	hueLine   = regexp.MustCompile(`\.(hue-\d) \{ background: (#[0-9a-f]{6});`)
)

// TestContrast: every colour that text is written in holds 4.5 : 1 on every ground it stands on, in light and dark; --ink-3,
// which outlines controls, holds 3 : 1.
func TestContrast(t *testing.T) {
	t.Parallel()
	tokens := map[string][2]string{}
	for _, m := range tokenLine.FindAllStringSubmatch(string(byName["tokens.css"].body), -1) {
		tokens[m[1]] = [2]string{m[2], m[3]}
	}
	check := func(fg, bg string, least float64) {
		for i, theme := range []string{"light", "dark"} {
			f, g := tokens[fg][i], tokens[bg][i]
			if f == "" || g == "" {
				t.Fatalf("no token %q or %q", fg, bg)
			}
			if c := contrast(t, f, g); c < least {
				t.Errorf("%s: --%s on --%s is %.2f : 1, want %.1f", theme, fg, bg, c, least)
			}
		}
	}
	for _, fg := range []string{"ink", "ink-2", "accent", "ok", "warn", "bad", "info"} {
		for _, bg := range []string{"ground", "surface", "raised", "accent-soft"} {
			check(fg, bg, 4.5)
		}
	}
	for _, tone := range []string{"ok", "warn", "bad", "info"} {
		check(tone, tone+"-soft", 4.5)
		check("ink", tone+"-soft", 4.5)
	}
	check("accent-ink", "accent", 4.5)
	check("surface", "bad", 4.5)
	for _, bg := range []string{"ground", "surface", "raised"} {
		check("ink-3", bg, 3)
	}
	hues := hueLine.FindAllStringSubmatch(string(byName["app.css"].body), -1)
	if len(hues) != 8 {
		t.Errorf("%d hues of channel marks, want 8", len(hues))
	}
	for _, m := range hues {
		if c := contrast(t, "#ffffff", m[2]); c < 4.5 {
			t.Errorf("white on %s is %.2f : 1", m[1], c)
		}
	}
}
