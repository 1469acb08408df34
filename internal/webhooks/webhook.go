// Package webhooks sends what the journal tells to other programs: at least once, signed, those about one thing in their order.
package webhooks

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// State of a webhook.
type State string

// The states.
const (
	Active  State = "active"
	Paused  State = "paused"  // by a person
	Stopped State = "stopped" // by Lad: its address took nothing for three days
	Deleted State = "deleted"
)

// Webhook is an address that is told of events.
type Webhook struct {
	ID     int64
	Name   string
	URL    string
	Events []string
	State  State
	// Place in the journal's feed up to which deliveries were made.
	Place     int64
	Fails     int64     // rounds in which nothing was taken, since the last success
	RestsTill time.Time // zero when it does not rest
	CreatedBy string
	CreatedAt time.Time
}

// Groups are what can be subscribed to as a whole; a single kind of event is subscribed to by its own name: "order.shipped".
func Groups() []string { return []string{"order", "stock", "product", "task", "connection"} }

// prefixes are the beginnings of the journal's kinds that belong to a group. What is in no group is never sent: sign-ins,
// accounts, tokens.
var prefixes = map[string][]string{
	"order": {"order."}, "stock": {"stock."}, "product": {"sku."}, "task": {"task."}, "connection": {"connection.", "listing."},
}

// wants says whether a subscription covers a kind of event.
func wants(events []string, kind string) bool {
	return slices.ContainsFunc(events, func(e string) bool {
		if list, group := prefixes[e]; group {
			return slices.ContainsFunc(list, func(p string) bool { return strings.HasPrefix(kind, p) })
		}
		return e == kind
	})
}

// Bounds of an input.
const (
	maxWebhooks = 50
	maxName     = 120
	maxURL      = 2000
	maxEvents   = 50
)

// Input is a webhook as it is to be.
type Input struct {
	Name   string
	URL    string
	Events []string
}

var eventName = regexp.MustCompile(`^[a-z_]+\.[a-z_]{1,60}$`)

// validate reports every fault at once; plain allows addresses without TLS.
func (in *Input) validate(plain bool) error {
	in.Name, in.URL = strings.TrimSpace(in.Name), strings.TrimSpace(in.URL)
	var c errs.Check
	c.That(in.Name != "" && len(in.Name) <= maxName, "name", "error.webhook.name")
	c.That(len(in.URL) <= maxURL && validURL(in.URL, plain), "url", "error.webhook.url")
	c.That(len(in.Events) > 0 && len(in.Events) <= maxEvents, "events", "error.webhook.events")
	for _, e := range in.Events {
		c.That(knownEvent(e), "events", "error.webhook.event", "event", e)
	}
	return c.Err()
}

func validURL(text string, plain bool) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || plain && u.Scheme == "http") && u.Hostname() != "" && u.User == nil && u.Fragment == ""
}

func knownEvent(e string) bool {
	if _, group := prefixes[e]; group {
		return true
	}
	return eventName.MatchString(e) && wants(Groups(), e)
}
