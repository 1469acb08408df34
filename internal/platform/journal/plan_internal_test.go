package journal

import (
	"context"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

// SQLite finds what is asked for by the index of it, and does not walk the journal, which grows for ever.
func TestPlans(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, nil)
	for _, c := range []struct {
		query, index string
		args         []any
	}{
		{ofQuery, "journal_subject", []any{1, "order", 7, 100, 50}},
		{saidQuery + " limit 1", "journal_subject", []any{1, "order", 7, "order.accepted"}},
		{saidQuery + " desc limit 1", "journal_subject", []any{1, "order", 7, "order.accepted"}},
		{placedFrom + ofOne + " limit $3", "journal_subject", []any{1, 100, 50, "order", 7}},
		{placedFrom + ofKind + " limit $3", "journal_place", []any{1, 100, 50, "order"}},
		{placedFrom + ofAll + " limit $3", "journal_place", []any{1, 100, 50}},
	} {
		var plan []string
		err := d.Read(context.Background(), dbtest.Tenant, func(tx *db.Tx) error {
			return tx.Each(context.Background(), "explain query plan "+c.query, c.args, func(s db.Scanner) error {
				var id, parent, unused int
				var step string
				err := s.Scan(&id, &parent, &unused, &step)
				plan = append(plan, step)
				return err
			})
		})
		text := strings.ReplaceAll(strings.Join(plan, "; "), "PRIMARY KEY (tenant_id=? AND seq=?)", "one entry")
		if err != nil || !strings.Contains(text, c.index) || strings.Contains(text, "PRIMARY KEY") {
			t.Errorf("%s\nis found by %s, want %s: %v", c.query, text, c.index, err)
		}
	}
}
