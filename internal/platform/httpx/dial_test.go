package httpx

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// talkative accepts connections and writes without an end.
func talkative(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for {
					if _, err := c.Write(make([]byte, 1<<10)); err != nil {
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String()
}

func TestDialGuard(t *testing.T) {
	t.Parallel()
	address := talkative(t)
	var blocked *BlockedError
	if _, err := NewDial(ClientOptions{})(context.Background(), "tcp", address); !errors.As(err, &blocked) {
		t.Errorf("a private address: %v", err)
	}
	var out *OutOfBoundsError
	if _, err := NewDial(ClientOptions{Only: "127.0.0.1:1", AllowPrivate: true})(context.Background(), "tcp", address); !errors.As(err, &out) {
		t.Errorf("another address than the only one: %v", err)
	}
}

func TestDialBounds(t *testing.T) {
	t.Parallel()
	address := talkative(t)
	open := func(o ClientOptions) net.Conn {
		t.Helper()
		o.AllowPrivate = true
		c, err := NewDial(o)(context.Background(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	var large *TooLargeError
	if n, err := io.Copy(io.Discard, open(ClientOptions{MaxBody: 5000})); n != 5000 || !errors.As(err, &large) {
		t.Errorf("%d bytes, error %v, want 5000 and too large", n, err)
	}
	c := open(ClientOptions{Timeout: 20 * time.Millisecond, MaxBody: 1 << 40})
	// A user's later deadline does not put the end off.
	for _, set := range []func(time.Time) error{c.SetReadDeadline, c.SetWriteDeadline, c.SetDeadline} {
		if err := set(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.Copy(io.Discard, c); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a conversation without an end: %v", err)
	}
}
