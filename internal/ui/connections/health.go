package connectionsui

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
)

// lagWarn is how long a channel may show an old quantity before that is news; tokenWarn how long before its end a credential is.
const (
	lagWarn   = 15 * time.Second
	tokenWarn = 14 * 24 * time.Hour
	// mostCounted is where the counts of health stop.
	mostCounted = 1000
)

// view is a connection as its card and page show it.
type view struct {
	connections.Health
	actor   access.Actor
	now     time.Time
	drivers connections.Drivers
}

func (v view) path() string { return "/connections/" + strconv.FormatInt(v.Connection.ID, 10) }

func (v view) channel() kit.Channel { return Channel(v.Connection, v.drivers) }

func (v view) write() bool { return v.actor.May(access.ConnectionsWrite) }

// kind is what the channel is called, when that is not its name already.
func (v view) kind() string {
	if d, ok := v.drivers(v.Connection.Driver); ok && d.Info().Title != v.Connection.Name {
		return d.Info().Title
	}
	return ""
}

// state is the connection's state in a word; an active one in order is the rule.
func (v view) state(ctx context.Context) (text string, tone kit.Tone) {
	text = i18n.T(ctx, "connections.state."+string(v.Connection.State))
	switch v.Connection.State {
	case connections.Stopped:
		return text, kit.Bad
	case connections.Paused:
		return text, kit.Warn
	}
	if v.Connection.Failing() {
		return i18n.T(ctx, "connections.state.failing"), kit.Warn
	}
	if len(v.Connection.Denied) > 0 {
		return i18n.T(ctx, "connections.state.denied"), kit.Warn
	}
	return text, kit.OK
}

// denial is work that the channel gives no right to, with its words.
type denial struct{ work, words string }

// denials puts together what the channel refuses in the same words.
func (v view) denials(ctx context.Context) (out []denial) {
	if v.Connection.State != connections.Active {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(v.Connection.Denied)) {
		d := denial{i18n.T(ctx, "connections.work."+name), v.Connection.Denied[name]}
		if at := slices.IndexFunc(out, func(o denial) bool { return o.words == d.words }); at >= 0 {
			out[at].work += ", " + d.work
			continue
		}
		out = append(out, d)
	}
	return out
}

func count(ctx context.Context, n int) string {
	if n >= mostCounted {
		return i18n.Int(ctx, mostCounted) + "+"
	}
	return i18n.Int(ctx, int64(n))
}

// lines are the health in names and values: what is wrong first comes with a tone.
func (v view) lines(ctx context.Context) []kit.Pair {
	c := v.Connection
	out := []kit.Pair{{Name: i18n.T(ctx, "connections.health.success"), Value: i18n.Ago(ctx, clock.FromMicros(c.LastSuccessAt), v.now)}}
	add := func(key, value string, tone kit.Tone) {
		out = append(out, kit.Pair{Name: i18n.T(ctx, key), Value: value, Tone: tone})
	}
	switch {
	case v.Dirty == 0:
		add("connections.health.lag", i18n.T(ctx, "connections.health.in_step"), "")
	case v.Lag > lagWarn:
		add("connections.health.lag", i18n.T(ctx, "connections.health.behind", "n", v.Dirty, "span", v.Lag), kit.Warn)
	default:
		add("connections.health.lag", i18n.T(ctx, "connections.health.behind", "n", v.Dirty, "span", v.Lag), "")
	}
	if c.OffersSeen > 0 {
		text := i18n.T(ctx, "connections.health.compared_same", "seen", c.OffersSeen, "ago", i18n.Ago(ctx, clock.FromMicros(c.OffersReadAt), v.now))
		tone := kit.Tone("")
		if c.OffersDrifted > 0 {
			text = i18n.T(ctx, "connections.health.compared_differ", "seen", c.OffersSeen, "n", c.OffersDrifted, "ago", i18n.Ago(ctx, clock.FromMicros(c.OffersReadAt), v.now))
			tone = kit.Warn
		}
		add("connections.health.compared", text, tone)
	}
	if v.OffersRead > 0 && c.OffersReadAt > 0 {
		add("connections.health.comparing", i18n.T(ctx, "connections.health.comparing_of", "done", v.OffersRead, "all", max(v.OffersTotal, v.OffersRead)), "")
	}
	if c.SilentSince > 0 {
		add("connections.health.silent", i18n.Ago(ctx, clock.FromMicros(c.SilentSince), v.now), kit.Bad)
	}
	if v.QuotaLeft >= 0 {
		add("connections.health.quota", i18n.T(ctx, "connections.health.requests", "n", int(v.QuotaLeft)), "")
	}
	if v.Waiting > 0 {
		add("connections.health.waiting", i18n.Int(ctx, v.Waiting), "")
	}
	if at := clock.FromMicros(c.TokenExpiresAt); !at.IsZero() {
		tone := kit.Tone("")
		if left := at.Sub(v.now); left < 0 {
			tone = kit.Bad
		} else if left < tokenWarn {
			tone = kit.Warn
		}
		add("connections.health.token", i18n.DateTime(ctx, at), tone)
	}
	return out
}

// attention is what waits for a person, with the page where it is done.
type attention struct {
	text, href string
	tone       kit.Tone
}

func (v view) attention(ctx context.Context) []attention {
	var out []attention
	add := func(key string, n int, href string, tone kit.Tone) {
		if n > 0 {
			out = append(out, attention{i18n.T(ctx, key, "n", n, "count", count(ctx, n)), v.path() + href, tone})
		}
	}
	add("connections.todo.unlinked", v.Unlinked, "/offers?only=unlinked", kit.Warn)
	add("connections.todo.parked", v.Parked, "/offers?only=behind", kit.Bad)
	add("connections.todo.aside", int(v.Aside), "/aside", kit.Bad)
	return out
}

// reason is why a connection does not work, in words; the actor of a pause is not a word.
func (v view) reason() string {
	if v.Connection.State == connections.Stopped {
		return v.Connection.PausedReason
	}
	return ""
}

// acts are the buttons; keys are bound on the connection's own page only, where there is one of each.
func (v view) acts(ctx context.Context, target string, keys bool) []kit.Button {
	if !v.write() {
		return nil
	}
	post := func(text, icon, key, what string) kit.Button {
		b := kit.Button{Text: i18n.T(ctx, text), Icon: icon, Attrs: map[string]any{"hx-post": v.path() + what, "hx-target": target, "hx-swap": "outerHTML"}}
		if keys {
			b.Key = key
		}
		return b
	}
	if v.Connection.State == connections.Active {
		out := []kit.Button{post("connections.act.sync", "sync", "s", "/sync"), post("connections.act.pause", "pause", "p", "/pause")}
		if v.Connection.OffersDrifted > 0 || v.Parked > 0 {
			out = append(out, post("connections.act.repair", "", "r", "/repair"))
		}
		return out
	}
	b := post("connections.act.resume", "play", "p", "/resume")
	b.Primary = true
	return []kit.Button{b}
}

// tabs are the connection's pages.
func (v view) tabs(ctx context.Context, at string) []kit.Chip {
	return []kit.Chip{
		{ID: "page-overview", Text: i18n.T(ctx, "connections.overview"), Href: v.path(), On: at == "overview"},
		{ID: "page-offers", Text: i18n.T(ctx, "connections.offers"), Href: v.path() + "/offers", On: at == "offers", N: v.Unlinked},
		{ID: "page-prices", Text: i18n.T(ctx, "prices.title"), Href: v.path() + "/prices", On: at == "prices"},
		{ID: "page-mapping", Text: i18n.T(ctx, "mapping.title"), Href: v.path() + "/mapping", On: at == "mapping"},
		{ID: "page-aside", Text: i18n.T(ctx, "connections.aside"), Href: v.path() + "/aside", On: at == "aside", N: int(v.Aside)},
	}
}
