package woocommerce

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// topics that concern orders.
var topics = []string{"order.created", "order.updated", "order.deleted", "order.restored"}

// statusActive is that of a webhook which delivers; the shop itself sets disabled after failures in a row.
const statusActive = "active"

// maxHookPages ends a list of webhooks that never does.
const maxHookPages = 20

// ParseWebhook checks the signature and reads the body as a hint: the background queue may deliver an old state after a new
// one, so the order it names is read again.
// The delivery's own id repeats within a second and is no use.
func (c *channel) ParseWebhook(header http.Header, body []byte) (connector.Hook, error) {
	if isPing(body) { // unsigned; it says nothing but that the webhook works
		return connector.Hook{Sweep: true}, nil
	}
	if !c.signed(header.Get("X-WC-Webhook-Signature"), body) {
		return connector.Hook{}, connector.Errorf(connector.KindAuth, "the signature is wrong")
	}
	return readHook(header, body)
}

// readHook reads a body whose signature was checked.
func readHook(header http.Header, body []byte) (connector.Hook, error) {
	if topic := header.Get("X-WC-Webhook-Topic"); topic != "" && !strings.HasPrefix(topic, "order.") {
		return connector.Hook{Sweep: true}, nil
	}
	var said struct {
		ID    wire.Text `json:"id"`
		Lines wire.Rows `json:"line_items"`
	}
	if e := wire.Decode(body, &said); e != nil {
		return connector.Hook{}, e
	}
	var members map[string]json.RawMessage
	_ = json.Unmarshal(body, &members) // read as an object above
	if said.ID.Number() == 0 || said.Lines == nil && len(members) > 1 {
		return connector.Hook{Sweep: true}, nil // not an order, nor the bare id of one that was deleted
	}
	return connector.Hook{OrderIDs: []string{said.ID.ID()}}, nil
}

// isPing recognises the form that a new webhook sends first.
func isPing(body []byte) bool {
	id, ok := bytes.CutPrefix(body, []byte("webhook_id="))
	return ok && wire.Text(bytes.TrimSpace(id)).Number() > 0
}

// signed compares in constant time. Without a secret nothing is signed.
func (c *channel) signed(signature string, body []byte) bool {
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || c.cfg.HookSecret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(c.cfg.HookSecret))
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

type webhook struct {
	ID     wire.Text `json:"id"`
	Status wire.Text `json:"status"`
	Topic  wire.Text `json:"topic"`
	Target wire.Text `json:"delivery_url"`
}

// Subscribe makes the missing webhooks and wakes those that the shop has disabled. What went by meanwhile is not delivered again:
// the poll finds it.
func (c *channel) Subscribe(ctx context.Context, target string) error {
	// The shop decodes HTML entities in the secret before it signs.
	if c.cfg.HookSecret == "" || strings.ContainsAny(c.cfg.HookSecret, `&<>"'`) {
		return connector.Errorf(connector.KindSettings, "webhooks need a secret of letters and digits")
	}
	there, err := c.webhooks(ctx, target)
	if err != nil {
		return err
	}
	best := map[string]webhook{}
	for _, h := range there {
		if old, ok := best[string(h.Topic)]; !ok || old.Status != statusActive {
			best[string(h.Topic)] = h
		}
	}
	for _, topic := range topics {
		h, ok := best[topic]
		switch {
		case !ok:
			err = c.putHook(ctx, http.MethodPost, "/webhooks", map[string]string{
				"name": "Lad " + topic, "topic": topic, "delivery_url": target, "secret": c.cfg.HookSecret, "status": statusActive,
			})
		case h.Status != statusActive:
			err = c.putHook(ctx, http.MethodPut, "/webhooks/"+h.ID.ID(), map[string]string{"secret": c.cfg.HookSecret, "status": statusActive})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *channel) putHook(ctx context.Context, method, path string, body map[string]string) error {
	var said webhook
	if err := c.write(ctx, method, path, nil, body, &said); err != nil {
		return err
	}
	if said.ID.Number() == 0 || said.Status != statusActive {
		return connector.Errorf(connector.KindUnknown, "the shop did not say that the webhook works")
	}
	return nil
}

// Unsubscribe removes the webhooks of target.
func (c *channel) Unsubscribe(ctx context.Context, target string) error {
	there, err := c.webhooks(ctx, target)
	if err != nil {
		return err
	}
	for _, h := range there {
		var said webhook
		err := c.write(ctx, http.MethodDelete, "/webhooks/"+h.ID.ID(), url.Values{"force": {"true"}}, nil, &said)
		if err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

// webhooks lists those that call target, whatever their status.
func (c *channel) webhooks(ctx context.Context, target string) (out []webhook, err error) {
	for at := 1; at <= maxHookPages; at++ {
		p, err := c.list(ctx, "/webhooks", url.Values{"per_page": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(at)}})
		if err != nil {
			return nil, err
		}
		for _, row := range p.rows {
			var h webhook
			if e := wire.Decode(row, &h); e == nil && string(h.Target) == target && h.ID.Number() > 0 {
				out = append(out, h)
			}
		}
		if !p.more(at) {
			return out, nil
		}
	}
	return out, nil
}
