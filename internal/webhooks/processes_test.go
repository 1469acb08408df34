package webhooks_test

import (
	"os"
	"testing"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
)

// Two processes on one PostgreSQL send for one webhook: every event comes once and in order, and when one stops the other goes on.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	if os.Getenv("LAD_TEST_POSTGRES") == "" {
		return
	}
	o := dbtest.Options(t, db.Postgres)
	first := apptest.Live(t, o)
	second, err := app.Open(ctx, app.Options{Database: o, KeyFile: first.KeyFile, AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := second.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	r := receive(t)
	hook(t, first, r, "order")
	first.Webhooks.Start(ctx)
	second.Webhooks.Start(ctx)
	for n := range 20 {
		for id := range 3 {
			say(t, first, "order.changed", int64(id+1), n)
		}
		if n == 10 {
			first.Webhooks.Stop()
		}
	}
	apptest.Eventually(t, "all arrive", func() bool { return len(r.taken()) >= 60 })
	second.Webhooks.Stop()
	ordered(t, r, 3, 20)
	if n := len(r.taken()); n > 60+8 {
		t.Errorf("%d messages: more than a stop can repeat", n)
	}
}
