package webhooksui

import (
	"context"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/webhooks"
)

// groupTitle is a group of events in words.
func groupTitle(ctx context.Context, group string) string {
	switch group {
	case "order":
		return i18n.T(ctx, "webhooks.group.order")
	case "stock":
		return i18n.T(ctx, "webhooks.group.stock")
	case "product":
		return i18n.T(ctx, "webhooks.group.product")
	case "task":
		return i18n.T(ctx, "webhooks.group.task")
	case "connection":
		return i18n.T(ctx, "webhooks.group.connection")
	}
	return group // a single event goes by its own name, which programmers know
}

func eventList(ctx context.Context, events []string) string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = groupTitle(ctx, e)
	}
	return strings.Join(out, ", ")
}

// stateOf is how a webhook is doing.
func stateOf(ctx context.Context, w webhooks.Webhook) (kit.Tone, string) {
	switch {
	case w.State == webhooks.Paused:
		return kit.Plain, i18n.T(ctx, "webhooks.state.paused")
	case w.State == webhooks.Stopped:
		return kit.Bad, i18n.T(ctx, "webhooks.state.stopped")
	case w.Fails > 0:
		return kit.Warn, i18n.T(ctx, "webhooks.state.failing")
	}
	return kit.OK, i18n.T(ctx, "webhooks.state.active")
}

// outcomeOf is how the last try of a delivery ended; empty before the first.
func outcomeOf(ctx context.Context, d webhooks.Delivery) (kit.Tone, string) {
	switch {
	case d.State == webhooks.Skipped:
		return kit.Plain, i18n.T(ctx, "webhooks.outcome.skipped")
	case d.State == webhooks.Delivered:
		return kit.OK, i18n.T(ctx, "webhooks.outcome.delivered")
	case d.Error == "refused":
		return kit.Bad, i18n.T(ctx, "webhooks.outcome.refused", "code", d.Code)
	case d.Error == "timeout":
		return kit.Bad, i18n.T(ctx, "webhooks.outcome.timeout")
	case d.Error == "private":
		return kit.Bad, i18n.T(ctx, "webhooks.outcome.private")
	case d.Error != "":
		return kit.Bad, i18n.T(ctx, "webhooks.outcome.unreachable")
	}
	return kit.Plain, i18n.T(ctx, "webhooks.outcome.waiting")
}

// moment is a time in words, empty for never.
func moment(ctx context.Context, t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return i18n.Moment(ctx, t, now)
}

// submits is a button that sends its form.
func submits(b kit.Button) kit.Button {
	b.Submit = true
	return b
}
