package sim

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Row is one thing in a Book. ID, Created, Changed and Group are indexed: change them through the Book only.
type Row[T any] struct {
	ID      int64
	Created time.Time
	Changed time.Time
	Group   int // a small number to filter by: a status, usually
	Value   T
}

// pin is an entry of an index; entries are ordered by (key, row id).
type pin[T any] struct {
	key int64
	row *Row[T]
}

type index[T any] []pin[T]

// find is the position of the first entry not before (key, id).
func (x index[T]) find(key, id int64) int {
	i, _ := slices.BinarySearchFunc(x, pin[T]{}, func(p, _ pin[T]) int {
		switch {
		case p.key < key || p.key == key && p.row.ID < id:
			return -1
		case p.key == key && p.row.ID == id:
			return 0
		}
		return 1
	})
	return i
}

func (x *index[T]) add(key int64, r *Row[T]) {
	*x = slices.Insert(*x, x.find(key, r.ID), pin[T]{key, r})
}

func (x *index[T]) drop(key, id int64) {
	i := x.find(key, id)
	*x = slices.Delete(*x, i, i+1)
}

// between are the entries with from <= key <= to; a zero time leaves its end open.
func (x index[T]) between(from, to time.Time) index[T] {
	lo, hi := 0, len(x)
	if !from.IsZero() {
		lo = x.find(from.UnixMicro(), 0)
	}
	if !to.IsZero() {
		hi = x.find(to.UnixMicro()+1, 0)
	}
	return x[lo:max(lo, hi)]
}

// Book stores rows by id with indexes by time of creation, time of change and group. Adding and touching recent rows costs
// little however many rows there are. It has no lock of its own: the simulator's lock guards it. Ids are positive.
type Book[T any] struct {
	rows    map[int64]*Row[T]
	ids     index[T]
	created index[T]
	changed index[T]
	groups  map[int]*index[T]
}

// NewBook makes an empty book.
func NewBook[T any]() *Book[T] {
	return &Book[T]{rows: map[int64]*Row[T]{}, groups: map[int]*index[T]{}}
}

// Len is the number of rows.
func (b *Book[T]) Len() int { return len(b.ids) }

// Get finds a row by id; nil when there is none.
func (b *Book[T]) Get(id int64) *Row[T] { return b.rows[id] }

// MaxID is the highest id in use, 0 in an empty book.
func (b *Book[T]) MaxID() int64 {
	if len(b.ids) == 0 {
		return 0
	}
	return b.ids[len(b.ids)-1].key
}

// FreeID is an id that no row has: the wanted one unless that is 0 or taken, else the next, from first on.
func (b *Book[T]) FreeID(want, first int64) int64 {
	if want > 0 && b.rows[want] == nil {
		return want
	}
	return max(b.MaxID(), first-1) + 1
}

// NewID is FreeID for whoever insists: ErrTaken when the wanted id is taken or is no number.
func (b *Book[T]) NewID(forced string, first int64) (int64, error) {
	if forced == "" {
		return b.FreeID(0, first), nil
	}
	const most = 1 << 48
	id, err := strconv.ParseInt(forced, 10, 64)
	if err != nil || id <= 0 || id >= most || b.rows[id] != nil {
		return 0, fmt.Errorf("%w: %q", ErrTaken, forced)
	}
	return id, nil
}

// View is a row as somebody sees it; false when there is none.
func View[T, V any](r *Row[T], view func(*Row[T]) V) (v V, ok bool) {
	if r == nil {
		return v, false
	}
	return view(r), true
}

// Views are all rows, by id.
func Views[T, V any](b *Book[T], view func(*Row[T]) V) []V {
	rows, _ := b.Find(Query[T]{Ascending: true})
	out := make([]V, 0, len(rows))
	for _, r := range rows {
		out = append(out, view(r))
	}
	return out
}

// Add stores a row; false when its id is taken.
func (b *Book[T]) Add(r *Row[T]) bool {
	if b.rows[r.ID] != nil {
		return false
	}
	b.rows[r.ID] = r
	b.ids.add(r.ID, r)
	b.created.add(r.Created.UnixMicro(), r)
	b.changed.add(r.Changed.UnixMicro(), r)
	b.group(r.Group).add(r.ID, r)
	return true
}

// Touch records that a row changed at a time and stands in a group now.
func (b *Book[T]) Touch(r *Row[T], at time.Time, group int) {
	b.changed.drop(r.Changed.UnixMicro(), r.ID)
	r.Changed = at
	b.changed.add(at.UnixMicro(), r)
	if group == r.Group {
		return
	}
	b.group(r.Group).drop(r.ID, r.ID)
	r.Group = group
	b.group(group).add(r.ID, r)
}

// GroupLen is the number of rows in a group.
func (b *Book[T]) GroupLen(g int) int {
	if x := b.groups[g]; x != nil {
		return len(*x)
	}
	return 0
}

func (b *Book[T]) group(g int) *index[T] {
	x := b.groups[g]
	if x == nil {
		x = &index[T]{}
		b.groups[g] = x
	}
	return x
}

// Query selects rows of a Book. Bounds are inclusive; zero values leave them open. Rows come in id order.
type Query[T any] struct {
	MinID       int64
	MaxID       int64
	CreatedFrom time.Time
	CreatedTo   time.Time
	ChangedFrom time.Time
	ChangedTo   time.Time
	Groups      []int
	Match       func(*Row[T]) bool
	Ascending   bool // newest first otherwise
	Offset      int
	Limit       int  // 0 = all
	Count       bool // the total is wanted
}

// Find answers a query with the wanted rows and, when asked for, the total before Offset and Limit.
func (b *Book[T]) Find(q Query[T]) ([]*Row[T], int) {
	if q.Count && q.changedOnly() {
		// The total stands in the index, so that the walk below can stop at the end of the page.
		q.Count = false
		rows, _ := b.Find(q)
		return rows, len(b.changed.between(q.ChangedFrom, q.ChangedTo))
	}
	pins, ordered := b.narrow(q)
	if !ordered {
		return q.cut(pins)
	}
	if q.free() {
		return q.slice(pins)
	}
	return q.walk(pins)
}

// narrow picks the index with the fewest candidates; an index in id order is preferred while it is not much longer, as it
// needs no sorting and a walk over it can stop early.
func (b *Book[T]) narrow(q Query[T]) (pins index[T], ordered bool) {
	pins = b.ids
	if len(q.Groups) == 1 {
		pins = *b.group(q.Groups[0])
	}
	if q.MaxID > 0 {
		pins = pins[:pins.find(q.MaxID+1, 0)]
	}
	if q.MinID > 0 {
		pins = pins[pins.find(q.MinID, 0):]
	}
	best := len(pins) / 4
	ordered = true
	if x := b.created.between(q.CreatedFrom, q.CreatedTo); len(x) < best {
		pins, ordered, best = x, false, len(x)
	}
	if x := b.changed.between(q.ChangedFrom, q.ChangedTo); len(x) < best {
		pins, ordered, best = x, false, len(x)
	}
	if len(q.Groups) < 2 || b.sum(q.Groups) >= best {
		return pins, ordered
	}
	var all index[T]
	for _, g := range q.Groups {
		all = append(all, *b.group(g)...)
	}
	return all, false
}

func (b *Book[T]) sum(groups []int) int {
	n := 0
	for _, g := range groups {
		n += b.GroupLen(g)
	}
	return n
}

// free reports that nothing but the id bounds, which narrow has applied, filters the rows.
func (q Query[T]) free() bool {
	return q.Match == nil && len(q.Groups) == 0 && q.CreatedFrom.IsZero() && q.CreatedTo.IsZero() && q.ChangedFrom.IsZero() && q.ChangedTo.IsZero()
}

// changedOnly reports that a bound of the time of change is the only filter: the usual question of a caller that polls.
func (q Query[T]) changedOnly() bool {
	bounded := !q.ChangedFrom.IsZero() || !q.ChangedTo.IsZero()
	q.ChangedFrom, q.ChangedTo = time.Time{}, time.Time{}
	return bounded && q.MinID == 0 && q.MaxID == 0 && q.free()
}

// hit checks a row against every condition of the query.
func (q Query[T]) hit(r *Row[T]) bool {
	switch {
	case r.ID < q.MinID,
		q.MaxID > 0 && r.ID > q.MaxID,
		!q.CreatedFrom.IsZero() && r.Created.Before(q.CreatedFrom),
		!q.CreatedTo.IsZero() && r.Created.After(q.CreatedTo),
		!q.ChangedFrom.IsZero() && r.Changed.Before(q.ChangedFrom),
		!q.ChangedTo.IsZero() && r.Changed.After(q.ChangedTo),
		len(q.Groups) > 0 && !slices.Contains(q.Groups, r.Group):
		return false
	}
	return q.Match == nil || q.Match(r)
}

// at is the i-th entry in the query's direction.
func (q Query[T]) at(pins index[T], i int) *Row[T] {
	if q.Ascending {
		return pins[i].row
	}
	return pins[len(pins)-1-i].row
}

// slice cuts the wanted rows out of an index where every row is a hit.
func (q Query[T]) slice(pins index[T]) ([]*Row[T], int) {
	end := len(pins)
	if q.Limit > 0 {
		end = min(end, q.Offset+q.Limit)
	}
	var out []*Row[T]
	for i := q.Offset; i < end; i++ {
		out = append(out, q.at(pins, i))
	}
	return out, len(pins)
}

// walk collects hits from an index in id order and stops when it has enough.
func (q Query[T]) walk(pins index[T]) ([]*Row[T], int) {
	var out []*Row[T]
	n := 0
	for i := range pins {
		r := q.at(pins, i)
		if !q.hit(r) {
			continue
		}
		if n >= q.Offset && (q.Limit == 0 || len(out) < q.Limit) {
			out = append(out, r)
		}
		n++
		if !q.Count && q.Limit > 0 && len(out) == q.Limit {
			break
		}
	}
	return out, n
}

// cut collects hits from an index in another order, sorts them by id and cuts the page out.
func (q Query[T]) cut(pins index[T]) ([]*Row[T], int) {
	var hits index[T]
	for _, p := range pins {
		if q.hit(p.row) {
			hits = append(hits, pin[T]{p.row.ID, p.row})
		}
	}
	slices.SortFunc(hits, func(a, b pin[T]) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	return q.slice(hits)
}
