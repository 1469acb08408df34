package catalog

import (
	"context"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Discard throws a preview away. An import that was run is history and stays: Conflict.
func (s *Service) Discard(ctx context.Context, a access.Actor, id int64) error {
	err := s.write(ctx, a, func(tx *db.Tx) error {
		imp, err := lockImport(ctx, tx, id)
		if err == nil && imp.State != StatePreview {
			err = errs.New(errs.Conflict, "error.import.state", "state", string(imp.State))
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.discard(ctx, a, id)
}

// FieldsOf lists the fields that a column of an import can have.
func FieldsOf(k ImportKind) []Field { return fieldsOf(k) }
