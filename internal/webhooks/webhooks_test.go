package webhooks_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/webhooks"
)

var ctx = context.Background()

// receiver is a program that is told of events. answer decides about each call; nil takes everything.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	key    []byte
	got    []webhooks.Body // taken, in order
	bad    []string        // faults of messages
	calls  int
	answer func(w http.ResponseWriter, r *http.Request, b webhooks.Body) bool
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var b webhooks.Body
	id, at := req.Header.Get("Webhook-Id"), req.Header.Get("Webhook-Timestamp")
	err := json.Unmarshal(body, &b)
	r.mu.Lock()
	r.calls++
	if err != nil || b.ID != id || webhooks.Sign(r.key, id, at, body) != req.Header.Get("Webhook-Signature") {
		r.bad = append(r.bad, fmt.Sprint(err, " ", id, " ", string(body)))
	}
	answer := r.answer
	r.mu.Unlock()
	if answer != nil && !answer(w, req, b) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, b)
}

func (r *receiver) set(answer func(w http.ResponseWriter, r *http.Request, b webhooks.Body) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// taken is what was taken so far.
func (r *receiver) taken() []webhooks.Body {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (r *receiver) tried() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

// hook makes a webhook to the receiver.
func hook(t *testing.T, s *apptest.Living, r *receiver, events ...string) webhooks.Webhook {
	t.Helper()
	w, made, err := s.Webhooks.Add(ctx, s.Who, webhooks.Input{Name: "ERP", URL: r.URL, Events: events})
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(made.Reveal(), "whsec_"))
	if err != nil || len(key) != 32 {
		t.Fatalf("secret of %d bytes, %v", len(key), err)
	}
	r.mu.Lock()
	r.key = key
	r.mu.Unlock()
	return w
}

// say writes one event about a thing.
func say(t *testing.T, s *apptest.Living, kind string, id int64, n int) {
	t.Helper()
	subject, _, _ := strings.Cut(kind, ".")
	s.Write(func(tx *db.Tx) error {
		return s.Journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: kind, Subject: subject, SubjectID: id, Payload: map[string]int{"n": n}})
	})
}

// ordered checks that every event 0..n-1 of each thing came, and no later one before the first time of an earlier one.
func ordered(t *testing.T, r *receiver, things, n int) {
	t.Helper()
	next := map[int64]int{}
	seen := map[string]bool{}
	for _, b := range r.taken() {
		if seen[b.ID] {
			continue
		}
		seen[b.ID] = true
		if want := fmt.Sprintf(`{"n":%d}`, next[b.About]); string(b.Payload) != want {
			t.Errorf("thing %d: %s, want %s", b.About, b.Payload, want)
		}
		next[b.About]++
	}
	for id := range things {
		if next[int64(id+1)] != n {
			t.Errorf("thing %d: %d of %d events", id+1, next[int64(id+1)], n)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, bad := range r.bad {
		t.Error(bad)
	}
}

// Events of the groups that were asked for arrive signed, in the order of each thing; others do not.
func TestDelivers(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		r := receive(t)
		say(t, s, "order.early", 1, 99) // before the webhook: not told
		w := hook(t, s, r, "order", "stock.receipt")
		s.Start()
		for n := range 5 {
			for id := range 4 {
				say(t, s, "order.changed", int64(id+1), n)
			}
			say(t, s, "sku.changed", 9, n)
			say(t, s, "account.created", 9, n)
		}
		say(t, s, "stock.receipt", 5, 0)
		apptest.Eventually(t, "21 events arrive and are noted", func() bool {
			return s.Int("select count(*) from webhook_delivery where tenant_id = $1 and state = 'delivered'") >= 21
		})
		s.Webhooks.Stop()
		if n := len(r.taken()); n != 21 {
			t.Errorf("%d events", n)
		}
		ordered(t, r, 4, 5)
		log, err := s.Webhooks.Log(ctx, s.Who, w.ID, 0, 100)
		if err != nil || len(log) != 21 || log[0].State != webhooks.Delivered || log[0].Code != 200 || log[0].Tries != 1 {
			t.Errorf("%d in the log, %v: %+v", len(log), err, log)
		}
	})
}

// An address that fails, redirects, hangs up and answers late gets every event all the same; what is about another thing does not wait.
func TestFailingReceiver(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		r := receive(t)
		hook(t, s, r, "order")
		tries := map[string]int{}
		var mu sync.Mutex
		r.set(func(w http.ResponseWriter, req *http.Request, b webhooks.Body) bool {
			mu.Lock()
			tries[b.ID]++
			n := tries[b.ID]
			mu.Unlock()
			if b.About == 2 {
				return true
			}
			switch n {
			case 1:
				http.Error(w, "later", http.StatusServiceUnavailable)
			case 2:
				http.Redirect(w, req, "/elsewhere", http.StatusFound)
			case 3:
				panic(http.ErrAbortHandler) // hangs up
			default:
				return true
			}
			return false
		})
		say(t, s, "order.changed", 1, 0)
		say(t, s, "order.changed", 1, 1)
		say(t, s, "order.changed", 2, 0)
		s.Start()
		apptest.Eventually(t, "the other thing does not wait", func() bool {
			return slices.ContainsFunc(r.taken(), func(b webhooks.Body) bool { return b.About == 2 })
		})
		say(t, s, "order.changed", 2, 1)
		apptest.Eventually(t, "everything arrives", func() bool {
			s.Time.Advance(20 * time.Second)
			return len(r.taken()) >= 4
		})
		s.Webhooks.Stop()
		ordered(t, r, 2, 2)
	})
}

// The answer comes and is lost, as when the process is killed before it has recorded it: the event is sent again under its id, and
// nothing after it was sent before.
func TestKilledInBetween(t *testing.T) {
	t.Parallel()
	for _, e := range apptest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			s := apptest.Live(t, dbtest.Options(t, e))
			r := receive(t)
			hook(t, s, r, "order")
			for n := range 6 {
				say(t, s, "order.changed", 1, n)
			}
			taken := make(chan struct{})
			var once sync.Once
			r.set(func(_ http.ResponseWriter, req *http.Request, _ webhooks.Body) bool {
				if len(r.taken()) == 2 {
					once.Do(func() {
						close(taken)
						<-req.Context().Done() // the sender is gone before the answer
					})
				}
				return true
			})
			s.Start()
			<-taken
			s.Webhooks.Stop()
			r.set(nil)
			s.Time.Advance(2 * time.Minute) // past the lease of the process that died
			s.Webhooks.Start(ctx)
			apptest.Eventually(t, "the rest arrives", func() bool {
				got := r.taken()
				return string(got[len(got)-1].Payload) == `{"n":5}`
			})
			if len(r.taken()) != 7 {
				t.Errorf("%d messages: the one whose answer was lost comes twice, the others once", len(r.taken()))
			}
			s.Webhooks.Stop()
			ordered(t, r, 1, 6)
		})
	}
}

// After three days of failures a webhook stops and a person gets a task; resuming sends what waited, the task is done.
func TestStopsAfterThreeDays(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		r := receive(t)
		w := hook(t, s, r, "order")
		r.set(func(w http.ResponseWriter, _ *http.Request, _ webhooks.Body) bool {
			http.Error(w, "no", http.StatusGone)
			return false
		})
		say(t, s, "order.changed", 1, 0)
		s.Start()
		state := func() webhooks.State {
			now, err := s.Webhooks.Get(ctx, s.Who, w.ID)
			if err != nil {
				t.Fatal(err)
			}
			return now.State
		}
		apptest.Eventually(t, "it is tried", func() bool { return r.tried() > 0 })
		s.Time.Advance(71 * time.Hour)
		tried := r.tried()
		apptest.Eventually(t, "it is tried again", func() bool { return r.tried() > tried })
		if got := state(); got != webhooks.Active {
			t.Errorf("%s after 71 hours", got)
		}
		apptest.Eventually(t, "it stops", func() bool {
			s.Time.Advance(2 * time.Hour)
			return state() == webhooks.Stopped
		})
		if n := s.Tasks(tasks.WebhookStopped, "webhook", w.ID); n != 1 {
			t.Errorf("%d tasks", n)
		}
		r.set(nil)
		if err := s.Webhooks.Resume(ctx, s.Who, w.ID); err != nil {
			t.Fatal(err)
		}
		apptest.Eventually(t, "it arrives after all", func() bool { return len(r.taken()) == 1 })
		if n := s.Tasks(tasks.WebhookStopped, "webhook", w.ID); n != 0 {
			t.Errorf("%d tasks left", n)
		}
		s.Webhooks.Stop()
	})
}

// Retry, skip and replay do what they say; a replay goes back 30 days and not to places that are not there.
func TestRetrySkipReplay(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		r := receive(t)
		w := hook(t, s, r, "order.changed")
		s.Start()
		for n := range 3 {
			say(t, s, "order.changed", 1, n)
		}
		apptest.Eventually(t, "three arrive", func() bool { return len(r.taken()) == 3 })
		apptest.Eventually(t, "three are recorded", func() bool {
			return s.Int("select count(*) from webhook_delivery where tenant_id = $1 and state = 'delivered'") == 3
		})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.Webhooks.Retry(ctx, s.Who, w.ID, 2))
		apptest.Eventually(t, "one comes again", func() bool { return len(r.taken()) == 4 })
		must(s.Webhooks.Replay(ctx, s.Who, w.ID, w.Place))
		apptest.Eventually(t, "all come again", func() bool { return len(r.taken()) == 7 })
		ids := map[string]int{}
		for _, b := range r.taken() {
			ids[b.ID]++
		}
		if len(ids) != 3 {
			t.Errorf("events under %d ids: %v", len(ids), ids)
		}
		if err := s.Webhooks.Replay(ctx, s.Who, w.ID, 1<<40); err == nil {
			t.Error("replayed from a place that is not there")
		}
		r.set(func(w http.ResponseWriter, _ *http.Request, b webhooks.Body) bool {
			if string(b.Payload) == `{"n":3}` {
				http.Error(w, "no", http.StatusTeapot)
				return false
			}
			return true
		})
		say(t, s, "order.changed", 1, 3)
		say(t, s, "order.changed", 1, 4)
		var stuck int64
		apptest.Eventually(t, "one is refused", func() bool {
			log, err := s.Webhooks.Log(ctx, s.Who, w.ID, 0, 10)
			must(err)
			for _, d := range log {
				if d.Code == http.StatusTeapot && d.State == webhooks.Waiting {
					stuck = d.No
				}
			}
			return stuck != 0
		})
		must(s.Webhooks.Skip(ctx, s.Who, w.ID, stuck))
		apptest.Eventually(t, "the one behind it comes", func() bool {
			return slices.ContainsFunc(r.taken(), func(b webhooks.Body) bool { return string(b.Payload) == `{"n":4}` })
		})
		s.Webhooks.Stop()
	})
}

// What a person types is checked; a secret is sealed and shown once; another shop sees nothing.
func TestInputsAndSecrets(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		for _, in := range []webhooks.Input{
			{Name: "", URL: "https://a.example", Events: []string{"order"}}, {Name: "a", URL: "ftp://a.example", Events: []string{"order"}},
			{Name: "a", URL: "https://user:pass@a.example", Events: []string{"order"}}, {Name: "a", URL: "https://a.example", Events: nil},
			{Name: "a", URL: "https://a.example", Events: []string{"account"}}, {Name: "a", URL: "https://a.example", Events: []string{"token.created"}},
			{Name: "a", URL: "https:///x", Events: []string{"order"}}, {Name: "a", URL: "https://a.example", Events: []string{"order.x y"}},
		} {
			if _, _, err := s.Webhooks.Add(ctx, s.Who, in); err == nil {
				t.Errorf("taken: %+v", in)
			}
		}
		w, made, err := s.Webhooks.Add(ctx, s.Who, webhooks.Input{Name: "a", URL: "https://a.example", Events: []string{"order"}})
		if err != nil {
			t.Fatal(err)
		}
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(made.Reveal(), "whsec_"))
		s.Read(func(tx *db.Tx) error {
			var sealed []byte
			err := tx.QueryRow(ctx, "select secret from webhook where tenant_id = $1", int64(tx.Tenant)).Scan(&sealed)
			if bytes.Contains(sealed, key) || len(sealed) == 0 {
				t.Errorf("the secret stands in the table")
			}
			return err
		})
		if _, err := s.Webhooks.Get(ctx, s.Second(), w.ID); err == nil {
			t.Error("another shop reads it")
		}
		if strings.Contains(fmt.Sprint(w, made), made.Reveal()) || made == secret.Text("") {
			t.Error("the secret prints")
		}
	})
}
