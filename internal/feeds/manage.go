package feeds

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// mostFeeds bounds the feeds of one shop.
const mostFeeds = 50

// Add makes a feed, which can be fetched at once.
func (s *Service) Add(ctx context.Context, a access.Actor, in Input) (f Feed, err error) {
	settings, err := s.prepare(&in)
	if err != nil {
		return f, err
	}
	id, err := s.ids.New(ctx, "feed")
	if err != nil {
		return f, err
	}
	err = s.write(ctx, a, func(tx *db.Tx) error {
		have, err := all(ctx, tx)
		if err != nil {
			return err
		}
		if len(have) >= mostFeeds {
			return errs.New(errs.Conflict, "error.feed.many", "n", mostFeeds)
		}
		_, err = tx.Exec(ctx, `insert into feed (tenant_id, id, name, format, state, secret, settings, created_at) values ($1, $2, $3, $4, 'active', $5, $6, $7)`,
			int64(tx.Tenant), id, in.Name, in.Format, newSecret(), settings, tx.NowMicros())
		if err != nil {
			return err
		}
		if f, err = byID(ctx, tx, id); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "feed.added", f)
	})
	return f, err
}

// Update changes a feed's name and settings; its format and address stay.
func (s *Service) Update(ctx context.Context, a access.Actor, id int64, in Input) error {
	return s.change(ctx, a, id, "feed.changed", func(tx *db.Tx, f Feed) error {
		in := in
		in.Format = f.Format.Name
		settings, err := s.prepare(&in)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update feed set name = $3, settings = $4, version = version + 1 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, in.Name, settings)
		return err
	})
}

func (s *Service) prepare(in *Input) (string, error) {
	in.Name, in.Shop.Name, in.Shop.Company = tidy(in.Name), tidy(in.Shop.Name), tidy(in.Shop.Company)
	in.Shop.URL, in.PageURL, in.PictureURL = strings.TrimSpace(in.Shop.URL), strings.TrimSpace(in.PageURL), strings.TrimSpace(in.PictureURL)
	in.OtherCategory, in.Description = tidy(in.OtherCategory), tidy(in.Description)
	if err := in.validate(s.Rules); err != nil {
		return "", err
	}
	return encode(in.Settings)
}

// Pause stops a feed: readers are told that it is gone.
func (s *Service) Pause(ctx context.Context, a access.Actor, id int64) error {
	return s.setState(ctx, a, id, Paused, "feed.paused")
}

// Resume lets a feed be fetched again.
func (s *Service) Resume(ctx context.Context, a access.Actor, id int64) error {
	return s.setState(ctx, a, id, Active, "feed.resumed")
}

func (s *Service) setState(ctx context.Context, a access.Actor, id int64, to State, kind string) error {
	return s.change(ctx, a, id, kind, func(tx *db.Tx, _ Feed) error {
		_, err := tx.Exec(ctx, "update feed set state = $3, version = version + 1 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, string(to))
		return err
	})
}

// NewAddress gives a feed another secret: the old address is unknown from now on.
func (s *Service) NewAddress(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, "feed.address", func(tx *db.Tx, _ Feed) error {
		_, err := tx.Exec(ctx, "update feed set secret = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, newSecret())
		return err
	})
}

// Delete ends a feed; the journal stays.
func (s *Service) Delete(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, "feed.deleted", func(tx *db.Tx, _ Feed) error {
		if _, err := tx.Exec(ctx, "delete from feed_read where tenant_id = $1 and feed_id = $2", int64(tx.Tenant), id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "delete from feed where tenant_id = $1 and id = $2", int64(tx.Tenant), id)
		return err
	})
}

// change runs one change of a feed and writes it into the journal.
func (s *Service) change(ctx context.Context, a access.Actor, id int64, kind string, do func(*db.Tx, Feed) error) error {
	return s.write(ctx, a, func(tx *db.Tx) error {
		f, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, f); err != nil {
			return err
		}
		s.Changed(tx)
		return s.record(ctx, tx, a, kind, f)
	})
}

func (s *Service) record(ctx context.Context, tx *db.Tx, a access.Actor, kind string, f Feed) error {
	return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: kind, Subject: "feed", SubjectID: f.ID,
		Payload: map[string]any{"name": f.Name, "format": f.Format.Name}})
}

func newSecret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
