package connections_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
)

// mute adds a connection that nothing answers for.
func mute(s *apptest.Living, id int64) {
	s.Write(func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `insert into connection (tenant_id, id, driver, name, state, settings, secrets, hook_secret, created_at)
			values ($1, $2, 'prom', 'Prom', 'active', '{}', $3, 'h', 1)`, int64(tx.Tenant), id, []byte{})
		return err
	})
}

// onShow adds a listing; a linked one is dirty since a minute ago or in a state.
func onShow(s *apptest.Living, connection, id, sku int64, state string) {
	s.Write(func(tx *db.Tx) error {
		ctx := context.Background()
		_, err := tx.Exec(ctx, `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, sku_id, active, seen_at)
			values ($1, $2, $3, $4, '', '', '', '', 0, 'UAH', $5, true, 1)`, int64(tx.Tenant), id, connection, fmt.Sprint("o", id), sku)
		if err != nil || sku == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state, sent, confirmed)
			values ($1, $2, $3, $4, 2, 1, $5, $6, $7, 1000, 1000)`, int64(tx.Tenant), sku, connection, id, state == "queued", tx.NowMicros()-time.Minute.Microseconds(), state)
		return err
	})
}

func TestOffersByState(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		ctx := context.Background()
		lamp := s.Goods("LMP", 100, 5)
		mute(s, 900)
		for i, state := range []string{"confirmed", "queued", "parked", "failed"} {
			onShow(s, 900, int64(1001+i), lamp.ID, state)
		}
		onShow(s, 900, 1000, 0, "")
		want := map[connections.OfferState][]int64{
			connections.OffersAll: {1000, 1001, 1002, 1003, 1004}, connections.OffersUnlinked: {1000}, connections.OffersLinked: {1001, 1002, 1003, 1004},
			connections.OffersBehind: {1002, 1003, 1004},
		}
		s.Read(func(tx *db.Tx) error {
			for state, ids := range want {
				list, err := s.Connections.Offers(ctx, tx, 900, state, 0, 10)
				if err != nil {
					return err
				}
				got := make([]int64, len(list))
				for i, l := range list {
					got[i] = l.ID
				}
				if diff := cmp.Diff(ids, got); diff != "" {
					t.Errorf("%q: %s", state, diff)
				}
			}
			shown, err := s.Connections.ShownOf(ctx, tx, []int64{lamp.ID})
			if len(shown[lamp.ID]) != 4 {
				t.Errorf("shown %+v", shown)
			}
			if _, err := s.Connections.Offer(ctx, tx, 5); !errs.Is(err, errs.NotFound) {
				t.Errorf("no such offer: %v", err)
			}
			late, lateErr := s.Connections.Late(ctx, tx, 15*time.Second, 10)
			if lateErr != nil || late != 1 {
				t.Errorf("late %d, %v", late, lateErr)
			}
			h, healthErr := s.Connections.HealthOf(ctx, tx, connections.Connection{ID: 900})
			if healthErr != nil || h.Dirty != 1 || h.Parked != 1 || h.Unlinked != 1 || h.Lag < time.Minute {
				t.Errorf("health %+v, %v", h, healthErr)
			}
			return err
		})
		if n, err := s.Connections.Resend(ctx, s.Who, lamp.ID, 1003); err != nil || n != 1 {
			t.Errorf("resend one: %d, %v", n, err)
		}
		if n, err := s.Connections.Resend(ctx, s.Who, lamp.ID, 0); err != nil || n != 4 {
			t.Errorf("resend all: %d, %v", n, err)
		}
		if n := s.Int("select count(*) from listing_stock where tenant_id = $1 and dirty and sent < 0 and state = 'queued'"); n != 4 {
			t.Errorf("%d listings are to be sent", n)
		}
		if _, err := s.Connections.Resend(ctx, access.Actor{Tenant: s.Tenant, Kind: access.Person}, lamp.ID, 0); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a stranger: %v", err)
		}
	})
}

func TestFactsAsideAreRetried(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		ctx := context.Background()
		mute(s, 900)
		s.Write(func(tx *db.Tx) error {
			if _, err := s.Facts.Keep(ctx, tx, 900, facts.Order, []facts.Raw{{ExternalID: "1", Body: []byte("x")}, {ExternalID: "2", Body: []byte("y")}, {ExternalID: "3", Body: []byte("z")}}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "update fact set state = 'aside', error = 'bad' where tenant_id = $1 and external_id < '3'", int64(tx.Tenant))
			return err
		})
		list, err := s.Connections.Aside(ctx, s.Who, 900, 10)
		if err != nil || len(list) != 2 || string(list[0].Body) != "x" || list[0].Error != "bad" {
			t.Fatalf("aside %+v, %v", list, err)
		}
		if n, err := s.Connections.RetryAside(ctx, s.Who, 900); err != nil || n != 2 {
			t.Errorf("retried %d, %v", n, err)
		}
		s.Read(func(tx *db.Tx) error {
			waiting, aside, err := facts.Counts(ctx, tx, 900)
			if waiting != 3 || aside != 0 {
				t.Errorf("%d wait, %d aside", waiting, aside)
			}
			return err
		})
		if n := s.Told("connection.aside_retried", "connection", 900); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}
