package connectorphp

import (
	"net/http"
	"strconv"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// rulesGet answers how clients with a token are answered.
func (s *Server) rulesGet(w http.ResponseWriter, r *http.Request) error {
	id, err := tokenID(r)
	if err != nil {
		return err
	}
	var rules baselinker.TokenRules
	err = s.DB.Read(r.Context(), access.From(r.Context()).Tenant, func(tx *db.Tx) (err error) {
		rules, err = s.Kept.RulesOf(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return httpx.WriteJSON(w, http.StatusOK, rules)
}

// rulesPut sets them; fields that are left out get their zero value.
func (s *Server) rulesPut(w http.ResponseWriter, r *http.Request) error {
	id, err := tokenID(r)
	if err != nil {
		return err
	}
	var rules baselinker.TokenRules
	if err := httpx.DecodeJSON(r, &rules); err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), access.From(r.Context()).Tenant, func(tx *db.Tx) error { return s.Kept.SetRules(r.Context(), tx, id, rules) })
	if err != nil {
		return err
	}
	return httpx.WriteJSON(w, http.StatusOK, rules)
}

func tokenID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, errs.New(errs.NotFound, "error.not_found")
	}
	return id, nil
}
