package feeds

import (
	"context"
	"errors"
	"io"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
)

// Faulty is an item that the reader refuses or may refuse, and why.
type Faulty struct {
	SKUID  int64
	Code   string
	Name   string
	Faults []Fault
	Left   bool // out of the document
}

// Bounds of one look: as many faulty items as a page shows, and no more of the catalogue than a person waits for.
const (
	faultsPage = 50
	faultsLook = 10_000
)

// Faults looks for faulty items behind a SKU's id; next is where to go on, 0 at the end of the catalogue.
func (s *Service) Faults(ctx context.Context, a access.Actor, id, after int64) (out []Faulty, next int64, err error) {
	f, err := s.Get(ctx, a, id)
	if err != nil {
		return nil, 0, err
	}
	for range faultsLook / pageSize {
		list, last, err := s.page(ctx, a.Tenant, f, after)
		if err != nil {
			return nil, 0, err
		}
		for _, j := range list {
			if len(j.faults) == 0 {
				continue
			}
			if len(out) == faultsPage {
				return out, out[faultsPage-1].SKUID, nil
			}
			out = append(out, Faulty{SKUID: j.item.ID, Code: j.item.Code, Name: j.item.Name, Faults: j.faults, Left: stopped(j.faults)})
		}
		if after = last; after == 0 {
			break
		}
	}
	return out, after, nil
}

// Recount works through the whole feed, as a reader's visit would, and keeps what it counted.
func (s *Service) Recount(ctx context.Context, a access.Actor, id int64) (Count, error) {
	if err := a.Must(access.CatalogWrite); err != nil {
		return Count{}, err
	}
	f, err := s.Get(ctx, a, id)
	if err != nil {
		return Count{}, err
	}
	leave, err := s.enter()
	if err != nil {
		return Count{}, err
	}
	defer leave()
	n, err := s.stream(ctx, a.Tenant, f, io.Discard, func() error { return nil })
	if err != nil && !errors.Is(err, errEmpty) {
		return n, err
	}
	return n, s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error { return keepCount(ctx, tx, id, n) })
}
