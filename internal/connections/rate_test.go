package connections_test

import (
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/sim/prom"
)

// A rate of the merchant's own goes before the driver's, until it is taken away.
func TestSetRate(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c, _ := s.Connect(prom.New(prom.Options{}), nil)
		for _, bad := range []float64{-1, 1001} {
			wantErr(t, s.Connections.SetRate(ctx, s.Who, c.ID, bad), errs.Invalid)
		}
		for rate, milli := range map[float64]int64{200: 200_000, 0.5: 500, 0: 0} {
			if err := s.Connections.SetRate(ctx, s.Who, c.ID, rate); err != nil {
				t.Fatal(err)
			}
			if got := s.Connection(c.ID).RateMilli; got != milli {
				t.Errorf("rate %v is kept as %d", rate, got)
			}
		}
	})
}
