package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// maxBatchBody bounds the body of a batch: a thousand items with long texts fit.
const maxBatchBody = 8 << 20

// keyRule says whether a call takes an Idempotency-Key.
type keyRule int

const (
	keyNever    keyRule = iota // reading
	keyMay                     // a repeat does nothing twice anyway
	keyMust                    // a repeat without it would be done twice
	keyOfOrders                // orders keep their key for ever, in their own way
)

// operation is one route with its description. name is what clients call it; in is the body of a writing call, else the query.
type operation struct {
	method, path, name, summary string
	about                       string
	tag                         string
	needs                       access.Permission // "" is decided by the use case
	in, out                     reflect.Type
	status                      int
	key                         keyRule
	maxBody                     int64
	serve                       func(c call, body []byte) (any, error)
	raw                         httpx.HandlerFunc // serves in place of serve
	elsewhere                   bool              // is only described here: another package registers it
	stream                      bool
	examples                    []any
}

// nothing is the input or answer of a call that has none.
type nothing struct{}

// call is one request as use cases need it.
type call struct {
	ctx context.Context
	who access.Actor
	r   *http.Request
	key string
	// status replaces the operation's status of success when set.
	status *int
}

// id is the number in the path; NotFound when it is none.
func (c call) id() (int64, error) { return pathID(c.r) }

// get is an operation that reads; In is its query.
func get[In, Out any](path, name string, needs access.Permission, summary string, do func(call, In) (Out, error)) operation {
	op := describe[In, Out]("GET", path, name, needs, summary)
	op.serve = func(c call, _ []byte) (any, error) {
		var in In
		if err := readQuery(c.r.URL.Query(), &in); err != nil {
			return nil, err
		}
		return do(c, in)
	}
	return op
}

// write is an operation that changes something; In is its JSON body.
func write[In, Out any](method, path, name string, needs access.Permission, summary string, do func(call, In) (Out, error)) operation {
	op := describe[In, Out](method, path, name, needs, summary)
	op.key = keyMay
	op.serve = func(c call, body []byte) (any, error) {
		var in In
		if len(body) > 0 { // without a body the use case says what it lacks
			if err := readJSON(body, &in); err != nil {
				return nil, err
			}
		}
		return do(c, in)
	}
	return op
}

// post is write for a POST.
func post[In, Out any](path, name string, needs access.Permission, summary string, do func(call, In) (Out, error)) operation {
	return write("POST", path, name, needs, summary, do)
}

func describe[In, Out any](method, path, name string, needs access.Permission, summary string) operation {
	op := operation{method: method, path: path, name: name, summary: summary, needs: needs, status: http.StatusOK, maxBody: httpx.DefaultBody}
	if t := reflect.TypeFor[In](); t != reflect.TypeFor[nothing]() {
		op.in = t
	}
	if t := reflect.TypeFor[Out](); t != reflect.TypeFor[nothing]() {
		op.out = t
	}
	return op
}

// The methods below refine an operation where it is declared.

func (op operation) creates() operation { op.status, op.key = http.StatusCreated, keyMust; return op }
func (op operation) keyed() operation   { op.key = keyMust; return op }
func (op operation) batch() operation   { op.maxBody = maxBatchBody; return op }
func (op operation) says(about string) operation {
	op.about = about
	return op
}
func (op operation) example(e any) operation { op.examples = append(op.examples, e); return op }

// tagged puts operations under one heading.
func tagged(tag string, list ...operation) []operation {
	for i := range list {
		list[i].tag = tag
	}
	return list
}

func (op operation) access() httpx.Access {
	if op.needs == "" {
		return httpx.SignedIn()
	}
	return httpx.Needs(op.needs)
}

func (op operation) limits() []httpx.Option {
	out := []httpx.Option{httpx.MaxBody(op.maxBody)}
	if op.stream {
		out = append(out, httpx.Stream())
	}
	return out
}

// handler serves an operation: body, key, use case, answer.
func (a *API) handler(op operation) httpx.HandlerFunc {
	if op.raw != nil {
		return op.raw
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		status := op.status
		c := call{ctx: r.Context(), who: access.From(r.Context()), r: r, status: &status}
		if op.method == "GET" {
			answer, err := op.serve(c, nil)
			if err != nil {
				return err
			}
			return httpx.WriteJSON(w, status, answer)
		}
		body, err := httpx.ReadBody(r, op.maxBody)
		if err != nil {
			return err
		}
		if c.key, err = keyOf(r, op.key == keyMust); err != nil {
			return err
		}
		return a.once(w, c, body, func() (any, error) { return op.serve(c, body) })
	}
}

// readQuery fills the fields of a query by their JSON names: texts, whole numbers, and booleans as 1 or true. What is not a
// number where one belongs is a fault of its field.
func readQuery(q map[string][]string, to any) error {
	var c errs.Check
	v := reflect.ValueOf(to).Elem()
	for i := range v.NumField() {
		name, field := jsonName(v.Type().Field(i)), v.Field(i)
		if len(q[name]) == 0 || q[name][0] == "" {
			continue
		}
		text := q[name][0]
		switch field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Bool:
			field.SetBool(text == "1" || text == "true")
		default:
			n, err := strconv.ParseInt(text, 10, 64)
			c.That(err == nil, name, "error.api.number")
			field.SetInt(n)
		}
	}
	return c.Err()
}

// readJSON reads a body and names the field at fault.
func readJSON(body []byte, to any) error {
	err := json.Unmarshal(body, to)
	var kind *json.UnmarshalTypeError
	var known *errs.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &kind) && kind.Field != "":
		return &errs.Error{Code: errs.Invalid, Key: "error.invalid", Cause: err,
			Fields: []errs.Field{{Name: kind.Field, Key: "error.http.json_type", Args: []any{"got", kind.Value}}}}
	}
	return errs.Wrap(errs.Invalid, err, "error.api.json")
}

func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, errs.New(errs.NotFound, "error.not_found")
	}
	return id, nil
}
