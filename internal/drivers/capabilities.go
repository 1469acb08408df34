package drivers

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/connector"
)

// Capability is one of the small interfaces of package connector: something that Lad can do with a channel.
type Capability struct {
	Name string // "orders": as commands and tables call it
	typ  reflect.Type
	base reflect.Type // an interface within typ whose methods every driver has
}

// known are the capabilities in the order in which they are told.
var known = []Capability{
	{Name: "orders", typ: reflect.TypeFor[connector.OrderSource]()},
	{Name: "webhooks", typ: reflect.TypeFor[connector.WebhookSource]()},
	{Name: "offers", typ: reflect.TypeFor[connector.OfferSource]()},
	{Name: "stock", typ: reflect.TypeFor[connector.StockSink]()},
	{Name: "price", typ: reflect.TypeFor[connector.PriceSink]()},
	{Name: "status", typ: reflect.TypeFor[connector.StatusSink]()},
	{Name: "tracking", typ: reflect.TypeFor[connector.TrackingSink]()},
	{Name: "fees", typ: reflect.TypeFor[connector.FeeSource]()},
	{Name: "dictionary", typ: reflect.TypeFor[connector.DictionarySource]()},
	{Name: "authorisation", typ: reflect.TypeFor[connector.Authorizer](), base: reflect.TypeFor[connector.Driver]()},
}

// Known is every capability there is.
func Known() []Capability { return slices.Clone(known) }

// Interface is the name in package connector: "OrderSource".
func (c Capability) Interface() string { return c.typ.Name() }

// Methods are the names of the interface's own methods.
func (c Capability) Methods() (names []string) {
	for m := range c.typ.Methods() {
		if c.base != nil {
			if _, every := c.base.MethodByName(m.Name); every {
				continue
			}
		}
		names = append(names, m.Name)
	}
	return names
}

// Capabilities says what a driver can do, as its channel shows it when the form is filled in with made-up values. Nothing is
// sent. A driver that takes none of the values is an error.
func Capabilities(d connector.Driver) ([]Capability, error) {
	ch, err := OpenMadeUp(d)
	if err != nil {
		return nil, err
	}
	var can []Capability
	for _, c := range known {
		if reflect.TypeOf(d).Implements(c.typ) || reflect.TypeOf(ch).Implements(c.typ) {
			can = append(can, c)
		}
	}
	return can, nil
}

// guesses are what fields of forms ask for; the next one is tried for a field that Open complains about.
var guesses = []string{"made-up", "https://shop.example.com", "https://shop.example.com/index.php?route=api", "1", "yes", "UAH", "uk-UA", "Europe/Kyiv"}

// OpenMadeUp opens a channel that can reach nothing, with made-up values for what the form requires and for fields that the
// driver's complaint names.
func OpenMadeUp(d connector.Driver) (connector.Channel, error) {
	in := d.Info()
	set, tried := map[string]string{}, map[string]int{}
	for _, s := range in.Settings {
		switch {
		case s.Default != "":
			set[s.Key] = s.Default
		case len(s.Choices) > 0:
			set[s.Key] = s.Choices[0].Value
		case s.Key == "base_url":
			set[s.Key] = "https://shop.example.com"
		case s.Required:
			set[s.Key] = guesses[0]
		}
	}
	for {
		ch, err := d.Open(connector.Config{
			Settings: set, HTTP: &http.Client{Transport: nowhere{}}, Dial: nowhere{}.dial, HookSecret: "made-up", Now: time.Now, Log: slog.New(slog.DiscardHandler),
		})
		if err == nil && ch == nil {
			return nil, connector.Errorf(connector.KindPermanent, "Open gave neither a channel nor an error")
		}
		if err == nil {
			return ch, nil
		}
		key := complaint(in, err)
		if key == "" || tried[key] == len(guesses) {
			return nil, err
		}
		set[key] = guesses[tried[key]]
		tried[key]++
	}
}

// complaint is the setting that an error names first.
func complaint(in connector.Info, err error) (key string) {
	at := len(err.Error())
	for _, s := range in.Settings {
		if i := strings.Index(err.Error(), s.Key); i >= 0 && i < at {
			at, key = i, s.Key
		}
	}
	return key
}

// nowhere is a network without anybody.
type nowhere struct{}

// RoundTrip refuses.
func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, noNetwork() }

func (nowhere) dial(context.Context, string, string) (net.Conn, error) { return nil, noNetwork() }

func noNetwork() error { return connector.Errorf(connector.KindTransient, "there is no network here") }
