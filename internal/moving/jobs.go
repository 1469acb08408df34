package moving

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/jobs"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// slice is how long one job works before it hands on to the next, well below jobs.JobTime.
const slice = 5 * time.Minute

// Jobs runs moving in the background, so that nobody waits for it and a crash in the middle is followed by the rest.
type Jobs struct {
	moving *Service
	jobs   *jobs.Jobs
}

// args names a run, the turn that the job belongs to and who began it; the tenant travels with the job.
type args struct {
	ID   int64       `json:"id"`
	Turn int64       `json:"turn"`
	Who  access.Kind `json:"who"`
	Whom int64       `json:"whom"`
}

// Kind is the name of the job.
func (args) Kind() string { return "moving.run" }

// NewJobs registers the job; call it before jobs start.
func NewJobs(s *Service, j *jobs.Jobs) *Jobs {
	out := &Jobs{moving: s, jobs: j}
	jobs.Register(j, out.work)
	return out
}

// Begin starts a run in the background.
func (q *Jobs) Begin(ctx context.Context, a access.Actor, in Input) (Run, error) {
	r, err := q.moving.Begin(ctx, a, in)
	if err != nil {
		return r, err
	}
	return r, q.later(ctx, a.Tenant, args{ID: r.ID, Turn: r.Turn, Who: a.Kind, Whom: a.ID}, time.Time{})
}

// Resume goes on with a run in the background; an empty token keeps the one it has.
func (q *Jobs) Resume(ctx context.Context, a access.Actor, id int64, token secret.Text) error {
	r, err := q.moving.Resume(ctx, a, id, token)
	if err != nil {
		return err
	}
	return q.later(ctx, a.Tenant, args{ID: id, Turn: r.Turn, Who: a.Kind, Whom: a.ID}, time.Time{})
}

func (q *Jobs) later(ctx context.Context, t db.Tenant, in args, at time.Time) error {
	return q.moving.db.Write(ctx, t, func(tx *db.Tx) error { return q.jobs.Enqueue(ctx, tx, in, jobs.Options{RunAt: at}) })
}

// work does steps as who began the run, until the turn is over or the slice is; the rest is the next job's.
func (q *Jobs) work(ctx context.Context, in args) error {
	t := jobs.Tenant(ctx)
	a := access.Actor{Tenant: t, Kind: in.Who, ID: in.Whom, Granted: map[access.Permission]bool{
		permission: true, access.CatalogRead: true, access.CatalogWrite: true, access.StockRead: true, access.StockWrite: true, access.OrdersRead: true, access.OrdersWrite: true}}
	for began := time.Now(); ; {
		more, at, err := q.moving.Step(ctx, a, in.ID, in.Turn)
		if err != nil || !more {
			return err
		}
		if !at.IsZero() || time.Since(began) > slice {
			return q.later(ctx, t, in, at)
		}
	}
}
