package allegro

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	simallegro "github.com/lad-hub/lad/internal/sim/allegro"
)

func TestListFees(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, nil)
	offer := st.offer("L1", 9)
	order := st.place(offer)
	var want []string
	for range 2*feePage + 5 {
		want = append(want, st.shop.Charge(order, 12_34))
		st.clock.Advance(time.Second)
	}
	read := func(cursor string) (map[string]connector.Fee, string) {
		got := map[string]connector.Fee{}
		for range 10 {
			p, err := st.ch.ListFees(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Fees {
				got[f.ExternalID] = f
			}
			if cursor = p.Next; !p.More {
				break
			}
			st.shop.Charge(order, 1) // booked while paging: rows move to later pages
		}
		return got, cursor
	}
	got, cursor := read("")
	for _, id := range want {
		if got[id].Amount != pln(12_34) {
			t.Fatalf("fee %s: %+v", id, got[id])
		}
	}
	refund := st.shop.Charge(order, -2_34)
	got, _ = read(cursor)
	f := got[refund]
	f.At = time.Time{}
	if diff := cmp.Diff(connector.Fee{ExternalID: refund, OrderID: order, OfferID: offer, Code: "REF", Title: "Zwrot prowizji", Amount: pln(-2_34)}, f); diff != "" {
		t.Error(diff)
	}
}

// Of entries that can not be read the others are kept; an amount without a currency is the account's.
func TestOddEntries(t *testing.T) {
	t.Parallel()
	st := start(t, simallegro.Options{}, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"billingEntries":[7,{"id":"a","occurredAt":"2026-07-02T08:15:11Z","type":{"id":"SUC"},"value":{"amount":"-0.50"}},`+
				`{"id":"b","occurredAt":"2026-07-02T08:15:11Z","type":{"id":"SUC"},"value":{"amount":"-0.50","currency":"DUKAT"}},`+
				`{"id":"c","type":{"id":"SUC"},"value":{"amount":"-0.50"}},{"id":"d","occurredAt":"2026-07-02T08:15:11Z","type":{"id":"LIS"},"value":{}}]}`)
		})
	})
	p, err := st.ch.ListFees(t.Context(), "")
	want := []connector.Fee{{ExternalID: "a", Code: "SUC", Title: "SUC", At: time.Date(2026, 7, 2, 8, 15, 11, 0, time.UTC), Amount: pln(50)}}
	if diff := cmp.Diff(want, p.Fees); diff != "" || err != nil || p.More {
		t.Error(diff, err, p.More)
	}
}

func TestFeeSteps(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 7, n, 0, 0, 0, 0, time.UTC) }
	cases := []struct {
		name   string
		cur    feeCursor
		rows   int
		oldest time.Time
		want   feeCursor
		more   bool
	}{
		{"next page", feeCursor{Since: day(1), Top: day(20)}, feePage, day(19), feeCursor{Since: day(1), Top: day(20), Offset: 100}, true},
		{"the end starts two days before the newest", feeCursor{Since: day(1), Top: day(20), Offset: 300}, 99, day(2), feeCursor{Since: day(18)}, false},
		{"never back", feeCursor{Since: day(10), Top: day(11)}, 5, day(10), feeCursor{Since: day(10)}, false},
		{"nothing at all", feeCursor{Since: day(10)}, 0, time.Time{}, feeCursor{Since: day(10)}, false},
		{"too deep: a window", feeCursor{Since: day(1), Top: day(20), Offset: maxFeeOffset}, feePage, day(9),
			feeCursor{Since: day(1), Until: day(9), Top: day(20)}, true},
		{"a window of one moment", feeCursor{Since: day(1), Until: day(9), Top: day(20), Offset: maxFeeOffset}, feePage, day(9),
			feeCursor{Since: day(1), Until: day(9).Add(-time.Millisecond), Top: day(20)}, true},
	}
	for _, c := range cases {
		more := c.cur.step(c.rows, c.oldest)
		if diff := cmp.Diff(c.want, c.cur); diff != "" || more != c.more {
			t.Errorf("%s: more %v\n%s", c.name, more, diff)
		}
	}
}
