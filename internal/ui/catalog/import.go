package catalogui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Bounds of the pages of imports.
const (
	importsPage = 30
	rowsPage    = 50
)

// importData is an import with a page of its rows.
type importData struct {
	catalog.Import
	actor   access.Actor
	now     time.Time
	action  catalog.Action
	refused bool
	after   int64
	rows    []catalog.ImportRow
	next    int64
	// file says that the file is still here, so that its columns can be read otherwise.
	file bool
}

func importPath(id int64) string { return "/imports/" + strconv.FormatInt(id, 10) }

func (p *pages) importData(ctx context.Context, a access.Actor, id int64, action catalog.Action, refused bool, after int64) (*importData, error) {
	d := &importData{actor: a, now: p.DB.Clock().Now(), action: action, refused: refused, after: after, file: p.shelf.has(a.Tenant, id)}
	var err error
	if d.Import, err = p.Catalog.GetImport(ctx, a, id); err != nil {
		return nil, err
	}
	d.rows, err = p.Catalog.ImportRows(ctx, a, catalog.RowFilter{ImportID: id, Action: action, Refused: refused, After: after, Limit: rowsPage + 1})
	if len(d.rows) > rowsPage {
		d.rows = d.rows[:rowsPage]
		d.next = d.rows[rowsPage-1].No
	}
	return d, err
}

// working says whether the import is under way, so that its page asks again.
func (d *importData) working() bool {
	return d.State == catalog.StateRunning || d.State == catalog.StateUndoing
}

func (d *importData) href(action catalog.Action, refused bool, after int64) string {
	only := string(action)
	if refused {
		only = "refused"
	}
	return reply.Href(importPath(d.ID), "only", only, "after", strconv.FormatInt(after, 10))
}

// counts are the numbers by what rows do, in the order of the tabs.
func (d *importData) counts() []struct {
	action catalog.Action
	n      int64
} {
	return []struct {
		action catalog.Action
		n      int64
	}{{catalog.ActionCreated, d.Created}, {catalog.ActionChanged, d.Changed}, {catalog.ActionUnchanged, d.Unchanged}, {catalog.ActionFailed, d.Failed}}
}

func (d *importData) chips(ctx context.Context) []kit.Chip {
	out := []kit.Chip{{ID: "rows-all", Text: i18n.T(ctx, "imports.rows.all"), N: int(d.Rows), Href: d.href("", false, 0), On: d.action == "" && !d.refused}}
	for _, c := range d.counts() {
		if c.n > 0 {
			out = append(out, kit.Chip{ID: "rows-" + string(c.action), Text: i18n.T(ctx, "imports.action."+string(c.action)), N: int(c.n), Href: d.href(c.action, false, 0), On: d.action == c.action})
		}
	}
	if d.Refused > 0 {
		out = append(out, kit.Chip{ID: "rows-refused", Text: i18n.T(ctx, "imports.action.refused"), N: int(d.Refused), Href: d.href("", true, 0), On: d.refused})
	}
	return out
}

// understood says how the file was read: format, encoding, separator.
func (d *importData) understood(ctx context.Context) string {
	parts := []string{strings.ToUpper(d.Report.Format)}
	if d.Report.Encoding != "" {
		parts = append(parts, d.Report.Encoding)
	}
	if d.Report.Delimiter != "" {
		name := d.Report.Delimiter
		if name == "\t" {
			name = i18n.T(ctx, "imports.tab")
		}
		parts = append(parts, i18n.T(ctx, "imports.delimiter", "what", name))
	}
	parts = append(parts, i18n.T(ctx, "imports.header_row", "row", d.Report.HeaderRow))
	return strings.Join(parts, " · ")
}

// fieldOptions are the meanings a column can have.
func (d *importData) fieldOptions(ctx context.Context) []kit.Option {
	out := []kit.Option{{Value: "", Text: i18n.T(ctx, "imports.field.none")}}
	for _, f := range catalog.FieldsOf(d.Kind) {
		out = append(out, kit.Option{Value: string(f), Text: i18n.T(ctx, "imports.field."+string(f))})
	}
	return out
}

// stateTone is the tone of an import's state in a list.
func stateTone(s catalog.ImportState) kit.Tone {
	switch s {
	case catalog.StateFailed:
		return kit.Bad
	case catalog.StateStopped, catalog.StatePreview:
		return kit.Warn
	case catalog.StateRunning, catalog.StateUndoing:
		return kit.Info
	}
	return kit.Plain
}

func actionTone(a catalog.Action) kit.Tone {
	switch a {
	case catalog.ActionFailed:
		return kit.Bad
	case catalog.ActionCreated:
		return kit.OK
	case catalog.ActionChanged:
		return kit.Info
	}
	return kit.Plain
}

// fieldName is what a reader calls a field of a row.
func fieldName(ctx context.Context, name string) string {
	if key := "imports.field." + name; i18n.Has(key) {
		return i18n.T(ctx, key)
	}
	return name
}

// fault is what made the import fail, in words.
func (d *importData) fault(ctx context.Context) string {
	args := make([]any, len(d.Report.ErrorArgs))
	for i, a := range d.Report.ErrorArgs {
		args[i] = a
	}
	if !i18n.Has(d.Report.Error) {
		return i18n.T(ctx, "error.internal")
	}
	return i18n.T(ctx, d.Report.Error, args...)
}

// note is a remark on a row in words; a word of ours among its arguments is translated.
func note(ctx context.Context, n catalog.Note) string {
	args := n.TextArgs()
	if i := slices.Index(n.Args, "kind"); i >= 0 && i+1 < len(args) && i18n.Has("catalog.kind."+n.Args[i+1]) {
		args[i+1] = i18n.T(ctx, "catalog.kind."+n.Args[i+1])
	}
	return i18n.T(ctx, n.Key, args...)
}

// share is how much of the import is done, 0 to 1.
func (d *importData) share() float64 {
	if d.Rows == 0 {
		return 0
	}
	return float64(d.RowsDone) / float64(d.Rows)
}

// importKinds are what a table can hold; stock is offered to those who may count it.
func importKinds(ctx context.Context, stock bool) []kit.Option {
	out := []kit.Option{{Value: string(catalog.ImportProducts), Text: i18n.T(ctx, "imports.kind.products")}}
	if stock {
		out = append(out, kit.Option{Value: string(catalog.ImportStock), Text: i18n.T(ctx, "imports.kind.stock")})
	}
	return out
}

func submit(b kit.Button) kit.Button {
	b.Submit = true
	return b
}

func noteTone(n catalog.Note) string {
	if n.Level == catalog.LevelError {
		return string(kit.Bad)
	}
	return string(kit.Warn)
}

// translated puts the names of pairs into the reader's language.
func translated(ctx context.Context, pairs []kit.Pair) []kit.Pair {
	out := make([]kit.Pair, len(pairs))
	for i, p := range pairs {
		p.Name = i18n.T(ctx, p.Name)
		out[i] = p
	}
	return out
}

// told are the changes of a row worth telling, in words: what a new SKU does not have is left out.
func told(ctx context.Context, fields []catalog.FieldChange) []catalog.FieldChange {
	var out []catalog.FieldChange
	for _, f := range fields {
		if f.Before == "" && strings.Trim(f.After, "0.") == "" || f.Before == "" && f.Name == "backorder" && f.After == "no" {
			continue
		}
		for _, v := range []*string{&f.Before, &f.After} {
			if key := "imports.word." + *v; (f.Name == "kind" || f.Name == "backorder") && i18n.Has(key) {
				*v = i18n.T(ctx, key)
			}
		}
		out = append(out, f)
	}
	return out
}
