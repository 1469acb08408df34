package connections

import (
	"context"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// A channel is silent when it brought nothing for so long that by its own past at least silenceExpected orders should have come:
// for a Poisson process none come then once in 3,000 times (e⁻⁸).
const (
	silenceExpected = 8.0
	silenceWindow   = 48 * time.Hour      // how far back silence is looked for
	silencePast     = 28 * 24 * time.Hour // what is remembered of a channel's rhythm
	silenceEvery    = time.Minute
)

// brought counts news of orders in their hour and ends the alarm of a channel that was silent.
func (a *Account) brought(ctx context.Context, tx *db.Tx, news int64) error {
	if news == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into connection_hour (tenant_id, connection_id, hour, orders) values ($1, $2, $3, $4)
		on conflict (tenant_id, connection_id, hour) do update set orders = connection_hour.orders + excluded.orders`,
		int64(tx.Tenant), a.Conn.ID, hourOf(tx.Now()), news)
	if err != nil || a.Conn.SilentSince == 0 {
		return err
	}
	a.Conn.SilentSince = 0
	if _, err := tx.Exec(ctx, "update connection set silent_since = 0 where tenant_id = $1 and id = $2", int64(tx.Tenant), a.Conn.ID); err != nil {
		return err
	}
	tx.AfterCommit(func() { a.svc.Changed(a.Tenant, a.Conn.ID) })
	return a.svc.Tasks.Resolve(ctx, tx, TaskSilent, a.Conn.ID)
}

func hourOf(at time.Time) int64 { return at.Unix() / 3600 }

// listen looks whether the channel is silent, now and then, and raises the alarm once.
func (l *pullLane) listen(ctx context.Context) error {
	now := l.Now()
	if l.Conn.SilentSince != 0 || now.Sub(l.listened) < silenceEvery {
		return nil
	}
	l.listened = now
	past := map[int64]int64{}
	err := l.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, "select hour, orders from connection_hour where tenant_id = $1 and connection_id = $2 and hour >= $3",
			[]any{int64(tx.Tenant), l.Conn.ID, hourOf(now.Add(-silencePast))}, func(sc db.Scanner) error {
				var hour, n int64
				err := sc.Scan(&hour, &n)
				past[hour] = n
				return err
			})
	})
	if err != nil {
		return err
	}
	since, expected := silentSince(past, now)
	if since.IsZero() {
		return nil
	}
	return l.Write(ctx, func(tx *db.Tx) error {
		l.Conn.SilentSince = since.UnixMicro()
		if _, err := tx.Exec(ctx, "update connection set silent_since = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), l.Conn.ID, since.UnixMicro()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from connection_hour where tenant_id = $1 and connection_id = $2 and hour < $3", int64(tx.Tenant), l.Conn.ID, hourOf(now.Add(-2*silencePast))); err != nil {
			return err
		}
		detail := map[string]any{"name": l.Conn.Name, "expected": int64(expected), "since": since.UTC().Format(time.RFC3339)}
		if err := l.svc.Tasks.Raise(ctx, tx, TaskSilent, l.Conn.ID, detail); err != nil {
			return err
		}
		tx.AfterCommit(func() { l.svc.Changed(l.Tenant, l.Conn.ID) })
		return l.svc.journal.Append(ctx, tx, journal.Record{Actor: "system", Kind: "connection.silent", Subject: "connection", SubjectID: l.Conn.ID, Payload: detail})
	})
}

// silentSince is when a channel's last news came, if by its rhythm silenceExpected orders should have come since then; else the
// zero time. What an hour usually brings is the mean of the same hour of the week, or of the day while less than two weeks
// are known. Less than two days tell nothing.
func silentSince(past map[int64]int64, now time.Time) (since time.Time, expected float64) {
	last, first := int64(0), hourOf(now)
	for hour, n := range past {
		if n > 0 {
			last, first = max(last, hour), min(first, hour)
		}
	}
	this := hourOf(now)
	if last == 0 || last < hourOf(now.Add(-silenceWindow)) || this-first < 48 {
		return time.Time{}, 0
	}
	period := int64(24)
	if this-first >= 2*7*24 {
		period = 7 * 24
	}
	for hour := last + 1; hour <= this; hour++ {
		part := 1.0
		if hour == this {
			part = float64(now.Unix()%3600) / 3600
		}
		sum, n := 0.0, 0.0
		for like := hour - period; like >= first; like -= period {
			if like <= last {
				sum += float64(past[like])
				n++
			}
		}
		if n > 0 {
			expected += part * sum / n
		}
	}
	if expected < silenceExpected {
		return time.Time{}, expected
	}
	return time.Unix((last+1)*3600, 0), expected
}
