package sim

import "time"

// ChangedSince are the first limit rows that changed after (at, afterID), oldest change first and by id within one instant:
// the page of a list that is sorted by change and paged by a cursor. A zero time begins at the oldest change.
func (b *Book[T]) ChangedSince(at time.Time, afterID int64, limit int) []*Row[T] {
	lo := 0
	if !at.IsZero() {
		lo = b.changed.find(at.UnixMicro(), afterID+1)
	}
	pins := b.changed[lo:min(len(b.changed), lo+limit)]
	out := make([]*Row[T], 0, len(pins))
	for _, p := range pins {
		out = append(out, p.row)
	}
	return out
}
