package shopify

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

const (
	// earlier is how long before its end a token is given up.
	earlier = 5 * time.Minute
	// maxGrant bounds the answer with the token, in bytes.
	maxGrant = 64 << 10
)

// fetchToken makes the client-credentials exchange of an app that belongs to the shop; its parameters are a form.
func (c *channel) fetchToken(ctx context.Context) error {
	c.token = ""
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.clientID}, "client_secret": {c.secret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/admin/oauth/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return connector.Errorf(connector.KindSettings, "address can not be used")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return connector.SendError(err, false)
	}
	defer resp.Body.Close()
	if e := connector.StatusError(resp.StatusCode, resp.Header, false); e != nil {
		if resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusUnauthorized {
			return &connector.Error{Kind: connector.KindAuth, Code: e.Code, Message: "Shopify does not accept client id and client secret, or the app is not installed in this shop"}
		}
		return shut(resp.StatusCode, e)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxGrant))
	if err != nil {
		return &connector.Error{Kind: connector.KindTransient, Message: "half an answer from Shopify", Cause: err}
	}
	var said struct {
		Token   wire.Text `json:"access_token"`
		Expires wire.Text `json:"expires_in"`
	}
	if e := (wire.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}).Decode(&said); e != nil {
		return e
	}
	if said.Token == "" {
		return connector.Errorf(connector.KindTransient, "Shopify gave no token")
	}
	life := time.Duration(said.Expires.Number()) * time.Second
	if life <= 0 || life > 366*24*time.Hour {
		life = 24 * time.Hour
	}
	c.token, c.expires = string(said.Token), c.cfg.Now().Add(max(life-earlier, life/2))
	return nil
}
