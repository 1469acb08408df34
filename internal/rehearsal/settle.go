package rehearsal

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/report"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// Pauses of settling: how often to look, to ask for orders, to compare the offers.
const (
	lookEvery = 250 * time.Millisecond
	pullEvery = time.Second
	syncEvery = 3 * time.Second
)

// settle switches the faults off and does what a person would do then - resume the connection and press "sync" - until
// nothing is under way any more. What does not move for too long is left as it is: the verdict will tell.
func (r *run) settle(ctx context.Context) error {
	r.enter(rehearsalui.Settling)
	r.mend()
	if err := r.resume(ctx); err != nil {
		return err
	}
	since := r.app.DB.Clock().Now().UnixMicro()
	var last state
	var pulled, synced time.Time
	moved := time.Now()
	return r.each(ctx, lookEvery, func() (bool, error) {
		if time.Since(pulled) >= pullEvery {
			pulled = time.Now()
			r.app.Connections.PullSoon(shop, r.conn)
		}
		if time.Since(synced) >= syncEvery {
			synced = time.Now()
			if err := r.sync(ctx); err != nil {
				return false, err
			}
		}
		now, err := r.look(ctx)
		if err != nil {
			return false, err
		}
		if now != last {
			last, moved = now, time.Now()
		}
		return now.atRest(since) || time.Since(moved) > r.lab.Patience, nil
	})
}

// sync compares the offers and pushes what waits; a connection that Lad has stopped is resumed.
func (r *run) sync(ctx context.Context) error {
	err := r.app.Connections.SyncNow(ctx, access.ForSystem(shop), r.conn)
	if errs.Is(err, errs.Conflict) {
		return r.resume(ctx)
	}
	return err
}

// resume starts the connection again, without the rests that failures have brought, and counts if Lad had stopped it.
func (r *run) resume(ctx context.Context) error {
	var c connections.Connection
	err := r.app.DB.Read(ctx, shop, func(tx *db.Tx) (err error) {
		c, err = connections.ByID(ctx, tx, r.conn)
		return err
	})
	if err != nil {
		return err
	}
	if c.State == connections.Stopped {
		r.meter.stopped()
	}
	return r.app.Connections.Resume(ctx, access.ForSystem(shop), r.conn)
}

// judge compares all that was placed with the books and lets the doctor look at them.
func (r *run) judge(ctx context.Context) error {
	now, err := r.look(ctx)
	if err != nil {
		return err
	}
	var arrived []report.Arrival
	err = r.app.DB.Read(ctx, shop, func(tx *db.Tx) (err error) {
		arrived, err = report.Arrivals(ctx, tx, r.conn, r.all)
		return err
	})
	if err != nil {
		return err
	}
	_, found, err := r.app.Doctor(ctx, false)
	r.meter.judge(now, int64(len(arrived)), int64(len(found)))
	return err
}
