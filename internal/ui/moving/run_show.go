package movingui

import (
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// runID is the id of the fragment that follows the run.
const runID = "moving"

// pastRuns is how many earlier runs are listed.
const pastRuns = 10

// view is the newest run, if there is one, with what it could not bring over, and those before it.
type view struct {
	run   moving.Run
	aside []moving.Aside
	past  []moving.Run
	now   time.Time
	form  form
}

// idle says whether a run can be started: there is none, it is over, or it came to nothing and may be asked for otherwise.
func (v view) idle() bool { return v.run.ID == 0 || v.run.Over() || v.barren() }

// barren says that a run was stopped or failed before it brought anything.
func (v view) barren() bool {
	return v.run.Stage == moving.StageShop && (v.run.State == moving.Stopped || v.run.State == moving.Failed)
}

// runShow shows the page, or the part that follows the run.
func (p *pages) runShow(w http.ResponseWriter, r *http.Request) error {
	if kit.IsFragment(r, runID) {
		v, err := p.view(r)
		if err != nil {
			return err
		}
		return reply.HTML(w, r, http.StatusOK, runPart(v))
	}
	return p.page(w, r, http.StatusOK, form{stock: true})
}

func (p *pages) page(w http.ResponseWriter, r *http.Request, status int, f form) error {
	data, err := p.Frame(r, kit.Connections, i18n.T(r.Context(), "moving.title"))
	if err != nil {
		return err
	}
	v, err := p.view(r)
	if err != nil {
		return err
	}
	v.form = f
	return reply.HTML(w, r, status, page(v, data))
}

func (p *pages) view(r *http.Request) (v view, err error) {
	ctx, a := r.Context(), access.From(r.Context())
	v.now = p.DB.Clock().Now()
	list, err := p.Moving.Runs(ctx, a, pastRuns)
	if err != nil || len(list) == 0 {
		return v, err
	}
	v.run, v.past = list[0], list[1:]
	v.aside, err = p.Moving.Asides(ctx, a.Tenant, v.run.ID)
	return v, err
}
