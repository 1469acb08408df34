package webhooks

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// replayTime is how far back events can be sent again.
const replayTime = 30 * 24 * time.Hour

// Add makes a webhook that is told of what happens from now on, and answers the secret of its signatures, which is shown this
// once: "whsec_" and 32 bytes in base64.
func (s *Service) Add(ctx context.Context, a access.Actor, in Input) (w Webhook, shown secret.Text, err error) {
	if err := may(a); err != nil {
		return w, "", err
	}
	if err := in.validate(s.Plain); err != nil {
		return w, "", err
	}
	id, err := s.ids.New(ctx, "webhook")
	if err != nil {
		return w, "", err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return w, "", err
	}
	sealed, err := s.Box.Seal(a.Tenant, purpose(id), key)
	if err != nil {
		return w, "", err
	}
	for more := true; more; { // so that "from now on" is the end of the feed
		if more, err = journal.Place(ctx, s.db, a.Tenant); err != nil {
			return w, "", err
		}
	}
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if err := room(ctx, tx); err != nil {
			return err
		}
		place, err := journal.Tail(ctx, tx)
		if err != nil {
			return err
		}
		w = Webhook{ID: id, Name: in.Name, URL: in.URL, Events: in.Events, State: Active, Place: place, CreatedBy: a.String(), CreatedAt: tx.Now()}
		_, err = tx.Exec(ctx, `insert into webhook (tenant_id, id, name, url, events, secret, state, read_pos, created_by, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, int64(tx.Tenant), id, in.Name, in.URL, strings.Join(in.Events, " "), sealed, string(Active), place,
			w.CreatedBy, tx.NowMicros())
		if err != nil {
			return err
		}
		return s.note(ctx, tx, a, "webhook.added", id, map[string]any{"name": in.Name, "events": in.Events})
	})
	return w, secret.Text("whsec_" + base64.StdEncoding.EncodeToString(key)), err
}

func room(ctx context.Context, tx *db.Tx) error {
	var n int
	err := tx.QueryRow(ctx, "select count(*) from webhook where tenant_id = $1 and state <> 'deleted'", int64(tx.Tenant)).Scan(&n)
	if err == nil && n >= maxWebhooks {
		return errs.New(errs.Conflict, "error.webhook.many", "max", maxWebhooks)
	}
	return err
}

// purpose binds a sealed secret to its webhook.
func purpose(id int64) string { return fmt.Sprint("webhook:", id) }

// note writes the journal; the loop looks at the webhook once the change is there.
func (s *Service) note(ctx context.Context, tx *db.Tx, a access.Actor, kind string, id int64, payload any) error {
	t := tx.Tenant
	tx.AfterCommit(func() { s.loop.know(); s.Wake(t) })
	s.changed(tx)
	return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: kind, Subject: "webhook", SubjectID: id, Payload: payload})
}

// change runs f on a locked webhook and writes the journal.
func (s *Service) change(ctx context.Context, a access.Actor, id int64, kind string, payload any, f func(*db.Tx, Webhook) error) error {
	if err := may(a); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		w, err := byID(ctx, tx, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		if err := f(tx, w); err != nil {
			return err
		}
		return s.note(ctx, tx, a, kind, id, payload)
	})
}

// Pause ends the sending; events go on to be remembered.
func (s *Service) Pause(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, "webhook.paused", nil, func(tx *db.Tx, _ Webhook) error { return setState(ctx, tx, id, Paused) })
}

// Resume sends again from where it stopped, without waiting.
func (s *Service) Resume(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, "webhook.resumed", nil, func(tx *db.Tx, _ Webhook) error {
		if err := s.Tasks.Resolve(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "update webhook_delivery set not_before = 0, tries = 0, failing_since = 0 where tenant_id = $1 and webhook_id = $2 and state = 'waiting'",
			int64(tx.Tenant), id)
		if err != nil {
			return err
		}
		return setState(ctx, tx, id, Active)
	})
}

// Delete ends a webhook and forgets its secret and its log.
func (s *Service) Delete(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, "webhook.deleted", nil, func(tx *db.Tx, _ Webhook) error {
		if err := s.Tasks.Resolve(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from webhook_delivery where tenant_id = $1 and webhook_id = $2", int64(tx.Tenant), id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "update webhook set state = 'deleted', secret = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, []byte{})
		return err
	})
}

func setState(ctx context.Context, tx *db.Tx, id int64, to State) error {
	_, err := tx.Exec(ctx, "update webhook set state = $3, fails = 0, not_before = 0 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, string(to))
	return err
}

// Replay sends everything again that happened after a place in the feed, of the last 30 days; an older place is Invalid. What
// was not delivered yet is not sent twice for it.
func (s *Service) Replay(ctx context.Context, a access.Actor, id, place int64) error {
	return s.change(ctx, a, id, "webhook.replayed", map[string]any{"after": place}, func(tx *db.Tx, w Webhook) error {
		oldest, err := journal.PlaceAt(ctx, tx, tx.Now().Add(-replayTime))
		if err != nil {
			return err
		}
		if place < oldest || place > w.Place {
			return errs.New(errs.Invalid, "error.webhook.place", "oldest", oldest, "newest", w.Place)
		}
		_, err = tx.Exec(ctx, "delete from webhook_delivery where tenant_id = $1 and webhook_id = $2 and state = 'waiting' and pos > $3", int64(tx.Tenant), id, place)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update webhook set read_pos = $3, fails = 0, not_before = 0 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, place)
		return err
	})
}

// ReplaySince is Replay of everything from a moment on.
func (s *Service) ReplaySince(ctx context.Context, a access.Actor, id int64, since time.Time) error {
	var place int64
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		w, err := byID(ctx, tx, id, "")
		if err != nil {
			return err
		}
		oldest := tx.Now().Add(-replayTime)
		if since.Before(oldest) {
			since = oldest
		}
		place, err = journal.PlaceAt(ctx, tx, since)
		place = min(place, w.Place)
		return err
	})
	if err != nil {
		return err
	}
	return s.Replay(ctx, a, id, place)
}
