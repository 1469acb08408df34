package webhooksui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// must fails unless the answer has the status and holds the texts; it answers the words.
func must(t *testing.T, what string, a apptest.Answer, status int, texts ...string) string {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: HTTP %d, want %d: %.400s", what, a.Status, status, a.Text)
	}
	a.Check(t)
	words := a.Words(t)
	for _, text := range texts {
		if !strings.Contains(words, text) {
			t.Errorf("%s has no %q: %.1500s", what, text, words)
		}
	}
	return words
}

// An owner makes a webhook, sees its secret once, follows its log, pauses, sends again and deletes; others have no such page.
func TestWebhookPages(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	taken := make(chan string, 100)
	program := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { taken <- r.Header.Get("Webhook-Id") }))
	t.Cleanup(program.Close)
	b := s.Owner()
	must(t, "list", b.Get("/webhooks"), 200, "Вебхуки", "Повідомляти іншу програму")
	must(t, "bad form", b.Post("/webhooks", url.Values{"name": {""}, "url": {"ftp://x"}, "event": {"order"}, "more": {"token.created"}}), 422,
		"Дайте назву", "Це не адреса https", "Події «token.created» немає")
	made := must(t, "made", b.Post("/webhooks", url.Values{"name": {"ERP"}, "url": {program.URL}, "event": {"order"}, "more": {"sku.created"}}), 200, "ERP", "whsec_", "працює")
	if again := must(t, "list", b.Get("/webhooks"), 200, "ERP", "Замовлення, sku.created"); strings.Contains(again, "whsec_") || made == again {
		t.Error("the secret is shown twice")
	}
	id := s.Int("select max(id) from webhook where tenant_id = $1")
	page := fmt.Sprint("/webhooks/", id)
	must(t, "empty log", b.Get(page), 200, "Ще нічого не надіслано")
	s.Start()
	s.Write(func(tx *db.Tx) error {
		return s.Journal.Append(context.Background(), tx, journal.Record{Actor: "system", Kind: "order.changed", Subject: "order", SubjectID: 7})
	})
	first := <-taken
	delivered := func(n int64) func() bool {
		return func() bool {
			return s.Int("select count(*) from webhook_delivery where tenant_id = $1 and state = 'delivered'") == n
		}
	}
	apptest.Eventually(t, "it is recorded", delivered(1))
	must(t, "log", b.Get(page), 200, "order.changed", "order 7", "доставлено")
	goes(t, "retry", b.Post(page+"/deliveries/1/retry", nil), page)
	if again := <-taken; again != first {
		t.Errorf("sent again as %s, was %s", again, first)
	}
	apptest.Eventually(t, "it is recorded", delivered(2))
	must(t, "replay without a day", b.Post(page+"/replay", nil), 422, "Виберіть день")
	goes(t, "replay", b.Post(page+"/replay", url.Values{"since": {s.Time.Now().Format("2006-01-02")}}), page)
	<-taken
	goes(t, "pause", b.Post(page+"/pause", nil), page)
	must(t, "paused", b.Get(page), 200, "на паузі", "Відновити")
	goes(t, "resume", b.Post(page+"/resume", nil), page)
	if a := s.Viewer().Get(page); a.Status != http.StatusForbidden {
		t.Errorf("a viewer: HTTP %d", a.Status)
	}
	goes(t, "delete", b.Post(page+"/delete", nil), "/webhooks")
	must(t, "deleted", b.Get(page), 404)
}

func goes(t *testing.T, what string, a apptest.Answer, to string) {
	t.Helper()
	if got := a.Header.Get("Location"); a.Status != http.StatusSeeOther || got != to {
		t.Errorf("%s: HTTP %d to %q, want %q", what, a.Status, got, to)
	}
}
