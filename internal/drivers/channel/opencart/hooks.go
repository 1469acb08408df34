package opencart

import (
	"context"
	"crypto/hmac"
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// hookWindow is how old a push may be. It is only a hint, so an old one does no harm beyond reading some orders again.
const hookWindow = time.Hour

// ParseWebhook checks a push and reads the numbers of the orders it is about.
func (c *channel) ParseWebhook(header http.Header, body []byte) (connector.Hook, error) {
	if e := c.verify(header, body); e != nil {
		return connector.Hook{}, e
	}
	return readHook(body)
}

// readHook reads the body of a push that was checked.
func readHook(body []byte) (connector.Hook, error) {
	var said struct {
		ID     wire.Text   `json:"id"`
		Orders []wire.Text `json:"orders"`
	}
	if e := wire.Decode(body, &said); e != nil {
		return connector.Hook{}, e
	}
	hook := connector.Hook{ID: string(said.ID)}
	seen := map[string]bool{}
	for _, t := range said.Orders {
		if id := t.ID(); t.Number() > 0 && !seen[id] && len(hook.OrderIDs) < maxOrders {
			seen[id] = true
			hook.OrderIDs = append(hook.OrderIDs, id)
		}
	}
	hook.Sweep = len(hook.OrderIDs) == 0
	return hook, nil
}

func (c *channel) verify(header http.Header, body []byte) *connector.Error {
	at := header.Get("X-Lad-Time")
	want := sign(c.cfg.HookSecret, "hook\n"+at+"\n"+digest(body))
	if c.cfg.HookSecret == "" || !hmac.Equal([]byte(header.Get("X-Lad-Signature")), []byte(want)) {
		return connector.Errorf(connector.KindAuth, "the push is not signed by the shop's module")
	}
	sent, err := strconv.ParseInt(at, 10, 64)
	if err != nil || c.cfg.Now().Add(c.offset).Sub(time.Unix(sent, 0)).Abs() > hookWindow {
		return connector.Errorf(connector.KindAuth, "the push is too old: is the clock of the shop right?")
	}
	return nil
}

// Subscribe tells the module where to push to and what to sign with. The module keeps one subscription for each target, so
// calling again changes nothing, and makes again what a restored backup of the shop has lost.
func (c *channel) Subscribe(ctx context.Context, target string) error {
	if c.cfg.HookSecret == "" {
		return connector.Errorf(connector.KindSettings, "no secret to sign pushes with")
	}
	return c.hook(ctx, "subscribe", target, map[string]any{"target": target, "secret": c.cfg.HookSecret})
}

// Unsubscribe ends the pushes to target.
func (c *channel) Unsubscribe(ctx context.Context, target string) error {
	return c.hook(ctx, "unsubscribe", target, map[string]any{"target": target})
}

func (c *channel) hook(ctx context.Context, call, target string, body map[string]any) error {
	var said struct {
		Target wire.Text `json:"target"`
	}
	if err := c.call(ctx, call, body, true, &said); err != nil {
		return err
	}
	if string(said.Target) != target {
		return connector.Errorf(connector.KindUnknown, "the module did not say that it noted the subscription")
	}
	return nil
}
