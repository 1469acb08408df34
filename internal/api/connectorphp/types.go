package connectorphp

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/lad-hub/lad/internal/baselinker"
)

// legacyText are the keys whose numbers were texts before August 2023.
var legacyText = []string{
	"storage_id", "order_id", "shop_order_id", "order_source_id", "order_status_id", "order_product_id", "category_id", "manufacturer_id", "tracking_status", "tracking_status_date",
	"tracking_delivery_days", "pick_status", "pack_status",
}

// encode writes an answer of a method in the types that the token's client reads.
func encode(out answer, rules baselinker.TokenRules, method string) ([]byte, error) {
	body, err := json.Marshal(out)
	t := types{method: method, text: map[string]bool{}, number: map[string]bool{}}
	if rules.LegacyTypes {
		t.add(t.text, legacyText)
	}
	t.add(t.text, rules.TextKeys)
	t.add(t.number, rules.NumberKeys)
	if err != nil || len(t.text)+len(t.number) == 0 {
		return body, err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	t.change(tree, "")
	return json.Marshal(tree)
}

// types are the keys whose values a client reads as texts, and those that it reads as numbers.
type types struct {
	method       string
	text, number map[string]bool
}

// among says whether keys name a key that stands under the key inside.
func (t types) among(keys map[string]bool, inside, key string) bool {
	return keys[key] || keys[inside+"."+key] || keys[t.method+"."+key]
}

func (types) add(to map[string]bool, keys []string) {
	for _, key := range keys {
		to[key] = true
	}
}

// change goes through what stands under the key inside.
func (t types) change(v any, inside string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			t.change(e, inside)
		}
	case map[string]any:
		for key, e := range v {
			switch e := e.(type) {
			case json.Number:
				if t.among(t.text, inside, key) {
					v[key] = e.String()
				}
			case string:
				if t.among(t.number, inside, key) {
					v[key] = numberOf(e)
				}
			default:
				t.change(e, under(inside, key))
			}
		}
	}
}

// under is the name of what stands under a key: ids are no names.
func under(inside, key string) string {
	if strings.Trim(key, "0123456789") == "" {
		return inside
	}
	return key
}

// numberOf is a text as a number, 0 for none; a text that is no number stays one.
func numberOf(s string) any {
	if s == "" {
		return json.Number("0")
	}
	if n := json.Number(s); json.Valid([]byte(s)) && strings.Trim(s, "-.0123456789") == "" {
		return n
	}
	return s
}
