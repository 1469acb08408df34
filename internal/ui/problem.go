package ui

import (
	"net/http"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// plainKeys are errors that are found before it is known who asks: their texts take the browser's language.
var plainKeys = []string{"error.not_found", "error.unauthed", "error.internal", "error.unavailable"}

// Problem draws an error for a browser. A request of htmx gets the words in a header, which the page shows as a message; who
// is not signed in is sent to sign in and comes back.
func Problem(w http.ResponseWriter, r *http.Request, p httpx.Problem) {
	ctx := r.Context()
	if access.From(ctx).Kind == "" {
		ctx = i18n.With(ctx, i18n.Detect(r, ""))
		if slices.Contains(plainKeys, p.Key) {
			p.Message = i18n.T(ctx, p.Key)
		}
	}
	if reply.Fragment(r) {
		kit.SetFail(w.Header(), words(p))
		w.WriteHeader(p.Status)
		return
	}
	if p.Code == errs.Unauthed {
		to := "/sign-in"
		if r.Method == http.MethodGet && r.URL.Path != "/" {
			to = reply.Href(to, "next", r.URL.RequestURI())
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if err := reply.HTML(w, r.WithContext(ctx), p.Status, problemPage(p, kit.ThemeOf(r))); err != nil {
		http.Error(w, p.Message, p.Status)
	}
}

// words are the message with the faults of single inputs, in a stable order.
func words(p httpx.Problem) string {
	var list []string
	for _, text := range p.Fields {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return strings.Join(append([]string{p.Message}, list...), " ")
}

// title says in a word or two what kind of problem it is.
func title(c errs.Code) string {
	switch c {
	case errs.NotFound, errs.NoMethod, errs.Gone:
		return "problem.not_found"
	case errs.Forbidden:
		return "problem.forbidden"
	case errs.Unavailable, errs.TooMany:
		return "problem.later"
	case errs.Internal:
		return "problem.internal"
	}
	return "problem.refused"
}
