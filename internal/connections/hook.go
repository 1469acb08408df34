package connections

import (
	"context"
	"crypto/subtle"
	"net/http"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Hook takes a channel's call. It returns nil only when the raw body is stored; a wrong secret or signature is Unauthed and
// stands in the journal.
func (s *Service) Hook(ctx context.Context, t db.Tenant, connectionID int64, secret string, header http.Header, body []byte) error {
	a, err := s.open(ctx, t, connectionID)
	if err != nil {
		return err
	}
	source, ok := a.Channel.(connector.WebhookSource)
	if !ok || a.Conn.State == Deleted {
		return errs.New(errs.NotFound, "error.connection.not_found")
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(a.Conn.HookSecret)) != 1 {
		return s.hookRefused(ctx, a, "wrong address")
	}
	hook, err := source.ParseWebhook(header, body)
	switch connector.KindOf(err) {
	case connector.KindAuth:
		if err != nil {
			return s.hookRefused(ctx, a, err.Error())
		}
	default:
		// what can not be read is stored all the same and set aside with its reason by the loop
	}
	id := hook.ID
	if id == "" {
		id = facts.Digest(body)
	}
	return s.db.Write(ctx, t, func(tx *db.Tx) error {
		_, err := s.facts.Keep(ctx, tx, connectionID, facts.Webhook, []facts.Raw{{ExternalID: id, Body: body}})
		tx.AfterCommit(func() { s.runners.wake(t, connectionID, laneHooks) })
		return err
	})
}

func (s *Service) hookRefused(ctx context.Context, a *Account, reason string) error {
	err := s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update connection set last_error = $3, last_error_at = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), a.Conn.ID, "webhook refused: "+reason, tx.NowMicros())
		if err != nil {
			return err
		}
		return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.hook_refused", Subject: "connection", SubjectID: a.Conn.ID, Payload: map[string]any{"reason": reason}})
	})
	if err != nil {
		return err
	}
	return errs.New(errs.Unauthed, "error.connection.hook")
}
