package connectorphp

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/baselinker"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/secret"
)

// call is one request under way.
type call struct {
	context.Context
	actor  access.Actor
	zone   *time.Location
	silent bool // the client names no language
	rules  baselinker.TokenRules
	p      params
}

// answer is the fields of a successful answer besides its status.
type answer map[string]any

// method is one method of the protocol and the permission that it takes.
type method struct {
	needs access.Permission
	run   func(c *call) (answer, error)
}

// serve answers one request. Failures of the protocol are answers like others, with HTTP 200: clients throw the body of any
// other status away.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) error {
	c := &call{Context: r.Context(), silent: r.Header.Get("Accept-Language") == ""}
	var out answer
	f, err := readForm(r)
	if err == nil {
		out, err = s.answer(c, f)
	}
	status := "SUCCESS"
	if err != nil {
		status = "ERROR"
		if out, err = s.failure(c, f.method, err); err != nil {
			return err
		}
	}
	body, err := encode(out, c.rules, f.method)
	if err != nil {
		return err
	}
	return httpx.WriteJSON(w, http.StatusOK, json.RawMessage(headed(status, body)))
}

// serveRoot answers at the root of the vendor's host, which Lad has when a merchant leads that host to it.
func (s *Server) serveRoot(w http.ResponseWriter, r *http.Request) error {
	host, _, _ := strings.Cut(strings.ToLower(r.Host), ":")
	if host != "api.baselinker.com" {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return s.serve(w, r)
}

// headed puts the status before the other fields, where it always was.
func headed(status string, fields []byte) []byte {
	out := []byte(`{"status":"` + status + `"`)
	if len(fields) > len("{}") {
		out = append(out, ',')
	}
	return append(out, fields[1:]...)
}

func (s *Server) answer(c *call, f form) (answer, error) {
	if f.token == "" {
		return nil, fail("ERROR_EMPTY_TOKEN", "error.baselinker.empty_token")
	}
	err := s.prepare(c, f.token)
	if err != nil {
		return nil, err
	}
	m, ok := s.methods[routed(f.method)]
	if !ok {
		s.Log.InfoContext(c, "unknown BaseLinker method", "method", logged(f.method), "times", s.limit.unknown(logged(f.method)))
		return nil, fail("ERROR_UNKNOWN_METHOD", "error.baselinker.unknown_method")
	}
	if err := c.actor.Must(m.needs); err != nil {
		return nil, err
	}
	if c.p, err = parseParameters(f.parameters); err != nil {
		return nil, err
	}
	out, err := m.run(c)
	if fault := c.p.fault(); fault != nil {
		err = fault // what could not be read explains a failure better than what came of it
	}
	if out == nil {
		out = answer{}
	}
	return out, err
}

// prepare finds who asks, reads how the token wants to be answered, and in which language a client that names none is spoken to.
// The call's context is set once at the end: before, nothing may run under it.
func (s *Server) prepare(c *call, token string) (err error) {
	ctx := c.Context
	if c.actor, c.zone, err = s.Bearer(ctx, secret.Text(token)); err != nil {
		return badToken(err)
	}
	if until := s.limit.take(c.actor.Tenant, c.actor.ID); !until.IsZero() {
		return blocked(until.In(c.zone))
	}
	var lang string
	err = s.DB.Read(ctx, c.actor.Tenant, func(tx *db.Tx) (err error) {
		if lang, err = s.Language(ctx, tx); err != nil {
			return err
		}
		c.rules, err = s.Kept.RulesOf(ctx, tx, c.actor.ID)
		return err
	})
	if err != nil {
		return err
	}
	ctx = access.With(ctx, c.actor)
	if l, ok := i18n.Parse(lang); ok && c.silent {
		ctx = i18n.With(ctx, l)
	}
	c.Context = ctx
	return nil
}

// read runs f in a reading transaction of the caller's shop.
func (s *Server) read(c *call, f func(tx *db.Tx) error) error { return s.DB.Read(c, c.actor.Tenant, f) }

// write runs f in a writing transaction of the caller's shop.
func (s *Server) write(c *call, f func(tx *db.Tx) error) error {
	return s.DB.Write(c, c.actor.Tenant, f)
}
