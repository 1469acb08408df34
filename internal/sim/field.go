package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/money"
)

// Field is a member of a request's JSON object that knows whether it was sent at all.
type Field struct{ raw json.RawMessage }

// UnmarshalJSON keeps the member as it came.
func (f *Field) UnmarshalJSON(b []byte) error {
	f.raw = bytes.Clone(b)
	return nil
}

// Sent reports whether the member was there, even as null.
func (f Field) Sent() bool { return f.raw != nil }

// Null reports whether the member was there as null.
func (f Field) Null() bool { return string(f.raw) == "null" }

// Int is a whole number written as a number or as a string of digits.
func (f Field) Int() (int64, bool) {
	n, err := strconv.ParseInt(f.plain(), 10, 64)
	return n, err == nil
}

// Minor is an amount of hryvnias, a number or a string, in kopiykas.
func (f Field) Minor() (int64, bool) {
	m, err := money.Parse(f.plain(), money.UAH)
	return m.Minor, err == nil
}

// Text is a JSON string; ok is false for anything else.
func (f Field) Text() (s string, ok bool) {
	if f.raw == nil {
		return "", false
	}
	return s, json.Unmarshal(f.raw, &s) == nil && !f.Null()
}

// Scalar is a string or number as text, "" for anything else.
func (f Field) Scalar() string {
	if len(f.raw) == 0 || strings.ContainsAny(string(f.raw[:1]), "{[ntf") {
		return ""
	}
	return f.plain()
}

// Decode reads the member into v.
func (f Field) Decode(v any) error { return json.Unmarshal(f.raw, v) }

// plain is the member without the quotes of a string; a whole number written as 7.0 becomes 7.
func (f Field) plain() string {
	s := string(f.raw)
	if t, ok := f.Text(); ok {
		s = strings.TrimSpace(t)
	}
	if whole, frac, ok := strings.Cut(s, "."); ok && strings.Trim(frac, "0") == "" && frac != "" {
		return whole
	}
	return s
}

// Decimal writes kopiykas as hryvnias with two digits after the point: "1890.50".
func Decimal(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

// Number writes kopiykas as the JSON number of hryvnias: 1890.5, 740.
func Number(minor int64) json.Number {
	s := Decimal(minor)
	return json.Number(strings.TrimSuffix(strings.TrimRight(s, "0"), "."))
}

// Merge is v's JSON object with the members of over replaced or added. Without any it is v itself.
func Merge(v any, over map[string]any) any {
	if len(over) == 0 {
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sim: order can not be encoded: %v", err))
	}
	out := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		panic(fmt.Sprintf("sim: order is no object: %v", err))
	}
	for k, x := range over {
		out[k] = x
	}
	return out
}

// RawObject checks a raw order and finds its id under a key; 0 when it has no usable one.
func RawObject(object []byte, idKey string) (map[string]any, int64, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	m := map[string]any{}
	if err := d.Decode(&m); err != nil || m == nil {
		return nil, 0, ErrBroken
	}
	id, err := strconv.ParseInt(fmt.Sprint(m[idKey]), 10, 64)
	if err != nil || id <= 0 {
		return m, 0, nil
	}
	return m, id, nil
}

// SplitName splits "Олена Коваль" into the given name and the rest.
func SplitName(name string) (first, last string) {
	first, last, _ = strings.Cut(strings.TrimSpace(name), " ")
	return first, last
}
