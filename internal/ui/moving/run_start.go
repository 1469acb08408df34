package movingui

import (
	"net/http"
	"time"

	"github.com/lad-hub/lad/internal/moving"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// dayLayout is what a browser's date input sends.
const dayLayout = "2006-01-02"

// form is what starts a run, as it was typed; the token is never shown again.
type form struct {
	since   string
	address string
	stock   bool
	faults  map[string]string
	fault   string
}

// runStart begins a run.
func (p *pages) runStart(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := form{since: r.PostFormValue("since"), address: r.PostFormValue("address"), stock: r.PostFormValue("stock") != ""}
	in := moving.Input{Token: secret.Text(r.PostFormValue("token")), Address: f.address, WithStock: f.stock}
	var err error
	if f.since != "" {
		if in.Since, err = time.ParseInLocation(dayLayout, f.since, i18n.Zone(ctx)); err != nil {
			var c errs.Check
			c.Fail("since", "error.moving.since")
			err = c.Err()
		}
	}
	if err == nil {
		_, err = p.Jobs.Begin(ctx, access.From(ctx), in)
	}
	if err == nil {
		return reply.Go(w, r, "/moving")
	}
	if !reply.IsRefusal(err) {
		return err
	}
	if f.faults = i18n.FieldErrors(ctx, err); len(f.faults) == 0 {
		f.fault = i18n.Error(ctx, err)
	}
	return p.page(w, r, http.StatusUnprocessableEntity, f)
}

// runStop ends a run after the page under way.
func (p *pages) runStop(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(a access.Actor, id int64) error { return p.Moving.Stop(r.Context(), a, id) })
}

// runResume goes on with a run, under a new token when one was typed.
func (p *pages) runResume(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(a access.Actor, id int64) error {
		return p.Jobs.Resume(r.Context(), a, id, secret.Text(r.PostFormValue("token")))
	})
}
