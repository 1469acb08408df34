// Package errs is the program's one error type: a code that decides what happens next, a message key with arguments that is
// translated at the edge, and the cause that only the log sees.
package errs

import (
	"errors"
	"fmt"
)

// Code says what kind of failure it is; package httpx has the one table from codes to HTTP statuses.
type Code string

// The codes.
const (
	Invalid     Code = "invalid"     // the input is wrong; repeating it will not help
	NotFound    Code = "not_found"   // no such thing, or not this tenant's
	Gone        Code = "gone"        // it was here, and the address is right
	Conflict    Code = "conflict"    // somebody was faster, or the state does not allow it
	Forbidden   Code = "forbidden"   // the actor may not
	Unauthed    Code = "unauthed"    // nobody is signed in
	TooMany     Code = "too_many"    // rate limit
	TooLarge    Code = "too_large"   // body over its bound
	NoMethod    Code = "no_method"   // the address is right, the HTTP method is not
	Unavailable Code = "unavailable" // disk full, database gone, shutting down: try again later
	Internal    Code = "internal"    // a bug; users see no detail
)

// Error is a failure that a person can be told about.
type Error struct {
	Code  Code
	Key   string // message key of the catalogue: "error.sku.taken"
	Args  []any  // name, value, name, value …
	Cause error
	// Fields holds faults of single inputs: field name to message key.
	Fields []Field
	// Current is how things stand now, for programs whose change met a Conflict; nil where nothing is told. It is shown as JSON.
	Current any
}

// Field is the fault of one input.
type Field struct {
	Name string
	Key  string
	Args []any
}

// New makes an error.
func New(c Code, key string, args ...any) *Error { return &Error{Code: c, Key: key, Args: args} }

// Wrap makes an error with a cause for the log.
func Wrap(c Code, cause error, key string, args ...any) *Error {
	return &Error{Code: c, Key: key, Args: args, Cause: cause}
}

// Error is code, key and cause: text for logs, not for people.
func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Key
	for i := 0; i+1 < len(e.Args); i += 2 {
		s += fmt.Sprintf(" %v=%v", e.Args[i], e.Args[i+1])
	}
	for _, f := range e.Fields {
		s += fmt.Sprintf("; %s: %s", f.Name, f.Key)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf is the code of an error; Internal for what is not an *Error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is says whether err carries the code.
func Is(err error, c Code) bool { return err != nil && CodeOf(err) == c }

// Check collects the faults of an input, so that all are reported at once.
type Check struct{ fields []Field }

// Fail notes a fault of a field.
func (c *Check) Fail(name, key string, args ...any) {
	c.fields = append(c.fields, Field{Name: name, Key: key, Args: args})
}

// That notes a fault unless ok.
func (c *Check) That(ok bool, name, key string, args ...any) {
	if !ok {
		c.Fail(name, key, args...)
	}
}

// Err is nil when nothing was noted, else one Invalid error with every fault.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Key: "error.invalid", Fields: c.fields}
}

// FieldsOf are the faults of single inputs that an error carries.
func FieldsOf(err error) []Field {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}
