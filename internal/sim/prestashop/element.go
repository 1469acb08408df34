package prestashop

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// element is a node of an answer or of a request body: either it has kids, or text.
type element struct {
	name  string
	attrs [][2]string
	text  string
	kids  []*element
	list  bool // rows of a resource
}

func leaf(name, text string) *element { return &element{name: name, text: text} }

func whole(name string, n int64) *element { return leaf(name, strconv.FormatInt(n, 10)) }

func flag(name string, on bool) *element {
	if on {
		return leaf(name, "1")
	}
	return leaf(name, "0")
}

func group(name string, kids ...*element) *element { return &element{name: name, kids: kids} }

// words is a text in both languages of the shop.
func words(name, text string) *element {
	e := group(name)
	for _, l := range languages {
		e.kids = append(e.kids, &element{name: "language", attrs: [][2]string{{"id", strconv.FormatInt(l.id, 10)}}, text: text})
	}
	return e
}

// kid is the first child of a name; nil when there is none.
func (e *element) kid(name string) *element {
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// value is the text of a child, "" when it is not there.
func (e *element) value(name string) string {
	if k := e.kid(name); k != nil {
		return k.text
	}
	return ""
}

func (e *element) number(name string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(e.value(name)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// set replaces a child, or adds it.
func (e *element) set(k *element) {
	for i, old := range e.kids {
		if old.name == k.name {
			e.kids[i] = k
			return
		}
	}
	e.kids = append(e.kids, k)
}

func (e *element) clone() *element {
	c := *e
	c.kids = nil
	for _, k := range e.kids {
		c.kids = append(c.kids, k.clone())
	}
	return &c
}

// document is an answer: every text is a CDATA section, numbers too.
func document(top *element) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">` + "\n")
	top.write(&b)
	b.WriteString("\n</prestashop>\n")
	return b.String()
}

func (e *element) write(b *strings.Builder) {
	b.WriteString("<" + e.name)
	for _, a := range e.attrs {
		b.WriteString(" " + a[0] + `="`)
		_ = xml.EscapeText(b, []byte(a[1])) // a strings.Builder takes everything
		b.WriteString(`"`)
	}
	if len(e.kids) == 0 && e.text == "" {
		b.WriteString("/>")
		return
	}
	b.WriteString(">")
	if len(e.kids) == 0 {
		b.WriteString("<![CDATA[" + strings.ReplaceAll(e.text, "]]>", "]]]]><![CDATA[>") + "]]>")
	}
	for _, k := range e.kids {
		k.write(b)
	}
	b.WriteString("</" + e.name + ">")
}

// json is the element as JSON answers write it: lists below associations, and texts per language as a list.
func (e *element) json() any {
	if len(e.kids) == 0 {
		return e.text
	}
	if e.kids[0].name == "language" {
		list := []any{}
		for _, k := range e.kids {
			list = append(list, map[string]any{"id": k.attrs[0][1], "value": k.text})
		}
		return list
	}
	m := map[string]any{}
	for _, k := range e.kids {
		if e.name != "associations" {
			m[k.name] = k.json()
			continue
		}
		list := []any{}
		for _, row := range k.kids {
			list = append(list, row.json())
		}
		m[k.name] = list
	}
	return m
}

var errXML = errors.New("body is not XML")

// parse reads a request body, which may begin with "xml=".
func parse(body []byte) (*element, error) {
	body = bytes.TrimPrefix(body, []byte("xml="))
	d := xml.NewDecoder(bytes.NewReader(body))
	root := &element{}
	stack := []*element{root}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errXML
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.StartElement:
			e := &element{name: t.Name.Local}
			for _, a := range t.Attr {
				e.attrs = append(e.attrs, [2]string{a.Name.Local, a.Value})
			}
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
	if len(root.kids) != 1 || root.kids[0].name != "prestashop" {
		return nil, errXML
	}
	return root.kids[0], nil
}

// language is the text of an element in one language.
func (e *element) language(id int64) string {
	for _, k := range e.kids {
		if k.name == "language" && len(k.attrs) > 0 && k.attrs[0][1] == strconv.FormatInt(id, 10) {
			return k.text
		}
	}
	return ""
}
