//go:build browser

package ui_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// theme chooses light or dark as the owner would.
func theme(name string) step {
	return until(`(document.documentElement.dataset.theme = ` + strconv.Quote(name) + `, true)`)
}

// TestWebhooks: an owner makes a webhook, sees events arrive in the log as they happen, sees why one was refused, sends it again and
// sees that it was taken, without touching the page in between; also on a phone.
func TestWebhooks(t *testing.T) {
	s := open(t)
	var broken atomic.Bool
	var taken atomic.Int64
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		taken.Add(1)
	}))
	t.Cleanup(program.Close)
	happens := func(kind string, id int64) {
		s.Write(func(tx *db.Tx) error {
			return s.Journal.Append(t.Context(), tx, journal.Record{Actor: "system", Kind: kind, Subject: "order", SubjectID: id})
		})
	}
	s.Start()
	b := browse(t, s, 1440)
	b.do(b.open("/webhooks"), seen("#name"), keys("#name", "ERP"), keys("#url", "ftp://x"), click("main form .pri"), seen("#url-err"))
	b.shoot("webhook-refused")
	b.do(choose("#url", program.URL), click("main form .pri"), landed(".secret .copy"), shows("#webhooks-list", "працює"))
	b.shoot("webhook-made")
	b.do(click("#webhooks-list a"), landed("#webhook-log"), shows("#webhook-log", "Ще нічого не надіслано"))
	happens("order.changed", 7)
	b.do(shows("#webhook-log", "доставлено"))
	broken.Store(true)
	happens("order.shipped", 7)
	happens("order.shipped", 8)
	b.do(shows("#webhook-log", "не прийнято: відповідь 500"), shows("#webhook-log", "не вдається"))
	for _, name := range []string{"light", "dark"} {
		b.do(theme(name))
		b.shoot("webhook-failing-" + name)
	}
	broken.Store(false)
	b.do(leaving, click("#delivery-2 form .btn"), arrived(`/доставлено/.test(document.querySelector("#delivery-2")?.textContent)`))
	if n := taken.Load(); n < 2 {
		t.Errorf("%d events arrived", n)
	}
	b.shoot("webhook-retried")
	if err := s.Webhooks.Pause(t.Context(), s.Who, 1); err != nil { // somebody else
		t.Fatal(err)
	}
	b.do(shows("#webhook-log", "на паузі"))
	phone := browse(t, s, 390)
	for name, path := range map[string]string{"list": "/webhooks", "log": "/webhooks/1"} {
		phone.do(phone.open(path), seen("#main"), until(`document.documentElement.scrollWidth <= innerWidth`))
		phone.shoot("webhook-phone-" + name)
	}
}
