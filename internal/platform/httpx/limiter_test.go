package httpx

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Unix(1_700_000_000, 0))
	l := NewLimiter[string](c, 2, 3, 100)
	for i := range 3 {
		if wait := l.Take("a"); wait != 0 {
			t.Fatalf("take %d waits %v", i, wait)
		}
	}
	if wait := l.Take("a"); wait <= 0 || wait > 500*time.Millisecond {
		t.Fatalf("wait = %v, want up to half a second", wait)
	}
	if l.Take("b") != 0 {
		t.Fatal("one key pays for another")
	}
	c.Advance(500 * time.Millisecond)
	if l.Take("a") != 0 || l.Take("a") == 0 {
		t.Fatal("half a second is one token at two a second")
	}
	c.Advance(time.Hour)
	for i := range 4 {
		if wait := l.Take("a"); (wait == 0) != (i < 3) {
			t.Fatalf("after an hour take %d waits %v", i, wait)
		}
	}
	for i := range 1000 {
		l.Take(fmt.Sprint(i))
	}
	if got := l.Len(); got > 100 {
		t.Fatalf("%d keys are remembered", got)
	}
}

func TestRateLimitPerClient(t *testing.T) {
	t.Parallel()
	c := testConfig(io.Discard)
	c.Clock = clock.NewFake(time.Unix(1_700_000_000, 0))
	c.PerSecond, c.Burst = 1, 2
	var err error
	if c.Proxies, err = ParseProxies([]string{"192.0.2.0/24"}); err != nil {
		t.Fatal(err)
	}
	rt := NewRouter(c)
	rt.Handle("GET /x", Public(), text("x"))
	// Two requests of one /64 and the third refused; another client and a proxy of ours go on.
	steps := []struct {
		from   string
		status int
	}{{"2001:db8::1", 200}, {"2001:db8::2", 200}, {"2001:db8::3", 429}, {"2001:db8:1::1", 200}, {"", 200}, {"", 200}, {"", 200}}
	for i, s := range steps {
		res := do(t, rt, "GET", "/x", nil, "X-Forwarded-For", s.from)
		if res.StatusCode != s.status || (res.StatusCode == 429) != (res.Header.Get("Retry-After") != "") {
			t.Errorf("step %d from %s = %d", i, s.from, res.StatusCode)
		}
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	proxies, err := ParseProxies([]string{"10.0.0.0/8", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseProxies([]string{"ten"}); err == nil {
		t.Error("a word is a proxy")
	}
	cases := []struct {
		remote string
		forms  []string
		want   string
	}{
		{"8.8.8.8:1", nil, "8.8.8.8"},
		{"8.8.8.8:1", []string{"1.1.1.1"}, "8.8.8.8"}, // not our proxy: its word does not count
		{"10.1.1.1:1", []string{"1.1.1.1"}, "1.1.1.1"},
		{"10.1.1.1:1", []string{"9.9.9.9, 1.1.1.1, 10.2.2.2"}, "1.1.1.1"}, // the first part is the client's own claim
		{"10.1.1.1:1", []string{"9.9.9.9", "1.1.1.1"}, "1.1.1.1"},
		{"10.1.1.1:1", []string{"1.1.1.1, nonsense"}, "10.1.1.1"},
		{"10.1.1.1:1", nil, "10.1.1.1"},
		{"[::1]:1", []string{"::ffff:1.1.1.1"}, "1.1.1.1"},
		{"[::ffff:10.0.0.1]:1", []string{"2001:db8::5"}, "2001:db8::5"},
	}
	for _, c := range cases {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		for _, f := range c.forms {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got, _ := proxies.client(r); got != netip.MustParseAddr(c.want) {
			t.Errorf("%s %v = %s, want %s", c.remote, c.forms, got, c.want)
		}
	}
}

// A stop lets the request under way finish, ends streams through the hook and takes nothing new.
func TestServerStopsGracefully(t *testing.T) {
	t.Parallel()
	entered, leave, stopping := make(chan struct{}), make(chan struct{}), make(chan struct{})
	rt := NewRouter(testConfig(io.Discard))
	rt.Handle("GET /slow", Public(), func(w http.ResponseWriter, _ *http.Request) error {
		close(entered)
		<-leave
		return text("done")(w, nil)
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	s := NewServer(rt, slog.New(slog.DiscardHandler), func() { close(stopping) })
	go func() { ended <- s.Run(ctx, ln) }()
	answered := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + ln.Addr().String() + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		b, _ := io.ReadAll(res.Body)
		answered <- string(b)
	}()
	<-entered
	stop()
	<-stopping
	if c, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		_ = c.Close()
		t.Error("a stopping server takes connections")
	}
	close(leave)
	if got := <-answered; got != "done" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
