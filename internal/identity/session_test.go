package identity

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// serve runs the service behind a real router: sign-in, who am I, shipping, sign-out.
func (b *bench) serve(proxies ...string) *httptest.Server {
	b.t.Helper()
	p, err := httpx.ParseProxies(proxies)
	if err != nil {
		b.t.Fatal(err)
	}
	rt := httpx.NewRouter(httpx.Config{Log: slog.New(slog.DiscardHandler), Problems: httpx.Problems{Translate: i18n.T}, Authenticate: b.Authenticate, Proxies: p})
	rt.Handle("POST /login", httpx.Public(), func(w http.ResponseWriter, r *http.Request) error {
		in, err := b.Login(r.Context(), LoginInput{Email: r.FormValue("email"), Password: secret.Text(r.FormValue("password")), Client: ClientOf(r)})
		if err == nil {
			SetCookie(w, r, in, b.clock.Now())
		}
		return err
	})
	rt.Handle("POST /logout", httpx.SignedIn(), func(w http.ResponseWriter, r *http.Request) error {
		ClearCookie(w, r)
		return b.SignOut(r.Context(), CookieToken(r))
	})
	rt.Handle("GET /me", httpx.SignedIn(), func(w http.ResponseWriter, r *http.Request) error {
		a := access.From(r.Context())
		_, err := fmt.Fprintf(w, "%s %s %s %s", a, a.Name, i18n.Lang(r.Context()), i18n.Zone(r.Context()))
		return err
	})
	rt.Handle("POST /ship", httpx.Needs(access.OrdersShip), func(http.ResponseWriter, *http.Request) error { return nil })
	srv := httptest.NewServer(rt)
	b.t.Cleanup(srv.Close)
	return srv
}

// ask sends a request and answers status and body; headers are pairs.
func ask(t testing.TB, method, url, form string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func loginForm(email string, password secret.Text) string {
	return "email=" + strings.ReplaceAll(email, "@", "%40") + "&password=" + strings.ReplaceAll(password.Reveal(), " ", "+")
}

func TestSessionOverHTTP(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		owner := b.owner()
		srv := b.serve("127.0.0.1")
		if res, _ := ask(t, "GET", srv.URL+"/me", ""); res.StatusCode != 401 {
			t.Errorf("nobody = %d", res.StatusCode)
		}
		if res, body := ask(t, "POST", srv.URL+"/login", loginForm(ownerEmail, "wrong password"), "Accept-Language", "en"); res.StatusCode != 401 ||
			!strings.Contains(body, "Wrong e-mail or password") || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("wrong password = %d %s", res.StatusCode, body)
		}
		res, _ := ask(t, "POST", srv.URL+"/login", loginForm(ownerEmail, ownerPassword))
		if len(res.Cookies()) != 1 {
			t.Fatalf("cookies %v", res.Cookies())
		}
		plain := res.Cookies()[0]
		got := http.Cookie{Name: plain.Name, Path: plain.Path, HttpOnly: plain.HttpOnly, Secure: plain.Secure, SameSite: plain.SameSite, MaxAge: plain.MaxAge}
		want := http.Cookie{Name: "lad_session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 7 * 24 * 3600}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" || len(plain.Value) != 43 {
			t.Errorf("%s, value of %d", diff, len(plain.Value))
		}
		wantMe := fmt.Sprintf("account:%d Olena uk Europe/Kyiv", owner.ID)
		if res, body := ask(t, "GET", srv.URL+"/me", "", "Cookie", "lad_session="+plain.Value, "Accept-Language", "pl"); res.StatusCode != 200 || body != wantMe {
			t.Errorf("me = %d %s", res.StatusCode, body)
		}
		res, _ = ask(t, "POST", srv.URL+"/login", loginForm(ownerEmail, ownerPassword), "X-Forwarded-Proto", "https")
		if c := res.Cookies()[0]; c.Name != "__Host-lad_session" || !c.Secure {
			t.Errorf("cookie over TLS %v", c)
		}
		if res, _ := ask(t, "POST", srv.URL+"/logout", "", "Cookie", "lad_session="+plain.Value, "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 {
			t.Errorf("another site signs us out: %d", res.StatusCode)
		}
		res, _ = ask(t, "POST", srv.URL+"/logout", "", "Cookie", "lad_session="+plain.Value)
		if c := res.Cookies()[0]; res.StatusCode != 200 || c.MaxAge >= 0 {
			t.Errorf("sign-out %d %v", res.StatusCode, c)
		}
		if res, _ := ask(t, "GET", srv.URL+"/me", "", "Cookie", "lad_session="+plain.Value); res.StatusCode != 401 {
			t.Errorf("after sign-out = %d", res.StatusCode)
		}
		if diff := cmp.Diff([]string{"setup.used", "login.failed", "login.succeeded", "login.succeeded", "session.ended"}, b.kinds(owner.Tenant)); diff != "" {
			t.Error(diff)
		}
	})
}

func (b *bench) alive(token secret.Text) bool {
	b.t.Helper()
	_, err := b.session(context.Background(), digestOf(token.Reveal()))
	if err != nil && !errs.Is(err, errs.Unauthed) {
		b.t.Fatal(err)
	}
	return err == nil
}

// A session that is used lives seven days, one that is not twelve hours.
func TestSessionLife(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		b.owner()
		used, err := b.login(ownerEmail, ownerPassword)
		if err != nil {
			t.Fatal(err)
		}
		idle, err := b.login(ownerEmail, ownerPassword)
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(SessionIdle - time.Minute)
		if !b.alive(used.Token) {
			t.Fatal("ended too early")
		}
		b.clock.Advance(time.Minute)
		if b.alive(idle.Token) || !b.alive(used.Token) {
			t.Fatal("idleness is not what ends a session")
		}
		for b.clock.Now().Before(used.Expires.Add(-10 * time.Hour)) {
			b.clock.Advance(10 * time.Hour)
			if !b.alive(used.Token) {
				t.Fatalf("ended at %v, expires %v", b.clock.Now(), used.Expires)
			}
		}
		b.clock.Advance(used.Expires.Sub(b.clock.Now()))
		if b.alive(used.Token) {
			t.Fatal("lives longer than seven days")
		}
		fresh, err := b.login(ownerEmail, ownerPassword)
		if err != nil {
			t.Fatal(err)
		}
		// The founder's session, the idle and the used one are over.
		if n, err := b.PurgeSessions(context.Background()); err != nil || n != 3 || !b.alive(fresh.Token) {
			t.Fatalf("purged %d, %v", n, err)
		}
	})
}

// The last use is written at most once a minute.
func TestSessionTouch(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		owner := b.owner()
		in, err := b.login(ownerEmail, ownerPassword)
		if err != nil {
			t.Fatal(err)
		}
		began := b.clock.Now()
		var seen []time.Duration
		for range 9 {
			b.clock.Advance(20 * time.Second)
			b.alive(in.Token)
			list, err := b.Sessions(context.Background(), owner, in.Token)
			i := slices.IndexFunc(list, func(x Session) bool { return x.Current })
			if err != nil || len(list) != 2 || i < 0 {
				t.Fatal(list, err)
			}
			seen = append(seen, list[i].SeenAt.Sub(began)/time.Second)
		}
		if diff := cmp.Diff([]time.Duration{0, 0, 60, 60, 60, 120, 120, 120, 180}, seen); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRevokingSessions(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		other := b.again(cheap) // another process
		m := b.add(owner, "m@shop.example", Manager)
		sign := func() SignIn {
			in, err := b.login("m@shop.example", ownerPassword)
			if err != nil || !b.alive(in.Token) || !other.alive(in.Token) {
				t.Fatal(err)
			}
			return in
		}
		gone := func(what string, tokens ...secret.Text) {
			t.Helper()
			for _, token := range tokens {
				if b.alive(token) {
					t.Errorf("%s: a session lives on", what)
				}
			}
			b.clock.Advance(cacheTime)
			for _, token := range tokens {
				if other.alive(token) {
					t.Errorf("%s: a session lives on in another process", what)
				}
			}
		}
		one, two := sign(), sign()
		if err := b.RevokeSession(ctx, m.actor(), hashed(one.Token)); err != nil {
			t.Fatal(err)
		}
		gone("revoke one", one.Token)
		if !b.alive(two.Token) {
			t.Error("the other session ended too")
		}
		wantKey(t, b.RevokeSession(ctx, owner, hashed(two.Token)), "error.not_found") // another's
		wantKey(t, b.RevokeSessions(ctx, m.actor(), owner.ID), "error.forbidden")
		if err := b.RevokeSessions(ctx, owner, m.ID); err != nil {
			t.Fatal(err)
		}
		gone("revoke all", two.Token)

		three := sign()
		if err := b.ChangeRole(ctx, owner, m.ID, Picker); err != nil {
			t.Fatal(err)
		}
		gone("role changed", three.Token)
		four := sign()
		changed, err := b.ChangePassword(ctx, m.actor(), PasswordInput{Current: ownerPassword, New: "another long one"})
		if err != nil || !b.alive(changed.Token) {
			t.Fatal(err)
		}
		gone("password changed", four.Token)
		if err := b.ResetPassword(ctx, owner, m.ID, ownerPassword); err != nil {
			t.Fatal(err)
		}
		gone("password reset", changed.Token)
		five := sign()
		if err := b.Disable(ctx, owner, m.ID); err != nil {
			t.Fatal(err)
		}
		gone("disabled", five.Token)
		if err := b.Enable(ctx, owner, m.ID); err != nil {
			t.Fatal(err)
		}
		sign()
	})
}

func TestAccountRules(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		m := b.add(owner, "m@shop.example", Manager)
		_, err := b.Create(ctx, owner, CreateInput{Email: " M@shop.example", Name: "M", Role: Viewer, Language: "uk", Password: ownerPassword})
		wantKey(t, err, "error.account.email_taken")
		for what, err := range map[string]error{
			"create":  third(b.Create(ctx, m.actor(), CreateInput{})),
			"list":    third(b.Accounts(ctx, m.actor(), 0, 10)),
			"read":    third(b.Account(ctx, m.actor(), owner.ID)),
			"role":    b.ChangeRole(ctx, m.actor(), m.ID, Owner),
			"disable": b.Disable(ctx, m.actor(), owner.ID),
			"reset":   b.ResetPassword(ctx, m.actor(), owner.ID, ownerPassword),
			"step":    b.ResetTwoStep(ctx, m.actor(), owner.ID),
			"token":   third(b.Tokens(ctx, m.actor(), 0, 10)),
			"nobody":  b.Disable(ctx, access.Actor{}, m.ID),
		} {
			if !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s by a manager: %v", what, err)
			}
		}
		stranger := access.Actor{Tenant: 1, Kind: access.Person, ID: 99, Granted: sets[Owner]}
		wantKey(t, b.ChangeRole(ctx, stranger, m.ID, Viewer), "error.not_found")
		wantKey(t, third(b.Account(ctx, stranger, m.ID)), "error.not_found")
		wantKey(t, b.ChangeRole(ctx, owner, m.ID, "king"), "error.account.role")
		wantKey(t, third(b.ChangePassword(ctx, owner, PasswordInput{Current: "wrong password", New: "another long one"})), "error.account.password_wrong")
		wantKey(t, third(b.ChangePassword(ctx, access.ForSystem(owner.Tenant), PasswordInput{})), "error.account.person")
		if err := b.SetProfile(ctx, m.actor(), " Marta ", "en"); err != nil {
			t.Fatal(err)
		}
		acc, err := b.Account(ctx, m.actor(), m.ID)
		if err != nil || acc.Name != "Marta" || acc.Language != "en" {
			t.Errorf("%+v, %v", acc, err)
		}
		list, err := b.Accounts(ctx, owner, 0, 1)
		if err != nil || len(list) != 1 || list[0].ID != owner.ID {
			t.Errorf("first page %+v, %v", list, err)
		}
		if list, err = b.Accounts(ctx, owner, list[0].ID, 10); err != nil || len(list) != 1 || list[0].ID != m.ID {
			t.Errorf("second page %+v, %v", list, err)
		}
		people, err := b.People(ctx, m.actor())
		if diff := cmp.Diff([]Person{{m.ID, "Marta"}, {owner.ID, "Olena"}}, people); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func third[T any](_ T, err error) error { return err }

// The shop never loses its last owner, also when two step down at once.
func TestLastOwner(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		wantKey(t, b.ChangeRole(ctx, owner, owner.ID, Viewer), "error.account.last_owner")
		wantKey(t, b.Disable(ctx, owner, owner.ID), "error.account.last_owner")
		second := b.add(owner, "two@shop.example", Owner)
		var wg sync.WaitGroup
		results := make(chan error, 2)
		for _, id := range []int64{owner.ID, second.ID} {
			wg.Go(func() { results <- b.Disable(ctx, owner, id) })
		}
		wg.Wait()
		first, last := <-results, <-results
		if (first == nil) == (last == nil) {
			t.Fatalf("%v, %v", first, last)
		}
	})
}
