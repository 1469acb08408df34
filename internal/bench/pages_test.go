package bench

import (
	"context"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
)

// Every address of the pages bench answers, in a small shop.
func TestPagesAnswer(t *testing.T) {
	t.Parallel()
	r, err := Pages(context.Background(), Options{Dir: t.TempDir(), Orders: 300, SKUs: 120, Progress: t.Logf}, db.SQLite)
	if want := len(pageAsks) + len(baselinkerAsks); err != nil || len(r.P95MS) != want {
		t.Fatalf("%d of %d pages: %v", len(r.P95MS), want, err)
	}
}
