package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// hugeBytes is how large HugeBody makes an answer when its rule names no size.
const hugeBytes = 10 << 20

// Answer is what a route says: Body as JSON, or Text as it stands.
type Answer struct {
	Status int
	Header http.Header // added to the answer's own; may be nil
	Body   any
	Text   string // sent instead of Body when not empty
	Type   string // content type of Text; "" = an HTML page, which the faults of the body leave alone
	Abort  bool   // close the connection without an answer
}

// JSON is an answer with a JSON body.
func JSON(status int, body any) Answer { return Answer{Status: status, Body: body} }

// HTML is an error page as a web server in front of an API writes it.
func HTML(status int) Answer {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return Answer{Status: status, Text: "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n"}
}

// encode is the answer's bytes and content type.
func (a Answer) encode() ([]byte, string) {
	if a.Text != "" && a.Type != "" {
		return []byte(a.Text), a.Type
	}
	if a.Text != "" {
		return []byte(a.Text), "text/html; charset=utf-8"
	}
	body, err := json.Marshal(a.Body)
	if err != nil {
		// A simulator that can not write its own answer is a bug in the simulator, not a fault of the channel.
		panic(fmt.Sprintf("sim: answer can not be encoded: %v", err))
	}
	return body, "application/json"
}

// refuse sends an answer past the faults of the body.
func (f *Front) refuse(w http.ResponseWriter, a Answer) {
	body, kind := a.encode()
	a.head(w, kind, len(body))
	_, _ = w.Write(body) // the caller may be gone
}

// head writes the status line and the headers.
func (a Answer) head(w http.ResponseWriter, kind string, size int) {
	h := w.Header()
	for k, v := range a.Header {
		h[k] = v
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(a.Status)
}

// send writes an answer, spoilt by the faults of the body that strike at this path.
func (f *Front) send(w http.ResponseWriter, path string, a Answer) {
	if a.Abort {
		panic(http.ErrAbortHandler)
	}
	body, kind := a.encode()
	if f.faults.on.Load() == 0 || a.Text != "" && a.Type == "" {
		a.head(w, kind, len(body))
		_, _ = w.Write(body) // the caller may be gone
		return
	}
	if a.Text == "" { // a simulator whose answers are not JSON adds fields nobody knows itself
		if _, ok := f.faults.Take(UnknownFields, path); ok {
			body = addUnknown(body)
		}
	}
	if rule, ok := f.faults.Take(HugeBody, path); ok {
		body = inflate(body, orElse(rule.Bytes, hugeBytes))
	}
	if _, ok := f.faults.Take(BrokenJSON, path); ok {
		body = append(body[:len(body)/2:len(body)/2], `,"…`...)
	}
	_, half := f.faults.Take(HalfResponse, path)
	a.head(w, kind, len(body))
	if half {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush() // a writer that can not flush still aborts
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

// addUnknown adds a field to every object of a JSON text, except below "errors", where keys are ids.
func addUnknown(body []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return body
	}
	grow(v)
	out, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return out
}

func grow(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			grow(e)
		}
	case map[string]any:
		for k, e := range v {
			if k != "errors" {
				grow(e)
			}
		}
		v["x_added_field"] = map[string]any{"list": []any{1, nil, "нове"}}
	}
}

// inflate makes a JSON object or array or an XML document at least size bytes long and keeps it valid; to an array it adds space
// only.
func inflate(body []byte, size int) []byte {
	if bytes.HasPrefix(body, []byte("<")) && len(body) < size {
		return append(body, "<!--"+strings.Repeat("x", size-len(body))+"-->"...)
	}
	if len(body) < 2 || body[0] != '{' && body[0] != '[' || len(body) >= size {
		return body
	}
	if body[0] == '[' {
		return slices.Concat(body[:1], bytes.Repeat([]byte{' '}, size-len(body)), body[1:])
	}
	out := make([]byte, 0, size+32)
	out = append(out, `{"x_padding":"`...)
	out = append(out, bytes.Repeat([]byte{'x'}, size-len(body))...)
	out = append(out, '"')
	if body[1] != '}' {
		out = append(out, ',')
	}
	return append(out, body[1:]...)
}
