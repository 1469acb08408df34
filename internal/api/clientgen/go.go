package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"strings"
)

//go:embed go_head.txt
var goHead string

// goClient writes the client in Go.
func goClient(m *model) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(goHead)
	for _, s := range m.shapes {
		fmt.Fprintf(&b, "\n// %s is a shape of the interface.\ntype %s struct {\n", s.name, s.name)
		for _, f := range s.fields {
			left := ""
			if !f.needed {
				left = ",omitempty"
			}
			fmt.Fprintf(&b, "%s %s `json:\"%s%s\"`%s\n", camel(f.name), goType(f, s.input), f.name, left, goNote(f.about))
		}
		b.WriteString("}\n")
	}
	for _, c := range m.calls {
		goCall(&b, c)
	}
	return format.Source(b.Bytes())
}

func goNote(about string) string {
	if about == "" {
		return ""
	}
	return " // " + about
}

var goKinds = map[string]string{"string": "string", "integer": "int64", "boolean": "bool", "number": "json.Number", "object": "json.RawMessage", "": "json.RawMessage"}

// goType is the type of a field. What may be null or left out of an input is a pointer.
func goType(f field, input bool) string {
	s := f.schema
	name, nullable := kind(s)
	pointer := nullable || input && !f.needed
	switch {
	case s.Ref != "":
		name, pointer = refName(s), !f.needed
	case name == "array":
		item := goType(field{needed: true, schema: s.Items}, false)
		if input && !f.needed {
			return "*[]" + item
		}
		return "[]" + item
	case s.Additional != nil:
		return "map[string]" + goType(field{needed: true, schema: s.Additional}, false)
	case s.Format == "date-time":
		name, pointer = "time.Time", pointer || !f.needed
	default:
		name = goKinds[name]
	}
	if pointer && name != "json.RawMessage" {
		return "*" + name
	}
	return name
}

// goCall writes one method, with the type of its query when it has one.
func goCall(b *bytes.Buffer, c callOf) {
	name := strings.ToUpper(c.name[:1]) + c.name[1:]
	if len(c.query) > 0 {
		fmt.Fprintf(b, "\n// %sQuery chooses what %s answers; empty fields are left out.\ntype %sQuery struct {\n", name, name, name)
		for _, f := range c.query {
			fmt.Fprintf(b, "%s %s%s\n", camel(f.name), goType(field{needed: true, schema: f.schema}, false), goNote(f.about))
		}
		b.WriteString("}\n")
	}
	args, path := []string{"ctx context.Context"}, `"`+c.path+`"`
	for _, f := range c.in {
		args = append(args, f.name+" "+goType(field{needed: true, schema: f.schema}, false))
		path = strings.Replace(path, "{"+f.name+"}", `" + part(`+f.name+`) + "`, 1)
	}
	path = strings.TrimSuffix(path, ` + ""`)
	query, key, body := "nil", `""`, "nil"
	if len(c.query) > 0 {
		args, query = append(args, "query "+name+"Query"), "q"
	}
	if c.key {
		args, key = append(args, "key string"), "key"
	}
	if c.body != "" {
		args, body = append(args, "in "+c.body), "in"
	}
	fmt.Fprintf(b, "\n// %s: %s\nfunc (c *Client) %s(%s) (*%s, error) {\n", name, c.about, name, strings.Join(args, ", "), c.answer)
	if len(c.query) > 0 {
		b.WriteString("q := url.Values{}\n")
		for _, f := range c.query {
			fmt.Fprintf(b, "put(q, %q, query.%s)\n", f.name, camel(f.name))
		}
	}
	fmt.Fprintf(b, "out := new(%s)\nif err := c.do(ctx, %q, %s, %s, %s, %s, out); err != nil {\nreturn nil, err\n}\nreturn out, nil\n}\n", c.answer, c.method, path, query, key, body)
}
