// Package history tells journal entries in words, for the timelines of cards. A kind's sentence is the catalogue's
// "journal.<kind>" with arguments from the entry's payload; a kind without a sentence is shown by its name, so that nothing
// that happened is left out.
package history

import (
	"context"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// Names turns the numbers of the journal into names.
type Names struct {
	People   map[int64]string // by account
	Channels map[int64]string // by connection
	// Status is the title of a channel's status code; nil shows codes.
	Status func(code string) string
}

// Events tells entries in the order given.
func (n Names) Events(ctx context.Context, list []journal.Entry) []kit.Event {
	out := make([]kit.Event, len(list))
	for i, e := range list {
		out[i] = n.Event(ctx, e)
	}
	return out
}

// Event tells one entry: who, then what, so that a sentence need not bend to a person.
func (n Names) Event(ctx context.Context, e journal.Entry) kit.Event {
	p := decode(e.Payload)
	return kit.Event{At: e.At, Who: n.Who(ctx, e.Actor), Text: "· " + n.sentence(ctx, e.Kind, p), Tone: tone(e.Kind, p)}
}

// Who is the name of an actor as the journal keeps it: "account:7".
func (n Names) Who(ctx context.Context, actor string) string {
	kind, text, _ := strings.Cut(actor, ":")
	id, _ := strconv.ParseInt(text, 10, 64) // 0 is nobody's
	name := ""
	switch kind {
	case "system":
		return "Lad"
	case "account":
		name = n.People[id]
	case "connection":
		name = n.Channels[id]
	}
	if name != "" {
		return name
	}
	if key := "journal.actor." + kind; i18n.Has(key) {
		return i18n.T(ctx, key)
	}
	return actor
}

// bad and good are the kinds that stand out of the rest.
var (
	bad = map[string]bool{
		"order.push_parked": true, "order.shortage_made": true, "connection.stopped": true, "connection.denied": true, "connection.hook_refused": true, "listing.drift": true,
	}
	good = map[string]bool{"order.shortage_filled": true, "order.completed": true}
)

func tone(kind string, p payload) kit.Tone {
	switch {
	case bad[kind], kind == "order.accepted" && p["short"] != nil:
		return kit.Bad
	case kind == "order.cancelled":
		return kit.Warn
	case good[kind]:
		return kit.OK
	}
	return kit.Plain
}
