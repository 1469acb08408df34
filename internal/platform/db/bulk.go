package db

import (
	"context"
	"strconv"
	"strings"
	"sync"
)

// maxParams bounds the placeholders of one statement, below SQLite's 32,766 and PostgreSQL's 65,535.
const maxParams = 16_000

// Insert writes many rows with few statements: head is "insert into t (a, b)", tail is "" or an "on conflict" clause. Rows
// go in chunks whose sizes are powers of two, so that few distinct texts exist to be prepared. It answers how many rows
// were really inserted.
func (tx *Tx) Insert(ctx context.Context, head, tail string, width int, args []any) (int64, error) {
	var total int64
	for rows := len(args) / width; rows > 0; rows = len(args) / width {
		n := 1
		for n*2 <= rows && n*2*width <= maxParams {
			n *= 2
		}
		done, err := tx.Exec(ctx, head+" values "+tuples(n, width, 1)+" "+tail, args[:n*width]...)
		if err != nil {
			return total, err
		}
		total += done
		args = args[n*width:]
	}
	return total, nil
}

// In writes a list of n placeholders "($k,$k+1,…)" for `in`, starting at number first, and pads the arguments by repeating
// the last to a power of two, so that few distinct texts exist. It panics on an empty list: the caller has nothing to ask.
func In[T any](first int, list []T) (string, []any) {
	list = Pad(list)
	args := make([]any, len(list))
	for i := range args {
		args[i] = list[i]
	}
	return tuples(1, len(list), first), args
}

// Pad repeats the last of a list, which is not empty, until their number is a power of two: few statements then serve lists of every
// length. It leaves the list itself alone.
func Pad[T any](list []T) []T {
	n := 1
	for n < len(list) {
		n *= 2
	}
	out := make([]T, n)
	for i := range out {
		out[i] = list[min(i, len(list)-1)]
	}
	return out
}

// Values writes "(…),(…)" of placeholders for an update from a list of rows: rows are padded like In by repeating the last,
// which is harmless for `in (values …)` and for joins on a key that is grouped.
func Values(rows, width, first int) string { return tuples(rows, width, first) }

// Numbers writes a VALUES list of bigint placeholders from number first on. PostgreSQL takes the types of a list from its
// first row, so that row says them.
func (tx *Tx) Numbers(rows, width, first int) string {
	list := tuples(rows, width, first)
	if tx.d.engine != Postgres {
		return list
	}
	head, tail, _ := strings.Cut(list, ")")
	columns := strings.Split(strings.TrimPrefix(head, "("), ",")
	return "(cast(" + strings.Join(columns, " as bigint),cast(") + " as bigint))" + tail
}

// Chunk calls f with parts of list of at most n items.
func Chunk[T any](list []T, n int, f func([]T) error) error {
	for len(list) > 0 {
		m := min(n, len(list))
		if err := f(list[:m]); err != nil {
			return err
		}
		list = list[m:]
	}
	return nil
}

type tupleKey struct{ rows, width, first int }

var tupleCache sync.Map

func tuples(rows, width, first int) string {
	key := tupleKey{rows, width, first}
	if s, ok := tupleCache.Load(key); ok {
		return s.(string)
	}
	var b strings.Builder
	k := first
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for c := range width {
			if c > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(k))
			k++
		}
		b.WriteByte(')')
	}
	tupleCache.Store(key, b.String())
	return b.String()
}
