package webhooks

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// logTime is how long the log keeps what was delivered.
const logTime = 30 * 24 * time.Hour

// maxLog bounds a page of the log.
const maxLog = 200

// The states of a delivery.
const (
	Waiting   = "waiting"
	Delivered = "delivered"
	Skipped   = "skipped"
)

// Delivery is one event for one webhook.
type Delivery struct {
	No        int64
	Place     int64 // of the event in the feed
	Seq       int64 // of the event
	Kind      string
	Subject   string
	SubjectID int64
	State     string
	Tries     int64
	NextTry   time.Time // zero when it is not put off
	TriedAt   time.Time // zero before the first try
	Code      int64     // HTTP status of the last answer, 0 when none came
	Took      time.Duration
	// Error is why the last try failed: "timeout", "private", "unreachable", "refused"; empty after a success.
	Error string
}

const deliveryColumns = "no, pos, seq, kind, subject, subject_id, state, tries, not_before, tried_at, code, took_ms, error"

func scanDelivery(row db.Scanner) (d Delivery, err error) {
	var next, tried, took int64
	err = row.Scan(&d.No, &d.Place, &d.Seq, &d.Kind, &d.Subject, &d.SubjectID, &d.State, &d.Tries, &next, &tried, &d.Code, &took, &d.Error)
	d.NextTry, d.TriedAt, d.Took = clock.FromMicros(next), clock.FromMicros(tried), time.Duration(took)*time.Millisecond
	return d, err
}

// Log reads the deliveries of a webhook, newest first, at most limit with a number below before (0: the newest).
func (s *Service) Log(ctx context.Context, a access.Actor, id, before int64, limit int) (out []Delivery, err error) {
	if err := may(a); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		if _, err := byID(ctx, tx, id, ""); err != nil {
			return err
		}
		return tx.Each(ctx, "select "+deliveryColumns+` from webhook_delivery where tenant_id = $1 and webhook_id = $2 and ($3 = 0 or no < $3)
			order by no desc limit $4`, []any{int64(tx.Tenant), id, before, min(max(limit, 1), maxLog)}, func(row db.Scanner) error {
			d, err := scanDelivery(row)
			out = append(out, d)
			return err
		})
	})
	return out, err
}

// Retry sends one event now: one that waits without its pause, one that was delivered or skipped once more.
func (s *Service) Retry(ctx context.Context, a access.Actor, id, no int64) error {
	return s.onDelivery(ctx, a, id, no, "webhook.retried", func(tx *db.Tx, w Webhook, d Delivery) error {
		if d.State != Waiting {
			return insertDeliveries(ctx, tx, w.ID, []Delivery{d})
		}
		_, err := tx.Exec(ctx, "update webhook_delivery set not_before = 0 where tenant_id = $1 and webhook_id = $2 and no = $3", int64(tx.Tenant), id, no)
		return err
	})
}

// Skip gives one waiting event up, so that what comes after it about the same thing can go.
func (s *Service) Skip(ctx context.Context, a access.Actor, id, no int64) error {
	return s.onDelivery(ctx, a, id, no, "webhook.skipped", func(tx *db.Tx, _ Webhook, d Delivery) error {
		if d.State != Waiting {
			return errs.New(errs.Conflict, "error.webhook.not_waiting")
		}
		_, err := tx.Exec(ctx, "update webhook_delivery set state = 'skipped' where tenant_id = $1 and webhook_id = $2 and no = $3", int64(tx.Tenant), id, no)
		return err
	})
}

// onDelivery changes a delivery and lets the webhook go on at once.
func (s *Service) onDelivery(ctx context.Context, a access.Actor, id, no int64, kind string, f func(*db.Tx, Webhook, Delivery) error) error {
	return s.change(ctx, a, id, kind, map[string]any{"no": no}, func(tx *db.Tx, w Webhook) error {
		var found Delivery
		err := tx.Each(ctx, "select "+deliveryColumns+" from webhook_delivery where tenant_id = $1 and webhook_id = $2 and no = $3",
			[]any{int64(tx.Tenant), id, no}, func(row db.Scanner) (err error) {
				found, err = scanDelivery(row)
				return err
			})
		if err == nil && found.No == 0 {
			err = errs.New(errs.NotFound, "error.not_found")
		}
		if err != nil {
			return err
		}
		if err := f(tx, w, found); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update webhook set not_before = 0 where tenant_id = $1 and id = $2", int64(tx.Tenant), id)
		return err
	})
}

// Purge deletes from a tenant's logs what is too old.
func (s *Service) Purge(ctx context.Context, t db.Tenant) error {
	return s.db.Write(ctx, t, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from webhook_delivery where tenant_id = $1 and state <> 'waiting' and created_at < $2",
			int64(t), tx.Now().Add(-logTime).UnixMicro())
		return err
	})
}
