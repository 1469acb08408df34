package catalog_test

import (
	"testing"

	"github.com/lad-hub/lad/internal/catalog"
)

func TestLikeness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"Генератор бензиновий Könner KS 3000", "Генератор бензиновий Konner KS 3000", true},
		{"Генератор бензиновый Konner KS3000 черный", "Генератор бензиновий Konner KS3000", true},
		{"Generator Konner KS 3000", "Генератор Коннер KS 3000", true},
		{"Agregat prądotwórczy KS 3000", "Agregat pradotworczy KS 3000 czarny", true},
		{"Футболка чорна XL", "Футболка чорна M", false},
		{"Павербанк 20000 mAh", "Павербанк 10000 mAh", false},
		{"Чайник", "Генератор", false},
		{"", "", false},
	} {
		if got := catalog.Likeness(c.a, c.b); (got >= 700_000) != c.alike {
			t.Errorf("%q and %q: %d", c.a, c.b, got)
		}
		if catalog.Likeness(c.a, c.b) != catalog.Likeness(c.b, c.a) {
			t.Errorf("%q and %q: likeness has a direction", c.a, c.b)
		}
	}
}
