package erli

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// maxInbox is how many of the oldest unread messages one reading gives.
const maxInbox = 500

// message is an unread message about an order.
type message struct {
	id      string // 24 hexadecimal digits; later messages sort after earlier ones
	kind    string
	order   int64
	created time.Time
}

// emit writes a message into the inbox and, when somebody listens, queues a call of the hook; call it under the lock.
func (s *Shop) emit(kind string, r *orderRow) {
	s.messages++
	s.inbox = append(s.inbox, message{fmt.Sprintf("%024x", s.messages), kind, r.ID, s.Now()})
	if s.hooks[kind].URL != "" {
		s.queue = append(s.queue, event{kind, r.ID})
	}
}

func (s *Shop) readInbox(c *sim.Call) sim.Answer { return s.unread(c, nil) }

func (s *Shop) searchInbox(c *sim.Call) sim.Answer {
	var b struct {
		Types []string `json:"types"`
	}
	if bad := decode(c, &b); bad != nil {
		return *bad
	}
	return s.unread(c, b.Types)
}

// unread lists the oldest messages; each shows its order as it is now.
func (s *Shop) unread(c *sim.Call, kinds []string) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	for _, m := range s.inbox {
		if len(out) == maxInbox {
			break
		}
		if len(kinds) > 0 && !slices.Contains(kinds, m.kind) {
			continue
		}
		out = append(out, map[string]any{
			"id": m.id, "shopId": 4711, "created": stamp(c, m.created), "read": false, "type": m.kind, "payload": s.view(c, s.orders.Get(m.order), ""),
		})
	}
	return sim.JSON(http.StatusOK, out)
}

// markRead takes messages out: everything up to the last one named, or exactly those listed.
func (s *Shop) markRead(c *sim.Call) sim.Answer {
	var b struct {
		Last string   `json:"lastMessageId"`
		IDs  []string `json:"ids"`
	}
	if bad := decode(c, &b); bad != nil {
		return *bad
	}
	if (b.Last == "") == (b.IDs == nil) {
		return failure(http.StatusBadRequest, "lastMessageId or ids")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	left := make([]message, 0, len(s.inbox))
	for _, m := range s.inbox {
		if m.id > b.Last && !slices.Contains(b.IDs, m.id) {
			left = append(left, m)
		}
	}
	n := len(s.inbox) - len(left)
	if !c.Ignore {
		s.inbox = left
	}
	return sim.JSON(http.StatusOK, n)
}
