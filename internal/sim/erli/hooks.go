package erli

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

// Events of orders: the types of messages and the names of hooks.
const (
	eventCreated = "orderCreated"
	eventStatus  = "orderStatusChanged"
	eventSeller  = "orderSellerStatusChanged"
)

// hookNames are the hooks a shop can have, one of each; the simulator fires those of orders.
var hookNames = []string{"checkBuyability", "productsNeedSync", eventCreated, eventStatus, eventSeller}

// hook is a registered address; the token comes back as Bearer with every call.
type hook struct {
	Name  string `json:"hookName"`
	URL   string `json:"url"`
	Token string `json:"accessToken,omitempty"`
}

// event waits for delivery.
type event struct {
	name  string
	order int64
}

func (s *Shop) listHooks(*sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []hook{}
	for _, name := range hookNames {
		if h, ok := s.hooks[name]; ok {
			out = append(out, h)
		}
	}
	return sim.JSON(http.StatusOK, out)
}

// putHook replaces whatever was registered under the name, whoever registered it. The body repeats the name.
func (s *Shop) putHook(c *sim.Call) sim.Answer {
	var h hook
	if bad := decode(c, &h); bad != nil {
		return *bad
	}
	if h.Name != c.Request.PathValue("name") || !slices.Contains(hookNames, h.Name) || h.URL == "" || len(h.URL) > 2000 || len(h.Token) > 400 {
		return failure(http.StatusBadRequest, "Request validation failed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.Ignore {
		s.hooks[h.Name] = h
	}
	return nothing(http.StatusCreated)
}

func (s *Shop) deleteHook(c *sim.Call) sim.Answer {
	name := c.Request.PathValue("name")
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.hooks[name]; !ok {
		return failure(http.StatusNotFound, "Hook not found")
	}
	if !c.Ignore {
		delete(s.hooks, name)
	}
	return nothing(http.StatusAccepted)
}

// DropHooks is the platform forgetting every subscription.
func (s *Shop) DropHooks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.hooks)
}

// FlushHooks delivers the queued events: POST, the order as JSON, the access token as Bearer, once. It returns how many
// deliveries were answered with 2xx, and the errors of the others, which are lost.
func (s *Shop) FlushHooks(ctx context.Context) (delivered int, err error) {
	calls := s.due()
	var lost []error
	for _, call := range calls {
		if err := s.deliver(ctx, call); err != nil {
			lost = append(lost, err)
			continue
		}
		delivered++
	}
	return delivered, errors.Join(lost...)
}

// delivery is one call to be made.
type delivery struct {
	hook hook
	body []byte
}

func (s *Shop) due() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []delivery
	for _, e := range s.queue {
		body, err := json.Marshal(s.view(&sim.Call{}, s.orders.Get(e.order), ""))
		if h, ok := s.hooks[e.name]; ok && err == nil {
			out = append(out, delivery{h, body})
		}
	}
	s.queue = nil
	return out
}

func (s *Shop) deliver(ctx context.Context, d delivery) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.hook.URL, bytes.NewReader(d.body))
	if err != nil {
		return fmt.Errorf("erli: hook %s: %w", d.hook.Name, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+d.hook.Token)
	resp, err := s.o.Client.Do(req)
	if err != nil {
		return fmt.Errorf("erli: hook %s: %w", d.hook.Name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("erli: hook %s: HTTP %d", d.hook.Name, resp.StatusCode)
	}
	return nil
}
