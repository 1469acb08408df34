package db

import (
	"strings"
	"sync"
)

// positional is a query as SQLite takes it fastest: bare "?" in the order of the text. SQLite knows "$N" as a name and looks
// every name up in a list, so that binding n of them takes n² steps.
type positional struct {
	query string
	// order holds the argument of each "?", nil when they are 1, 2, 3 …
	order []int
}

var positionals sync.Map // query text -> *positional

// native gives a query and its arguments the shape the engine wants.
func (d *DB) native(query string, args []any) (string, []any) {
	if d.engine != SQLite || len(args) == 0 {
		return query, args
	}
	v, ok := positionals.Load(query)
	if !ok {
		v, _ = positionals.LoadOrStore(query, toPositional(query, len(args)))
	}
	p := v.(*positional)
	if p.order == nil {
		return p.query, args
	}
	out := make([]any, len(p.order))
	for i, n := range p.order {
		if n > len(args) {
			return query, args // the engine reports the missing argument
		}
		out[i] = args[n-1]
	}
	return p.query, out
}

// toPositional rewrites "$N" outside quotes. A query that does not use all of its n arguments stays as it is, for the engine
// to judge.
func toPositional(query string, n int) *positional {
	var b strings.Builder
	var order []int
	used, plain := map[int]bool{}, true
	for i := 0; i < len(query); {
		c := query[i]
		if c == '\'' || c == '"' {
			end := i + 1
			for end < len(query) && query[end] != c {
				end++
			}
			end = min(end+1, len(query))
			b.WriteString(query[i:end])
			i = end
			continue
		}
		end, number := i+1, 0
		for c == '$' && end < len(query) && query[end] >= '0' && query[end] <= '9' {
			number = number*10 + int(query[end]-'0')
			end++
		}
		if number == 0 {
			b.WriteByte(c)
			i++
			continue
		}
		b.WriteByte('?')
		order = append(order, number)
		used[number] = true
		plain = plain && number == len(order)
		i = end
	}
	switch {
	case len(used) != n:
		return &positional{query: query}
	case plain:
		return &positional{query: b.String()}
	}
	return &positional{query: b.String(), order: order}
}
