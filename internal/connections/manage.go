package connections

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/journal"
)

// checkTime bounds the test of a connection that a person waits for.
const checkTime = 20 * time.Second

// Add creates a connection, active at once. Credentials are proved first: ones that do not work are refused with the outside's
// words.
func (s *Service) Add(ctx context.Context, a access.Actor, in Input) (Connection, error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return Connection{}, err
	}
	d, ok := s.Drivers(in.Driver)
	if !ok {
		return Connection{}, errs.New(errs.Invalid, "error.connection.driver", "driver", in.Driver)
	}
	open, secret, err := in.validate(d.Info())
	if err != nil {
		return Connection{}, err
	}
	account, err := s.Test(ctx, a, in)
	if err != nil {
		return Connection{}, err
	}
	sealed, err := s.Box.Seal(a.Tenant, "connection", []byte(encode(secret)))
	if err != nil {
		return Connection{}, err
	}
	id, err := s.ids.New(ctx, "connection")
	if err != nil {
		return Connection{}, err
	}
	hook := make([]byte, 24)
	_, _ = rand.Read(hook)
	var c Connection
	err = s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into connection (tenant_id, id, driver, name, state, settings, secrets, hook_secret, token_expires_at, created_at)
			values ($1, $2, $3, $4, 'active', $5, $6, $7, $8, $9)`, int64(tx.Tenant), id, in.Driver, in.Name, encode(open), sealed,
			base64.RawURLEncoding.EncodeToString(hook), clock.Micros(account.TokenExpires), tx.NowMicros())
		if err != nil {
			return err
		}
		if c, err = ByID(ctx, tx, id); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.runners.restart(a.Tenant, id); s.Changed(a.Tenant, id) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "connection.added", Subject: "connection", SubjectID: id,
			Payload: map[string]any{"driver": in.Driver, "name": in.Name, "shop": account.Name}})
	})
	return c, err
}

// Test proves an address and credentials without keeping them.
func (s *Service) Test(ctx context.Context, a access.Actor, in Input) (connector.Account, error) {
	return s.prove(ctx, a, in, nil)
}

// prove asks the channel whether it accepts settings. keep stores what the channel renews on the way; nil for settings that
// belong to no connection yet.
func (s *Service) prove(ctx context.Context, a access.Actor, in Input, keep func(context.Context, map[string]string) error) (connector.Account, error) {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return connector.Account{}, err
	}
	d, ok := s.Drivers(in.Driver)
	if !ok {
		return connector.Account{}, errs.New(errs.Invalid, "error.connection.driver", "driver", in.Driver)
	}
	open, secret, err := in.validate(d.Info())
	if err != nil {
		return connector.Account{}, err
	}
	cfg, _ := s.configure(d, merge(open, secret), 0)
	cfg.Keep = keep
	ch, err := d.Open(cfg)
	if err != nil {
		return connector.Account{}, outside(err)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	account, err := ch.Check(ctx)
	return account, outside(err)
}

// outside makes a driver's error one that a person can be told, with the outside's own words.
func outside(err error) error {
	if err == nil {
		return nil
	}
	var e *connector.Error
	if errors.As(err, &e) {
		return errs.Wrap(errs.Invalid, err, "error.connection."+string(e.Kind), "words", e.Message)
	}
	return errs.Wrap(errs.Invalid, err, "error.connection.transient", "words", err.Error())
}

func merge(a, b map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}

// Update changes name and settings. A secret left empty keeps its value. The new credentials are proved first, and a
// connection that was stopped for the old ones starts again. A reading of offers begins anew: it may be another shop.
func (s *Service) Update(ctx context.Context, a access.Actor, id int64, in Input) error {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return err
	}
	var c Connection
	var secrets map[string]string
	err := s.db.Read(ctx, a.Tenant, func(tx *db.Tx) (err error) {
		if c, err = ByID(ctx, tx, id); err != nil {
			return err
		}
		secrets, err = s.secretsOf(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	d, ok := s.Drivers(c.Driver)
	if !ok {
		return errs.New(errs.Internal, "error.connection.driver", "driver", c.Driver)
	}
	in.Driver, in.Settings = c.Driver, completed(d.Info(), in.Settings, c.Settings, secrets)
	renewed := false
	account, err := s.prove(ctx, a, in, func(ctx context.Context, changed map[string]string) error {
		renewed, in.Settings = true, merge(in.Settings, changed)
		return s.keepSettings(ctx, a.Tenant, id, changed)
	})
	if err != nil {
		if renewed { // the loop holds a token that has been used up
			s.runners.restart(a.Tenant, id)
		}
		return err
	}
	open, secret, err := in.validate(d.Info())
	if err != nil {
		return err
	}
	sealed, err := s.Box.Seal(a.Tenant, "connection", []byte(encode(secret)))
	if err != nil {
		return err
	}
	return s.change(ctx, a, id, "connection.updated", map[string]any{"name": in.Name}, func(tx *db.Tx, c Connection) error {
		_, err := tx.Exec(ctx, `update connection set name = $3, settings = $4, secrets = $5, token_expires_at = $6, offers_reading = '', denied = '', version = version + 1 where tenant_id = $1 and id = $2`,
			int64(tx.Tenant), id, in.Name, encode(open), sealed, clock.Micros(account.TokenExpires))
		if err != nil {
			return err
		}
		if err := s.Tasks.Resolve(ctx, tx, TaskDenied, id); err != nil || c.State != Stopped {
			return err
		}
		if err := s.Tasks.Resolve(ctx, tx, TaskStopped, id); err != nil {
			return err
		}
		return setState(ctx, tx, id, Active, "")
	})
}

// completed is a form's settings with what a form does not bring back: secrets left empty and what the outside itself gave.
func completed(info connector.Info, form, open, secrets map[string]string) map[string]string {
	out := merge(form, nil)
	for _, f := range info.Settings {
		switch {
		case out[f.Key] != "":
		case f.Secret:
			out[f.Key] = secrets[f.Key]
		case f.Derived:
			out[f.Key] = open[f.Key]
		}
	}
	return out
}

// change runs one alteration of a connection with its journal entry and restarts its loop after the commit.
func (s *Service) change(ctx context.Context, a access.Actor, id int64, kind string, detail any, f func(*db.Tx, Connection) error) error {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.State == Deleted {
			return errs.New(errs.Conflict, "error.connection.deleted")
		}
		if err := f(tx, c); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.runners.restart(a.Tenant, id); s.Changed(a.Tenant, id) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: kind, Subject: "connection", SubjectID: id, Payload: detail})
	})
}

func setState(ctx context.Context, tx *db.Tx, id int64, to State, reason string) error {
	_, err := tx.Exec(ctx, "update connection set state = $3, paused_reason = $4, version = version + 1 where tenant_id = $1 and id = $2",
		int64(tx.Tenant), id, string(to), reason)
	return err
}

// Pause stops all traffic with a channel; what should be shown there keeps being noted.
func (s *Service) Pause(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, "connection.paused", nil, func(tx *db.Tx, _ Connection) error {
		return setState(ctx, tx, id, Paused, "by "+a.String())
	})
}

// Resume starts again, from where it stopped.
func (s *Service) Resume(ctx context.Context, a access.Actor, id int64) error {
	return s.change(ctx, a, id, "connection.resumed", nil, func(tx *db.Tx, _ Connection) error {
		if err := s.Tasks.Resolve(ctx, tx, TaskStopped, id); err != nil {
			return err
		}
		for _, sh := range shows {
			if _, err := tx.Exec(ctx, "update "+sh.table+" set not_before = 0, tries = 0 where tenant_id = $1 and connection_id = $2 and dirty", int64(tx.Tenant), id); err != nil {
				return err
			}
		}
		return setState(ctx, tx, id, Active, "")
	})
}

// Delete ends a connection. Its orders, links and journal stay; its credentials do not.
func (s *Service) Delete(ctx context.Context, a access.Actor, id int64) error {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return err
	}
	s.unsubscribe(ctx, a.Tenant, id)
	return s.change(ctx, a, id, "connection.deleted", nil, func(tx *db.Tx, _ Connection) error {
		empty, err := s.Box.Seal(a.Tenant, "connection", []byte("{}"))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update connection set secrets = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), id, empty); err != nil {
			return err
		}
		for _, kind := range []string{TaskStopped, TaskDenied, TaskSilent} {
			if err := s.Tasks.Resolve(ctx, tx, kind, id); err != nil {
				return err
			}
		}
		for _, sh := range shows {
			if _, err := tx.Exec(ctx, "delete from "+sh.table+" where tenant_id = $1 and connection_id = $2", int64(tx.Tenant), id); err != nil {
				return err
			}
		}
		return setState(ctx, tx, id, Deleted, "by "+a.String())
	})
}

// SetPolicy changes what part of the stock is shown; every offer of the connection is compared again.
func (s *Service) SetPolicy(ctx context.Context, a access.Actor, id int64, p Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return s.change(ctx, a, id, "connection.policy", p, func(tx *db.Tx, _ Connection) error {
		_, err := tx.Exec(ctx, `update connection set share_ppm = $3, cap = $4, safety = $5, hide_below = $6, version = version + 1 where tenant_id = $1 and id = $2`,
			int64(tx.Tenant), id, p.SharePPM, int64(p.Cap), int64(p.Safety), int64(p.HideBelow))
		if err != nil {
			return err
		}
		return stockShow.wantAll(ctx, tx, id)
	})
}

// Repair tells the channel everything again, whatever it was told before, and reads back what it shows.
func (s *Service) Repair(ctx context.Context, a access.Actor, id int64) error {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.State != Active {
			return errs.New(errs.Conflict, "error.connection.not_active")
		}
		for _, sh := range shows {
			if err := sh.wantAll(ctx, tx, id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "update "+sh.table+" set sent = -1000 where tenant_id = $1 and connection_id = $2", int64(tx.Tenant), id); err != nil {
				return err
			}
		}
		if err := s.Tasks.Resolve(ctx, tx, TaskDrift, id); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.runners.syncNow(a.Tenant, id); s.Changed(a.Tenant, id) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "connection.repaired", Subject: "connection", SubjectID: id})
	})
}

// SetPrices changes how the channel's prices are made from the base prices; every linked offer is compared again. With Push off
// Lad leaves the channel's prices as they are.
func (s *Service) SetPrices(ctx context.Context, a access.Actor, id int64, r PriceRule) error {
	if err := r.Validate(); err != nil {
		return err
	}
	return s.change(ctx, a, id, "connection.prices", r, func(tx *db.Tx, c Connection) error {
		_, err := tx.Exec(ctx, `update connection set price_push = $3, price_mul_ppm = $4, price_add_minor = $5, price_step_minor = $6, price_ending_minor = $7, price_round = $8,
			price_floor_ppm = $9, version = version + 1 where tenant_id = $1 and id = $2`,
			int64(tx.Tenant), id, r.Push, r.MulPPM, r.AddMinor, r.StepMinor, r.EndingMinor, string(r.Round), r.FloorPPM)
		if err != nil {
			return err
		}
		if !r.Push {
			_, err := tx.Exec(ctx, "delete from listing_price where tenant_id = $1 and connection_id = $2", int64(tx.Tenant), id)
			return err
		}
		return wantAllPrices(ctx, tx, id)
	})
}

// SyncNow polls orders, reads the offers and pushes what waits without waiting for the usual moment.
func (s *Service) SyncNow(ctx context.Context, a access.Actor, id int64) error {
	if err := a.Must(access.ConnectionsWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		c, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.State != Active {
			return errs.New(errs.Conflict, "error.connection.not_active")
		}
		if _, err := facts.Retry(ctx, tx, id); err != nil {
			return err
		}
		if err := s.Tasks.Resolve(ctx, tx, TaskAside, id); err != nil {
			return err
		}
		for _, sh := range shows {
			if _, err := tx.Exec(ctx, "update "+sh.table+" set not_before = 0 where tenant_id = $1 and connection_id = $2 and dirty", int64(tx.Tenant), id); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { s.runners.syncNow(a.Tenant, id) })
		return s.journal.Append(ctx, tx, journal.Record{Actor: a.String(), Kind: "connection.sync_now", Subject: "connection", SubjectID: id})
	})
}

// PullSoon makes a connection poll its orders at once, as a webhook's hint does.
func (s *Service) PullSoon(t db.Tenant, id int64) { s.runners.pullNow(t, id) }

// WakeStatus tells a connection's loop that an order has news for its channel.
func (s *Service) WakeStatus(t db.Tenant, id int64) { s.runners.wake(t, id, laneStatus) }
