package tasksui

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// listID is the id of the list's fragment.
const listID = "tasks-list"

// taskList shows the open tasks, the one due first at the top.
func (p *pages) taskList(w http.ResponseWriter, r *http.Request) error {
	if kit.IsFragment(r, listID) {
		l, err := p.list(r.Context(), access.From(r.Context()), queryOf(r), openID(r))
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, taskTable(l), taskFilters(l, true))
	}
	return p.page(w, r, queryOf(r), 0, nil)
}

// page answers with the whole page; card is the open task's, nil for none.
func (p *pages) page(w http.ResponseWriter, r *http.Request, q listQuery, open int64, card templ.Component) error {
	data, err := p.Frame(r, kit.Tasks, i18n.T(r.Context(), "kit.nav.tasks"))
	if err != nil {
		return err
	}
	l, err := p.list(r.Context(), access.From(r.Context()), q, open)
	if err != nil {
		return err
	}
	data.Split, data.Card, data.CardHint = true, card, i18n.T(r.Context(), "tasks_ui.hint")
	data.Head = taskFilters(l, false)
	return reply.HTML(w, r, http.StatusOK, taskPage(l, data))
}
