package stock

import (
	"slices"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/db"
)

// everyRow keeps the look-up of one value from being merged into the query around it.
const everyRow = " offset 0"

// rowsOf is what follows "from" to read the tenant's rows of a table in which a column has a listed value. PostgreSQL finds
// them value by value: while it has no statistics (a new shop, a long import) it would answer a long `in` by comparing every
// row of the tenant with every value. each orders and locks the rows of one value there; on SQLite nothing is needed.
func rowsOf[T int64 | string](tx *db.Tx, table, column string, list []T, each string) (string, []any) {
	if tx.Engine() != db.Postgres {
		in, args := db.In(2, list)
		return table + " where tenant_id = $1 and " + column + " in " + in, append([]any{int64(tx.Tenant)}, args...)
	}
	array := "bigint[]"
	if _, ok := any(list).([]string); ok {
		array = "text[]"
	}
	return "unnest(cast($2 as " + array + ")) as v (wanted) cross join lateral (select * from " + table +
		" where tenant_id = $1 and " + column + " = v.wanted" + each + ") r where tenant_id = $1", []any{int64(tx.Tenant), list}
}

// unique is the ids in ascending order, each once.
func unique(ids []int64) []int64 {
	out := slices.Clone(ids)
	slices.Sort(out)
	return slices.Compact(out)
}

// inTenant is a list for `in` whose arguments follow the tenant, which is $1.
func inTenant(tx *db.Tx, ids []int64) (string, []any) {
	in, list := db.In(2, ids)
	return in, append([]any{int64(tx.Tenant)}, list...)
}

func itoa(n int) string { return strconv.Itoa(n) }
