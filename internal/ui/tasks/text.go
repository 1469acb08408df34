package tasksui

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// said is the text of a kind under a prefix, "" when the catalogue has none.
func said(ctx context.Context, prefix string, k tasks.Kind) string {
	if key := prefix + string(k); i18n.Has(key) {
		return i18n.T(ctx, key)
	}
	return ""
}

func kindTitle(ctx context.Context, k tasks.Kind) string {
	if s := said(ctx, "task.kind.", k); s != "" {
		return s
	}
	return string(k)
}

// subject is what the task is about in words, and where to see it ("" for nowhere).
func (n names) subject(ctx context.Context, t tasks.Task) (text, href string) {
	id := strconv.FormatInt(t.SubjectID, 10)
	switch t.Subject {
	case "order":
		return i18n.T(ctx, "tasks_ui.subject.order", "number", t.SubjectID), "/orders/" + id
	case "connection":
		name := n.channels[t.SubjectID]
		if name == "" {
			name = id
		}
		return i18n.T(ctx, "tasks_ui.subject.connection", "name", name), "/connections/" + id
	}
	if key := "tasks_ui.subject." + t.Subject; i18n.Has(key) {
		return i18n.T(ctx, key, "number", t.SubjectID), ""
	}
	return t.Subject + " " + id, ""
}

// told are the parts of a detail that a reader needs, in this order; the order's number stands in the subject.
var told = []string{"short", "lines", "of", "offer", "reason", "words"}

// details are the parts of a task's detail.
func details(ctx context.Context, t tasks.Task) []kit.Pair {
	var m map[string]any
	d := json.NewDecoder(strings.NewReader(string(t.Detail)))
	d.UseNumber()
	if d.Decode(&m) != nil {
		return nil
	}
	var out []kit.Pair
	for _, name := range told {
		if text := plain(m[name]); text != "" {
			out = append(out, kit.Pair{Name: i18n.T(ctx, "tasks_ui.detail."+name), Value: text})
		}
	}
	return out
}

// plain writes a JSON value for a reader; a short line is "SKU × how much".
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = plain(v[i])
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		return plain(v["sku"]) + " × " + plain(v["short"])
	}
	return fmt.Sprint(v)
}

// brief is the detail in one line, else what the kind means.
func brief(ctx context.Context, t tasks.Task) string {
	var parts []string
	for _, p := range details(ctx, t) {
		parts = append(parts, p.Name+": "+p.Value)
	}
	if len(parts) == 0 {
		return said(ctx, "task.means.", t.Kind)
	}
	return strings.Join(parts, " · ")
}
