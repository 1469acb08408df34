package prestashop

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// query is what the parameters of a list ask for.
type query struct {
	full   bool
	fields []string // of display=[…]; nil without display: ids only
	conds  []cond
	sorts  []sorting
	offset int
	limit  int // 0 = all
	lang   int64
	shop   int64
	prices map[string]pricing // by the name of the added field
}

// cond is one filter.
type cond struct {
	field  string
	op     string // "=" any of values, "[]" between two, ">", "<", "!", "^" begins, "$" ends, "~" contains
	values []string
}

type sorting struct {
	field string
	desc  bool
}

// pricing is one price[name][…] of a query: an amount as buyers see it.
type pricing struct {
	tax, reduction bool
	combination    int64
}

var (
	filterKey = regexp.MustCompile(`^filter\[(\w+)\]$`)
	priceKey  = regexp.MustCompile(`^price\[(\w+)\]\[(\w+)\]$`)
	anyOf     = regexp.MustCompile(`^\[([^\[\],]*(?:\|[^\[\],]*)*)\]$`)
	between   = regexp.MustCompile(`^\[([^\[\],|]*),([^\[\],|]*)\]$`)
	compared  = regexp.MustCompile(`^([<>!])\[([^\[\]]*)\]$`)
	listOf    = regexp.MustCompile(`^\[([\w,\[\]]+)\]$`)
)

func isDate(field string) bool { return field == "date_add" || field == "date_upd" }

// readQuery reads the parameters against a resource's fields; the failure says what is wrong with them.
func readQuery(v url.Values, r *resource) (query, *failure) {
	q := query{prices: map[string]pricing{}}
	q.lang, _ = strconv.ParseInt(v.Get("language"), 10, 64) // 0 = all
	q.shop, _ = strconv.ParseInt(v.Get("id_shop"), 10, 64)  // 0 = all
	if f := q.readDisplay(v.Get("display"), r); f != nil {
		return q, f
	}
	for key := range v {
		if m := filterKey.FindStringSubmatch(key); m != nil {
			if f := q.readFilter(m[1], v.Get(key), v.Get("date") == "1", r); f != nil {
				return q, f
			}
		}
		if m := priceKey.FindStringSubmatch(key); m != nil {
			q.readPrice(m[1], m[2], v.Get(key))
		}
	}
	if f := q.readSort(v.Get("sort"), v.Get("date") == "1", r); f != nil {
		return q, f
	}
	return q, q.readLimit(v.Get("limit"))
}

func (q *query) readDisplay(display string, r *resource) *failure {
	if display == "" || display == "full" {
		q.full = display == "full"
		return nil
	}
	m := listOf.FindStringSubmatch(display)
	if m == nil {
		return refuse(400, 36, "The \"display\" parameter is not well formed")
	}
	for _, f := range strings.Split(m[1], ",") {
		// The name of an added price is no field of the resource: such prices come with display=full only. The sheet is silent
		// here, so this is the stricter reading.
		if !r.shows(f) {
			return refuse(400, 35, "Unable to display this field \""+f+"\"")
		}
		q.fields = append(q.fields, f)
	}
	return nil
}

func (q *query) readFilter(field, value string, dates bool, r *resource) *failure {
	switch {
	case slices.Contains(r.dynamic, field):
		return refuse(400, 34, "Unable to filter by this field \""+field+"\"")
	case !slices.Contains(r.fields, field):
		return refuse(400, 32, "This filter does not exist: \""+field+"\"")
	case isDate(field) && !dates:
		return refuse(400, 33, "Dates are filtered with date=1 only")
	}
	c := cond{field: field, op: "=", values: []string{value}}
	begins, ends := strings.HasPrefix(value, "%["), strings.HasSuffix(value, "]%")
	inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(value, "%"), "["), "%")
	inner = strings.TrimSuffix(inner, "]")
	switch {
	case begins && ends:
		c.op, c.values = "~", []string{inner}
	case begins:
		c.op, c.values = "$", []string{inner}
	case ends:
		c.op, c.values = "^", []string{inner}
	default:
		if m := compared.FindStringSubmatch(value); m != nil {
			c.op, c.values = m[1], []string{m[2]}
		} else if m := between.FindStringSubmatch(value); m != nil {
			c.op, c.values = "[]", m[1:]
		} else if m := anyOf.FindStringSubmatch(value); m != nil {
			c.values = strings.Split(m[1], "|")
		}
	}
	q.conds = append(q.conds, c)
	return nil
}

func (q *query) readPrice(name, option, value string) {
	p, known := q.prices[name]
	if !known {
		p.reduction = true
	}
	switch option {
	case "use_tax":
		p.tax = value == "1"
	case "use_reduction":
		p.reduction = value == "1"
	case "product_attribute":
		p.combination, _ = strconv.ParseInt(value, 10, 64) // 0 = the product itself
	}
	q.prices[name] = p
}

func (q *query) readSort(sort string, dates bool, r *resource) *failure {
	if sort == "" {
		return nil
	}
	if !strings.HasPrefix(sort, "[") || !strings.HasSuffix(sort, "]") {
		return refuse(400, 37, "The \"sort\" parameter is not well formed")
	}
	for _, one := range strings.Split(strings.Trim(sort, "[]"), ",") {
		at := strings.LastIndexByte(one, '_')
		if at < 0 || one[at:] != "_ASC" && one[at:] != "_DESC" {
			return refuse(400, 37, "The \"sort\" value has to be formed as: field_ASC or field_DESC")
		}
		field := one[:at]
		if !slices.Contains(r.fields, field) || isDate(field) && !dates {
			return refuse(400, 38, "Unable to sort by this field \""+field+"\"")
		}
		q.sorts = append(q.sorts, sorting{field, one[at:] == "_DESC"})
	}
	return nil
}

func (q *query) readLimit(limit string) *failure {
	if limit == "" {
		return nil
	}
	first, second, two := strings.Cut(limit, ",")
	if !two {
		first, second = "0", first
	}
	var err1, err2 error
	q.offset, err1 = strconv.Atoi(first)
	q.limit, err2 = strconv.Atoi(second)
	if err1 != nil || err2 != nil || q.offset < 0 || q.limit <= 0 {
		return refuse(400, 39, "The \"limit\" value has to be an integer or \"offset,limit\"")
	}
	return nil
}

// matches compares as the shop's database does: numbers by value, texts and local times as text.
func (c cond) matches(value string) bool {
	switch c.op {
	case "=":
		return slices.Contains(c.values, value)
	case "!":
		return value != c.values[0]
	case ">":
		return compare(value, c.values[0]) > 0
	case "<":
		return compare(value, c.values[0]) < 0
	case "[]":
		return compare(value, c.values[0]) >= 0 && compare(value, c.values[1]) <= 0
	case "^":
		return strings.HasPrefix(value, c.values[0])
	case "$":
		return strings.HasSuffix(value, c.values[0])
	}
	return strings.Contains(value, c.values[0])
}

func compare(a, b string) int {
	x, err1 := strconv.ParseInt(a, 10, 64)
	y, err2 := strconv.ParseInt(b, 10, 64)
	if err1 == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// apply filters, sorts and cuts rows that are rendered already.
func (q *query) apply(rows []*element) []*element {
	rows = slices.DeleteFunc(rows, func(e *element) bool {
		return slices.ContainsFunc(q.conds, func(c cond) bool { return !c.matches(e.value(c.field)) })
	})
	slices.SortStableFunc(rows, func(a, b *element) int {
		for _, s := range q.sorts {
			n := compare(a.value(s.field), b.value(s.field))
			if s.desc {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	rows = rows[min(q.offset, len(rows)):]
	if q.limit > 0 {
		rows = rows[:min(q.limit, len(rows))]
	}
	return rows
}

// find asks a book for the rows of a query. When only ids and times of change are asked for, in the order of ids, the book
// cuts the page out itself, so that nothing but the page is rendered.
func find[T any](b *sim.Book[T], q *query, local func(time.Time) string) (rows []*sim.Row[T], cut bool) {
	var in sim.Query[T]
	cut = len(q.sorts) <= 1
	for _, s := range q.sorts {
		cut = cut && s.field == "id"
	}
	for _, c := range q.conds {
		cut = cut && (c.field == "id" || c.field == "date_upd")
	}
	in.Match = func(r *sim.Row[T]) bool {
		for _, c := range q.conds {
			if c.field == "id" && !c.matches(strconv.FormatInt(r.ID, 10)) || c.field == "date_upd" && !c.matches(local(r.Changed)) {
				return false
			}
		}
		return true
	}
	q.bound(&in.MinID, &in.MaxID, &in.ChangedFrom)
	in.Ascending = len(q.sorts) == 0 || !q.sorts[0].desc || q.sorts[0].field != "id"
	if cut {
		in.Offset, in.Limit = q.offset, q.limit
	}
	rows, _ = b.Find(in)
	return rows, cut
}

// bound narrows the walk; the exact comparison follows.
func (q *query) bound(minID, maxID *int64, changed *time.Time) {
	for _, c := range q.conds {
		switch {
		case c.field == "date_upd" && c.op == ">":
			if at, err := time.Parse(sim.LocalLayout, c.values[0]); err == nil {
				*changed = at.Add(-15 * time.Hour) // no zone is further ahead
			}
		case c.field == "id" && c.op == ">":
			n, _ := strconv.ParseInt(c.values[0], 10, 64) // 0 = no bound
			*minID = n + 1
		case c.field == "id" && c.op == "<":
			n, _ := strconv.ParseInt(c.values[0], 10, 64) // 0 = no bound
			*maxID = max(n-1, 0)
		case c.field == "id" && c.op == "=":
			for i, v := range c.values {
				n, _ := strconv.ParseInt(v, 10, 64) // 0 is no row
				if i == 0 || n < *minID {
					*minID = n
				}
				*maxID = max(*maxID, n)
			}
		}
	}
}
