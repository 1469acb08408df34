// Package simtest lets the tests of a simulator be tables: a request, and what the API sheet says the answer is.
package simtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// Step is one request of a test and what must come back.
type Step struct {
	Name   string // a statement of the API sheet
	Do     func() // runs before the request; may be nil
	Method string
	Path   string
	Header map[string]string
	Body   string
	Status int               // 0 = 200
	Want   map[string]string // path in the JSON answer to its value as text; "#" at the end of a path is a length
	Text   []string          // must be in the answer
	Not    []string          // must not be in the answer
}

// Run plays steps one after the other against one handler; a header of a step replaces the common one.
func Run(t *testing.T, h http.Handler, common map[string]string, steps []Step) {
	t.Helper()
	for _, s := range steps {
		if s.Do != nil {
			s.Do()
		}
		header := map[string]string{}
		for k, v := range common {
			header[k] = v
		}
		for k, v := range s.Header {
			header[k] = v
		}
		s.check(t, Call(h, s.Method, s.Path, s.Body, header))
	}
}

func (s Step) check(t *testing.T, r Reply) {
	t.Helper()
	want := s.Status
	if want == 0 {
		want = http.StatusOK
	}
	if r.Status != want {
		t.Errorf("%s: %s %s: HTTP %d, want %d: %.300s", s.Name, s.Method, s.Path, r.Status, want, r.Body)
	}
	for path, v := range s.Want {
		if got := r.At(path); got != v {
			t.Errorf("%s: %s %s: %s = %q, want %q in %.500s", s.Name, s.Method, s.Path, path, got, v, r.Body)
		}
	}
	for _, text := range s.Text {
		if !strings.Contains(r.Body, text) {
			t.Errorf("%s: answer has no %q: %.300s", s.Name, text, r.Body)
		}
	}
	for _, text := range s.Not {
		if strings.Contains(r.Body, text) {
			t.Errorf("%s: answer has %q: %.300s", s.Name, text, r.Body)
		}
	}
}

// Reply is an answer.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Call sends one request straight to a handler.
func Call(h http.Handler, method, path, body string, header map[string]string) Reply {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return Reply{w.Code, w.Header(), w.Body.String()}
}

// At is the value at a dotted path of the JSON body as text: a string bare, anything else as JSON, "" when it is not there.
func (r Reply) At(path string) string {
	var v any
	d := json.NewDecoder(bytes.NewReader([]byte(r.Body)))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return ""
	}
	for name := range strings.SplitSeq(path, ".") {
		var ok bool
		if v, ok = child(v, name); !ok {
			return ""
		}
	}
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func child(v any, name string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		if name == "#" {
			return len(v), true
		}
		c, ok := v[name]
		return c, ok
	case []any:
		if name == "#" {
			return len(v), true
		}
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(v) {
			return nil, false
		}
		return v[i], true
	}
	return nil, false
}
