package allegro

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// maxToken bounds an answer of the token endpoint.
const maxToken = 1 << 20

const userAgent = "Lad (+https://github.com/lad-hub/lad)"

// pair is an access token with the refresh token that renews it once.
type pair struct {
	Access  wire.Text `json:"access_token"`
	Refresh wire.Text `json:"refresh_token"`
}

func (p pair) whole() bool { return p.Access != "" && p.Refresh != "" }

// settings are the pair as Lad keeps it.
func (p pair) settings() map[string]string {
	return map[string]string{"access_token": string(p.Access), "refresh_token": string(p.Refresh)}
}

// ask sends a form to the OAuth endpoints. Nothing that was asked for depends on its answer yet, so a lost one is only
// transient. Error words are our own: Allegro's description repeats the token.
func (p place) ask(ctx context.Context, client *http.Client, path string, form url.Values, out any) *connector.Error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.oauth+path, strings.NewReader(form.Encode()))
	if err != nil {
		return connector.Errorf(connector.KindSettings, "address can not be used")
	}
	req.SetBasicAuth(p.id, p.secret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	resp, err := client.Do(req)
	if err != nil {
		return wire.TravelError(req.URL.Host, err, false)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxToken))
	if e := connector.StatusError(resp.StatusCode, resp.Header, false); e != nil {
		return refusal(e, body)
	}
	if err != nil || json.Unmarshal(body, out) != nil {
		return connector.Errorf(connector.KindTransient, "Allegro's sign-in service answered nothing that can be read")
	}
	return nil
}

// refusal reads OAuth's own error code (RFC 6749, 5.2; RFC 8628, 3.5).
func refusal(e *connector.Error, body []byte) *connector.Error {
	var said struct {
		Code wire.Text `json:"error"`
	}
	_ = json.Unmarshal(body, &said) // a web page leaves it empty
	e.Message = "Allegro's sign-in service refuses"
	if said.Code != "" {
		e.Code = wire.Clip(string(said.Code))
	}
	switch {
	case e.Kind == connector.KindLimited:
		return limited(e)
	case e.Kind == connector.KindAuth || e.Kind == connector.KindDenied:
		e.Kind = connector.KindAuth
		e.Message = "Allegro does not accept the client ID and client secret"
	case said.Code == "invalid_grant":
		e.Kind, e.Message = connector.KindAuth, "Allegro has ended Lad's access (new password or withdrawn consent): connect the account again"
	}
	return e
}

// renew gets a new pair for the refresh token, which works only once: the new pair is stored before anything uses it.
func (c *channel) renew(ctx context.Context) *connector.Error {
	if c.unkept.whole() {
		return c.keep(ctx)
	}
	if c.tokens.Refresh == "" {
		return connector.Errorf(connector.KindAuth, "Lad has no access to the Allegro account yet: connect it")
	}
	if c.cfg.Keep == nil {
		return connector.Errorf(connector.KindAuth, "the access to the Allegro account has run out: connect it again")
	}
	var fresh pair
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {string(c.tokens.Refresh)}}
	if e := c.place.ask(ctx, c.cfg.HTTP, "/auth/oauth/token", form, &fresh); e != nil {
		return e
	}
	if !fresh.whole() {
		return connector.Errorf(connector.KindTransient, "Allegro gave no new access")
	}
	c.unkept = fresh
	return c.keep(ctx)
}

// keep stores the new pair, also when the caller has lost patience meanwhile: the old one is spent.
func (c *channel) keep(ctx context.Context) *connector.Error {
	if err := c.cfg.Keep(context.WithoutCancel(ctx), c.unkept.settings()); err != nil {
		return &connector.Error{Kind: connector.KindTransient, Message: "the new access to Allegro could not be stored", Cause: err}
	}
	c.tokens, c.unkept = c.unkept, pair{}
	return nil
}
