package opencartdb

import (
	"encoding/json"
	"html"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/internal/drivers/wire"
)

// plain is a text as people wrote it: OpenCart stores texts escaped for HTML.
func plain(t wire.Text) string {
	return strings.TrimSpace(strings.ReplaceAll(html.UnescapeString(string(t)), "\x00", ""))
}

var tag = regexp.MustCompile(`<[^>]*>`)

// method reads a way of payment or delivery: OpenCart 3 keeps two texts, OpenCart 4 one JSON object. Titles may hold pictures.
func method(title, code wire.Text) way {
	var object struct {
		Name wire.Text `json:"name"`
		Code wire.Text `json:"code"`
	}
	if strings.HasPrefix(strings.TrimSpace(string(title)), "{") && json.Unmarshal([]byte(title), &object) == nil {
		title, code = object.Name, object.Code
	}
	return way{Code: string(code), Title: strings.TrimSpace(tag.ReplaceAllString(plain(title), ""))}
}

type way struct {
	Code  string `json:"code"`
	Title string `json:"title"`
}

var decimal = regexp.MustCompile(`^-?\d{1,20}(\.\d{1,12})?$`)

// number reads a decimal of the database; nil when it is none.
func number(t wire.Text) *big.Rat {
	if !decimal.MatchString(string(t)) {
		return nil
	}
	r, _ := new(big.Rat).SetString(string(t))
	return r
}

// product multiplies decimals and rounds to two digits, half away from zero, as the database would; "" when one is none.
func product(factors ...*big.Rat) string {
	out := big.NewRat(1, 1)
	for _, f := range factors {
		if f == nil {
			return ""
		}
		out.Mul(out, f)
	}
	return out.FloatString(2)
}

// sum adds decimals; one that is none counts as nothing, unless all are.
func sum(terms ...*big.Rat) *big.Rat {
	var out *big.Rat
	for _, t := range terms {
		if t == nil {
			continue
		}
		if out == nil {
			out = new(big.Rat)
		}
		out.Add(out, t)
	}
	return out
}

// list writes numbers for IN.
func list(ids []int64) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.FormatInt(id, 10)
	}
	return "(" + strings.Join(words, ", ") + ")"
}
