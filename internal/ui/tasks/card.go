package tasksui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// card is everything a task's card shows.
type card struct {
	tasks.Task
	q     listQuery
	actor access.Actor
	now   time.Time
	names names
}

func (p *pages) card(ctx context.Context, a access.Actor, id int64, q listQuery) (*card, error) {
	c := &card{q: q, actor: a, now: p.DB.Clock().Now()}
	var err error
	if c.Task, err = p.Tasks.Get(ctx, a, id); err != nil {
		return nil, err
	}
	c.names, err = p.names(ctx, a)
	return c, err
}

func (c *card) path(action string) string {
	return "/tasks/" + strconv.FormatInt(c.ID, 10) + action
}

func (c *card) head(ctx context.Context) kit.CardHead {
	sub := []string{i18n.T(ctx, "tasks_ui.since", "time", i18n.Moment(ctx, c.CreatedAt, c.now))}
	if c.Open {
		sub = append(sub, i18n.T(ctx, "tasks_ui.due", "time", i18n.Moment(ctx, c.DueAt, c.now)), c.holder(ctx))
	}
	h := kit.CardHead{Title: kindTitle(ctx, c.Kind), Sub: strings.Join(sub, " · "), Back: c.q.href("/tasks")}
	if !c.Open {
		h.Tag, h.Tone = i18n.T(ctx, "tasks_ui.closed"), kit.OK
	}
	return h
}

// holder is who has the task: a person or a queue.
func (c *card) holder(ctx context.Context) string {
	if name := c.names.people[c.OwnerID]; name != "" {
		return name
	}
	queue := c.Queue
	if key := "task.queue." + queue; i18n.Has(key) {
		queue = i18n.T(ctx, key)
	}
	return i18n.T(ctx, "tasks_ui.queue", "queue", queue)
}

// post makes a button that acts on the card and shows it as it is then.
func (c *card) post(b kit.Button, action, values string) kit.Button {
	b.Attrs = templ.Attributes{"id": "do-" + action, "hx-post": c.path("/" + action), "hx-target": "#" + cardID, "hx-swap": "outerHTML", "hx-disabled-elt": "this"}
	if values != "" {
		b.Attrs["hx-vals"] = values
	}
	return b
}

// buttons lead to the thing first: the task closes by itself once its reason is gone.
func (c *card) buttons(ctx context.Context) []kit.Button {
	var out []kit.Button
	if _, href := c.names.subject(ctx, c.Task); href != "" {
		out = append(out, kit.Button{Text: i18n.T(ctx, "tasks_ui.act.open"), Href: href, Primary: c.Open, Key: "o", Attrs: templ.Attributes{"id": "open-subject"}})
	}
	if !c.Open || !c.actor.May(access.TasksWrite) {
		return out
	}
	if c.actor.Kind == access.Person {
		if c.OwnerID == c.actor.ID {
			out = append(out, c.post(kit.Button{Text: i18n.T(ctx, "tasks_ui.act.queue"), Quiet: true}, "assign", `{"to":"queue"}`))
		} else {
			out = append(out, c.post(kit.Button{Text: i18n.T(ctx, "tasks_ui.act.take")}, "assign", ""))
		}
	}
	return append(out, c.post(kit.Button{Text: i18n.T(ctx, "tasks_ui.act.done"), Icon: "check", Key: "e"}, "done", ""))
}
