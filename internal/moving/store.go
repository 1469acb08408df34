package moving

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

const runColumns = `id, state, stage, turn, version, token, address, since, with_stock, cursor, shop, progress, report, tries, not_before, error, words,
	started_by, created_at, finished_at`

func scanRun(sc db.Scanner) (Run, error) {
	var r Run
	var since, notBefore, created, finished int64
	var cursor, shop, progress, report string
	err := sc.Scan(&r.ID, &r.State, &r.Stage, &r.Turn, &r.version, &r.token, &r.Address, &since, &r.WithStock, &cursor, &shop, &progress, &report,
		&r.Tries, &notBefore, &r.Error, &r.Words, &r.StartedBy, &created, &finished)
	if err != nil {
		return r, err
	}
	r.Since, r.NotBefore, r.CreatedAt, r.FinishedAt = clock.FromMicros(since), clock.FromMicros(notBefore), clock.FromMicros(created), clock.FromMicros(finished)
	return r, errors.Join(json.Unmarshal([]byte(cursor), &r.cursor), json.Unmarshal([]byte(shop), &r.shop),
		json.Unmarshal([]byte(progress), &r.Progress), json.Unmarshal([]byte(report), &r.Report))
}

func readRun(ctx context.Context, tx *db.Tx, id int64, tail string) (Run, error) {
	r, err := scanRun(tx.QueryRow(ctx, "select "+runColumns+" from moving_run where tenant_id = $1 and id = $2"+tail, int64(tx.Tenant), id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, errs.New(errs.NotFound, "error.moving.unknown")
	}
	return r, err
}

// lockRun reads a run and keeps it from others until the commit.
func lockRun(ctx context.Context, tx *db.Tx, id int64) (Run, error) {
	return readRun(ctx, tx, id, tx.ForUpdate())
}

// newest reads the newest runs of the tenant.
func newest(ctx context.Context, tx *db.Tx, limit int) (out []Run, err error) {
	err = tx.Each(ctx, "select "+runColumns+" from moving_run where tenant_id = $1 order by id desc limit $2", []any{int64(tx.Tenant), limit}, func(sc db.Scanner) error {
		r, err := scanRun(sc)
		out = append(out, r)
		return err
	})
	return out, err
}

// texts are a run's parts that are stored as JSON.
func (r Run) texts() (list [4]string, err error) {
	for i, v := range []any{r.cursor, r.shop, r.Progress, r.Report} {
		b, err := json.Marshal(v)
		if err != nil {
			return list, err
		}
		list[i] = string(b)
	}
	return list, nil
}

func insertRun(ctx context.Context, tx *db.Tx, r Run) error {
	texts, err := r.texts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into moving_run (tenant_id, id, source, state, stage, turn, version, token, address, since, with_stock, cursor, shop, progress,
		report, started_by, created_at) values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		int64(tx.Tenant), r.ID, Source, string(r.State), string(r.Stage), r.Turn, r.token, r.Address, clock.Micros(r.Since), r.WithStock,
		texts[0], texts[1], texts[2], texts[3], r.StartedBy, tx.NowMicros())
	return err
}

func updateRun(ctx context.Context, tx *db.Tx, r Run) error {
	texts, err := r.texts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update moving_run set state = $3, stage = $4, turn = $5, version = version + 1, token = $6, cursor = $7, shop = $8, progress = $9,
		report = $10, tries = $11, not_before = $12, error = $13, words = $14, finished_at = $15, address = $16, since = $17, with_stock = $18
		where tenant_id = $1 and id = $2`,
		int64(tx.Tenant), r.ID, string(r.State), string(r.Stage), r.Turn, r.token, texts[0], texts[1], texts[2], texts[3], r.Tries,
		clock.Micros(r.NotBefore), r.Error, r.Words, clock.Micros(r.FinishedAt), r.Address, clock.Micros(r.Since), r.WithStock)
	return err
}

// The kinds of links.
const (
	linkInventory    = "inventory"
	linkCategory     = "category"     // seen: its path
	linkManufacturer = "manufacturer" // seen: its name
	linkSKU          = "sku"          // seen: digest of what it was made from
	linkBundle       = "bundle"       // seen: its catalogue
	linkPrice        = "price"        // seen: the price
)

// link is what a thing of the other hub became here.
type link struct {
	kind, external string
	own            int64
	seen           string
}

// linkChunk is how many external ids one statement asks for.
const linkChunk = 500

// linksOf reads the links of things that have one.
func linksOf(ctx context.Context, tx *db.Tx, kind string, externals []string) (map[string]link, error) {
	out := make(map[string]link, len(externals))
	err := db.Chunk(externals, linkChunk, func(part []string) error {
		in, args := db.In(4, part)
		return eachLink(ctx, tx, "external_id in "+in, append([]any{int64(tx.Tenant), Source, kind}, args...), func(l link) { out[l.external] = l })
	})
	return out, err
}

// linkedTo gives those of the SKUs that something of the other hub became.
func linkedTo(ctx context.Context, tx *db.Tx, skuIDs []int64) (map[int64]string, error) {
	out := make(map[int64]string, len(skuIDs))
	err := db.Chunk(skuIDs, linkChunk, func(part []int64) error {
		in, args := db.In(4, part)
		return eachLink(ctx, tx, "own_id in "+in, append([]any{int64(tx.Tenant), Source, linkSKU}, args...), func(l link) { out[l.own] = l.external })
	})
	return out, err
}

// linksAfter reads links of a kind in the order of their external ids.
func linksAfter(ctx context.Context, tx *db.Tx, kind, after string, limit int) (out []link, err error) {
	err = eachLink(ctx, tx, "external_id > $4 order by external_id limit $5", []any{int64(tx.Tenant), Source, kind, after, limit}, func(l link) { out = append(out, l) })
	return out, err
}

func eachLink(ctx context.Context, tx *db.Tx, where string, args []any, each func(link)) error {
	return tx.Each(ctx, "select kind, external_id, own_id, seen from moving_link where tenant_id = $1 and source = $2 and kind = $3 and "+where, args, func(sc db.Scanner) error {
		var l link
		err := sc.Scan(&l.kind, &l.external, &l.own, &l.seen)
		each(l)
		return err
	})
}

// putLinks writes links, new ones and changed ones alike.
func putLinks(ctx context.Context, tx *db.Tx, list []link) error {
	args := make([]any, 0, 6*len(list))
	for _, l := range list {
		args = append(args, int64(tx.Tenant), Source, l.kind, l.external, l.own, l.seen)
	}
	_, err := tx.Insert(ctx, "insert into moving_link (tenant_id, source, kind, external_id, own_id, seen)",
		"on conflict (tenant_id, source, kind, external_id) do update set own_id = excluded.own_id, seen = excluded.seen", 6, args)
	return err
}
