package feeds

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/ids"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// Service is the use cases of feeds.
type Service struct {
	db      *db.DB
	ids     *ids.Source
	journal *journal.Journal
	Needs
	versions *versions
	readings chan struct{} // a place per reading under way
}

// mostReadings bounds the whole readings under way: each works through the catalogue.
const mostReadings = 8

// New makes the service.
func New(d *db.DB, s *ids.Source, j *journal.Journal, n Needs) *Service {
	return &Service{db: d, ids: s, journal: j, Needs: n, versions: newVersions(d.Clock().Now()), readings: make(chan struct{}, mostReadings)}
}

// All reads the feeds of the actor's shop, oldest first.
func (s *Service) All(ctx context.Context, a access.Actor) (out []Feed, err error) {
	if err := a.Must(access.ConnectionsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = all(ctx, tx)
		return err
	})
	return out, err
}

// Get reads a feed.
func (s *Service) Get(ctx context.Context, a access.Actor, id int64) (f Feed, err error) {
	if err := a.Must(access.ConnectionsRead); err != nil {
		return f, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		f, err = byID(ctx, tx, id)
		return err
	})
	return f, err
}

// Categories lists the names that a feed can be narrowed to.
func (s *Service) Categories(ctx context.Context, a access.Actor) (out []string, err error) {
	if err := a.Must(access.ConnectionsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = s.Catalog.Categories(ctx, tx)
		return err
	})
	return out, err
}

// Sites lists the connections whose offers' addresses can be the goods' pages.
func (s *Service) Sites(ctx context.Context, a access.Actor) (out []Site, err error) {
	if err := a.Must(access.ConnectionsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		out, err = s.Pages.Sites(ctx, tx)
		return err
	})
	return out, err
}

// write runs a use case for an actor who may publish the catalogue.
func (s *Service) write(ctx context.Context, a access.Actor, fn func(*db.Tx) error) error {
	if err := a.Must(access.CatalogWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, fn)
}
