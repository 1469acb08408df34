package sim

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestChangedSince(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	b := NewBook[int]()
	for id := int64(1); id <= 5; id++ {
		b.Add(&Row[int]{ID: id, Created: at, Changed: at})
	}
	b.Touch(b.Get(2), at.Add(time.Second), 0)
	for _, c := range []struct {
		at    time.Time
		after int64
		limit int
		want  []int64
	}{
		{time.Time{}, 0, 10, []int64{1, 3, 4, 5, 2}}, {at, -1, 2, []int64{1, 3}}, {at, 3, 2, []int64{4, 5}}, {at, 5, 2, []int64{2}},
		{at.Add(time.Second), 2, 2, []int64{}}, {at.Add(time.Second), -1, 1, []int64{2}},
	} {
		got := []int64{}
		for _, r := range b.ChangedSince(c.at, c.after, c.limit) {
			got = append(got, r.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v after %d:\n%s", c.at, c.after, diff)
		}
	}
}
