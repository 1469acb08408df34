package history

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/i18n"
)

// payload is what an entry says besides its kind.
type payload map[string]any

// decode reads a payload; one that is no object says nothing.
func decode(raw json.RawMessage) payload {
	p := payload{}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if d.Decode(&p) != nil {
		return payload{}
	}
	return p
}

func (p payload) text(name string) string { return plain(p[name]) }

func (p payload) int(name string) int64 {
	n, _ := strconv.ParseInt(plain(p[name]), 10, 64)
	return n
}

// plain writes a JSON value without quotes.
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
	}
	return fmt.Sprint(v)
}

// words are the payload names whose values are words of the catalogue under a prefix.
var words = map[string]string{
	"reason": "orders.reason.", "from": "orders.stage.", "to": "orders.stage.", "stage": "orders.stage.", "source": "orders.source.",
	"carrier": "orders.carrier.", "payment": "orders.payment.", "task": "task.kind.",
}

// value is one value as a reader says it.
func (n Names) value(ctx context.Context, name, v string) string {
	switch key := words[name] + v; {
	case words[name] != "" && i18n.Has(key):
		return i18n.T(ctx, key)
	case (name == "status" || name == "channel_status") && n.Status != nil && v != "":
		return n.Status(v)
	}
	return v
}

// args makes name, value pairs of a payload for the catalogue; lists of things are told by their own sentences.
func (n Names) args(ctx context.Context, p payload) []any {
	out := make([]any, 0, 2*len(p))
	for name, v := range p {
		if number, ok := v.(json.Number); ok {
			if i, err := number.Int64(); err == nil {
				out = append(out, name, i)
				continue
			}
		}
		out = append(out, name, n.value(ctx, name, plain(v)))
	}
	return out
}

func (n Names) sentence(ctx context.Context, kind string, p payload) string {
	switch kind {
	case "order.accepted":
		return n.accepted(ctx, p)
	case "order.assigned", "task.assigned":
		return n.assigned(ctx, p)
	case "order.changed":
		return n.changed(ctx, p)
	case "order.shipped":
		if p.text("tracking") == "" {
			return i18n.T(ctx, "journal.order.shipped_bare")
		}
	case "order.cancelled":
		if p.text("text") != "" {
			return i18n.T(ctx, "journal.order.cancelled_text", n.args(ctx, p)...)
		}
	}
	key := "journal." + kind
	if !i18n.Has(key) {
		return kind
	}
	return i18n.T(ctx, key, n.args(ctx, p)...)
}

// accepted says what the order was and what of it could not be held.
func (n Names) accepted(ctx context.Context, p payload) string {
	parts := []string{i18n.T(ctx, "journal.order.accepted")}
	if short, ok := p["short"].([]any); ok {
		var list []string
		for _, s := range short {
			line, _ := s.(map[string]any)
			list = append(list, plain(line["sku"])+" × "+plain(line["short"]))
		}
		parts = append(parts, i18n.T(ctx, "journal.order.accepted_short", "what", strings.Join(list, ", ")))
	}
	if list, ok := p["unlinked"].([]any); ok {
		parts = append(parts, i18n.T(ctx, "journal.order.accepted_unlinked", "n", len(list)))
	}
	if twin := p.int("duplicate_of"); twin != 0 {
		parts = append(parts, i18n.T(ctx, "journal.order.accepted_duplicate", "number", twin))
	}
	return strings.Join(parts, "; ")
}

func (n Names) assigned(ctx context.Context, p payload) string {
	to := p.int("to")
	if to == 0 {
		return i18n.T(ctx, "journal.order.unassigned")
	}
	name := n.People[to]
	if name == "" {
		name = i18n.T(ctx, "journal.actor.account")
	}
	return i18n.T(ctx, "journal.order.assigned", "name", name)
}

// changes are what a channel can change of an order, in the order in which they are told.
var changes = []string{"stage", "channel_status", "payment", "total", "tracking"}

// changed tells each difference as "what: before → after".
func (n Names) changed(ctx context.Context, p payload) string {
	var parts []string
	for _, name := range changes {
		pair, ok := p[name].([]any)
		if !ok || len(pair) != 2 {
			continue
		}
		before, after := n.value(ctx, name, plain(pair[0])), n.value(ctx, name, plain(pair[1]))
		what := i18n.T(ctx, "journal.change."+name)
		if before == "" {
			parts = append(parts, what+": "+after)
			continue
		}
		parts = append(parts, what+": "+before+" → "+after)
	}
	if lines, ok := p["lines"].([]any); ok {
		parts = append(parts, plain(lines))
	}
	if len(parts) == 0 {
		return i18n.T(ctx, "journal.order.changed")
	}
	return strings.Join(parts, "; ")
}
