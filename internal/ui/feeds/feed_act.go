package feedsui

import (
	"context"
	"net/http"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/ui/reply"
)

// act runs one use case on the feed of the address and goes back to its page.
func (p *pages) act(w http.ResponseWriter, r *http.Request, do func(context.Context, access.Actor, int64) error) error {
	f, err := p.feed(r)
	if err != nil {
		return err
	}
	if err := do(r.Context(), access.From(r.Context()), f.ID); err != nil {
		return err
	}
	return reply.Go(w, r, path(f.ID))
}

// feedPause stops a feed.
func (p *pages) feedPause(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, p.Feeds.Pause)
}

// feedResume starts it again.
func (p *pages) feedResume(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, p.Feeds.Resume)
}

// feedAddress gives the feed another address.
func (p *pages) feedAddress(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, p.Feeds.NewAddress)
}

// feedCount counts the offers without waiting for a reader.
func (p *pages) feedCount(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, func(ctx context.Context, a access.Actor, id int64) error {
		_, err := p.Feeds.Recount(ctx, a, id)
		return err
	})
}

// feedDelete ends a feed.
func (p *pages) feedDelete(w http.ResponseWriter, r *http.Request) error {
	f, err := p.feed(r)
	if err != nil {
		return err
	}
	if err := p.Feeds.Delete(r.Context(), access.From(r.Context()), f.ID); err != nil {
		return err
	}
	return reply.Go(w, r, "/feeds")
}
