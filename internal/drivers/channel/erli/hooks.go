package erli

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// events are the hooks that concern orders. checkBuyability would make Erli's checkout wait for Lad and is left alone.
var events = []string{"orderCreated", "orderStatusChanged", "orderSellerStatusChanged"}

var looksLikeOrder = regexp.MustCompile(`^\d{6}x\d{4,}$`)

// ParseWebhook checks the access token that Subscribe gave to Erli, and reads the body as a hint: nothing in it is believed but
// the order's number.
func (c *channel) ParseWebhook(header http.Header, body []byte) (connector.Hook, error) {
	if !c.signed(header) {
		return connector.Hook{}, connector.Errorf(connector.KindAuth, "the call does not carry this connection's access token")
	}
	return readHook(body), nil
}

// readHook reads the body of a call that was checked.
func readHook(body []byte) connector.Hook {
	type named struct {
		ID      wire.Text `json:"id"`
		OrderID wire.Text `json:"orderId"`
	}
	var said struct {
		named
		Order   named `json:"order"`
		Payload named `json:"payload"`
	}
	if e := wire.Decode(body, &said); e == nil {
		for _, id := range []wire.Text{said.Payload.ID, said.Payload.OrderID, said.Order.ID, said.OrderID, said.ID} {
			if looksLikeOrder.MatchString(string(id)) {
				return connector.Hook{OrderIDs: []string{string(id)}}
			}
		}
	}
	return connector.Hook{Sweep: true}
}

// signed compares the token in constant time. Without a secret of our own nothing is believed.
func (c *channel) signed(header http.Header) bool {
	token, ok := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	return ok && c.cfg.HookSecret != "" && subtle.ConstantTimeCompare([]byte(token), []byte(c.cfg.HookSecret)) == 1
}

// hook is a registered address. A shop has one of each name.
type hook struct {
	Name  wire.Text `json:"hookName"`
	URL   wire.Text `json:"url"`
	Token wire.Text `json:"accessToken"`
}

func (c *channel) hooks(ctx context.Context) (map[string]hook, error) {
	rows, _, err := c.list(ctx, wire.Call{Method: http.MethodGet, URL: "/hooks"})
	if err != nil {
		return nil, err
	}
	found := map[string]hook{}
	for _, row := range rows {
		var h hook
		if e := wire.Decode(row, &h); e == nil {
			found[string(h.Name)] = h
		}
	}
	return found, nil
}

// Subscribe registers target for every event that does not call it yet. A hook of another program is never taken over: that
// program would go deaf.
func (c *channel) Subscribe(ctx context.Context, target string) error {
	if c.cfg.HookSecret == "" {
		return connector.Errorf(connector.KindSettings, "no secret for Erli's calls")
	}
	have, err := c.hooks(ctx)
	if err != nil {
		return err
	}
	for _, event := range events {
		if h, ok := have[event]; ok && !sameHook(string(h.URL), target) {
			return connector.Errorf(connector.KindPermanent, "Erli already calls another program about %s; remove that integration's hook in Erli first", event)
		}
	}
	for _, event := range events {
		if h := have[event]; string(h.URL) == target && string(h.Token) == c.cfg.HookSecret {
			continue
		}
		_, e := c.send(ctx, wire.Call{Method: http.MethodPut, URL: "/hooks/" + event, Write: true, Body: map[string]string{
			"hookName": event, "url": target, "accessToken": c.cfg.HookSecret,
		}})
		if e != nil {
			return e
		}
	}
	return nil
}

// sameHook says whether two addresses are one hook of ours: the path names the connection, the host may have moved.
func sameHook(a, b string) bool {
	if a == "" || a == b {
		return true
	}
	x, errX := url.Parse(a)
	y, errY := url.Parse(b)
	return errX == nil && errY == nil && x.Path == y.Path && len(x.Path) > 1
}

// Unsubscribe takes away what calls target.
func (c *channel) Unsubscribe(ctx context.Context, target string) error {
	have, err := c.hooks(ctx)
	if err != nil {
		return err
	}
	for _, event := range events {
		if string(have[event].URL) != target {
			continue
		}
		if _, e := c.send(ctx, wire.Call{Method: http.MethodDelete, URL: "/hooks/" + event, Write: true}); e != nil && !notFound(e) {
			return e
		}
	}
	return nil
}
