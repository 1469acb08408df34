package bench

import (
	"context"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
)

// The channels bench measures what it says, in a small shop.
func TestChannelsSmall(t *testing.T) {
	t.Parallel()
	r, err := Channels(context.Background(), Options{Dir: t.TempDir(), Offers: 450, SKUs: 120, Lasts: time.Second, Progress: t.Logf}, db.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	if r.FirstSyncS <= 0 || r.refused != 1 || r.priceImportS <= 0 || r.priceRuleS <= 0 || r.PricePushedS <= 0 || r.FanoutP99MS <= 0 || r.SlowP99MS <= 0 || r.DeadP99MS <= 0 || r.lostBySick != 0 {
		t.Errorf("%+v", r)
	}
}
