package connections

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/lease"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// Account is an open connection: the session with the outside and everything its lanes share. Lanes run one at a time.
type Account struct {
	Tenant  db.Tenant
	Conn    Connection
	Info    connector.Info
	Channel connector.Channel
	Limit   *reconcile.Limiter

	mapping    Mapping
	driverInfo connector.Info // as the driver describes the channel, before the mapping
	svc        *Service
	log        *slog.Logger
	loop       *reconcile.Loop
	held       lease.Lease // empty where there is one process
	hurt       hurt
}

// configure makes what a driver gets. Its requests wait in a token bucket for the channel's limit, or for rate (requests per
// second × 1000) when the merchant has another agreement.
func (s *Service) configure(d connector.Driver, settings map[string]string, rateMilli int64) (connector.Config, *reconcile.Limiter) {
	limits := d.Info().Limits
	perSecond, burst := limits.RequestsPerSecond, limits.Burst
	if rateMilli > 0 {
		perSecond, burst = float64(rateMilli)/1000, max(burst, int(rateMilli/1000))
	}
	client := s.HTTP()
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	limiter := reconcile.NewLimiter(transport, perSecond, burst)
	client.Transport = limiter
	now := s.db.Clock().Now
	if s.ChannelClock != nil {
		now = s.ChannelClock.Now
	}
	return connector.Config{Settings: settings, HTTP: client, Dial: limiter.Dial(s.Dial), Now: now, Log: s.log}, limiter
}

// open reads a connection and makes its session.
func (s *Service) open(ctx context.Context, t db.Tenant, id int64) (*Account, error) {
	a := &Account{Tenant: t, svc: s, log: s.log.With("tenant", int64(t), "connection", id)}
	var secrets map[string]string
	err := s.db.Read(ctx, t, func(tx *db.Tx) (err error) {
		if a.Conn, err = ByID(ctx, tx, id); err != nil || a.Conn.State == Deleted {
			return err
		}
		if secrets, err = s.secretsOf(ctx, tx, id); err != nil {
			return err
		}
		a.mapping, err = MappingOf(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	d, ok := s.Drivers(a.Conn.Driver)
	if !ok {
		return nil, errs.New(errs.Internal, "error.connection.driver", "driver", a.Conn.Driver)
	}
	a.driverInfo = d.Info()
	a.Info = a.mapping.onto(a.driverInfo, a.Conn.Dictionary)
	cfg, limit := s.configure(d, merge(a.Conn.Settings, secrets), a.Conn.RateMilli)
	cfg.HookSecret = a.Conn.HookSecret
	cfg.Keep = func(ctx context.Context, changed map[string]string) error { return s.keepSettings(ctx, t, id, changed) }
	a.Limit = limit
	a.Channel, err = d.Open(cfg)
	return a, err
}

// Now is the program's time.
func (a *Account) Now() time.Time { return a.svc.db.Clock().Now() }

// Read runs f in a reading transaction of the account's tenant.
func (a *Account) Read(ctx context.Context, f func(*db.Tx) error) error {
	return a.svc.db.Read(ctx, a.Tenant, f)
}

// Write runs f in a writing transaction of the account's tenant. A process that has lost the account's lease meanwhile writes
// nothing: lease.ErrLost.
func (a *Account) Write(ctx context.Context, f func(*db.Tx) error) error {
	return a.svc.db.Write(ctx, a.Tenant, func(tx *db.Tx) error {
		if a.held.Fence > 0 {
			if err := lease.CheckIn(ctx, tx, a.held.Name, a.held.Fence); err != nil {
				return err
			}
		}
		return f(tx)
	})
}

// Backoff is the pause before try n (from 0) of one item: doubling from a second to an hour.
func Backoff(tries int64) time.Duration {
	return min(time.Second<<min(tries, 12), time.Hour)
}
