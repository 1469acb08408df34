package journal

import (
	"context"
	"encoding/json"

	"github.com/lad-hub/lad/internal/platform/db"
)

// saidQuery names the entries of the subject as ofQuery does.
const saidQuery = `select payload from journal where tenant_id = $1 and seq in (
	select seq from journal where tenant_id = $1 and subject = $2 and subject_id = $3) and kind = $4 order by seq`

// First reads into out the payload of the first entry of a kind about a subject; false when there is none.
func First(ctx context.Context, tx *db.Tx, subject string, id int64, kind string, out any) (bool, error) {
	return said(ctx, tx, saidQuery+" limit 1", subject, id, kind, out)
}

// Last is First for the newest entry.
func Last(ctx context.Context, tx *db.Tx, subject string, id int64, kind string, out any) (bool, error) {
	return said(ctx, tx, saidQuery+" desc limit 1", subject, id, kind, out)
}

func said(ctx context.Context, tx *db.Tx, query, subject string, id int64, kind string, out any) (found bool, err error) {
	err = tx.Each(ctx, query, []any{int64(tx.Tenant), subject, id, kind}, func(s db.Scanner) error {
		found = true
		var body string
		if err := s.Scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), out)
	})
	return found, err
}
