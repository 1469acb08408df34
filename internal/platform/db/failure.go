package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// IsUnique says whether err is a violated unique constraint or primary key.
func IsUnique(err error) bool {
	var le *sqlite.Error
	if errors.As(err, &le) {
		return le.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || le.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return pgCode(err) == "23505"
}

// IsCheck says whether err is a violated CHECK constraint.
func IsCheck(err error) bool {
	var le *sqlite.Error
	if errors.As(err, &le) {
		return le.Code() == sqlite3.SQLITE_CONSTRAINT_CHECK
	}
	return pgCode(err) == "23514"
}

// IsRetryable says whether the whole transaction may simply be run again.
func IsRetryable(err error) bool {
	var le *sqlite.Error
	if errors.As(err, &le) {
		return le.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	c := pgCode(err)
	return c == "40001" || c == "40P01"
}

func isDiskFull(err error) bool {
	var le *sqlite.Error
	if errors.As(err, &le) {
		return le.Code()&0xff == sqlite3.SQLITE_FULL
	}
	return pgCode(err) == "53100"
}

// isGone covers a lost connection, a server that is shutting down, and a SQLite file that can not be read or written.
func isGone(err error) bool {
	var le *sqlite.Error
	if errors.As(err, &le) {
		c := le.Code() & 0xff
		return c == sqlite3.SQLITE_IOERR || c == sqlite3.SQLITE_CANTOPEN || c == sqlite3.SQLITE_READONLY
	}
	if c := pgCode(err); c != "" {
		return strings.HasPrefix(c, "57P") || strings.HasPrefix(c, "08")
	}
	var ne net.Error
	var ce *pgconn.ConnectError
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return errors.As(err, &ce) || errors.As(err, &ne) || pgconn.SafeToRetry(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, fs.ErrClosed)
}

func pgCode(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}

// backoff is the pause before a retry: doubling from 2 ms, with jitter so that rivals do not meet again.
func backoff(try int) time.Duration {
	base := 2 * time.Millisecond << min(try, 7)
	return base/2 + time.Duration(rand.Int64N(int64(base)))
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
