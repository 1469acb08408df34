package allegro

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

const (
	// bulkSize is how many offers one command of different values takes.
	bulkSize = 25
	// questions is how often the outcome of a command is asked for at once; later it is asked for with the read-back.
	questions = 3
	// maxOpen bounds the commands that are remembered.
	maxOpen = 200
)

// change is one offer's part of a command, and the same as an edit of the offer alone.
type change struct {
	offer string
	edit  map[string]any
	bulk  map[string]any
}

// command is a batch that Allegro works on by itself. Its id is ours, and used once.
type command struct {
	path   string
	beta   bool
	id     string
	offers []string
	start  request
}

func newCommand(path string, changes []change) command {
	cmd := command{path: "/sale/" + path, id: newUUID()}
	for _, ch := range changes {
		cmd.offers = append(cmd.offers, ch.offer)
	}
	return cmd
}

// newUUID makes a random UUID, version 4 (RFC 9562).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// bulkCommand gives each offer its own quantity; absolute values, so that a repeat is harmless.
func bulkCommand(changes []change) command {
	cmd := newCommand("offer-bulk-modification-commands", changes)
	mods := make([]map[string]any, 0, len(changes))
	for _, ch := range changes {
		mods = append(mods, ch.bulk)
	}
	cmd.beta = true
	cmd.start = request{method: http.MethodPost, path: cmd.path, beta: true, write: true, body: map[string]any{"commandId": cmd.id, "modifications": mods}}
	return cmd
}

// priceCommand gives all offers one price.
func priceCommand(price connector.Money, changes []change) command {
	cmd := newCommand("offer-price-change-commands", changes)
	offers := make([]map[string]string, 0, len(changes))
	for _, ch := range changes {
		offers = append(offers, map[string]string{"id": ch.offer})
	}
	cmd.start = request{method: http.MethodPut, path: cmd.path + "/" + cmd.id, write: true, body: map[string]any{
		"modification":  map[string]any{"type": "FIXED_PRICE", "price": written(price)},
		"offerCriteria": []map[string]any{{"type": "CONTAINS_OFFERS", "offers": offers}},
	}}
	return cmd
}

// send makes changes by a command, or offer by offer: when there is but one, and when Allegro refuses the command as a whole,
// which one bad item may have caused.
func (c *channel) send(ctx context.Context, cmd command, changes []change, t *tally) {
	if t.stopped {
		return
	}
	var e *connector.Error
	if len(changes) > 1 {
		e = c.begin(ctx, cmd)
	}
	switch {
	case len(changes) == 1 || e != nil && e.Kind == connector.KindPermanent:
		for _, ch := range changes {
			c.edit(ctx, ch.offer, ch.edit, t)
		}
		return
	case e != nil:
		t.miss(e)
		return
	}
	refused, done := c.follow(ctx, cmd)
	for _, id := range cmd.offers {
		if words, bad := refused[id]; bad {
			t.reject(id, words)
		} else {
			t.accept(id)
		}
	}
	if !done {
		c.open = append(c.open, cmd)
		c.open = c.open[max(len(c.open)-maxOpen, 0):]
	}
}

// begin hands a command over.
func (c *channel) begin(ctx context.Context, cmd command) *connector.Error {
	var said struct {
		ID wire.Text `json:"id"`
	}
	a, e := c.do(ctx, cmd.start, &said)
	if e == nil && string(said.ID) != cmd.id {
		e = a.Unclear("Allegro did not say whether it took the change")
	}
	return e
}

// follow asks a few times for the outcome. That it can not be read changes nothing of what was accepted.
func (c *channel) follow(ctx context.Context, cmd command) (refused map[string]string, done bool) {
	for range questions {
		refused, done, e := c.report(ctx, cmd)
		if e != nil {
			c.cfg.Log.Warn("outcome of a command can not be read", "channel", info.Name, "kind", e.Kind)
			return nil, false
		}
		if done {
			return refused, true
		}
	}
	return nil, false
}

// report reads the outcome of a command: the words for each offer that was not changed.
func (c *channel) report(ctx context.Context, cmd command) (refused map[string]string, done bool, e *connector.Error) {
	var summary struct {
		ID        wire.Text `json:"id"`
		Completed wire.Text `json:"completedAt"`
	}
	path := cmd.path + "/" + cmd.id
	if _, e := c.do(ctx, request{method: http.MethodGet, path: path, beta: cmd.beta}, &summary); e != nil || summary.Completed == "" {
		return nil, false, e
	}
	var said struct {
		Tasks wire.Rows `json:"tasks"`
	}
	query := url.Values{"limit": {"1000"}}
	if _, e := c.do(ctx, request{method: http.MethodGet, path: path + "/tasks", query: query, beta: cmd.beta}, &said); e != nil {
		return nil, false, e
	}
	refused = map[string]string{}
	for _, row := range said.Tasks {
		var task struct {
			Offer struct {
				ID wire.Text `json:"id"`
			} `json:"offer"`
			Status  wire.Text `json:"status"`
			Message wire.Text `json:"message"`
			Errors  wire.Rows `json:"errors"`
		}
		if wire.Decode(row, &task) == nil && task.Status == "FAIL" {
			refused[string(task.Offer.ID)] = wire.First(words(task.Errors), wire.Clip(string(task.Message)), "Allegro refused the change without a reason")
		}
	}
	return refused, true, nil
}

// settle asks for the outcome of commands about these offers that were still being worked on.
func (c *channel) settle(ctx context.Context, offers map[string]offer) {
	c.open = slices.DeleteFunc(c.open, func(cmd command) bool {
		if !slices.ContainsFunc(cmd.offers, func(id string) bool { _, asked := offers[id]; return asked }) {
			return false
		}
		refused, done, e := c.report(ctx, cmd)
		if e != nil {
			return e.Kind == connector.KindPermanent // Allegro has forgotten the command
		}
		for id, why := range refused {
			if c.failed == nil {
				c.failed = map[string]string{}
			}
			c.failed[id] = why
		}
		return done
	})
}
