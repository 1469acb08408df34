package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/lad-hub/lad/internal/api/openapi"
)

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS []byte

// docs is the document as the page shows it.
type docs struct {
	openapi.Document
	Calls  []docsCall
	Shapes []docsShape
}

type docsCall struct {
	*openapi.Operation
	Method, Path, Tag, Scope, Sends, Answers, Example string
}

type docsShape struct {
	Name   string
	Fields []docsField
}

type docsField struct {
	Name, Type, Link, Description string
	Required                      bool
}

// docsBody is the page, made once: the document does not change while the program runs.
var docsBody = sync.OnceValues(func() ([]byte, error) {
	page, err := template.New("docs").Parse(docsHTML)
	if err != nil {
		return nil, err
	}
	doc := Describe()
	data := docs{Document: doc}
	for _, op := range (&API{}).operations() {
		call, err := docsCallOf(op, doc.Paths[op.path][strings.ToLower(op.method)])
		if err != nil {
			return nil, err
		}
		data.Calls = append(data.Calls, call)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		data.Shapes = append(data.Shapes, docsShapeOf(name, doc.Components.Schemas[name]))
	}
	var b bytes.Buffer
	err = page.Execute(&b, data)
	return b.Bytes(), err
})

func docsCallOf(op operation, described *openapi.Operation) (docsCall, error) {
	out := docsCall{Operation: described, Method: op.method, Path: op.path, Tag: op.tag, Scope: string(op.needs), Sends: shapeName(described.Body.Schema())}
	for _, answer := range described.Responses {
		if answer.Description == "Done" {
			out.Answers = shapeName(answer.Schema())
		}
	}
	if len(op.examples) == 0 {
		return out, nil
	}
	example, err := json.MarshalIndent(op.examples[0], "", "  ")
	out.Example = string(example)
	return out, err
}

func docsShapeOf(name string, s *openapi.Schema) docsShape {
	out := docsShape{Name: name}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		f := s.Properties[field]
		kind, link := fmt.Sprint(f.Type), shapeName(f)
		if f.Items != nil {
			kind, link = fmt.Sprint("list of ", f.Items.Type), shapeName(f.Items)
		}
		if link != "" {
			kind = strings.Replace(kind, "<nil>", link, 1)
		}
		out.Fields = append(out.Fields, docsField{Name: field, Type: strings.ReplaceAll(kind, "<nil>", "anything"), Link: link, Description: f.Description,
			Required: slices.Contains(s.Required, field)})
	}
	return out
}

// shapeName is the component that a schema refers to, "" for none.
func shapeName(s *openapi.Schema) string {
	if s == nil {
		return ""
	}
	return strings.TrimPrefix(s.Ref, openapi.RefPrefix)
}

// docsPage serves the description for people.
func docsPage(w http.ResponseWriter, _ *http.Request) error {
	body, err := docsBody()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(body) // the browser has gone; nobody is left to tell
	return nil
}

func docsStyle(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(docsCSS) // the browser has gone; nobody is left to tell
	return nil
}
