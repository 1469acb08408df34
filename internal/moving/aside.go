package moving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// maxTitle bounds what is kept of a thing's name, in bytes.
const maxTitle = 200

// maxAside bounds the list of what was set aside that is shown.
const maxAside = 200

// asideOf says why a thing did not come over.
func asideOf(kind Thing, external, title string, cause error) Aside {
	out := Aside{Kind: kind, ExternalID: clip(external, maxTitle), Title: clip(title, maxTitle), Reason: "moving.why.unreadable"}
	var e *errs.Error
	if !errors.As(cause, &e) {
		var c *connector.Error
		if errors.As(cause, &c) {
			out.Args = []string{"words", clip(c.Message, maxTitle)}
		} else {
			out.Args = []string{"words", ""}
		}
		return out
	}
	key, args := e.Key, e.Args
	if len(e.Fields) > 0 {
		key, args = e.Fields[0].Key, e.Fields[0].Args
	}
	out.Reason = key
	for _, a := range args {
		out.Args = append(out.Args, clip(fmt.Sprint(a), maxTitle))
	}
	return out
}

func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}

// setAside stores what did not come over and counts what was not counted before.
func setAside(ctx context.Context, tx *db.Tx, r *Run, list []Aside) error {
	for _, a := range list {
		args, err := json.Marshal(a.Args)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `insert into moving_aside (tenant_id, run_id, kind, external_id, title, reason, args) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (tenant_id, run_id, kind, external_id) do nothing`, int64(tx.Tenant), r.ID, string(a.Kind), a.ExternalID, a.Title, a.Reason, string(args))
		if err != nil {
			return err
		}
		r.Report.count(a.Kind, func(c *Count) { c.Aside += n })
	}
	return nil
}

// Asides lists what a run could not bring over, at most the first 200.
func (s *Service) Asides(ctx context.Context, t db.Tenant, id int64) (out []Aside, err error) {
	err = s.db.Read(ctx, t, func(tx *db.Tx) error {
		return tx.Each(ctx, `select kind, external_id, title, reason, args from moving_aside where tenant_id = $1 and run_id = $2
			order by kind, external_id limit $3`, []any{int64(tx.Tenant), id, maxAside}, func(sc db.Scanner) error {
			var a Aside
			var args string
			if err := sc.Scan(&a.Kind, &a.ExternalID, &a.Title, &a.Reason, &args); err != nil {
				return err
			}
			out = append(out, a)
			return json.Unmarshal([]byte(args), &out[len(out)-1].Args)
		})
	})
	return out, err
}
