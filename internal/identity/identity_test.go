package identity

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
)

const (
	ownerEmail    = "olena@shop.example"
	ownerPassword = secret.Text("correct horse battery")
)

var cheap = Cost{MemoryKiB: 64, Passes: 1, Threads: 1}

// bench is a service over a fresh database with a clock that moves when told.
type bench struct {
	*Service
	t     testing.TB
	clock *clock.Fake
	box   *secret.Box
}

func eachEngine(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	engines := []db.Engine{db.SQLite}
	if os.Getenv("LAD_TEST_POSTGRES") != "" {
		engines = append(engines, db.Postgres)
	}
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
			box, err := secret.New(bytes.Repeat([]byte{7}, 32))
			if err != nil {
				t.Fatal(err)
			}
			f(t, newBench(t, dbtest.Open(t, e, c), c, box, cheap))
		})
	}
}

func newBench(t testing.TB, d *db.DB, c *clock.Fake, box *secret.Box, cost Cost) *bench {
	source := ids.New(d)
	return &bench{Service: New(Options{DB: d, IDs: source, Journal: journal.New(source), Secrets: box, Cost: cost}), t: t, clock: c, box: box}
}

// again is another process, or this one after a restart, on the same database.
func (b *bench) again(cost Cost) *bench { return newBench(b.t, b.db, b.clock, b.box, cost) }

func (b *bench) setupInput() SetupInput {
	return SetupInput{Shop: "Lampa", Language: "uk", Currency: "UAH", Zone: "Europe/Kyiv", Email: ownerEmail, Name: "Olena",
		Password: ownerPassword, Client: client("192.0.2.1")}
}

// owner founds the shop and answers its owner.
func (b *bench) owner() access.Actor {
	b.t.Helper()
	in, err := b.Found(context.Background(), b.setupInput())
	if err != nil {
		b.t.Fatal(err)
	}
	return in.Account.actor()
}

func (b *bench) add(owner access.Actor, email string, role Role) Account {
	b.t.Helper()
	acc, err := b.Create(context.Background(), owner, CreateInput{Email: email, Name: "N " + email, Role: role, Language: "pl", Password: ownerPassword})
	if err != nil {
		b.t.Fatal(err)
	}
	return acc
}

func client(addr string) Client {
	return Client{Address: netip.MustParseAddr(addr), UserAgent: "Firefox"}
}

func (b *bench) login(email string, password secret.Text) (SignIn, error) {
	return b.Login(context.Background(), LoginInput{Email: email, Password: password, Client: client("192.0.2.1")})
}

// kinds lists the journal of a tenant, oldest first.
func (b *bench) kinds(t db.Tenant) []string {
	b.t.Helper()
	var out []string
	for _, e := range b.entries(t) {
		out = append([]string{e.Kind}, out...)
	}
	return out
}

func (b *bench) entries(t db.Tenant) (out []journal.Entry) {
	b.t.Helper()
	err := b.db.Read(context.Background(), t, func(tx *db.Tx) (err error) {
		out, err = journal.Latest(context.Background(), tx, 0, 1000)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	var e *errs.Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %v, want %s", err, key)
	}
	for _, f := range e.Fields {
		if f.Key == key {
			return
		}
	}
	if e.Key != key {
		t.Fatalf("error = %v, want %s", err, key)
	}
}

func TestSetupLinkWorksOnce(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		founded := db.Tenant(0)
		b.o.Founded = func(ctx context.Context, tx *db.Tx) error {
			founded = tx.Tenant
			_, err := tx.Exec(ctx, "insert into warehouse (tenant_id, id, code, name, rank, created_at) values ($1, 1, 'main', 'Main', 1, $2)",
				int64(tx.Tenant), tx.NowMicros())
			return err
		}
		stale, needed, err := b.SetupLink(ctx)
		if err != nil || !needed {
			t.Fatal(needed, err)
		}
		b.clock.Advance(SetupLongest)
		in := b.setupInput()
		in.Token = stale
		_, err = b.Setup(ctx, in)
		wantKey(t, err, "error.setup.link")
		if in.Token, _, err = b.SetupLink(ctx); err != nil {
			t.Fatal(err)
		}
		bad := in
		bad.Token += "x"
		_, err = b.Setup(ctx, bad)
		wantKey(t, err, "error.setup.link")

		signIn, err := b.Setup(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		acc := signIn.Account
		if acc.Role != Owner || acc.Tenant == dbtest.Tenant || founded != acc.Tenant || signIn.Pending {
			t.Errorf("sign-in %+v, founded tenant %d", signIn, founded)
		}
		if diff := cmp.Diff([]string{"setup.used"}, b.kinds(acc.Tenant)); diff != "" {
			t.Error(diff)
		}
		_, err = b.Setup(ctx, in)
		wantKey(t, err, "error.setup.link")
		if token, needed, err := b.SetupLink(ctx); err != nil || needed || token != "" {
			t.Errorf("a link after set-up: %v, %v", needed, err)
		}
		if _, err := b.login(strings.ToUpper(ownerEmail)+" ", ownerPassword); err != nil {
			t.Error(err)
		}
	})
}

// Several links used at once found one shop.
func TestSetupRace(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		const rivals = 6
		var inputs []SetupInput
		for i := range rivals {
			in := b.setupInput()
			var err error
			if in.Token, _, err = b.SetupLink(ctx); err != nil {
				t.Fatal(err)
			}
			in.Email = string(rune('a'+i)) + in.Email
			inputs = append(inputs, in)
		}
		results := make(chan error, rivals)
		for _, in := range inputs {
			go func() {
				_, err := b.Setup(ctx, in)
				results <- err
			}()
		}
		won := 0
		for range rivals {
			if err := <-results; err == nil {
				won++
			} else if !errs.Is(err, errs.Conflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d shops were founded", won)
		}
	})
}

func TestInputsReportEveryFault(t *testing.T) {
	t.Parallel()
	fields := func(err error) (out []string) {
		var e *errs.Error
		if errors.As(err, &e) {
			for _, f := range e.Fields {
				out = append(out, f.Name+" "+f.Key)
			}
		}
		return out
	}
	cases := []struct {
		err  error
		want []string
	}{
		{(&SetupInput{Language: "xx", Currency: "USD", Zone: "Mars/Base", Email: "Bob <b@x.y>", Password: "short"}).Validate(), []string{
			"shop error.setup.shop", "language error.account.language", "currency error.setup.currency", "zone error.setup.zone",
			"email error.account.email", "name error.account.name", "password error.account.password_short"}},
		{(&CreateInput{Email: "a@b.example", Name: "A", Role: "king", Language: "uk", Password: "A@B.example"}).Validate(), []string{
			"role error.account.role", "password error.account.password_plain"}},
		{(&CreateInput{Email: "a@b.example", Name: "A", Role: Viewer, Language: "uk", Password: "aaaaaaaaaaaa"}).Validate(), []string{
			"password error.account.password_plain"}},
		{(&CreateInput{Email: "a@b.example", Name: "A", Role: Viewer, Language: "uk", Password: secret.Text(strings.Repeat("ab", 200))}).Validate(), []string{
			"password error.account.password_long"}},
		{(&CreateInput{Email: "a@b.example", Name: " A ", Role: Viewer, Language: "uk", Password: "десять літер"}).Validate(), nil},
		{(&LoginInput{}).Validate(), []string{"email error.account.email", "password error.login.password"}},
		{(&TokenInput{Scopes: []access.Permission{"orders:steal"}, Expires: time.Unix(1, 0)}).Validate(time.Unix(2, 0)), []string{
			"name error.token.name", "scopes error.token.scope", "expires error.token.expires"}},
	}
	for i, c := range cases {
		if diff := cmp.Diff(c.want, fields(c.err)); diff != "" || (c.err == nil) != (c.want == nil) {
			t.Errorf("case %d: %v %s", i, c.err, diff)
		}
	}
}

// The table of roles, written out: a change of it is a change of this test.
func TestRolePermissions(t *testing.T) {
	t.Parallel()
	const table = `
orders:read        owner manager picker viewer
orders:write       owner manager
orders:ship        owner manager picker
stock:read         owner manager picker viewer
stock:write        owner manager
catalog:read       owner manager picker viewer
catalog:write      owner manager
connections:read   owner manager viewer
connections:write  owner
tasks:read         owner manager picker viewer
tasks:write        owner manager picker
customers:read     owner manager viewer
journal:read       owner manager viewer
accounts:write     owner
system:read        owner manager
`
	var got strings.Builder
	got.WriteByte('\n')
	for _, p := range access.All {
		line := string(p) + strings.Repeat(" ", 18-len(p))
		for _, r := range Roles() {
			acc := Account{Tenant: 1, ID: 1, Role: r}
			if r.May(p) != acc.actor().May(p) {
				t.Errorf("role %s and its actor differ on %s", r, p)
			}
			if r.May(p) {
				line += " " + string(r)
			}
		}
		got.WriteString(line + "\n")
	}
	if diff := cmp.Diff(table, got.String()); diff != "" {
		t.Error(diff)
	}
	if Role("king").Known() || Role("king").May(access.OrdersRead) || len(granted) != len(Roles()) {
		t.Error("a role that does not exist grants something")
	}
}

// No password, token, seed or code is in the journal or in the database, whatever happens.
func TestNoSecretIsStored(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		owner := b.owner()
		in, err := b.login(ownerEmail, ownerPassword)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.login(ownerEmail, "wrong password here")
		wantKey(t, err, "error.login.failed")
		_, err = b.login("secret-typed-as-email@x.example", "wrong password here")
		wantKey(t, err, "error.login.failed")
		_, token, err := b.CreateToken(ctx, owner, TokenInput{Name: "till", Scopes: []access.Permission{access.OrdersRead}})
		if err != nil {
			t.Fatal(err)
		}
		e, err := b.BeginTwoStep(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.EnableTwoStep(ctx, owner, e.Sealed, codeAt(t, e.Seed, b.clock.Now()), client("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		dump := b.dump()
		for _, s := range []string{ownerPassword.Reveal(), "wrong password here", "secret-typed", in.Token.Reveal(), token.Reveal(), e.Seed.Reveal()} {
			if strings.Contains(dump, s) {
				t.Errorf("%q is stored in the clear", s)
			}
		}
		for _, s := range []string{"login.failed", "token.created", "account.two_step_on", ownerEmail} {
			if !strings.Contains(dump, s) {
				t.Errorf("the dump lacks %q, so it proves nothing", s)
			}
		}
	})
}

// dump is every text and blob of identity's tables and the journal.
func (b *bench) dump() string {
	b.t.Helper()
	var out strings.Builder
	err := b.db.Read(context.Background(), db.System, func(tx *db.Tx) error {
		for _, q := range []string{
			"select email, name, password_hash, coalesce(totp_secret, '') from account where tenant_id >= 0",
			"select token_hash, user_agent, address, data from session where tenant_id >= 0",
			"select name, prefix, hash, scopes from api_token where tenant_id >= 0",
			"select kind, actor, subject, payload from journal where tenant_id >= 0",
		} {
			err := tx.Each(context.Background(), q, nil, func(row db.Scanner) error {
				var v [4][]byte
				if err := row.Scan(&v[0], &v[1], &v[2], &v[3]); err != nil {
					return err
				}
				out.Write(bytes.Join(v[:], []byte{'\n'}))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out.String()
}
