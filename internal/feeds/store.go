package feeds

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

const feedColumns = "id, name, format, state, secret, settings, offers, left_out, doubtful, counted_at, version, created_at"

func scanFeed(sc db.Scanner) (Feed, error) {
	var f Feed
	var format, settings string
	var counted, created int64
	err := sc.Scan(&f.ID, &f.Name, &format, &f.State, &f.Secret, &settings, &f.Counted.Offers, &f.Counted.LeftOut, &f.Counted.Doubtful, &counted, &f.Version, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return f, notFound()
	}
	if err != nil {
		return f, err
	}
	f.CountedAt, f.CreatedAt = clock.FromMicros(counted), clock.FromMicros(created)
	var known bool
	if f.Format, known = FormatByName(format); !known {
		return f, errs.New(errs.Internal, "error.feed.format")
	}
	return f, json.Unmarshal([]byte(settings), &f.Settings)
}

func notFound() error { return errs.New(errs.NotFound, "error.feed.not_found") }

func byID(ctx context.Context, tx *db.Tx, id int64) (Feed, error) {
	return scanFeed(tx.QueryRow(ctx, "select "+feedColumns+" from feed where tenant_id = $1 and id = $2", int64(tx.Tenant), id))
}

// locked is byID that keeps the row from others until the commit.
func locked(ctx context.Context, tx *db.Tx, id int64) (Feed, error) {
	return scanFeed(tx.QueryRow(ctx, "select "+feedColumns+" from feed where tenant_id = $1 and id = $2"+tx.ForUpdate(), int64(tx.Tenant), id))
}

func all(ctx context.Context, tx *db.Tx) ([]Feed, error) {
	var out []Feed
	err := tx.Each(ctx, "select "+feedColumns+" from feed where tenant_id = $1 order by id", []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
		f, err := scanFeed(sc)
		out = append(out, f)
		return err
	})
	return out, err
}

// All reads the feeds of the transaction's shop, for figures.
func All(ctx context.Context, tx *db.Tx) ([]Feed, error) { return all(ctx, tx) }

func encode(s Settings) (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}

// categoryIDs reads the numbers of categories that have one, by name.
func categoryIDs(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	out := map[string]int64{}
	err := tx.Each(ctx, "select id, name from feed_category where tenant_id = $1", []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
		var id int64
		var name string
		err := sc.Scan(&id, &name)
		out[name] = id
		return err
	})
	return out, err
}
