package baselinker

import (
	"context"
	"database/sql"
	"errors"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// TokenRules are how a client with an API token is answered.
type TokenRules struct {
	// LegacyTypes writes ids as texts, as the protocol did before August 2023.
	LegacyTypes bool `json:"legacy_types"`
	// SameOrder is the field of addOrder that, together with custom_source_id, names one order for ever: extra_field_1,
	// extra_field_2, or empty when two calls are two orders, which is the protocol's own rule.
	SameOrder string `json:"same_order"`
}

// RulesOf reads the rules of a token; the zero value when nothing was set.
func (s *Service) RulesOf(ctx context.Context, tx *db.Tx, tokenID int64) (r TokenRules, err error) {
	err = tx.QueryRow(ctx, "select legacy_types, same_order from bl_token where tenant_id = $1 and token_id = $2", int64(tx.Tenant), tokenID).Scan(&r.LegacyTypes, &r.SameOrder)
	if errors.Is(err, sql.ErrNoRows) {
		return TokenRules{}, nil
	}
	return r, err
}

// SetRules sets the rules of a token; an unknown field for SameOrder is Invalid.
func (s *Service) SetRules(ctx context.Context, tx *db.Tx, tokenID int64, r TokenRules) error {
	var c errs.Check
	c.That(r.SameOrder == "" || r.SameOrder == "extra_field_1" || r.SameOrder == "extra_field_2", "same_order", "error.baselinker.same_order")
	if err := c.Err(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into bl_token (tenant_id, token_id, legacy_types, same_order) values ($1, $2, $3, $4)
		on conflict (tenant_id, token_id) do update set legacy_types = excluded.legacy_types, same_order = excluded.same_order`,
		int64(tx.Tenant), tokenID, r.LegacyTypes, r.SameOrder)
	return err
}
