package facts_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/ids"
)

var ctx = context.Background()

const connection = 5

func each(t *testing.T, f func(t *testing.T, d *db.DB, s *facts.Store)) {
	t.Helper()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) { f(t, d, facts.New(ids.New(d))) })
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(ctx, dbtest.Tenant, f); err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, d *db.DB, s *facts.Store, raws ...facts.Raw) (n int64) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) { n, err = s.Keep(ctx, tx, connection, facts.Order, raws); return err })
	return n
}

func waiting(t *testing.T, d *db.DB, kind string) (out []facts.Fact) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) { out, err = facts.Waiting(ctx, tx, connection, kind, 100); return err })
	return out
}

func raw(id, body string) facts.Raw { return facts.Raw{ExternalID: id, Body: []byte(body)} }

// A thing that comes again unchanged is nothing new; a changed one waits again, its last picture wins.
func TestKeep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, s *facts.Store) {
		if n := keep(t, d, s, raw("1", "a"), raw("2", "b"), raw("1", "c")); n != 2 {
			t.Errorf("%d new", n)
		}
		list := waiting(t, d, facts.Order)
		if len(list) != 2 {
			t.Fatalf("%d wait", len(list))
		}
		for _, f := range list {
			if f.ExternalID == "1" && string(f.Body) != "c" {
				t.Errorf("body %s", f.Body)
			}
			write(t, d, func(tx *db.Tx) error { return facts.Applied(ctx, tx, f) })
		}
		if n := keep(t, d, s, raw("1", "c"), raw("2", "b")); n != 0 || len(waiting(t, d, facts.Order)) != 0 {
			t.Errorf("%d new", n)
		}
		if n := keep(t, d, s, raw("2", "b2")); n != 1 {
			t.Errorf("%d new", n)
		}
		changed := waiting(t, d, facts.Order)
		if len(changed) != 1 || changed[0].Version != 2 {
			t.Fatalf("%+v", changed)
		}
		keep(t, d, s, raw("2", "b3")) // it changes while it is being applied
		write(t, d, func(tx *db.Tx) error { return facts.Applied(ctx, tx, changed[0]) })
		if left := waiting(t, d, facts.Order); len(left) != 1 || string(left[0].Body) != "b3" {
			t.Errorf("the change was lost: %+v", left)
		}
	})
}

// Names that no index or database takes are replaced, never refused; any bytes are kept.
func TestOddNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, s *facts.Store) {
		list := []facts.Raw{raw("", "x"), raw("", "y"), raw("a\x00b", "z"), raw("\xff\xfe", "z"), raw(strings.Repeat("9", 5000), "\x00\xff")}
		if n := keep(t, d, s, list...); n != 5 {
			t.Errorf("%d kept", n)
		}
		if n := keep(t, d, s, list...); n != 0 {
			t.Errorf("%d kept again", n)
		}
		for _, f := range waiting(t, d, facts.Order) {
			write(t, d, func(tx *db.Tx) error { return facts.SetAside(ctx, tx, f, "bad \x00 \xff words") })
		}
		write(t, d, func(tx *db.Tx) error {
			aside, err := facts.Aside(ctx, tx, connection, 10)
			if len(aside) != 5 || aside[0].Error == "" {
				t.Errorf("aside %+v", aside)
			}
			if err != nil {
				return err
			}
			if _, n, err := facts.Counts(ctx, tx, connection); err != nil || n != 5 {
				t.Errorf("%d aside, %v", n, err)
			}
			n, err := facts.Retry(ctx, tx, connection)
			if n != 5 {
				t.Errorf("%d retried", n)
			}
			return err
		})
	})
}

// A hint without an identity is kept once and waits again each time it comes.
func TestHints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, s *facts.Store) {
		hint := func() {
			write(t, d, func(tx *db.Tx) error { return s.KeepHint(ctx, tx, connection, facts.Webhook, []byte(`{"order_id":1}`)) })
		}
		for range 3 {
			hint()
			list := waiting(t, d, facts.Webhook)
			if len(list) != 1 {
				t.Fatalf("%d wait", len(list))
			}
			hint() // again while it is being worked on
			write(t, d, func(tx *db.Tx) error { return facts.Applied(ctx, tx, list[0]) })
			if list = waiting(t, d, facts.Webhook); len(list) != 1 {
				t.Fatal("the second hint was lost")
			}
			write(t, d, func(tx *db.Tx) error { return facts.Applied(ctx, tx, list[0]) })
			if n := len(waiting(t, d, facts.Webhook)); n != 0 {
				t.Fatalf("%d wait", n)
			}
		}
	})
}

// What is put off waits; what is stored with its effect knows its twins, also within one list.
func TestPostponeAndInsert(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, s *facts.Store) {
		keep(t, d, s, raw("1", "a"))
		f := waiting(t, d, facts.Order)[0]
		write(t, d, func(tx *db.Tx) error { return facts.Postpone(ctx, tx, f, tx.Now().Add(time.Hour), "later") })
		if n := len(waiting(t, d, facts.Order)); n != 0 {
			t.Errorf("%d wait", n)
		}
		item := func(id, body string) facts.Applying {
			return facts.Applying{ExternalID: id, Digest: facts.Digest([]byte(body)), Body: []byte(body)}
		}
		write(t, d, func(tx *db.Tx) error {
			known, err := s.Insert(ctx, tx, facts.Order, []facts.Applying{item("k1", "a"), item("k2", "b")})
			if known != nil {
				t.Errorf("known %v", known)
			}
			return err
		})
		write(t, d, func(tx *db.Tx) error {
			known, err := s.Insert(ctx, tx, facts.Order, []facts.Applying{item("k3", "c"), item("k1", "other"), item("k3", "c")})
			if len(known) != 3 || known[0] != "" || known[1] != facts.Digest([]byte("a")) || known[2] != facts.Digest([]byte("c")) {
				t.Errorf("known %v", known)
			}
			return err
		})
	})
}
