package tasks

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Raise opens tasks in the caller's transaction with one statement; a subject that has an open task of the kind keeps that
// one as it is. Rows are written in key order; the journal tells which were opened.
func (s *Service) Raise(ctx context.Context, tx *db.Tx, list []New) error {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b New) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.SubjectID, b.SubjectID))
	})
	first, err := s.ids.ReserveIn(ctx, tx, "task", int64(len(list)))
	if err != nil {
		return err
	}
	args := make([]any, 0, 11*len(list))
	for i, n := range list {
		detail := []byte("{}")
		if n.Detail != nil {
			if detail, err = json.Marshal(n.Detail); err != nil {
				return fmt.Errorf("detail of task %s: %w", n.Kind, err)
			}
		}
		r := ruleOf(n.Kind)
		if n.DueAt.IsZero() {
			n.DueAt = tx.Now().Add(r.due)
		}
		args = append(args, int64(tx.Tenant), first+int64(i), string(n.Kind), n.Subject, n.SubjectID, string(detail), n.OwnerID,
			cmp.Or(n.Queue, r.queue), "open", tx.NowMicros(), clock.Micros(n.DueAt))
	}
	opened, err := tx.Insert(ctx, "insert into task (tenant_id, id, kind, subject, subject_id, detail, owner_id, queue, state, created_at, due_at)",
		"on conflict do nothing", 11, args)
	if err != nil || opened == 0 {
		return err
	}
	s.changed(tx)
	return s.tellRaised(ctx, tx, first, int64(len(list)))
}

// tellRaised writes into the journal which of the tasks with the n numbers from first on were really opened.
func (s *Service) tellRaised(ctx context.Context, tx *db.Tx, first, n int64) error {
	var records []journal.Record
	err := tx.Each(ctx, "select "+columns+" from task where tenant_id = $1 and id >= $2 and id < $3 order by id", []any{int64(tx.Tenant), first, first + n},
		func(row db.Scanner) error {
			t, err := scan(row)
			records = append(records, journal.Record{Actor: "system", Kind: "task.raised", Subject: "task", SubjectID: t.ID,
				Payload: map[string]any{"task": t.Kind, "subject": t.Subject, "subject_id": t.SubjectID, "queue": t.Queue}})
			return err
		})
	if err != nil {
		return err
	}
	return s.journal.Append(ctx, tx, records...)
}

// Resolve closes the open tasks of a kind whose reason went away, in the caller's transaction; a subject without one is no
// error.
func (s *Service) Resolve(ctx context.Context, tx *db.Tx, kind Kind, subject string, subjectIDs []int64) error {
	var closed int64
	err := db.Chunk(slices.Sorted(slices.Values(subjectIDs)), 500, func(part []int64) error {
		in, args := db.In(5, part)
		n, err := tx.Exec(ctx, `update task set state = 'done', done_at = $4, done_by = 'system'
			where tenant_id = $1 and kind = $2 and subject = $3 and state = 'open' and subject_id in `+in,
			append([]any{int64(tx.Tenant), string(kind), subject, tx.NowMicros()}, args...)...)
		closed += n
		return err
	})
	if closed > 0 {
		s.changed(tx)
	}
	return err
}

// changed tells the listener once per transaction, after its commit.
func (s *Service) changed(tx *db.Tx) {
	type key struct{}
	told := tx.Scratch(key{}, func() any { return new(bool) }).(*bool)
	if !*told {
		*told = true
		t := tx.Tenant
		tx.AfterCommit(func() { s.Changed(t) })
	}
}
