//go:build torture

package torture

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/webhooks"
)

// goOnWithin is how long after a start the first event may take: on PostgreSQL what the killed program held must run out first,
// since another one may be alive there.
var goOnWithin = map[db.Engine]time.Duration{db.SQLite: 10 * time.Second, db.Postgres: 40 * time.Second}

// TestKillWebhooks kills the program while it tells an address of events, now before and now after the address has answered. Every
// event arrives, those about one thing in their order, and only what was under way at a kill comes twice.
func TestKillWebhooks(t *testing.T) {
	rounds, binary := rounds(t), build(t)
	for _, e := range apptest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			r := newRack(t, binary, e)
			r.found()
			in := listen(t)
			place := r.subscribe(in)
			for n := range rounds {
				r.cutDeliveries(in, n, goOnWithin[e])
			}
			want := r.told(place)
			p := r.start()
			r.arrive(in, want)
			p.kill()
			in.ordered(want, rounds)
			r.accepted(want)
			r.check()
			t.Logf("%s: %d kills, %d events, %d messages, %d refused", e, rounds, len(want), len(in.got), in.refused)
		})
	}
}

// listener is the program that is told of events: it keeps what it took, and refuses one in forty.
type listener struct {
	t       *testing.T
	url     string
	mu      sync.Mutex
	key     []byte
	got     []webhooks.Body
	refused int
	dice    *rand.Rand
	left    int           // messages until the sender is to be killed; 0 when it is not
	due     chan bool     // true: the sender has no answer yet
	again   chan struct{} // closed when the sender is gone
}

func listen(t *testing.T) *listener {
	in := &listener{t: t, dice: rand.New(rand.NewPCG(5, 5)), due: make(chan bool, 1)}
	srv := httptest.NewServer(http.HandlerFunc(in.take))
	t.Cleanup(srv.Close)
	in.url = srv.URL
	return in
}

func (in *listener) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // cut off by a kill
	}
	var b webhooks.Body
	id, at := req.Header.Get("Webhook-Id"), req.Header.Get("Webhook-Timestamp")
	if err := json.Unmarshal(body, &b); err != nil || b.ID != id {
		in.t.Errorf("message %q: %v", id, err)
	}
	in.mu.Lock()
	if webhooks.Sign(in.key, id, at, body) != req.Header.Get("Webhook-Signature") {
		in.t.Errorf("message %q is not signed", id)
	}
	if in.dice.IntN(40) == 0 {
		in.refused++
		in.mu.Unlock()
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	}
	in.got = append(in.got, b)
	silent, again := false, in.again
	if in.left--; in.left == 0 {
		silent = in.dice.IntN(2) == 0
		in.due <- silent
	}
	in.mu.Unlock()
	if silent {
		<-again // what was taken is not recorded any more
	}
}

// cutAfter asks for a kill after so many messages.
func (in *listener) cutAfter(n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.left, in.again = n, make(chan struct{})
}

// ids are the events that were taken.
func (in *listener) ids() map[string]int {
	in.mu.Lock()
	defer in.mu.Unlock()
	ids := map[string]int{}
	for _, b := range in.got {
		ids[b.ID]++
	}
	return ids
}

// subscribe makes the webhook and answers the place from which on it is told.
func (r *rack) subscribe(in *listener) (place int64) {
	ctx := context.Background()
	a := r.open(false)
	defer func() { r.must(a.Close(ctx)) }()
	w, shown, err := a.Webhooks.Add(ctx, access.ForSystem(r.tenant), webhooks.Input{Name: "ERP", URL: in.url, Events: []string{"order", "stock"}})
	r.must(err)
	in.key, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(shown.Reveal(), "whsec_"))
	r.must(err)
	return w.Place
}

// cutDeliveries lets buyers order and kills the program in the middle of its messages.
func (r *rack) cutDeliveries(in *listener, n int, within time.Duration) {
	r.t.Helper()
	dice := rand.New(rand.NewPCG(uint64(n), 11))
	in.cutAfter(1 + dice.IntN(60))
	p := r.start()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() { r.buySome(ctx, p.url, rand.New(rand.NewPCG(uint64(n), uint64(i)))) })
	}
	select {
	case silent := <-in.due:
		if !silent {
			<-time.After(time.Duration(dice.Int64N(int64(5 * time.Millisecond))))
		}
	case <-time.After(within):
		r.t.Errorf("round %d: too few messages within %s", n, within)
	}
	p.kill()
	close(in.again)
	stop()
	wg.Wait()
}

// buySome posts orders and cancels some.
func (r *rack) buySome(ctx context.Context, url string, dice *rand.Rand) {
	for range 40 {
		if key := r.key(dice); r.post(ctx, url, key) == http.StatusCreated && dice.IntN(3) == 0 {
			r.cancel(ctx, url, key)
		}
	}
}

// told reads what the address must have been told, in the order of the feed, while the program does not run.
func (r *rack) told(place int64) (want []journal.Placed) {
	ctx := context.Background()
	a := r.open(false)
	defer func() { r.must(a.Close(ctx)) }()
	for more := true; more; {
		var err error
		more, err = journal.Place(ctx, a.DB, r.tenant)
		r.must(err)
	}
	r.must(a.DB.Read(ctx, r.tenant, func(tx *db.Tx) error {
		page, err := journal.Feed(ctx, tx, place, 100_000)
		want = slices.DeleteFunc(page, func(e journal.Placed) bool {
			return !strings.HasPrefix(e.Kind, "order.") && !strings.HasPrefix(e.Kind, "stock.")
		})
		return err
	}))
	return want
}

// arrive waits until all events have come.
func (r *rack) arrive(in *listener, want []journal.Placed) {
	r.t.Helper()
	deadline, every := time.NewTimer(3*time.Minute), time.NewTicker(50*time.Millisecond)
	defer deadline.Stop()
	defer every.Stop()
	for {
		got := in.ids()
		missing := slices.ContainsFunc(want, func(e journal.Placed) bool { return got[journal.EventID(e.Seq)] == 0 })
		if !missing {
			return
		}
		select {
		case <-deadline.C:
			r.t.Fatalf("%d of %d events came", len(got), len(want))
		case <-every.C:
		}
	}
}

// ordered checks the order about each thing, and that only what was under way at a kill came more than once.
func (in *listener) ordered(want []journal.Placed, kills int) {
	type thing struct {
		subject string
		id      int64
	}
	left := map[thing][]string{} // ids that did not come yet
	for _, e := range want {
		k := thing{e.Subject, e.SubjectID}
		left[k] = append(left[k], journal.EventID(e.Seq))
	}
	last, repeats := map[thing]string{}, 0
	for _, b := range in.got {
		k := thing{b.Subject, b.About}
		switch {
		case b.ID == last[k]:
			repeats++
			continue
		case len(left[k]) == 0 || left[k][0] != b.ID:
			in.t.Errorf("%s %d: %s %s came out of turn, after %q", b.Subject, b.About, b.Kind, b.ID, last[k])
		default:
			left[k] = left[k][1:]
		}
		last[k] = b.ID
	}
	if most := kills * 8; repeats > most {
		in.t.Errorf("%d messages came again, more than the %d that %d kills can cut off", repeats, most, kills)
	}
}

// accepted checks that every order that was acknowledged is among the events.
func (r *rack) accepted(want []journal.Placed) {
	told := map[string]bool{}
	for _, e := range want {
		told[e.Kind+" "+strconv.FormatInt(e.SubjectID, 10)] = true
	}
	for key, p := range r.orders {
		id := strconv.FormatInt(p.id, 10)
		if p.id != 0 && !told["order.accepted "+id] || p.cancelled && !told["order.cancelled "+id] {
			r.t.Errorf("key %s was acknowledged as order %s, and no event says so (cancelled: %v)", key, id, p.cancelled)
		}
	}
}
