//go:build torture

package torture

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/sim/baselinker"
)

// kills is how often moving in is cut off before it is let through.
const kills = 12

// TestKillMovingIn moves in with the real command, which is killed a moment after one of its requests, again and again: the next
// start goes on (or, once all came over before it was killed, moves in once more), and what is there at the end is the same as when
// nobody killed it.
func TestKillMovingIn(t *testing.T) {
	binary := build(t)
	account := baselinker.New(baselinker.Options{PerMinute: 100_000})
	account.Seed(40, 300)
	var left atomic.Int64 // requests until the program is killed
	killed := make(chan struct{}, 1)
	account.OnRequest(func(*http.Request, time.Time) {
		if left.Add(-1) == 0 {
			killed <- struct{}{}
		}
	})
	srv := httptest.NewServer(account)
	t.Cleanup(srv.Close)
	url := srv.URL + baselinker.Path
	for _, e := range apptest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			m := &move{t: t, binary: binary, url: url, account: account}
			m.found(e)
			dice := rand.New(rand.NewPCG(7, 7))
			for range kills {
				left.Store(1 + dice.Int64N(3))
				m.cut(killed, time.Duration(dice.Int64N(int64(60*time.Millisecond))))
			}
			left.Store(1 << 40)
			m.cut(nil, 0)
			whole := &move{t: t, url: url, account: account}
			whole.found(e)
			whole.through()
			if diff := cmp.Diff(whole.figures(), m.figures()); diff != "" {
				t.Errorf("otherwise than without kills:\n%s", diff)
			}
		})
	}
}

// move is one shop moving in.
type move struct {
	t       *testing.T
	binary  string
	url     string
	account *baselinker.Account
	options app.Options
	data    string
}

func (m *move) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *move) found(e db.Engine) {
	m.t.Helper()
	m.data = m.t.TempDir()
	m.options = app.Options{Database: db.Options{Path: filepath.Join(m.data, "lad.db")}, KeyFile: filepath.Join(m.data, "lad.key"), Migrate: true, AllowPrivate: true, MovingPerSecond: -1}
	if e == db.Postgres {
		m.options.Database = dbtest.Options(m.t, e)
	}
	m.with(func(a *app.App) {
		_, err := a.Identity.Found(context.Background(), identity.SetupInput{Shop: "Sklep", Language: "pl", Currency: "PLN", Zone: "Europe/Warsaw", Email: "ola@shop.example", Name: "Ola", Password: "correct horse battery"})
		m.must(err)
	})
}

func (m *move) with(f func(*app.App)) {
	m.t.Helper()
	a, err := app.Open(context.Background(), m.options)
	m.must(err)
	f(a)
	m.must(a.Close(context.Background()))
}

// cut runs the command and kills it a moment after the signal; without one it must come to its end.
func (m *move) cut(signal <-chan struct{}, after time.Duration) {
	m.t.Helper()
	args := []string{"import", "baselinker", "--data", m.data, "--url", m.url, "--token", m.account.Token(), "--log-level", "ERROR"}
	if m.options.Database.DSN != "" {
		args = append(args, "--database", m.options.Database.DSN)
	}
	cmd := exec.Command(m.binary, args...)
	if signal == nil {
		if out, err := cmd.CombinedOutput(); err != nil {
			m.t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	m.must(cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	select {
	case <-signal:
		select {
		case <-time.After(after):
		case <-ended:
		}
	case <-ended: // it was done before the request came
	}
	_ = cmd.Process.Kill()
	<-ended
}

// through moves in without being killed.
func (m *move) through() {
	m.with(func(a *app.App) {
		ctx, who := context.Background(), access.ForSystem(1)
		r, err := a.Moving.Begin(ctx, who, moving.Input{Token: secret.Text(m.account.Token()), Address: m.url, WithStock: true})
		m.must(err)
		for more := true; more; {
			more, _, err = a.Moving.Step(ctx, who, r.ID, r.Turn)
			m.must(err)
		}
	})
}

// figures are what is there at the end, with every invariant whole.
func (m *move) figures() map[string]int64 {
	out := map[string]int64{}
	m.with(func(a *app.App) {
		_, found, err := a.Doctor(context.Background(), false)
		m.must(err)
		for _, f := range found {
			m.t.Errorf("doctor: %s: %s", f.Check, f.Detail)
		}
		for name, query := range map[string]string{
			"products": "select count(*) from product where tenant_id = $1", "SKUs": "select count(*) from sku where tenant_id = $1", "parts": "select count(*) from kit_part where tenant_id = $1",
			"orders": "select count(*) from orders where tenant_id = $1", "lines": "select count(*) from order_line where tenant_id = $1", "customers": "select count(*) from customer where tenant_id = $1",
			"on hand": "select coalesce(sum(on_hand), 0) from level where tenant_id = $1", "reserved": "select coalesce(sum(reserved), 0) from level where tenant_id = $1",
			"shortages": "select count(*) from shortage where tenant_id = $1", "journal of SKUs": "select count(*) from journal where tenant_id = $1 and subject = 'sku'",
			"runs cut short": "select count(*) from moving_run where tenant_id = $1 and state <> 'done'",
		} {
			m.must(a.DB.Read(context.Background(), 1, func(tx *db.Tx) error {
				var n int64
				err := tx.QueryRow(context.Background(), query, int64(tx.Tenant)).Scan(&n)
				out[name] = n
				return err
			}))
		}
	})
	return out
}
