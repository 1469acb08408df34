package connectortest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
)

func (s Subject) parse(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	one, two := st.offer(pieces(50)), st.offer(pieces(50))
	id := st.place(Item{one, pieces(2)}, Item{two, pieces(1)})
	got := map[string]connector.RawOrder{}
	st.sweep(st.source(), "", got, nil)
	raw, ok := got[id]
	if !ok {
		t.Fatal("the order is not pulled")
	}
	o, err := st.source().ParseOrder(raw.Body)
	if err != nil {
		t.Fatal(err)
	}
	st.wantOrder(o, id, Item{one, pieces(2)}, Item{two, pieces(1)})
	st.unknownFields(raw.Body, o)
	st.brokenOrders(raw)
	st.mutations(raw.Body)
}

// wantOrder checks a fresh order: its stage, its lines, and money that adds up.
func (st *stand) wantOrder(o connector.Order, id string, items ...Item) {
	t := st.t
	t.Helper()
	if o.ExternalID != id || o.Stage != connector.StageNew || o.Ignore {
		t.Errorf("order %q in stage %q (ignored: %v), want %q in stage new", o.ExternalID, o.Stage, o.Ignore, id)
	}
	if _, ok := st.s.Driver.Info().StatusOf(o.Status); !ok {
		t.Errorf("status %q of a fresh order is not in Info.Statuses", o.Status)
	}
	if o.CreatedAt.IsZero() {
		t.Error("no creation time")
	}
	if p := o.Buyer.Phone; p != "" && !strings.HasPrefix(p, "+") {
		t.Errorf("buyer's phone %q is not E.164", p)
	}
	want, sum, keys := map[string]connector.Qty{}, int64(0), map[string]bool{}
	for _, it := range items {
		want[it.OfferID] += it.Quantity
	}
	for _, l := range o.Lines {
		want[l.OfferID] -= l.Quantity
		sum += l.Total.Minor
		if l.ExternalID == "" || keys[l.ExternalID] {
			t.Errorf("line id %q is empty or not unique", l.ExternalID)
		}
		keys[l.ExternalID] = true
		if l.Price.Minor <= 0 || l.Price.Currency == "" || l.Title == "" {
			t.Errorf("line %s: price %v, title %q", l.ExternalID, l.Price, l.Title)
		}
	}
	for offer, rest := range want {
		if rest != 0 {
			t.Errorf("offer %s: lines are %v short of what was ordered", offer, rest)
		}
	}
	if o.Total.Minor != sum || o.Total.Minor <= 0 {
		t.Errorf("total %v, lines add up to %d", o.Total, sum)
	}
}

// unknownFields: whatever the outside adds tomorrow must change nothing.
func (st *stand) unknownFields(body []byte, want connector.Order) {
	st.t.Helper()
	var doc any
	if err := unmarshal(body, &doc); err != nil {
		st.t.Fatalf("raw order is not JSON: %v", err)
	}
	enrich(doc)
	b, err := json.Marshal(doc)
	if err != nil {
		st.t.Fatal(err)
	}
	got, err := st.source().ParseOrder(b)
	if err != nil {
		st.t.Errorf("with unknown fields: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		st.t.Errorf("unknown fields change the order:\n%s", diff)
	}
}

func enrich(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			enrich(inner)
		}
		v["zz_unknown"] = map[string]any{"a": []any{1, "x", nil}}
	case []any:
		for _, inner := range v {
			enrich(inner)
		}
	}
}

// unmarshal keeps numbers as they are written.
func unmarshal(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(v)
}

// brokenOrders: bytes that can not be an order are KindData, with words.
func (st *stand) brokenOrders(raw connector.RawOrder) {
	st.t.Helper()
	bad := map[string][]byte{
		"nothing": {}, "null": []byte("null"), "a list": []byte("[]"), "a text": []byte(`"x"`), "a number": []byte("17"),
		"an empty object": []byte("{}"), "a web page": []byte("<html></html>"), "cut in half": raw.Body[:len(raw.Body)/2],
		"zeros": make([]byte, 64), "deep": bytes.Repeat([]byte(`{"a":`), 20_000),
	}
	maps.Copy(bad, st.s.BadOrders)
	for _, key := range st.idKeys(raw) {
		var doc map[string]any
		_ = unmarshal(raw.Body, &doc) // read before by unknownFields
		delete(doc, key)
		bad["without "+key], _ = json.Marshal(doc)
	}
	for _, name := range slices.Sorted(maps.Keys(bad)) {
		_, err := st.source().ParseOrder(bad[name])
		st.wantKind("ParseOrder of "+name, err, connector.KindData)
	}
}

// idKeys are the members at the top of an order that hold its id.
func (st *stand) idKeys(raw connector.RawOrder) (keys []string) {
	st.t.Helper()
	var doc map[string]any
	if unmarshal(raw.Body, &doc) != nil {
		return nil
	}
	for key, v := range doc {
		if fmt.Sprint(v) == raw.ExternalID && strings.Contains(key, "id") {
			keys = append(keys, key)
		}
	}
	return keys
}

// mutations puts wrong values into every place of an order: no panic, and nothing but KindData.
func (st *stand) mutations(body []byte) {
	st.t.Helper()
	values := []any{
		nil, "", "x", "-1", "1,890", json.Number("-1"), json.Number("0"), json.Number("0.0005"), json.Number("1e400"),
		json.Number("99999999999999999999"), true, []any{}, []any{nil, 1}, map[string]any{}, "2026-99-99 99:99:99",
	}
	var doc any
	if err := unmarshal(body, &doc); err != nil {
		st.t.Fatal(err)
	}
	try := func(where string) {
		b, err := json.Marshal(doc)
		if err != nil {
			st.t.Fatal(err)
		}
		if _, err := st.source().ParseOrder(b); err != nil {
			st.wantKind("ParseOrder with another value at "+where, err, connector.KindData)
		}
	}
	var walk func(v any, where string)
	swap := func(set func(any), old any, where string) {
		for _, v := range values {
			set(v)
			try(where)
		}
		set(old)
		walk(old, where)
	}
	walk = func(v any, where string) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				swap(func(n any) { v[k] = n }, v[k], where+"."+k)
			}
		case []any:
			for i := range v {
				swap(func(n any) { v[i] = n }, v[i], fmt.Sprintf("%s[%d]", where, i))
			}
		}
	}
	walk(doc, "")
}
