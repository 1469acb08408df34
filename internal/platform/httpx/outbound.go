package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Defaults of ClientOptions.
const (
	DefaultConnectTimeout = 5 * time.Second
	DefaultTimeout        = 30 * time.Second
	DefaultMaxBody        = 8 << 20
	maxRedirects          = 3
)

// ClientOptions shapes an outbound client. The zero value is the production client.
type ClientOptions struct {
	ConnectTimeout time.Duration // name lookup and TCP; 0 means DefaultConnectTimeout
	Timeout        time.Duration // the whole exchange with its body; 0 means DefaultTimeout
	MaxBody        int64         // bytes of one answer; 0 means DefaultMaxBody
	// AllowPrivate lets the client reach this machine and its network, and follow redirects over plain http. Only the demo,
	// tests and a merchant's own shop server on the local network need it.
	AllowPrivate bool
	// Only is the one address ("127.0.0.1:8081") that can be reached, whatever AllowPrivate says: a rehearsal talks to its simulator
	// and to nothing else. Empty leaves it to AllowPrivate.
	Only string
}

// TooLargeError says that an answer was longer than the client reads.
type TooLargeError struct{ Limit int64 }

// Error names the limit.
func (e *TooLargeError) Error() string { return fmt.Sprintf("answer larger than %d bytes", e.Limit) }

// BlockedError says that a name resolved to an address no merchant's setting may reach.
type BlockedError struct{ Addr netip.Addr }

// Error names the address.
func (e *BlockedError) Error() string {
	return fmt.Sprintf("address %s is not on the public internet", e.Addr)
}

// OutOfBoundsError says that a client with ClientOptions.Only was sent somewhere else.
type OutOfBoundsError struct{ Addr string }

// Error names the address.
func (e *OutOfBoundsError) Error() string {
	return fmt.Sprintf("address %s is out of bounds for this client", e.Addr)
}

// errRedirect refuses a redirect that would carry credentials somewhere else.
var errRedirect = errors.New("redirect to another host or away from https refused")

// NewClient makes the client through which every driver talks: bounded in time and bytes, unable to reach this machine or
// its network (checked on the resolved address at dial time, so a name that changes its mind gains nothing), deaf to proxy
// variables, which would step around that check.
func NewClient(o ClientOptions) *http.Client {
	transport := &http.Transport{
		DialContext:            o.dialer().DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    or(o.ConnectTimeout, DefaultConnectTimeout),
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
	return &http.Client{
		Transport:     &bounded{next: transport, limit: or(o.MaxBody, DefaultMaxBody)},
		Timeout:       or(o.Timeout, DefaultTimeout),
		CheckRedirect: redirectPolicy(o.AllowPrivate || o.Only != ""),
	}
}

func or[T ~int64](v, fallback T) T {
	if v == 0 {
		return fallback
	}
	return v
}

// redirectPolicy follows a redirect only within the host it was sent to and only over https. A redirect that would turn a
// POST into a GET is not followed: the caller sees the 3xx and can say that the address is wrong.
func redirectPolicy(plain bool) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		first := via[0]
		switch {
		case req.Method != first.Method:
			return http.ErrUseLastResponse
		case len(via) > maxRedirects:
			return fmt.Errorf("more than %d redirects", maxRedirects)
		case req.URL.Host != first.URL.Host:
			return errRedirect
		case req.URL.Scheme != "https" && !plain:
			return errRedirect
		}
		return nil
	}
}

func guardDial(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial guard: %w", err)
	}
	if !PublicAddr(ap.Addr()) {
		return &BlockedError{Addr: ap.Addr()}
	}
	return nil
}

// only refuses every address but one.
func only(one string) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		if address != one {
			return &OutOfBoundsError{Addr: address}
		}
		return nil
	}
}

// special holds the ranges that netip has no name for (IANA special-purpose registries). The translation prefixes are here
// because an IPv4 address hides inside them.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT; one cloud's metadata service lives here
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("fec0::/10"),
}

// PublicAddr says whether an address is one of the public internet: not loopback, private, link-local (cloud metadata),
// multicast, carrier-grade NAT, documentation, reserved or a wrapping of one of these.
func PublicAddr(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// bounded puts the byte limit on every answer.
type bounded struct {
	next  http.RoundTripper
	limit int64
}

// RoundTrip wraps the answer's body.
func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: b.limit, limit: b.limit}
	return resp, nil
}

// CloseIdleConnections lets http.Client reach the pool below.
func (b *bounded) CloseIdleConnections() {
	if c, ok := b.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type boundedBody struct {
	io.ReadCloser
	left, limit int64
}

// Read gives up to the limit; the first byte beyond it is a TooLargeError.
func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, &TooLargeError{Limit: b.limit}
	}
	b.left -= int64(n)
	return n, err
}
