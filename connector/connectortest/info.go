package connectortest

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/infocheck"
)

// info checks that the description is whole and agrees with itself.
func (s Subject) info(t *testing.T) {
	t.Parallel()
	in := s.Driver.Info()
	if diff := cmp.Diff(in, s.Driver.Info()); diff != "" {
		t.Errorf("Info changes between calls:\n%s", diff)
	}
	for _, fault := range infocheck.Faults(in) {
		t.Error(fault)
	}
}

// settings checks that Open makes no request and refuses a form that is not filled in.
func (s Subject) settings(t *testing.T) {
	t.Parallel()
	good := s.New(t).Settings
	requests := 0
	client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		requests++
		return nil, http.ErrServerClosed
	})}
	try := func(set map[string]string) error {
		dial := func(context.Context, string, string) (net.Conn, error) {
			requests++
			return nil, net.ErrClosed
		}
		_, err := s.Driver.Open(connector.Config{Settings: set, HTTP: client, Dial: dial, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		return err
	}
	if err := try(maps.Clone(good)); err != nil {
		t.Errorf("good settings: %v", err)
	}
	for _, f := range s.Driver.Info().Settings {
		if f.Required && f.Default == "" {
			set := maps.Clone(good)
			delete(set, f.Key)
			if err := try(set); err == nil || connector.KindOf(err) != connector.KindSettings {
				t.Errorf("without %s: %v, want kind settings", f.Key, err)
			}
		}
		if f.Key == "base_url" {
			set := maps.Clone(good)
			set[f.Key] = "gopher://nowhere at all"
			if err := try(set); err == nil || connector.KindOf(err) != connector.KindSettings {
				t.Errorf("with a broken address: %v, want kind settings", err)
			}
		}
	}
	if requests > 0 {
		t.Errorf("Open made %d requests", requests)
	}
}
