package baselinker

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Kind is a dictionary of the protocol.
type Kind string

// The dictionaries.
const (
	Status       Kind = "status"
	StatusGroup  Kind = "status_group"
	Source       Kind = "source"
	OrderField   Kind = "order_field"
	Inventory    Kind = "inventory"
	PriceGroup   Kind = "price_group"
	Category     Kind = "category"
	Manufacturer Kind = "manufacturer"
	Tag          Kind = "tag"
	ReturnStatus Kind = "return_status"
	ReturnGroup  Kind = "return_group"
	ReturnField  Kind = "return_field"
)

// FirstID is the lowest id of an entry that is written; lower ones stand for what Lad has of itself: its stages as statuses,
// its one catalogue, its one price.
const FirstID = 101

// maxEntries bounds a dictionary.
const maxEntries = 100_000

// Entry is one thing of a dictionary. Fields are those of the protocol by their names there.
type Entry struct {
	ID     int64          `json:"-"`
	Name   string         `json:"-"`
	Fields map[string]any `json:"fields,omitempty"`
}

// Int is a field that holds a whole number, 0 when there is none.
func (e Entry) Int(name string) int64 {
	f, _ := e.Fields[name].(float64)
	return int64(f)
}

// Text is a field that holds a text.
func (e Entry) Text(name string) string {
	s, _ := e.Fields[name].(string)
	return s
}

// Entries reads a dictionary in order of ids.
func (s *Service) Entries(ctx context.Context, tx *db.Tx, kind Kind) ([]Entry, error) {
	return s.entries(ctx, tx, `select id, name, body from bl_entry where tenant_id = $1 and kind = $2 order by id`, string(kind))
}

func (s *Service) entries(ctx context.Context, tx *db.Tx, query string, args ...any) (out []Entry, err error) {
	err = each(ctx, tx, query, append([]any{int64(tx.Tenant)}, args...), func(sc db.Scanner, e *Entry, body *string) error {
		return sc.Scan(&e.ID, &e.Name, body)
	}, func(e Entry) { out = append(out, e) })
	return out, err
}

// EntryOf reads one entry; NotFound when there is none.
func (s *Service) EntryOf(ctx context.Context, tx *db.Tx, kind Kind, id int64) (Entry, error) {
	list, err := s.entries(ctx, tx, `select id, name, body from bl_entry where tenant_id = $1 and kind = $2 and id = $3`, string(kind), id)
	if err == nil && len(list) == 0 {
		err = errs.New(errs.NotFound, "error.baselinker.no_entry", "id", id)
	}
	if err != nil {
		return Entry{}, err
	}
	return list[0], nil
}

// PutEntry writes an entry; without an id it gets a new one. A dictionary that is full is Invalid.
func (s *Service) PutEntry(ctx context.Context, tx *db.Tx, kind Kind, e Entry) (int64, error) {
	body, err := store(e)
	if err != nil {
		return 0, err
	}
	if e.ID == 0 {
		var n int
		if err := tx.QueryRow(ctx, "select count(*) from bl_entry where tenant_id = $1 and kind = $2", int64(tx.Tenant), string(kind)).Scan(&n); err != nil {
			return 0, err
		}
		if n >= maxEntries {
			return 0, errs.New(errs.Invalid, "error.baselinker.full", "max", maxEntries)
		}
		if e.ID, err = s.ids.In(ctx, tx, "bl_"+string(kind)); err != nil {
			return 0, err
		}
		e.ID += FirstID - 1
	}
	_, err = tx.Exec(ctx, `insert into bl_entry (tenant_id, kind, id, name, body) values ($1, $2, $3, $4, $5)
		on conflict (tenant_id, kind, id) do update set name = excluded.name, body = excluded.body`, int64(tx.Tenant), string(kind), e.ID, e.Name, body)
	return e.ID, err
}

// DeleteEntry deletes an entry; NotFound when there is none.
func (s *Service) DeleteEntry(ctx context.Context, tx *db.Tx, kind Kind, id int64) error {
	n, err := tx.Exec(ctx, "delete from bl_entry where tenant_id = $1 and kind = $2 and id = $3", int64(tx.Tenant), string(kind), id)
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "error.baselinker.no_entry", "id", id)
	}
	return err
}

// Named finds the entries of names, the oldest of each.
func (s *Service) Named(ctx context.Context, tx *db.Tx, kind Kind, names []string) (map[string]int64, error) {
	out := map[string]int64{}
	err := db.Chunk(names, readChunk, func(part []string) error {
		in, args := db.In(3, part)
		return tx.Each(ctx, "select name, min(id) from bl_entry where tenant_id = $1 and kind = $2 and name in "+in+" group by name",
			append([]any{int64(tx.Tenant), string(kind)}, args...), func(sc db.Scanner) error {
				var name string
				var id int64
				err := sc.Scan(&name, &id)
				out[name] = id
				return err
			})
	})
	return out, err
}

// Ensure gives every name an entry.
func (s *Service) Ensure(ctx context.Context, tx *db.Tx, kind Kind, names []string) (map[string]int64, error) {
	known, err := s.Named(ctx, tx, kind, names)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if known[name] != 0 || name == "" {
			continue
		}
		if known[name], err = s.PutEntry(ctx, tx, kind, Entry{Name: name}); err != nil {
			return nil, err
		}
	}
	return known, nil
}
