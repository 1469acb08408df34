package connectortest

import (
	"context"
	"net/http"
	"testing"

	"github.com/lad-hub/lad/connector"
)

// webhook: no body makes ParseWebhook panic or report a whole order that ParseOrder refuses, and subscribing is repeatable.
func (s Subject) webhook(t *testing.T) {
	t.Parallel()
	st := s.start(t)
	src := st.ch.(connector.WebhookSource)
	bodies := []string{"", "null", "[]", "{}", `"x"`, "<html>", `{"order_id":1`, `{"order_id":1042}`, `{"order_id":[{}]}`, `{"id":"7","data":null}`}
	for _, body := range bodies {
		hook, err := src.ParseWebhook(http.Header{}, []byte(body))
		if err != nil {
			st.wantKind("ParseWebhook of "+body, err, connector.KindAuth, connector.KindData)
			continue
		}
		if len(hook.Orders) == 0 && len(hook.OrderIDs) == 0 && !hook.Sweep && hook.ID == "" {
			t.Errorf("ParseWebhook of %s says nothing and refuses nothing", body)
		}
	}
	target := "https://hub.example/h/0123456789abcdef"
	for range 2 {
		if err := src.Subscribe(context.Background(), target); err != nil {
			t.Fatalf("Subscribe: %v", err)
		}
	}
	for range 2 {
		if err := src.Unsubscribe(context.Background(), target); err != nil {
			t.Fatalf("Unsubscribe: %v", err)
		}
	}
}
