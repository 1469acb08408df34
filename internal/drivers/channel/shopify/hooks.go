package shopify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// topics that Lad is called for. Bodies are cut down to the ids: what is in them is read again anyway, and people's data need
// not travel.
var topics = []string{"ORDERS_CREATE", "ORDERS_UPDATED", "FULFILLMENTS_UPDATE", "APP_UNINSTALLED"}

var hookFields = []string{"id", "admin_graphql_api_id", "order_id"}

// ParseWebhook checks the signature, which Shopify makes with the app's client secret over the raw body: Config.HookSecret is
// not asked of a channel that has a secret of its own. Bodies are REST-shaped: numbers as ids, the kind in the global id.
func (c *channel) ParseWebhook(header http.Header, body []byte) (connector.Hook, error) {
	given, err := base64.StdEncoding.DecodeString(header.Get("X-Shopify-Hmac-SHA256"))
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write(body)
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return connector.Hook{}, connector.Errorf(connector.KindAuth, "the signature is not Shopify's: the client secret may have been changed")
	}
	return readHook(header, body)
}

// readHook reads a body whose signature was checked.
func readHook(header http.Header, body []byte) (connector.Hook, error) {
	var said struct {
		Global wire.Text `json:"admin_graphql_api_id"`
		Order  wire.Text `json:"order_id"`
	}
	if e := wire.Decode(body, &said); e != nil {
		return connector.Hook{}, e
	}
	hook := connector.Hook{ID: header.Get("X-Shopify-Webhook-Id")}
	switch id := readGID(said.Global); {
	case id != 0 && string(said.Global) == global("Order", int64(id)):
		hook.OrderIDs = []string{id.text()}
	case said.Order.Number() > 0:
		hook.OrderIDs = []string{said.Order.ID()}
	default:
		hook.Sweep = true // the app was uninstalled, say: the next request finds out
	}
	return hook, nil
}

// subscription is one topic's.
type subscription struct {
	ID    wire.Text `json:"id"`
	Topic wire.Text `json:"topic"`
	URI   wire.Text `json:"uri"`
}

// Subscribe makes the subscriptions that are not there: at first all, later those that Shopify deleted after eight calls in a
// row that failed.
func (c *channel) Subscribe(ctx context.Context, target string) error {
	there, err := c.subscriptions(ctx, target)
	if err != nil {
		return err
	}
	for _, topic := range topics {
		if slices.ContainsFunc(there, func(s subscription) bool { return string(s.Topic) == topic }) {
			continue
		}
		var said struct {
			Create *struct {
				Made   *subscription `json:"webhookSubscription"`
				Errors []userError   `json:"userErrors"`
			} `json:"webhookSubscriptionCreate"`
		}
		err := c.ask(ctx, operation{
			write: true,
			query: `mutation($topic:WebhookSubscriptionTopic!,$in:WebhookSubscriptionInput!){webhookSubscriptionCreate(topic:$topic,webhookSubscription:$in){webhookSubscription{id} userErrors{field message}}}`,
			vars:  map[string]any{"topic": topic, "in": map[string]any{"uri": target, "format": "JSON", "includeFields": hookFields}},
		}, &said)
		switch {
		case err != nil:
			return err
		case said.Create != nil && len(said.Create.Errors) > 0:
			return refusal(said.Create.Errors)
		case said.Create == nil || said.Create.Made == nil:
			return connector.Errorf(connector.KindUnknown, "Shopify did not show the webhook that it made")
		}
	}
	return nil
}

// Unsubscribe deletes the subscriptions of target.
func (c *channel) Unsubscribe(ctx context.Context, target string) error {
	there, err := c.subscriptions(ctx, target)
	if err != nil {
		return err
	}
	for _, s := range there {
		var said struct {
			Delete *struct {
				ID wire.Text `json:"deletedWebhookSubscriptionId"`
			} `json:"webhookSubscriptionDelete"`
		}
		err := c.ask(ctx, operation{
			write: true,
			query: `mutation($id:ID!){webhookSubscriptionDelete(id:$id){deletedWebhookSubscriptionId userErrors{field message}}}`,
			vars:  map[string]any{"id": s.ID},
		}, &said)
		if err != nil {
			return err
		}
		if said.Delete == nil { // a user error says that it is gone already
			return connector.Errorf(connector.KindUnknown, "Shopify did not say whether it deleted the webhook")
		}
	}
	return nil
}

// subscriptions of target.
func (c *channel) subscriptions(ctx context.Context, target string) ([]subscription, error) {
	var said struct {
		Hooks struct {
			Nodes []subscription `json:"nodes"`
			Page  pageInfo       `json:"pageInfo"`
		} `json:"webhookSubscriptions"`
	}
	op := operation{query: `{webhookSubscriptions(first:250){nodes{id topic uri} pageInfo{hasNextPage}}}`}
	if err := c.ask(ctx, op, &said); err != nil {
		return nil, err
	}
	if said.Hooks.Page.More == "" {
		return nil, connector.Errorf(connector.KindTransient, "Shopify answered without a list of webhooks")
	}
	return slices.DeleteFunc(said.Hooks.Nodes, func(s subscription) bool { return string(s.URI) != target }), nil
}
