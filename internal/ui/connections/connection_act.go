package connectionsui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// act runs one use case on the connection of the address and answers with its health.
func (p *pages) act(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, access.Actor, int64) error) error {
	h, err := p.health(r)
	if err != nil {
		return err
	}
	a := access.From(r.Context())
	if err := do(r.Context(), a, h.Connection.ID); err != nil {
		return err
	}
	if h, err = p.health(r); err != nil {
		return err
	}
	v := view{h, a, p.DB.Clock().Now(), p.Connections.Drivers}
	toast := reply.Toast(r.Context(), done, "name", h.Connection.Name)
	if r.Header.Get("HX-Target") == healthID {
		return reply.Done(w, r, v.path(), healthPanel(v), toast)
	}
	return reply.Done(w, r, "/connections", connectionCard(v), toast)
}

// connectionSync polls, reads and pushes without waiting for the usual moment.
func (p *pages) connectionSync(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "connections.done.sync", p.Connections.SyncNow)
}

// connectionRepair tells the channel everything again.
func (p *pages) connectionRepair(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "connections.done.repair", p.Connections.Repair)
}

// connectionPause stops all traffic with the channel.
func (p *pages) connectionPause(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "connections.done.pause", p.Connections.Pause)
}

// connectionResume starts it again.
func (p *pages) connectionResume(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "connections.done.resume", p.Connections.Resume)
}

// connectionDelete ends a connection; its history stays.
func (p *pages) connectionDelete(w http.ResponseWriter, r *http.Request) error {
	h, err := p.health(r)
	if err != nil {
		return err
	}
	if err := p.Connections.Delete(r.Context(), access.From(r.Context()), h.Connection.ID); err != nil {
		return err
	}
	return reply.Go(w, r, "/connections")
}
