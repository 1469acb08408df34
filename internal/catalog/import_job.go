package catalog

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/jobs"
)

// ImportJobs runs and undoes imports in the background, so that nobody waits for a large file and a crash in the middle is
// followed by the rest.
type ImportJobs struct {
	catalog *Service
	db      *db.DB
	jobs    *jobs.Jobs
}

// importArgs names an import and who asked for it; the tenant travels with the job.
type importArgs struct {
	ID   int64       `json:"id"`
	Undo bool        `json:"undo"`
	Who  access.Kind `json:"who"`
	Whom int64       `json:"whom"`
}

// Kind is the name of the job.
func (importArgs) Kind() string { return "catalog.import" }

// NewImportJobs registers the job; call it before jobs start.
func NewImportJobs(s *Service, d *db.DB, j *jobs.Jobs) *ImportJobs {
	out := &ImportJobs{catalog: s, db: d, jobs: j}
	jobs.Register(j, out.work)
	return out
}

// Run begins to apply a previewed import, or to go on with one that ended early.
func (q *ImportJobs) Run(ctx context.Context, a access.Actor, id int64) error {
	imp, err := q.catalog.GetImport(ctx, a, id)
	if err != nil {
		return err
	}
	if imp.Kind == ImportStock {
		if err := a.Must(access.StockWrite); err != nil {
			return err
		}
	}
	imp, err = q.catalog.enter(ctx, a, id, StateRunning, StatePreview, StateRunning, StateStopped, StateFailed, StateDone)
	if err != nil || imp.State != StateRunning {
		return err
	}
	return q.later(ctx, a, importArgs{ID: id, Who: a.Kind, Whom: a.ID})
}

// Undo begins to take an import back.
func (q *ImportJobs) Undo(ctx context.Context, a access.Actor, id int64) error {
	if _, err := q.catalog.enter(ctx, a, id, StateUndoing, StateDone, StateStopped, StateFailed, StateUndoing, StateUndone); err != nil {
		return err
	}
	return q.later(ctx, a, importArgs{ID: id, Undo: true, Who: a.Kind, Whom: a.ID})
}

func (q *ImportJobs) later(ctx context.Context, a access.Actor, args importArgs) error {
	return q.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		return q.jobs.Enqueue(ctx, tx, args, jobs.Options{Once: true})
	})
}

// work runs a job as who asked for it. Only what may pass by itself is tried again; the import keeps its reason otherwise.
func (q *ImportJobs) work(ctx context.Context, in importArgs) error {
	a := access.Actor{Tenant: jobs.Tenant(ctx), Kind: in.Who, ID: in.Whom,
		Granted: map[access.Permission]bool{access.CatalogRead: true, access.CatalogWrite: true, access.StockRead: true, access.StockWrite: true}}
	run := q.catalog.Run
	if in.Undo {
		run = q.catalog.Undo
	}
	_, err := run(ctx, a, in.ID)
	if err != nil && ctx.Err() == nil && !errs.Is(err, errs.Unavailable) && !errs.Is(err, errs.Internal) {
		return jobs.GiveUp(err)
	}
	return err
}
