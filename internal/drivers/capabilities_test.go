package drivers_test

import (
	"context"
	"slices"
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers"
)

func TestCapabilities(t *testing.T) {
	t.Parallel()
	for _, d := range drivers.All() {
		can, err := drivers.Capabilities(d)
		if err != nil {
			t.Errorf("%s: %v", d.Info().Name, err)
		}
		names := namesOf(can)
		if !slices.Contains(names, "orders") && !slices.Contains(names, "stock") {
			t.Errorf("%s can %v: neither orders nor stock", d.Info().Name, names)
		}
	}
	prom, _ := drivers.ByName("prom")
	can, err := drivers.Capabilities(prom)
	if want := []string{"orders", "offers", "stock", "price", "status", "tracking", "dictionary"}; err != nil || !slices.Equal(namesOf(can), want) {
		t.Errorf("prom can %v, error %v, want %v", namesOf(can), err, want)
	}
	allegro, _ := drivers.ByName("allegro")
	if can, _ = drivers.Capabilities(allegro); !slices.Contains(namesOf(can), "authorisation") || !slices.Contains(namesOf(can), "fees") {
		t.Errorf("allegro can %v, want fees and authorisation too", namesOf(can))
	}
}

func namesOf(can []drivers.Capability) (names []string) {
	for _, c := range can {
		names = append(names, c.Name)
	}
	return names
}

// picky asks for things one after the other, as a form does, and tries to reach its outside at once.
type picky struct{ never string }

func (picky) Info() connector.Info {
	return connector.Info{Name: "picky", Settings: []connector.Setting{
		{Key: "base_url", Required: true}, {Key: "address"}, {Key: "currency", Required: true}, {Key: "language", Default: "eo"}, {Key: "hopeless"},
	}}
}

func (p picky) Open(cfg connector.Config) (connector.Channel, error) {
	for _, want := range [][2]string{
		{"base_url", "https://shop.example.com"}, {"address", "https://shop.example.com"}, {"currency", "UAH"}, {"language", "uk-UA"}, {"hopeless", p.never},
	} {
		if cfg.Settings[want[0]] != want[1] {
			return nil, connector.Errorf(connector.KindSettings, "%s: want something else", want[0])
		}
	}
	if _, err := cfg.HTTP.Get("https://shop.example.com"); err == nil {
		return nil, connector.Errorf(connector.KindSettings, "base_url: somebody answers")
	}
	return p, nil
}

func (picky) Check(context.Context) (connector.Account, error) { return connector.Account{}, nil }

// empty opens nothing and says nothing.
type empty struct{ picky }

func (empty) Open(connector.Config) (connector.Channel, error) { return nil, nil }

func TestOpenMadeUp(t *testing.T) {
	t.Parallel()
	if _, err := drivers.OpenMadeUp(picky{}); err != nil {
		t.Errorf("a form that takes common values: %v", err)
	}
	if _, err := drivers.OpenMadeUp(picky{never: "an own word"}); connector.KindOf(err) != connector.KindSettings {
		t.Errorf("a form that takes none of the values: error %v, want kind settings", err)
	}
	if _, err := drivers.Capabilities(empty{}); err == nil {
		t.Error("a driver that gives no channel can do something")
	}
}

func TestCapabilityNames(t *testing.T) {
	t.Parallel()
	for _, c := range drivers.Known() {
		if c.Name == "authorisation" {
			if want := []string{"BeginAuthorization", "FinishAuthorization"}; !slices.Equal(c.Methods(), want) || c.Interface() != "Authorizer" {
				t.Errorf("%s: interface %s, methods %v, want %v", c.Name, c.Interface(), c.Methods(), want)
			}
		}
		if len(c.Methods()) == 0 || c.Interface() == "" {
			t.Errorf("%s: interface %q, methods %v", c.Name, c.Interface(), c.Methods())
		}
	}
}
