// Package ids hands out int64 identifiers before the row that carries them is written. A process takes them from the
// database in blocks, so they are dense but not without gaps, safe as JSON numbers and never used twice.
package ids

import (
	"context"
	"sync"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Block sizes: small for a quiet shop, so that a restart skips little; large under load, so that a block lasts a while.
const (
	minBlock = 16
	maxBlock = 1 << 14
	// busy is the life of a block under which the next one doubles.
	busy = 2 * time.Second
)

// Source hands out identifiers. It is safe for concurrent use.
type Source struct {
	db *db.DB

	mu    sync.Mutex
	kinds map[string]*pool
}

// pool holds the identifiers of one kind that this process may use: [next, end) and, when a refill has arrived, spare.
type pool struct {
	next, end           int64
	spareNext, spareEnd int64
	size                int64
	taken               time.Time
	refilling           bool
}

// New makes a source over a database.
func New(d *db.DB) *Source { return &Source{db: d, kinds: map[string]*pool{}} }

// New is one identifier of a kind, for use before a transaction begins.
func (s *Source) New(ctx context.Context, kind string) (int64, error) {
	first, err := s.Reserve(ctx, kind, 1)
	return first, err
}

// Reserve is n identifiers in a row, for use before a transaction begins; it answers the first.
func (s *Source) Reserve(ctx context.Context, kind string, n int64) (int64, error) {
	if id, ok := s.take(kind, n); ok {
		return id, nil
	}
	if n >= maxBlock {
		return s.allocate(ctx, kind, n)
	}
	size := s.blockSize(kind, n)
	first, err := s.allocate(ctx, kind, size)
	if err != nil {
		return 0, err
	}
	s.add(kind, first+n, first+size)
	return first, nil
}

// In is one identifier for use inside a transaction. It touches the database only when the process has run out, and then takes a
// block inside the transaction: given up with it when it fails, and left to the next ones when it is committed.
func (s *Source) In(ctx context.Context, tx *db.Tx, kind string) (int64, error) {
	return s.ReserveIn(ctx, tx, kind, 1)
}

// ReserveIn is n identifiers in a row for use inside a transaction.
func (s *Source) ReserveIn(ctx context.Context, tx *db.Tx, kind string, n int64) (int64, error) {
	if id, ok := s.take(kind, n); ok {
		return id, nil
	}
	type own struct{ next, end int64 }
	type key struct{ kind string }
	o := tx.Scratch(key{kind}, func() any {
		o := &own{}
		tx.AfterCommit(func() { s.add(kind, o.next, o.end) })
		return o
	}).(*own)
	if o.end-o.next < n {
		size := s.blockSize(kind, n)
		first, err := allocateIn(ctx, tx, kind, size)
		if err != nil {
			return 0, err
		}
		o.next, o.end = first, first+size
		s.pass(kind, first)
	}
	first := o.next
	o.next += n
	return first, nil
}

// take serves from memory and asks for the next block when half of this one is gone.
func (s *Source) take(kind string, n int64) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.kinds[kind]
	if p == nil {
		return 0, false
	}
	if p.end-p.next < n && p.spareEnd-p.spareNext >= n {
		p.next, p.end, p.spareNext, p.spareEnd = p.spareNext, p.spareEnd, 0, 0
	}
	if p.end-p.next < n {
		return 0, false
	}
	first := p.next
	p.next += n
	if !p.refilling && p.spareEnd == 0 && p.end-p.next < p.size/2 {
		p.refilling = true
		go s.refill(kind)
	}
	return first, true
}

func (s *Source) refill(kind string) {
	size := s.blockSize(kind, 1)
	first, err := s.allocate(context.Background(), kind, size)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.kinds[kind]
	p.refilling = false
	if err == nil && first >= p.end {
		p.spareNext, p.spareEnd = first, first+size
	}
}

// blockSize doubles when the last block was used up quickly and halves when it lasted.
func (s *Source) blockSize(kind string, atLeast int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.kinds[kind]
	if p == nil {
		p = &pool{size: minBlock}
		s.kinds[kind] = p
	}
	now := s.db.Clock().Now()
	switch {
	case p.taken.IsZero():
	case now.Sub(p.taken) < busy:
		p.size = min(p.size*4, maxBlock)
	default:
		p.size = max(p.size/2, minBlock)
	}
	p.taken = now
	return max(p.size, atLeast)
}

// add takes over the rest of a block. What is left of an older one is given up: within a process later identifiers are higher,
// so that a list by identifier is a list by age.
func (s *Source) add(kind string, next, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.kinds[kind]
	if next < p.end {
		return // somebody else was faster and has a younger block
	}
	p.next, p.end = next, end
	if p.spareNext < next {
		p.spareNext, p.spareEnd = 0, 0
	}
}

// pass gives up what the process has below a block that a transaction took, so that a later identifier is higher.
func (s *Source) pass(kind string, first int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.kinds[kind]
	if p.end <= first {
		p.next, p.end = first, first
	}
	if p.spareNext < first {
		p.spareNext, p.spareEnd = 0, 0
	}
}

func (s *Source) allocate(ctx context.Context, kind string, size int64) (first int64, err error) {
	err = s.db.Write(ctx, db.System, func(tx *db.Tx) error {
		first, err = allocateIn(ctx, tx, kind, size)
		return err
	})
	return first, err
}

func allocateIn(ctx context.Context, tx *db.Tx, kind string, size int64) (int64, error) {
	var after int64
	err := tx.QueryRow(ctx, `insert into id_block (kind, next_id) values ($1, 1 + $2)
		on conflict (kind) do update set next_id = id_block.next_id + $2 returning next_id`, kind, size).Scan(&after)
	return after - size, err
}
