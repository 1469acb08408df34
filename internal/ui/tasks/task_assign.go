package tasksui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
)

// taskAssign gives the task to whoever asks, or back to its queue (field "to" = "queue").
func (p *pages) taskAssign(w http.ResponseWriter, r *http.Request) error {
	if r.PostFormValue("to") == "queue" {
		return p.act(w, r, "tasks_ui.done.queue", func(ctx context.Context, a access.Actor, id int64) error { return p.Tasks.Assign(ctx, a, id, 0) })
	}
	return p.act(w, r, "tasks_ui.done.take", func(ctx context.Context, a access.Actor, id int64) error { return p.Tasks.Assign(ctx, a, id, a.ID) })
}
