package httpx

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "100.63.255.255": true, "100.128.0.1": true, "172.32.0.1": true,
		"2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "172.16.0.1": false,
		"172.31.255.255": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "100.100.100.200": false,
		"192.0.0.192": false, "198.18.0.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false,
		"64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false, "2001:0:1::1": false, "2001:db8::1": false, "fec0::1": false,
	}
	for text, want := range cases {
		if got := PublicAddr(netip.MustParseAddr(text)); got != want {
			t.Errorf("PublicAddr(%s) = %v, want %v", text, got, want)
		}
	}
	if PublicAddr(netip.Addr{}) {
		t.Error("the zero address is public")
	}
}

func TestClientRefusesPrivateAddressAfterLookup(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 8)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- struct{}{} }))
	defer srv.Close()
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	for _, url := range []string{srv.URL, "http://localhost" + port} {
		_, err := NewClient(ClientOptions{}).Get(url)
		var blocked *BlockedError
		if !errors.As(err, &blocked) {
			t.Errorf("%s: got %v, want BlockedError", url, err)
		}
		resp, err := NewClient(ClientOptions{AllowPrivate: true}).Get(url)
		if err != nil {
			t.Fatalf("%s with AllowPrivate: %v", url, err)
		}
		resp.Body.Close()
	}
	if len(reached) != 2 {
		t.Errorf("server saw %d requests, want 2", len(reached))
	}
}

// A client with one address reaches no other, be it public or on this machine.
func TestClientReachesOnlyOneAddress(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	one, other := httptest.NewServer(handler), httptest.NewServer(handler)
	defer one.Close()
	defer other.Close()
	client := NewClient(ClientOptions{Only: strings.TrimPrefix(one.URL, "http://"), AllowPrivate: true})
	resp, err := client.Get(one.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for _, url := range []string{other.URL, "http://192.0.2.1:80", "https://[2001:db8::1]:443"} {
		_, err := client.Get(url)
		var out *OutOfBoundsError
		if !errors.As(err, &out) {
			t.Errorf("%s: got %v, want OutOfBoundsError", url, err)
		}
	}
}

func TestClientBoundsBody(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		_, _ = w.Write(bytes.Repeat([]byte("x"), n))
	}))
	defer srv.Close()
	client := NewClient(ClientOptions{AllowPrivate: true, MaxBody: 1000})
	for n, large := range map[int]bool{0: false, 999: false, 1000: false, 1001: true, 50_000: true} {
		resp, err := client.Get(srv.URL + "/?n=" + strconv.Itoa(n))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		var tooLarge *TooLargeError
		if errors.As(err, &tooLarge) != large {
			t.Errorf("%d bytes: error %v, want too large %v", n, err, large)
		}
		if want := min(n, 1000); len(got) != want {
			t.Errorf("%d bytes: read %d, want %d", n, len(got), want)
		}
	}
}

func TestClientTimeout(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer srv.Close()
	defer close(done)
	_, err := NewClient(ClientOptions{AllowPrivate: true, Timeout: 30 * time.Millisecond}).Get(srv.URL)
	var late net.Error
	if !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("got %v, want a time-out", err)
	}
}

func TestClientRedirects(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	defer other.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Method) })
	mux.HandleFunc("/same", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/end", http.StatusFound) })
	mux.HandleFunc("/keep", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/end", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	client := NewClient(ClientOptions{AllowPrivate: true})
	cases := []struct {
		method, path string
		status       int // 0: refused
	}{
		{"GET", "/same", 200}, {"POST", "/keep", 200}, {"POST", "/same", 302}, {"GET", "/away", 0}, {"GET", "/loop", 0},
	}
	for _, c := range cases {
		req, _ := http.NewRequest(c.method, srv.URL+c.path, strings.NewReader(""))
		resp, err := client.Do(req)
		switch {
		case c.status == 0 && err == nil:
			t.Errorf("%s %s was followed", c.method, c.path)
		case c.status != 0 && err != nil:
			t.Errorf("%s %s: %v", c.method, c.path, err)
		case err == nil && resp.StatusCode != c.status:
			t.Errorf("%s %s: status %d, want %d", c.method, c.path, resp.StatusCode, c.status)
		}
		if err == nil {
			resp.Body.Close()
		}
	}
}

func TestRedirectAwayFromHTTPS(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/plain", http.StatusFound)
	}))
	defer srv.Close()
	client := srv.Client()
	client.CheckRedirect = redirectPolicy(false)
	if _, err := client.Get(srv.URL); !errors.Is(err, errRedirect) {
		t.Errorf("got %v, want the redirect refused", err)
	}
}
