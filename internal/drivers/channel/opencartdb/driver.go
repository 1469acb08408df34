// Package opencartdb is the driver of OpenCart shops whose database Lad reads directly, for shops where Lad's module can not be
// installed. It is written to the API sheet, part 5: OpenCart 3.0, 4.0 and 4.1 on MySQL or MariaDB.
package opencartdb

import (
	"context"
	"log/slog"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
	"github.com/lad-hub/lad/internal/drivers/wire/cart"
	"github.com/lad-hub/lad/internal/platform/money"
)

type driver struct{}

// New makes the driver.
func New() connector.Driver { return driver{} }

// Info describes an OpenCart shop's database.
func (driver) Info() connector.Info { return info }

// Values of the setting encryption.
const (
	encryptionAuto = "auto" // encrypted where the server can, whoever it is
	encryptionYes  = "yes"  // encrypted, and the server's certificate is right
	encryptionNo   = "no"
)

var (
	hostName    = regexp.MustCompile(`^[\p{L}\p{N}._:-]{1,253}$`)
	tablePrefix = regexp.MustCompile(`^[A-Za-z0-9_$-]{0,48}$`)
)

// Open builds a session.
func (driver) Open(cfg connector.Config) (connector.Channel, error) {
	set, e := wire.Require(info, cfg.Settings)
	if e != nil {
		return nil, e
	}
	c := &channel{cfg: cfg, host: set["host"], database: set["database"], user: set["username"], prefix: set["prefix"], encryption: set["encryption"]}
	c.password = cfg.Settings["password"] // a space at its end is a part of it
	if port, err := strconv.Atoi(set["port"]); err != nil || port < 1 || port > 65535 {
		return nil, connector.Errorf(connector.KindSettings, "port: %q is not the number of a port", wire.Clip(set["port"]))
	}
	c.address = net.JoinHostPort(strings.Trim(c.host, "[]"), set["port"])
	switch {
	case !hostName.MatchString(strings.Trim(c.host, "[]")):
		return nil, connector.Errorf(connector.KindSettings, "host: the name or the number of the server is wanted here, without http:// and without a path")
	case !tablePrefix.MatchString(c.prefix):
		return nil, connector.Errorf(connector.KindSettings, "prefix: letters, digits and _ only, as DB_PREFIX in the shop's config.php")
	case c.encryption != encryptionAuto && c.encryption != encryptionYes && c.encryption != encryptionNo:
		return nil, connector.Errorf(connector.KindSettings, "encryption: auto, yes or no")
	case cfg.Dial == nil || cfg.Now == nil:
		return nil, connector.Errorf(connector.KindSettings, "no way out or no clock")
	}
	var err error
	if c.zone, err = time.LoadLocation(set["zone"]); err != nil {
		return nil, connector.Errorf(connector.KindSettings, "zone: %q is not a time zone; it looks like Europe/Kyiv", wire.Clip(set["zone"]))
	}
	if c.paid, e = cart.PaidStatuses(set["paid_statuses"]); e != nil {
		return nil, e
	}
	if set["currency"] != "" {
		if c.currency, err = money.ParseCurrency(strings.ToUpper(set["currency"])); err != nil {
			return nil, connector.Errorf(connector.KindSettings, "currency: %q is not a currency; it looks like UAH", wire.Clip(set["currency"]))
		}
	}
	if cfg.Log == nil {
		c.cfg.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// channel keeps what the session learned of the shop.
type channel struct {
	cfg                      connector.Config
	host, address            string
	database, user, password string
	prefix, encryption       string
	zone                     *time.Location
	currency                 money.Currency // of the form; empty: the shop says it
	paid                     []string       // statuses that only the shop's payment modules set
	shape                    *shape         // nil = not looked at yet
	shapeUntil               time.Time
}

// The capabilities of the channel.
var (
	_ connector.OrderSource      = (*channel)(nil)
	_ connector.OfferSource      = (*channel)(nil)
	_ connector.StockSink        = (*channel)(nil)
	_ connector.PriceSink        = (*channel)(nil)
	_ connector.DictionarySource = (*channel)(nil)
)

// Check proves that the database is an OpenCart shop's and that everything Lad needs can be read.
func (c *channel) Check(ctx context.Context) (connector.Account, error) {
	c.shape = nil // look again: rights may be new
	var name string
	err := c.read(ctx, func(s *session) error {
		sh, err := s.shape()
		if err != nil {
			return err
		}
		if why := sh.refusesStock(c, true); why != "" {
			c.cfg.Log.Warn("the database user may not set quantities", "channel", info.Name)
		}
		name = sh.setting("config_name")
		return nil
	})
	return connector.Account{Name: name}, err
}

// ParseOrder normalises an order.
func (c *channel) ParseOrder(body []byte) (connector.Order, error) {
	return cart.Reading{Paid: c.paid, Zone: c.zone, Currency: info.Currency}.ParseOrder(body)
}
