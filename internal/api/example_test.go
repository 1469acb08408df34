package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/api"
	"github.com/lad-hub/lad/internal/api/openapi"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/platform/money"
)

// Every example of the document has the shape that it stands for, is taken by the hub as it is, and is answered as described.
func TestExamplesWork(t *testing.T) {
	t.Parallel()
	paths, ops := map[string]string{}, map[string]*openapi.Operation{}
	for path, methods := range api.Describe().Paths {
		for _, op := range methods {
			if op.Body != nil && op.Body.Content[openapi.JSON].Example != nil {
				paths[op.ID], ops[op.ID] = path, op
			}
		}
	}
	if len(ops) < 5 {
		t.Errorf("%d examples", len(ops))
	}
	eachShop(t, func(s shop) {
		sku := s.Add(catalog.NewSKU{Code: "GEN-3000", Name: "Генератор", Price: money.New(2199900, money.UAH)})
		s.Receive(sku.ID, 5)
		for _, name := range slices.Sorted(maps.Keys(ops)) {
			op := ops[name]
			text, err := json.Marshal(op.Body.Content[openapi.JSON].Example)
			if err != nil {
				s.t.Fatal(err)
			}
			var example any
			if err := json.Unmarshal(text, &example); err != nil {
				s.t.Fatal(err)
			}
			checkShape(s.t, name, op.Body.Schema(), example)
			if name == "createProduct" { // the shop has the example's SKU already, for the other examples
				text = []byte(strings.ReplaceAll(string(text), "GEN-3000", "GEN-3001"))
			}
			status := 200
			if op.Responses["201"] != nil {
				status = 201
			}
			s.call(name, status, strings.ReplaceAll(paths[name], "{id}", fmt.Sprint(sku.ID)), text, "Idempotency-Key", name)
		}
	})
}
