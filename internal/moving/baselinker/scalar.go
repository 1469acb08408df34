package baselinker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/platform/money"
)

// Text is a JSON string, number or truth value as text. Anything else is empty: the API writes missing things in many ways.
type Text string

// UnmarshalJSON never fails on a value of another type.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case len(b) == 0 || bytes.ContainsAny(b[:1], "{[n"):
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")))
	default:
		*t = Text(b)
	}
	return nil
}

// Int is a whole number written as a number or as text; 0 for anything else.
func (t Text) Int() int64 {
	s := string(t)
	if whole, frac, ok := strings.Cut(s, "."); ok && strings.Trim(frac, "0") == "" {
		s = whole
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// True reads a flag: true, 1, "1".
func (t Text) True() bool { return t == "true" || t == "1" }

// ID is an identifier; the API's "0" and "" are none.
func (t Text) ID() string {
	if n := t.Int(); n > 0 {
		return strconv.FormatInt(n, 10)
	}
	if strings.Trim(string(t), "0-") == "" {
		return ""
	}
	return string(t)
}

// Money reads an amount, rounded half away from zero to the currency's precision: prices that were computed from others have
// more digits.
func (t Text) Money(c money.Currency) (money.Money, error) {
	if t == "" {
		return money.New(0, c), nil
	}
	n, err := t.scaled(c.Digits())
	if err != nil {
		return money.Money{}, err
	}
	return money.New(n, c), nil
}

// Thousandths reads a decimal as a whole number of thousandths: kilograms as grams.
func (t Text) Thousandths() (int64, error) {
	if t == "" {
		return 0, nil
	}
	return t.scaled(3)
}

// maxNumber is the longest number that is looked at.
const maxNumber = 40

func (t Text) scaled(digits int) (int64, error) {
	s := string(t)
	if len(s) > maxNumber || strings.Trim(s, "0123456789.+-eE") != "" {
		return 0, fmt.Errorf("not an amount")
	}
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		if exp, err := strconv.Atoi(s[at+1:]); err != nil || exp > 15 || exp < -15 {
			return 0, fmt.Errorf("not an amount")
		}
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, fmt.Errorf("not an amount")
	}
	r.Mul(r, new(big.Rat).SetInt64(pow10(digits)))
	num, den := r.Num(), r.Denom()
	half := new(big.Int).Quo(den, big.NewInt(2))
	if num.Sign() < 0 {
		half.Neg(half)
	}
	n := new(big.Int).Quo(new(big.Int).Add(num, half), den)
	if !n.IsInt64() || n.Int64() > money.Max || n.Int64() < -money.Max {
		return 0, fmt.Errorf("amount out of range")
	}
	return n.Int64(), nil
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// Keyed is an object by key. The API writes an empty one as an empty list, and one whose keys are 0, 1, 2 as a list.
type Keyed[T any] map[string]T

// UnmarshalJSON reads an object or a list; anything else is empty.
func (k *Keyed[T]) UnmarshalJSON(b []byte) error {
	*k = nil
	switch {
	case bytes.HasPrefix(b, []byte("{")):
		return json.Unmarshal(b, (*map[string]T)(k))
	case bytes.HasPrefix(b, []byte("[")):
		var list []T
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
		*k = make(Keyed[T], len(list))
		for i, v := range list {
			(*k)[strconv.Itoa(i)] = v
		}
	}
	return nil
}

// Numbered is an object by number, read as Keyed; members under other keys are none of its things and left out.
type Numbered[T any] map[string]T

// UnmarshalJSON reads an object; a list, which is how the API writes an empty one, has no numbers and is empty.
func (n *Numbered[T]) UnmarshalJSON(b []byte) error {
	*n = nil
	if !bytes.HasPrefix(b, []byte("{")) {
		return nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*n = make(Numbered[T], len(raw))
	for key, body := range raw {
		if _, err := strconv.ParseUint(key, 10, 63); err != nil {
			continue
		}
		var v T
		if err := json.Unmarshal(body, &v); err != nil {
			return err
		}
		(*n)[key] = v
	}
	return nil
}

// Raw is one thing of an answer, decoded later and for itself, so that a broken one does not take the others with it.
type Raw = json.RawMessage
