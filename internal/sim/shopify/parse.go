package shopify

import (
	"encoding/json"
	"fmt"
	"strings"
)

// document is one parsed operation; named fragments and several operations in one document are not needed by anybody here
// and are refused.
type document struct {
	mutation  bool
	variables []variable
	fields    []selection
}

// variable is a declared variable; required means that its type ends with "!".
type variable struct {
	name     string
	required bool
}

// selection is a field, or an inline fragment when on is set.
type selection struct {
	alias, name string
	on          string
	args        map[string]any // values; a variable is a reference
	directives  map[string]map[string]any
	fields      []selection
}

// reference is an argument's value that stands in the variables.
type reference string

// syntaxError is a document that is no GraphQL.
type syntaxError struct{ text string }

func (e syntaxError) Error() string { return e.text }

// maxDepth bounds nesting of selections and of values.
const maxDepth = 32

type parser struct {
	src   string
	at    int
	depth int
}

// parse reads a document.
func parse(src string) (doc document, err error) {
	p := &parser{src: src}
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(syntaxError)
			if !ok {
				panic(r)
			}
			err = bad
		}
	}()
	if p.peek() != "{" {
		switch kind := p.next(); kind {
		case "query":
		case "mutation":
			doc.mutation = true
		default:
			p.fail("syntax error, unexpected %q", kind)
		}
		if isName(p.peek()) {
			p.next()
		}
		doc.variables = p.declarations()
	}
	doc.fields = p.selections()
	if tail := p.peek(); tail != "" {
		p.fail("syntax error, unexpected %q at the end", tail)
	}
	return doc, nil
}

func (p *parser) fail(format string, args ...any) { panic(syntaxError{fmt.Sprintf(format, args...)}) }

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail("nested too deeply")
	}
}

// peek is the next token without taking it; "" at the end.
func (p *parser) peek() string {
	at := p.at
	t := p.next()
	p.at = at
	return t
}

// next takes a token: a name with an optional $ or @ before it, a number, a string with its quotes, "..." or one sign.
func (p *parser) next() string {
	p.skip()
	if p.at >= len(p.src) {
		return ""
	}
	start, c := p.at, p.src[p.at]
	switch {
	case strings.HasPrefix(p.src[p.at:], "..."):
		p.at += 3
	case c == '"':
		p.text()
	case c == '$' || c == '@' || nameByte(c) || c == '-':
		for p.at++; p.at < len(p.src) && (nameByte(p.src[p.at]) || p.src[p.at] == '.'); p.at++ {
		}
	default:
		p.at++
	}
	return p.src[start:p.at]
}

// text moves past a string; block strings with three quotes count.
func (p *parser) text() {
	quote := `"`
	if strings.HasPrefix(p.src[p.at:], `"""`) {
		quote = `"""`
	}
	for p.at += len(quote); !strings.HasPrefix(p.src[p.at:], quote); p.at++ {
		if p.at >= len(p.src) {
			p.fail("syntax error, a string is not closed")
		}
		if p.src[p.at] == '\\' && quote == `"` {
			p.at++
		}
		if p.at >= len(p.src) {
			p.fail("syntax error, a string is not closed")
		}
	}
	p.at += len(quote)
}

func (p *parser) skip() {
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == ' ', c == '\t', c == '\n', c == '\r', c == ',':
			p.at++
		case c == '#':
			for p.at < len(p.src) && p.src[p.at] != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isName(t string) bool { return t != "" && nameByte(t[0]) && (t[0] < '0' || t[0] > '9') }

func (p *parser) expect(want string) {
	if t := p.next(); t != want {
		p.fail("syntax error, unexpected %q, expecting %q", t, want)
	}
}

func (p *parser) name() string {
	t := p.next()
	if !isName(t) {
		p.fail("syntax error, unexpected %q, expecting a name", t)
	}
	return t
}

// declarations reads ($a:[ID!]!, $b:Int).
func (p *parser) declarations() []variable {
	var out []variable
	if p.peek() != "(" {
		return nil
	}
	p.next()
	for p.peek() != ")" {
		t := p.next()
		if !strings.HasPrefix(t, "$") {
			p.fail("syntax error, unexpected %q, expecting a variable", t)
		}
		p.expect(":")
		v := variable{name: t[1:]}
		for open := 0; ; {
			switch t := p.next(); {
			case t == "[":
				open++
				continue
			case t == "]" && open > 0:
				open--
			case !isName(t):
				p.fail("syntax error, unexpected %q, expecting a type", t)
			}
			v.required = p.peek() == "!"
			if v.required {
				p.next()
			}
			if open == 0 {
				break
			}
		}
		out = append(out, v)
	}
	p.next()
	return out
}

func (p *parser) selections() []selection {
	p.enter()
	defer func() { p.depth-- }()
	p.expect("{")
	var out []selection
	for p.peek() != "}" {
		if p.peek() == "..." {
			p.next()
			p.expect("on")
			out = append(out, selection{on: p.name(), fields: p.selections()})
			continue
		}
		out = append(out, p.field())
	}
	p.next()
	if len(out) == 0 {
		p.fail("syntax error, an empty selection")
	}
	return out
}

func (p *parser) field() selection {
	f := selection{name: p.name()}
	f.alias = f.name
	if p.peek() == ":" {
		p.next()
		f.name = p.name()
	}
	f.args = p.arguments()
	for strings.HasPrefix(p.peek(), "@") {
		name := p.next()[1:]
		if f.directives == nil {
			f.directives = map[string]map[string]any{}
		}
		f.directives[name] = p.arguments()
	}
	if p.peek() == "{" {
		f.fields = p.selections()
	}
	return f
}

func (p *parser) arguments() map[string]any {
	if p.peek() != "(" {
		return nil
	}
	p.next()
	out := map[string]any{}
	for p.peek() != ")" {
		name := p.name()
		p.expect(":")
		out[name] = p.value()
	}
	p.next()
	return out
}

func (p *parser) value() any {
	p.enter()
	defer func() { p.depth-- }()
	t := p.next()
	switch {
	case t == "[":
		list := []any{}
		for p.peek() != "]" {
			list = append(list, p.value())
		}
		p.next()
		return list
	case t == "{":
		object := map[string]any{}
		for p.peek() != "}" {
			name := p.name()
			p.expect(":")
			object[name] = p.value()
		}
		p.next()
		return object
	case strings.HasPrefix(t, "$") && len(t) > 1:
		return reference(t[1:])
	case strings.HasPrefix(t, `"""`):
		return strings.Trim(t, `"`)
	case strings.HasPrefix(t, `"`):
		var s string
		if json.Unmarshal([]byte(t), &s) != nil {
			p.fail("syntax error, a string can not be read")
		}
		return s
	case t == "true", t == "false":
		return t == "true"
	case t == "null":
		return nil
	case isName(t): // a member of an enumeration
		return t
	}
	if json.Valid([]byte(t)) {
		return json.Number(t)
	}
	p.fail("syntax error, unexpected %q, expecting a value", t)
	return nil
}
