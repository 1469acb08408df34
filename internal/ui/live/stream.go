package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Handler is the event stream of a tab. who names the tenant of the request; it answers false when nobody is signed in.
// A tab says what it has seen with Last-Event-ID (a reconnect) or ?since= (a new page); the first without either gets a Reset.
func (h *Hub) Handler(who func(*http.Request) (tenant int64, ok bool)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tenantID, ok := who(r)
		if !ok {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		cursor := r.Header.Get("Last-Event-ID")
		if cursor == "" {
			cursor = r.URL.Query().Get("since")
		}
		s, ok := h.join(tenantID, cursor)
		if !ok {
			w.Header().Set("Retry-After", "5")
			http.Error(w, "too many streams", http.StatusServiceUnavailable)
			return
		}
		defer h.leave(tenantID, s)
		header := w.Header()
		header.Set("Content-Type", "text/event-stream")
		header.Set("Cache-Control", "no-store")
		header.Set("X-Accel-Buffering", "no") // nginx would hold hints back
		out := &stream{w: w, rc: http.NewResponseController(w), patience: h.limits.Write}
		if out.send(": open\nretry: 2000\n\n") == nil {
			h.pump(r.Context(), s, out)
		}
	})
}

// pump writes hints until the tab leaves, is dropped or stops reading. The first hint after a quiet time goes out at once;
// those that follow within limits.Gap go out together.
func (h *Hub) pump(ctx context.Context, s *tab, out *stream) {
	beat := time.NewTicker(h.limits.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if out.send(": beat\n\n") != nil {
				return
			}
		case <-s.wake:
			hints, gone := h.take(s)
			if gone || out.hints(h, hints) != nil {
				return
			}
			if !rest(ctx, h.limits.Gap) {
				return
			}
		}
	}
}

// rest waits for d; false when the context ended first.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// stream writes server-sent events with a deadline on each write.
type stream struct {
	w        http.ResponseWriter
	rc       *http.ResponseController
	patience time.Duration
}

// hints writes one event per hint; its id is the cursor with which the tab comes back.
func (o *stream) hints(h *Hub, hints []Hint) error {
	text := ""
	for _, hint := range hints {
		data, err := json.Marshal(hint)
		if err != nil {
			return fmt.Errorf("live: encode hint: %w", err)
		}
		text += fmt.Sprintf("id: %s\ndata: %s\n\n", h.cursor(hint.Version), data)
	}
	return o.send(text)
}

func (o *stream) send(text string) error {
	// A writer without deadlines (a test recorder) is written to without one.
	_ = o.rc.SetWriteDeadline(time.Now().Add(o.patience))
	if _, err := o.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("live: write: %w", err)
	}
	if err := o.rc.Flush(); err != nil {
		return fmt.Errorf("live: flush: %w", err)
	}
	return nil
}
