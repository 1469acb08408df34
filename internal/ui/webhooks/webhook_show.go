package webhooksui

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/ui/kit"
	"github.com/lad-hub/lad/internal/ui/reply"
	"github.com/lad-hub/lad/internal/webhooks"
)

// logPage is how many deliveries a page of the log shows.
const logPage = 50

// logID is the id of the log's fragment.
const logID = "webhook-log"

// showData is one webhook with a page of its log.
type showData struct {
	webhooks.Webhook
	log    []webhooks.Delivery
	before int64
	next   int64
	now    time.Time
	fault  string // of the replay
}

func href(id int64) string { return "/webhooks/" + strconv.FormatInt(id, 10) }

func (d *showData) deliveryHref(no int64, what string) string {
	return href(d.ID) + "/deliveries/" + strconv.FormatInt(no, 10) + "/" + what
}

// path is the page of the log that is shown.
func (d *showData) path() string {
	if d.before == 0 {
		return href(d.ID)
	}
	return reply.Href(href(d.ID), "before", strconv.FormatInt(d.before, 10))
}

// newer leads back to the first page of the log, older to the next; "" for nowhere.
func (d *showData) newer() string {
	if d.before == 0 {
		return ""
	}
	return href(d.ID)
}

func (d *showData) older() string {
	if d.next == 0 {
		return ""
	}
	return reply.Href(href(d.ID), "before", strconv.FormatInt(d.next, 10))
}

// webhookShow shows a webhook with its log.
func (p *pages) webhookShow(w http.ResponseWriter, r *http.Request) error {
	return p.showPage(w, r, http.StatusOK, "")
}

func (p *pages) showPage(w http.ResponseWriter, r *http.Request, status int, fault string) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	a, d := access.From(r.Context()), showData{before: reply.Number(r, "before"), now: p.Clock.Now(), fault: fault}
	read := func() (err error) {
		if d.Webhook, err = p.Webhooks.Get(r.Context(), a, id); err != nil {
			return err
		}
		d.log, err = p.Webhooks.Log(r.Context(), a, id, d.before, logPage)
		if len(d.log) == logPage {
			d.next = d.log[logPage-1].No
		}
		return err
	}
	if kit.IsFragment(r, logID) {
		if err := read(); err != nil {
			return err
		}
		return reply.HTML(w, r, status, logPart(&d), pauseOrResume(&d, true))
	}
	return p.page(w, r, status, read, func(data kit.PageData) templ.Component { return showView(&d, data) })
}

// webhookDelete ends a webhook.
func (p *pages) webhookDelete(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := p.Webhooks.Delete(r.Context(), access.From(r.Context()), id); err != nil {
		return err
	}
	return reply.Go(w, r, "/webhooks")
}

// webhookReplay sends again what happened since the beginning of a day.
func (p *pages) webhookReplay(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	since, err := time.ParseInLocation(time.DateOnly, r.PostFormValue("since"), i18n.Zone(r.Context()))
	if err != nil {
		return p.showPage(w, r, http.StatusUnprocessableEntity, i18n.T(r.Context(), "webhooks.replay.day"))
	}
	if err := p.Webhooks.ReplaySince(r.Context(), access.From(r.Context()), id, since); err != nil {
		return err
	}
	return reply.Go(w, r, href(id))
}
