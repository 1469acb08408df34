package connections

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// keepSettings stores settings that the outside has changed itself, a rotated refresh token above all, durably before it
// returns. The loop that asked for it goes on: it knows them already.
func (s *Service) keepSettings(ctx context.Context, t db.Tenant, id int64, changed map[string]string) error {
	return s.db.Write(ctx, t, func(tx *db.Tx) error {
		c, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		d, ok := s.Drivers(c.Driver)
		if !ok || c.State == Deleted {
			return errs.New(errs.Conflict, "error.connection.deleted")
		}
		secrets, err := s.secretsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		open := merge(c.Settings, nil)
		for key, value := range changed {
			at := slices.IndexFunc(d.Info().Settings, func(f connector.Setting) bool { return f.Key == key })
			switch {
			case at < 0:
				return errs.New(errs.Internal, "error.connection.unknown_setting")
			case d.Info().Settings[at].Secret:
				secrets[key] = value
			default:
				open[key] = value
			}
		}
		plain, err := json.Marshal(secrets)
		if err != nil {
			return err
		}
		sealed, err := s.Box.Seal(t, "connection", plain)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update connection set settings = $3, secrets = $4 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, encode(open), sealed)
		return err
	})
}
