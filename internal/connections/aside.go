package connections

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Aside reads a connection's facts that were set aside, oldest first, at most limit. Their bodies are what the outside sent
// and may hold personal data of buyers.
func (s *Service) Aside(ctx context.Context, a access.Actor, connectionID int64, limit int) (out []facts.Fact, err error) {
	if err := a.Must(access.ConnectionsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = facts.Aside(ctx, tx, connectionID, limit)
		return err
	})
	return out, err
}

// RetryAside makes the connection's facts that were set aside wait to be applied again, and says how many.
func (s *Service) RetryAside(ctx context.Context, a access.Actor, connectionID int64) (n int64, err error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err := ByID(ctx, tx, connectionID)
		if err != nil {
			return err
		}
		if c.State == Deleted {
			return errs.New(errs.Conflict, "error.connection.deleted")
		}
		if n, err = facts.Retry(ctx, tx, connectionID); err != nil {
			return err
		}
		if err := s.Tasks.Resolve(ctx, tx, TaskAside, connectionID); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			s.runners.wake(a.Tenant, connectionID, laneApply)
			s.runners.wake(a.Tenant, connectionID, laneHooks)
			s.Changed(a.Tenant, connectionID)
		})
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "connection.aside_retried", Subject: "connection", SubjectID: connectionID,
			Payload: map[string]any{"facts": n}})
	})
	return n, err
}
