package prestashop

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// resource is one kind of row of the webservice.
type resource struct {
	name    string   // of a list: "orders"
	node    string   // of one row: "order"
	fields  []string // that can be shown, filtered and sorted by
	dynamic []string // that are computed: shown only
	// rows are candidates for a query, rendered; cut says that filters, order and limit are applied already.
	rows func(q *query) (rows []*element, cut bool)
	// post, put are the writes the simulator takes; nil = refused. put gets the row as it will stand.
	post func(c *sim.Call, e *element) (*element, *failure)
	put  func(c *sim.Call, id int64, e *element) (*element, *failure)
	// refused are nodes that no write may hold.
	refused []string
}

func (r *resource) shows(field string) bool {
	return slices.Contains(r.fields, field) || slices.Contains(r.dynamic, field)
}

func (s *Shop) names() []string { return slices.Sorted(maps.Keys(s.resources)) }

// read answers a list or one row.
func (s *Shop) read(c *sim.Call, r *resource, id string) (*element, *failure) {
	q, f := readQuery(c.Request.URL.Query(), r)
	if f != nil {
		return nil, f
	}
	if id != "" {
		return s.one(&q, r, id)
	}
	rows, cut := r.rows(&q)
	if !cut {
		rows = q.apply(rows)
	}
	if r.name == "orders" {
		rows = sim.Disturb(c, rows)
	}
	out := &element{name: r.name, list: true}
	for _, row := range rows {
		out.kids = append(out.kids, q.show(row))
	}
	return out, nil
}

func (s *Shop) one(q *query, r *resource, id string) (*element, *failure) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return nil, refuse(http.StatusNotFound, 92, "Invalid ID")
	}
	q.conds = []cond{{field: "id", op: "=", values: []string{id}}}
	q.full, q.limit, q.sorts = true, 0, nil
	rows, cut := r.rows(q)
	if !cut {
		rows = q.apply(rows)
	}
	if len(rows) == 0 {
		return nil, refuse(http.StatusNotFound, 87, "This "+r.node+" does not exist")
	}
	return q.show(rows[0]), nil
}

// show cuts a rendered row down to what is asked for.
func (q *query) show(row *element) *element {
	if q.lang > 0 {
		for _, k := range row.kids {
			k.kids = slices.DeleteFunc(k.kids, func(e *element) bool {
				return e.name == "language" && e.attrs[0][1] != strconv.FormatInt(q.lang, 10)
			})
		}
	}
	if q.full {
		return row
	}
	if q.fields == nil {
		return &element{name: row.name, attrs: [][2]string{{"id", row.value("id")}}}
	}
	out := group(row.name)
	for _, f := range q.fields {
		if k := row.kid(f); k != nil {
			out.kids = append(out.kids, k)
		}
	}
	return out
}

// save is a write. Rows of one body are saved one by one; the first error stops the rest, and nothing is rolled back.
func (s *Shop) save(c *sim.Call, r *resource, method, id string) (*element, *failure) {
	body, err := parse(c.Body)
	if err != nil {
		return nil, refuse(http.StatusInternalServerError, 127, "XML error: the body can not be read")
	}
	if len(body.kids) == 0 {
		return nil, refuse(http.StatusBadRequest, 90, "No row in the body")
	}
	seen := map[int64]bool{}
	for _, e := range body.kids {
		if e.name != r.node {
			return nil, refuse(http.StatusBadRequest, 90, "Node \""+e.name+"\" is not a "+r.node)
		}
		if f := checkID(e, method, id, seen); f != nil {
			return nil, f
		}
	}
	out := &element{name: r.name, list: true}
	for _, e := range body.kids {
		saved, f := s.saveOne(c, r, method, e)
		if f != nil {
			return nil, f
		}
		out.kids = append(out.kids, saved)
	}
	if len(out.kids) == 1 {
		return out.kids[0], nil
	}
	return out, nil
}

func checkID(e *element, method, id string, seen map[int64]bool) *failure {
	n := e.number("id")
	switch {
	case method == "POST" && n != 0:
		return refuse(http.StatusBadRequest, 91, "id is forbidden when adding a new resource")
	case method == "POST":
		return nil
	case n == 0:
		return refuse(http.StatusBadRequest, 90, "id is required when modifying a resource")
	case seen[n]:
		return refuse(http.StatusBadRequest, 89, "id is duplicate in request")
	case id != "" && id != strconv.FormatInt(n, 10):
		return refuse(http.StatusNotFound, 92, "id of the address and of the body differ")
	}
	seen[n] = true
	return nil
}

func (s *Shop) saveOne(c *sim.Call, r *resource, method string, e *element) (*element, *failure) {
	for _, k := range e.kids {
		switch {
		case slices.Contains(r.refused, k.name):
			return nil, refuse(http.StatusBadRequest, 93, "parameter \""+k.name+"\" not writable. Please remove this attribute of this XML")
		// The sheet does not say what becomes of a node that is no field; refusing it is the stricter reading.
		case !r.shows(k.name) && k.name != "associations":
			return nil, refuse(http.StatusBadRequest, 93, "parameter \""+k.name+"\" is not known")
		}
	}
	if method == "POST" {
		if r.post == nil {
			return nil, refuse(http.StatusMethodNotAllowed, 25, "Method POST is not allowed for the resource "+r.name)
		}
		return r.post(c, e)
	}
	if r.put == nil {
		return nil, refuse(http.StatusMethodNotAllowed, 25, "Method "+method+" is not allowed for the resource "+r.name)
	}
	id := e.number("id")
	q := query{full: true}
	old, f := s.one(&q, r, strconv.FormatInt(id, 10))
	if f != nil {
		return nil, f
	}
	if method == "PATCH" {
		for _, k := range e.kids {
			old.set(k)
		}
		e = old
	}
	return r.put(c, id, e)
}

// missing finds the first required field that a row lacks: PUT takes what is left out as nothing.
func missing(e *element, required ...string) *failure {
	for _, name := range required {
		if k := e.kid(name); k == nil || strings.TrimSpace(k.text) == "" && len(k.kids) == 0 {
			return refuse(http.StatusBadRequest, 41, "parameter \""+name+"\" required")
		}
	}
	return nil
}
