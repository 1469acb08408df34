package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "***"

// Text is a string that prints as "***" through fmt, slog and encoding/json, whatever the verb. A struct that is printed
// whole keeps it hidden only in an exported field, because fmt calls no method on unexported ones, and a map only as a value,
// because encoding/json writes string keys as they are.
type Text string

// Reveal is the string itself.
func (t Text) Reveal() string { return string(t) }

// String hides the text.
func (Text) String() string { return hidden }

// GoString hides the text from %#v.
func (Text) GoString() string { return hidden }

// Format hides the text from every verb, also the wrong ones, which would print it as an error.
func (Text) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hidden) }

// LogValue hides the text from slog.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON hides the text; reading JSON into a Text works as for a string.
func (Text) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
