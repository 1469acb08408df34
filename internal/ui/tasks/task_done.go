package tasksui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// taskDone closes the task by hand.
func (p *pages) taskDone(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "tasks_ui.done.done", p.Tasks.Done)
}

// act runs one use case on the task of the address and answers with its card as it is now and a toast.
func (p *pages) act(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, access.Actor, int64) error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	if err := do(ctx, a, id); err != nil {
		return err
	}
	c, err := p.card(ctx, a, id, queryOf(r))
	if err != nil {
		return err
	}
	w.Header().Set("HX-Trigger", "tasks-changed")
	return reply.HTML(w, r, http.StatusOK, taskCard(c), kit.Toast(kit.ToastData{Tone: kit.OK, Text: i18n.T(ctx, done)}))
}
