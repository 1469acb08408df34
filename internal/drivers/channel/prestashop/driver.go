// Package prestashop is the driver of PrestaShop shops (1.6, 1.7, 8, and the fork thirty bees) through their webservice. All
// of it is XML: the webservice takes nothing else, and in its JSON an empty list looks like any other empty answer.
package prestashop

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// pageSize of the lists of orders and products: each entity costs the shop tenths of a second.
const pageSize = 50

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes PrestaShop.
func (driver) Info() connector.Info { return info }

// Open builds a session.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Begin(info, &cfg)
	if e != nil {
		return nil, e
	}
	base, e := wire.Address(set["base_url"])
	if e != nil {
		return nil, e
	}
	if n, err := strconv.ParseInt(set["shop_id"], 10, 64); set["shop_id"] != "" && (err != nil || n <= 0) {
		return nil, connector.Errorf(connector.KindSettings, "shop_id: must be a number, or empty for a shop without multistore")
	}
	mail := strings.ToLower(set["send_mail"])
	if mail != "yes" && mail != "no" {
		return nil, connector.Errorf(connector.KindSettings, "send_mail: must be yes or no")
	}
	return &channel{
		cfg: cfg, http: unredirected(cfg.HTTP), base: webservice(base), key: set["token"], shop: set["shop_id"], mail: mail == "yes",
	}, nil
}

// unredirected is the client that shows a redirect instead of following it: a shop that has moved is a matter for the user,
// and the key must not travel to where it went.
func unredirected(given *http.Client) *http.Client {
	client := *given
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// webservice is the address of the API below the shop's own; one that names the API already is kept.
func webservice(shop string) string {
	if strings.HasSuffix(shop, "/api") || strings.HasSuffix(shop, dispatcher) {
		return shop
	}
	return shop + "/api"
}

// channel keeps what the session learned of the shop.
type channel struct {
	cfg   connector.Config
	http  *http.Client
	base  string
	key   string
	shop  string // number of the shop in a multistore, else ""
	mail  bool   // buyers get the shop's letter about a new status
	facts *facts

	header    http.Header // of the last answer: its Date is the server's clock
	tunnel    bool        // the server refuses PUT and PATCH: the verb travels as a parameter
	wholeOnly bool        // the shop knows no PATCH: writes hold the whole row
	mute      bool        // the key may not read what buyers wrote
}

// The capabilities of the channel.
var (
	_ connector.OrderSource      = (*channel)(nil)
	_ connector.OfferSource      = (*channel)(nil)
	_ connector.StockSink        = (*channel)(nil)
	_ connector.PriceSink        = (*channel)(nil)
	_ connector.StatusSink       = (*channel)(nil)
	_ connector.TrackingSink     = (*channel)(nil)
	_ connector.DictionarySource = (*channel)(nil)
)

// needed are the rights that the key must have: resource and methods. What buyers wrote is read when the key may.
var needed = []struct {
	resource string
	methods  []string
}{
	{"addresses", []string{"get"}}, {"carriers", []string{"get"}}, {"combinations", []string{"get", "put"}}, {"configurations", []string{"get"}},
	{"countries", []string{"get"}}, {"currencies", []string{"get"}}, {"customers", []string{"get"}}, {"order_carriers", []string{"get", "put"}},
	{"order_histories", []string{"post"}}, {"order_states", []string{"get"}}, {"orders", []string{"get"}}, {"products", []string{"get", "put"}},
	{"stock_availables", []string{"get", "put"}},
}

// Check reads the list of what the key may do, as a missing right shows only when it is used, perhaps weeks later; then what
// the session has to know of the shop.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	top, err := c.get(ctx, reading, "", nil)
	if err != nil {
		return connector.Account{}, err
	}
	var lacking []string
	for _, need := range needed {
		row := top.kid(need.resource)
		for _, m := range need.methods {
			if row == nil || row.attrs[m] == "false" {
				lacking = append(lacking, strings.ToUpper(m)+" "+need.resource)
			}
		}
	}
	if len(lacking) > 0 {
		return connector.Account{}, connector.Errorf(connector.KindDenied, "the webservice key lacks rights: %s", strings.Join(lacking, ", "))
	}
	c.facts = nil
	if _, err := c.know(ctx, reading); err != nil {
		return connector.Account{}, err
	}
	return connector.Account{Name: wire.First(top.attrs["shopName"], top.attrs["shop_name"])}, nil
}

// number reads an id.
func number(what, id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, wire.NotID(what, id)
	}
	return n, nil
}
