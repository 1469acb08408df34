package connector

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what Lad does about an error.
type Kind string

// The kinds.
const (
	KindTransient Kind = "transient" // network, 5xx, broker: try again with back-off
	KindLimited   Kind = "limited"   // too many requests: try again after RetryAfter
	KindAuth      Kind = "auth"      // credentials do not work: pause the connection, alert
	KindDenied    Kind = "denied"    // credentials work but have no right to this: only this kind of work rests, alert
	KindPermanent Kind = "permanent" // refused for good: park with the outside's words
	KindItem      Kind = "item"      // one item of a batch was refused
	KindData      Kind = "data"      // bytes that can not be understood: set aside, show, go on
	KindSettings  Kind = "settings"  // the connection's form is wrong
	KindUnknown   Kind = "unknown"   // the request may or may not have had its effect: ask, then repeat
)

// Error is the one error type of drivers.
type Error struct {
	Kind       Kind
	Code       string        // the outside's code, when there is one
	Message    string        // the outside's own words, or ours when it said nothing
	RetryAfter time.Duration // pause the outside asked for
	Cause      error
}

// Error is kind, code and words.
func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Code != "" {
		s += " " + e.Code
	}
	s += ": " + e.Message
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an error of a kind.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// KindOf is the kind of an error: KindTransient for what is not a driver's error, so that nothing is given up by mistake.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindTransient
}

// RetryAfter is the pause the outside asked for, 0 when it did not.
func RetryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}
