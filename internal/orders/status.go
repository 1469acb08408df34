package orders

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Outlet is the open session with the channel that an order came from.
type Outlet struct {
	Tenant       db.Tenant
	ConnectionID int64
	Info         connector.Info
	Channel      connector.Channel
}

// pushTries is how often a push that may have had its effect, or may not, is tried before a person is asked.
const pushTries = 8

// PushNext tells the channel about one order: its waybill number, then its status step by step along the channel's own graph.
// It answers whether there is more and when the next postponed one is due. An error is one that concerns the whole account.
func (s *Service) PushNext(ctx context.Context, out Outlet) (again bool, at time.Time, err error) {
	var due []Push
	err = s.db.Read(ctx, out.Tenant, func(tx *db.Tx) error {
		if due, err = s.DuePushes(ctx, tx, out.ConnectionID, 1); err != nil || len(due) > 0 {
			return err
		}
		at, err = s.NextPushAt(ctx, tx, out.ConnectionID)
		return err
	})
	if err != nil || len(due) == 0 {
		return false, at, err
	}
	if !takesSteps(out.Channel) {
		return true, time.Time{}, s.db.Write(ctx, out.Tenant, func(tx *db.Tx) error { return s.dropPush(ctx, tx, due[0]) })
	}
	p := due[0]
	w := &statusWalk{s: s, out: out, push: p}
	failure := w.run(ctx)
	return true, time.Time{}, w.settle(ctx, failure)
}

// takesSteps says whether a channel can be told anything of an order.
func takesSteps(ch connector.Channel) bool {
	_, status := ch.(connector.StatusSink)
	_, tracking := ch.(connector.TrackingSink)
	return status || tracking
}

// statusWalk is one order on its way through the channel's statuses.
type statusWalk struct {
	s       *Service
	out     Outlet
	push    Push
	status  string   // the channel's status now
	waybill string   // the waybill number that the channel has
	said    []string // what was told
}

// refusal parks a push: the channel will not take it.
type refusal struct{ words string }

func (r refusal) Error() string { return r.words }

func (w *statusWalk) run(ctx context.Context) error {
	w.status, w.waybill = w.push.Order.ChannelStatus, w.push.Destination.Delivery.Tracking
	if w.push.Tries > 0 {
		// An earlier try may have had its effect: ask before repeating it.
		if _, err := w.reread(ctx); err != nil {
			return err
		}
	}
	if err := w.tracking(ctx); err != nil {
		return err
	}
	target, reason, err := w.target()
	if err != nil || target == "" || target == w.status {
		return err
	}
	sink, ok := w.out.Channel.(connector.StatusSink)
	if !ok {
		return nil
	}
	err = w.walk(ctx, sink, target, reason)
	if kind := connector.KindOf(err); err == nil || kind != connector.KindPermanent && kind != connector.KindDenied && !errors.As(err, &refusal{}) {
		return err
	}
	// The channel may have moved on by itself: look before giving up.
	stage, readErr := w.reread(ctx)
	if readErr != nil {
		return readErr
	}
	if want, _ := w.out.Info.StatusOf(target); target == w.status || stage != "" && want.Stage != "" && ahead(want.Stage, stage) {
		return nil
	}
	return w.walk(ctx, sink, target, reason)
}

// target is the channel's status for the order's stage, or the nearest before it when the channel has none for that stage; for a
// cancellation the channel's reason.
func (w *statusWalk) target() (code string, reason connector.CancelReason, err error) {
	o := w.push.Order
	if o.Stage == connector.StageCancelled {
		if o.CancelBy != "seller" {
			return "", reason, nil // the channel knows: it told us
		}
		r, ok := w.out.Info.Reason(connector.Reason(o.CancelReason))
		if !ok {
			return "", reason, refusal{"this channel has no reason for the cancellation"}
		}
		if _, isStatus := w.out.Info.StatusOf(r.Code); isStatus {
			return r.Code, r, nil
		}
		return w.out.Info.Targets[connector.StageCancelled], r, nil
	}
	if code = w.out.Info.Targets[o.Stage]; code == "" {
		code = nearest(w.out.Info, w.status, o.Stage)
	}
	return code, reason, nil
}

// nearest is the status of the last stage that an order passed on its way to a stage, of those that the channel has a status for
// and does not show yet; empty when there is none. Nothing is told to a channel whose status Lad can not place: a shop's own one
// may mean any stage.
func nearest(in connector.Info, from string, to Stage) string {
	now, known := in.StatusOf(from)
	if !known || now.Stage == "" || to == connector.StageCancelled {
		return ""
	}
	if to == connector.StageReturned {
		to = connector.StageCompleted // a parcel that nobody fetched was sent, but never completed
	}
	for i := slices.Index(Stages, to) - 1; i > 0; i-- {
		code := in.Targets[Stages[i]]
		if goal, ok := in.StatusOf(code); ok && ahead(now.Stage, goal.Stage) && in.Path(from, code) != nil {
			return code
		}
	}
	return ""
}

// walk makes every step from the present status to the target. Where the channel's graph does not lead there, it goes as far as
// the nearest status before it and says what is missing: a forbidden step is never tried. Progress is noted after each step, so
// that a crash goes on from there.
func (w *statusWalk) walk(ctx context.Context, sink connector.StatusSink, target string, reason connector.CancelReason) error {
	path := w.out.Info.Path(w.status, target)
	var short error
	if path == nil {
		short = refusal{"the channel has no way from status " + w.status + " to " + target}
		path = w.out.Info.Path(w.status, nearest(w.out.Info, w.status, w.push.Order.Stage))
	}
	for _, to := range path {
		c, err := w.step(ctx, to, to == target, reason)
		if err != nil {
			return err
		}
		if err := sink.PushStatus(ctx, c); err != nil {
			return err
		}
		w.status = to
		w.said = append(w.said, to)
		if err := w.s.db.Write(ctx, w.out.Tenant, func(tx *db.Tx) error { return w.s.StatusNow(ctx, tx, w.push.Order.ID, to) }); err != nil {
			return err
		}
	}
	return short
}

// step is what the channel is asked for to go on to a status; last when it is the target.
func (w *statusWalk) step(ctx context.Context, to string, last bool, reason connector.CancelReason) (c connector.StatusChange, err error) {
	o := w.push.Order
	st, _ := w.out.Info.StatusOf(to)
	if st.NeedsTracking && o.Tracking == "" {
		return c, refusal{"the channel wants a waybill number for this status"}
	}
	c = connector.StatusChange{OrderID: o.ExternalID, From: w.status, To: to, Tracking: o.Tracking, Carrier: o.Carrier}
	if !last || o.Stage != connector.StageCancelled {
		return c, nil
	}
	c.Reason = connector.Reason(o.CancelReason)
	if c.Text, err = w.cancelText(ctx); err != nil {
		return c, err
	}
	if reason.NeedsTwin {
		c.TwinID, err = w.twin(ctx)
	}
	return c, err
}

// twin is the channel's id of the order this one duplicates.
func (w *statusWalk) twin(ctx context.Context) (id string, err error) {
	err = w.s.db.Read(ctx, w.out.Tenant, func(tx *db.Tx) error {
		o, err := ByID(ctx, tx, w.push.Order.DuplicateOf)
		if errs.Is(err, errs.NotFound) || err == nil && o.ConnectionID != w.out.ConnectionID {
			return refusal{"the channel wants the number of the other order, and it has none of the same channel"}
		}
		id = o.ExternalID
		return err
	})
	return id, err
}

// cancelText is what the person who cancelled wrote; the journal has it.
func (w *statusWalk) cancelText(ctx context.Context) (string, error) {
	var said struct {
		Text string `json:"text"`
	}
	err := w.s.db.Read(ctx, w.out.Tenant, func(tx *db.Tx) error {
		_, err := journal.Last(ctx, tx, "order", w.push.Order.ID, "order.cancelled", &said)
		return err
	})
	return said.Text, err
}

// tracking stores the waybill number where the channel keeps it apart from the status.
func (w *statusWalk) tracking(ctx context.Context) error {
	sink, ok := w.out.Channel.(connector.TrackingSink)
	o := w.push.Order
	if !ok || o.Tracking == "" || o.Stage != connector.StageShipped || w.waybill == o.Tracking {
		return nil
	}
	if err := sink.PushTracking(ctx, o.ExternalID, o.Carrier, o.Tracking); err != nil {
		return err
	}
	w.said = append(w.said, o.Tracking)
	return nil
}

// reread asks the channel where the order really is. The stage is the one that its status means: an order may count as shipped by
// its waybill alone, while its status stays behind. It is empty when the channel did not say.
func (w *statusWalk) reread(ctx context.Context) (Stage, error) {
	source, ok := w.out.Channel.(connector.OrderSource)
	if !ok {
		return "", nil
	}
	raws, err := source.ReadOrders(ctx, []string{w.push.Order.ExternalID})
	if err != nil || len(raws) == 0 {
		return "", err
	}
	seen, err := source.ParseOrder(raws[0].Body)
	if err != nil {
		return "", nil
	}
	w.status, w.waybill = seen.Status, seen.Delivery.Tracking
	if st, ok := w.out.Info.StatusOf(seen.Status); ok && st.Stage != "" {
		return st.Stage, nil
	}
	return seen.Stage, nil
}

// settle stores the outcome. What may be tried again is postponed; an account-wide failure is handed up as well.
func (w *statusWalk) settle(ctx context.Context, failure error) error {
	if failure == nil {
		return w.s.db.Write(ctx, w.out.Tenant, func(tx *db.Tx) error { return w.s.Pushed(ctx, tx, w.push, w.status, w.said) })
	}
	kind := connector.KindOf(failure)
	final := errors.As(failure, &refusal{}) || slices.Contains([]connector.Kind{connector.KindPermanent, connector.KindItem, connector.KindData, connector.KindDenied}, kind)
	err := w.s.db.Write(ctx, w.out.Tenant, func(tx *db.Tx) error {
		if final || w.push.Tries+1 >= pushTries && kind == connector.KindUnknown {
			return w.s.PushParked(ctx, tx, w.push, wordsOf(failure))
		}
		rest := time.Second << min(w.push.Tries, 9)
		return w.s.PushLater(ctx, tx, w.push, tx.Now().Add(rest), wordsOf(failure))
	})
	if err != nil || final || kind == connector.KindUnknown {
		return err
	}
	return failure
}

func wordsOf(err error) string {
	var e *connector.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
