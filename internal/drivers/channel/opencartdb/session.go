package opencartdb

import (
	"context"
	"crypto/tls"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/drivers/wire"
)

// Bounds of a conversation. The way out bounds its bytes and its whole time.
const (
	statementTime = 20 * time.Second
	writeTime     = 10 * time.Second
	maxRows       = 20_000
)

// session is one connection to the database, for one operation.
type session struct {
	c       *channel
	ctx     context.Context
	conn    *sql.Conn
	changed bool // a statement that changes something was sent
}

// read runs f in a transaction that can change nothing.
func (c *channel) read(ctx context.Context, f func(*session) error) error {
	return c.converse(ctx, "START TRANSACTION READ ONLY", f)
}

// write runs f in a transaction. Tables of OpenCart 3 know none: there every statement counts at once.
func (c *channel) write(ctx context.Context, f func(*session) error) error {
	return c.converse(ctx, "START TRANSACTION", f)
}

func (c *channel) converse(ctx context.Context, begin string, f func(*session) error) (err error) {
	s := &session{c: c, ctx: ctx}
	open, e := c.connector()
	if e != nil {
		return e
	}
	db := sql.OpenDB(open)
	db.SetMaxOpenConns(1)
	defer db.Close() // the server ends what is left over with the connection
	if s.conn, err = db.Conn(ctx); err != nil {
		return c.fault(err, false)
	}
	defer s.conn.Close() // as above
	err = s.run(begin, f)
	var ours *connector.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	return c.fault(err, s.changed)
}

// run puts f between the beginning and the end of a transaction.
func (s *session) run(begin string, f func(*session) error) error {
	for _, statement := range []string{s.c.preamble(), begin} {
		if _, err := s.conn.ExecContext(s.ctx, statement); err != nil {
			return err
		}
	}
	if err := f(s); err != nil {
		return err // the connection ends, and with it the transaction
	}
	_, err := s.conn.ExecContext(s.ctx, "COMMIT")
	return err
}

// preamble makes NOW() the shop's clock and lets no statement run for long. The limit has another name on each kind of server;
// each takes its own comment for code and the other's for a comment.
func (c *channel) preamble() string {
	offset := c.cfg.Now().In(c.zone).Format("-07:00")
	seconds := int(statementTime.Seconds())
	return fmt.Sprintf("SET time_zone = '%s' /*M! , max_statement_time = %d */ /*!50708 , max_execution_time = %d */", offset, seconds, seconds*1000)
}

func (c *channel) connector() (sqldriver.Connector, *connector.Error) {
	m := mysql.NewConfig()
	m.Net, m.Addr, m.User, m.Passwd, m.DBName = "tcp", c.address, c.user, c.password, c.database
	m.DialFunc = c.cfg.Dial
	// The way out bounds how long a connection takes; a bound here would count the wait for its turn.
	m.ReadTimeout, m.WriteTimeout = statementTime+5*time.Second, writeTime
	m.InterpolateParams, m.ClientFoundRows = true, true // one way there and back for a statement; a row that had the value counts
	m.MaxAllowedPacket = 1 << 20
	m.Logger = &mysql.NopLogger{} // what is wrong is told in the error
	switch c.encryption {
	case encryptionAuto:
		// The server is not proved: it is the answer to those who listen, and a shop's database seldom has a certificate.
		m.TLS, m.AllowFallbackToPlaintext = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, true
	case encryptionYes:
		m.TLS = &tls.Config{ServerName: strings.Trim(c.host, "[]"), MinVersion: tls.VersionTLS12}
	}
	open, err := mysql.NewConnector(m)
	if err != nil {
		return nil, &connector.Error{Kind: connector.KindSettings, Message: "the settings of the database can not be used", Cause: err}
	}
	return carefulConnector{open}, nil
}

// row is a row by names of columns; NULL is empty.
type row map[string]wire.Text

var tableName = regexp.MustCompile(`\{(\w+)\}`)

// sql puts the shop's prefix before the names of tables: {order}.
func (s *session) sql(query string) string {
	return tableName.ReplaceAllString(query, "`"+s.c.prefix+"$1`")
}

// rows reads at most maxRows rows: more is not what a shop has in one page.
func (s *session) rows(query string, args ...any) (list []row, err error) {
	found, err := s.conn.QueryContext(s.ctx, s.sql(query), args...)
	if err != nil {
		return nil, err
	}
	defer found.Close() // Err tells
	names, err := found.Columns()
	if err != nil {
		return nil, err
	}
	cells := make([]sql.NullString, len(names))
	into := make([]any, len(names))
	for i := range cells {
		into[i] = &cells[i]
	}
	for found.Next() {
		if len(list) == maxRows {
			return nil, connector.Errorf(connector.KindTransient, "the shop's database gave more than %d rows for one page", maxRows)
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		r := make(row, len(names))
		for i, name := range names {
			r[name] = wire.Text(cells[i].String)
		}
		list = append(list, r)
	}
	return list, found.Err()
}

// first is the first row of a query; an empty one when there is none.
func (s *session) first(query string, args ...any) (row, error) {
	list, err := s.rows(query, args...)
	if err != nil || len(list) == 0 {
		return row{}, err
	}
	return list[0], nil
}

// exec changes rows.
func (s *session) exec(query string, args ...any) error {
	s.changed = true
	_, err := s.conn.ExecContext(s.ctx, s.sql(query), args...)
	if mayNot(err) {
		s.c.shape = nil
		return errNoRight
	}
	return err
}

// errNoRight: the user may not change what it was asked to. Nothing was changed by that statement.
var errNoRight = &connector.Error{Kind: connector.KindPermanent, Message: "the database user has no right UPDATE"}
