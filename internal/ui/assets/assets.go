// Package assets serves the console's style sheets, scripts and icons. They are part of the program; each is addressed by a
// name that carries a hash of its content, so that a browser may keep it for ever and still never shows an old one.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed files
var files embed.FS

// Prefix is the path under which Handler is mounted.
const Prefix = "/assets/"

// asset is one file with everything that a response needs.
type asset struct {
	url  string
	mime string
	body []byte
	// packed compresses on the first request that accepts gzip; start-up does not pay for it.
	packed func() []byte
}

// byName finds an asset by its plain name, byURL by its hashed one.
var byName, byURL = mustRead(files)

func mustRead(fsys fs.FS) (names, urls map[string]asset) {
	names, urls = map[string]asset{}, map[string]asset{}
	entries, err := fs.ReadDir(fsys, "files")
	if err != nil {
		panic(fmt.Sprintf("assets: %v", err))
	}
	for _, e := range entries {
		body, err := fs.ReadFile(fsys, "files/"+e.Name())
		if err != nil {
			panic(fmt.Sprintf("assets: %v", err))
		}
		a := newAsset(e.Name(), body)
		names[e.Name()], urls[a.url] = a, a
	}
	return names, urls
}

func newAsset(name string, body []byte) asset {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	kind := mime.TypeByExtension(ext)
	switch ext {
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	}
	return asset{
		url:    Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext,
		mime:   kind,
		body:   body,
		packed: sync.OnceValue(func() []byte { return pack(body) }),
	}
}

// pack compresses body; writing to a bytes.Buffer cannot fail.
func pack(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(fmt.Sprintf("assets: %v", err))
	}
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// URL is the address of a file such as "app.css". It panics for a file that does not exist: the name is always a constant.
func URL(name string) string {
	a, ok := byName[name]
	if !ok {
		panic(fmt.Sprintf("assets: no file %q", name))
	}
	return a.url
}

// Handler serves Prefix: hashed addresses only, compressed when the browser accepts it, kept by it for a year.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	a, ok := byURL[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	body := a.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.packed()
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	// A write fails when the browser has gone; nobody is left to tell.
	_, _ = w.Write(body)
}
