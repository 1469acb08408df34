package horoshop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/internal/sim"
)

// maxHooks is how many subscriptions one event takes.
const maxHooks = 5

// Events a hook can be subscribed to; the simulator fires those of orders.
const (
	eventCreated = "order_created"
	eventUpdated = "order_update"
	eventPaid    = "order_paid"
)

var events = []string{eventCreated, eventUpdated, eventPaid, "user_signup", "user_update", "request_call_me", "comments_created"}

// hook is a subscription.
type hook struct {
	id     int
	event  string
	target string
}

// event waits for the shop's cron.
type event struct {
	name  string
	order int64
}

// emit queues an event when somebody listens; call it under the lock.
func (s *Shop) emit(name string, order int64) {
	if slices.ContainsFunc(s.hooks, func(h hook) bool { return h.event == name }) {
		s.queue = append(s.queue, event{name, order})
	}
}

func (s *Shop) subscribe(c *sim.Call) sim.Answer {
	var b struct {
		Event  string `json:"event"`
		Target string `json:"target_url"`
	}
	refuse := func(text string) sim.Answer {
		return sim.JSON(http.StatusBadRequest, map[string]string{"message": text})
	}
	if err := c.Decode(&b); err != nil || b.Target == "" || !slices.Contains(events, b.Event) {
		return refuse("Unknown event or empty target_url")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, h := range s.hooks {
		if h.event == b.Event {
			n++
		}
	}
	if n >= maxHooks {
		return refuse("Subscriptions limit for current event has been reached")
	}
	s.lastHook++
	if !c.Ignore {
		s.hooks = append(s.hooks, hook{s.lastHook, b.Event, b.Target})
	}
	return sim.JSON(http.StatusCreated, map[string]int{"id": s.lastHook})
}

func (s *Shop) unSubscribe(c *sim.Call) sim.Answer {
	var b struct {
		ID     sim.Field `json:"id"`
		Target string    `json:"target_url"`
	}
	if err := c.Decode(&b); err != nil {
		return sim.JSON(http.StatusBadRequest, map[string]string{"message": "Request body is not a valid JSON"})
	}
	id, _ := b.ID.Int() // 0 is no subscription
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.hooks, func(h hook) bool { return int64(h.id) == id && h.target == b.Target })
	if i < 0 {
		return sim.JSON(http.StatusNotFound, map[string]string{"message": "Subscription is not found"})
	}
	if !c.Ignore {
		s.hooks = slices.Delete(slices.Clone(s.hooks), i, i+1)
	}
	return sim.JSON(http.StatusGone, map[string]any{})
}

// FlushHooks delivers the queued events as the shop's cron does every few minutes: PUT, JSON, unsigned, once. It returns
// how many deliveries were answered with 2xx, and the errors of the others, which are lost.
func (s *Shop) FlushHooks(ctx context.Context) (delivered int, err error) {
	s.mu.Lock()
	queue, hooks := s.queue, slices.Clone(s.hooks)
	s.queue = nil
	s.mu.Unlock()
	if s.o.SilentHooks {
		return 0, nil
	}
	var lost []error
	for _, e := range queue {
		for _, h := range hooks {
			if h.event != e.name {
				continue
			}
			if err := s.deliver(ctx, h, e); err != nil {
				lost = append(lost, err)
				continue
			}
			delivered++
		}
	}
	return delivered, errors.Join(lost...)
}

func (s *Shop) deliver(ctx context.Context, h hook, e event) error {
	body, err := json.Marshal(map[string]any{"event": e.name, "order_id": e.order})
	if err != nil {
		return fmt.Errorf("horoshop: encode hook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, h.target, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("horoshop: hook %d: %w", h.id, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.o.Client.Do(req)
	if err != nil {
		return fmt.Errorf("horoshop: hook %d: %w", h.id, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("horoshop: hook %d: HTTP %d", h.id, resp.StatusCode)
	}
	return nil
}
