package allegro

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// slower is what slow_down adds to the pause between two questions (RFC 8628, 3.5), and the pause when none is named.
const slower = 5 * time.Second

const scopePrefix = "allegro:api:"

// needed are the rights without which nothing works; billing:read is asked for by fees alone.
var needed = []string{"profile:read", "orders:read", "orders:write", "sale:offers:read", "sale:offers:write"}

// BeginAuthorization asks for the code that a person confirms on Allegro's page.
func (driver) BeginAuthorization(ctx context.Context, cfg connector.Config) (connector.Grant, error) {
	at, _, e := readSettings(&cfg)
	if e != nil {
		return connector.Grant{}, e
	}
	var said struct {
		Device   wire.Text `json:"device_code"`
		User     wire.Text `json:"user_code"`
		Expires  wire.Text `json:"expires_in"`
		Interval wire.Text `json:"interval"`
		Page     wire.Text `json:"verification_uri"`
		Whole    wire.Text `json:"verification_uri_complete"`
	}
	if e := at.ask(ctx, cfg.HTTP, "/auth/oauth/device", url.Values{"client_id": {at.id}}, &said); e != nil {
		return connector.Grant{}, e
	}
	page := wire.First(said.Whole, said.Page)
	u, err := url.Parse(page)
	if said.Device == "" || said.User == "" || err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return connector.Grant{}, connector.Errorf(connector.KindTransient, "Allegro gave no code to confirm")
	}
	return connector.Grant{
		DeviceCode: string(said.Device), UserCode: string(said.User), URL: page, Every: max(seconds(said.Interval), slower),
		ExpiresAt: cfg.Now().Add(seconds(said.Expires)),
	}, nil
}

// seconds bounds what Allegro names by a day.
func seconds(t wire.Text) time.Duration {
	return time.Duration(math.Min(float64(t.Number()), 86_400)) * time.Second
}

// FinishAuthorization asks once whether the person has agreed.
func (driver) FinishAuthorization(ctx context.Context, cfg connector.Config, g connector.Grant) (map[string]string, error) {
	at, _, e := readSettings(&cfg)
	if e != nil {
		return nil, e
	}
	var said struct {
		pair
		Scope wire.Text `json:"scope"`
	}
	e = at.ask(ctx, cfg.HTTP, "/auth/oauth/token", url.Values{"grant_type": {deviceGrant}, "device_code": {g.DeviceCode}}, &said)
	switch {
	case e == nil:
	case e.Code == "authorization_pending":
		return nil, nil
	case e.Code == "slow_down":
		e.Kind, e.Message, e.RetryAfter = connector.KindLimited, "Allegro wants to be asked less often", max(g.Every, slower)+slower
		return nil, e
	case e.Code == "access_denied":
		e.Kind, e.Message = connector.KindAuth, "the access was refused on Allegro's page"
		return nil, e
	case e.Kind == connector.KindPermanent, e.Code == "invalid_grant":
		e.Kind, e.Message = connector.KindAuth, "the code has run out or was used already: start again"
		return nil, e
	default:
		return nil, e
	}
	if !said.whole() {
		return nil, connector.Errorf(connector.KindTransient, "Allegro said yes and gave no access")
	}
	if lacks := missing(said.Scope); lacks != "" {
		return nil, connector.Errorf(connector.KindAuth, "the application lacks rights on Allegro: %s. Tick them where the application is registered and connect again", lacks)
	}
	return said.settings(), nil
}

// missing names the rights that were not given; an answer that names none at all is trusted.
func missing(scope wire.Text) string {
	given := strings.Fields(string(scope))
	if len(given) == 0 {
		return ""
	}
	var lacks []string
	for _, right := range needed {
		if !slices.Contains(given, scopePrefix+right) {
			lacks = append(lacks, right)
		}
	}
	return strings.Join(lacks, ", ")
}
