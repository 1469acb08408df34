package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/api"
	"github.com/lad-hub/lad/internal/api/openapi"
	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
)

// Every route under /api/v1 stands in the document, and the document names no other.
func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	rt, err := apptest.Open(t).Router(app.ServeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	served, described := map[string]bool{}, map[string]bool{}
	for _, r := range rt.Routes() {
		if strings.Contains(r.Pattern, " /api/v1") {
			served[r.Pattern] = true
		}
	}
	names := map[string]string{}
	for path, methods := range api.Describe().Paths {
		for method, op := range methods {
			pattern := strings.ToUpper(method) + " " + path
			described[pattern] = true
			if other := names[op.ID]; other != "" || op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s: name %q (also of %q), summary %q, tags %v", pattern, op.ID, other, op.Summary, op.Tags)
			}
			names[op.ID] = pattern
		}
	}
	for pattern := range served {
		if !described[pattern] {
			t.Errorf("%s is not described", pattern)
		}
	}
	for pattern := range described {
		if !served[pattern] {
			t.Errorf("%s is described and does not exist", pattern)
		}
	}
	if len(served) < 40 {
		t.Errorf("only %d routes seen", len(served))
	}
}

// The document refers to no shape that it does not have, and has none that nothing refers to.
func TestReferencesHold(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(api.Describe())
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`"`+openapi.RefPrefix+`(\w+)"`).FindAllStringSubmatch(string(text), -1) {
		used[m[1]] = true
	}
	have := api.Describe().Components.Schemas
	for name := range have {
		if !used[name] {
			t.Errorf("nothing refers to %s", name)
		}
	}
	for name := range used {
		if have[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
}

// checkShape compares a JSON value with a schema: types, fields that must be there, and fields that are not known.
func checkShape(t *testing.T, at string, s *openapi.Schema, v any) {
	t.Helper()
	if s.Ref != "" {
		s = api.Describe().Components.Schemas[strings.TrimPrefix(s.Ref, openapi.RefPrefix)]
	}
	kinds, ok := s.Type.([]string)
	if !ok {
		kinds = []string{fmt.Sprint(s.Type)}
	}
	got := map[bool]string{true: "null"}[v == nil]
	switch v := v.(type) {
	case string:
		got = "string"
	case bool:
		got = "boolean"
	case float64:
		got = "number"
		if slices.Contains(kinds, "integer") && v == float64(int64(v)) {
			got = "integer"
		}
	case []any:
		got = "array"
		for i, item := range v {
			checkShape(t, fmt.Sprint(at, "[", i, "]"), s.Items, item)
		}
	case map[string]any:
		got = "object"
		checkFields(t, at, s, v)
	}
	if s.Type != nil && !slices.Contains(kinds, got) {
		t.Errorf("%s is a %s, described as %v", at, got, kinds)
	}
}

func checkFields(t *testing.T, at string, s *openapi.Schema, v map[string]any) {
	t.Helper()
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			t.Errorf("%s.%s is described as always there", at, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		switch field := s.Properties[name]; {
		case field != nil:
			checkShape(t, at+"."+name, field, v[name])
		case s.Properties != nil && s.Additional == nil:
			t.Errorf("%s.%s is not described", at, name)
		}
	}
}

// shop is a living shop whose every answer is compared with the document.
type shop struct {
	*apptest.Living
	t *testing.T
}

// call sends a request, wants a status and compares the answer with what the document says of the operation.
func (s shop) call(name string, status int, path string, body any, header ...string) apptest.Said {
	s.t.Helper()
	for pattern, methods := range api.Describe().Paths {
		for method, op := range methods {
			if op.ID != name {
				continue
			}
			plain, _, _ := strings.Cut(path, "?")
			if !regexp.MustCompile("^" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(pattern, `[^/]+`) + "$").MatchString(plain) {
				s.t.Fatalf("%s is at %s, not at %s", name, pattern, path)
			}
			said := s.Ask(strings.ToUpper(method), path, body, header...)
			if said.Status != status {
				s.t.Fatalf("%s: %d, want %d: %s", name, said.Status, status, said.Body)
			}
			answer := op.Responses[fmt.Sprint(status)]
			if answer == nil {
				answer = op.Responses["default"]
			}
			var v any
			said.Into(s.t, &v)
			checkShape(s.t, name, answer.Schema(), v)
			return said
		}
	}
	s.t.Fatalf("no operation %s", name)
	return apptest.Said{}
}

// document reads the served document and the page; both are for everybody.
func TestDocumentIsServed(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		said := s.AskAs("", "GET", "/api/openapi.json", nil)
		var doc openapi.Document
		said.Into(t, &doc)
		if said.Status != http.StatusOK || doc.OpenAPI != openapi.Version || len(doc.Paths) != len(api.Describe().Paths) {
			t.Errorf("%d, OpenAPI %q, %d paths", said.Status, doc.OpenAPI, len(doc.Paths))
		}
		page := s.AskAs("", "GET", "/api/docs", nil)
		for path, methods := range doc.Paths {
			for method := range methods {
				if !strings.Contains(string(page.Body), strings.ToUpper(method)+" "+path) {
					t.Errorf("the page lacks %s %s", method, path)
				}
			}
		}
		if strings.Contains(string(page.Body), "<script") || !strings.Contains(page.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s with a script", page.Header.Get("Content-Type"))
		}
	})
}
