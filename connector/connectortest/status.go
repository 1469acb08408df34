package connectortest

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/infocheck"
)

// waybill looks like a number that carriers here give out.
const waybill = "20450012345678"

// walk makes the steps from an order's status to another, as Lad does.
func (st *stand) walk(id, to string, c connector.StatusChange) {
	st.t.Helper()
	from := st.OrderStatus(id)
	for _, step := range st.s.Driver.Info().Path(from, to) {
		c.OrderID, c.From, c.To, c.Tracking, c.Carrier = id, from, step, waybill, "nova_poshta"
		if err := st.ch.(connector.StatusSink).PushStatus(context.Background(), c); err != nil {
			st.t.Errorf("PushStatus %s → %s: %v", from, step, err)
			return
		}
		from = step
	}
}

func (s Subject) status(t *testing.T) {
	t.Parallel()
	in := s.Driver.Info()
	for stage, to := range in.Targets {
		reached, _ := in.StatusOf(to)
		if stage == connector.StageCancelled {
			continue
		}
		t.Run("to "+string(stage), func(t *testing.T) {
			t.Parallel()
			st := s.start(t)
			id := st.placeMany(1)[0]
			st.walk(id, to, connector.StatusChange{})
			st.wantStage(id, to, reached.Stage)
		})
	}
	t.Run("cancel", s.statusCancel)
	t.Run("forbidden", s.statusForbidden)
}

// wantStage checks the outside's own state and what a re-read of the order says.
func (st *stand) wantStage(id, code string, stage connector.Stage) {
	st.t.Helper()
	if got := st.OrderStatus(id); got != code {
		st.t.Errorf("order %s has status %q, want %q", id, got, code)
	}
	src, ok := st.ch.(connector.OrderSource)
	if !ok {
		return
	}
	raws, err := src.ReadOrders(context.Background(), []string{id})
	if err != nil || len(raws) != 1 {
		st.t.Fatalf("ReadOrders: %d orders, error %v", len(raws), err)
	}
	if o, err := src.ParseOrder(raws[0].Body); err != nil || o.Stage != stage {
		st.t.Errorf("order %s reads as stage %q, error %v, want %q", id, o.Stage, err, stage)
	}
	if want, _ := st.s.Driver.Info().StatusOf(code); want.NeedsTracking && st.OrderTracking != nil && st.OrderTracking(id) != waybill {
		st.t.Errorf("order %s: waybill %q, want %q", id, st.OrderTracking(id), waybill)
	}
}

// statusCancel cancels with every reason the driver maps, and with none it maps.
func (s Subject) statusCancel(t *testing.T) {
	t.Parallel()
	in := s.Driver.Info()
	if in.Targets[connector.StageCancelled] == "" {
		return
	}
	st := s.start(t)
	reasons := []connector.CancelReason{{Reason: connector.ReasonFraud}}
	for _, r := range append(reasons, in.CancelReasons...) {
		c := connector.StatusChange{Reason: r.Reason, Text: "the last one was broken"}
		if r.NeedsTwin {
			c.TwinID = st.placeMany(1)[0]
		}
		id := st.placeMany(1)[0]
		to, _ := in.CancelStatus(r.Reason)
		st.walk(id, to, c)
		st.wantStage(id, to, connector.StageCancelled)
	}
}

// statusForbidden: a step that the outside refuses is KindPermanent, and the order stays where it was.
func (s Subject) statusForbidden(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	sink := st.ch.(connector.StatusSink)
	for _, step := range s.Forbidden {
		id := st.placeMany(1)[0]
		st.walk(id, step.From, connector.StatusChange{Reason: connector.ReasonOther, Text: "test"})
		err := sink.PushStatus(context.Background(), connector.StatusChange{
			OrderID: id, From: step.From, To: step.To, Tracking: waybill, Carrier: "nova_poshta",
		})
		st.wantKind("step "+step.From+" → "+step.To, err, connector.KindPermanent)
		if got := st.OrderStatus(id); got != step.From {
			t.Errorf("after the refused step the order has status %q, want %q", got, step.From)
		}
	}
	to := s.Driver.Info().Targets[connector.StageConfirmed]
	for _, id := range []string{"987654321987", "no such order", ""} {
		err := sink.PushStatus(context.Background(), connector.StatusChange{OrderID: id, To: to})
		st.wantKind("status of unknown order "+id, err, connector.KindPermanent)
	}
	id := st.placeMany(1)[0]
	err := sink.PushStatus(context.Background(), connector.StatusChange{OrderID: id, From: infocheck.First(s.Driver.Info()), To: "no such status"})
	st.wantKind("unknown status", err, connector.KindPermanent)
}

func (s Subject) tracking(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	sink := st.ch.(connector.TrackingSink)
	id := st.placeMany(1)[0]
	if to := s.Driver.Info().Targets[connector.StageConfirmed]; to != "" {
		st.walk(id, to, connector.StatusChange{})
	}
	for range 2 { // a repeat is harmless
		if err := sink.PushTracking(context.Background(), id, "nova_poshta", waybill); err != nil {
			t.Fatalf("PushTracking: %v", err)
		}
	}
	if got := st.OrderTracking(id); got != waybill {
		t.Errorf("waybill %q, want %q", got, waybill)
	}
	st.wantKind("unknown carrier", sink.PushTracking(context.Background(), id, "pigeon_post", waybill), connector.KindPermanent)
	st.wantKind("unknown order", sink.PushTracking(context.Background(), "987654321987", "nova_poshta", waybill), connector.KindPermanent)
	if src, ok := st.ch.(connector.OrderSource); ok {
		raws, err := src.ReadOrders(context.Background(), []string{id})
		if err != nil || len(raws) != 1 {
			t.Fatalf("ReadOrders: %d orders, error %v", len(raws), err)
		}
		if o, err := src.ParseOrder(raws[0].Body); err != nil || o.Delivery.Tracking != waybill {
			t.Errorf("the order reads with waybill %q, error %v", o.Delivery.Tracking, err)
		}
	}
}
