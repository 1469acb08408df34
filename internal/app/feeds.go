package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// Bounds of one feed's readers: marketplaces come a few times an hour, each with a repeat or two.
const (
	feedPerSecond = 0.2
	feedBurst     = 30
	feedKeys      = 1 << 12
	// feedPatience is how long a reader may take for one page of the document.
	feedPatience = 30 * time.Second
)

// feedDoor serves feeds to whoever knows their address.
type feedDoor struct {
	app   *App
	limit *httpx.Limiter[int64]
}

// registerFeeds serves the documents. HEAD goes the way of GET.
func (a *App) registerFeeds(rt *httpx.Router) {
	d := &feedDoor{a, httpx.NewLimiter[int64](a.Clock, feedPerSecond, feedBurst, feedKeys)}
	rt.Handle("GET /feeds/{tenant}/{id}/{secret}", httpx.Public(), d.serve, httpx.Stream())
}

func feedPath(r *http.Request) (t db.Tenant, id int64, secret, ext string, err error) {
	tenant, err1 := strconv.ParseInt(r.PathValue("tenant"), 10, 64)
	id, err2 := strconv.ParseInt(r.PathValue("id"), 10, 64)
	secret, ext, _ = strings.Cut(r.PathValue("secret"), ".")
	if err1 != nil || err2 != nil || tenant <= 0 || len(secret) > 100 {
		return 0, 0, "", "", errs.New(errs.NotFound, "error.feed.not_found")
	}
	return db.Tenant(tenant), id, secret, ext, nil
}

func (d *feedDoor) serve(w http.ResponseWriter, r *http.Request) error {
	t, id, secret, ext, err := feedPath(r)
	if err != nil {
		return err
	}
	began := d.app.Clock.Now()
	reading, err := d.app.Feeds.Open(r.Context(), t, id, secret, ext)
	if err != nil {
		return err
	}
	if wait := d.limit.Take(id); wait > 0 {
		return errs.New(errs.TooMany, "error.feed.often", "seconds", int64(wait/time.Second)+1)
	}
	h := w.Header()
	h.Set("ETag", reading.Tag)
	if !reading.Modified.IsZero() {
		h.Set("Last-Modified", reading.Modified.UTC().Format(http.TimeFormat))
	}
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Robots-Tag", "noindex")
	visit := feeds.Visit{At: began, Agent: r.UserAgent(), Address: httpx.ClientAddr(r.Context()).String(), Status: http.StatusOK}
	if unchanged(r.Header, reading) {
		visit.Status = http.StatusNotModified
		w.WriteHeader(http.StatusNotModified)
		d.note(r, t, id, visit, nil)
		return nil
	}
	h.Set("Content-Type", reading.Feed.Format.ContentType())
	if r.Method == http.MethodHead {
		d.note(r, t, id, visit, nil)
		return nil
	}
	return d.write(w, r, t, reading, visit)
}

// unchanged says whether the reader has this state of the feed. An ETag counts for more than a time.
func unchanged(h http.Header, reading feeds.Reading) bool {
	if tags := h.Get("If-None-Match"); tags != "" {
		for tag := range strings.SplitSeq(tags, ",") {
			if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == reading.Tag || tag == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(h.Get("If-Modified-Since"))
	return err == nil && !reading.Modified.IsZero() && !since.Before(reading.Modified)
}

// write sends the document page by page. Half a document must not be taken for a whole one, whose other offers are gone: when
// it can not be finished, the connection breaks.
func (d *feedDoor) write(w http.ResponseWriter, r *http.Request, t db.Tenant, reading feeds.Reading, visit feeds.Visit) error {
	out, rc := &counted{w: w}, http.NewResponseController(w)
	wait := func() error { return rc.SetWriteDeadline(time.Now().Add(feedPatience)) }
	if err := wait(); err != nil {
		return err
	}
	n, err := reading.Write(r.Context(), out, func() error { return errors.Join(rc.Flush(), wait()) })
	visit.Took, visit.Bytes, visit.Offers = d.app.Clock.Now().Sub(visit.At), out.n, n.Offers
	switch {
	case err == nil:
		d.note(r, t, reading.Feed.ID, visit, &n)
		return nil
	case out.n == 0:
		visit.Status = httpx.Status(err)
		d.note(r, t, reading.Feed.ID, visit, nil)
		return err
	}
	visit.Status = 0
	d.note(r, t, reading.Feed.ID, visit, nil)
	d.app.Log.WarnContext(r.Context(), "feed cut off", "feed", reading.Feed.ID, "error", err)
	panic(http.ErrAbortHandler)
}

// note remembers the visit also of a reader that has gone. What can not be remembered is no reason to fail: the answer is out.
func (d *feedDoor) note(r *http.Request, t db.Tenant, id int64, v feeds.Visit, n *feeds.Count) {
	if err := d.app.Feeds.Note(context.WithoutCancel(r.Context()), t, id, v, n); err != nil {
		d.app.Log.WarnContext(r.Context(), "visit of a feed not kept", "feed", id, "error", err)
	}
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

// Write passes on.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
