package catalogui

import (
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Bounds of the shelf.
const (
	shelfFiles = 16
	shelfBytes = 96 << 20
	shelfTime  = time.Hour
)

// shelf keeps uploaded files for a while, so that a person can give their columns other meanings without uploading again. It
// is a convenience of one process: a file that is gone is asked for once more.
type shelf struct {
	clock clock.Clock
	mu    sync.Mutex
	files []shelved // oldest first
}

type shelved struct {
	tenant db.Tenant
	id     int64 // of the import
	name   string
	body   []byte
	at     time.Time
}

func newShelf(c clock.Clock) *shelf { return &shelf{clock: c} }

// put keeps a file under an import.
func (s *shelf) put(f shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.at = s.clock.Now()
	s.files = append(s.files, f)
	s.tidy()
}

// take answers the file of an import and forgets it.
func (s *shelf) take(t db.Tenant, id int64) (shelved, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	for i, f := range s.files {
		if f.tenant == t && f.id == id {
			s.files = append(s.files[:i:i], s.files[i+1:]...)
			return f, true
		}
	}
	return shelved{}, false
}

// has says whether the file of an import is still there.
func (s *shelf) has(t db.Tenant, id int64) bool {
	f, ok := s.take(t, id)
	if ok {
		s.put(f)
	}
	return ok
}

// tidy forgets old files and the oldest of too many.
func (s *shelf) tidy() {
	sum, first := 0, len(s.files)
	for first > 0 {
		f := s.files[first-1]
		if sum += len(f.body); sum > shelfBytes || len(s.files)-first >= shelfFiles || s.clock.Now().Sub(f.at) > shelfTime {
			break
		}
		first--
	}
	s.files = append([]shelved(nil), s.files[first:]...)
}
