// Package tasksui is the list of what needs a person: why, by when, who has it, and the way to the thing itself.
package tasksui

import (
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Deps is what the pages work with.
type Deps struct {
	DB     *db.DB
	Tasks  *tasks.Service
	People reply.People
	Frame  reply.Frame
}

// pages serves the list and the cards.
type pages struct{ Deps }

// Register adds the routes.
func Register(rt *httpx.Router, d Deps) {
	p := &pages{d}
	rt.Handle("GET /tasks", httpx.Needs(access.TasksRead), p.taskList)
	rt.Handle("GET /tasks/{id}", httpx.Needs(access.TasksRead), p.taskShow)
	rt.Handle("POST /tasks/{id}/done", httpx.Needs(access.TasksWrite), p.taskDone)
	rt.Handle("POST /tasks/{id}/assign", httpx.Needs(access.TasksWrite), p.taskAssign)
}

// pathID is the task of the address.
func pathID(r *http.Request) (int64, error) { return reply.ID(r, "id", "error.not_found") }
