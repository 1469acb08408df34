package api

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Bounds of the feed.
const (
	defaultFeed = 100
	maxFeed     = 1000
	// maxWait is the longest a call waits for news, in seconds; lookAgain finds what another process wrote meanwhile.
	maxWait   = 25
	lookAgain = time.Second
)

func (a *API) journalOperations() []operation {
	feed := get("/api/v1/journal", "readJournal", access.JournalRead, "Follow everything that happens", a.journalFeed).says("Entries in the order of their " +
		"commits; nothing ever appears before a cursor that was answered. Call again with after = next. wait keeps the call open for so many seconds (at most 25) until there is news.")
	feed.stream = true
	return tagged("Journal", feed)
}

// feedQuery is a place in the journal.
type feedQuery struct {
	After string `json:"after" doc:"next of the call before; the beginning when left out, now for the end"`
	Limit int64  `json:"limit" doc:"100 when left out, at most 1000"`
	Wait  int64  `json:"wait" doc:"seconds to wait for news"`
}

// feedEntryOut is one thing that happened.
type feedEntryOut struct {
	ID        string          `json:"id" doc:"names the entry for ever; the same as in webhooks"`
	At        time.Time       `json:"at"`
	Actor     string          `json:"actor" doc:"account:7, token:2, connection:3 or system"`
	Kind      string          `json:"kind"`
	Subject   string          `json:"subject"`
	SubjectID int64           `json:"subject_id"`
	Payload   json.RawMessage `json:"payload"`
	Cursor    string          `json:"cursor" doc:"after of the entries behind this one"`
}

// feedOut is what happened after a place.
type feedOut struct {
	Entries []feedEntryOut `json:"entries"`
	Next    string         `json:"next"`
}

func (a *API) journalFeed(c call, q feedQuery) (feedOut, error) {
	after, err := a.feedPlace(c, q.After)
	if err != nil {
		return feedOut{}, err
	}
	if q.Limit <= 0 {
		q.Limit = defaultFeed
	}
	ctx, cancel := context.WithTimeout(c.ctx, time.Duration(min(max(q.Wait, 0), maxWait))*time.Second)
	defer cancel()
	for {
		news := a.News(c.who.Tenant) // taken before the reading, so that nothing is missed in between
		list, err := a.feed(c, after, int(min(q.Limit, maxFeed)))
		if err != nil || len(list) > 0 || !waitFor(ctx, news) {
			return feedJSON(list, after), err
		}
	}
}

// waitFor is false when the time is over.
func waitFor(ctx context.Context, news <-chan struct{}) bool {
	again := time.NewTimer(lookAgain)
	defer again.Stop()
	select {
	case <-news:
	case <-again.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// feedPlace reads a cursor.
func (a *API) feedPlace(c call, text string) (pos int64, err error) {
	switch text {
	case "":
		return 0, nil
	case "now":
		for more := true; more && err == nil; {
			more, err = journal.Place(c.ctx, a.DB, c.who.Tenant)
		}
		if err != nil {
			return 0, err
		}
		return pos, a.DB.Read(c.ctx, c.who.Tenant, func(tx *db.Tx) error {
			pos, err = journal.Tail(c.ctx, tx)
			return err
		})
	}
	pos, err = strconv.ParseInt(text, 10, 64)
	if err != nil || pos < 0 {
		return 0, errs.New(errs.Invalid, "error.api.cursor")
	}
	return pos, nil
}

func (a *API) feed(c call, after int64, limit int) (list []journal.Placed, err error) {
	if _, err := journal.Place(c.ctx, a.DB, c.who.Tenant); err != nil {
		return nil, err
	}
	return list, a.DB.Read(c.ctx, c.who.Tenant, func(tx *db.Tx) error {
		list, err = journal.Feed(c.ctx, tx, after, limit)
		return err
	})
}

func feedJSON(list []journal.Placed, after int64) feedOut {
	out := feedOut{Entries: make([]feedEntryOut, len(list)), Next: strconv.FormatInt(after, 10)}
	for i, e := range list {
		out.Next = strconv.FormatInt(e.Pos, 10)
		out.Entries[i] = feedEntryOut{ID: journal.EventID(e.Seq), At: e.At, Actor: e.Actor, Kind: e.Kind, Subject: e.Subject, SubjectID: e.SubjectID, Payload: e.Payload,
			Cursor: out.Next}
	}
	return out
}
