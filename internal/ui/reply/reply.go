// Package reply answers a browser: whole pages, fragments, forms that were refused and actions that are done. A request of
// htmx gets fragments, a plain one gets a page or is sent on to one, so that every form works without script too.
package reply

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// Frame is what surrounds every page; it takes the live cursor, so it is called before a page's data is read.
type Frame func(r *http.Request, at kit.Section, title string) (kit.PageData, error)

// People names the accounts of the transaction's tenant.
type People func(ctx context.Context, tx *db.Tx) (map[int64]string, error)

// HTML answers with components. They are drawn before the answer begins, so that a failure can still be told.
func HTML(w http.ResponseWriter, r *http.Request, status int, parts ...templ.Component) error {
	var b bytes.Buffer
	for _, c := range parts {
		if err := c.Render(r.Context(), &b); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	kit.FragmentHeaders(w.Header())
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser has gone; nobody is left to tell
	return nil
}

// Fragment says whether htmx asks: for a part of a page, not for a page.
func Fragment(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// Refused answers input that was refused: the part of the form that stands at target again, with the faults beside the fields.
func Refused(w http.ResponseWriter, r *http.Request, target string, form templ.Component) error {
	w.Header().Set("HX-Retarget", target)
	w.Header().Set("HX-Reswap", "outerHTML")
	return HTML(w, r, http.StatusUnprocessableEntity, form)
}

// IsRefusal says whether err is about what a person typed or about a state that does not allow it: it is shown in the form.
func IsRefusal(err error) bool { return errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) }

// Go sends the browser to a page of ours.
func Go(w http.ResponseWriter, r *http.Request, to string) error {
	if Fragment(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Done answers an action: htmx with the changed parts, a plain form with the page where they stand.
func Done(w http.ResponseWriter, r *http.Request, to string, parts ...templ.Component) error {
	if !Fragment(r) {
		return Go(w, r, to)
	}
	return HTML(w, r, http.StatusOK, parts...)
}

// Toast is a message about a done thing.
func Toast(ctx context.Context, key string, args ...any) templ.Component {
	return kit.Toast(kit.ToastData{Tone: kit.OK, Text: i18n.T(ctx, key, args...)})
}

// ID reads a number of the address; anything else is NotFound under key.
func ID(r *http.Request, name, key string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, errs.New(errs.NotFound, key)
	}
	return id, nil
}

// Number reads a whole number of a form or query; 0 for anything else.
func Number(r *http.Request, name string) int64 {
	n, _ := strconv.ParseInt(r.FormValue(name), 10, 64)
	return n
}

// Query is the query of the page behind a request: its own, or for an action of htmx that of the page that sent it.
func Query(r *http.Request) url.Values {
	if r.Method == http.MethodGet || !Fragment(r) {
		return r.URL.Query()
	}
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		return url.Values{}
	}
	return u.Query()
}

// Href is a path with the parameters that are not empty.
func Href(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" && pairs[i+1] != "0" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
