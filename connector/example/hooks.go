package example

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/lad-hub/lad/connector"
)

// ParseWebhook checks the signature before it looks at the body. The order itself is read again by its id.
func (c *channel) ParseWebhook(header http.Header, body []byte) (connector.Hook, error) {
	mac := hmac.New(sha256.New, []byte(c.cfg.HookSecret))
	mac.Write(body)
	signature, err := hex.DecodeString(header.Get("X-Signature"))
	if err != nil || c.cfg.HookSecret == "" || !hmac.Equal(signature, mac.Sum(nil)) {
		return connector.Hook{}, connector.Errorf(connector.KindAuth, "the call is not signed by this shop")
	}
	var said struct{ Order string }
	if json.Unmarshal(body, &said) != nil || said.Order == "" {
		return connector.Hook{Sweep: true}, nil // something happened: the next poll finds what
	}
	return connector.Hook{OrderIDs: []string{said.Order}}, nil
}

// Subscribe sets the one target that a shop has: a repeat changes nothing.
func (c *channel) Subscribe(ctx context.Context, target string) error {
	var said struct{ Target *string }
	err := c.call(ctx, http.MethodPut, "/shop", map[string]string{"target": target, "secret": c.cfg.HookSecret}, &said)
	if err == nil && (said.Target == nil || *said.Target != target) {
		err = connector.Errorf(connector.KindUnknown, "Kiosk did not say whether it calls")
	}
	return err
}

// Unsubscribe leaves the shop without a target.
func (c *channel) Unsubscribe(ctx context.Context, _ string) error { return c.Subscribe(ctx, "") }
