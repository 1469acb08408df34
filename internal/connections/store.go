package connections

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

const connectionColumns = `id, driver, name, state, settings, hook_secret, share_ppm, cap, safety, hide_below,
	price_push, price_mul_ppm, price_add_minor, price_step_minor, price_ending_minor, price_round, price_floor_ppm, rate_milli, order_cursor, fee_cursor, last_success_at,
	last_pull_at, last_error, last_error_at, paused_reason, token_expires_at, offers_read_at, hooked_at, dictionary, silent_since,
	offers_pause_s, offers_seen, offers_drifted, offers_reading, denied, version, created_at`

func scanConnection(sc db.Scanner) (Connection, error) {
	var c Connection
	var settings, dictionary, reading, denied string
	var pause int64
	err := sc.Scan(&c.ID, &c.Driver, &c.Name, &c.State, &settings, &c.HookSecret, &c.Policy.SharePPM, &c.Policy.Cap, &c.Policy.Safety, &c.Policy.HideBelow,
		&c.Prices.Push, &c.Prices.MulPPM, &c.Prices.AddMinor, &c.Prices.StepMinor, &c.Prices.EndingMinor, &c.Prices.Round, &c.Prices.FloorPPM, &c.RateMilli, &c.OrderCursor, &c.FeeCursor, &c.LastSuccessAt,
		&c.LastPullAt, &c.LastError, &c.LastErrorAt, &c.PausedReason, &c.TokenExpiresAt, &c.OffersReadAt, &c.HookedAt, &dictionary, &c.SilentSince, &pause, &c.OffersSeen, &c.OffersDrifted, &reading, &denied, &c.Version, &c.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return c, errs.New(errs.NotFound, "error.connection.not_found")
	}
	if err != nil {
		return c, err
	}
	c.OffersPause = time.Duration(pause) * time.Second
	if c.Dictionary, err = decodeDictionary(dictionary); err != nil {
		return c, err
	}
	if c.Reading, err = decodeReading(reading); err != nil {
		return c, err
	}
	if c.Denied, err = decodeDenied(denied); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(settings), &c.Settings)
}

// ByID reads a connection.
func ByID(ctx context.Context, tx *db.Tx, id int64) (Connection, error) {
	return scanConnection(tx.QueryRow(ctx, "select "+connectionColumns+" from connection where tenant_id = $1 and id = $2", int64(tx.Tenant), id))
}

// All reads the connections that are not deleted, oldest first.
func All(ctx context.Context, tx *db.Tx) ([]Connection, error) {
	var out []Connection
	err := tx.Each(ctx, "select "+connectionColumns+" from connection where tenant_id = $1 and state <> 'deleted' order by id", []any{int64(tx.Tenant)}, func(sc db.Scanner) error {
		c, err := scanConnection(sc)
		out = append(out, c)
		return err
	})
	return out, err
}

type activeConnection struct {
	tenant db.Tenant
	id     int64
}

// versioned is an active connection with the version of its settings.
type versioned struct {
	activeConnection
	version int64
}

// activeEverywhere lists the active connections of all tenants, for the runners.
func (s *Service) activeEverywhere(ctx context.Context) ([]versioned, error) {
	var out []versioned
	err := s.db.Read(ctx, db.System, func(tx *db.Tx) error {
		return tx.Each(ctx, "select tenant_id, id, version from connection where state = 'active' order by tenant_id, id", nil, func(sc db.Scanner) error {
			var a versioned
			err := sc.Scan(&a.tenant, &a.id, &a.version)
			out = append(out, a)
			return err
		})
	})
	return out, err
}

func (s *Service) secretsOf(ctx context.Context, tx *db.Tx, id int64) (map[string]string, error) {
	var sealed []byte
	if err := tx.QueryRow(ctx, "select secrets from connection where tenant_id = $1 and id = $2", int64(tx.Tenant), id).Scan(&sealed); err != nil {
		return nil, err
	}
	plain, err := s.Box.Unseal(tx.Tenant, "connection", sealed)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	return out, json.Unmarshal(plain, &out)
}
