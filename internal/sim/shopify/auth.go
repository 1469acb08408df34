package shopify

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// scopes are all that this API asks for.
var scopes = []string{
	"read_orders", "write_orders", "read_products", "write_products", "read_inventory", "write_inventory", "read_locations",
	"read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders", "read_customers",
}

// needed is the scope of each root field; a field without one is open to every token.
var needed = map[string]string{
	"orders": "read_orders", "order": "read_orders", "locations": "read_locations", "productVariants": "read_products",
	"inventoryItems": "read_inventory", "bulkOperationRunQuery": "read_products",
	"tagsAdd": "write_orders", "orderCancel": "write_orders", "orderClose": "write_orders", "orderMarkAsPaid": "write_orders",
	"fulfillmentCreate":             "write_merchant_managed_fulfillment_orders",
	"fulfillmentTrackingInfoUpdate": "write_merchant_managed_fulfillment_orders",
	"fulfillmentEventCreate":        "write_merchant_managed_fulfillment_orders",
	"inventorySetQuantities":        "write_inventory", "inventoryActivate": "write_inventory",
	"productVariantsBulkUpdate": "write_products",
}

// session is a token of client credentials.
type session struct {
	expires time.Time
	epoch   int64 // of the fault plan when it was issued
}

// accessToken answers the client-credentials grant; the parameters are a form, not JSON.
func (s *Shop) accessToken(c *sim.Call) sim.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, closed := s.shut(); closed {
		return a
	}
	refuse := func(code, text string) sim.Answer {
		return sim.JSON(http.StatusBadRequest, map[string]string{"error": code, "error_description": text})
	}
	form, err := url.ParseQuery(string(c.Body))
	kind := c.Request.Header.Get("Content-Type")
	if err != nil || !strings.HasPrefix(kind, "application/x-www-form-urlencoded") || form.Get("grant_type") != "client_credentials" {
		return refuse("invalid_request", "The request is missing a parameter.")
	}
	if form.Get("client_id") != s.o.ClientID || form.Get("client_secret") != s.o.ClientSecret {
		return refuse("application_cannot_be_found", "Oauth error")
	}
	s.issued++
	token := fmt.Sprintf("shpca_%06d", s.issued)
	s.tokens[token] = session{c.At.Add(s.o.TokenLife), s.Faults().Epoch()}
	return sim.JSON(http.StatusOK, map[string]any{
		"access_token": token, "scope": strings.Join(s.o.Scopes, ","), "expires_in": int(s.o.TokenLife / time.Second),
	})
}

// admit checks the token of a call.
func (s *Shop) admit(c *sim.Call) bool {
	token := c.Request.Header.Get("X-Shopify-Access-Token")
	if token == s.o.Token {
		return !c.Struck(sim.ExpireTokens)
	}
	held, known := s.tokens[token]
	if known && (held.epoch < s.Faults().Epoch() || !c.At.Before(held.expires)) {
		delete(s.tokens, token)
		return false
	}
	return known
}

// permit checks the scope of a root field.
func (s *Shop) permit(name string) error {
	scope := needed[name]
	if scope == "" || slices.Contains(s.o.Scopes, scope) {
		return nil
	}
	return failure{"ACCESS_DENIED", "Access denied for " + name + " field. Required access: `" + scope + "` access scope."}
}
