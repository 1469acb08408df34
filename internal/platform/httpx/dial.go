package httpx

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// Dial opens a connection for a protocol that is not HTTP.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// NewDial is NewClient's way out for a driver that speaks another protocol than HTTP: the same guard of addresses at dial time,
// the same bounds. A conversation has Timeout from its first to its last byte and hears at most MaxBody bytes.
func NewDial(o ClientOptions) Dial {
	dialer := o.dialer()
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		b := &boundedConn{Conn: c, end: time.Now().Add(or(o.Timeout, DefaultTimeout)), limit: or(o.MaxBody, DefaultMaxBody)}
		if err := b.SetDeadline(time.Time{}); err != nil {
			_ = c.Close()
			return nil, err
		}
		return b, nil
	}
}

// dialer reaches what the options let it reach.
func (o ClientOptions) dialer() *net.Dialer {
	d := &net.Dialer{Timeout: or(o.ConnectTimeout, DefaultConnectTimeout), KeepAlive: 30 * time.Second}
	switch {
	case o.Only != "":
		d.ControlContext = only(o.Only)
	case !o.AllowPrivate:
		d.ControlContext = guardDial
	}
	return d
}

// boundedConn ends at a fixed time, whatever deadlines its user sets, and after a number of bytes.
type boundedConn struct {
	net.Conn
	end   time.Time
	limit int64
	heard atomic.Int64
}

func (b *boundedConn) by(t time.Time) time.Time {
	if t.IsZero() || t.After(b.end) {
		return b.end
	}
	return t
}

// SetDeadline keeps to the end.
func (b *boundedConn) SetDeadline(t time.Time) error { return b.Conn.SetDeadline(b.by(t)) }

// SetReadDeadline keeps to the end.
func (b *boundedConn) SetReadDeadline(t time.Time) error { return b.Conn.SetReadDeadline(b.by(t)) }

// SetWriteDeadline keeps to the end.
func (b *boundedConn) SetWriteDeadline(t time.Time) error { return b.Conn.SetWriteDeadline(b.by(t)) }

// Read gives up to the limit; what is beyond it is a TooLargeError.
func (b *boundedConn) Read(p []byte) (int, error) {
	left := b.limit - b.heard.Load()
	if left <= 0 {
		return 0, &TooLargeError{Limit: b.limit}
	}
	if int64(len(p)) > left {
		p = p[:left]
	}
	n, err := b.Conn.Read(p)
	b.heard.Add(int64(n))
	return n, err
}

// NetConn is the connection below.
func (b *boundedConn) NetConn() net.Conn { return b.Conn }
