package shopify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/sim"
)

// object is a value of a type of the schema. A member is a scalar, an *object, a list, or a field that takes arguments.
type object struct {
	typ     string
	members map[string]any
}

// field computes a member from its arguments.
type field func(a args) (any, error)

// failure is an error of the top level with its code.
type failure struct{ code, text string }

func (f failure) Error() string { return f.text }

// args are the arguments of one field with variables put in.
type args struct {
	values map[string]any
	key    string // of @idempotent
}

func (a args) text(name string) string {
	s, _ := a.values[name].(string)
	return s
}

// first is the size of a page: 1 to 250, which a connection must name.
func (a args) first() (int, error) {
	n, err := strconv.Atoi(fmt.Sprint(a.values["first"]))
	if err != nil || n < 1 {
		return 0, failure{"BAD_REQUEST", "you must provide one of first or last"}
	}
	if n > maxPage {
		return 0, failure{"BAD_REQUEST", "first cannot exceed " + strconv.Itoa(maxPage)}
	}
	return n, nil
}

// decode reads the arguments into v strictly: the schema knows no other members.
func (a args) decode(v any) error {
	b, err := json.Marshal(a.values)
	if err != nil {
		return failure{"BAD_REQUEST", "arguments can not be read"}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return failure{"INVALID_VARIABLE", "Variable of an input type was provided invalid value: " + err.Error()}
	}
	return nil
}

// run is one operation under way.
type run struct {
	variables map[string]any
	errors    []map[string]any
}

// bind checks the variables against their declaration.
func bind(doc document, given map[string]any) error {
	for _, v := range doc.variables {
		if value, sent := given[v.name]; v.required && (!sent || value == nil) {
			return failure{"INVALID_VARIABLE", "Variable $" + v.name + " was provided invalid value: expected value to not be null"}
		}
	}
	return nil
}

// fill puts variables into an argument's value.
func (r *run) fill(v any) any {
	switch v := v.(type) {
	case reference:
		return r.variables[string(v)]
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = r.fill(e)
		}
		return out
	case map[string]any:
		return r.fillAll(v)
	}
	return v
}

func (r *run) fillAll(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = r.fill(v)
	}
	return out
}

func (r *run) args(s selection) args {
	a := args{values: r.fillAll(s.args)}
	if d, ok := s.directives["idempotent"]; ok {
		a.key, _ = r.fill(d["key"]).(string)
	}
	return a
}

// object answers a selection of an object's members.
func (r *run) object(o *object, fields []selection) map[string]any {
	out := make(map[string]any, len(fields))
	for _, s := range fields {
		if s.on != "" {
			if s.on == o.typ {
				for k, v := range r.object(o, s.fields) {
					out[k] = v
				}
			}
			continue
		}
		out[s.alias] = r.member(o, s)
	}
	return out
}

func (r *run) member(o *object, s selection) any {
	if s.name == "__typename" {
		return o.typ
	}
	v, known := o.members[s.name]
	if !known {
		r.fail(failure{"undefinedField", "Field '" + s.name + "' doesn't exist on type '" + o.typ + "'"})
		return nil
	}
	if f, ok := v.(field); ok {
		var err error
		if v, err = f(r.args(s)); err != nil {
			r.fail(err)
			return nil
		}
	}
	return r.value(v, s)
}

func (r *run) value(v any, s selection) any {
	switch v := v.(type) {
	case *object:
		if v == nil {
			return nil
		}
		if len(s.fields) == 0 {
			r.fail(failure{"selectionMismatch", "Field must have selections (field '" + s.name + "' returns " + v.typ + ")"})
			return nil
		}
		return r.object(v, s.fields)
	case []*object:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = r.value(e, s)
		}
		return out
	}
	return v
}

func (r *run) fail(err error) {
	code := "BAD_REQUEST"
	if f, ok := err.(failure); ok {
		code = f.code
	}
	r.errors = append(r.errors, map[string]any{"message": err.Error(), "extensions": map[string]any{"code": code}})
}

// connection makes a page of a list that is whole in memory; the cursor is the position.
func connection(typ string, list []*object) field {
	return func(a args) (any, error) {
		n, err := a.first()
		if err != nil {
			return nil, err
		}
		from := 0
		if after := a.text("after"); after != "" {
			if from, err = strconv.Atoi(uncover(after)); err != nil || from < 0 {
				return nil, failure{"BAD_REQUEST", "Invalid cursor for current pagination sort."}
			}
		}
		from = min(from, len(list))
		to := min(len(list), from+n)
		return page(typ, list[from:to], to < len(list), cover(strconv.Itoa(to))), nil
	}
}

// page is a connection object: nodes, edges and where it ends.
func page(typ string, nodes []*object, more bool, end string) *object {
	edges := make([]*object, len(nodes))
	for i, n := range nodes {
		edges[i] = &object{typ + "Edge", map[string]any{"node": n}}
	}
	var endCursor any
	if len(nodes) > 0 {
		endCursor = end
	}
	return &object{typ + "Connection", map[string]any{
		"nodes": nodes, "edges": edges, "pageInfo": &object{"PageInfo", map[string]any{"hasNextPage": more, "endCursor": endCursor}},
	}}
}

// cover makes a cursor opaque.
func cover(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func uncover(s string) string {
	b, _ := base64.RawURLEncoding.DecodeString(s) // what is no cursor of ours reads as nothing and is refused by its user
	return string(b)
}

// gid writes a global id.
func gid(kind string, id int64) string {
	return "gid://shopify/" + kind + "/" + strconv.FormatInt(id, 10)
}

// local reads the number of a global id of a kind; 0 for anything else.
func local(kind, id string) int64 {
	n, ok := strings.CutPrefix(id, "gid://shopify/"+kind+"/")
	if !ok {
		return 0
	}
	number, err := strconv.ParseInt(n, 10, 64)
	if err != nil || number < 0 {
		return 0
	}
	return number
}

// perform runs a document against a root object and writes the whole answer.
func (s *Shop) perform(root *object, doc document, variables map[string]any) sim.Answer {
	r := &run{variables: variables}
	data := r.object(root, doc.fields)
	body := map[string]any{"data": data}
	if len(r.errors) > 0 {
		body["errors"] = r.errors
	}
	return sim.JSON(200, body)
}
