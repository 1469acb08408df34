package assets

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func get(t *testing.T, method, url, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestServeHashedAndCompressed(t *testing.T) {
	t.Parallel()
	res := get(t, http.MethodGet, URL("app.css"), "br, gzip")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("status %d, encoding %q", res.StatusCode, res.Header.Get("Content-Encoding"))
	}
	if cc := res.Header.Get("Cache-Control"); !strings.Contains(cc, "immutable") {
		t.Errorf("Cache-Control %q", cc)
	}
	if ct := res.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/css") {
		t.Errorf("Content-Type %q", ct)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("files/app.css")
	if err != nil {
		t.Fatal(err)
	}
	if string(body) != string(want) {
		t.Error("unpacked body differs from the file")
	}
}

func TestServeRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, url string
		want        int
	}{
		{http.MethodGet, Prefix + "app.css", http.StatusNotFound},
		{http.MethodGet, Prefix + "../assets.go", http.StatusNotFound},
		{http.MethodPost, URL("app.js"), http.StatusMethodNotAllowed},
		{http.MethodHead, URL("app.js"), http.StatusOK},
	} {
		if got := get(t, c.method, c.url, "").StatusCode; got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.url, got, c.want)
		}
	}
}

// TestVendoredChecksum keeps the file, its version and its checksum in the README together.
func TestVendoredChecksum(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(byName["htmx.min.js"].body)
	if !strings.Contains(string(readme), hex.EncodeToString(sum[:])) {
		t.Errorf("README.md does not name SHA-256 %x of htmx.min.js", sum)
	}
	_, version, _ := strings.Cut(string(readme), "htmx 2.")
	version, _, _ = strings.Cut(version, " ")
	if !strings.Contains(string(byName["htmx.min.js"].body), `version:"2.`+version+`"`) {
		t.Errorf("htmx.min.js is not version 2.%s", version)
	}
}

// TestOwnScriptStaysSmall is the promise that the console needs no framework.
func TestOwnScriptStaysSmall(t *testing.T) {
	t.Parallel()
	if n := strings.Count(string(byName["app.js"].body), "\n"); n > 280 {
		t.Errorf("app.js has %d lines, want at most 280", n)
	}
	for _, banned := range []string{"eval(", "innerHTML", "new Function"} {
		if strings.Contains(string(byName["app.js"].body), banned) {
			t.Errorf("app.js uses %s", banned)
		}
	}
}
