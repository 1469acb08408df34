package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// DefaultBody bounds a request body, in bytes, where nothing else is said.
const DefaultBody = 1 << 20

// keepBuffer is the largest buffer, in bytes, that goes back to the pool.
const keepBuffer = 256 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= keepBuffer {
		b.Reset()
		buffers.Put(b)
	}
}

// Decoding says how a body is read. The zero value reads one JSON value of at most DefaultBody bytes and passes over fields
// that it does not know.
type Decoding struct {
	Limit  int64 // bytes; 0 means DefaultBody
	Strict bool  // refuse unknown fields
}

// DecodeJSON reads the body into v as the zero Decoding does.
func DecodeJSON(r *http.Request, v any) error { return Decoding{}.JSON(r, v) }

// JSON reads the body into v. Anything after the value is refused. A body that is too long is TooLarge, any other fault Invalid.
func (d Decoding) JSON(r *http.Request, v any) error {
	limit := d.Limit
	if limit == 0 {
		limit = DefaultBody
	}
	b := buffers.Get().(*bytes.Buffer)
	defer putBuffer(b)
	if err := fill(b, r, limit); err != nil {
		return err
	}
	if !d.Strict {
		return badJSON(json.Unmarshal(b.Bytes(), v))
	}
	dec := json.NewDecoder(bytes.NewReader(b.Bytes()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return badJSON(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errs.New(errs.Invalid, "error.http.json", "at", dec.InputOffset())
	}
	return nil
}

// ReadBody reads the raw body of at most limit bytes (0 means DefaultBody).
func ReadBody(r *http.Request, limit int64) ([]byte, error) {
	if limit == 0 {
		limit = DefaultBody
	}
	b := buffers.Get().(*bytes.Buffer)
	defer putBuffer(b)
	if err := fill(b, r, limit); err != nil {
		return nil, err
	}
	return bytes.Clone(b.Bytes()), nil
}

func fill(b *bytes.Buffer, r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		return tooLarge(limit)
	}
	if r.Body == nil {
		return nil
	}
	n, err := b.ReadFrom(io.LimitReader(r.Body, limit+1))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge(large.Limit)
	case err != nil && r.Context().Err() != nil:
		return r.Context().Err()
	case err != nil:
		return errs.Wrap(errs.Invalid, err, "error.http.body_cut")
	case n > limit:
		return tooLarge(limit)
	}
	return nil
}

// badJSON names the place of a fault, and the field when the fault is in one.
func badJSON(err error) error {
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var known *errs.Error
	switch {
	case errors.As(err, &known): // from an UnmarshalJSON of ours
		return err
	case errors.As(err, &syntax):
		return errs.Wrap(errs.Invalid, err, "error.http.json", "at", syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return &errs.Error{Code: errs.Invalid, Key: "error.invalid", Cause: err,
			Fields: []errs.Field{{Name: kind.Field, Key: "error.http.json_type", Args: []any{"got", kind.Value}}}}
	}
	return errs.Wrap(errs.Invalid, err, "error.http.json", "at", int64(0))
}

// jsonType is shared by all answers, so that setting it does not allocate.
var jsonType = []string{"application/json; charset=utf-8"}

// WriteJSON answers with v. When v can not be encoded nothing has been written yet and the error is returned.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	b := buffers.Get().(*bytes.Buffer)
	defer putBuffer(b)
	if err := json.NewEncoder(b).Encode(v); err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a client that has left can not be told anything else
	return nil
}
