package tasks

import (
	"context"
	"database/sql"
	"errors"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Accounts is what tasks need to know of people.
type Accounts interface {
	// Active says whether the account is there and not disabled.
	Active(ctx context.Context, tx *db.Tx, accountID int64) (bool, error)
}

// Service is the use cases of tasks.
type Service struct {
	db       *db.DB
	ids      *ids.Source
	journal  *journal.Journal
	accounts Accounts

	// Changed is told, after the commit, that a tenant's open tasks are different. Set before use.
	Changed func(t db.Tenant)
}

// NewService makes the service.
func NewService(d *db.DB, s *ids.Source, j *journal.Journal, a Accounts) *Service {
	return &Service{db: d, ids: s, journal: j, accounts: a, Changed: func(db.Tenant) {}}
}

// Get reads one task; NotFound when there is none.
func (s *Service) Get(ctx context.Context, a access.Actor, id int64) (Task, error) {
	if err := a.Must(access.TasksRead); err != nil {
		return Task{}, err
	}
	var t Task
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		t, err = get(ctx, tx, id, "")
		return err
	})
	return t, err
}

// Done closes a task by hand. Closing one that is closed already changes nothing.
func (s *Service) Done(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, func(tx *db.Tx, t Task) (journal.Record, error) {
		_, err := tx.Exec(ctx, `update task set state = 'done', done_at = $1, done_by = $2 where tenant_id = $3 and id = $4`,
			tx.NowMicros(), a.String(), int64(tx.Tenant), id)
		return journal.Record{Kind: "task.done", Payload: map[string]any{"task": t.Kind, "subject": t.Subject, "subject_id": t.SubjectID}}, err
	})
}

// Assign gives an open task to an account; 0 puts it back into its queue. An account that is not there or disabled is
// Invalid. A closed task stays as it is.
func (s *Service) Assign(ctx context.Context, a access.Actor, id, ownerID int64) error {
	return s.change(ctx, a, id, func(tx *db.Tx, t Task) (journal.Record, error) {
		if ownerID != 0 {
			ok, err := s.accounts.Active(ctx, tx, ownerID)
			if err != nil {
				return journal.Record{}, err
			}
			if !ok {
				return journal.Record{}, errs.New(errs.Invalid, "error.task.no_owner")
			}
		}
		_, err := tx.Exec(ctx, `update task set owner_id = $1 where tenant_id = $2 and id = $3`, ownerID, int64(tx.Tenant), id)
		return journal.Record{Kind: "task.assigned", Payload: map[string]any{"task": t.Kind, "from": t.OwnerID, "to": ownerID}}, err
	})
}

// change runs f on an open task and writes what it says into the journal, in one transaction.
func (s *Service) change(ctx context.Context, a access.Actor, id int64, f func(*db.Tx, Task) (journal.Record, error)) error {
	if err := a.Must(access.TasksWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		t, err := get(ctx, tx, id, tx.ForUpdate())
		if err != nil || !t.Open {
			return err
		}
		r, err := f(tx, t)
		if err != nil {
			return err
		}
		s.changed(tx)
		r.Actor, r.Subject, r.SubjectID = a.String(), "task", id
		return s.journal.Append(ctx, tx, r)
	})
}

const columns = "id, kind, subject, subject_id, detail, queue, owner_id, state, created_at, due_at, done_at, done_by"

func get(ctx context.Context, tx *db.Tx, id int64, lock string) (Task, error) {
	t, err := scan(tx.QueryRow(ctx, `select `+columns+` from task where tenant_id = $1 and id = $2`+lock, int64(tx.Tenant), id))
	if errors.Is(err, sql.ErrNoRows) {
		return Task{}, errs.New(errs.NotFound, "error.task.not_found", "id", id)
	}
	return t, err
}

func scan(row db.Scanner) (t Task, err error) {
	var created, due, done int64
	var state, detail string
	err = row.Scan(&t.ID, &t.Kind, &t.Subject, &t.SubjectID, &detail, &t.Queue, &t.OwnerID, &state, &created, &due, &done, &t.DoneBy)
	t.Detail, t.Open = []byte(detail), state == "open"
	t.CreatedAt, t.DueAt, t.DoneAt = clock.FromMicros(created), clock.FromMicros(due), clock.FromMicros(done)
	return t, err
}
