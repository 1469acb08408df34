package tasks

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Bounds of lists and counts.
const (
	defaultPage = 50
	maxPage     = 200
	// MaxCount is where counting stops: MaxCount+1 reads "1000+".
	MaxCount = 1000
)

// Filter chooses open tasks.
type Filter struct {
	Kind    Kind   // empty: all
	Queue   string // empty: all
	OwnerID int64  // 0: all
	Unowned bool   // only those that nobody has taken
	Overdue bool
	// Subject and SubjectID choose the tasks of one thing: "order", 7.
	Subject   string
	SubjectID int64
	// After is the Next of the page before; empty for the first.
	After string
	// Limit is the size of the page, at most 200; 0 means 50.
	Limit int
}

// Page is open tasks, the one due first at the top.
type Page struct {
	Tasks []Task
	// Next is the After of the next page; empty on the last one.
	Next string
}

// Counts are numbers of open tasks, each counted to MaxCount+1.
type Counts struct {
	Open    int
	Overdue int
	Mine    int // of the actor's account
	Kinds   map[Kind]int
}

// List reads a page of open tasks.
func (s *Service) List(ctx context.Context, a access.Actor, f Filter) (Page, error) {
	if err := a.Must(access.TasksRead); err != nil {
		return Page{}, err
	}
	if f.Limit <= 0 {
		f.Limit = defaultPage
	}
	f.Limit = min(f.Limit, maxPage)
	due, id, err := parseCursor(f.After)
	if err != nil {
		return Page{}, err
	}
	var p Page
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		where, args := f.where(tx)
		args = append(args, due, id, f.Limit+1)
		n := len(args)
		query := fmt.Sprintf(`select %s from task where tenant_id = $1 and %s and (due_at, id) > ($%d, $%d) order by due_at, id limit $%d`, columns, where, n-2, n-1, n)
		return tx.Each(ctx, query, args, func(row db.Scanner) error {
			t, err := scan(row)
			p.Tasks = append(p.Tasks, t)
			return err
		})
	})
	if len(p.Tasks) > f.Limit {
		p.Tasks = p.Tasks[:f.Limit]
		p.Next = cursor(p.Tasks[f.Limit-1])
	}
	return p, err
}

// where is the condition of a filter after the tenant's, with its arguments from $1, the tenant, on; only fixed text and
// placeholders go into it.
func (f Filter) where(tx *db.Tx) (string, []any) {
	args := []any{int64(tx.Tenant)}
	var b strings.Builder
	b.WriteString("state = 'open'")
	add := func(column, op string, v any) {
		args = append(args, v)
		b.WriteString(" and " + column + " " + op + " $" + strconv.Itoa(len(args)))
	}
	if f.Kind != "" {
		add("kind", "=", string(f.Kind))
	}
	if f.Queue != "" {
		add("queue", "=", f.Queue)
	}
	if f.OwnerID != 0 {
		add("owner_id", "=", f.OwnerID)
	}
	if f.Unowned {
		add("owner_id", "=", 0)
	}
	if f.Overdue {
		add("due_at", "<", tx.NowMicros())
	}
	if f.Subject != "" {
		add("subject", "=", f.Subject)
		add("subject_id", "=", f.SubjectID)
	}
	return b.String(), args
}

// cursor is the place of a task in the list.
func cursor(t Task) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", clock.Micros(t.DueAt), t.ID))
}

// parseCursor is the place after which a page begins; an empty text is the beginning.
func parseCursor(s string) (due, id int64, err error) {
	if s == "" {
		return 0, 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%d %d", &due, &id)
	}
	if err != nil {
		return 0, 0, errs.Wrap(errs.Invalid, err, "error.task.page")
	}
	return due, id, nil
}

// Counts counts open tasks, for the menu and the filters.
func (s *Service) Counts(ctx context.Context, a access.Actor) (Counts, error) {
	if err := a.Must(access.TasksRead); err != nil {
		return Counts{}, err
	}
	c := Counts{Kinds: map[Kind]int{}}
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		count := func(f Filter) (n int) {
			if err != nil {
				return 0
			}
			where, args := f.where(tx)
			args = append(args, MaxCount+1)
			err = tx.QueryRow(ctx, fmt.Sprintf(`select count(*) from (select 1 from task where tenant_id = $1 and %s limit $%d) n`, where, len(args)), args...).Scan(&n)
			return n
		}
		c.Open, c.Overdue = count(Filter{}), count(Filter{Overdue: true})
		if a.Kind == access.Person {
			c.Mine = count(Filter{OwnerID: a.ID})
		}
		for _, k := range Kinds() {
			if n := count(Filter{Kind: k}); n > 0 {
				c.Kinds[k] = n
			}
		}
		return err
	})
	return c, err
}

// Forgotten reads open tasks that have neither owner nor queue, or no moment by which they are due. There must be none: it
// is an invariant that doctor checks.
func (s *Service) Forgotten(ctx context.Context, tx *db.Tx, limit int) ([]Task, error) {
	var out []Task
	err := tx.Each(ctx, `select `+columns+` from task where tenant_id = $1 and state = 'open' and (due_at <= 0 or (owner_id = 0 and queue = ''))
		order by id limit $2`, []any{int64(tx.Tenant), limit}, func(row db.Scanner) error {
		t, err := scan(row)
		out = append(out, t)
		return err
	})
	return out, err
}
