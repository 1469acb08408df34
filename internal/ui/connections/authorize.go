package connectionsui

import (
	"net/http"
	"strconv"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// authorizeID is the id of the fragment that asks whether the person has agreed.
const authorizeID = "authorization"

// asksPermission says that accounts of a driver are opened on the channel's own page.
func asksPermission(find connections.Drivers, name string) bool {
	d, ok := find(name)
	if !ok {
		return false
	}
	_, ok = d.(connector.Authorizer)
	return ok
}

func authorizePath(id int64) string { return "/permissions/" + strconv.FormatInt(id, 10) }

// authorizeBegin asks for new permission of a connection that exists.
func (p *pages) authorizeBegin(w http.ResponseWriter, r *http.Request) error {
	h, err := p.health(r)
	if err != nil {
		return err
	}
	grant, err := p.Connections.BeginAuthorization(r.Context(), access.From(r.Context()), connections.Input{Driver: h.Connection.Driver}, h.Connection.ID)
	if err != nil {
		return err
	}
	return reply.Go(w, r, authorizePath(grant.ID))
}

// authorizeShow shows the code and where to confirm it, and asks the channel again and again whether that was done.
func (p *pages) authorizeShow(w http.ResponseWriter, r *http.Request) error {
	id, err := reply.ID(r, "id", "error.connection.grant_over")
	if err != nil {
		return err
	}
	c, wait, err := p.Connections.FinishAuthorization(r.Context(), access.From(r.Context()), id)
	switch {
	case err != nil && !reply.IsRefusal(err):
		return err
	case err == nil && c.ID != 0:
		return reply.Go(w, r, view{Health: connections.Health{Connection: c}}.path())
	}
	d := authorizeData{id: id, wait: wait}
	if err != nil {
		d.fault = i18n.Error(r.Context(), err)
	}
	if kit.IsFragment(r, authorizeID) {
		return reply.HTML(w, r, http.StatusOK, authorizePanel(d))
	}
	data, err := p.frame(r, i18n.T(r.Context(), "authorize.title"))
	if err != nil {
		return err
	}
	return reply.HTML(w, r, http.StatusOK, authorizePage(d, data))
}

type authorizeData struct {
	id    int64
	wait  connections.Authorization
	fault string
}

// every is how often the page asks.
func (d authorizeData) every() string {
	return "every " + strconv.Itoa(int(d.wait.Every/time.Second)) + "s"
}
