// Package live tells open browser tabs that something changed. A hint carries a topic and a version, never data: fragments of
// the page read themselves again through the same pages, with the same permissions. A lost hint is therefore only late: the
// tab comes back with the last version it saw and gets what it missed.
package live

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Reset is the topic that stands for every topic: the server cannot say what a tab missed, so the tab reads everything again.
const Reset = "*"

// Hint says that a topic changed.
type Hint struct {
	Topic string `json:"topic"`
	// Version grows with every change within a tenant; a tab ignores what is not newer than what it saw.
	Version uint64 `json:"version"`
}

// Limits bound what the hub keeps and how often it speaks. A zero field takes its default.
type Limits struct {
	Gap       time.Duration // least time between two writes to one tab; default 50 ms
	Heartbeat time.Duration // silence after which a comment is sent; default 20 s
	Write     time.Duration // a tab that does not take a write within this is dropped; default 5 s
	Pending   int           // topics waiting for one tab before it is dropped; default 256
	Topics    int           // topics remembered per tenant; default 4096
	Tabs      int           // open streams per tenant; default 1000
}

func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	num := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	set(&l.Gap, 50*time.Millisecond)
	set(&l.Heartbeat, 20*time.Second)
	set(&l.Write, 5*time.Second)
	num(&l.Pending, 256)
	num(&l.Topics, 4096)
	num(&l.Tabs, 1000)
	return l
}

// Hub passes hints from writers to tabs. Publish never blocks on a tab.
type Hub struct {
	limits Limits
	// boot makes cursors of an earlier process (or of a neighbour) unknown here, which leads to a Reset.
	boot string

	mu      sync.Mutex
	tenants map[int64]*tenant
	closed  bool
}

// tenant is the state of one merchant, guarded by Hub.mu.
type tenant struct {
	seq uint64
	// versions maps a topic to the seq of its last change.
	versions map[string]uint64
	// floor: changes up to this seq may have been forgotten.
	floor uint64
	tabs  map[*tab]struct{}
}

// tab is one open stream. pending and gone are guarded by Hub.mu.
type tab struct {
	pending map[string]uint64
	gone    bool
	// wake holds one token while pending is not empty or the tab is gone.
	wake chan struct{}
}

func (t *tab) signal() {
	select {
	case t.wake <- struct{}{}:
	default: // a token is there already
	}
}

// New makes a hub.
func New(l Limits) *Hub {
	return &Hub{limits: l.withDefaults(), boot: strconv.FormatUint(rand.Uint64(), 36), tenants: map[int64]*tenant{}}
}

// of finds or makes the state of a tenant. Hub.mu is held.
func (h *Hub) of(id int64) *tenant {
	t, ok := h.tenants[id]
	if !ok {
		t = &tenant{versions: map[string]uint64{}, tabs: map[*tab]struct{}{}}
		h.tenants[id] = t
	}
	return t
}

// Publish says that a topic of a tenant changed. Call it after the commit. Topics are words of [a-z0-9-], because each becomes
// the event "<topic>-changed": "orders", "order-10482". It returns the version given to the change.
func (h *Hub) Publish(tenantID int64, topic string) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.of(tenantID)
	t.seq++
	t.versions[topic] = t.seq
	if len(t.versions) > h.limits.Topics {
		t.forget(h.limits.Topics / 2)
	}
	for s := range t.tabs {
		s.pending[topic] = t.seq
		if len(s.pending) > h.limits.Pending {
			t.drop(s)
			continue
		}
		s.signal()
	}
	return t.seq
}

// forget keeps the latest topics only and raises the floor to the newest change that is no longer known.
func (t *tenant) forget(keep int) {
	topics := slices.Collect(maps.Keys(t.versions))
	slices.SortFunc(topics, func(a, b string) int { return int(int64(t.versions[b]) - int64(t.versions[a])) })
	for _, topic := range topics[keep:] {
		t.floor = max(t.floor, t.versions[topic])
		delete(t.versions, topic)
	}
}

// drop ends a tab's stream; its browser reconnects with the cursor it has. Hub.mu is held.
func (t *tenant) drop(s *tab) {
	s.gone = true
	delete(t.tabs, s)
	s.signal()
}

// Cursor is the tenant's present version. A page takes it before it reads its data and hands it to its stream, so that
// nothing that happens in between is missed.
func (h *Hub) Cursor(tenantID int64) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cursor(h.of(tenantID).seq)
}

func (h *Hub) cursor(seq uint64) string { return fmt.Sprintf("%s-%d", h.boot, seq) }

// Tabs is the number of open streams of all tenants, for the metric.
func (h *Hub) Tabs() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, t := range h.tenants {
		n += len(t.tabs)
	}
	return n
}

// Close ends every stream and refuses new ones.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, t := range h.tenants {
		for s := range t.tabs {
			t.drop(s)
		}
	}
}

// join opens a stream for a tab that has seen cursor. What it missed is pending at once. ok is false when the hub is closed or
// the tenant has too many tabs.
func (h *Hub) join(tenantID int64, cursor string) (s *tab, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.of(tenantID)
	if h.closed || len(t.tabs) >= h.limits.Tabs {
		return nil, false
	}
	s = &tab{pending: h.missed(t, cursor), wake: make(chan struct{}, 1)}
	t.tabs[s] = struct{}{}
	if len(s.pending) > 0 {
		s.signal()
	}
	return s, true
}

// missed lists the topics changed after cursor; a Reset when that cannot be known.
func (h *Hub) missed(t *tenant, cursor string) map[string]uint64 {
	missed := map[string]uint64{}
	boot, text, _ := strings.Cut(cursor, "-")
	since, err := strconv.ParseUint(text, 10, 64)
	if boot != h.boot || err != nil || since < t.floor || since > t.seq {
		missed[Reset] = t.seq
		return missed
	}
	for topic, version := range t.versions {
		if version > since {
			missed[topic] = version
		}
	}
	if len(missed) > h.limits.Pending {
		return map[string]uint64{Reset: t.seq}
	}
	return missed
}

// leave forgets a tab.
func (h *Hub) leave(tenantID int64, s *tab) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.of(tenantID).tabs, s)
}

// take empties what is pending for a tab, oldest change first; gone says that the stream must end.
func (h *Hub) take(s *tab) (hints []Hint, gone bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.gone {
		return nil, true
	}
	for topic, version := range s.pending {
		hints = append(hints, Hint{Topic: topic, Version: version})
	}
	clear(s.pending)
	slices.SortFunc(hints, func(a, b Hint) int { return int(int64(a.Version) - int64(b.Version)) })
	return hints, false
}
