package example_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/connector/connectortest"
	"github.com/lad-hub/lad/connector/example"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Subject{
		Driver:    example.New(),
		Forbidden: []connectortest.Step{{From: "sent", To: "cancelled"}, {From: "cancelled", To: "accepted"}},
		New: func(t *testing.T) *connectortest.Outside {
			s := &shop{rows: map[string][]row{}}
			srv := httptest.NewServer(s)
			t.Cleanup(srv.Close)
			return s.outside(srv.URL)
		},
	})
}

// FuzzParse: whatever comes is an order or refused as data; a call counts only with the signature of its very body.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"id":"17","seq":9,"status":"new","created":"2026-10-02T12:00:00Z","lines":[{"offer":"7","count":2,"price":10000}]}`))
	f.Add([]byte(`{"id":"17","status":"new","lines":[{"offer":"7","count":1,"price":-1}]}`))
	f.Add([]byte(`{"order":"17"}`))
	ch, err := example.New().Open(connector.Config{Settings: new(shop).outside("https://shop.example.com").Settings, HookSecret: "secret"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := ch.(connector.OrderSource).ParseOrder(body)
		if err != nil && connector.KindOf(err) != connector.KindData || err == nil && (o.ExternalID == "" || len(o.Lines) == 0 || o.Total.Minor < 0) {
			t.Errorf("order %+v, error %v", o, err)
		}
		mac := hmac.New(sha256.New, []byte("secret"))
		mac.Write(body)
		header := http.Header{"X-Signature": {hex.EncodeToString(mac.Sum(nil))}}
		hook, err := ch.(connector.WebhookSource).ParseWebhook(header, body)
		_, forged := ch.(connector.WebhookSource).ParseWebhook(header, append(body, ' '))
		if err != nil || len(hook.OrderIDs) == 0 && !hook.Sweep || connector.KindOf(forged) != connector.KindAuth {
			t.Errorf("a signed call: %+v, error %v; the signature of another body: %v", hook, err, forged)
		}
	})
}
