package connections

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"

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
	if err != nil && connector.KindOf(err) == connector.KindAuth {
		return s.hookRefused(ctx, a, words(err))
	} // what can not be read is stored all the same and set aside with its reason by the loop
	kept, err := keptHook(hook, err, body)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, t, func(tx *db.Tx) error {
		tx.AfterCommit(func() { s.runners.wake(t, connectionID, laneHooks) })
		if hook.ID != "" {
			_, err := s.facts.Keep(ctx, tx, connectionID, facts.Webhook, []facts.Raw{{ExternalID: hook.ID, Body: kept}})
			return err
		}
		return s.facts.KeepHint(ctx, tx, connectionID, facts.Webhook, kept)
	})
}

// storedHook is a call as it is kept: what the driver read in it while its signature and headers were at hand, and the bytes.
type storedHook struct {
	Orders   []storedOrder `json:"orders,omitempty"`
	OrderIDs []string      `json:"order_ids,omitempty"`
	Sweep    bool          `json:"sweep,omitempty"`
	Fault    string        `json:"fault,omitempty"` // why it could not be read
	Body     string        `json:"body"`
	// Bytes is the body when it is no text.
	Bytes []byte `json:"bytes,omitempty"`
}

type storedOrder struct {
	ExternalID string `json:"external_id"`
	Body       []byte `json:"body"`
}

func keptHook(hook connector.Hook, fault error, body []byte) ([]byte, error) {
	out := storedHook{OrderIDs: hook.OrderIDs, Sweep: hook.Sweep, Body: string(body)}
	if !utf8.Valid(body) {
		out.Body, out.Bytes = "", body
	}
	if fault != nil {
		out.Fault = words(fault)
	}
	for _, o := range hook.Orders {
		out.Orders = append(out.Orders, storedOrder(o))
	}
	return json.Marshal(out)
}

// HookTooLarge notes a call whose body is over the bound: it is not stored, and what it said is found by the next poll.
func (s *Service) HookTooLarge(ctx context.Context, t db.Tenant, connectionID int64, secret string) error {
	a, err := s.open(ctx, t, connectionID)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(a.Conn.HookSecret)) != 1 {
		return s.hookRefused(ctx, a, "wrong address")
	}
	s.PullSoon(t, connectionID)
	return s.noteRefusal(ctx, a, "its body is too large")
}

func (s *Service) hookRefused(ctx context.Context, a *Account, reason string) error {
	if err := s.noteRefusal(ctx, a, reason); err != nil {
		return err
	}
	return errs.New(errs.Unauthed, "error.connection.hook")
}

// refusalEvery bounds how often the same refusal is noted: strangers must not fill the journal.
const refusalEvery = time.Minute

func (s *Service) noteRefusal(ctx context.Context, a *Account, reason string) error {
	said := clean("webhook refused: " + reason)
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update connection set last_error = $3, last_error_at = $4 where tenant_id = $1 and id = $2 and (last_error <> $3 or last_error_at < $5)`,
			int64(tx.Tenant), a.Conn.ID, said, tx.NowMicros(), tx.NowMicros()-refusalEvery.Microseconds())
		if err != nil || n == 0 {
			return err
		}
		tx.AfterCommit(func() { s.Changed(a.Tenant, a.Conn.ID) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.hook_refused", Subject: "connection", SubjectID: a.Conn.ID, Payload: map[string]any{"reason": reason}})
	})
}
