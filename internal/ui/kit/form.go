package kit

import "github.com/a-h/templ"

// Button is an action.
type Button struct {
	Text string
	Icon string // name of an icon; optional
	// Key is the letter that presses it, shown on it: "e". Letters of one page differ; j and k are taken.
	Key     string
	Primary bool // one per card
	Danger  bool
	Quiet   bool
	Href    string // makes it a link
	Submit  bool   // submits its form
	Dialog  string // opens the dialog with this id
	Off     bool
	// Attrs are hx-* and form attributes; never on* or style.
	Attrs templ.Attributes
}

func (b Button) class() string {
	return classes("btn", when(b.Primary, "pri"), when(b.Danger, "danger"), when(b.Quiet, "quiet"))
}

func (b Button) kind() string {
	if b.Submit {
		return "submit"
	}
	return "button"
}

// FieldData is an input with its label.
type FieldData struct {
	Name     string
	Label    string
	Type     string // text when empty; password, email, number, search, date, file …
	Value    string
	Hint     string
	Error    string // in the reader's language; i18n.FieldErrors(ctx, err)[name]
	Required bool
	Off      bool
	Rows     int // more than 0 makes it a text area
	Suffix   string
	// Attrs are autocomplete, inputmode, min, max, placeholder …
	Attrs templ.Attributes
}

func (f FieldData) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// Option is an entry of a Select.
type Option struct {
	Value, Text string
}

// SelectData is a choice with its label.
type SelectData struct {
	Name     string
	Label    string
	Value    string
	Options  []Option
	Hint     string
	Error    string
	Required bool
	Attrs    templ.Attributes
}

// CheckData is a tick box with its label.
type CheckData struct {
	Name    string
	Value   string // "1" when empty
	Label   string
	Hint    string
	Error   string
	Checked bool
	Attrs   templ.Attributes
}

func (c CheckData) value() string {
	if c.Value == "" {
		return "1"
	}
	return c.Value
}

// described names the elements that explain an input.
func described(name, hint, fault string) string {
	return classes(when(hint != "", name+"-hint"), when(fault != "", name+"-err"))
}
