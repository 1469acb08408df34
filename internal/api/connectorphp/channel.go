package connectorphp

import (
	"context"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
)

// channel is a connection as the protocol's sources and storages see it.
type channel struct {
	id           int64
	driver, name string
}

// channels lists the connections.
func (s *Server) channels(ctx context.Context, tx *db.Tx) ([]channel, error) {
	list, err := connections.All(ctx, tx)
	out := make([]channel, len(list))
	for i, l := range list {
		out[i] = channel{id: l.ID, driver: cut(l.Driver, 20), name: l.Name}
	}
	return out, err
}
