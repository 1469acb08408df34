package baselinker

import (
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// journalKeeps is for how long the journal can be read, and journalPage how many rows one answer holds.
const (
	journalKeeps = 3 * 24 * time.Hour
	journalPage  = 100
)

// entry is a row of the journal.
type entry struct {
	id, order, kind, object int64
	at                      time.Time
}

func (a *Account) note(order, kind, object int64) {
	a.journal = append(a.journal, entry{id: 5_000 + int64(len(a.journal)), order: order, kind: kind, object: object, at: a.Now()})
}

func (a *Account) getJournal(c *sim.Call, p params) (fields, *failure) {
	out := []any{}
	for _, e := range a.journal {
		if a.o.NoJournal || len(out) == journalPage {
			break
		}
		if e.id < p.int("last_log_id") || c.At.Sub(e.at) > journalKeeps || p.int("order_id") != 0 && p.int("order_id") != e.order {
			continue
		}
		out = append(out, map[string]any{"log_id": e.id, "id": e.id, "order_id": e.order, "log_type": e.kind, "object_id": e.object, "date": c.Stamp(e.at).Unix()})
	}
	return fields{"logs": out}, nil
}
