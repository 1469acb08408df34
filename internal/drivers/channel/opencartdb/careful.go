package opencartdb

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"io"

	"github.com/go-sql-driver/mysql"
)

// The library takes a server at its word: a packet that is cut off inside makes it panic. What it panics at becomes an error here,
// below database/sql, which would be left with its locks held.

// broken is deferred: a panic becomes the error of a server that does not speak as it should.
func broken(err *error) {
	if recover() != nil {
		*err = mysql.ErrMalformPkt
	}
}

// carefulConnector connects, once: where a server hangs up at the door database/sql would come again at once, and trying again is
// Lad's.
type carefulConnector struct{ sqldriver.Connector }

// Connect connects.
func (c carefulConnector) Connect(ctx context.Context) (conn sqldriver.Conn, err error) {
	defer broken(&err)
	inner, err := c.Connector.Connect(ctx)
	if errors.Is(err, sqldriver.ErrBadConn) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	return &carefulConn{inner}, nil
}

// carefulConn has what Lad uses of a connection.
type carefulConn struct{ sqldriver.Conn }

var errNotText = errors.New("a statement that can not be sent as text")

// Prepare refuses: statements go as text.
func (c *carefulConn) Prepare(string) (sqldriver.Stmt, error) { return nil, errNotText }

// Close ends the conversation.
func (c *carefulConn) Close() (err error) {
	defer broken(&err)
	return c.Conn.Close()
}

// ExecContext runs a statement.
func (c *carefulConn) ExecContext(ctx context.Context, query string, args []sqldriver.NamedValue) (r sqldriver.Result, err error) {
	defer broken(&err)
	inner, ok := c.Conn.(sqldriver.ExecerContext)
	if !ok {
		return nil, errNotText
	}
	return inner.ExecContext(ctx, query, args)
}

// QueryContext asks for rows.
func (c *carefulConn) QueryContext(ctx context.Context, query string, args []sqldriver.NamedValue) (r sqldriver.Rows, err error) {
	defer broken(&err)
	inner, ok := c.Conn.(sqldriver.QueryerContext)
	if !ok {
		return nil, errNotText
	}
	rows, err := inner.QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &carefulRows{rows}, nil
}

// carefulRows are rows that come.
type carefulRows struct{ sqldriver.Rows }

// Next reads a row.
func (r *carefulRows) Next(into []sqldriver.Value) (err error) {
	defer broken(&err)
	return r.Rows.Next(into)
}

// Close reads what is left over.
func (r *carefulRows) Close() (err error) {
	defer broken(&err)
	return r.Rows.Close()
}
