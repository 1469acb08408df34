package tasks_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/tasks"
)

var (
	noon   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	system = access.ForSystem(dbtest.Tenant)
	person = access.Actor{Tenant: dbtest.Tenant, Kind: access.Person, ID: 7,
		Granted: map[access.Permission]bool{access.TasksRead: true, access.TasksWrite: true}}
)

// staff are the accounts that are active.
type staff map[int64]bool

func (s staff) Active(_ context.Context, _ *db.Tx, id int64) (bool, error) { return s[id], nil }

type bundle struct {
	d     *db.DB
	clock *clock.Fake
	tasks *tasks.Service
}

func eachEngine(t *testing.T, f func(t *testing.T, b bundle)) {
	t.Helper()
	engines := []db.Engine{db.SQLite}
	if os.Getenv("LAD_TEST_POSTGRES") != "" {
		engines = append(engines, db.Postgres)
	}
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			d := dbtest.Open(t, e, c)
			s := ids.New(d)
			f(t, bundle{d: d, clock: c, tasks: tasks.NewService(d, s, journal.New(s), staff{7: true, 8: true})})
		})
	}
}

func (b bundle) write(t testing.TB, tenant db.Tenant, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := b.d.Write(ctx, tenant, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func (b bundle) raise(t testing.TB, list ...tasks.New) {
	t.Helper()
	b.write(t, dbtest.Tenant, func(ctx context.Context, tx *db.Tx) error { return b.tasks.Raise(ctx, tx, list) })
}

func (b bundle) resolve(t testing.TB, k tasks.Kind, ids ...int64) {
	t.Helper()
	b.write(t, dbtest.Tenant, func(ctx context.Context, tx *db.Tx) error { return b.tasks.Resolve(ctx, tx, k, "order", ids) })
}

func (b bundle) list(t testing.TB, f tasks.Filter) tasks.Page {
	t.Helper()
	p, err := b.tasks.List(context.Background(), person, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (b bundle) forgotten(t testing.TB) (out []tasks.Task) {
	t.Helper()
	b.write(t, dbtest.Tenant, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = b.tasks.Forgotten(ctx, tx, 10)
		return err
	})
	return out
}

func order(k tasks.Kind, id int64) tasks.New {
	return tasks.New{Kind: k, Subject: "order", SubjectID: id}
}

// Every raised task gets a queue and a due time; raising it again changes nothing; once done it may be raised anew.
func TestRaiseIsIdempotent(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		var changes atomic.Int32
		b.tasks.Changed = func(db.Tenant) { changes.Add(1) }
		b.raise(t, tasks.New{Kind: tasks.Shortage, Subject: "order", SubjectID: 5, Detail: map[string]int{"short": 2}}, order("unheard_of", 5), order(tasks.Shortage, 5))
		b.clock.Advance(time.Hour)
		b.raise(t, order(tasks.Shortage, 5))
		got := b.list(t, tasks.Filter{}).Tasks
		if len(got) != 2 || changes.Load() != 1 {
			t.Fatalf("%d tasks and %d changes, want 2 and 1: %+v", len(got), changes.Load(), got)
		}
		want := tasks.Task{ID: got[0].ID, Kind: tasks.Shortage, Subject: "order", SubjectID: 5, Detail: []byte(`{"short":2}`), Queue: tasks.QueueStock, Open: true,
			CreatedAt: noon, DueAt: noon.Add(4 * time.Hour)}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if got[1].Queue == "" || got[1].DueAt.IsZero() {
			t.Fatalf("unknown kind without queue or time: %+v", got[1])
		}
		b.resolve(t, tasks.Shortage, 5, 6)
		b.resolve(t, tasks.Shortage, 5)
		b.resolve(t, tasks.Shortage)
		first, err := b.tasks.Get(context.Background(), person, got[0].ID)
		if err != nil || first.Open || first.DoneBy != "system" || !first.DoneAt.Equal(noon.Add(time.Hour)) {
			t.Fatalf("resolved task is %+v, %v", first, err)
		}
		b.raise(t, order(tasks.Shortage, 5))
		if got := b.list(t, tasks.Filter{Kind: tasks.Shortage}).Tasks; len(got) != 1 || got[0].ID == first.ID {
			t.Fatalf("raised anew: %+v", got)
		}
		if changes.Load() != 3 {
			t.Fatalf("%d changes told, want 3", changes.Load())
		}
		if list := b.forgotten(t); len(list) != 0 {
			t.Fatalf("forgotten: %+v", list)
		}
	})
}

// Many writers raise and resolve the same tasks: each subject has one open task at most, and the last word counts.
func TestRaiseRace(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		var wg sync.WaitGroup
		for g := range 50 {
			wg.Go(func() {
				var list []tasks.New
				for i := range 5 {
					list = append(list, order(tasks.PossibleDuplicate, int64((g+i*3)%8)), order(tasks.Shortage, int64((g*3+i)%8)))
				}
				b.raise(t, list...)
				if g%5 == 0 {
					b.resolve(t, tasks.Shortage, int64(g%8), int64((g+5)%8), int64((g+2)%8))
				}
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for _, task := range b.list(t, tasks.Filter{}).Tasks {
			key := fmt.Sprint(task.Kind, task.SubjectID)
			if seen[key] {
				t.Errorf("two open tasks of %s", key)
			}
			seen[key] = true
		}
		for i := range 8 {
			if !seen[fmt.Sprint(tasks.PossibleDuplicate, i)] {
				t.Errorf("duplicate task of order %d is missing", i)
			}
		}
	})
}

// Raise and Resolve in any order agree with a set.
func TestRaiseResolveModel(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		tenant := db.Tenant(100)
		rapid.Check(t, func(r *rapid.T) {
			tenant++
			open := map[int64]bool{}
			for range rapid.IntRange(1, 6).Draw(r, "steps") {
				subjects := rapid.SliceOfN(rapid.Int64Range(1, 6), 1, 6).Draw(r, "subjects")
				raise := rapid.Bool().Draw(r, "raise")
				b.write(t, tenant, func(ctx context.Context, tx *db.Tx) error {
					if !raise {
						return b.tasks.Resolve(ctx, tx, tasks.Drift, "order", subjects)
					}
					var list []tasks.New
					for _, id := range subjects {
						list = append(list, order(tasks.Drift, id))
					}
					return b.tasks.Raise(ctx, tx, list)
				})
				for _, id := range subjects {
					open[id] = raise
				}
			}
			p, err := b.tasks.List(context.Background(), access.ForSystem(tenant), tasks.Filter{})
			if err != nil {
				r.Fatal(err)
			}
			got, want := map[int64]bool{}, map[int64]bool{}
			for _, task := range p.Tasks {
				got[task.SubjectID] = true
			}
			for id, is := range open {
				if is {
					want[id] = true
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(p.Tasks) != len(got) {
				r.Fatalf("open tasks (-want +got):\n%s", diff)
			}
		})
	})
}

// A person takes a task and does it; the journal knows both; nothing moves a closed one.
func TestAssignAndDone(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		ctx := context.Background()
		b.raise(t, order(tasks.Shortage, 5))
		id := b.list(t, tasks.Filter{}).Tasks[0].ID
		if err := b.tasks.Assign(ctx, person, id, 99); !errs.Is(err, errs.Invalid) {
			t.Fatalf("given to nobody: %v", err)
		}
		for _, owner := range []int64{8, 0, 7} {
			if err := b.tasks.Assign(ctx, person, id, owner); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := b.tasks.Done(ctx, person, id); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.tasks.Assign(ctx, person, id, 8); err != nil {
			t.Fatal(err)
		}
		task, err := b.tasks.Get(ctx, person, id)
		if err != nil || task.Open || task.OwnerID != 7 || task.DoneBy != "account:7" {
			t.Fatalf("task is %+v, %v", task, err)
		}
		var kinds []string
		b.write(t, dbtest.Tenant, func(ctx context.Context, tx *db.Tx) error {
			history, err := journal.Of(ctx, tx, "task", id, 0, 10)
			for _, e := range history {
				kinds = append(kinds, e.Kind+" by "+e.Actor)
			}
			return err
		})
		want := []string{"task.done by account:7", "task.assigned by account:7", "task.assigned by account:7", "task.assigned by account:7", "task.raised by system"}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Fatalf("journal (-want +got):\n%s", diff)
		}
	})
}

// Lists come in order of due times, page by page, through every filter.
func TestListAndCounts(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		ctx := context.Background()
		for i := range int64(9) {
			n := order([]tasks.Kind{tasks.Shortage, tasks.Drift, tasks.UnlinkedLine}[i%3], i)
			n.DueAt = noon.Add(time.Duration(9-i) * time.Hour)
			if i == 4 {
				n.OwnerID = 7
			}
			b.raise(t, n)
		}
		b.clock.Advance(3 * time.Hour)
		subjects := func(f tasks.Filter) (out []int64) {
			for more := true; more; {
				p := b.list(t, f)
				for _, task := range p.Tasks {
					out = append(out, task.SubjectID)
				}
				f.After, more = p.Next, p.Next != ""
			}
			return out
		}
		for name, c := range map[string]struct {
			f    tasks.Filter
			want []int64
		}{
			"all":     {tasks.Filter{Limit: 2}, []int64{8, 7, 6, 5, 4, 3, 2, 1, 0}},
			"kind":    {tasks.Filter{Kind: tasks.Drift, Limit: 1}, []int64{7, 4, 1}},
			"owner":   {tasks.Filter{OwnerID: 7}, []int64{4}},
			"unowned": {tasks.Filter{Unowned: true, Limit: 3}, []int64{8, 7, 6, 5, 3, 2, 1, 0}},
			"overdue": {tasks.Filter{Overdue: true}, []int64{8, 7}},
			"queue":   {tasks.Filter{Queue: tasks.QueueStock}, []int64{6, 3, 0}},
			"subject": {tasks.Filter{Subject: "order", SubjectID: 3}, []int64{3}},
			"none":    {tasks.Filter{Kind: tasks.FactAside}, nil},
		} {
			if diff := cmp.Diff(c.want, subjects(c.f)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		counts, err := b.tasks.Counts(ctx, person)
		if err != nil {
			t.Fatal(err)
		}
		want := tasks.Counts{Open: 9, Overdue: 2, Mine: 1, Kinds: map[tasks.Kind]int{tasks.Shortage: 3, tasks.Drift: 3, tasks.UnlinkedLine: 3}}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		if _, err := b.tasks.List(ctx, person, tasks.Filter{After: "???"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("broken cursor: %v", err)
		}
	})
}

// Counting stops at its bound.
func TestCountIsBounded(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		var list []tasks.New
		for i := range int64(tasks.MaxCount + 50) {
			list = append(list, order(tasks.FactAside, i))
		}
		b.raise(t, list...)
		counts, err := b.tasks.Counts(context.Background(), system)
		if err != nil || counts.Open != tasks.MaxCount+1 || counts.Kinds[tasks.FactAside] != tasks.MaxCount+1 {
			t.Fatalf("counts %+v, %v", counts, err)
		}
	})
}

// A task without owner and queue, or without a due time, is found.
func TestForgottenFinds(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		b.raise(t, order(tasks.Shortage, 1), order(tasks.Shortage, 2), order(tasks.Shortage, 3))
		b.write(t, dbtest.Tenant, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `update task set queue = '' where tenant_id = $1 and subject_id = 1`, int64(tx.Tenant)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `update task set due_at = 0 where tenant_id = $1 and subject_id = 2`, int64(tx.Tenant))
			return err
		})
		if list := b.forgotten(t); len(list) != 2 || list[0].SubjectID != 1 || list[1].SubjectID != 2 {
			t.Fatalf("forgotten: %+v", list)
		}
	})
}

// Nobody without the permission reads or changes a task, and no tenant sees another's.
func TestPermission(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, b bundle) {
		ctx := context.Background()
		b.raise(t, order(tasks.Shortage, 1))
		id := b.list(t, tasks.Filter{}).Tasks[0].ID
		nobody, stranger := access.Actor{Tenant: dbtest.Tenant, Kind: access.Person, ID: 9}, access.ForSystem(dbtest.Tenant+1)
		for name, call := range map[string]func(a access.Actor) error{
			"get":    func(a access.Actor) error { _, err := b.tasks.Get(ctx, a, id); return err },
			"done":   func(a access.Actor) error { return b.tasks.Done(ctx, a, id) },
			"assign": func(a access.Actor) error { return b.tasks.Assign(ctx, a, id, 7) },
		} {
			if err := call(nobody); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s by nobody: %v", name, err)
			}
			if err := call(stranger); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s by another tenant: %v", name, err)
			}
		}
		if _, err := b.tasks.List(ctx, nobody, tasks.Filter{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("list by nobody: %v", err)
		}
		if _, err := b.tasks.Counts(ctx, nobody); !errs.Is(err, errs.Forbidden) {
			t.Errorf("counts by nobody: %v", err)
		}
		if p, err := b.tasks.List(ctx, stranger, tasks.Filter{}); err != nil || len(p.Tasks) != 0 {
			t.Errorf("another tenant sees %d tasks, %v", len(p.Tasks), err)
		}
	})
}

// Every kind says in every language what it is, what it means and what to do.
func TestKindsHaveTexts(t *testing.T) {
	t.Parallel()
	for _, k := range tasks.Kinds() {
		for _, prefix := range []string{"task.kind.", "task.means.", "task.do."} {
			for _, l := range i18n.Languages() {
				if key := prefix + string(k); l.T(key) == key {
					t.Errorf("%s has no text in %s", key, l)
				}
			}
		}
	}
}

func BenchmarkRaise(b *testing.B) {
	d := dbtest.Open(b, db.SQLite, nil)
	s := ids.New(d)
	svc := tasks.NewService(d, s, journal.New(s), staff{})
	ctx := context.Background()
	err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
		for i := 0; b.Loop(); i++ {
			if err := svc.Raise(ctx, tx, []tasks.New{order(tasks.Shortage, int64(i))}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
