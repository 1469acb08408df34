package opencartdb

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // what holds the rows
)

// engine holds the tables of one shop and runs statements in MySQL's words on them. Every statement counts at once, as on
// OpenCart 3's tables, which know no transactions. The shop's lock guards it.
type engine struct {
	db       *sql.DB
	prefix   string
	database string
	tables   []*relation
	denied   map[string][]string // columns that the user may not select or update, by "right table"; no columns: the whole table
}

func newEngine(prefix, database string, tables []*relation) *engine {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		panic("opencartdb: " + err.Error())
	}
	db.SetMaxOpenConns(1) // the rows live in this connection
	e := &engine{db: db, prefix: prefix, database: database, tables: tables, denied: map[string][]string{}}
	e.must("attach ':memory:' as information_schema")
	e.must("create table information_schema.tables (table_schema text, table_name text)")
	e.must("create table information_schema.columns (table_schema text, table_name text, column_name text, privileges text)")
	for _, t := range tables {
		e.must(t.create(prefix))
		for _, c := range []string{"order_id", "product_id", "order_product_id", "date_modified"} {
			if slices.Contains(t.columns[1:], c) {
				e.must("create index `" + t.name + "_" + c + "` on `" + prefix + t.name + "` (`" + c + "`)")
			}
		}
	}
	e.showRights()
	return e
}

// must runs a statement of the simulator's own.
func (e *engine) must(query string, args ...any) int64 {
	r, err := e.db.ExecContext(context.Background(), query, args...)
	if err != nil {
		panic(fmt.Sprintf("opencartdb: %s: %v", query, err))
	}
	n, err := r.RowsAffected()
	if err != nil {
		panic("opencartdb: " + err.Error())
	}
	return n
}

// insert writes a row of the simulator's own and tells its number.
func (e *engine) insert(query string, args ...any) int64 {
	r, err := e.db.ExecContext(context.Background(), query, args...)
	if err != nil {
		panic(fmt.Sprintf("opencartdb: %s: %v", query, err))
	}
	id, err := r.LastInsertId()
	if err != nil {
		panic("opencartdb: " + err.Error())
	}
	return id
}

// all reads rows for the simulator itself.
func (e *engine) all(query string, args ...any) []map[string]string {
	names, rows, err := e.query(query, args...)
	if err != nil {
		panic(fmt.Sprintf("opencartdb: %s: %v", query, err))
	}
	out := make([]map[string]string, len(rows))
	for i, r := range rows {
		out[i] = map[string]string{}
		for j, cell := range r {
			if cell != nil {
				out[i][names[j]] = *cell
			}
		}
	}
	return out
}

func (e *engine) query(query string, args ...any) (names []string, out [][]*string, err error) {
	rows, err := e.db.QueryContext(context.Background(), query, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close() // Err tells
	if names, err = rows.Columns(); err != nil {
		return nil, nil, err
	}
	for rows.Next() {
		r, into := make([]*string, len(names)), make([]any, len(names))
		for i := range r {
			into[i] = &r[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		out = append(out, r)
	}
	return names, out, rows.Err()
}

// showRights writes what the server tells the user of its rights: only tables and columns of which it has any.
func (e *engine) showRights() {
	e.must("delete from information_schema.tables")
	e.must("delete from information_schema.columns")
	for _, t := range e.tables {
		any := false
		for _, c := range t.columns {
			var rights []string
			for _, right := range []string{"select", "update"} {
				if e.may(right, t.name, c) {
					rights = append(rights, right)
				}
			}
			if len(rights) > 0 {
				any = true
				e.must("insert into information_schema.columns values (?, ?, ?, ?)", e.database, e.prefix+t.name, c, strings.Join(rights, ","))
			}
		}
		if any {
			e.must("insert into information_schema.tables values (?, ?)", e.database, e.prefix+t.name)
		}
	}
}

func (e *engine) may(right, table, column string) bool {
	columns, denied := e.denied[right+" "+table]
	return !denied || len(columns) > 0 && !slices.Contains(columns, column)
}

var (
	named   = regexp.MustCompile("(?i)\\b(?:from|join|update)\\s+`?([\\w.]+)`?")
	changed = regexp.MustCompile(`(?i)(?:\bset|,)\s+(\w+)\s*=\s*(?:case|now|'|\d)`)
)

// refuse checks the user's rights to what a statement names.
func (e *engine) refuse(user, query string) error {
	update := strings.HasPrefix(strings.ToUpper(query), "UPDATE")
	for i, m := range named.FindAllStringSubmatch(query, -1) {
		name, ours := strings.CutPrefix(m[1], e.prefix)
		at := slices.IndexFunc(e.tables, func(t *relation) bool { return t.name == name })
		if !ours || at < 0 {
			continue
		}
		if !slices.ContainsFunc(e.tables[at].columns, func(c string) bool { return e.may("select", name, c) }) {
			return &refusal{noRightTable, "42000", "SELECT command denied to user '" + user + "'@'localhost' for table '" + m[1] + "'"}
		}
		if !update || i > 0 {
			continue
		}
		for _, c := range changed.FindAllStringSubmatch(query, -1) {
			if e.may("update", name, c[1]) {
				continue
			}
			if columns := e.denied["update "+name]; len(columns) > 0 {
				return &refusal{noRightColumn, "42000", "UPDATE command denied to user '" + user + "'@'localhost' for column '" + c[1] + "' in table '" + m[1] + "'"}
			}
			return &refusal{noRightTable, "42000", "UPDATE command denied to user '" + user + "'@'localhost' for table '" + m[1] + "'"}
		}
	}
	return nil
}

// Numbers of errors that the server says.
const (
	noRightTable  = 1142
	noRightColumn = 1143
	noTable       = 1146
	noColumn      = 1054
	noSyntax      = 1064
	readOnly      = 1792
)

// run runs a client's statement. now is the time in the session's zone.
func (e *engine) run(user, query string, now time.Time, readOnlyTransaction, ignore bool) (names []string, rows [][]*string, affected int64, err error) {
	if err := e.refuse(user, query); err != nil {
		return nil, nil, 0, err
	}
	text := strings.NewReplacer("NOW()", "'"+now.Format(layout)+"'", "DATABASE()", "'"+e.database+"'").Replace(query)
	if strings.HasPrefix(strings.ToUpper(query), "SELECT") {
		names, rows, err = e.query(text)
		return names, rows, 0, translated(err)
	}
	switch {
	case !strings.HasPrefix(strings.ToUpper(query), "UPDATE"):
		return nil, nil, 0, &refusal{noSyntax, "42000", "You have an error in your SQL syntax"}
	case readOnlyTransaction:
		return nil, nil, 0, &refusal{readOnly, "25006", "Cannot execute statement in a READ ONLY transaction"}
	case ignore:
		return nil, nil, 1, nil
	}
	r, err := e.db.ExecContext(context.Background(), text)
	if err != nil {
		return nil, nil, 0, translated(err)
	}
	affected, err = r.RowsAffected()
	return nil, nil, affected, err
}

// translated is an error of SQLite in the server's numbers.
func translated(err error) error {
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "no such table"):
		return &refusal{noTable, "42S02", "Table doesn't exist"}
	case strings.Contains(err.Error(), "no such column"):
		return &refusal{noColumn, "42S22", "Unknown column: " + err.Error()}
	}
	return &refusal{noSyntax, "42000", "You have an error in your SQL syntax: " + err.Error()}
}
