package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/jobs"
)

type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "greet" }

// patience bounds every wait of these tests; it is reached only when something is broken.
const patience = 30 * time.Second

func newJobs(d *db.DB) *jobs.Jobs { return jobs.New(d, slog.New(slog.DiscardHandler)) }

func start(t *testing.T, j *jobs.Jobs) {
	t.Helper()
	if err := j.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, j) })
}

func stop(t *testing.T, j *jobs.Jobs) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := j.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func enqueue(t *testing.T, d *db.DB, j *jobs.Jobs, args jobs.Args, o jobs.Options) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error { return j.Enqueue(ctx, tx, args, o) }); err != nil {
		t.Fatal(err)
	}
}

func receive[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatal("waited in vain")
	}
	return v
}

// eventually waits until check is true.
func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !check() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func failed(t *testing.T, j *jobs.Jobs, tenant db.Tenant) []jobs.Failed {
	t.Helper()
	list, err := j.Failed(context.Background(), tenant, 10)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A job of a rolled-back transaction does not exist; one of a committed transaction runs once, for its tenant, although
// another process works on the same queue.
func TestEnqueueIsTransactional(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		ran := make(chan string, 100)
		work := func(ctx context.Context, g greet) error {
			ran <- fmt.Sprint(jobs.Tenant(ctx), " ", g.Name)
			return nil
		}
		one, other := newJobs(d), newJobs(d)
		jobs.Register(one, work)
		jobs.Register(other, work)
		start(t, one)
		start(t, other)
		boom := errors.New("boom")
		err := d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
			if err := one.Enqueue(ctx, tx, greet{"ghost"}, jobs.Options{}); err != nil {
				t.Error(err)
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		for i := range 20 {
			enqueue(t, d, one, greet{fmt.Sprint(i)}, jobs.Options{})
		}
		seen := map[string]bool{}
		for range 20 {
			name := receive(t, ran)
			if seen[name] || name == "1 ghost" {
				t.Fatalf("%q ran twice or from a rolled-back transaction", name)
			}
			seen[name] = true
		}
		if !seen["1 0"] || !seen["1 19"] {
			t.Fatalf("ran %v", seen)
		}
		stop(t, one)
		stop(t, other)
		if len(ran) != 0 {
			t.Fatalf("%q ran too", <-ran)
		}
	})
}

// A commit wakes the workers of its process: nobody waits for the poll.
func TestWakeIsQuick(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		j := newJobs(d)
		ran := make(chan time.Time, 1)
		jobs.Register(j, func(context.Context, greet) error { ran <- time.Now(); return nil })
		start(t, j)
		best := patience
		for range 8 {
			began := time.Now()
			enqueue(t, d, j, greet{}, jobs.Options{})
			best = min(best, receive(t, ran).Sub(began))
		}
		if best > 250*time.Millisecond {
			t.Fatalf("quickest of 8 jobs waited %v, longer than half a poll", best)
		}
	})
}

// A failing job is tried again and a panic is a failure like any other; after its last try it is set aside, seen by its
// tenant only, and can be retried.
func TestRetryAndSetAside(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		j := newJobs(d)
		j.SetRetryBase(time.Millisecond)
		var tries atomic.Int32
		var healed atomic.Bool
		done := make(chan int32, 10)
		jobs.Register(j, func(_ context.Context, g greet) error {
			n := tries.Add(1)
			switch {
			case healed.Load():
				done <- n
				return nil
			case n == 2:
				panic("bad day")
			case n == 3:
				return errors.New("no paper")
			}
			return errors.New("no ink")
		})
		start(t, j)
		enqueue(t, d, j, greet{"label"}, jobs.Options{MaxTries: 3})
		eventually(t, "set aside", func() bool { return len(failed(t, j, dbtest.Tenant)) == 1 })
		f := failed(t, j, dbtest.Tenant)[0]
		if f.Kind != "greet" || f.Tries != 3 || f.Error != "no paper" || !strings.Contains(string(f.Args), `"label"`) || f.FailedAt.IsZero() {
			t.Fatalf("failed job is %+v", f)
		}
		if n := len(failed(t, j, dbtest.Tenant+1)); n != 0 {
			t.Fatalf("another tenant sees %d failed jobs", n)
		}
		if err := j.Retry(ctx, dbtest.Tenant+1, f.ID); !errs.Is(err, errs.NotFound) {
			t.Fatalf("another tenant's retry: %v", err)
		}
		if err := j.Retry(ctx, dbtest.Tenant, f.ID+100); !errs.Is(err, errs.NotFound) {
			t.Fatalf("retry of nothing: %v", err)
		}
		healed.Store(true)
		if err := j.Retry(ctx, dbtest.Tenant, f.ID); err != nil {
			t.Fatal(err)
		}
		if n := receive(t, done); n != 4 {
			t.Fatalf("done at try %d, want 4", n)
		}
		if err := j.Retry(ctx, dbtest.Tenant, f.ID); !errs.Is(err, errs.Conflict) {
			t.Fatalf("retry of a job that is not aside: %v", err)
		}
	})
}

// GiveUp sets a job aside at its first try.
func TestGiveUp(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		j := newJobs(d)
		j.SetRetryBase(time.Millisecond)
		var tries atomic.Int32
		jobs.Register(j, func(context.Context, greet) error { tries.Add(1); return jobs.GiveUp(errors.New("refused")) })
		start(t, j)
		enqueue(t, d, j, greet{}, jobs.Options{})
		eventually(t, "set aside", func() bool { return len(failed(t, j, dbtest.Tenant)) == 1 })
		if n := tries.Load(); n != 1 {
			t.Fatalf("tried %d times", n)
		}
	})
}

// Once adds nothing while the same job waits; another argument is another job.
func TestOnceAndOldestWaiting(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		j := newJobs(d)
		ran := make(chan string, 10)
		jobs.Register(j, func(_ context.Context, g greet) error { ran <- g.Name; return nil })
		if age, err := j.OldestWaiting(ctx); err != nil || age != 0 {
			t.Fatalf("empty queue waits %v, %v", age, err)
		}
		for range 3 {
			enqueue(t, d, j, greet{"a"}, jobs.Options{Once: true})
		}
		enqueue(t, d, j, greet{"b"}, jobs.Options{Once: true})
		eventually(t, "the oldest job ages", func() bool {
			age, err := j.OldestWaiting(ctx)
			return err == nil && age > 0
		})
		start(t, j)
		got := map[string]int{receive(t, ran): 1}
		got[receive(t, ran)]++
		stop(t, j)
		if len(ran) != 0 || got["a"] != 1 || got["b"] != 1 {
			t.Fatalf("ran %v and %d more", got, len(ran))
		}
	})
}

// Stop waits for the job that runs and starts no other.
func TestStopWaits(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		j := newJobs(d)
		running, finish := make(chan struct{}), make(chan struct{})
		var finished atomic.Bool
		jobs.Register(j, func(ctx context.Context, _ greet) error {
			close(running)
			<-finish
			finished.Store(ctx.Err() == nil)
			return nil
		})
		start(t, j)
		enqueue(t, d, j, greet{}, jobs.Options{})
		receive(t, running)
		stopped := make(chan struct{})
		go func() {
			stop(t, j)
			close(stopped)
		}()
		select {
		case <-stopped:
			t.Fatal("stopped while a job ran")
		case <-time.After(50 * time.Millisecond):
		}
		close(finish)
		receive(t, stopped)
		if !finished.Load() {
			t.Fatal("the running job was cut off")
		}
	})
}

// Stop with a bound ends the context of a job that does not come to an end by itself; the job is tried again after the next
// start.
func TestStopCutsOff(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		first := newJobs(d)
		first.SetRetryBase(time.Millisecond)
		running := make(chan struct{}, 1)
		jobs.Register(first, func(ctx context.Context, _ greet) error {
			running <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})
		start(t, first)
		enqueue(t, d, first, greet{}, jobs.Options{})
		receive(t, running)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if err := first.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		second := newJobs(d)
		ran := make(chan struct{}, 1)
		jobs.Register(second, func(context.Context, greet) error { ran <- struct{}{}; return nil })
		start(t, second)
		receive(t, ran)
	})
}

// A periodic function runs once per interval however many processes have it, and its failure does not end it.
func TestPeriodic(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		var daily int
		often := make(chan struct{}, 100)
		processes := 3
		if d.Engine() == db.SQLite {
			processes = 1 // as the process lock sees to
		}
		for range processes {
			j := newJobs(d)
			j.SetRetryBase(time.Millisecond)
			j.Every("daily", 24*time.Hour, func(context.Context) error {
				mu.Lock()
				defer mu.Unlock()
				daily++
				return nil
			})
			j.Every("often", 100*time.Millisecond, func(context.Context) error {
				often <- struct{}{}
				if len(often)%2 == 1 {
					return errors.New("every second one fails")
				}
				return nil
			})
			start(t, j)
		}
		for range 4 {
			receive(t, often)
		}
		mu.Lock()
		defer mu.Unlock()
		if daily != 1 {
			t.Fatalf("the daily function ran %d times", daily)
		}
	})
}

// Jobs and the group commit share the writer: with 32 writers that never pause, 100 jobs that write themselves all run.
func TestJobsUnderWriteLoad(t *testing.T) {
	t.Parallel()
	dbtest.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		write := func() error {
			return d.Write(ctx, dbtest.Tenant, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update tenant set name = 'busy' where tenant_id = $1`, int64(dbtest.Tenant))
				return err
			})
		}
		j := newJobs(d)
		ran := make(chan string, 200)
		jobs.Register(j, func(_ context.Context, g greet) error { ran <- g.Name; return write() })
		start(t, j)
		var over atomic.Bool
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				for !over.Load() {
					if err := write(); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for i := range 100 {
			enqueue(t, d, j, greet{fmt.Sprint(i)}, jobs.Options{})
		}
		for range 100 {
			receive(t, ran)
		}
		over.Store(true)
		wg.Wait()
		stop(t, j)
		if n := len(failed(t, j, db.System)); n != 0 || len(ran) != 0 {
			t.Fatalf("%d jobs failed, %d ran twice", n, len(ran))
		}
	})
}

// What ran when the process was killed is taken up at the next start on SQLite; a job that was at its last try is set aside.
func TestRescueAtStart(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, nil)
	ctx := context.Background()
	j := newJobs(d)
	ran := make(chan string, 10)
	jobs.Register(j, func(_ context.Context, g greet) error { ran <- g.Name; return nil })
	enqueue(t, d, j, greet{"again"}, jobs.Options{MaxTries: 2})
	enqueue(t, d, j, greet{"poison"}, jobs.Options{MaxTries: 1})
	err := d.Write(ctx, db.System, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update river_job set state = 'running', attempt = 1, attempted_at = created_at`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	start(t, j)
	if name := receive(t, ran); name != "again" {
		t.Fatalf("%s ran", name)
	}
	list := failed(t, j, dbtest.Tenant)
	if len(list) != 1 || string(list[0].Args) != `{"name":"poison"}` || len(ran) != 0 {
		t.Fatalf("set aside: %+v", list)
	}
}
