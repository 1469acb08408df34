package connectortest

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
)

// maxPages ends a pull that never does.
const maxPages = 500

// sweep pulls until no more pages are promised, keeping the newest bytes per order; between runs after each page.
func (st *stand) sweep(src connector.OrderSource, cursor string, got map[string]connector.RawOrder, between func(page int)) string {
	st.t.Helper()
	for page := 1; page <= maxPages; page++ {
		p, err := src.PullOrders(context.Background(), cursor)
		if err != nil {
			st.t.Fatalf("PullOrders, page %d: %v", page, err)
		}
		for _, raw := range p.Orders {
			got[raw.ExternalID] = raw
		}
		if cursor = p.Next; cursor == "" {
			st.t.Fatalf("PullOrders, page %d: empty cursor", page)
		}
		if !p.More {
			return cursor
		}
		if between != nil {
			between(page)
		}
	}
	st.t.Fatalf("PullOrders promises more after %d pages", maxPages)
	return ""
}

func (st *stand) wantAll(what string, got map[string]connector.RawOrder, ids []string) {
	st.t.Helper()
	missing := 0
	for _, id := range ids {
		if _, ok := got[id]; !ok {
			missing++
		}
	}
	if missing > 0 {
		st.t.Errorf("%s: %d of %d orders are missing", what, missing, len(ids))
	}
	if extra := len(got) - len(ids) + missing; extra > 0 {
		st.t.Errorf("%s: %d orders nobody placed: %v", what, extra, slices.Sorted(maps.Keys(got))[:min(len(got), 5)])
	}
}

func (st *stand) placeMany(n int) (ids []string) {
	st.t.Helper()
	offer := st.offer(pieces(1_000_000))
	for range n {
		ids = append(ids, st.place(Item{offer, pieces(1)}))
	}
	return ids
}

func (s Subject) orders(t *testing.T) {
	t.Parallel()
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		st := s.start(t)
		got := map[string]connector.RawOrder{}
		next := st.sweep(st.source(), "", got, nil)
		st.wantAll("no orders", got, nil)
		id := st.placeMany(1)
		st.sweep(st.source(), next, got, nil)
		st.wantAll("the first order after an empty pull", got, id)
	})
	t.Run("pages", s.ordersPages)
	t.Run("disturbed", s.ordersDisturbed)
	t.Run("inserted while paging", s.ordersInserted)
	t.Run("resume", s.ordersResume)
	t.Run("clock skew", s.ordersSkew)
	t.Run("by id", s.ordersByID)
}

// ordersPages: every order once or more, and a page read twice (a crash before its cursor was stored) loses nothing.
func (s Subject) ordersPages(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	ids := st.placeMany(s.Orders)
	got := map[string]connector.RawOrder{}
	cursor, pages := "", 0
	for range maxPages {
		first, err := st.source().PullOrders(context.Background(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		again, err := st.source().PullOrders(context.Background(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Orders) != len(first.Orders) || again.More != first.More {
			t.Errorf("page %d read twice: %d and %d orders", pages, len(first.Orders), len(again.Orders))
		}
		for _, raw := range again.Orders {
			got[raw.ExternalID] = raw
		}
		pages++
		if cursor = again.Next; !again.More {
			break
		}
	}
	if pages < 2 {
		t.Errorf("%d orders came on %d page: raise Subject.Orders", s.Orders, pages)
	}
	st.wantAll("many pages", got, ids)
}

// ordersDisturbed: rows that repeat and change places.
func (s Subject) ordersDisturbed(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	ids := st.placeMany(s.Orders)
	if st.Disturb != nil {
		st.Disturb(true)
	}
	got := map[string]connector.RawOrder{}
	next := st.sweep(st.source(), "", got, nil)
	st.wantAll("disturbed pages", got, ids)
	ids = append(ids, st.placeMany(1)...)
	st.sweep(st.source(), next, got, nil)
	st.wantAll("after disturbed pages", got, ids)
}

// ordersInserted: orders are placed and cancelled between two pages of one sweep.
func (s Subject) ordersInserted(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	ids := st.placeMany(s.Orders)
	oldest, newest := ids[0], ids[len(ids)-1]
	got := map[string]connector.RawOrder{}
	next := st.sweep(st.source(), "", got, func(page int) {
		ids = append(ids, st.placeMany(3)...)
		if page == 1 {
			st.CancelByBuyer(oldest)
			st.CancelByBuyer(newest)
		}
	})
	next = st.sweep(st.source(), next, got, nil)
	st.sweep(st.source(), next, got, nil)
	st.wantAll("inserted while paging", got, ids)
	for _, id := range []string{oldest, newest} {
		o, err := st.source().ParseOrder(got[id].Body)
		if err != nil || o.Stage != connector.StageCancelled {
			t.Errorf("order %s, cancelled while paging: stage %q, error %v", id, o.Stage, err)
		}
	}
}

// ordersResume: a change after the import is seen by the next sweep, in another session too.
func (s Subject) ordersResume(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	ids := st.placeMany(5)
	got := map[string]connector.RawOrder{}
	next := st.sweep(st.source(), "", got, nil)
	for range 3 {
		next = st.sweep(st.source(), next, got, nil)
	}
	st.wantAll("before the change", got, ids)
	st.CancelByBuyer(ids[1])
	late := st.placeMany(1)
	session := st.open(st.Settings, st.Now).(connector.OrderSource)
	fresh := map[string]connector.RawOrder{}
	st.sweep(session, next, fresh, nil)
	if _, ok := fresh[late[0]]; !ok {
		t.Error("an order placed after the import is not seen by a new session with the stored cursor")
	}
	raw, ok := fresh[ids[1]]
	if !ok {
		t.Fatal("a cancellation after the import is not seen")
	}
	if slices.Equal(raw.Body, got[ids[1]].Body) {
		t.Error("the bytes of a cancelled order are the same as before")
	}
	if o, err := session.ParseOrder(raw.Body); err != nil || o.Stage != connector.StageCancelled {
		t.Errorf("cancelled order: stage %q, error %v", o.Stage, err)
	}
}

// ordersSkew: Lad's clock is hours off.
func (s Subject) ordersSkew(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"ahead": 3 * time.Hour, "behind": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := s.start(t)
			src := st.open(st.Settings, func() time.Time { return st.Now().Add(skew) }).(connector.OrderSource)
			ids := st.placeMany(3)
			got := map[string]connector.RawOrder{}
			next := st.sweep(src, "", got, nil)
			next = st.sweep(src, next, got, nil)
			ids = append(ids, st.placeMany(2)...)
			st.sweep(src, next, got, nil)
			st.wantAll("clock "+name, got, ids)
		})
	}
}

func (s Subject) ordersByID(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	ids := st.placeMany(3)
	raws, err := st.source().ReadOrders(context.Background(), []string{ids[2], "987654321987", "no such id", ids[0]})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]connector.RawOrder{}
	for _, raw := range raws {
		got[raw.ExternalID] = raw
		if o, err := st.source().ParseOrder(raw.Body); err != nil || o.ExternalID != raw.ExternalID {
			t.Errorf("order %s read by id: parsed as %q, error %v", raw.ExternalID, o.ExternalID, err)
		}
	}
	st.wantAll("two orders by id", got, []string{ids[0], ids[2]})
	none, err := st.source().ReadOrders(context.Background(), nil)
	if err != nil || len(none) > 0 {
		t.Errorf("no ids: %d orders, error %v", len(none), err)
	}
}
