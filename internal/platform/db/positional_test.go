package db

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPositional(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query string
		args  []any
		want  string
		order []any
	}{
		{"select $1, $2", []any{1, 2}, "select ?, ?", []any{1, 2}},
		{"select $2, $1, $2", []any{1, 2}, "select ?, ?, ?", []any{2, 1, 2}},
		{"select '$1', \"$2\", $1", []any{1}, "select '$1', \"$2\", ?", []any{1}},
		{"select 'it''s $1', $1", []any{1}, "select 'it''s $1', ?", []any{1}},
		{"select $12, $1", []any{1, 2}, "select $12, $1", []any{1, 2}},
		{"select $1", []any{1, 2}, "select $1", []any{1, 2}},
		{"select $ 1", []any{1}, "select $ 1", []any{1}},
		{"select 1", nil, "select 1", nil},
	} {
		query, args := (&DB{engine: SQLite}).native(c.query, c.args)
		if query != c.want {
			t.Errorf("%s became %s, want %s", c.query, query, c.want)
		}
		if diff := cmp.Diff(c.order, args); diff != "" {
			t.Errorf("%s: arguments (-want +got)\n%s", c.query, diff)
		}
	}
	query, _ := (&DB{engine: Postgres}).native("select $1", []any{1})
	if query != "select $1" {
		t.Errorf("PostgreSQL got %s", query)
	}
}
