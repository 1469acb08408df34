package connections

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Denied is the work that a connection's credentials have no right to: the channel's words by the name of the work ("stock",
// "price", "pull" …). It rests by itself while the rest of the connection works on, and is tried again every few minutes.
type Denied map[string]string

func decodeDenied(text string) (d Denied, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &d)
	}
	return d, err
}

// deny notes that a channel has no right to a kind of work and asks a person to give it, once until it is given.
func (a *Account) deny(ctx context.Context, lane, words string) error {
	if a.Conn.Denied[lane] == words {
		return nil
	}
	now := Denied{}
	maps.Copy(now, a.Conn.Denied)
	now[lane] = words
	return a.setDenied(ctx, now, func(tx *db.Tx) error {
		if err := a.svc.Tasks.Raise(ctx, tx, TaskDenied, a.Conn.ID, map[string]any{"name": a.Conn.Name, "reason": words}); err != nil {
			return err
		}
		return a.svc.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.denied", Subject: "connection", SubjectID: a.Conn.ID,
			Payload: map[string]any{"lane": lane, "words": words}})
	})
}

// allow notes that a kind of work which had been denied goes on; with the last of them the task is done.
func (a *Account) allow(ctx context.Context, lane string) error {
	if _, denied := a.Conn.Denied[lane]; !denied {
		return nil
	}
	now := maps.Clone(a.Conn.Denied)
	delete(now, lane)
	return a.setDenied(ctx, now, func(tx *db.Tx) error {
		if len(now) == 0 {
			if err := a.svc.Tasks.Resolve(ctx, tx, TaskDenied, a.Conn.ID); err != nil {
				return err
			}
		}
		return a.svc.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.allowed", Subject: "connection", SubjectID: a.Conn.ID,
			Payload: map[string]any{"lane": lane}})
	})
}

func (a *Account) setDenied(ctx context.Context, now Denied, told func(*db.Tx) error) error {
	text := ""
	if len(now) > 0 {
		encoded, err := json.Marshal(now)
		if err != nil {
			return err
		}
		text = string(encoded)
	}
	err := a.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update connection set denied = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), a.Conn.ID, text)
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { a.svc.Changed(a.Tenant, a.Conn.ID) })
		return told(tx)
	})
	if err == nil {
		a.Conn.Denied = now
	}
	return err
}
