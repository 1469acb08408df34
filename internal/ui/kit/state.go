package kit

import (
	"strings"

	"github.com/a-h/templ"
)

// State is what stands in place of content: what happened, what it means for orders, what to do next.
type State struct {
	Title string
	Text  string
	Icon  string // "box" when empty
	Act   Button // shown when it has a text
}

func (s State) icon(fallback string) string {
	if s.Icon == "" {
		return fallback
	}
	return s.Icon
}

// ToastData is a short message at the foot of the page.
type ToastData struct {
	Tone Tone
	Text string
	Act  Button // "Undo"; shown when it has a text
}

// DialogData asks once before an action.
type DialogData struct {
	ID    string
	Title string
	Text  string // what it means for orders
	// Confirm is worded as the verb; its Attrs say what it does (hx-post …). When Action is set, it posts a plain form there.
	Confirm Button
	Action  string
	Fields  map[string]string // hidden inputs of the plain form
}

func (d DialogData) confirm() Button {
	b := d.Confirm
	b.Submit, b.Primary = true, true
	return b
}

// formAttrs make the dialog's form: a post to Action, or one that only closes the dialog while the button's hx-* do the work.
func (d DialogData) formAttrs() templ.Attributes {
	if d.Action == "" {
		return templ.Attributes{"method": "dialog"}
	}
	return templ.Attributes{"method": "post", "action": d.Action}
}

func upper(s string) string { return strings.ToUpper(s) }
