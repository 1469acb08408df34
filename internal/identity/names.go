package identity

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Names are the active people of the transaction's shop by account, as lists of owners and histories need them.
func Names(ctx context.Context, tx *db.Tx) (map[int64]string, error) {
	list, err := listPeople(ctx, tx)
	out := make(map[int64]string, len(list))
	for _, p := range list {
		out[p.ID] = p.Name
	}
	return out, err
}
