package prestashop

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxDepth of an answer: the deepest documented one has seven levels.
const maxDepth = 32

// node is an element of the webservice's XML: it has kids, or text.
type node struct {
	name  string
	attrs map[string]string
	text  string
	kids  []*node
}

var errXML = errors.New("not the webservice's XML")

// parse reads an answer: the one element inside <prestashop>. A byte order mark or blank lines before it, left by a careless
// module, are passed over.
func parse(body []byte) (*node, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\ufeff")))
	d := xml.NewDecoder(bytes.NewReader(body))
	root := &node{}
	stack := []*node{root}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(stack) > maxDepth {
			return nil, errXML
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local}
			for _, a := range t.Attr {
				if n.attrs == nil {
					n.attrs = map[string]string{}
				}
				n.attrs[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			top.text = strings.TrimSpace(strings.ReplaceAll(top.text, "\x00", ""))
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
	if len(root.kids) != 1 || root.kids[0].name != "prestashop" || len(root.kids[0].kids) == 0 {
		return nil, errXML
	}
	return root.kids[0].kids[0], nil
}

// kid is the first child of a name; nil when there is none.
func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// at is the text of a child; "" when it is not there.
func (n *node) at(name string) string {
	if k := n.kid(name); k != nil {
		return k.text
	}
	return ""
}

// id is the number of a row; 0 when it has none.
func (n *node) id() int64 { return wire.Text(n.at("id")).Number() }

// words is a text in the shop's language, else in the first that has one.
func (n *node) words(name, language string) string {
	k := n.kid(name)
	if k == nil {
		return ""
	}
	first := k.text
	for _, l := range k.kids {
		if l.name == "language" && l.attrs["id"] == language && l.text != "" {
			return l.text
		}
		first = wire.First(first, l.text)
	}
	return first
}

// with is a copy that holds the changes, and nothing of what is left out.
func (n *node) with(changes []*node, without ...string) *node {
	out := &node{name: n.name}
	for _, k := range n.kids {
		changed := slices.ContainsFunc(changes, func(ch *node) bool { return ch.name == k.name })
		if !changed && !slices.Contains(without, k.name) {
			out.kids = append(out.kids, k)
		}
	}
	out.kids = append(out.kids, changes...)
	return out
}

func leaf(name, text string) *node { return &node{name: name, text: text} }

// envelope is the body of a write.
func envelope(rows ...*node) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	(&node{name: "prestashop", kids: rows}).write(&b)
	return b.Bytes()
}

func (n *node) write(b *bytes.Buffer) {
	b.WriteString("<" + n.name)
	if id := n.attrs["id"]; id != "" { // of a language; links of an answer are not sent back
		b.WriteString(` id="`)
		_ = xml.EscapeText(b, []byte(id)) // a buffer takes everything
		b.WriteString(`"`)
	}
	b.WriteString(">")
	if len(n.kids) == 0 {
		_ = xml.EscapeText(b, []byte(n.text)) // a buffer takes everything
	}
	for _, k := range n.kids {
		k.write(b)
	}
	b.WriteString("</" + n.name + ">")
}

// json is the element as the webservice's JSON shows it: lists below associations, a list of texts per language.
func (n *node) json() any {
	if len(n.kids) == 0 {
		return n.text
	}
	if n.kids[0].name == "language" {
		list := []any{}
		for _, k := range n.kids {
			list = append(list, map[string]any{"id": k.attrs["id"], "value": k.text})
		}
		return list
	}
	m := map[string]any{}
	for _, k := range n.kids {
		if n.name != "associations" {
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
