package connectortest

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
)

// line is the way out of a driver whose protocol is not HTTP; a fault on it hits every connection until it is taken off.
type line struct {
	heard atomic.Int64 // bytes over all connections
	mu    sync.Mutex
	fault func(ctx context.Context, real func() (net.Conn, error)) (net.Conn, error)
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	fault := l.fault
	l.mu.Unlock()
	dial := func() (net.Conn, error) {
		c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &counted{c, &l.heard}, nil
	}
	if fault != nil {
		return fault(ctx, dial)
	}
	return dial()
}

func (l *line) set(f func(context.Context, func() (net.Conn, error)) (net.Conn, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault = f
}

// counted counts what is heard.
type counted struct {
	net.Conn
	heard *atomic.Int64
}

// Read counts.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.heard.Add(int64(n))
	return n, err
}

// cut is a connection that passes some bytes and then breaks off, or says nothing more.
type cut struct {
	net.Conn
	left   int64
	silent bool
	closed chan struct{}
	once   sync.Once
}

// Read passes what is left.
func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 && c.silent {
		<-c.closed
		return 0, net.ErrClosed
	}
	if c.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// Close ends the silence too.
func (c *cut) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// spoken replaces what the outside says; nothing arrives there.
type spoken struct {
	net.Conn
	say io.Reader
}

// Read says it.
func (s *spoken) Read(p []byte) (int, error) { return s.say.Read(p) }

// Write takes it.
func (s *spoken) Write(p []byte) (int, error) { return len(p), nil }

func says(say func() io.Reader) func(context.Context, func() (net.Conn, error)) (net.Conn, error) {
	return func(_ context.Context, dial func() (net.Conn, error)) (net.Conn, error) {
		c, err := dial()
		if err != nil {
			return nil, err
		}
		return &spoken{c, say()}, nil
	}
}

type lineFault struct {
	name string
	// make gives the fault for an operation that hears so many bytes when all is well.
	make  func(bytes int64) func(context.Context, func() (net.Conn, error)) (net.Conn, error)
	read  []connector.Kind
	write []connector.Kind
	hangs bool
}

func lineFaults() []lineFault {
	transient, either := []connector.Kind{connector.KindTransient}, []connector.Kind{connector.KindTransient, connector.KindUnknown}
	type faulty = func(context.Context, func() (net.Conn, error)) (net.Conn, error)
	after := func(share int64, silent bool) func(int64) faulty {
		return func(bytes int64) faulty {
			return func(_ context.Context, dial func() (net.Conn, error)) (net.Conn, error) {
				c, err := dial()
				if err != nil {
					return nil, err
				}
				return &cut{Conn: c, left: bytes * share / 100, silent: silent, closed: make(chan struct{})}, nil
			}
		}
	}
	always := func(f faulty) func(int64) faulty { return func(int64) faulty { return f } }
	refused := func(context.Context, func() (net.Conn, error)) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	return []lineFault{
		{"connection refused", always(refused), transient, transient, false},
		{"closed at the door", after(0, false), transient, transient, false},
		{"silent at the door", after(0, true), transient, transient, true},
		{"half an answer", after(50, false), transient, either, false},
		{"half an answer, then silence", after(50, true), transient, either, true},
		{"web page", always(says(func() io.Reader { return strings.NewReader("HTTP/1.1 502 Bad Gateway\r\n\r\n" + page) })), transient, transient, false},
		{"10 MB", always(says(func() io.Reader { return io.LimitReader(endless{}, 10<<20) })), transient, transient, false},
		{"zeros", always(says(func() io.Reader { return io.LimitReader(zeros{}, 10<<20) })), transient, transient, false},
	}
}

type endless struct{}

// Read gives letters.
func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

type zeros struct{}

// Read gives zeros.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// lineFaults runs every operation through every fault of a connection: the right kind, no success reported, no secret in the words,
// and the channel works again after.
func (s Subject) lineFaults(t *testing.T) {
	for _, f := range lineFaults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			st := s.start(t)
			for _, op := range st.operations() {
				st.warm()
				before := st.line.heard.Load()
				if _, err := op.run(context.Background()); err != nil {
					t.Fatalf("%s without a fault: %v", op.name, err)
				}
				st.line.set(f.make(st.line.heard.Load() - before))
				ctx, cancel := context.Background(), context.CancelFunc(func() {})
				if f.hangs {
					ctx, cancel = context.WithTimeout(ctx, patience)
				}
				n, err := op.run(ctx)
				cancel()
				st.line.set(nil)
				kinds := f.read
				if op.write {
					kinds = f.write
				}
				st.wantKind(op.name, err, kinds...)
				if n > 0 {
					t.Errorf("%s reports %d successes", op.name, n)
				}
			}
			st.warm()
		})
	}
}
