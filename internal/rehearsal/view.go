package rehearsal

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
	rehearsalui "github.com/lad-hub/lad/internal/ui/rehearsal"
)

// The journal's words. All rehearsals of a shop are one subject, so that they are read together.
const (
	subject     = "rehearsal"
	kindStarted = "rehearsal.started"
	kindEnded   = "rehearsal.ended"
)

const (
	mostPast  = 10
	mostNotes = 4 * mostPast // entries that are looked through for results
)

// usual is what the form proposes when nothing was rehearsed yet.
var usual = rehearsalui.Plan{Channel: "prom", Load: rehearsalui.Steady, PerMinute: 6, Minutes: 30, Speed: 10}

// note writes what happened into the real shop's journal. It is all that a rehearsal writes there.
func (l *Lab) note(ctx context.Context, t db.Tenant, actor, kind string, what any) error {
	return l.app.DB.Write(ctx, t, func(tx *db.Tx) error {
		return l.app.Journal.Append(ctx, tx, journal.Record{Actor: actor, Kind: kind, Subject: subject, Payload: what})
	})
}

// past reads the results of the last rehearsals.
func (l *Lab) past(ctx context.Context, t db.Tenant) (out []rehearsalui.Past, err error) {
	var list []journal.Entry
	err = l.app.DB.Read(ctx, t, func(tx *db.Tx) error {
		list, err = journal.Of(ctx, tx, subject, 0, 0, mostNotes)
		return err
	})
	for _, e := range list {
		var r rehearsalui.Result
		if e.Kind != kindEnded || len(out) == mostPast {
			continue
		}
		if err := json.Unmarshal(e.Payload, &r); err != nil {
			return nil, err
		}
		out = append(out, rehearsalui.Past{At: e.At, Result: r})
	}
	return out, err
}

// View implements rehearsalui.Lab.
func (l *Lab) View(ctx context.Context, a access.Actor) (rehearsalui.View, error) {
	if err := a.Must(access.OrdersWrite); err != nil {
		return rehearsalui.View{}, err
	}
	r := l.of(a.Tenant)
	v := rehearsalui.View{Channels: channels(), Faults: r.switches(), Plan: usual}
	if r != nil {
		v.Plan, v.Run = r.planned(), r.view()
	}
	var err error
	v.Past, err = l.past(ctx, a.Tenant)
	return v, err
}

// planned is the plan with every fault that was on at some time.
func (r *run) planned() rehearsalui.Plan {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.plan
	out.Faults = maps.Clone(r.plan.Faults)
	return out
}

// view is the run as the page shows it.
func (r *run) view() *rehearsalui.Run {
	out := &rehearsalui.Run{
		Plan: r.planned(), SKUs: int64(len(r.goods.skus) + len(r.goods.kits)), Elapsed: r.elapsed(), Points: r.meter.chart(), Result: r.meter.result(),
	}
	out.Channel, out.Length = channelOf(out.Plan.Channel), length(out.Plan)
	r.mu.Lock()
	defer r.mu.Unlock()
	out.Phase, out.Problem = r.phase, r.problem
	return out
}
