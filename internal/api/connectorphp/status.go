package connectorphp

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// status is a status of the protocol. One with a stage moves the order there; one without only says more.
type status struct {
	id          int64
	name, buyer string
	color       string
	group       int64
	stage       orders.Stage
	own         bool // a client's own, not one that stands for a stage
}

// stageOfType is where a client's own status leads, by its type: 0 other, 1 unpaid, 2 in progress, 3 sent, 4 delivered,
// 5 cancelled, 6 return.
var stageOfType = map[int64]orders.Stage{
	2: connector.StageConfirmed, 3: connector.StageShipped, 4: connector.StageCompleted, 5: connector.StageCancelled, 6: connector.StageReturned,
}

var stageColors = map[orders.Stage]string{
	connector.StageNew: "#3a86d6", connector.StageConfirmed: "#2a9d8f", connector.StagePicking: "#e9a23b", connector.StageShipped: "#6c5ce7",
	connector.StageCompleted: "#3f9142", connector.StageCancelled: "#c0392b", connector.StageReturned: "#7f8c8d",
}

// stageStatus is the id of the status that stands for a stage: 1 for the first stage, and so on.
func stageStatus(s orders.Stage) int64 { return int64(slices.Index(orders.Stages, s) + 1) }

// statusOf is the status of an order: the client's own while the stage in which it was set lasts, else that of the stage.
func statusOf(stage orders.Stage, kept baselinker.Order) int64 {
	if kept.StatusID != 0 && kept.StatusStage == string(stage) {
		return kept.StatusID
	}
	return stageStatus(stage)
}

func (s *Server) statuses(ctx context.Context, tx *db.Tx) ([]status, error) {
	word, err := s.shopWords(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]status, 0, len(orders.Stages))
	for i, stage := range orders.Stages {
		name := word("orders.stage." + string(stage))
		out = append(out, status{id: int64(i + 1), name: name, buyer: name, color: stageColors[stage], stage: stage})
	}
	own, err := s.Kept.Entries(ctx, tx, baselinker.Status)
	for _, e := range own {
		out = append(out, status{id: e.ID, name: e.Name, buyer: e.Text("name_for_customer"), color: e.Text("color"), group: e.Int("group_id"),
			stage: stageOfType[e.Int("type")], own: true})
	}
	return out, err
}

// shopWords translates into the language of the shop.
func (s *Server) shopWords(ctx context.Context, tx *db.Tx) (func(key string) string, error) {
	lang, err := s.Language(ctx, tx)
	l, _ := i18n.Parse(lang)
	return func(key string) string { return l.T(key) }, err
}

// statusByID finds a status; ERROR_STATUS_ID when there is none.
func (s *Server) statusByID(c *call, id int64) (status, error) {
	var list []status
	err := s.read(c, func(tx *db.Tx) (err error) {
		list, err = s.statuses(c, tx)
		return err
	})
	if err != nil {
		return status{}, err
	}
	i := slices.IndexFunc(list, func(st status) bool { return st.id == id })
	if i < 0 {
		return status{}, fail("ERROR_STATUS_ID", "error.baselinker.no_status", "id", id)
	}
	return list[i], nil
}

func (s *Server) getOrderStatusList(c *call) (answer, error) {
	var list []status
	err := s.read(c, func(tx *db.Tx) (err error) {
		list, err = s.statuses(c, tx)
		return err
	})
	out := make([]answer, len(list))
	for i, st := range list {
		out[i] = answer{"id": st.id, "name": st.name, "name_for_customer": st.buyer, "color": st.color, "group_id": st.group}
	}
	return answer{"statuses": out}, err
}

// setOrderStatus carries an order to the stage of a status, step by step, and notes the status.
func (s *Server) setOrderStatus(c *call) (answer, error) {
	c.p.need("order_id", "status_id")
	id := c.p.int("order_id")
	st, err := s.wantedStatus(c)
	if err != nil {
		return nil, err
	}
	return nil, s.moveTo(c, id, st)
}

func (s *Server) setOrderStatuses(c *call) (answer, error) {
	c.p.need("order_ids", "status_id")
	ids := c.p.ints("order_ids")
	st, err := s.wantedStatus(c)
	if err != nil {
		return nil, err
	}
	return nil, s.each(c, ids, func(id int64) error { return s.moveTo(c, id, st) })
}

// each does f for every id, so that one that does not allow it does not hold the others back, and answers the first such refusal.
func (s *Server) each(c *call, ids []int64, f func(id int64) error) (first error) {
	for _, id := range ids {
		err := f(id)
		if err == nil {
			continue
		}
		if _, broken := s.failure(c, "", err); broken != nil {
			return err
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (s *Server) wantedStatus(c *call) (status, error) {
	id := c.p.int("status_id")
	if err := c.p.fault(); err != nil {
		return status{}, err
	}
	return s.statusByID(c, id)
}

func (s *Server) moveTo(c *call, id int64, st status) error {
	var o orders.Order
	err := s.read(c, func(tx *db.Tx) error {
		if err := s.visible(c, tx, id); err != nil {
			return err
		}
		var err error
		o, err = orders.ByID(c, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if st.stage != "" && st.stage != o.Stage {
		steps := stagePath(o.Stage, st.stage)
		if steps == nil {
			return fail("ERROR_STATUS_ID", "error.baselinker.no_way", "number", o.Number)
		}
		for _, stage := range steps {
			if err := s.step(c, id, stage); err != nil {
				return err
			}
		}
	}
	return s.noteStatus(c, id, st)
}

// noteStatus keeps the status, unless the order has left its stage meanwhile.
func (s *Server) noteStatus(c *call, id int64, st status) error {
	return s.Orders.Edit(c, c.actor, id, func(tx *db.Tx, o orders.Order, _ *orders.Head) ([]journal.Record, error) {
		kept, err := s.Kept.OrderOf(c, tx, id)
		if err != nil || st.stage != "" && st.stage != o.Stage || statusOf(o.Stage, kept) == st.id {
			return nil, err
		}
		kept.StatusID, kept.StatusStage, kept.StatusAt = 0, "", 0
		if st.own {
			kept.StatusID, kept.StatusStage, kept.StatusAt = st.id, string(o.Stage), tx.NowMicros()
		}
		if err := s.Kept.PutOrder(c, tx, kept); err != nil {
			return nil, err
		}
		return []journal.Record{{Kind: "order.status_set", Payload: map[string]any{"status_id": st.id, "name": st.name}}}, nil
	})
}

// stagePath is the shortest way of a person's steps between two stages, nil when there is none.
func stagePath(from, to orders.Stage) []orders.Stage {
	before := map[orders.Stage]orders.Stage{from: from}
	queue := []orders.Stage{from}
	for len(queue) > 0 && before[to] == "" {
		at := queue[0]
		queue = queue[1:]
		for _, next := range orders.Next(at) {
			if before[next] == "" {
				before[next] = at
				queue = append(queue, next)
			}
		}
	}
	if before[to] == "" {
		return nil
	}
	var path []orders.Stage
	for at := to; at != from; at = before[at] {
		path = append(path, at)
	}
	slices.Reverse(path)
	return path
}

func (s *Server) step(c *call, id int64, to orders.Stage) (err error) {
	switch to {
	case connector.StageConfirmed:
		_, err = s.Orders.Confirm(c, c.actor, id)
	case connector.StagePicking:
		_, err = s.Orders.StartPicking(c, c.actor, id)
	case connector.StageShipped:
		_, err = s.Orders.Ship(c, c.actor, id, orders.ShipInput{})
	case connector.StageCompleted:
		_, err = s.Orders.Complete(c, c.actor, id)
	case connector.StageCancelled:
		_, err = s.Orders.Cancel(c, c.actor, id, orders.CancelInput{Reason: connector.ReasonOther})
	case connector.StageReturned:
		_, err = s.Orders.Return(c, c.actor, id)
	}
	return err
}
