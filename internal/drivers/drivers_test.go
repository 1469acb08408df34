package drivers_test

import (
	"testing"

	"github.com/lad-hub/lad/connector/example"
	"github.com/lad-hub/lad/internal/drivers"
)

func TestNames(t *testing.T) {
	t.Parallel()
	marks := map[string]string{}
	for _, d := range drivers.All() {
		in := d.Info()
		got, ok := drivers.ByName(in.Name)
		if !ok || got.Info().Name != in.Name {
			t.Errorf("driver %q is not found by its name", in.Name)
		}
		if other := marks[in.Mark]; other != "" {
			t.Errorf("drivers %q and %q share the mark %q", other, in.Name, in.Mark)
		}
		marks[in.Mark] = in.Name
	}
	for _, name := range []string{"nobody", example.New().Info().Name} {
		if _, ok := drivers.ByName(name); ok {
			t.Errorf("%s is offered to merchants", name)
		}
	}
}
