package connections

import (
	"context"
	"fmt"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// subscribeEvery is how often a channel is asked again to call us: platforms drop a subscription after failed deliveries
// without a word.
const subscribeEvery = time.Hour

// subscribeLane keeps the channel calling us. After each renewal the orders are polled: what was not delivered while the
// subscription was gone is found then.
type subscribeLane struct {
	*Account
	hooks connector.WebhookSource
	next  time.Time
}

func (l *subscribeLane) Name() string { return laneSubscribe }

// Run renews the subscription when it is time. A channel that refuses it is polled as before and says so on its page.
func (l *subscribeLane) Run(ctx context.Context) (reconcile.Step, error) {
	if l.Now().Before(l.next) {
		return reconcile.Step{At: l.next}, nil
	}
	err := l.hooks.Subscribe(ctx, hookURL(l.svc.PublicURL, l.Tenant, l.Conn))
	switch connector.KindOf(err) {
	case connector.KindPermanent, connector.KindItem, connector.KindData, connector.KindSettings:
		l.next = l.Now().Add(subscribeEvery)
		return reconcile.Step{At: l.next}, l.svc.noteError(ctx, l.Tenant, l.Conn.ID, laneSubscribe, err)
	}
	if err != nil {
		return reconcile.Step{}, err
	}
	l.next = l.Now().Add(subscribeEvery)
	l.svc.PullSoon(l.Tenant, l.Conn.ID)
	err = l.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update connection set hooked_at = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), l.Conn.ID, tx.NowMicros())
		return err
	})
	return reconcile.Step{At: l.next}, err
}

// hookURL is the address that a channel calls; its last part is the connection's secret.
func hookURL(public string, t db.Tenant, c Connection) string {
	return fmt.Sprintf("%s/hooks/%d/%d/%s", public, int64(t), c.ID, c.HookSecret)
}

// unsubscribe asks a channel to call us no more, as far as it can be reached: the address is dead anyway afterwards.
func (s *Service) unsubscribe(ctx context.Context, t db.Tenant, id int64) {
	if s.PublicURL == "" {
		return
	}
	a, err := s.open(ctx, t, id)
	if err != nil {
		return
	}
	hooks, ok := a.Channel.(connector.WebhookSource)
	if !ok || a.Conn.HookedAt == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	if err := hooks.Unsubscribe(ctx, hookURL(s.PublicURL, t, a.Conn)); err != nil {
		a.log.Warn("channel not asked to stop calling", "err", words(err))
	}
}
