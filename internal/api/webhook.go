package api

import (
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
	"github.com/lad-hub/lad/internal/webhooks"
)

func (a *API) webhookOperations() []operation {
	const and = " journal:read is needed too."
	return tagged("Webhooks",
		get("/api/v1/webhooks", "listWebhooks", access.AccountsWrite, "List webhooks", a.webhookList).says("Those who make API tokens make webhooks."+and),
		post("/api/v1/webhooks", "createWebhook", access.AccountsWrite, "Send events to an address", a.webhookCreate).creates().says("events are order, stock, product, "+
			"task, connection, or single kinds such as order.shipped. The answer holds the secret of the signatures, this once."+and).
			example(webhookInput{Name: "ERP", URL: "https://erp.example/lad", Events: []string{"order", "stock"}}),
		get("/api/v1/webhooks/{id}", "getWebhook", access.AccountsWrite, "Read a webhook", a.webhookGet),
		write("DELETE", "/api/v1/webhooks/{id}", "deleteWebhook", access.AccountsWrite, "Delete a webhook with its log", a.webhookDelete),
		post("/api/v1/webhooks/{id}/pause", "pauseWebhook", access.AccountsWrite, "Send nothing for a while", a.webhookPause),
		post("/api/v1/webhooks/{id}/resume", "resumeWebhook", access.AccountsWrite, "Send again from where it stopped", a.webhookResume),
		post("/api/v1/webhooks/{id}/replay", "replayWebhook", access.AccountsWrite, "Send again what happened after a place or a moment", a.webhookReplay).
			says("Of the last 30 days. Events keep their ids."),
		get("/api/v1/webhooks/{id}/deliveries", "listDeliveries", access.AccountsWrite, "Read the log of a webhook, newest first", a.deliveryList),
		post("/api/v1/webhooks/{id}/deliveries/{no}/retry", "retryDelivery", access.AccountsWrite, "Send one event now", a.deliveryRetry).keyed(),
		post("/api/v1/webhooks/{id}/deliveries/{no}/skip", "skipDelivery", access.AccountsWrite, "Give one waiting event up", a.deliverySkip),
	)
}

// webhookOut is an address that is told of events.
type webhookOut struct {
	ID        int64    `json:"id"`
	Name      string   `json:"name"`
	URL       string   `json:"url"`
	Events    []string `json:"events"`
	State     string   `json:"state" doc:"active, paused, or stopped after three days of failures"`
	Cursor    string   `json:"cursor" doc:"place in the journal up to which deliveries were made"`
	Fails     int64    `json:"fails" doc:"rounds in which nothing was taken, since the last success"`
	RestsTill *string  `json:"rests_until"`
	CreatedAt *string  `json:"created_at"`
}

func webhookJSON(w webhooks.Webhook) webhookOut {
	return webhookOut{ID: w.ID, Name: w.Name, URL: w.URL, Events: w.Events, State: string(w.State), Cursor: strconv.FormatInt(w.Place, 10), Fails: w.Fails,
		RestsTill: momentOut(w.RestsTill), CreatedAt: momentOut(w.CreatedAt)}
}

// webhookInput is a webhook to be made.
type webhookInput struct {
	Name   string   `json:"name" need:"1"`
	URL    string   `json:"url" need:"1"`
	Events []string `json:"events" need:"1"`
}

// webhookMadeOut is a new webhook with its secret.
type webhookMadeOut struct {
	webhookOut
	Secret string `json:"secret" doc:"whsec_ and the key of the signatures in base64"`
}

// webhooksOut is all webhooks.
type webhooksOut struct {
	Webhooks []webhookOut `json:"webhooks"`
}

func (a *API) webhookList(c call, _ nothing) (webhooksOut, error) {
	list, err := a.Webhooks.List(c.ctx, c.who)
	out := webhooksOut{Webhooks: make([]webhookOut, len(list))}
	for i, w := range list {
		out.Webhooks[i] = webhookJSON(w)
	}
	return out, err
}

func (a *API) webhookCreate(c call, in webhookInput) (webhookMadeOut, error) {
	w, made, err := a.Webhooks.Add(c.ctx, c.who, webhooks.Input(in))
	return webhookMadeOut{webhookOut: webhookJSON(w), Secret: made.Reveal()}, err
}

func (a *API) webhookGet(c call, _ nothing) (webhookOut, error) {
	return a.onWebhook(c, func(int64) error { return nil })
}

func (a *API) webhookDelete(c call, _ nothing) (deletedOut, error) {
	id, err := c.id()
	if err != nil {
		return deletedOut{}, err
	}
	return deletedOut{ID: id}, a.Webhooks.Delete(c.ctx, c.who, id)
}

func (a *API) webhookPause(c call, _ nothing) (webhookOut, error) {
	return a.onWebhook(c, func(id int64) error { return a.Webhooks.Pause(c.ctx, c.who, id) })
}

func (a *API) webhookResume(c call, _ nothing) (webhookOut, error) {
	return a.onWebhook(c, func(id int64) error { return a.Webhooks.Resume(c.ctx, c.who, id) })
}

// replayInput is where to begin again: after a cursor of the journal, or at a moment.
type replayInput struct {
	After string    `json:"after,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

func (a *API) webhookReplay(c call, in replayInput) (webhookOut, error) {
	return a.onWebhook(c, func(id int64) error {
		if (in.After == "") == in.Since.IsZero() {
			return errs.New(errs.Invalid, "error.api.after_or_since")
		}
		if in.After == "" {
			return a.Webhooks.ReplaySince(c.ctx, c.who, id, in.Since)
		}
		place, err := a.feedPlace(c, in.After)
		if err != nil {
			return err
		}
		return a.Webhooks.Replay(c.ctx, c.who, id, place)
	})
}

// onWebhook does something to the webhook of the path and answers it as it is then.
func (a *API) onWebhook(c call, do func(id int64) error) (webhookOut, error) {
	id, err := c.id()
	if err != nil {
		return webhookOut{}, err
	}
	if err := do(id); err != nil {
		return webhookOut{}, err
	}
	w, err := a.Webhooks.Get(c.ctx, c.who, id)
	return webhookJSON(w), err
}

// webhookDeliveryOut is one event for one webhook with the outcome of its last try.
type webhookDeliveryOut struct {
	No        int64   `json:"no"`
	EventID   string  `json:"event_id"`
	Kind      string  `json:"kind"`
	Subject   string  `json:"subject"`
	SubjectID int64   `json:"subject_id"`
	State     string  `json:"state" doc:"waiting, delivered or skipped"`
	Tries     int64   `json:"tries"`
	TriedAt   *string `json:"tried_at"`
	NextTryAt *string `json:"next_try_at"`
	Code      int64   `json:"code,omitempty" doc:"HTTP status of the last answer"`
	TookMS    int64   `json:"took_ms"`
	Error     string  `json:"error,omitempty" doc:"timeout, private, unreachable or refused"`
}

// deliveriesOut is a page of a log.
type deliveriesOut struct {
	Deliveries []webhookDeliveryOut `json:"deliveries"`
	Before     int64                `json:"next_before,omitempty"`
}

// deliveryQuery chooses a page of a log.
type deliveryQuery struct {
	Before int64 `json:"before" doc:"next_before of the page before"`
	Limit  int64 `json:"limit" doc:"50 when left out, at most 200"`
}

func (a *API) deliveryList(c call, q deliveryQuery) (deliveriesOut, error) {
	id, err := c.id()
	if err != nil {
		return deliveriesOut{}, err
	}
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	list, err := a.Webhooks.Log(c.ctx, c.who, id, q.Before, int(q.Limit))
	out := deliveriesOut{Deliveries: make([]webhookDeliveryOut, len(list))}
	for i, d := range list {
		out.Deliveries[i] = webhookDeliveryOut{No: d.No, EventID: journal.EventID(d.Seq), Kind: d.Kind, Subject: d.Subject, SubjectID: d.SubjectID, State: d.State, Tries: d.Tries,
			TriedAt: momentOut(d.TriedAt), NextTryAt: momentOut(d.NextTry), Code: d.Code, TookMS: d.Took.Milliseconds(), Error: d.Error}
	}
	if len(list) == int(q.Limit) {
		out.Before = list[len(list)-1].No
	}
	return out, err
}

func (a *API) deliveryRetry(c call, _ nothing) (webhookOut, error) {
	return a.onDelivery(c, func(id, no int64) error { return a.Webhooks.Retry(c.ctx, c.who, id, no) })
}

func (a *API) deliverySkip(c call, _ nothing) (webhookOut, error) {
	return a.onDelivery(c, func(id, no int64) error { return a.Webhooks.Skip(c.ctx, c.who, id, no) })
}

func (a *API) onDelivery(c call, do func(id, no int64) error) (webhookOut, error) {
	return a.onWebhook(c, func(id int64) error {
		no, err := strconv.ParseInt(c.r.PathValue("no"), 10, 64)
		if err != nil {
			return errs.New(errs.NotFound, "error.not_found")
		}
		return do(id, no)
	})
}
