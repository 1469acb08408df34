package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/lease"
)

// periodic is a function that runs once per interval over all processes.
type periodic struct {
	name     string
	interval time.Duration
	run      func(context.Context) error
}

// periodicArgs is the job that one due period becomes.
type periodicArgs struct {
	Name string `json:"name"`
}

// Kind names the job.
func (periodicArgs) Kind() string { return "periodic" }

// periodicRetryPause is the pause after a database failure before a period is looked at again.
const periodicRetryPause = 5 * time.Second

// Every runs a function once per interval, on whichever process is first; a process that starts later or again does not
// add runs. The first run is at the first start, and a period that passed while nothing ran is made up for once. A failed
// run is tried again as a job; while one still runs or waits for its next try, the next period adds none. Call it before
// Start, under the same name in every process.
func (j *Jobs) Every(name string, interval time.Duration, run func(context.Context) error) {
	j.periodic = append(j.periodic, periodic{name: name, interval: interval, run: run})
}

// loop waits for the end of each period and enqueues the next run.
func (j *Jobs) loop(ctx context.Context, p periodic) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		wait, err := j.due(ctx, p)
		if err != nil && ctx.Err() == nil {
			j.log.Error("periodic job could not be enqueued", "name", p.name, "error", err)
			wait = periodicRetryPause
		}
		timer.Reset(max(wait, time.Millisecond))
	}
}

// due enqueues the run of a period that has begun and answers how long the period still lasts. It reads first: only one
// process per period needs to write.
func (j *Jobs) due(ctx context.Context, p periodic) (time.Duration, error) {
	key := "periodic:" + p.name
	var ends time.Time
	var now time.Time
	err := j.db.Read(ctx, db.System, func(tx *db.Tx) (err error) {
		now = tx.Now()
		ends, err = lease.Ends(ctx, tx, key)
		return err
	})
	if err != nil {
		return 0, err
	}
	if left := ends.Sub(now); left > 0 && left <= 2*p.interval {
		return min(left, p.interval), nil
	}
	return p.interval, j.db.Write(ctx, db.System, func(tx *db.Tx) error {
		mine, err := lease.Claim(ctx, tx, key, j.owner, p.interval)
		if err != nil || !mine {
			return err
		}
		return j.Enqueue(ctx, tx, periodicArgs{Name: p.name}, Options{Once: true})
	})
}

// runPeriodic is the worker of periodicArgs. A name this process does not know belongs to a newer or older program: it is
// an error, so that another process gets the next try.
func (j *Jobs) runPeriodic(ctx context.Context, args periodicArgs) error {
	for _, p := range j.periodic {
		if p.name == args.Name {
			return p.run(ctx)
		}
	}
	return fmt.Errorf("no periodic job %q in this process", args.Name)
}
