// Package movingui is the page on which a shop moves in from another hub: the form, how far it is, and what came of it.
package movingui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the page works with.
type Deps struct {
	DB     *db.DB
	Moving *moving.Service
	Jobs   *moving.Jobs
	Frame  reply.Frame
}

type pages struct{ Deps }

// Register adds the routes. Only who may set up channels moves a shop: the owner.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	owner := httpx.Needs(access.ConnectionsWrite)
	rt.Handle("GET /moving", owner, p.runShow)
	rt.Handle("POST /moving", owner, p.runStart)
	rt.Handle("POST /moving/{id}/stop", owner, p.runStop)
	rt.Handle("POST /moving/{id}/resume", owner, p.runResume)
}

// act runs one use case on the run of the address and shows the page.
func (p *pages) act(w http.ResponseWriter, r *http.Request, do func(a access.Actor, id int64) error) error {
	id, err := reply.ID(r, "id", "error.moving.unknown")
	if err != nil {
		return err
	}
	if err := do(access.From(r.Context()), id); err != nil {
		return err
	}
	return reply.Go(w, r, "/moving")
}
