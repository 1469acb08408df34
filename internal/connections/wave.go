package connections

import (
	"sync"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
)

// waves measures how long a change takes to reach the last channel: a wave is one moment of commit, its rows the listings it
// made dirty.
type waves struct {
	mu   sync.Mutex
	last map[db.Tenant]wave
	// commits are when the newest changes became visible, found by the moment their transaction began.
	commits [1 << 12]commit
}

type commit struct{ wantedAt, at int64 }

// commit notes when a change made at wantedAt (µs) was committed by this process.
func (w *waves) commit(wantedAt int64, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commits[wantedAt%int64(len(w.commits))] = commit{wantedAt, at.UnixMicro()}
}

// committed is when a change was committed; when that is not known any more, or another process made it, when it was made.
func (w *waves) committed(wantedAt int64) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.commits[wantedAt%int64(len(w.commits))]; c.wantedAt == wantedAt {
		return time.UnixMicro(c.at)
	}
	return time.UnixMicro(wantedAt)
}

type wave struct {
	wantedAt int64
	took     time.Duration
}

// reached notes pushed rows: the newest wave's slowest channel is what the header shows.
func (r *runners) reached(t db.Tenant, rows []*dirtyRow, now time.Time) {
	r.waves.note(t, rows, now, r.svc.Reached)
}

func (w *waves) note(t db.Tenant, rows []*dirtyRow, now time.Time, tell func(db.Tenant, time.Duration)) {
	w.mu.Lock()
	if w.last == nil {
		w.last = map[db.Tenant]wave{}
	}
	last := w.last[t]
	changed := false
	for _, row := range rows {
		took := now.Sub(time.UnixMicro(row.wantedAt))
		if row.wantedAt < last.wantedAt || row.state != string(connector.ItemAccepted) && row.state != string(connector.ItemConfirmed) {
			continue
		}
		if row.wantedAt > last.wantedAt || took > last.took {
			last, changed = wave{wantedAt: row.wantedAt, took: took}, true
		}
	}
	w.last[t] = last
	w.mu.Unlock()
	if changed {
		tell(t, last.took)
	}
}
