package tasksui

import (
	"context"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// list is a page of open tasks with the filters over it.
type list struct {
	tasks.Page
	q      listQuery
	actor  access.Actor
	now    time.Time
	open   int64 // the task whose card is open
	counts tasks.Counts
	names  names
}

// names are what numbers of other domains are called.
type names struct {
	people   map[int64]string
	channels map[int64]string
}

func (p *pages) list(ctx context.Context, a access.Actor, q listQuery, open int64) (*list, error) {
	l := &list{q: q, actor: a, open: open, now: p.DB.Clock().Now()}
	var err error
	if l.counts, err = p.Tasks.Counts(ctx, a); err != nil {
		return nil, err
	}
	if l.Page, err = p.Tasks.List(ctx, a, q.filter(a)); err != nil {
		return nil, err
	}
	l.names, err = p.names(ctx, a)
	return l, err
}

func (p *pages) names(ctx context.Context, a access.Actor) (n names, err error) {
	n.channels = map[int64]string{}
	err = p.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		all, err := connections.All(ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range all {
			n.channels[c.ID] = c.Name
		}
		n.people, err = p.People(ctx, tx)
		return err
	})
	return n, err
}

// chips are the filters: everything, what is late, one's own, each kind that there is.
func (l *list) chips(ctx context.Context) []kit.Chip {
	chip := func(id, text string, n int, on bool, q listQuery) kit.Chip {
		return kit.Chip{ID: "chip-" + id, Text: text, N: n, On: on, Href: q.href("/tasks")}
	}
	out := []kit.Chip{
		chip("all", i18n.T(ctx, "tasks_ui.chip.all"), l.counts.Open, !l.q.filtered(), listQuery{}),
		chip("overdue", i18n.T(ctx, "tasks_ui.chip.overdue"), l.counts.Overdue, l.q.overdue, listQuery{overdue: !l.q.overdue, kind: l.q.kind, mine: l.q.mine}),
	}
	if l.actor.Kind == access.Person {
		out = append(out, chip("mine", i18n.T(ctx, "tasks_ui.chip.mine"), l.counts.Mine, l.q.mine, listQuery{mine: !l.q.mine, kind: l.q.kind, overdue: l.q.overdue}))
	}
	for _, k := range tasks.Kinds() {
		if n, on := l.counts.Kinds[k], l.q.kind == k; n > 0 || on {
			q := listQuery{kind: k, overdue: l.q.overdue, mine: l.q.mine}
			if on {
				q.kind = ""
			}
			out = append(out, chip("kind-"+string(k), kindTitle(ctx, k), n, on, q))
		}
	}
	return out
}

// columns of the list: task, due, subject, detail, owner.
func columns(ctx context.Context) []kit.Column {
	return []kit.Column{
		{Head: i18n.T(ctx, "tasks_ui.col.task"), Slot: kit.SlotTitle}, {Head: i18n.T(ctx, "tasks_ui.col.due"), Slot: kit.SlotSide},
		{Head: i18n.T(ctx, "tasks_ui.col.subject"), Slot: kit.SlotEnd}, {Head: i18n.T(ctx, "tasks_ui.col.detail"), Slot: kit.SlotNote, Clip: true},
		{Head: i18n.T(ctx, "tasks_ui.col.owner"), Slot: kit.Wide},
	}
}

func (l *list) row(t tasks.Task) kit.RowData {
	return kit.RowData{ID: "task-" + strconv.FormatInt(t.ID, 10), On: t.ID == l.open}
}

func (l *list) rowHref(t tasks.Task) string { return l.q.href("/tasks/" + strconv.FormatInt(t.ID, 10)) }

func (l *list) next() string {
	q := l.q
	q.after = l.Next
	return q.href("/tasks")
}

func (l *list) first() string {
	q := l.q
	q.after = ""
	return q.href("/tasks")
}

func (l *list) empty(ctx context.Context) kit.State {
	if l.q.filtered() {
		return kit.State{Icon: "tasks", Title: i18n.T(ctx, "tasks_ui.empty.filter_title"), Text: i18n.T(ctx, "tasks_ui.empty.filter_text")}
	}
	return kit.State{Icon: "tasks", Title: i18n.T(ctx, "tasks_ui.empty.title"), Text: i18n.T(ctx, "tasks_ui.empty.text")}
}

// dueOf is the time a task has left, of the time it was given.
func dueOf(t tasks.Task, now time.Time) kit.Due {
	return kit.Due{Left: t.DueAt.Sub(now), Total: t.DueAt.Sub(t.CreatedAt)}
}
