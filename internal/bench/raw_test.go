package bench

import (
	"context"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
)

func TestRawSQLite(t *testing.T) {
	t.Parallel()
	rate, err := rawOrders(context.Background(), db.SQLite, t.TempDir(), "", 100, 8, 300*time.Millisecond)
	if err != nil || rate <= 0 {
		t.Fatalf("rate %f: %v", rate, err)
	}
	t.Logf("%.0f bare orders/s", rate)
}
