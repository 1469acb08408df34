package ui

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// A quantity is late when its channel does not show it after latePatience; lateMost bounds the counting.
const (
	latePatience = 15 * time.Second
	lateMost     = 1000
)

// frame is what surrounds a page. The live cursor is taken first, so that nothing that happens while the page is read is missed.
func (c *console) frame(r *http.Request, at kit.Section, title string) (kit.PageData, error) {
	ctx, a := r.Context(), access.From(r.Context())
	data := kit.PageData{Title: title, Section: at, Theme: kit.ThemeOf(r), LiveURL: "/live", LiveAt: c.Live.Cursor(int64(a.Tenant)),
		NavURL: reply.Href("/nav", "at", string(at)), PulseURL: "/pulse", User: kit.User{Name: a.Name, Role: roleName(ctx, a)}, Menu: c.menu(ctx, a)}
	var err error
	if data.Counts, err = c.counts(ctx, a); err != nil {
		return data, err
	}
	data.Pulse, err = c.beat(ctx, a)
	return data, err
}

// roleName is the mightiest role whose permissions the actor has.
func roleName(ctx context.Context, a access.Actor) string {
	for _, role := range identity.Roles() {
		if !slices.ContainsFunc(role.Permissions(), func(p access.Permission) bool { return !a.May(p) }) {
			return i18n.T(ctx, "people.role."+string(role))
		}
	}
	return ""
}

// menu is what a person finds under the own name.
func (c *console) menu(ctx context.Context, a access.Actor) []kit.Link {
	out := []kit.Link{{Text: i18n.T(ctx, "account.title"), Href: "/account"}}
	if a.May(access.AccountsWrite) {
		out = append(out, kit.Link{Text: i18n.T(ctx, "people.title"), Href: "/people"}, kit.Link{Text: i18n.T(ctx, "tokens.title"), Href: "/tokens"},
			kit.Link{Text: i18n.T(ctx, "webhooks.title"), Href: "/webhooks"})
	}
	if c.Rehearsal && a.May(access.OrdersWrite) {
		out = append(out, kit.Link{Text: i18n.T(ctx, "rehearsal.title"), Href: "/rehearsal"})
	}
	return out
}

// counts are the numbers in the navigation: new orders, open tasks, channels that need a person.
func (c *console) counts(ctx context.Context, a access.Actor) (map[kit.Section]kit.Count, error) {
	out := map[kit.Section]kit.Count{}
	if a.May(access.OrdersRead) {
		stages, _, err := c.Orders.Counts(ctx, a)
		if err != nil {
			return nil, err
		}
		n := kit.Count{}
		for _, s := range stages {
			if s.Stage == connector.StageNew {
				n.N, n.Alarm = s.N, s.OldestPPM >= 1_000_000
			}
		}
		out[kit.Orders] = n
	}
	if a.May(access.TasksRead) {
		open, err := c.Tasks.Counts(ctx, a)
		if err != nil {
			return nil, err
		}
		out[kit.Tasks] = kit.Count{N: open.Open, Alarm: open.Overdue > 0}
	}
	if a.May(access.ConnectionsRead) {
		n, err := c.troubled(ctx, a)
		if err != nil {
			return nil, err
		}
		out[kit.Connections] = kit.Count{N: n, Alarm: n > 0}
	}
	return out, nil
}

// troubled counts connections that stopped, whose last word was an error or which lack a right.
func (c *console) troubled(ctx context.Context, a access.Actor) (n int, err error) {
	err = c.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		list, err := connections.All(ctx, tx)
		for _, each := range list {
			if each.State == connections.Stopped || each.State == connections.Active && (each.Failing() || len(each.Denied) > 0) {
				n++
			}
		}
		return err
	})
	return n, err
}

// beat says how fast the channels follow.
func (c *console) beat(ctx context.Context, a access.Actor) (out kit.Pulse, err error) {
	out.Took = c.Pulse(a.Tenant)
	err = c.DB.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out.Late, err = c.Connections.Late(ctx, tx, latePatience, lateMost)
		return err
	})
	return out, err
}
