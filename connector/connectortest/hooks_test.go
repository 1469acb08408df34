package connectortest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"testing"

	"github.com/lad-hub/lad/connector"
)

// halfway is a driver that can sign in and means to give orders and to take stock and statuses.
type halfway struct {
	connector.OrderSource
	connector.StockSink
	connector.StatusSink
	cfg connector.Config
}

func (halfway) Info() connector.Info {
	return connector.Info{Name: "halfway", Title: "Halfway", Mark: "H", Currency: "UAH", Zone: "UTC",
		Settings: []connector.Setting{
			{Key: "base_url", Title: "connection.field.base_url", Required: true},
			{Key: "token", Title: "connection.field.token", Secret: true, Required: true}}}
}

func (halfway) Open(cfg connector.Config) (connector.Channel, error) {
	u, err := url.Parse(cfg.Settings["base_url"])
	if err != nil || u.Host == "" || cfg.Settings["token"] == "" {
		return nil, connector.Errorf(connector.KindSettings, "base_url and token: required")
	}
	return halfway{cfg: cfg}, nil
}

func (h halfway) Check(ctx context.Context) (connector.Account, error) {
	var said struct{ OK bool }
	key := http.Header{"Authorization": {h.cfg.Settings["token"]}}
	err := connector.SendJSON(ctx, h.cfg.HTTP, "GET", h.cfg.Settings["base_url"], key, nil, &said)
	if err == nil && !said.OK {
		err = connector.Errorf(connector.KindTransient, "no yes")
	}
	return connector.Account{}, err
}

// A driver whose hooks are still missing passes LevelGrowing with what it has: Check, and faults of Check.
func TestLevelGrowing(t *testing.T) {
	t.Parallel()
	Run(t, Subject{Driver: halfway{}, Level: LevelGrowing, New: func(t *testing.T) *Outside {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "right" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			_, _ = w.Write([]byte(`{"ok":true}`))
		}))
		t.Cleanup(srv.Close)
		return &Outside{
			Settings:    map[string]string{"base_url": srv.URL, "token": "right"},
			BadSettings: map[string]string{"base_url": srv.URL, "token": "wrong"},
		}
	}})
}

func TestHooks(t *testing.T) {
	t.Parallel()
	if got, want := Hooks(halfway{}), []string{"AddOffer", "Place", "CancelByBuyer", "Shown", "SetShown", "OrderStatus"}; !slices.Equal(got, want) {
		t.Errorf("hooks %v, want %v", got, want)
	}
	some := &Outside{AddOffer: func(string, connector.Qty) string { return "" }}
	for _, p := range parts {
		lacks := p.lacks(some)
		if slices.Contains(lacks, "AddOffer") {
			t.Errorf("%s: AddOffer is there and called missing", p.capability.Name())
		}
		for _, name := range p.hooks {
			if f, ok := reflect.TypeFor[Outside]().FieldByName(name); !ok || f.Type.Kind() != reflect.Func {
				t.Errorf("%s calls for the hook %s, which Outside does not have", p.capability.Name(), name)
			}
			if name != "AddOffer" && !slices.Contains(lacks, name) {
				t.Errorf("%s: %s is nil and not called missing", p.capability.Name(), name)
			}
		}
	}
}
