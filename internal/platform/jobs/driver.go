package jobs

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/lad-hub/lad/internal/platform/db"
)

// The library's own listeners do not suit: SQLite's polls a table 20 times a second on the writer connection and leaves a
// row per wake, database/sql on PostgreSQL has none. Both drivers get a listener that hears commits of this process only;
// what other processes enqueue is found by polling.
type (
	sqliteDriver struct {
		*riversqlite.Driver
		wake *wakeListener
	}
	postgresDriver struct {
		*riverdatabasesql.Driver
		wake *wakeListener
	}
)

func (d sqliteDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.wake
}
func (d sqliteDriver) SupportsListener() bool     { return true }
func (d sqliteDriver) SupportsListenNotify() bool { return false }

func (d postgresDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.wake
}
func (d postgresDriver) SupportsListener() bool     { return true }
func (d postgresDriver) SupportsListenNotify() bool { return false }

func newClient(d *db.DB, wake *wakeListener, c *river.Config) (*river.Client[*sql.Tx], error) {
	if d.Engine() == db.Postgres {
		return river.NewClient[*sql.Tx](postgresDriver{riverdatabasesql.New(d.Writer()), wake}, c)
	}
	return river.NewClient[*sql.Tx](sqliteDriver{riversqlite.New(d.Writer()), wake}, c)
}

// wakeListener tells the library at once that this process has committed a job.
type wakeListener struct{ woken chan struct{} }

func newWakeListener() *wakeListener { return &wakeListener{woken: make(chan struct{}, 1)} }

// call wakes the workers; calls while one is pending are one.
func (l *wakeListener) call() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// WaitForNotification waits for the next call.
func (l *wakeListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-l.woken:
		return &riverdriver.Notification{Topic: "river_insert", Payload: `{"queue":"` + river.QueueDefault + `"}`}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *wakeListener) Connect(context.Context) error          { return nil }
func (l *wakeListener) Close(context.Context) error            { return nil }
func (l *wakeListener) Listen(context.Context, string) error   { return nil }
func (l *wakeListener) Unlisten(context.Context, string) error { return nil }
func (l *wakeListener) Ping(context.Context) error             { return nil }
func (l *wakeListener) Schema() string                         { return "" }
func (l *wakeListener) SetAfterConnectExec(string)             {}

var _ riverdriver.Listener = (*wakeListener)(nil)
