package allegro

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/sim"
	simallegro "github.com/lad-hub/lad/internal/sim/allegro"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	places := map[string]place{
		"":           {api: "https://api.allegro.pl", oauth: "https://allegro.pl", site: "https://allegro.pl", id: "i", secret: "s"},
		"production": {api: "https://api.allegro.pl", oauth: "https://allegro.pl", site: "https://allegro.pl", id: "i", secret: "s"},
		"sandbox": {api: "https://api.allegro.pl.allegrosandbox.pl", oauth: "https://allegro.pl.allegrosandbox.pl",
			site: "https://allegro.pl.allegrosandbox.pl", id: "i", secret: "s"},
	}
	open := func(set map[string]string) (connector.Channel, error) {
		return New().Open(connector.Config{Settings: set, HTTP: http.DefaultClient, Now: time.Now})
	}
	for environment, want := range places {
		ch, err := open(map[string]string{"environment": environment, "client_id": "i", "client_secret": "s"})
		if err != nil {
			t.Fatal(err)
		}
		if got := ch.(*channel).place; got != want {
			t.Errorf("environment %q: %+v, want %+v", environment, got, want)
		}
	}
	for _, set := range []map[string]string{
		{"client_id": "i"}, {"client_secret": "s"}, {"client_id": "i", "client_secret": "s", "environment": "moon"},
		{"client_id": "i", "client_secret": "s", "language": "uk\r\nX: y"},
	} {
		if _, err := open(set); connector.KindOf(err) != connector.KindSettings {
			t.Errorf("%v: %v, want kind settings", set, err)
		}
	}
	ch, err := open(map[string]string{"client_id": "i", "client_secret": "s"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.Check(t.Context()); connector.KindOf(err) != connector.KindAuth {
		t.Errorf("an account that is not connected yet: %v, want kind auth", err)
	}
}

func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	d := New().(connector.Authorizer)
	cfg := st.config()
	delete(cfg.Settings, "access_token")
	delete(cfg.Settings, "refresh_token")
	begin := func() connector.Grant {
		t.Helper()
		g, err := d.BeginAuthorization(t.Context(), cfg)
		if err != nil || g.UserCode == "" || g.URL == "" || g.Every != 5*time.Second || !g.ExpiresAt.Equal(st.clock.Now().Add(time.Hour)) {
			t.Fatalf("grant %+v, error %v", g, err)
		}
		return g
	}
	ask := func(g connector.Grant) (map[string]string, error) {
		st.clock.Advance(20 * time.Second)
		return d.FinishAuthorization(t.Context(), cfg, g)
	}
	g := begin()
	if set, err := ask(g); set != nil || err != nil {
		t.Errorf("nobody has agreed yet: %v, %v", set, err)
	}
	_, err := d.FinishAuthorization(t.Context(), cfg, g)
	st.want(err, connector.KindLimited)
	if got := connector.RetryAfter(err); got != 10*time.Second {
		t.Errorf("asked too often: pause %v, want 10s", got)
	}
	st.shop.Approve(g.UserCode)
	set, err := ask(g)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range set {
		cfg.Settings[k] = v
	}
	if a, err := st.open(cfg).Check(t.Context()); err != nil || a.Name != "lad_sklep" {
		t.Errorf("with the new access: %+v, %v", a, err)
	}
	_, err = ask(g)
	st.want(err, connector.KindAuth, "start again")
	g = begin()
	st.shop.Deny(g.UserCode)
	_, err = ask(g)
	st.want(err, connector.KindAuth, "refused")
	g = begin()
	st.clock.Advance(time.Hour)
	_, err = ask(g)
	st.want(err, connector.KindAuth, "run out")
	cfg.Settings["client_secret"] = "wrong"
	_, err = d.BeginAuthorization(t.Context(), cfg)
	st.want(err, connector.KindAuth, "client ID")
}

func TestMissingRights(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{Scopes: []string{"profile:read", "orders:write", "sale:offers:read", "sale:offers:write"}}, nil)
	d := New().(connector.Authorizer)
	g, err := d.BeginAuthorization(t.Context(), st.config())
	if err != nil {
		t.Fatal(err)
	}
	st.shop.Approve(g.UserCode)
	_, err = d.FinishAuthorization(t.Context(), st.config(), g)
	st.want(err, connector.KindAuth, "orders:read")
	if _, err := st.ch.Check(t.Context()); err != nil {
		t.Errorf("Check needs the profile only: %v", err)
	}
	_, err = st.ch.PullOrders(t.Context(), "")
	st.want(err, connector.KindDenied, "all rights", "orders:read")
	_, err = st.ch.ListFees(t.Context(), "")
	st.want(err, connector.KindDenied, "billing:read")
}

func TestRefreshTokenIsKeptBeforeUse(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	cfg := st.config()
	var before int
	cfg.Keep = func(ctx context.Context, changed map[string]string) error {
		before = st.count("GET /me")
		return st.keep(ctx, changed)
	}
	ch := st.open(cfg)
	st.clock.Advance(12 * time.Hour)
	if _, err := ch.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(st.kept) != 1 || before != 1 || st.count("GET /me") != 2 || st.kept[0]["refresh_token"] == st.set["refresh_token"] {
		t.Errorf("kept %d times, after %d of %d requests, want once, between two", len(st.kept), before, st.count("GET /me"))
	}
	for k, v := range st.kept[0] {
		cfg.Settings[k] = v
	}
	for range 3 { // each with the token that the one before has left
		st.clock.Advance(12 * time.Hour)
		if _, err := st.open(cfg).Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		for k, v := range st.kept[len(st.kept)-1] {
			cfg.Settings[k] = v
		}
	}
}

func TestKeepFails(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	cfg := st.config()
	caller, leave := context.WithCancel(t.Context())
	fails := true
	cfg.Keep = func(ctx context.Context, changed map[string]string) error {
		if leave(); ctx.Err() != nil {
			t.Error("a spent token is to be stored even when the caller has gone")
		}
		if fails {
			return errors.New("disk full")
		}
		return st.keep(ctx, changed)
	}
	ch := st.open(cfg)
	st.shop.Faults().Set(sim.ExpireTokens, sim.Rule{})
	_, err := ch.Check(caller)
	st.want(err, connector.KindTransient, "stored")
	_, err = ch.Check(t.Context())
	st.want(err, connector.KindTransient, "stored")
	fails = false
	st.clock.Advance(5 * time.Minute) // the spent token can not be repeated any more
	if _, err := ch.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := st.count("POST /auth/oauth/token"); n != 1 || st.count("GET /me") != 2 {
		t.Errorf("%d renewals and %d calls, want one renewal and two calls", n, st.count("GET /me"))
	}
}

func TestNothingIsSpentWithoutKeep(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	cfg := st.config()
	cfg.Keep = nil
	st.shop.Faults().Set(sim.ExpireTokens, sim.Rule{})
	_, err := st.open(cfg).Check(t.Context())
	st.want(err, connector.KindAuth, "connect it again")
	if n := st.count("POST /auth/oauth/token"); n != 0 {
		t.Errorf("%d renewals", n)
	}
}

func TestAccessRevoked(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	st.shop.Revoke()
	_, err := st.ch.PullOrders(t.Context(), "")
	st.want(err, connector.KindAuth, "connect the account again")
	err = st.ch.PushStatus(t.Context(), connector.StatusChange{OrderID: "5d0c9e10-7a11-11f1-9c52-000000000001", From: "NEW", To: "SENT"})
	st.want(err, connector.KindAuth)
	if len(st.kept) > 0 {
		t.Errorf("kept %v", st.kept)
	}
}

// Allegro's own words about a refused refresh token repeat the token.
func TestRefusalHidesTheToken(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/auth/oauth/token" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"Invalid refresh token: `+r.FormValue("refresh_token")+`"}`)
		})
	})
	_, err := st.ch.Check(t.Context())
	st.want(err, connector.KindAuth)
}

func TestShopMoved(t *testing.T) {
	t.Parallel()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	cases := map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.com/", http.StatusMovedPermanently)
		},
		"web page 404": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			_, _ = io.WriteString(w, "<html>gone</html>")
		},
	}
	for name, h := range cases {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		ch, err := New().Open(connector.Config{HTTP: client, Now: time.Now, Settings: map[string]string{
			"client_id": "i", "client_secret": "s", "access_token": "t", "base_url": srv.URL,
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, check := ch.Check(t.Context())
		_, pull := ch.(connector.OrderSource).PullOrders(t.Context(), "")
		_, read := ch.(connector.OrderSource).ReadOrders(t.Context(), []string{"5d0c9e10-7a11-11f1-9c52-000000000001"})
		if diff := cmp.Diff([]connector.Kind{connector.KindSettings, connector.KindSettings, connector.KindSettings},
			[]connector.Kind{connector.KindOf(check), connector.KindOf(pull), connector.KindOf(read)}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What the API is told with every call besides the media type, which the simulator insists on.
func TestHeaders(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	st.shop.OnRequest(func(r *http.Request, _ time.Time) {
		if r.Header.Get("Accept-Language") != "pl-PL" || r.Header.Get("User-Agent") != userAgent {
			t.Errorf("headers %v", r.Header)
		}
	})
	cfg := st.config()
	cfg.Settings["language"] = "pl-PL"
	if _, err := st.open(cfg).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// Allegro's support asks for the number of a refused request, which is logged, and nothing of the request itself.
func TestRefusalIsTraced(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	var log strings.Builder
	cfg := st.config()
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	const id = "5d0c9e10-7a11-11f1-9c52-000000000009"
	if raws, err := st.open(cfg).ReadOrders(t.Context(), []string{id}); err != nil || len(raws) > 0 {
		t.Errorf("%d orders, error %v", len(raws), err)
	}
	if text := log.String(); !strings.Contains(text, "status=404 trace=trace-") || strings.Contains(text, id) || strings.Contains(text, st.set["access_token"]) {
		t.Errorf("log %q", text)
	}
}

// An application that asks too often is shut out for about a minute, which Allegro does not say.
func TestBlockedForAMinute(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	})
	_, err := st.ch.Check(t.Context())
	st.want(err, connector.KindLimited)
	if got := connector.RetryAfter(err); got != time.Minute {
		t.Errorf("pause %v, want a minute", got)
	}
}
