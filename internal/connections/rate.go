package connections

import (
	"context"
	"math"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// mostPerSecond bounds a rate that a merchant agreed on.
const mostPerSecond = 1000

// SetRate says how many requests a second the channel takes by the merchant's own agreement; 0 goes back to the driver's number.
func (s *Service) SetRate(ctx context.Context, a access.Actor, id int64, perSecond float64) error {
	var c errs.Check
	c.That(perSecond >= 0 && perSecond <= mostPerSecond, "rate", "error.connection.rate", "max", mostPerSecond)
	if err := c.Err(); err != nil {
		return err
	}
	return s.change(ctx, a, id, "connection.rate", map[string]any{"per_second": perSecond}, func(tx *db.Tx, _ Connection) error {
		_, err := tx.Exec(ctx, "update connection set rate_milli = $3, version = version + 1 where tenant_id = $1 and id = $2",
			int64(tx.Tenant), id, int64(math.Round(perSecond*1000)))
		return err
	})
}
