package connectorphp

import (
	"slices"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Statuses of returns that every shop has.
const (
	returnNew, returnAccepted, returnDone, returnCancelled = 1, 2, 3, 4
)

// returnWords are those statuses with their words, colours and the events that they are.
var returnWords = []struct {
	id               int64
	key, color, kind string
}{
	{returnNew, "baselinker.return.new", "#3a86d6", ""}, {returnAccepted, "baselinker.return.accepted", "#2a9d8f", "return.accepted"},
	{returnDone, "baselinker.return.done", "#3f9142", "return.completed"}, {returnCancelled, "baselinker.return.cancelled", "#c0392b", "return.cancelled"},
}

// fulfilment is the protocol's fulfillment_status: 0 active, 1 done, 2 cancelled, 5 accepted.
var fulfilment = map[int64]int{returnAccepted: 5, returnDone: 1, returnCancelled: 2}

// returnStatus is a status of returns.
type returnStatus struct {
	id                 int64
	name, buyer, color string
	kind               string // the event that entering it is
}

func (s *Server) returnStatuses(c *call) (out []returnStatus, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		word, err := s.shopWords(c, tx)
		if err != nil {
			return err
		}
		for _, w := range returnWords {
			out = append(out, returnStatus{w.id, word(w.key), word(w.key), w.color, w.kind})
		}
		own, err := s.Kept.Entries(c, tx, baselinker.ReturnStatus)
		for _, e := range own {
			out = append(out, returnStatus{e.ID, e.Name, e.Text("name_for_customer"), e.Text("color"), ""})
		}
		return err
	})
	return out, err
}

func (s *Server) returnStatusByID(c *call, id int64) (returnStatus, error) {
	list, err := s.returnStatuses(c)
	if err != nil {
		return returnStatus{}, err
	}
	i := slices.IndexFunc(list, func(st returnStatus) bool { return st.id == id })
	if i < 0 {
		return returnStatus{}, fail("ERROR_STATUS_ID", "error.baselinker.no_status", "id", id)
	}
	return list[i], nil
}

func (s *Server) getOrderReturnStatusList(c *call) (answer, error) {
	list, err := s.returnStatuses(c)
	out := make([]answer, len(list))
	for i, st := range list {
		out[i] = answer{"id": st.id, "name": st.name, "name_for_customer": st.buyer, "color": st.color}
	}
	return answer{"statuses": out}, err
}

// words lists things of every shop by the words of the catalogue, numbered from 1.
func (s *Server) words(key, id, name string, keys ...string) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		out := make([]answer, len(keys))
		err := s.read(c, func(tx *db.Tx) error {
			word, err := s.shopWords(c, tx)
			for i, k := range keys {
				out[i] = answer{id: i + 1, name: word(k)}
			}
			return err
		})
		return answer{key: out}, err
	}
}

func (s *Server) addOrderReturnStatus(c *call) (answer, error) {
	p := c.p
	id := p.int("status_id")
	if id != 0 && id < baselinker.FirstID {
		return nil, fail("ERROR_STATUS_ID", "error.baselinker.built_in")
	}
	fields := map[string]any{}
	if p.has("color") || id == 0 {
		fields["color"] = firstOf(p.text("color", 7), "#7f8c8d")
	}
	if p.has("name_for_customer") {
		fields["name_for_customer"] = buyerName(p)
	} else if id == 0 {
		fields["name_for_customer"] = p.text("name", 30)
	}
	id, err := s.put(c, baselinker.ReturnStatus, id, p.text("name", 30), fields)
	return answer{"status_id": id}, err
}

// deleteOrderReturnStatus deletes a client's own status; its returns get another one, or begin anew.
func (s *Server) deleteOrderReturnStatus(c *call) (answer, error) {
	c.p.need("status_id")
	id, target := c.p.int("status_id"), c.p.int("target_status_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	if target == 0 {
		target = returnNew
	}
	if id < baselinker.FirstID || id == target {
		return nil, fail("ERROR_STATUS_ID", "error.baselinker.built_in")
	}
	if _, err := s.returnStatusByID(c, target); err != nil {
		return nil, err
	}
	return nil, s.write(c, func(tx *db.Tx) error {
		if err := s.Kept.MoveReturnStatus(c, tx, id, target); err != nil {
			return err
		}
		return s.Kept.DeleteEntry(c, tx, baselinker.ReturnStatus, id)
	})
}

func (s *Server) addOrderReturnStatusGroup(c *call) (answer, error) {
	id, err := s.put(c, baselinker.ReturnGroup, c.p.int("group_id"), c.p.text("name", 15), nil)
	return answer{"group_id": id}, err
}

func (s *Server) deleteOrderReturnStatusGroup(c *call) (answer, error) {
	return nil, s.deleteEntry(c, baselinker.ReturnGroup, "group_id")
}

func (s *Server) getOrderReturnStatusGroups(c *call) (answer, error) {
	list, err := s.entries(c, baselinker.ReturnGroup)
	out := make([]answer, len(list))
	for i, e := range list {
		out[i] = answer{"id": e.ID, "group_id": e.ID, "name": e.Name}
	}
	return answer{"groups": out}, err
}
