package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/api/openapi"
)

// model is the document in the order in which clients are written.
type model struct {
	shapes []shape
	calls  []callOf
}

// shape is a named structure.
type shape struct {
	name   string
	input  bool // sent by clients: what is left out differs from what is empty
	fields []field
}

// field is a value of a shape or a query.
type field struct {
	name, about string
	needed      bool
	schema      *openapi.Schema
}

// callOf is one operation.
type callOf struct {
	name, method, path, about string
	in                        []field // of the path
	query                     []field
	key                       bool
	keyNeeded                 bool
	body, answer              string // names of shapes, "" for none
}

// read puts a document into the order of names.
func read(doc openapi.Document) *model {
	m := &model{}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		s := doc.Components.Schemas[name]
		out := shape{name: name, input: strings.HasSuffix(name, "Input")}
		for _, f := range slices.Sorted(maps.Keys(s.Properties)) {
			out.fields = append(out.fields, field{f, s.Properties[f].Description, slices.Contains(s.Required, f), s.Properties[f]})
		}
		m.shapes = append(m.shapes, out)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			m.calls = append(m.calls, readCall(path, strings.ToUpper(method), op))
		}
	}
	slices.SortFunc(m.calls, func(a, b callOf) int { return strings.Compare(a.name, b.name) })
	return m
}

func readCall(path, method string, op *openapi.Operation) callOf {
	c := callOf{name: op.ID, method: method, path: path, about: strings.TrimSpace(op.Summary + ". " + op.Description), body: refName(op.Body.Schema())}
	for _, p := range op.Parameters {
		f := field{p.Name, p.Description, p.Required, p.Schema}
		switch p.In {
		case "path":
			c.in = append(c.in, f)
		case "query":
			c.query = append(c.query, f)
		default:
			c.key, c.keyNeeded = true, p.Required
		}
	}
	for status, answer := range op.Responses {
		if status != "default" {
			c.answer = refName(answer.Schema())
		}
	}
	return c
}

// refName is the shape that a schema refers to, "" for none.
func refName(s *openapi.Schema) string {
	if s == nil {
		return ""
	}
	return strings.TrimPrefix(s.Ref, openapi.RefPrefix)
}

// kind is a schema's type and whether null may stand in its place.
func kind(s *openapi.Schema) (name string, nullable bool) {
	switch t := s.Type.(type) {
	case string:
		return t, false
	case []string:
		return t[0], len(t) > 1
	}
	return "", false
}

// camel is a snake-case name in capitals: "sku_id" is SKUID.
func camel(name string) string {
	var b strings.Builder
	for _, part := range strings.Split(name, "_") {
		switch part {
		case "id", "sku", "url", "ms":
			b.WriteString(strings.ToUpper(part))
		case "skus", "ids":
			b.WriteString(strings.ToUpper(part[:len(part)-1]) + "s")
		default:
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
