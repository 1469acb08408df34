package orders

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// movedChunk is how many external ids one statement asks for.
const movedChunk = 500

// StagesOf finds the stages of those of our own orders that exist, by external id.
func StagesOf(ctx context.Context, tx *db.Tx, externalIDs []string) (map[string]Stage, error) {
	out := make(map[string]Stage, len(externalIDs))
	err := db.Chunk(externalIDs, movedChunk, func(part []string) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, "select external_id, stage from orders where tenant_id = $1 and connection_id = 0 and external_id in "+in,
			append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner) error {
				var id string
				var stage Stage
				err := sc.Scan(&id, &stage)
				out[id] = stage
				return err
			})
	})
	return out, err
}

// OpenFrom lists the external ids of our own open orders of a source.
func OpenFrom(ctx context.Context, tx *db.Tx, source string) (out []string, err error) {
	err = tx.Each(ctx, `select external_id from orders where tenant_id = $1 and stage in ('new', 'confirmed', 'picking') and connection_id = 0
		and source = $2 order by id`, []any{int64(tx.Tenant), source}, func(sc db.Scanner) error {
		var id string
		err := sc.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

// CountFrom counts our own orders of a source.
func CountFrom(ctx context.Context, tx *db.Tx, source string) (n int64, err error) {
	err = tx.QueryRow(ctx, "select count(*) from orders where tenant_id = $1 and connection_id = 0 and source = $2", int64(tx.Tenant), source).Scan(&n)
	return n, err
}
