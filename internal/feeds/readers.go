package feeds

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Visit is one request for a feed with the right address.
type Visit struct {
	At      time.Time
	Agent   string // as the reader calls itself
	Address string // of the network it came from
	Status  int    // of HTTP; 0: cut off before the end
	Took    time.Duration
	Bytes   int64
	Offers  int64
}

// keptVisits is how many visits of a feed are remembered.
const keptVisits = 20

// maxAgent bounds the name that a reader gives itself, in characters.
const maxAgent = 120

// Note remembers a visit, and what a whole reading counted; n is nil when nothing was counted.
func (s *Service) Note(ctx context.Context, t db.Tenant, feedID int64, v Visit, n *Count) error {
	return s.db.Write(ctx, t, func(tx *db.Tx) error {
		if _, err := locked(ctx, tx, feedID); err != nil {
			return err // deleted meanwhile
		}
		id, err := s.ids.In(ctx, tx, "feed_read")
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "insert into feed_read (tenant_id, feed_id, id, at, agent, address, status, took_ms, bytes, offers) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
			int64(tx.Tenant), feedID, id, clock.Micros(v.At), cut(tidy(v.Agent), maxAgent), v.Address, v.Status, v.Took.Milliseconds(), v.Bytes, v.Offers)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `delete from feed_read where tenant_id = $1 and feed_id = $2 and id not in
			(select id from feed_read where tenant_id = $1 and feed_id = $2 order by at desc, id desc limit $3)`, int64(tx.Tenant), feedID, keptVisits)
		if err != nil || n == nil {
			return err
		}
		return keepCount(ctx, tx, feedID, *n)
	})
}

func keepCount(ctx context.Context, tx *db.Tx, id int64, n Count) error {
	_, err := tx.Exec(ctx, "update feed set offers = $3, left_out = $4, doubtful = $5, counted_at = $6 where tenant_id = $1 and id = $2",
		int64(tx.Tenant), id, n.Offers, n.LeftOut, n.Doubtful, tx.NowMicros())
	return err
}

// Visits reads the last visits of a feed, newest first.
func (s *Service) Visits(ctx context.Context, a access.Actor, id int64) (out []Visit, err error) {
	if err := a.Must(access.ConnectionsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = visits(ctx, tx, id, keptVisits)
		return err
	})
	return out, err
}

// LastVisit reads the newest visit of a feed; the zero Visit when there was none.
func LastVisit(ctx context.Context, tx *db.Tx, id int64) (Visit, error) {
	list, err := visits(ctx, tx, id, 1)
	if err != nil || len(list) == 0 {
		return Visit{}, err
	}
	return list[0], nil
}

func visits(ctx context.Context, tx *db.Tx, id int64, most int) (out []Visit, err error) {
	err = tx.Each(ctx, "select at, agent, address, status, took_ms, bytes, offers from feed_read where tenant_id = $1 and feed_id = $2 order by at desc, id desc limit $3",
		[]any{int64(tx.Tenant), id, most}, func(sc db.Scanner) error {
			var v Visit
			var at, took int64
			err := sc.Scan(&at, &v.Agent, &v.Address, &v.Status, &took, &v.Bytes, &v.Offers)
			v.At, v.Took = clock.FromMicros(at), time.Duration(took)*time.Millisecond
			out = append(out, v)
			return err
		})
	return out, err
}
