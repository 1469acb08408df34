package allegro

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// Types of events.
const (
	eventBought         = "BOUGHT"
	eventFilled         = "FILLED_IN"
	eventReady          = "READY_FOR_PROCESSING"
	eventModified       = "BUYER_MODIFIED"
	eventBuyerCancelled = "BUYER_CANCELLED"
	eventAutoCancelled  = "AUTO_CANCELLED"
	eventFulfillment    = "FULFILLMENT_STATUS_CHANGED"
)

// journalLife is how long an event is kept.
const journalLife = 60 * 24 * time.Hour

// Sizes of a page of events.
const (
	defaultEvents = 100
	maxEvents     = 1000
)

// event is one entry of the journal; ids grow by one.
type event struct {
	id       int64
	kind     string
	at       time.Time
	row      *orderRow
	revision int64
}

func newEvent(id int64, kind string, at time.Time, row *orderRow) event {
	return event{id: id, kind: kind, at: at, row: row, revision: row.Value.revision}
}

// kept are the events that the journal still has. Call it under the lock.
func (s *Shop) kept(now time.Time) []event {
	limit := now.Add(-journalLife)
	return s.journal[sort.Search(len(s.journal), func(i int) bool { return s.journal[i].at.After(limit) }):]
}

func (s *Shop) eventStats(c *sim.Call) sim.Answer {
	s.enter(c)
	defer s.mu.Unlock()
	kept := s.kept(c.At)
	if len(kept) == 0 {
		return sim.JSON(http.StatusOK, map[string]any{"latestEvent": nil})
	}
	last := kept[len(kept)-1]
	return sim.JSON(http.StatusOK, map[string]any{"latestEvent": map[string]string{"id": strconv.FormatInt(last.id, 10), "occurredAt": stamp(c, last.at)}})
}

func (s *Shop) events(c *sim.Call) sim.Answer {
	limit, ok := size(c, defaultEvents, maxEvents)
	if !ok {
		return invalid("limit is out of range")
	}
	s.enter(c)
	defer s.mu.Unlock()
	kept := s.kept(c.At)
	if from := c.Query("from"); from != "" {
		id, err := strconv.ParseInt(from, 10, 64)
		if err != nil || len(kept) == 0 || id < kept[0].id || id > kept[len(kept)-1].id {
			return fail(http.StatusNotFound, "EventNotFound", "no such event in the journal")
		}
		kept = kept[id-kept[0].id+1:]
	}
	kinds := c.Request.URL.Query()["type"]
	views := []any{}
	for _, e := range kept {
		if len(views) == limit {
			break
		}
		if len(kinds) == 0 || slices.Contains(kinds, e.kind) {
			views = append(views, eventView(c, e))
		}
	}
	return sim.JSON(http.StatusOK, map[string]any{"events": views})
}

func eventView(c *sim.Call, e event) any {
	o := &e.row.Value
	lines := make([]any, 0, len(o.lines))
	for _, l := range o.lines {
		lines = append(lines, map[string]any{
			"id": l.id, "offer": l.offer(), "quantity": l.quantity, "originalPrice": pln(l.priceMinor), "price": pln(l.priceMinor), "boughtAt": stamp(c, e.row.Created),
		})
	}
	var form any
	if e.kind != eventBought {
		form = map[string]string{"id": o.id(e.row.ID), "revision": strconv.FormatInt(e.revision, 16)}
	}
	return map[string]any{
		"id": strconv.FormatInt(e.id, 10), "type": e.kind, "occurredAt": stamp(c, e.at),
		"order": map[string]any{
			"seller": map[string]string{"id": "40000001"}, "buyer": buyer(e.row), "lineItems": lines, "checkoutForm": form,
			"marketplace": map[string]string{"id": marketplace},
		},
	}
}

// size reads a limit within bounds.
func size(c *sim.Call, def, most int) (int, bool) {
	if c.Query("limit") == "" {
		return def, true
	}
	n, err := strconv.Atoi(c.Query("limit"))
	return n, err == nil && n >= 1 && n <= most
}

// offset reads where a page begins.
func offset(c *sim.Call) (int, bool) {
	if c.Query("offset") == "" {
		return 0, true
	}
	n, err := strconv.Atoi(c.Query("offset"))
	return n, err == nil && n >= 0
}
