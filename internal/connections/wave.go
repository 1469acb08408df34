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
