package arch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

// shape is what both engines must agree on for one table.
type shape struct {
	Columns []string // "name type null? default key", in order
	Indexes []string // "columns unique? partial?", sorted, without the primary key
}

// foreignTables are made by libraries, each in its engine's own way.
var foreignTables = []string{"river_", "goose_", "sqlite_"}

func engines() []db.Engine {
	if postgresDSN() == "" {
		return []db.Engine{db.SQLite}
	}
	return []db.Engine{db.SQLite, db.Postgres}
}

func TestBothEnginesHaveTheSameSchema(t *testing.T) {
	t.Parallel()
	var first map[string]shape
	for _, e := range engines() {
		d := dbtest.Open(t, e, nil)
		got := shapes(t, d)
		if first == nil {
			first = got
			wantEveryTable(t, got)
			continue
		}
		for _, name := range unique(slices.Concat(slices.Collect(maps.Keys(first)), slices.Collect(maps.Keys(got)))) {
			if diff := cmp.Diff(first[name], got[name]); diff != "" {
				t.Errorf("table %s: -%s +%s\n%s", name, db.SQLite, e, diff)
			}
		}
	}
}

// wantEveryTable proves that the reading of the migrations, on which the rules about SQL stand, sees what the engine sees.
func wantEveryTable(t *testing.T, got map[string]shape) {
	t.Helper()
	read := unique(slices.Collect(maps.Keys(schema(t))))
	if diff := cmp.Diff(unique(slices.Collect(maps.Keys(got))), read); diff != "" {
		t.Errorf("tables: -engine +migration files\n%s", diff)
	}
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, e := range engines() {
		d := dbtest.Open(t, e, nil)
		before := shapes(t, d)
		steps, err := d.Migrate(ctx)
		if err != nil || steps != 0 {
			t.Errorf("%s: the second migration took %d steps: %v", e, steps, err)
		}
		if diff := cmp.Diff(before, shapes(t, d)); diff != "" {
			t.Errorf("%s: the second migration changed\n%s", e, diff)
		}
		have, want, err := d.SchemaVersion(ctx)
		if err != nil || have != want {
			t.Errorf("%s: version %d, want %d: %v", e, have, want, err)
		}
	}
}

// A key that begins with the tenant keeps each tenant's rows together and lets a distributed engine split by tenant.
func TestKeysAndIndexesBeginWithTheTenant(t *testing.T) {
	t.Parallel()
	// Found before the tenant is known.
	global := []string{"account email unique", "session token_hash unique", "api_token hash unique"}
	tenants := schema(t)
	for name, s := range shapes(t, dbtest.Open(t, db.SQLite, nil)) {
		if !tenants[name].hasTenant {
			continue
		}
		if !strings.HasPrefix(s.Columns[0], "tenant_id bigint not null") || !strings.HasSuffix(s.Columns[0], "key 1") {
			t.Errorf("table %s: the key does not begin with tenant_id: %s", name, s.Columns[0])
		}
		for _, index := range s.Indexes {
			if !strings.HasPrefix(index, "tenant_id,") && !slices.Contains(global, name+" "+index) {
				t.Errorf("table %s: index (%s) does not begin with tenant_id", name, index)
			}
		}
	}
}

func TestPostgresSecuresEveryTenantsRows(t *testing.T) {
	t.Parallel()
	if postgresDSN() == "" {
		return // TestNothingIsLeftOut fails where that is not allowed
	}
	d := dbtest.Open(t, db.Postgres, nil)
	secured := rows(t, d, `select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
		and c.relrowsecurity and c.relforcerowsecurity and exists (select 1 from pg_policy p where p.polrelid = c.oid)`)
	for name, tab := range schema(t) {
		if tab.hasTenant && !slices.Contains(secured, name) {
			t.Errorf("table %s has no row-level security", name)
		}
	}
}

func shapes(t *testing.T, d *db.DB) map[string]shape {
	t.Helper()
	columns, indexes, tables := sqliteColumns, sqliteIndexes, "select name from sqlite_master where type = 'table'"
	if d.Engine() == db.Postgres {
		columns, indexes = postgresColumns, postgresIndexes
		tables = "select relname from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace"
	}
	out := map[string]shape{}
	for _, name := range rows(t, d, tables) {
		if slices.ContainsFunc(foreignTables, func(p string) bool { return strings.HasPrefix(name, p) }) {
			continue
		}
		s := shape{Columns: rows(t, d, columns, name), Indexes: rows(t, d, indexes, name)}
		for i, c := range s.Columns {
			s.Columns[i] = normal(c)
		}
		for i, x := range s.Indexes {
			s.Indexes[i] = strings.TrimSpace(x)
		}
		slices.Sort(s.Indexes)
		out[name] = s
	}
	return out
}

const (
	sqliteColumns = `select name || ' ' || lower(type) || case "notnull" when 1 then ' not null' else '' end ||
		coalesce(' default ' || dflt_value, '') || ' key ' || pk from pragma_table_info($1) order by cid`
	sqliteIndexes = `select (select group_concat(name) from (select name from pragma_index_info(l.name) order by seqno)) ||
		case l."unique" when 1 then ' unique' else '' end || case l.partial when 1 then ' partial' else '' end
		from pragma_index_list($1) l where l.origin <> 'pk'`
	postgresColumns = `select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end ||
		coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || ' key ' || coalesce(array_position(string_to_array(i.indkey::text, ' '), a.attnum::text), 0)
		from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
		left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
		where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`
	postgresIndexes = `select array_to_string(array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts::int) k), ',') ||
		case when i.indisunique then ' unique' else '' end || case when i.indpred is not null then ' partial' else '' end
		from pg_index i where i.indrelid = to_regclass($1) and not i.indisprimary`
)

// normal brings the engines' words for one column to one form.
func normal(column string) string {
	for _, drop := range []string{"::bigint", "::integer", "::text"} {
		column = strings.ReplaceAll(column, drop, "")
	}
	column = strings.Replace(column, " bytea", " blob", 1)
	if name, value, ok := strings.Cut(column, " default '"); ok && strings.Contains(name, " bigint") {
		column = name + " default " + strings.Replace(value, "'", "", 1) // PostgreSQL quotes large and negative numbers
	}
	return column
}

// rows reads one text column.
func rows(t *testing.T, d *db.DB, query string, args ...any) (out []string) {
	t.Helper()
	ctx := context.Background()
	err := d.Read(ctx, db.System, func(tx *db.Tx) error {
		return tx.Each(ctx, query, args, func(sc db.Scanner) error {
			var s string
			err := sc.Scan(&s)
			out = append(out, s)
			return err
		})
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", d.Engine(), err))
	}
	return out
}
