package identity

import (
	"context"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
)

func (b *bench) granted(token secret.Text) []access.Permission {
	b.t.Helper()
	x, err := b.token(context.Background(), token.Reveal())
	if errs.Is(err, errs.Unauthed) {
		return nil
	}
	if err != nil {
		b.t.Fatal(err)
	}
	out := []access.Permission{}
	for p := range x.actor.Granted {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

func TestTokenOverHTTP(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		srv := b.serve()
		make := func(scopes ...access.Permission) (Token, string) {
			tok, plain, err := b.CreateToken(ctx, owner, TokenInput{Name: " till ", Scopes: scopes})
			if err != nil {
				t.Fatal(err)
			}
			return tok, plain.Reveal()
		}
		reader, readerText := make(access.OrdersRead, access.OrdersRead)
		_, shipper := make(access.OrdersShip)
		if !strings.HasPrefix(readerText, "lad_") || len(readerText) != 47 || !strings.HasPrefix(readerText, reader.Prefix) || len(reader.Prefix) != 10 {
			t.Errorf("token of %d, prefix %s", len(readerText), reader.Prefix)
		}
		cases := []struct {
			method, path, auth string
			status             int
		}{
			{"GET", "/me", "Bearer " + readerText, 200}, {"GET", "/me", "bearer  " + readerText, 200}, {"POST", "/ship", "Bearer " + readerText, 403},
			{"POST", "/ship", "Bearer " + shipper, 200}, {"GET", "/me", "Bearer " + readerText[:46] + "_", 401}, {"GET", "/me", "Bearer lad_", 401},
			{"GET", "/me", "Bearer", 401}, {"GET", "/me", "Basic b2xlbmE6eA==", 401}, {"GET", "/me", "Bearer " + strings.Repeat("x", 5000), 401},
		}
		for _, c := range cases {
			if res, body := ask(t, c.method, srv.URL+c.path, "", "Authorization", c.auth); res.StatusCode != c.status {
				t.Errorf("%s %s with %.20s = %d %s, want %d", c.method, c.path, c.auth, res.StatusCode, body, c.status)
			}
		}
		if _, body := ask(t, "GET", srv.URL+"/me", "", "Authorization", "Bearer "+readerText, "Accept-Language", "pl"); !strings.HasSuffix(body, "till pl Europe/Kyiv") {
			t.Errorf("me = %s", body)
		}
		// A session in the cookie does not stand in for a bad token.
		in, err := b.login(ownerEmail, ownerPassword)
		if err != nil {
			t.Fatal(err)
		}
		if res, _ := ask(t, "GET", srv.URL+"/me", "", "Authorization", "Bearer lad_x", "Cookie", "lad_session="+in.Token.Reveal()); res.StatusCode != 401 {
			t.Errorf("bad token with a good cookie = %d", res.StatusCode)
		}
		if err := b.RevokeToken(ctx, owner, reader.ID); err != nil {
			t.Fatal(err)
		}
		if res, _ := ask(t, "GET", srv.URL+"/me", "", "Authorization", "Bearer "+readerText); res.StatusCode != 401 {
			t.Errorf("revoked = %d", res.StatusCode)
		}
		wantKey(t, b.RevokeToken(ctx, owner, reader.ID), "error.not_found")
		list, err := b.Tokens(ctx, owner, 0, 10)
		if err != nil || len(list) != 1 || list[0].Name != "till" {
			t.Errorf("tokens %+v, %v", list, err)
		}
	})
}

// What a caller asks for is put in order in a copy: callers share one list, access.All among them.
func TestTokenInputLeavesTheCallersList(t *testing.T) {
	t.Parallel()
	asked := []access.Permission{access.StockRead, access.OrdersRead, access.StockRead}
	in := TokenInput{Name: "till", Scopes: asked}
	if err := in.Validate(time.Now()); err != nil {
		t.Fatal(err)
	}
	if want := []access.Permission{access.OrdersRead, access.StockRead}; !slices.Equal(in.Scopes, want) {
		t.Errorf("scopes %v, want %v", in.Scopes, want)
	}
	if want := []access.Permission{access.StockRead, access.OrdersRead, access.StockRead}; !slices.Equal(asked, want) {
		t.Errorf("the caller's list became %v", asked)
	}
}

// A token can do what its scopes and its maker's role both allow, now and later.
func TestTokenIsBoundedByItsMaker(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		maker := b.add(owner, "two@shop.example", Owner)
		all := []access.Permission{access.AccountsWrite, access.CatalogWrite, access.OrdersRead}
		_, plain, err := b.CreateToken(ctx, maker.actor(), TokenInput{Name: "t", Scopes: all})
		if err != nil {
			t.Fatal(err)
		}
		x, err := b.token(ctx, plain.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = b.CreateToken(ctx, x.actor, TokenInput{Name: "child", Scopes: []access.Permission{access.SystemRead}})
		wantKey(t, err, "error.token.beyond")
		child, childText, err := b.CreateToken(ctx, x.actor, TokenInput{Name: "child", Scopes: []access.Permission{access.CatalogWrite}})
		if err != nil || child.AccountID != maker.ID {
			t.Fatal(child, err)
		}
		_, own, err := b.CreateToken(ctx, access.ForSystem(owner.Tenant), TokenInput{Name: "program", Scopes: all})
		if err != nil {
			t.Fatal(err)
		}
		want := func(what string, token, child []access.Permission) {
			t.Helper()
			if diff := cmp.Diff([][]access.Permission{token, child, all}, [][]access.Permission{b.granted(plain), b.granted(childText), b.granted(own)}); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		want("owner", all, []access.Permission{access.CatalogWrite})
		for _, step := range []struct {
			role         Role
			token, child []access.Permission
		}{{Manager, all[1:], []access.Permission{access.CatalogWrite}}, {Viewer, all[2:], []access.Permission{}}} {
			if err := b.ChangeRole(ctx, owner, maker.ID, step.role); err != nil {
				t.Fatal(err)
			}
			want(string(step.role), step.token, step.child)
		}
		if err := b.Disable(ctx, owner, maker.ID); err != nil {
			t.Fatal(err)
		}
		want("disabled", nil, nil)
	})
}

// Use is written down at most once a minute, the end of a token is kept to the second, and another process learns of a
// revocation within five seconds.
func TestTokenTimes(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		began := b.clock.Now()
		tok, plain, err := b.CreateToken(ctx, owner, TokenInput{Name: "t", Scopes: []access.Permission{access.OrdersRead}, Expires: began.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		used := func() time.Time {
			list, err := b.Tokens(ctx, owner, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			return list[0].LastUsedAt
		}
		if !used().IsZero() {
			t.Error("used before its first use")
		}
		var seen []time.Duration
		for range 5 {
			b.granted(plain)
			seen = append(seen, used().Sub(began)/time.Second)
			b.clock.Advance(25 * time.Second)
		}
		if diff := cmp.Diff([]time.Duration{0, 0, 0, 75, 75}, seen); diff != "" {
			t.Error(diff)
		}
		other := b.again(cheap)
		if other.granted(plain) == nil {
			t.Fatal("the other process does not know the token")
		}
		if err := b.RevokeToken(ctx, owner, tok.ID); err != nil {
			t.Fatal(err)
		}
		if b.granted(plain) != nil {
			t.Error("revoked, and still good here")
		}
		b.clock.Advance(cacheTime)
		if other.granted(plain) != nil {
			t.Error("revoked five seconds ago, and still good in another process")
		}

		_, short, err := b.CreateToken(ctx, owner, TokenInput{Name: "t", Scopes: []access.Permission{access.OrdersRead}, Expires: b.clock.Now().Add(2 * time.Second)})
		if err != nil || b.granted(short) == nil {
			t.Fatal(err)
		}
		b.clock.Advance(2 * time.Second)
		if b.granted(short) != nil {
			t.Error("outlives its end in the cache")
		}
	})
}

// A bearer that was read before a change is not kept after it.
func TestCacheForgetsWhatWasReadBeforeAChange(t *testing.T) {
	t.Parallel()
	c, now := newCache(), time.Unix(1_700_000_000, 0)
	d := digestOf("x")
	_, gen := c.get(d, now)
	c.clear()
	c.put(d, &bearer{loaded: now}, gen)
	if b, _ := c.get(d, now); b != nil {
		t.Error("a stale bearer was kept")
	}
	_, gen = c.get(d, now)
	c.put(d, &bearer{loaded: now}, gen)
	if b, _ := c.get(d, now); b == nil {
		t.Error("a fresh bearer was not kept")
	}
	for i := range 3 * cacheKeys {
		c.put(digestOf(strconv.Itoa(i)), &bearer{loaded: now}, gen)
	}
	if len(c.by) > cacheKeys {
		t.Errorf("%d bearers are kept", len(c.by))
	}
}

// Every API call pays this.
func BenchmarkAuthenticate(b *testing.B) {
	d := dbtest.Open(b, db.SQLite, nil)
	source := ids.New(d)
	s := New(Options{DB: d, IDs: source, Journal: journal.New(source), Cost: cheap})
	_, plain, err := s.CreateToken(context.Background(), access.ForSystem(dbtest.Tenant), TokenInput{Name: "b", Scopes: []access.Permission{access.OrdersWrite}})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/api/v1/orders", nil)
	r.Header.Set("Authorization", "Bearer "+plain.Reveal())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}
