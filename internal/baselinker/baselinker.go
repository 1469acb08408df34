// Package baselinker keeps what clients of the BaseLinker protocol write and Lad has no place for: their dictionaries, their
// fields of orders and products, parcels, and how each token wants to be answered. It decides nothing about orders or stock.
package baselinker

import (
	"context"
	"encoding/json"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/ids"
)

// Service reads and writes in the transactions of its callers.
type Service struct{ ids *ids.Source }

// New makes the service.
func New(s *ids.Source) *Service { return &Service{ids: s} }

// readChunk bounds the keys of one statement.
const readChunk = 500

// inTenant is a list for `in` whose arguments follow the tenant, which is $1.
func inTenant(tx *db.Tx, ids []int64) (string, []any) {
	in, list := db.In(2, ids)
	return in, append([]any{int64(tx.Tenant)}, list...)
}

// store writes a document as the database holds it.
func store(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// each reads rows of which the last column is a JSON document.
func each[T any](ctx context.Context, tx *db.Tx, query string, args []any, scan func(db.Scanner, *T, *string) error, take func(T)) error {
	return tx.Each(ctx, query, args, func(sc db.Scanner) error {
		var v T
		var body string
		if err := scan(sc, &v, &body); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return err
		}
		take(v)
		return nil
	})
}
