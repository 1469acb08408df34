package feeds

import (
	"context"
	"slices"

	"github.com/lad-hub/lad/internal/platform/db"
)

// categoryNames are the categories that the feed names, each once, sorted.
func (f Feed) categoryNames(all []string) []string {
	var out []string
	for _, name := range all {
		if f.wants(name) {
			out = append(out, tidy(name))
		}
	}
	if f.OtherCategory != "" && f.wants("") {
		out = append(out, tidy(f.OtherCategory))
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" })
}

// numberCategories gives numbers to the names that have none yet.
func (s *Service) numberCategories(ctx context.Context, t db.Tenant, names []string, have map[string]int64) (map[string]int64, error) {
	fresh := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return have[name] != 0 })
	if len(fresh) == 0 {
		return have, nil
	}
	err := s.db.Write(ctx, t, func(tx *db.Tx) error {
		first, err := s.ids.ReserveIn(ctx, tx, "feed_category", int64(len(fresh)))
		if err != nil {
			return err
		}
		args := make([]any, 0, 3*len(fresh))
		for i, name := range fresh {
			args = append(args, int64(tx.Tenant), first+int64(i), name)
		}
		// Another reading may have been faster.
		if _, err := tx.Insert(ctx, "insert into feed_category (tenant_id, id, name)", "on conflict (tenant_id, name) do nothing", 3, args); err != nil {
			return err
		}
		have, err = categoryIDs(ctx, tx)
		return err
	})
	return have, err
}
