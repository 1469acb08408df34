package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Failed is a job that was set aside after its last try.
type Failed struct {
	ID       int64
	Kind     string
	Args     json.RawMessage
	Tries    int
	Error    string // of the last try
	FailedAt time.Time
}

// asideStates are those of a job that is not tried again by itself.
var asideStates = []rivertype.JobState{rivertype.JobStateDiscarded, rivertype.JobStateCancelled}

// Failed lists the newest jobs of a tenant that were set aside, at most limit; those of all tenants for db.System.
func (j *Jobs) Failed(ctx context.Context, t db.Tenant, limit int) ([]Failed, error) {
	client, err := j.river()
	if err != nil {
		return nil, err
	}
	params := river.NewJobListParams().States(asideStates...).First(min(max(limit, 1), 1000)).
		OrderBy(river.JobListOrderByFinalizedAt, river.SortOrderDesc)
	if t != db.System {
		params = params.TagsAll(tenantTag(t))
	}
	var out []Failed
	err = j.db.Read(ctx, t, func(tx *db.Tx) error {
		page, err := client.JobListTx(ctx, tx.SQL(), params)
		if err != nil {
			return err
		}
		for _, row := range page.Jobs {
			out = append(out, failed(row))
		}
		return nil
	})
	return out, err
}

func failed(row *rivertype.JobRow) Failed {
	f := Failed{ID: row.ID, Kind: row.Kind, Args: row.EncodedArgs, Tries: row.Attempt}
	if row.FinalizedAt != nil {
		f.FailedAt = *row.FinalizedAt
	}
	if n := len(row.Errors); n > 0 {
		f.Error = row.Errors[n-1].Error
	}
	return f
}

// Retry runs a job that was set aside once more. A job that is not the tenant's, or not there, is NotFound; one that was
// not set aside is a Conflict.
func (j *Jobs) Retry(ctx context.Context, t db.Tenant, id int64) error {
	client, err := j.river()
	if err != nil {
		return err
	}
	return j.db.Write(ctx, t, func(tx *db.Tx) error {
		ctx := context.WithoutCancel(ctx)
		row, err := client.JobGetTx(ctx, tx.SQL(), id)
		switch {
		case errors.Is(err, rivertype.ErrNotFound), err == nil && t != db.System && tenantOf(row) != t:
			return errs.New(errs.NotFound, "error.job.not_found", "id", id)
		case err != nil:
			return err
		case row.State != rivertype.JobStateDiscarded && row.State != rivertype.JobStateCancelled:
			return errs.New(errs.Conflict, "error.job.not_aside", "id", id)
		}
		if _, err := client.JobRetryTx(ctx, tx.SQL(), id); err != nil {
			return err
		}
		tx.AfterCommit(j.wake.call)
		return nil
	})
}

// OldestWaiting is for how long the job that waits longest has been ready to run; 0 when none is. It covers all tenants.
func (j *Jobs) OldestWaiting(ctx context.Context) (time.Duration, error) {
	client, err := j.river()
	if err != nil {
		return 0, err
	}
	params := river.NewJobListParams().States(rivertype.JobStateAvailable).First(1).
		OrderBy(river.JobListOrderByScheduledAt, river.SortOrderAsc)
	var age time.Duration
	err = j.db.Read(ctx, db.System, func(tx *db.Tx) error {
		page, err := client.JobListTx(ctx, tx.SQL(), params)
		if err == nil && len(page.Jobs) > 0 {
			age = max(time.Since(page.Jobs[0].ScheduledAt), 0)
		}
		return err
	})
	return age, err
}
