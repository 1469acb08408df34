package feeds

import (
	"bufio"
	"context"
	"crypto/subtle"
	"io"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// pageSize is how many SKUs one transaction reads. A reading is many short transactions, so that a slow reader keeps no
// connection to the database and no old state of it alive.
const pageSize = 500

// Reading is a feed that somebody has come for with the right address.
type Reading struct {
	Feed     Feed
	Tag      string    // ETag
	Modified time.Time // Last-Modified; zero when it can not be said
	tenant   db.Tenant
	svc      *Service
}

// Open finds the feed of an address. A wrong address is NotFound, the right one of a paused feed Gone.
func (s *Service) Open(ctx context.Context, t db.Tenant, id int64, secret, ext string) (Reading, error) {
	var f Feed
	err := s.db.Read(ctx, t, func(tx *db.Tx) (err error) {
		f, err = byID(ctx, tx, id)
		return err
	})
	if err != nil {
		return Reading{}, err
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(f.Secret)) != 1 || ext != f.Format.Ext {
		return Reading{}, notFound()
	}
	if f.State != Active {
		return Reading{Feed: f}, errs.New(errs.Gone, "error.feed.paused")
	}
	r := Reading{Feed: f, tenant: t, svc: s}
	// Before the first page is read: what changes from here on makes another version, so the tag is never newer than the text.
	r.Tag, r.Modified = s.stamp(t, f)
	return r, nil
}

// Write writes the whole document. turn is called after every page that has reached w. Nothing has been written when the error
// is Unavailable: too many readings at once, or a feed that would be empty without everything being sold out - which a reader
// would take for the end of every offer. Any other error may leave half a document.
func (r Reading) Write(ctx context.Context, w io.Writer, turn func() error) (Count, error) {
	leave, err := r.svc.enter()
	if err != nil {
		return Count{}, err
	}
	defer leave()
	return r.svc.stream(ctx, r.tenant, r.Feed, w, turn)
}

// enter takes a place among the readings under way.
func (s *Service) enter() (leave func(), err error) {
	select {
	case s.readings <- struct{}{}:
		return func() { <-s.readings }, nil
	default:
		return nil, errs.New(errs.Unavailable, "error.feed.busy", "seconds", 30)
	}
}

// errEmpty is a feed without an offer though not everything is sold out.
var errEmpty = errs.New(errs.Unavailable, "error.feed.empty")

// stream works through the catalogue.
func (s *Service) stream(ctx context.Context, t db.Tenant, f Feed, w io.Writer, turn func() error) (n Count, err error) {
	h, numbers, err := s.head(ctx, t, f)
	if err != nil {
		return n, err
	}
	out := bufio.NewWriterSize(w, 32<<10)
	doc := newDocument(out, f)
	for after, begun := int64(0), false; ; {
		list, last, err := s.page(ctx, t, f, after)
		if err != nil {
			return n, err
		}
		for i := range list {
			if !n.add(&list[i], f) {
				continue
			}
			if !begun {
				doc.begin(h)
				begun = true
			}
			o := &list[i].offer
			o.categoryID = numbers[o.category]
			doc.offer(o)
		}
		switch {
		case last == 0 && !begun && n.Hidden == 0:
			return n, errEmpty
		case last == 0:
			if !begun {
				doc.begin(h)
			}
			doc.end()
			return n, out.Flush()
		}
		if after = last; begun {
			if err := out.Flush(); err != nil {
				return n, err
			}
			if err := turn(); err != nil {
				return n, err
			}
		}
	}
}

// add counts a judged item and says whether it is written.
func (n *Count) add(j *judged, f Feed) bool {
	switch {
	case stopped(j.faults):
		n.LeftOut++
		return false
	case f.OnlyInStock && j.offer.presence != inStock, !f.Format.showsEmpty() && j.offer.presence == soldOut:
		n.Hidden++
		return false
	}
	n.Offers++
	if len(j.faults) > 0 {
		n.Doubtful++
	}
	return true
}

// judged is an item with the offer that it makes.
type judged struct {
	item   Item
	offer  offer
	faults []Fault
}

// page reads the next items that the feed wants and judges them; last is 0 at the end.
func (s *Service) page(ctx context.Context, t db.Tenant, f Feed, after int64) (out []judged, last int64, err error) {
	err = s.db.Read(ctx, t, func(tx *db.Tx) error {
		var list []Item
		if list, last, err = s.Catalog.Walk(ctx, tx, after, pageSize); err != nil {
			return err
		}
		var ids []int64
		for _, it := range list {
			if f.wants(it.Category) {
				out = append(out, judged{item: it})
				ids = append(ids, it.ID)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		return s.judgeAll(ctx, tx, f, out, ids)
	})
	return out, last, err
}

func (s *Service) judgeAll(ctx context.Context, tx *db.Tx, f Feed, list []judged, ids []int64) error {
	available, err := s.Stock.Available(ctx, tx, ids)
	if err != nil {
		return err
	}
	pages := map[int64]string{}
	if f.PagesFrom != 0 {
		if pages, err = s.Pages.Pages(ctx, tx, f.PagesFrom, ids); err != nil {
			return err
		}
	}
	for i := range list {
		it := list[i].item
		list[i].offer, list[i].faults = f.judge(it, max(available[it.ID], qty.Qty(0)), pages[it.ID], s.Rules)
	}
	return nil
}

// head reads what stands once in the document, and the numbers of the categories by name. A category that has no number yet
// gets one here.
func (s *Service) head(ctx context.Context, t db.Tenant, f Feed) (h head, numbers map[string]int64, err error) {
	var names []string
	err = s.db.Read(ctx, t, func(tx *db.Tx) error {
		zone, err := s.Tenants.Zone(ctx, tx)
		if err != nil {
			return err
		}
		h.at = tx.Now().In(zone)
		if names, err = s.Catalog.Categories(ctx, tx); err != nil {
			return err
		}
		numbers, err = categoryIDs(ctx, tx)
		return err
	})
	if err != nil {
		return h, nil, err
	}
	names = f.categoryNames(names)
	if numbers, err = s.numberCategories(ctx, t, names, numbers); err != nil {
		return h, nil, err
	}
	for _, name := range names {
		h.categories = append(h.categories, category{numbers[name], name})
	}
	return h, numbers, nil
}
