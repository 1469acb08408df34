package opencart

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/sim"
)

const (
	maxHooks      = 5
	maxPushOrders = 100
)

// hook is a subscription and how far its outbox is delivered.
type hook struct {
	target string
	secret string
	sent   int64 // number of the last change delivered
}

type hookCall struct {
	Target string `json:"target"`
	Secret string `json:"secret"`
}

func (s *Shop) subscribe(c *sim.Call) sim.Answer {
	var b hookCall
	if a := decode(c, &b); a != nil {
		return *a
	}
	u, err := url.Parse(b.Target)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(b.Target) > 500 || len(b.Secret) < 16 || len(b.Secret) > 128 {
		return invalid("target is an address and secret a long word")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.hooks, func(h hook) bool { return h.target == b.Target })
	switch {
	case c.Ignore:
	case i >= 0:
		s.hooks[i].secret = b.Secret
	case len(s.hooks) >= maxHooks:
		return invalid("There are too many subscriptions")
	default:
		s.hooks = append(s.hooks, hook{b.Target, b.Secret, int64(len(s.journal))})
	}
	return result(map[string]any{"target": b.Target})
}

func (s *Shop) unsubscribe(c *sim.Call) sim.Answer {
	var b hookCall
	if a := decode(c, &b); a != nil {
		return *a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.Ignore {
		s.hooks = slices.DeleteFunc(s.hooks, func(h hook) bool { return h.target == b.Target })
	}
	return result(map[string]any{"target": b.Target})
}

// DropHooks forgets all subscriptions, as a restored backup of the shop does.
func (s *Shop) DropHooks() { s.set(func() { s.hooks = nil }) }

// FlushHooks delivers what waits in the outbox. It returns how many pushes were answered with 2xx, and the errors of the
// others, whose orders wait on.
func (s *Shop) FlushHooks(ctx context.Context) (delivered int, err error) {
	s.mu.Lock()
	hooks := slices.Clone(s.hooks)
	s.mu.Unlock()
	var failed []error
	for _, h := range hooks {
		for {
			body, upTo := s.outbox(h)
			if body == nil {
				break
			}
			if err := s.push(ctx, h, body); err != nil {
				failed = append(failed, err)
				break
			}
			delivered++
			h.sent = upTo
			s.delivered(h)
		}
	}
	return delivered, errors.Join(failed...)
}

// outbox is the next push of a subscription and the change it reaches to; nil = nothing waits.
func (s *Shop) outbox(h hook) ([]byte, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := []int64{}
	upTo := h.sent
	for ; upTo < int64(len(s.journal)) && len(ids) < maxPushOrders; upTo++ {
		if id := s.journal[upTo]; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, upTo
	}
	body, err := json.Marshal(map[string]any{"id": strconv.FormatInt(upTo, 10), "orders": ids})
	if err != nil {
		panic(fmt.Sprintf("opencart: push can not be encoded: %v", err))
	}
	return body, upTo
}

func (s *Shop) delivered(h hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.hooks {
		if s.hooks[i].target == h.target {
			s.hooks[i].sent = h.sent
		}
	}
}

func (s *Shop) push(ctx context.Context, h hook, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.target, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("opencart: push: %w", err)
	}
	at := strconv.FormatInt(s.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Lad-Time", at)
	req.Header.Set("X-Lad-Signature", sign(h.secret, "hook\n"+at+"\n"+digest(body)))
	resp, err := s.o.Client.Do(req)
	if err != nil {
		return fmt.Errorf("opencart: push: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("opencart: push: HTTP %d", resp.StatusCode)
	}
	return nil
}
