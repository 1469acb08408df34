// Package facts stores what the outside tells us, as it came, before anybody tries to understand it. One row per outside
// thing (connection, kind, external id): a thing that comes again unchanged is recognised by its digest, a changed one
// waits to be applied again. What can not be understood is set aside with the reason and never dropped.
package facts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/ids"
)

// Raw is a thing as it came.
type Raw struct {
	ExternalID string
	Body       []byte
}

// Fact is a stored thing.
type Fact struct {
	ID           int64
	ConnectionID int64
	Kind         string
	ExternalID   string
	Body         []byte
	Version      int64 // grows with every change of the thing
	Tries        int64
	ReceivedAt   int64 // µs
	Error        string
}

// The kinds.
const (
	Order   = "order"
	Webhook = "webhook"
)

// Store keeps facts.
type Store struct{ ids *ids.Source }

// New makes a store.
func New(s *ids.Source) *Store { return &Store{ids: s} }

// Digest is the fingerprint of a body.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// maxKey bounds an external id, which is part of an index.
const maxKey = 200

// key is an external id as it is kept. One that is missing, too long or no text is replaced by a name made of it and of the
// body, so that the thing is stored all the same and can be set aside.
func (r Raw) key() string {
	if r.ExternalID != "" && len(r.ExternalID) <= maxKey && utf8.ValidString(r.ExternalID) && !strings.Contains(r.ExternalID, "\x00") {
		return r.ExternalID
	}
	return "?" + Digest(append([]byte(r.ExternalID), r.Body...))
}

// KeepHint stores a thing without an identity of its own, known by its bytes: the same bytes again mean that it happened again,
// so it waits again.
func (s *Store) KeepHint(ctx context.Context, tx *db.Tx, connection int64, kind string, body []byte) error {
	id, err := s.ids.ReserveIn(ctx, tx, "fact", 1)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into fact (tenant_id, id, connection_id, kind, external_id, digest, body, received_at, state, version) values ($1, $2, $3, $4, $5, $5, $6, $7, 'new', 1)
		on conflict (tenant_id, connection_id, kind, external_id) do update set received_at = excluded.received_at, state = 'new', version = fact.version + 1, tries = 0, not_before = 0, error = ''`,
		int64(tx.Tenant), id, connection, kind, Digest(body), body, tx.NowMicros())
	return err
}

// Keep stores raws in the caller's transaction as waiting to be applied and says how many were new or changed. Within one
// call the last of several with one external id wins.
func (s *Store) Keep(ctx context.Context, tx *db.Tx, connection int64, kind string, raws []Raw) (int64, error) {
	last := map[string]int{}
	for i, r := range raws {
		last[r.key()] = i
	}
	if len(last) == 0 {
		return 0, nil
	}
	first, err := s.ids.ReserveIn(ctx, tx, "fact", int64(len(last)))
	if err != nil {
		return 0, err
	}
	args := make([]any, 0, 10*len(last))
	for i, r := range raws {
		if last[r.key()] != i {
			continue
		}
		args = append(args, int64(tx.Tenant), first, connection, kind, r.key(), Digest(r.Body), r.Body, tx.NowMicros(), "new", int64(1))
		first++
	}
	const head = "insert into fact (tenant_id, id, connection_id, kind, external_id, digest, body, received_at, state, version)"
	const tail = `on conflict (tenant_id, connection_id, kind, external_id) do update set body = excluded.body, digest = excluded.digest,
		received_at = excluded.received_at, state = 'new', version = fact.version + 1, tries = 0, not_before = 0, error = ''
		where fact.digest <> excluded.digest`
	return tx.Insert(ctx, head, tail, 10, args)
}

// Waiting reads facts of a connection that are due to be applied, oldest first.
func Waiting(ctx context.Context, tx *db.Tx, connection int64, kind string, limit int) ([]Fact, error) {
	return read(ctx, tx, `select id, connection_id, kind, external_id, body, version, tries, received_at, error from fact
		where tenant_id = $1 and state = 'new' and not_before <= $2 and connection_id = $3 and kind = $4 order by not_before, id limit $5`,
		int64(tx.Tenant), tx.NowMicros(), connection, kind, limit)
}

// WaitingAfter reads facts of a connection that wait and were never postponed, in the order of their ids, from the one after an id on.
func WaitingAfter(ctx context.Context, tx *db.Tx, connection int64, kind string, after int64, limit int) ([]Fact, error) {
	return read(ctx, tx, `select id, connection_id, kind, external_id, body, version, tries, received_at, error from fact
		where tenant_id = $1 and state = 'new' and not_before = 0 and connection_id = $2 and kind = $3 and id > $4 order by id limit $5`,
		int64(tx.Tenant), connection, kind, after, limit)
}

// namedChunk is how many external ids one statement asks for.
const namedChunk = 200

// Named reads facts of a connection by their external ids, whatever became of them.
func Named(ctx context.Context, tx *db.Tx, connection int64, kind string, externalIDs []string) (out []Fact, err error) {
	err = db.Chunk(externalIDs, namedChunk, func(part []string) error {
		in, args := db.In(4, part)
		list, err := read(ctx, tx, `select id, connection_id, kind, external_id, body, version, tries, received_at, error from fact
			where tenant_id = $1 and connection_id = $2 and kind = $3 and external_id in `+in, append([]any{int64(tx.Tenant), connection, kind}, args...)...)
		out = append(out, list...)
		return err
	})
	return out, err
}

// Aside reads facts that were set aside, oldest first.
func Aside(ctx context.Context, tx *db.Tx, connection int64, limit int) ([]Fact, error) {
	return read(ctx, tx, `select id, connection_id, kind, external_id, body, version, tries, received_at, error from fact
		where tenant_id = $1 and connection_id = $2 and state = 'aside' order by id limit $3`, int64(tx.Tenant), connection, limit)
}

// Newest reads facts of a connection whatever became of them, the newest first.
func Newest(ctx context.Context, tx *db.Tx, connection int64, kind string, limit int) ([]Fact, error) {
	return read(ctx, tx, `select id, connection_id, kind, external_id, body, version, tries, received_at, error from fact
		where tenant_id = $1 and connection_id = $2 and kind = $3 order by id desc limit $4`, int64(tx.Tenant), connection, kind, limit)
}

func read(ctx context.Context, tx *db.Tx, query string, args ...any) (out []Fact, err error) {
	err = tx.Each(ctx, query, args, func(sc db.Scanner) error {
		var f Fact
		err := sc.Scan(&f.ID, &f.ConnectionID, &f.Kind, &f.ExternalID, &f.Body, &f.Version, &f.Tries, &f.ReceivedAt, &f.Error)
		out = append(out, f)
		return err
	})
	return out, err
}

// Applied marks a fact as applied unless it has changed meanwhile, in which case it stays waiting.
func Applied(ctx context.Context, tx *db.Tx, f Fact) error {
	_, err := tx.Exec(ctx, "update fact set state = 'applied', applied_at = $4, error = '' where tenant_id = $1 and id = $2 and version = $3",
		int64(tx.Tenant), f.ID, f.Version, tx.NowMicros())
	return err
}

// SetAside gives up on a fact with the reason; Retry brings it back.
func SetAside(ctx context.Context, tx *db.Tx, f Fact, reason string) error {
	_, err := tx.Exec(ctx, "update fact set state = 'aside', error = $4, tries = tries + 1 where tenant_id = $1 and id = $2 and version = $3",
		int64(tx.Tenant), f.ID, f.Version, text(reason))
	return err
}

// text makes any bytes a text that a database keeps.
func text(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

// Postpone tries a fact again later.
func Postpone(ctx context.Context, tx *db.Tx, f Fact, until time.Time, reason string) error {
	_, err := tx.Exec(ctx, "update fact set not_before = $4, error = $5, tries = tries + 1 where tenant_id = $1 and id = $2 and version = $3",
		int64(tx.Tenant), f.ID, f.Version, until.UnixMicro(), text(reason))
	return err
}

// Retry makes a connection's facts that were set aside wait again and says how many.
func Retry(ctx context.Context, tx *db.Tx, connection int64) (int64, error) {
	return tx.Exec(ctx, "update fact set state = 'new', not_before = 0, tries = 0 where tenant_id = $1 and connection_id = $2 and state = 'aside'",
		int64(tx.Tenant), connection)
}

// maxWaiting bounds the counting of waiting facts.
const maxWaiting = 10_000

// Counts is how many facts of a connection wait (counted to 10,000) and how many were set aside.
func Counts(ctx context.Context, tx *db.Tx, connection int64) (waiting, aside int64, err error) {
	err = tx.QueryRow(ctx, `select count(*) from (select 1 from fact where tenant_id = $1 and state = 'new' and connection_id = $2
		order by not_before, id limit $3) n`, int64(tx.Tenant), connection, maxWaiting).Scan(&waiting)
	if err != nil {
		return 0, 0, err
	}
	err = tx.QueryRow(ctx, "select count(*) from fact where tenant_id = $1 and connection_id = $2 and state = 'aside' and id > 0", int64(tx.Tenant), connection).Scan(&aside)
	return waiting, aside, err
}

// Insert stores facts that are applied in the same transaction (an order posted to our API). It answers, per item, the digest
// of the fact that was there before (in the database or earlier in the list): such an item must not be applied again. Nil
// means that all are new.
func (s *Store) Insert(ctx context.Context, tx *db.Tx, kind string, list []Applying) (known []string, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	first, err := s.ids.ReserveIn(ctx, tx, "fact", int64(len(list)))
	if err != nil {
		return nil, err
	}
	args := make([]any, 0, 11*len(list))
	for i, r := range list {
		args = append(args, int64(tx.Tenant), first+int64(i), r.ConnectionID, kind, r.ExternalID, r.Digest, r.Body, tx.NowMicros(), "applied", int64(1), tx.NowMicros())
	}
	const head = "insert into fact (tenant_id, id, connection_id, kind, external_id, digest, body, received_at, state, version, applied_at)"
	n, err := tx.Insert(ctx, head, "on conflict (tenant_id, connection_id, kind, external_id) do nothing", 11, args)
	if err != nil || n == int64(len(list)) {
		return nil, err
	}
	known = make([]string, len(list))
	for i, r := range list {
		var id int64
		var digest string
		err := tx.QueryRow(ctx, "select id, digest from fact where tenant_id = $1 and connection_id = $2 and kind = $3 and external_id = $4",
			int64(tx.Tenant), r.ConnectionID, kind, r.ExternalID).Scan(&id, &digest)
		if err != nil {
			return nil, err
		}
		if id != first+int64(i) {
			known[i] = digest
		}
	}
	return known, nil
}

// Applying is a fact stored and applied at once.
type Applying struct {
	ConnectionID int64
	ExternalID   string
	Digest       string
	Body         []byte
}
