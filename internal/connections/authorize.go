package connections

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
)

// Authorization is a permission that a person is giving on the channel's own page.
type Authorization struct {
	ID        int64
	UserCode  string
	URL       string
	Every     time.Duration // pause between two questions whether it was given
	ExpiresAt time.Time
}

// pending is what is kept, sealed, until the person has agreed.
type pending struct {
	Input Input
	Grant connector.Grant
}

// leastAuthorizationPause bounds how often a channel is asked whether a person has agreed (RFC 8628, section 3.5: 5 s unless
// the server says otherwise).
const leastAuthorizationPause = 5 * time.Second

// BeginAuthorization asks the channel for a code that a person confirms there. connectionID is 0 for a new connection, else
// the one that gets new permission.
func (s *Service) BeginAuthorization(ctx context.Context, a access.Actor, in Input, connectionID int64) (Authorization, error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return Authorization{}, err
	}
	if connectionID != 0 {
		if err := s.complete(ctx, a, connectionID, &in); err != nil {
			return Authorization{}, err
		}
	}
	d, ok := s.Drivers(in.Driver)
	if !ok {
		return Authorization{}, errs.New(errs.Invalid, "error.connection.driver", "driver", in.Driver)
	}
	asker, ok := d.(connector.Authorizer)
	if !ok {
		return Authorization{}, errs.New(errs.Invalid, "error.connection.no_authorization")
	}
	open, secret, err := in.validate(d.Info())
	if err != nil {
		return Authorization{}, err
	}
	cfg, _ := s.configure(d, merge(open, secret), 0)
	asking, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	grant, err := asker.BeginAuthorization(asking, cfg)
	if err != nil {
		return Authorization{}, outside(err)
	}
	grant.Every = max(grant.Every, leastAuthorizationPause)
	id, err := s.keepPending(ctx, a, pending{in, grant}, connectionID)
	return Authorization{ID: id, UserCode: grant.UserCode, URL: grant.URL, Every: grant.Every, ExpiresAt: grant.ExpiresAt}, err
}

// complete puts what a connection has into an input that only names what changes.
func (s *Service) complete(ctx context.Context, a access.Actor, id int64, in *Input) error {
	return s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		secrets, err := s.secretsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		d, ok := s.Drivers(c.Driver)
		if !ok {
			return errs.New(errs.Internal, "error.connection.driver", "driver", c.Driver)
		}
		if in.Name == "" {
			in.Name = c.Name
		}
		in.Driver, in.Settings = c.Driver, completed(d.Info(), merge(c.Settings, in.Settings), c.Settings, secrets)
		return nil
	})
}

func (s *Service) keepPending(ctx context.Context, a access.Actor, p pending, connectionID int64) (int64, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return 0, err
	}
	sealed, err := s.Box.Seal(a.Tenant, "grant", plain)
	if err != nil {
		return 0, err
	}
	id, err := s.ids.New(ctx, "grant")
	if err != nil {
		return 0, err
	}
	return id, s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "delete from connection_grant where tenant_id = $1 and expires_at < $2", int64(tx.Tenant), tx.NowMicros()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "insert into connection_grant (tenant_id, id, connection_id, driver, sealed, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
			int64(tx.Tenant), id, connectionID, p.Input.Driver, sealed, tx.NowMicros(), p.Grant.ExpiresAt.UnixMicro())
		return err
	})
}

// FinishAuthorization asks the channel whether the person has agreed and then makes the connection, or gives the one it was
// begun for its new credentials. The zero Connection without an error means: not yet, ask again after Every.
func (s *Service) FinishAuthorization(ctx context.Context, a access.Actor, id int64) (c Connection, wait Authorization, err error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return c, wait, err
	}
	p, connectionID, err := s.pendingOf(ctx, a, id)
	if err != nil {
		return c, wait, err
	}
	wait = Authorization{ID: id, UserCode: p.Grant.UserCode, URL: p.Grant.URL, Every: p.Grant.Every, ExpiresAt: p.Grant.ExpiresAt}
	d, ok := s.Drivers(p.Input.Driver)
	if !ok {
		return c, wait, errs.New(errs.Internal, "error.connection.driver", "driver", p.Input.Driver)
	}
	asker, ok := d.(connector.Authorizer)
	if !ok {
		return c, wait, errs.New(errs.Invalid, "error.connection.no_authorization")
	}
	open, secret, err := p.Input.validate(d.Info())
	if err != nil {
		return c, wait, err
	}
	cfg, _ := s.configure(d, merge(open, secret), 0)
	asking, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	given, err := asker.FinishAuthorization(asking, cfg, p.Grant)
	switch kind := connector.KindOf(err); {
	case err != nil && kind == connector.KindLimited:
		wait.Every = max(wait.Every, connector.RetryAfter(err)) + leastAuthorizationPause
		return c, wait, nil
	case err != nil:
		return c, wait, outside(err)
	case given == nil:
		return c, wait, nil
	}
	in := p.Input
	in.Settings = merge(in.Settings, given)
	c, err = s.authorized(ctx, a, in, connectionID)
	if err != nil {
		return c, wait, err
	}
	return c, wait, s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from connection_grant where tenant_id = $1 and id = $2", int64(tx.Tenant), id)
		return err
	})
}

func (s *Service) authorized(ctx context.Context, a access.Actor, in Input, connectionID int64) (c Connection, err error) {
	if connectionID == 0 {
		return s.Add(ctx, a, in)
	}
	if err := s.Update(ctx, a, connectionID, in); err != nil {
		return c, err
	}
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err = ByID(ctx, tx, connectionID)
		return err
	})
	return c, err
}

func (s *Service) pendingOf(ctx context.Context, a access.Actor, id int64) (p pending, connectionID int64, err error) {
	var sealed []byte
	err = s.db.Read(ctx, a.Tenant, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select connection_id, sealed from connection_grant where tenant_id = $1 and id = $2 and expires_at >= $3",
			int64(tx.Tenant), id, tx.NowMicros()).Scan(&connectionID, &sealed)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return p, 0, errs.New(errs.NotFound, "error.connection.grant_over")
	}
	if err != nil {
		return p, 0, err
	}
	plain, err := s.Box.Unseal(a.Tenant, "grant", sealed)
	if err != nil {
		return p, 0, err
	}
	return p, connectionID, json.Unmarshal(plain, &p)
}
