package baselinker

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"regexp"
	"slices"

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
	// TextKeys and NumberKeys are keys of answers whose values are written as texts or as numbers: old typed clients do not agree
	// about them. "packages.package_id" is package_id inside of packages only, "getOrdersByEmail.order_id" that of one method's
	// answers.
	TextKeys   []string `json:"text_keys,omitempty"`
	NumberKeys []string `json:"number_keys,omitempty"`
}

// keys are the rules that are stored together.
type keys struct {
	Text   []string `json:"text,omitempty"`
	Number []string `json:"number,omitempty"`
}

// maxKeys bounds the keys of each kind.
const maxKeys = 100

var keyForm = regexp.MustCompile(`^([A-Za-z0-9_]{1,60}\.)?[a-z0-9_]{1,40}$`)

// fit says whether keys can be keys of answers.
func fit(list []string) bool {
	return len(list) <= maxKeys && !slices.ContainsFunc(list, func(key string) bool { return !keyForm.MatchString(key) })
}

// RulesOf reads the rules of a token; the zero value when nothing was set.
func (s *Service) RulesOf(ctx context.Context, tx *db.Tx, tokenID int64) (r TokenRules, err error) {
	var stored string
	err = tx.QueryRow(ctx, "select legacy_types, same_order, keys from bl_token where tenant_id = $1 and token_id = $2", int64(tx.Tenant), tokenID).
		Scan(&r.LegacyTypes, &r.SameOrder, &stored)
	if errors.Is(err, sql.ErrNoRows) {
		return TokenRules{}, nil
	}
	if err != nil || stored == "" {
		return r, err
	}
	var k keys
	err = json.Unmarshal([]byte(stored), &k)
	r.TextKeys, r.NumberKeys = k.Text, k.Number
	return r, err
}

// SetRules sets the rules of a token; an unknown field for SameOrder and what can be no key are Invalid.
func (s *Service) SetRules(ctx context.Context, tx *db.Tx, tokenID int64, r TokenRules) error {
	var c errs.Check
	c.That(r.SameOrder == "" || r.SameOrder == "extra_field_1" || r.SameOrder == "extra_field_2", "same_order", "error.baselinker.same_order")
	c.That(fit(r.TextKeys), "text_keys", "error.baselinker.keys", "max", maxKeys)
	c.That(fit(r.NumberKeys), "number_keys", "error.baselinker.keys", "max", maxKeys)
	if err := c.Err(); err != nil {
		return err
	}
	stored := ""
	if len(r.TextKeys)+len(r.NumberKeys) > 0 {
		body, err := json.Marshal(keys{Text: r.TextKeys, Number: r.NumberKeys})
		if err != nil {
			return err
		}
		stored = string(body)
	}
	_, err := tx.Exec(ctx, `insert into bl_token (tenant_id, token_id, legacy_types, same_order, keys) values ($1, $2, $3, $4, $5)
		on conflict (tenant_id, token_id) do update set legacy_types = excluded.legacy_types, same_order = excluded.same_order, keys = excluded.keys`,
		int64(tx.Tenant), tokenID, r.LegacyTypes, r.SameOrder, stored)
	return err
}
