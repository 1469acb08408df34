package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// model answers a query by looking at every row.
func model(rows []*Row[int], q Query[int]) (ids []int64, total int) {
	all := slices.Clone(rows)
	slices.SortFunc(all, func(a, b *Row[int]) int {
		if q.Ascending == (a.ID < b.ID) {
			return -1
		}
		return 1
	})
	ids = []int64{}
	for _, r := range all {
		if !q.hit(r) {
			continue
		}
		if total >= q.Offset && (q.Limit == 0 || len(ids) < q.Limit) {
			ids = append(ids, r.ID)
		}
		total++
	}
	return ids, total
}

// A book answers every query as a look at every row would.
func TestBookAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := func(label string) time.Time { return time.Unix(rapid.Int64Range(1, 40).Draw(t, label), 0).UTC() }
		group := rapid.IntRange(0, 3)
		b := NewBook[int]()
		var rows []*Row[int]
		for range rapid.IntRange(0, 60).Draw(t, "rows") {
			r := &Row[int]{ID: rapid.Int64Range(1, 100).Draw(t, "id"), Created: at("created"), Changed: at("changed"), Group: group.Draw(t, "group"), Value: group.Draw(t, "value")}
			if taken := b.Get(r.ID) != nil; b.Add(r) == taken {
				t.Fatalf("id %d: taken %v", r.ID, taken)
			} else if !taken {
				rows = append(rows, r)
			}
		}
		for range rapid.IntRange(0, 20).Draw(t, "touches") {
			if len(rows) > 0 {
				b.Touch(rapid.SampledFrom(rows).Draw(t, "row"), at("touched"), group.Draw(t, "group"))
			}
		}
		q := drawQuery(t, at)
		found, total := b.Find(q)
		got := []int64{}
		for _, r := range found {
			got = append(got, r.ID)
		}
		want, n := model(rows, q)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		if q.Count && total != n {
			t.Fatalf("total %d, want %d", total, n)
		}
	})
}

func drawQuery(t *rapid.T, at func(string) time.Time) Query[int] {
	q := Query[int]{Ascending: rapid.Bool().Draw(t, "ascending"), Offset: rapid.IntRange(0, 5).Draw(t, "offset"), Limit: rapid.IntRange(0, 9).Draw(t, "limit"), Count: rapid.Bool().Draw(t, "count")}
	for label, bound := range map[string]*time.Time{"createdFrom": &q.CreatedFrom, "createdTo": &q.CreatedTo, "changedFrom": &q.ChangedFrom, "changedTo": &q.ChangedTo} {
		if rapid.IntRange(0, 3).Draw(t, label+"?") == 0 {
			*bound = at(label)
		}
	}
	for label, bound := range map[string]*int64{"min": &q.MinID, "max": &q.MaxID} {
		if rapid.Bool().Draw(t, label+"?") {
			*bound = rapid.Int64Range(1, 100).Draw(t, label)
		}
	}
	if rapid.Bool().Draw(t, "groups?") {
		q.Groups = rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 1, 3, rapid.ID).Draw(t, "groups")
	}
	if rapid.Bool().Draw(t, "match?") {
		q.Match = func(r *Row[int]) bool { return r.Value != 1 }
	}
	return q
}
