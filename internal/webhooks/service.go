package webhooks

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// Tasks is the task list as webhooks need it.
type Tasks interface {
	Raise(ctx context.Context, tx *db.Tx, webhookID int64, detail map[string]any) error
	Resolve(ctx context.Context, tx *db.Tx, webhookID int64) error
}

// Needs is what the service works with.
type Needs struct {
	Tasks Tasks
	Box   *secret.Box
	// HTTP sends events; it refuses private addresses and does not wait for an answer longer than its time.
	HTTP *http.Client
	// Plain allows addresses without TLS: for tests and programs in the same building.
	Plain bool
	// Changed is told, after the commit, that a tenant's webhooks or their logs are different.
	Changed func(db.Tenant)
}

// Service is the use cases of webhooks and the loop that sends.
type Service struct {
	Needs
	db      *db.DB
	ids     *ids.Source
	journal *journal.Journal
	log     *slog.Logger
	loop    loop
}

// New makes the service; nothing is sent before Start.
func New(d *db.DB, s *ids.Source, j *journal.Journal, log *slog.Logger, n Needs) *Service {
	if n.Changed == nil {
		n.Changed = func(db.Tenant) {}
	}
	svc := &Service{Needs: n, db: d, ids: s, journal: j, log: log}
	svc.loop = newLoop(d)
	return svc
}

const webhookColumns = "id, name, url, events, state, read_pos, fails, not_before, created_by, created_at"

func scanWebhook(row db.Scanner) (w Webhook, err error) {
	var events string
	var rests, created int64
	err = row.Scan(&w.ID, &w.Name, &w.URL, &events, &w.State, &w.Place, &w.Fails, &rests, &w.CreatedBy, &created)
	w.Events = strings.Fields(events)
	w.RestsTill, w.CreatedAt = clock.FromMicros(rests), clock.FromMicros(created)
	return w, err
}

// changed tells open pages after the commit.
func (s *Service) changed(tx *db.Tx) {
	t := tx.Tenant
	tx.AfterCommit(func() { s.Changed(t) })
}

// byID reads a webhook that is not deleted.
func byID(ctx context.Context, tx *db.Tx, id int64, lock string) (Webhook, error) {
	w, err := scanWebhook(tx.QueryRow(ctx, "select "+webhookColumns+" from webhook where tenant_id = $1 and id = $2 and state <> 'deleted'"+lock,
		int64(tx.Tenant), id))
	if errors.Is(err, sql.ErrNoRows) {
		return w, errs.New(errs.NotFound, "error.not_found")
	}
	return w, err
}

// may lets those in who may hand the shop's data to other programs, as with API tokens.
func may(a access.Actor) error {
	if err := a.Must(access.AccountsWrite); err != nil {
		return err
	}
	return a.Must(access.JournalRead)
}

// List reads all webhooks in the order in which they were made.
func (s *Service) List(ctx context.Context, a access.Actor) (out []Webhook, err error) {
	if err := may(a); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		return tx.Each(ctx, "select "+webhookColumns+" from webhook where tenant_id = $1 and state <> 'deleted' order by id limit $2",
			[]any{int64(tx.Tenant), maxWebhooks}, func(row db.Scanner) error {
				w, err := scanWebhook(row)
				out = append(out, w)
				return err
			})
	})
	return out, err
}

// Get reads a webhook; NotFound when there is none.
func (s *Service) Get(ctx context.Context, a access.Actor, id int64) (w Webhook, err error) {
	if err := may(a); err != nil {
		return w, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		w, err = byID(ctx, tx, id, "")
		return err
	})
	return w, err
}
