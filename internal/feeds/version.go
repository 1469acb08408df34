package feeds

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
)

// versions counts, per shop, the changes of catalogue and stock since this process began. It lives in memory: a reader that
// comes after a restart fetches the document once more, and no order has to wait for a counter's row.
type versions struct {
	began time.Time

	mu sync.Mutex
	of map[db.Tenant]version
}

// version is the number of a state of the shop and since when it stands.
type version struct {
	n     int64
	since time.Time
}

func newVersions(now time.Time) *versions {
	return &versions{began: now, of: map[db.Tenant]version{}}
}

func (v *versions) now(t db.Tenant) version {
	v.mu.Lock()
	defer v.mu.Unlock()
	if have, ok := v.of[t]; ok {
		return have
	}
	return version{since: v.began}
}

func (v *versions) next(t db.Tenant, at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.of[t] = version{n: v.of[t].n + 1, since: at}
}

// Changed belongs into a transaction that changes catalogue, prices or stock: after its commit every feed of the shop is
// another document.
func (s *Service) Changed(tx *db.Tx) {
	t := tx.Tenant
	tx.AfterCommit(func() { s.Heard(t) })
}

// Heard is told that another process changed catalogue, prices or stock of a shop.
func (s *Service) Heard(t db.Tenant) { s.versions.next(t, s.db.Clock().Now()) }

// trust is how long a version is believed where its changes may come as hints, which can get lost, or not at all: from other
// processes, and with pages that are read from a channel.
const trust = time.Hour

// stamp names the state of a feed: its ETag, and since when it stands. A time within the present second is no Last-Modified:
// the second may yet bring another change.
func (s *Service) stamp(t db.Tenant, f Feed) (tag string, modified time.Time) {
	now, v, slot := s.db.Clock().Now(), s.versions.now(t), int64(0)
	if s.db.Engine() == db.Postgres || f.PagesFrom != 0 {
		begun := now.Truncate(trust)
		slot = begun.Unix()
		if v.since.Before(begun) {
			v.since = begun
		}
	}
	tag = fmt.Sprintf(`"%s-%d-%d-%d"`, strconv.FormatInt(s.versions.began.UnixMicro(), 36), v.n, f.Version, slot)
	if modified = v.since.Truncate(time.Second); !modified.Before(now.Truncate(time.Second)) {
		modified = time.Time{}
	}
	return tag, modified
}
