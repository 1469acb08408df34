package wire

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the zone of a channel must be known on a machine without zone files

	"github.com/lad-hub/lad/internal/platform/qty"
)

// Text is a JSON string, number or boolean as text; null, absence, objects and arrays are empty.
type Text string

// UnmarshalJSON never fails: what is not a scalar is empty.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = ""
	if len(b) == 0 {
		return nil
	}
	switch b[0] {
	case '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(strings.TrimSpace(strings.ReplaceAll(s, "\x00", "")))
	case '{', '[', 'n':
	case 't', 'f':
		*t = Text(b)
	default:
		*t = Text(plain(string(b)))
	}
	return nil
}

// plain writes a JSON number without an exponent. An exponent nobody uses for a quantity or an id stays as it is, and fails
// later as not a number.
func plain(s string) string {
	at := strings.IndexAny(s, "eE")
	if at < 0 {
		return s
	}
	if exp, err := strconv.Atoi(s[at+1:]); err != nil || exp > 30 || exp < -30 {
		return s
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return s
	}
	s = r.FloatString(30)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// ID reads an identifier: absence, 0 and negative numbers are none; "17.0" of a float is "17".
func (t Text) ID() string {
	s := string(t)
	if whole, frac, ok := strings.Cut(s, "."); ok && digitsOnly(whole) && strings.Trim(frac, "0") == "" {
		s = whole
	}
	if s == "0" || strings.HasPrefix(s, "-") {
		return ""
	}
	return s
}

// Number reads an identifier of a channel whose ids are positive whole numbers; anything else is 0.
func (t Text) Number() int64 {
	n, err := strconv.ParseInt(t.ID(), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// True reads a flag: true, 1, "1", "yes".
func (t Text) True() bool {
	switch strings.ToLower(string(t)) {
	case "true", "1", "yes":
		return true
	}
	return false
}

// Email is the text when it can be an address: channels put flags and placeholders there.
func (t Text) Email() string {
	if at := strings.IndexByte(string(t), '@'); at > 0 && at < len(t)-1 {
		return string(t)
	}
	return ""
}

// Quantity reads a quantity in pieces with at most three decimals.
func (t Text) Quantity() (qty.Qty, error) { return qty.Parse(string(t)) }

func digitsOnly(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// Words is a text that may come per language: {"ua":"…","ru":"…"}, {"value":{…}} or plain. Ukrainian is preferred.
type Words string

// UnmarshalJSON never fails on a value of another type.
func (w *Words) UnmarshalJSON(b []byte) error {
	var t Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	*w = Words(t)
	if !bytes.HasPrefix(b, []byte("{")) {
		return nil
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	for _, key := range []string{"ua", "uk", "value", "title", "ru", "en"} {
		var inner Words
		if raw, ok := m[key]; ok && inner.UnmarshalJSON(raw) == nil && inner != "" {
			*w = inner
			return nil
		}
	}
	return nil
}

// First is the first text that is not empty.
func First[T ~string](texts ...T) string {
	for _, t := range texts {
		if t != "" {
			return string(t)
		}
	}
	return ""
}

// Name joins the parts of a person's name.
func Name(parts ...Text) string {
	var words []string
	for _, p := range parts {
		words = append(words, strings.Fields(string(p))...)
	}
	return strings.Join(words, " ")
}

// Key makes ids unique within one order for channels whose lines have none: a repeat gets "#2", "#3"…
type Key map[string]int

// Next is the key for the next line with this id; a line without one is counted by itself.
func (k Key) Next(id string) string {
	k[id]++
	if n := k[id]; n > 1 || id == "" {
		return id + "#" + strconv.Itoa(n)
	}
	return id
}

// Zone loads a time zone that the binary carries itself.
func Zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// layouts of times seen; those without an offset are read in the channel's zone.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999-0700", "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05.999999", "2006-01-02T15:04",
	"2006-01-02 15:04", "2006-01-02", "02.01.2006 15:04:05", "02.01.2006",
}

// Time reads a time; zero when there is none.
func (t Text) Time(loc *time.Location) time.Time {
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, string(t), loc); err == nil && at.Year() > 1970 && at.Year() < 9999 {
			return at.UTC()
		}
	}
	return time.Time{}
}
