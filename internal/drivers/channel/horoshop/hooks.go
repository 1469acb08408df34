package horoshop

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// events that concern orders. Old versions know only the first.
var events = []string{"order_created", "order_update", "order_paid"}

// ParseWebhook reads a delivery as a hint: it is not signed (the secret is in the target's address), so nothing in it is
// believed but the order's number. A body that says nothing useful still means that something happened.
func (c *channel) ParseWebhook(_ http.Header, body []byte) (connector.Hook, error) {
	type named struct {
		OrderID wire.Text `json:"order_id"`
		ID      wire.Text `json:"id"`
	}
	var said struct {
		named
		Order  named     `json:"order"`
		Data   named     `json:"data"`
		Orders wire.Rows `json:"orders"`
	}
	if e := wire.Decode(body, &said); e != nil {
		return connector.Hook{Sweep: true}, nil
	}
	seen := map[string]bool{}
	var hook connector.Hook
	add := func(ids ...wire.Text) {
		for _, t := range ids {
			if id := t.ID(); t.Number() > 0 && !seen[id] && len(hook.OrderIDs) < pageSize {
				seen[id] = true
				hook.OrderIDs = append(hook.OrderIDs, id)
				return
			}
		}
	}
	add(said.OrderID)
	add(said.Order.OrderID, said.Order.ID)
	add(said.Data.OrderID)
	for _, row := range said.Orders {
		var o named
		if e := wire.Decode(row, &o); e == nil {
			add(o.OrderID, o.ID)
		}
	}
	hook.Sweep = len(hook.OrderIDs) == 0
	return hook, nil
}

// Subscribe asks for calls about orders. The API can not list subscriptions, so one left by an earlier session is taken
// away first, by its target.
func (c *channel) Subscribe(ctx context.Context, target string) error {
	if len(c.hooks[target]) > 0 {
		return nil
	}
	if err := c.unsubscribe(ctx, target, 0); err != nil && connector.KindOf(err) != connector.KindPermanent {
		return err
	}
	for i, event := range events {
		id, err := c.subscribe(ctx, event, target)
		if err != nil {
			if i > 0 && connector.KindOf(err) == connector.KindPermanent {
				c.cfg.Log.Info("event can not be subscribed to", "channel", info.Name, "event", event)
				continue
			}
			return err
		}
		c.hooks[target] = append(c.hooks[target], id)
	}
	return nil
}

// subscribe is answered 201 without the envelope.
func (c *channel) subscribe(ctx context.Context, event, target string) (int64, error) {
	var id int64
	err := c.signed(ctx, func() *connector.Error {
		a, e := c.send(ctx, "hooks/subscribe", map[string]any{"event": event, "target_url": target}, true)
		if e != nil {
			return e
		}
		var said struct {
			ID wire.Text `json:"id"`
		}
		if e := a.Decode(&said); e != nil {
			return e
		}
		if id = said.ID.Number(); id == 0 || a.Status != http.StatusCreated {
			return hookRefusal(a)
		}
		return nil
	})
	return id, err
}

// Unsubscribe takes the subscriptions of target away.
func (c *channel) Unsubscribe(ctx context.Context, target string) error {
	ids := c.hooks[target]
	if len(ids) == 0 {
		ids = []int64{0}
	}
	for _, id := range ids {
		if err := c.unsubscribe(ctx, target, id); err != nil && connector.KindOf(err) != connector.KindPermanent {
			return err
		}
	}
	delete(c.hooks, target)
	return nil
}

// unsubscribe is answered 410 when done. Without a known id (0) the target alone is named.
func (c *channel) unsubscribe(ctx context.Context, target string, id int64) error {
	body := map[string]any{"target_url": target}
	if id > 0 {
		body["id"] = id
	}
	return c.signed(ctx, func() *connector.Error {
		a, e := c.send(ctx, "hooks/unSubscribe", body, true, http.StatusGone)
		if e != nil || a.Status == http.StatusGone {
			return e
		}
		return hookRefusal(a)
	})
}

// hookRefusal reads why a hook call did not do what it should: an envelope, a message, or plain text.
func hookRefusal(a wire.Answer) *connector.Error {
	var env envelope
	if json.Unmarshal(a.Body, &env) == nil && env.Status != "" {
		var nothing struct{}
		if e := open(a, "hooks", &nothing); e != nil {
			return e
		}
	}
	words := wire.Clip(strings.Trim(string(a.Body), `"{}`))
	return connector.Errorf(connector.KindPermanent, "%s", wire.First(words, "the shop did not take the subscription"))
}
