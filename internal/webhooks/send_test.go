package webhooks

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

// A signature as any other program computes it: openssl dgst -sha256 -hmac over "id.timestamp.body", in base64.
func TestSignature(t *testing.T) {
	t.Parallel()
	const want = "v1,h+ZUB5cEWs0m2mOFmzzKmdlvEsnLup6pH7CmSyxP9wk="
	if got := Sign([]byte("0123456789abcdef01234567"), "msg_1", "1614265330", []byte(`{"test": 2432232314}`)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// An address of this machine's network is refused by the guarded client; one that does not answer in time is a time-out; neither is
// told by more than a word.
func TestFaults(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, nil)
	done := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(done) })
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, c := range []struct {
		name, url string
		o         httpx.ClientOptions
		fault     string
	}{
		{"private", slow.URL, httpx.ClientOptions{}, "private"},
		{"slow", slow.URL, httpx.ClientOptions{AllowPrivate: true, Timeout: 30 * time.Millisecond}, "timeout"},
		{"gone", gone.URL, httpx.ClientOptions{AllowPrivate: true}, "unreachable"},
	} {
		s := New(d, nil, nil, nil, Needs{HTTP: httpx.NewClient(c.o)})
		if out := s.send(context.Background(), c.url, []byte("k"), event{}); out.fault != c.fault || out.code != 0 {
			t.Errorf("%s: %+v", c.name, out)
		}
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	for fails, want := range map[int64]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 11: time.Hour, 500: time.Hour} {
		if got := pause(fails); got != want {
			t.Errorf("pause(%d) = %s, want %s", fails, got, want)
		}
	}
}

// FuzzURL proves that no address is taken that is not plainly one of the web, whatever a person pastes.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"https://a.example/x?y=1", "http://a.example", "https://u:p@a.example", "https://", "//a", "javascript:alert(1)", "https://a.example#x", "https://[::1]:80/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !validURL(s, false) {
			return
		}
		r, err := http.NewRequest(http.MethodPost, s, nil)
		if err != nil || r.URL.Scheme != "https" || r.URL.Hostname() == "" || r.URL.User != nil {
			t.Errorf("%q is taken: %v", s, err)
		}
	})
}
