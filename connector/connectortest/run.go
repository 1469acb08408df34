package connectortest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
)

// HookSecret is the secret of webhooks that the suite's sessions are opened with.
const HookSecret = "conformance0hook0secret0of0forty0letters"

// Run checks the subject as far as its Level says. It calls t.Parallel in its subtests and makes an outside of its own for
// each. What is not checked yet, and what it waits for, is logged: go test -v shows it.
func Run(t *testing.T, s Subject) {
	t.Helper()
	if s.Orders == 0 {
		s.Orders = 250
	}
	t.Run("info", s.info)
	t.Run("settings", s.settings)
	first := s.start(t)
	if s.Level == LevelEmpty {
		hint(t, first)
		return
	}
	t.Run("check", s.check)
	for _, p := range parts {
		if !p.of(first.ch) {
			continue
		}
		if lacks := p.lacks(first.Outside); len(lacks) > 0 {
			missing(t, s.Level, "%s is not checked, its hooks are nil in Outside: %s", p.capability.Name(), strings.Join(lacks, ", "))
			continue
		}
		for _, check := range p.checks {
			t.Run(check.name, func(t *testing.T) { check.run(s, t) })
		}
	}
	t.Run("faults", s.faults)
	t.Run("token", s.token)
}

// stand is one opened channel with its outside and the wire between them.
type stand struct {
	*Outside
	t    *testing.T
	s    Subject
	ch   connector.Channel
	wire *wire
	line *line
	sku  int

	mu      sync.Mutex
	changed map[string]string // by sessions, through Config.Keep
}

// start makes a fresh outside and opens the channel against it.
func (s Subject) start(t *testing.T) *stand {
	t.Helper()
	o := s.New(t)
	if o == nil || o.Settings == nil {
		t.Fatal("Subject.New gave no outside with settings")
	}
	st := &stand{Outside: o, t: t, s: s, wire: &wire{next: http.DefaultTransport}, line: &line{}}
	if o.Client != nil && o.Client.Transport != nil {
		st.wire.next = o.Client.Transport
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	st.ch = st.open(o.Settings, o.Now)
	return st
}

// open opens another session with the same outside.
func (st *stand) open(settings map[string]string, now func() time.Time) connector.Channel {
	st.t.Helper()
	client := http.Client{Timeout: 20 * time.Second}
	if st.Client != nil {
		client = *st.Client
	}
	client.Transport = st.wire
	ch, err := st.s.Driver.Open(connector.Config{
		Settings: st.kept(settings), HTTP: &client, Dial: st.line.dial, HookSecret: HookSecret, Keep: st.keep, Now: now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		st.t.Fatalf("Open: %v", err)
	}
	return ch
}

// keep is what Lad does with new values of settings: the next session has them.
func (st *stand) keep(_ context.Context, changed map[string]string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.changed == nil {
		st.changed = map[string]string{}
	}
	maps.Copy(st.changed, changed)
	return nil
}

// kept are working settings as an earlier session left them; settings that were never good are given as they are.
func (st *stand) kept(settings map[string]string) map[string]string {
	out := maps.Clone(settings)
	if maps.Equal(settings, st.Settings) {
		st.mu.Lock()
		defer st.mu.Unlock()
		maps.Copy(out, st.changed)
	}
	return out
}

func (st *stand) source() connector.OrderSource { return st.ch.(connector.OrderSource) }

// need fails when a hook is missing that a check turns out to call for.
func (st *stand) need(name string, there bool) {
	st.t.Helper()
	if !there {
		st.t.Fatalf("Outside.%s is nil, but the driver's capabilities call for it", name)
	}
}

// offer puts a new offer on sale.
func (st *stand) offer(q connector.Qty) string {
	st.t.Helper()
	st.need("AddOffer", st.AddOffer != nil)
	st.sku++
	return st.AddOffer(fmt.Sprintf("CT-%04d", st.sku), q)
}

func (st *stand) place(items ...Item) string {
	st.t.Helper()
	st.need("Place", st.Place != nil)
	return st.Place(items...)
}

// pieces is a whole quantity.
func pieces(n int64) connector.Qty { return connector.Qty(n * 1000) }

// wantKind fails unless err has one of kinds, in words, without a secret in them.
func (st *stand) wantKind(what string, err error, kinds ...connector.Kind) {
	st.t.Helper()
	if err == nil {
		st.t.Errorf("%s: no error, want kind %v", what, kinds)
		return
	}
	st.noSecret(what, err)
	got := connector.KindOf(err)
	for _, k := range kinds {
		if got == k {
			return
		}
	}
	st.t.Errorf("%s: kind %s (%v), want %v", what, got, err, kinds)
}

// noSecret: the words of an error are shown to people and logged.
func (st *stand) noSecret(what string, err error) {
	st.t.Helper()
	for _, set := range st.s.Driver.Info().Settings {
		if v := st.Settings[set.Key]; set.Secret && len(v) > 3 && strings.Contains(err.Error(), v) {
			st.t.Errorf("%s: the error shows the secret setting %s", what, set.Key)
		}
	}
}

func (s Subject) check(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	if _, err := st.ch.Check(context.Background()); err != nil {
		t.Errorf("Check with good settings: %v", err)
	}
	if st.BadSettings == nil {
		t.Fatal("Outside.BadSettings is nil")
	}
	bad := st.open(st.BadSettings, st.Now)
	_, err := bad.Check(context.Background())
	st.wantKind("Check with bad credentials", err, connector.KindAuth)
}
