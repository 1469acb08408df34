// Package journal is the append-only record of everything that happened, written in the transaction that makes it happen.
// It feeds the history on cards, the audit log, outgoing webhooks and the browser's hints.
package journal

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/ids"
)

// Entry is one event.
type Entry struct {
	Seq       int64
	At        time.Time
	Actor     string // "account:7", "connection:3", "token:2", "system"
	Kind      string // "order.accepted"
	Subject   string // "order"
	SubjectID int64
	Payload   json.RawMessage // an object with what a reader needs to tell the event in words
}

// Journal writes and reads entries.
type Journal struct {
	ids *ids.Source
	// Written is told, after the commit, that a tenant has new entries. Set before use.
	Written func(t db.Tenant)
}

// New makes a journal.
func New(s *ids.Source) *Journal { return &Journal{ids: s, Written: func(db.Tenant) {}} }

// Record is an entry to be written; Payload is marshalled to JSON.
type Record struct {
	Actor     string
	Kind      string
	Subject   string
	SubjectID int64
	Payload   any
}

// Append writes records in the caller's transaction. Sequence numbers grow within a process but may become visible out of
// order: a consumer reads the Feed.
func (j *Journal) Append(ctx context.Context, tx *db.Tx, records ...Record) error {
	if len(records) == 0 {
		return nil
	}
	seq, err := j.ids.ReserveIn(ctx, tx, "journal", int64(len(records)))
	if err != nil {
		return err
	}
	args := make([]any, 0, 8*len(records))
	for i, r := range records {
		body, err := payload(r.Payload)
		if err != nil {
			return err
		}
		args = append(args, int64(tx.Tenant), seq+int64(i), tx.NowMicros(), r.Actor, r.Kind, r.Subject, r.SubjectID, body)
	}
	t := tx.Tenant
	tx.AfterCommit(func() { j.Written(t) })
	_, err = tx.Insert(ctx, "insert into journal (tenant_id, seq, at, actor, kind, subject, subject_id, payload)", "", 8, args)
	return err
}

func payload(p any) (string, error) {
	switch v := p.(type) {
	case nil:
		return "{}", nil
	case json.RawMessage:
		return string(v), nil
	}
	b, err := json.Marshal(p)
	return string(b), err
}

// Of reads the history of one subject, newest first, at most limit entries with a sequence number below before (0: newest).
func Of(ctx context.Context, tx *db.Tx, subject string, id, before int64, limit int) ([]Entry, error) {
	return read(ctx, tx, ofQuery, int64(tx.Tenant), subject, id, below(before), limit)
}

// The entries of a subject are named first, by its index: left to itself SQLite walks all of the tenant's entries, since they lie in
// the order that is asked for.
const ofQuery = `select seq, at, actor, kind, subject, subject_id, payload from journal where tenant_id = $1 and seq in (
	select seq from journal where tenant_id = $1 and subject = $2 and subject_id = $3 and seq < $4 order by seq desc limit $5) order by seq desc`

// below is the bound of a reading downwards; 0 is the newest entry.
func below(before int64) int64 {
	if before == 0 {
		return math.MaxInt64
	}
	return before
}

// Latest reads the newest entries of the tenant, at most limit with a sequence number below before (0: newest).
func Latest(ctx context.Context, tx *db.Tx, before int64, limit int) ([]Entry, error) {
	return read(ctx, tx, `select seq, at, actor, kind, subject, subject_id, payload from journal
		where tenant_id = $1 and seq < $2 order by seq desc limit $3`, int64(tx.Tenant), below(before), limit)
}

func read(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Entry, error) {
	var out []Entry
	err := tx.Each(ctx, query, args, func(s db.Scanner) error {
		var e Entry
		var at int64
		var body string
		if err := s.Scan(&e.Seq, &at, &e.Actor, &e.Kind, &e.Subject, &e.SubjectID, &body); err != nil {
			return err
		}
		e.At, e.Payload = clock.FromMicros(at), json.RawMessage(body)
		out = append(out, e)
		return nil
	})
	return out, err
}
