package live

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// browser is a tab's side of a stream: it keeps what arrived and can stop reading.
type browser struct {
	header  http.Header
	chunks  chan string
	stuck   chan struct{} // closed by the test to let a blocked write fail
	blocked bool
	status  int
}

func (b *browser) Header() http.Header { return b.header }
func (b *browser) WriteHeader(n int)   { b.status = n }
func (b *browser) Flush()              {}
func (b *browser) Write(p []byte) (int, error) {
	if b.blocked {
		<-b.stuck
		return 0, http.ErrHandlerTimeout
	}
	b.chunks <- string(p)
	return len(p), nil
}

func open(t *testing.T, h *Hub, tenant int64, since string) (*browser, context.CancelFunc, chan struct{}) {
	t.Helper()
	b := &browser{header: http.Header{}, chunks: make(chan string, 100), stuck: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/live?since="+since, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Handler(func(*http.Request) (int64, bool) { return tenant, true }).ServeHTTP(b, r)
	}()
	synctest.Wait()
	return b, cancel, done
}

// read gives what arrived so far, without the opening comment.
func (b *browser) read() []string {
	synctest.Wait()
	var got []string
	for {
		select {
		case c := <-b.chunks:
			if !strings.HasPrefix(c, ": open") {
				got = append(got, c)
			}
		default:
			return got
		}
	}
}

func event(h *Hub, topic string, version uint64) string {
	return fmt.Sprintf("id: %s\ndata: {\"topic\":%q,\"version\":%d}\n\n", h.cursor(version), topic, version)
}

func TestFirstHintAtOnceRestTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(Limits{})
		b, leave, done := open(t, h, 1, h.Cursor(1))
		start := time.Now()
		h.Publish(1, "orders")
		if diff := cmp.Diff([]string{event(h, "orders", 1)}, b.read()); diff != "" {
			t.Fatal(diff)
		}
		h.Publish(1, "stock")
		h.Publish(1, "orders")
		h.Publish(1, "stock")
		if got := b.read(); got != nil {
			t.Fatalf("within the gap arrived %q", got)
		}
		together := <-b.chunks
		if took := time.Since(start); took != 50*time.Millisecond {
			t.Errorf("second write after %v, want 50ms", took)
		}
		if diff := cmp.Diff(event(h, "orders", 3)+event(h, "stock", 4), together); diff != "" {
			t.Error(diff)
		}
		leave()
		<-done
		if h.Tabs() != 0 {
			t.Error("the tab is still counted")
		}
	})
}

func TestTenantsDoNotHearEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(Limits{})
		b, leave, done := open(t, h, 1, h.Cursor(1))
		h.Publish(2, "orders")
		if got := b.read(); got != nil {
			t.Errorf("tenant 1 heard %q", got)
		}
		leave()
		<-done
	})
}

func TestReconnectGetsWhatItMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(Limits{})
		h.Publish(1, "orders")
		seen := h.Cursor(1)
		h.Publish(1, "stock")
		h.Publish(1, "tasks")
		h.Publish(1, "stock")
		b, leave, done := open(t, h, 1, seen)
		if diff := cmp.Diff([]string{event(h, "tasks", 3) + event(h, "stock", 4)}, b.read()); diff != "" {
			t.Error(diff)
		}
		leave()
		<-done
	})
}

func TestUnknownCursorResets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(Limits{Topics: 2})
		for i := range 4 {
			h.Publish(1, fmt.Sprintf("order-%d", i))
		}
		for _, cursor := range []string{"", "otherboot-3", h.cursor(0), h.cursor(99), h.boot + "-x"} {
			b, leave, done := open(t, h, 1, cursor)
			if diff := cmp.Diff([]string{event(h, Reset, 4)}, b.read()); diff != "" {
				t.Errorf("cursor %q: %s", cursor, diff)
			}
			leave()
			<-done
		}
	})
}

func TestSlowTabIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(Limits{Pending: 3})
		b, leave, done := open(t, h, 1, h.Cursor(1))
		defer leave()
		b.blocked = true
		for i := range 10 {
			h.Publish(1, fmt.Sprintf("order-%d", i))
			synctest.Wait()
		}
		if h.Tabs() != 0 {
			t.Error("a tab that does not read is still served")
		}
		close(b.stuck)
		<-done
	})
}

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(Limits{Heartbeat: 7 * time.Second})
		b, leave, done := open(t, h, 1, h.Cursor(1))
		b.read()
		start := time.Now()
		if got := <-b.chunks; got != ": beat\n\n" || time.Since(start) != 7*time.Second {
			t.Errorf("%q after %v", got, time.Since(start))
		}
		leave()
		<-done
	})
}

func TestCloseEndsStreamsAndRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(Limits{})
		_, leave, done := open(t, h, 1, "")
		defer leave()
		h.Close()
		<-done
		late, leaveLate, lateDone := open(t, h, 1, "")
		defer leaveLate()
		<-lateDone
		if late.status != http.StatusServiceUnavailable {
			t.Errorf("status %d after Close", late.status)
		}
	})
}

func TestNobodySignedIn(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	nobody := func(*http.Request) (int64, bool) { return 0, false }
	New(Limits{}).Handler(nobody).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/live", nil))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

// TestOverHTTP proves the stream through a real server and connection.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	h := New(Limits{})
	srv := httptest.NewServer(h.Handler(func(*http.Request) (int64, bool) { return 1, true }))
	defer srv.Close()
	defer h.Close()
	res, err := http.Get(srv.URL + "?since=" + h.Cursor(1))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	h.Publish(1, "orders")
	want := ": open\nretry: 2000\n\n" + event(h, "orders", 1)
	got := make([]byte, 0, len(want))
	for len(got) < len(want) {
		buf := make([]byte, len(want)-len(got))
		n, err := res.Body.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, buf[:n]...)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
