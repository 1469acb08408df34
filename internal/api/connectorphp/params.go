package connectorphp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// params are the parameters of a call, read leniently: numbers as texts, truth as true, 1 or "1", null as absent, an empty
// list where a map is expected, unknown parameters passed over. The first value that can not be read is the call's fault.
type params struct {
	values map[string]any
	faulty *error // shared with the parameters inside
}

// maxInside bounds the entries of one list or map inside the parameters.
const maxInside = 5000

func newParams(values map[string]any, faulty *error) params {
	for name, v := range values {
		if v == nil {
			delete(values, name)
		}
	}
	return params{values: values, faulty: faulty}
}

// parseParameters reads the JSON document of a call. Absent, empty, null and [] are no parameters.
func parseParameters(text string) (params, error) {
	var tree any
	if strings.TrimSpace(text) != "" {
		d := json.NewDecoder(bytes.NewReader([]byte(text)))
		d.UseNumber()
		if err := d.Decode(&tree); err != nil {
			return params{}, fail("ERROR_BAD_PARAMETERS", "error.api.json")
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return params{}, fail("ERROR_BAD_PARAMETERS", "error.api.json")
		}
	}
	values, ok := tree.(map[string]any)
	list, isList := tree.([]any)
	if !ok && tree != nil && (!isList || len(list) > 0) {
		return params{}, fail("ERROR_BAD_PARAMETERS", "error.api.json")
	}
	var none error
	return newParams(values, &none), nil
}

// fault is the first thing that could not be read, nil for none.
func (p params) fault() error { return *p.faulty }

func (p params) bad(name string) {
	if *p.faulty == nil {
		*p.faulty = fail("ERROR_BAD_PARAMETERS", "error.baselinker.parameter", "name", name)
	}
}

// need notes the names that are missing.
func (p params) need(names ...string) {
	for _, name := range names {
		if !p.has(name) {
			p.bad(name)
		}
	}
}

// has says whether a parameter is there.
func (p params) has(name string) bool {
	_, ok := p.values[name]
	return ok
}

// alias lets a parameter come under another name, too.
func (p params) alias(other, name string) {
	if v, there := p.values[other]; there && !p.has(name) {
		p.values[name] = v
	}
}

// decimal is a number as text without an exponent, empty when it is absent or an empty text.
func (p params) decimal(name string) string {
	switch v := p.values[name].(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "1"
		}
		return "0"
	case json.Number:
		return p.plain(name, v.String())
	case string:
		return p.plain(name, strings.ReplaceAll(strings.TrimSpace(v), ",", "."))
	}
	p.bad(name)
	return ""
}

// plain checks a number. One with an exponent is written out.
func (p params) plain(name, s string) string {
	if s == "" {
		return ""
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e15 || strings.ContainsAny(s, "xX_pP") {
		p.bad(name)
		return ""
	}
	if strings.ContainsAny(s, "eE") || len(s) > 32 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	if s[0] == '+' || s[0] == '.' || s[len(s)-1] == '.' || strings.HasPrefix(s, "-.") || leadingZero(s) {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s
}

// leadingZero says that a number is written as JSON does not allow it.
func leadingZero(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return len(s) > 1 && s[0] == '0' && s[1] != '.'
}

// int is a whole number, 0 when absent.
func (p params) int(name string) int64 {
	s := p.decimal(name)
	if s == "" {
		return 0
	}
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		p.bad(name)
	}
	return n
}

// text is a text of at most so many characters, cut when it is longer; numbers count as texts.
func (p params) text(name string, most int) string {
	var s string
	switch v := p.values[name].(type) {
	case nil:
	case string:
		s = v
	case json.Number:
		s = v.String()
	case bool:
		s = p.decimal(name)
	default:
		p.bad(name)
	}
	return cut(s, most)
}

func cut(s string, most int) string {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	}
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// flag is a truth value, false when absent.
func (p params) flag(name string) bool {
	switch v := p.values[name].(type) {
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "1", "yes":
			return true
		case "", "false", "0", "no":
			return false
		}
		p.bad(name)
	case bool:
		return v
	case json.Number:
		return p.int(name) != 0
	case nil:
	default:
		p.bad(name)
	}
	return false
}

// amount is money, rounded to the currency; 0 when absent.
func (p params) amount(name string, cur money.Currency) money.Money {
	s := p.decimal(name)
	if s == "" {
		return money.New(0, cur)
	}
	m, err := parseAmount(s, cur)
	if err != nil {
		p.bad(name)
	}
	return m
}

func parseAmount(s string, cur money.Currency) (money.Money, error) {
	if m, err := money.Parse(s, cur); err == nil {
		return m, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return money.Money{}, err
	}
	return money.FromFloat(f, cur)
}

// quantity is a quantity, 0 when absent.
func (p params) quantity(name string) qty.Qty {
	s := p.decimal(name)
	if s == "" {
		return 0
	}
	q, err := qty.Parse(s)
	if err != nil {
		p.bad(name)
	}
	return q
}

// list is a list; a map counts as the list of its values in order of their keys.
func (p params) list(name string) []any {
	var out []any
	switch v := p.values[name].(type) {
	case nil:
	case []any:
		out = v
	case map[string]any:
		for _, key := range numericOrder(v) {
			out = append(out, v[key])
		}
	default:
		p.bad(name)
	}
	if len(out) > maxInside {
		p.bad(name)
		return nil
	}
	return out
}

// numericOrder are the keys of a map, numbers by their value.
func numericOrder(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, errA := strconv.Atoi(keys[i])
		b, errB := strconv.Atoi(keys[j])
		if errA == nil && errB == nil && a != b {
			return a < b
		}
		return keys[i] < keys[j]
	})
	return keys
}

// ints is a list of whole numbers; one number counts as a list of one.
func (p params) ints(name string) []int64 {
	items := p.values[name]
	if _, one := items.(json.Number); one {
		return []int64{p.int(name)}
	}
	var out []int64
	for _, v := range p.list(name) {
		one := params{values: map[string]any{name: v}, faulty: p.faulty}
		out = append(out, one.int(name))
	}
	return out
}

// objects is a list of parameters.
func (p params) objects(name string) []params {
	var out []params
	for _, v := range p.list(name) {
		m, ok := v.(map[string]any)
		if !ok {
			p.bad(name)
			return nil
		}
		out = append(out, newParams(m, p.faulty))
	}
	return out
}

// dict is a map as parameters; a list counts as the map of its places.
func (p params) dict(name string) params {
	switch v := p.values[name].(type) {
	case nil:
	case map[string]any:
		if len(v) > maxInside {
			p.bad(name)
			break
		}
		return newParams(v, p.faulty)
	case []any:
		m := make(map[string]any, len(v))
		for i, e := range p.list(name) {
			m[strconv.Itoa(i)] = e
		}
		return newParams(m, p.faulty)
	default:
		p.bad(name)
	}
	return params{values: map[string]any{}, faulty: p.faulty}
}

// keys are the names in a dict, numbers by their value.
func (p params) keys() []string { return numericOrder(p.values) }

// texts is a list of texts.
func (p params) texts(name string, most int) []string {
	out := []string{}
	for _, v := range p.list(name) {
		one := params{values: map[string]any{name: v}, faulty: p.faulty}
		out = append(out, one.text(name, most))
	}
	return out
}
