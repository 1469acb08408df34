package connectionsui

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// Bounds of the page.
const (
	asidePage = 50
	// rawShown is how much of a body is shown, in bytes.
	rawShown = 4 << 10
)

// asideData is what a channel sent and nobody could read.
type asideData struct {
	view
	list []facts.Fact
}

// asideList shows facts that were set aside with their reasons.
func (p *pages) asideList(w http.ResponseWriter, r *http.Request) error {
	v, err := p.viewOf(r)
	if err != nil {
		return err
	}
	data, err := p.frame(r, v.Connection.Name)
	if err != nil {
		return err
	}
	d := asideData{view: v}
	if d.list, err = p.Connections.Aside(r.Context(), v.actor, v.Connection.ID, asidePage); err != nil {
		return err
	}
	data.Head = showHead(v, "aside")
	return reply.HTML(w, r, http.StatusOK, asidePageView(d, data))
}

// asideRetry has them read once more.
func (p *pages) asideRetry(w http.ResponseWriter, r *http.Request) error {
	v, err := p.viewOf(r)
	if err != nil {
		return err
	}
	if _, err := p.Connections.RetryAside(r.Context(), access.From(r.Context()), v.Connection.ID); err != nil {
		return err
	}
	return reply.Go(w, r, v.path()+"/aside")
}

// raw is the beginning of a body as text: JSON indented, what is no text made harmless.
func raw(body []byte) (text string, cut bool) {
	var b bytes.Buffer
	if len(body) <= 1<<20 && json.Indent(&b, body, "", "  ") == nil {
		body = b.Bytes()
	}
	if cut = len(body) > rawShown; cut {
		body = body[:rawShown]
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f && (r < 0x80 || r > 0x9f) {
			return r
		}
		return '·'
	}, strings.ToValidUTF8(string(body), "�")), cut
}
