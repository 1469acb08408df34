package shopify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// maxFailures in a row take a subscription away.
const maxFailures = 8

// topics a subscription can name; the simulator fires those of orders, fulfilments, refunds and the app.
var topics = []string{
	"ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_PAID", "ORDERS_CANCELLED", "ORDERS_FULFILLED", "FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE",
	"REFUNDS_CREATE", "PRODUCTS_UPDATE", "INVENTORY_LEVELS_UPDATE", "INVENTORY_ITEMS_UPDATE", "BULK_OPERATIONS_FINISH", "APP_UNINSTALLED",
}

// hook is a subscription.
type hook struct {
	id       int64
	topic    string
	uri      string
	include  []string
	failures int
}

// delivery waits to be sent; its id stays the same on a retry.
type delivery struct {
	id    int64
	topic string
	body  map[string]any
	at    time.Time
}

// emit queues an event when somebody listens; call it under the lock.
func (s *Shop) emit(topic string, row *orderRow) {
	if !slices.ContainsFunc(s.hooks, func(h hook) bool { return h.topic == topic }) {
		return
	}
	id := json.Number(strconv.FormatInt(row.ID, 10))
	body := map[string]any{
		"id": id, "admin_graphql_api_id": gid("Order", row.ID), "updated_at": row.Changed.UTC().Format(time.RFC3339), "name": "#" + strconv.Itoa(row.Value.number),
		"email": s.person(row.Value.buyer.Email), "financial_status": strings.ToLower(row.Value.financial), "test": row.Value.test,
	}
	if strings.HasPrefix(topic, "FULFILLMENTS_") || strings.HasPrefix(topic, "REFUNDS_") {
		kind := map[bool]string{true: "Fulfillment", false: "Refund"}[strings.HasPrefix(topic, "F")]
		n := s.nextID()
		body = map[string]any{"id": n, "order_id": id, "admin_graphql_api_id": gid(kind, n), "updated_at": body["updated_at"]}
	}
	s.queue = append(s.queue, delivery{s.nextID(), topic, body, s.Now()})
}

// Uninstall takes the app off: its tokens die, its subscriptions go, and the last call says so.
func (s *Shop) Uninstall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = http.StatusUnauthorized
	s.queue = append(s.queue, delivery{s.nextID(), "APP_UNINSTALLED", map[string]any{"id": 1, "name": "Lad", "email": "owner@example.com"}, s.Now()})
}

func hookView(h hook) *object {
	return &object{"WebhookSubscription", map[string]any{
		"id": gid("WebhookSubscription", h.id), "topic": h.topic, "uri": h.uri, "includeFields": h.include, "format": "JSON",
	}}
}

func (s *Shop) listHooks() field {
	list := make([]*object, 0, len(s.hooks))
	for _, h := range s.hooks {
		list = append(list, hookView(h))
	}
	return connection("WebhookSubscription", list)
}

func (s *Shop) webhookSubscriptionCreate(c *sim.Call) field {
	return func(a args) (any, error) {
		var in struct {
			Topic string `json:"topic"`
			Input struct {
				URI     string   `json:"uri"`
				Format  string   `json:"format"`
				Include []string `json:"includeFields"`
				Filter  string   `json:"filter"`
			} `json:"webhookSubscription"`
		}
		if err := a.decode(&in); err != nil {
			return nil, err
		}
		refuse := func(text, field string) (any, error) {
			return payload("WebhookSubscriptionCreate", map[string]any{"webhookSubscription": (*object)(nil)}, userError("", text, "webhookSubscription", field)), nil
		}
		switch {
		case !slices.Contains(topics, in.Topic):
			return nil, failure{"INVALID_VARIABLE", "topic is no WebhookSubscriptionTopic"}
		case !strings.HasPrefix(in.Input.URI, "https://") && !strings.HasPrefix(in.Input.URI, "http://127.0.0.1:"):
			return refuse("Address protocol http:// is not supported", "uri")
		case slices.ContainsFunc(s.hooks, func(h hook) bool { return h.topic == in.Topic && h.uri == in.Input.URI }):
			return refuse("Address for this topic has already been taken", "uri")
		}
		h := hook{id: s.nextID(), topic: in.Topic, uri: in.Input.URI, include: in.Input.Include}
		if !c.Ignore {
			s.hooks = append(s.hooks, h)
		}
		return payload("WebhookSubscriptionCreate", map[string]any{"webhookSubscription": hookView(h)}), nil
	}
}

func (s *Shop) webhookSubscriptionDelete(c *sim.Call) field {
	return func(a args) (any, error) {
		id := local("WebhookSubscription", a.text("id"))
		i := slices.IndexFunc(s.hooks, func(h hook) bool { return h.id == id })
		if i < 0 {
			return payload("WebhookSubscriptionDelete", map[string]any{"deletedWebhookSubscriptionId": nil},
				userError("", "Webhook subscription does not exist", "id")), nil
		}
		if !c.Ignore {
			s.hooks = slices.Delete(slices.Clone(s.hooks), i, i+1)
		}
		return payload("WebhookSubscriptionDelete", map[string]any{"deletedWebhookSubscriptionId": gid("WebhookSubscription", id)}), nil
	}
}

// Subscriptions are the topics that call a target.
func (s *Shop) Subscriptions(target string) (topics []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hooks {
		if h.uri == target {
			topics = append(topics, h.topic)
		}
	}
	slices.Sort(topics)
	return topics
}

// FlushHooks makes one attempt at every waiting delivery. What is not answered with 2xx waits for the next attempt; after
// eight failures in a row the subscription is deleted.
func (s *Shop) FlushHooks(ctx context.Context) (delivered int, err error) {
	s.mu.Lock()
	queue, hooks := s.queue, slices.Clone(s.hooks)
	s.queue = nil
	s.mu.Unlock()
	var lost []error
	for _, d := range queue {
		again := false
		for _, h := range hooks {
			if h.topic != d.topic {
				continue
			}
			err := s.deliver(ctx, h, d)
			if s.count(h.id, err); err != nil {
				lost, again = append(lost, err), true
				continue
			}
			delivered++
		}
		if again {
			s.mu.Lock()
			s.queue = append(s.queue, d)
			s.mu.Unlock()
		}
	}
	return delivered, errors.Join(lost...)
}

// count notes how a delivery ended for its subscription.
func (s *Shop) count(id int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.hooks, func(h hook) bool { return h.id == id })
	if i < 0 {
		return
	}
	if err == nil {
		s.hooks[i].failures = 0
	} else if s.hooks[i].failures++; s.hooks[i].failures >= maxFailures {
		s.hooks = slices.Delete(slices.Clone(s.hooks), i, i+1)
	}
}

func (s *Shop) deliver(ctx context.Context, h hook, d delivery) error {
	shown := d.body
	if len(h.include) > 0 {
		shown = map[string]any{}
		for _, name := range h.include {
			if v, ok := d.body[name]; ok {
				shown[name] = v
			}
		}
	}
	body, err := json.Marshal(shown)
	if err != nil {
		return fmt.Errorf("shopify: encode hook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.uri, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("shopify: hook %d: %w", h.id, err)
	}
	at := strings.LastIndex(d.topic, "_")
	topic := strings.ToLower(d.topic[:at] + "/" + d.topic[at+1:])
	for name, value := range map[string]string{
		"Content-Type": "application/json", "X-Shopify-Topic": topic, "X-Shopify-Hmac-SHA256": s.Sign(body), "X-Shopify-Shop-Domain": "lad-sim.myshopify.com",
		"X-Shopify-API-Version": s.o.Versions[len(s.o.Versions)-1], "X-Shopify-Webhook-Id": fmt.Sprintf("b54557e4-%012d-%d", d.id, h.id),
		"X-Shopify-Event-Id": fmt.Sprintf("98880550-%012d", d.id), "X-Shopify-Triggered-At": d.at.UTC().Format(time.RFC3339Nano),
	} {
		req.Header.Set(name, value)
	}
	resp, err := s.o.Client.Do(req)
	if err != nil {
		return fmt.Errorf("shopify: hook %d: %w", h.id, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("shopify: hook %d: HTTP %d", h.id, resp.StatusCode)
	}
	return nil
}

// Sign is the signature of a body: HMAC-SHA256 with the client secret, in base64.
func (s *Shop) Sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(s.o.ClientSecret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
