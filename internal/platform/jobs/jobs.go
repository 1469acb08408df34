// Package jobs runs work that must be done once and survive a crash: import a page, make a label, send a mail. A job is
// enqueued in the transaction that makes it necessary and runs after its commit, on any process. It may run more than once
// (a crash after the work and before the note of it), so a job asks whether its effect is already there.
//
// Wanted state (stock, prices, statuses on channels) is not a job: package reconcile does it.
//
// Behind it is River, sharing the database's writer pool. On both engines it polls twice a second and is woken at once by a
// commit of its own process; on SQLite its statements take turns with the group commit on the one writer connection.
package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Bounds of the worker.
const (
	// workers is how many jobs of a process run at once.
	workers = 16
	// MaxTries is how often a job is tried before it is set aside, unless its Options say otherwise: about two hours.
	MaxTries = 10
	// JobTime is the longest a job may run; its context then ends.
	JobTime = 15 * time.Minute
	// rescueAfter is when a job of a process that died is taken by another; SQLite has one process and rescues at start.
	rescueAfter = JobTime + 5*time.Minute
	// asideTime is how long a job that was set aside can be seen and retried.
	asideTime = 30 * 24 * time.Hour
	// pollEvery is the net under the wake: it finds other processes' jobs and retries that fell due.
	pollEvery = 500 * time.Millisecond
	// maxRetryPause bounds the doubling pause between tries.
	maxRetryPause = time.Hour
)

// Args is the input of a kind of job, stored as JSON. Kind is its stable name: "import.page".
type Args interface {
	Kind() string
}

// Options of one job; the zero value runs it as soon as its transaction commits.
type Options struct {
	// RunAt is the earliest moment.
	RunAt time.Time
	// MaxTries replaces the package's MaxTries.
	MaxTries int
	// Once adds nothing while a job with the same arguments waits or runs. A change made while it runs is then not seen by
	// it: only for work that a later sweep would find anyway.
	Once bool
}

// Jobs enqueues and runs jobs. Order of life: New, Register and Every, Start, Stop.
type Jobs struct {
	db        *db.DB
	log       *slog.Logger
	workers   *river.Workers
	wake      *wakeListener
	owner     string
	retryBase time.Duration

	build  sync.Once
	client *river.Client[*sql.Tx]
	broken error

	periodic []periodic
	loops    sync.WaitGroup
	cancel   context.CancelFunc
}

// New makes Jobs over a migrated database.
func New(d *db.DB, log *slog.Logger) *Jobs {
	j := &Jobs{db: d, log: log, workers: river.NewWorkers(), wake: newWakeListener(), retryBase: 4 * time.Second,
		owner: strconv.FormatUint(rand.Uint64(), 36)}
	Register(j, j.runPeriodic)
	return j
}

// Register says what to do for a kind of job. It panics when the kind is registered twice: a bug seen at start.
func Register[A Args](j *Jobs, work func(context.Context, A) error) {
	river.AddWorker(j.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[A]) error {
		return work(context.WithValue(ctx, tenantKey{}, tenantOf(job.JobRow)), job.Args)
	}))
}

// Enqueue adds a job in the caller's transaction, for the transaction's tenant.
func (j *Jobs) Enqueue(ctx context.Context, tx *db.Tx, args Args, o Options) error {
	client, err := j.river()
	if err != nil {
		return err
	}
	// A statement cancelled half-way would roll back everybody in a group commit.
	ctx = context.WithoutCancel(ctx)
	opts := &river.InsertOpts{MaxAttempts: o.MaxTries, ScheduledAt: o.RunAt, Tags: []string{tenantTag(tx.Tenant)}}
	if o.Once {
		opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}
	}
	if _, err := client.InsertTx(ctx, tx.SQL(), args, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	tx.AfterCommit(j.wake.call)
	return nil
}

// Start begins to run jobs. They go on when ctx ends: only Stop ends them, so that it can wait.
func (j *Jobs) Start(ctx context.Context) error {
	client, err := j.river()
	if err != nil {
		return err
	}
	if err := j.rescue(ctx); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if err := client.Start(ctx); err != nil {
		return err
	}
	ctx, j.cancel = context.WithCancel(ctx)
	for _, p := range j.periodic {
		j.loops.Go(func() { j.loop(ctx, p) })
	}
	return nil
}

// Stop takes no more jobs and waits for those that run. When ctx ends first their contexts end too, and they are tried
// again later.
func (j *Jobs) Stop(ctx context.Context) error {
	if j.cancel == nil {
		return nil
	}
	j.cancel()
	j.loops.Wait()
	err := j.client.Stop(ctx)
	if err == nil || ctx.Err() == nil {
		return err
	}
	hard, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	return j.client.StopAndCancel(hard)
}

// river builds the client at first use, when every kind is registered.
func (j *Jobs) river() (*river.Client[*sql.Tx], error) {
	j.build.Do(func() {
		j.client, j.broken = newClient(j.db, j.wake, &river.Config{
			CancelledJobRetentionPeriod: asideTime,
			DiscardedJobRetentionPeriod: asideTime,
			FetchPollInterval:           pollEvery,
			JobTimeout:                  JobTime,
			RescueStuckJobsAfter:        rescueAfter,
			Logger:                      j.log,
			MaxAttempts:                 MaxTries,
			Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
			RetryPolicy:                 retryPolicy{base: j.retryBase},
			Workers:                     j.workers,
		})
	})
	return j.client, j.broken
}

// rescue gives back the jobs that ran when the process was killed. SQLite has one process, so none of them still runs; on
// PostgreSQL the library finds them after rescueAfter. A job that was running at its last try is set aside: it may be what
// kills the process.
func (j *Jobs) rescue(ctx context.Context) error {
	if j.db.Engine() != db.SQLite {
		return nil
	}
	return j.db.Write(ctx, db.System, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update river_job set
				state = case when attempt < max_attempts then 'available' else 'discarded' end,
				finalized_at = case when attempt < max_attempts then null else datetime('now', 'subsec') end
			where state = 'running'`)
		return err
	})
}

// retryPolicy doubles the pause from base at each try, with jitter so that jobs that failed together do not return together.
type retryPolicy struct{ base time.Duration }

// NextRetry is the moment of the next try.
func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	d := min(p.base<<min(len(job.Errors), 20), maxRetryPause)
	return time.Now().UTC().Add(d - time.Duration(rand.Int64N(int64(d)/4+1)))
}

// GiveUp marks an error as final: the job is set aside at once instead of tried again.
func GiveUp(err error) error { return river.JobCancel(err) }

type tenantKey struct{}

// Tenant is the tenant whose transaction enqueued the running job.
func Tenant(ctx context.Context) db.Tenant {
	t, _ := ctx.Value(tenantKey{}).(db.Tenant)
	return t
}

const tenantPrefix = "tenant-"

func tenantTag(t db.Tenant) string { return tenantPrefix + strconv.FormatInt(int64(t), 10) }

func tenantOf(job *rivertype.JobRow) db.Tenant {
	for _, tag := range job.Tags {
		if s, ok := strings.CutPrefix(tag, tenantPrefix); ok {
			if n, err := strconv.ParseInt(s, 10, 64); err == nil {
				return db.Tenant(n)
			}
		}
	}
	return db.System
}
