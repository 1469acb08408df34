package connections

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/reconcile"
)

// dictionaryEvery is how often a shop's own statuses and methods are read.
const dictionaryEvery = 6 * time.Hour

// dictionaryLane reads the statuses and methods that a shop has made itself. They are known before its first order is read.
type dictionaryLane struct {
	*Account
	source connector.DictionarySource
	next   time.Time
}

func (l *dictionaryLane) Name() string { return laneDictionary }

// Run reads the dictionary when it is time; when it differs, the loop starts anew with it.
func (l *dictionaryLane) Run(ctx context.Context) (reconcile.Step, error) {
	if l.Now().Before(l.next) {
		return reconcile.Step{At: l.next}, nil
	}
	d, err := l.source.ReadDictionary(ctx)
	switch connector.KindOf(err) {
	case connector.KindPermanent, connector.KindItem, connector.KindData: // orders are read with what is known
		l.next = l.Now().Add(dictionaryEvery)
		return reconcile.Step{At: l.next}, l.svc.noteError(ctx, l.Tenant, l.Conn.ID, laneDictionary, err)
	}
	if err != nil {
		return reconcile.Step{}, err
	}
	l.next = l.Now().Add(dictionaryEvery)
	text, err := json.Marshal(d)
	if err != nil {
		return reconcile.Step{}, err
	}
	was, err := json.Marshal(l.Conn.Dictionary)
	if err != nil || string(was) == string(text) {
		return reconcile.Step{At: l.next}, err
	}
	err = l.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update connection set dictionary = $3 where tenant_id = $1 and id = $2", int64(tx.Tenant), l.Conn.ID, string(text))
		return err
	})
	if err != nil {
		return reconcile.Step{}, err
	}
	l.Conn.Dictionary = d
	l.Info = l.mapping.onto(l.driverInfo, d)
	return reconcile.Step{At: l.next}, nil
}
