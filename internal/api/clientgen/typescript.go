package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"github.com/lad-hub/lad/internal/api/openapi"
)

//go:embed typescript_head.txt
var tsHead string

// tsClient writes the client in TypeScript.
func tsClient(m *model) ([]byte, error) {
	var b bytes.Buffer
	for _, s := range m.shapes {
		fmt.Fprintf(&b, "\nexport interface %s {\n", s.name)
		for _, f := range s.fields {
			b.WriteString(tsNote(f.about, "  ") + "  " + tsField(f) + ";\n")
		}
		b.WriteString("}\n")
	}
	b.WriteString("\n/** A hub, called as the bearer of a token. */\nexport class Lad extends Caller {\n")
	for _, c := range m.calls {
		tsCall(&b, c)
	}
	b.WriteString("}\n")
	return append([]byte(tsHead), b.Bytes()...), nil
}

func tsNote(about, indent string) string {
	if about == "" {
		return ""
	}
	return indent + "/** " + about + " */\n"
}

func tsField(f field) string {
	if f.needed {
		return f.name + ": " + tsType(f.schema)
	}
	return f.name + "?: " + tsType(f.schema)
}

var tsKinds = map[string]string{"string": "string", "integer": "number", "boolean": "boolean", "number": "number", "object": "Record<string, unknown>", "": "unknown"}

func tsType(s *openapi.Schema) string {
	name, nullable := kind(s)
	out := tsKinds[name]
	switch {
	case s.Ref != "":
		out = refName(s)
	case name == "array":
		out = tsType(s.Items) + "[]"
	case s.Additional != nil:
		out = "Record<string, " + tsType(s.Additional) + ">"
	case len(s.Enum) > 0:
		out = `"` + strings.Join(s.Enum, `" | "`) + `"`
	}
	if nullable {
		out += " | null"
	}
	return out
}

// tsCall writes one method: path, body, query, key in this order.
func tsCall(b *bytes.Buffer, c callOf) {
	var args []string
	path := "`" + c.path + "`"
	for _, f := range c.in {
		args = append(args, f.name+": "+tsType(f.schema))
		path = strings.Replace(path, "{"+f.name+"}", "${part("+f.name+")}", 1)
	}
	query, key, body := "{}", "undefined", "undefined"
	if c.body != "" {
		args, body = append(args, "body: "+c.body), "body"
	}
	if c.keyNeeded {
		args, key = append(args, "key: string"), "key"
	}
	if len(c.query) > 0 {
		fields := make([]string, len(c.query))
		empty := " = {}"
		for i, f := range c.query {
			fields[i] = tsField(f)
			if f.needed {
				empty = ""
			}
		}
		args, query = append(args, "query: { "+strings.Join(fields, "; ")+" }"+empty), "query"
	}
	if c.key && !c.keyNeeded {
		args, key = append(args, "key?: string"), "key"
	}
	fmt.Fprintf(b, "%s  %s(%s): Promise<%s> {\n    return this.call(%q, %s, %s, %s, %s);\n  }\n\n", tsNote(c.about, "  "), c.name, strings.Join(args, ", "), c.answer,
		c.method, path, query, key, body)
}
