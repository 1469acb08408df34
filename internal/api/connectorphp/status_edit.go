package connectorphp

import (
	"encoding/json"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/orders"
	"github.com/lad-hub/lad/internal/platform/db"
)

func (s *Server) getOrderStatusGroups(c *call) (answer, error) {
	list, err := s.entries(c, baselinker.StatusGroup)
	out := make([]answer, len(list))
	for i, e := range list {
		out[i] = answer{"id": e.ID, "group_id": e.ID, "name": e.Name}
	}
	return answer{"groups": out, "status_groups": out}, err
}

// entries reads a dictionary.
func (s *Server) entries(c *call, kind baselinker.Kind) (list []baselinker.Entry, err error) {
	err = s.read(c, func(tx *db.Tx) error {
		list, err = s.Kept.Entries(c, tx, kind)
		return err
	})
	return list, err
}

// put writes an entry of a dictionary: a new one, or the one with the id when that is not 0, of which only given fields change.
func (s *Server) put(c *call, kind baselinker.Kind, id int64, name string, fields map[string]any) (int64, error) {
	if err := c.p.fault(); err != nil {
		return 0, err
	}
	err := s.write(c, func(tx *db.Tx) (err error) {
		e := baselinker.Entry{ID: id, Fields: map[string]any{}}
		if id != 0 {
			if e, err = s.Kept.EntryOf(c, tx, kind, id); err != nil {
				return err
			}
			if e.Fields == nil {
				e.Fields = map[string]any{}
			}
		}
		if name != "" {
			e.Name = name
		}
		if e.Name == "" {
			return fail("ERROR_BAD_PARAMETERS", "error.baselinker.parameter", "name", "name")
		}
		for key, v := range fields {
			e.Fields[key] = v
		}
		id, err = s.Kept.PutEntry(c, tx, kind, e)
		return err
	})
	return id, err
}

func (s *Server) addOrderStatus(c *call) (answer, error) {
	p := c.p
	fields := map[string]any{}
	if p.has("type") {
		if fields["type"] = p.int("type"); p.int("type") < 0 || p.int("type") > 6 {
			p.bad("type")
		}
	}
	for name, most := range map[string]int{"short_name": 17, "color": 7, "comments": 255} {
		if p.has(name) {
			fields[name] = p.text(name, most)
		}
	}
	if p.has("group_id") {
		fields["group_id"] = p.int("group_id")
	}
	if p.has("name_for_customer") {
		fields["name_for_customer"] = buyerName(p)
	}
	id := p.int("status_id")
	if id != 0 && id < baselinker.FirstID {
		return nil, fail("ERROR_STATUS_ID", "error.baselinker.built_in")
	}
	if id == 0 {
		p.need("name")
		for name, v := range map[string]any{"type": int64(0), "color": "#7f8c8d", "name_for_customer": p.text("name", 30)} {
			if _, given := fields[name]; !given {
				fields[name] = v
			}
		}
	}
	id, err := s.put(c, baselinker.Status, id, p.text("name", 30), fields)
	return answer{"status_id": id}, err
}

// buyerName is what a buyer reads: a text, or texts by language, of which the first is taken.
func buyerName(p params) string {
	if by, ok := p.values["name_for_customer"].(map[string]any); ok {
		for _, key := range numericOrder(by) {
			if text, ok := by[key].(string); ok {
				return cut(text, 100)
			}
		}
		return ""
	}
	text := p.text("name_for_customer", 1000)
	var by map[string]string
	if strings.HasPrefix(strings.TrimSpace(text), "{") && json.Unmarshal([]byte(text), &by) == nil {
		for _, name := range by {
			text = name
		}
	}
	return cut(text, 100)
}

func (s *Server) addOrderStatusGroup(c *call) (answer, error) {
	if !c.p.has("group_id") {
		c.p.need("name")
	}
	id, err := s.put(c, baselinker.StatusGroup, c.p.int("group_id"), c.p.text("name", 15), nil)
	return answer{"group_id": id}, err
}

// deleteOrderStatus deletes a client's own status; its orders get another one, which must lead to the same stage.
func (s *Server) deleteOrderStatus(c *call) (answer, error) {
	c.p.need("status_id")
	id, target := c.p.int("status_id"), c.p.int("target_status_id")
	if err := c.p.fault(); err != nil {
		return nil, err
	}
	st, err := s.statusByID(c, id)
	if err != nil {
		return nil, err
	}
	if !st.own {
		return nil, fail("ERROR_STATUS_ID", "error.baselinker.built_in")
	}
	to := int64(0)
	if target != 0 {
		other, err := s.statusByID(c, target)
		if err != nil {
			return nil, err
		}
		if other.own {
			to = target
		}
		if other.stage != st.stage && other.own {
			return nil, fail("ERROR_STATUS_ID", "error.baselinker.other_stage")
		}
	}
	return nil, s.write(c, func(tx *db.Tx) error {
		if err := s.Kept.MoveStatus(c, tx, id, to); err != nil {
			return err
		}
		return s.Kept.DeleteEntry(c, tx, baselinker.Status, id)
	})
}

func (s *Server) deleteOrderStatusGroup(c *call) (answer, error) {
	return nil, s.deleteEntry(c, baselinker.StatusGroup, "group_id")
}

// deleteEntry deletes the entry of a dictionary that a parameter names.
func (s *Server) deleteEntry(c *call, kind baselinker.Kind, name string) error {
	c.p.need(name)
	id := c.p.int(name)
	if err := c.p.fault(); err != nil {
		return err
	}
	return s.write(c, func(tx *db.Tx) error { return s.Kept.DeleteEntry(c, tx, kind, id) })
}

// visible is NotFound for orders that are not there or that a client removed.
func (s *Server) visible(c *call, tx *db.Tx, id int64) error {
	kept, err := s.Kept.OrderOf(c, tx, id)
	if err != nil {
		return err
	}
	if kept.Removed {
		return fail("ERROR_ORDER_ID", "error.order.not_found")
	}
	_, err = orders.ByID(c, tx, id)
	return err
}
