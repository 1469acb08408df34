package httpx

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// gzipFrom is the length in bytes from which an answer is worth compressing.
const gzipFrom = 1 << 10

// gzipWriter holds an answer back until it is longer than gzipFrom, then compresses it; a shorter one, one of another kind
// and one that is flushed before pass as they are.
type gzipWriter struct {
	w       http.ResponseWriter
	status  int
	held    []byte
	zip     *gzip.Writer
	decided bool
}

var (
	gzipWriters = sync.Pool{New: func() any { return &gzipWriter{held: make([]byte, 0, 2*gzipFrom)} }}
	compressors = sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails on an unknown level only
		return z
	}}
)

// Gzip compresses HTML, JSON, XML and other text longer than 1 KB for clients that accept it. An event stream is left alone.
func Gzip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !acceptsGzip(r) {
			next.ServeHTTP(w, r)
			return
		}
		g := gzipWriters.Get().(*gzipWriter)
		g.w = w
		next.ServeHTTP(g, r)
		// Not deferred: after a panic the held part must not reach the client, and the writer is not reused.
		g.finish()
		gzipWriters.Put(g)
	})
}

// acceptsGzip also refuses a quality below one, which no browser sends.
func acceptsGzip(r *http.Request) bool {
	accept := r.Header.Get("Accept-Encoding")
	return strings.Contains(accept, "gzip") && !strings.Contains(accept, "gzip;q=0")
}

func (g *gzipWriter) Header() http.Header { return g.w.Header() }

func (g *gzipWriter) WriteHeader(status int) {
	if status < 200 {
		g.w.WriteHeader(status)
		return
	}
	if g.status == 0 {
		g.status = status
	}
	if !g.decided && !g.mayCompress() {
		g.pass()
	}
}

func (g *gzipWriter) Write(p []byte) (int, error) {
	if g.status == 0 {
		if g.Header().Get("Content-Type") == "" {
			g.Header().Set("Content-Type", http.DetectContentType(p))
		}
		g.WriteHeader(http.StatusOK)
	}
	switch {
	case g.zip != nil:
		return g.zip.Write(p)
	case g.decided:
		return g.w.Write(p)
	case len(g.held)+len(p) <= gzipFrom:
		g.held = append(g.held, p...)
		return len(p), nil
	}
	g.compress()
	if _, err := g.zip.Write(g.held); err != nil {
		return 0, err
	}
	return g.zip.Write(p)
}

// mayCompress looks at the headers when the status is known.
func (g *gzipWriter) mayCompress() bool {
	h := g.Header()
	if g.status == http.StatusNoContent || g.status == http.StatusNotModified || g.status == http.StatusPartialContent {
		return false
	}
	if h.Get("Content-Encoding") != "" || h.Get("Content-Range") != "" || !compressible(h.Get("Content-Type")) {
		return false
	}
	n, err := strconv.Atoi(h.Get("Content-Length"))
	return err != nil || n > gzipFrom
}

func compressible(contentType string) bool {
	for _, prefix := range []string{"text/html", "application/json", "application/xml", "text/csv", "text/plain"} {
		if strings.HasPrefix(contentType, prefix) {
			return true
		}
	}
	return false
}

// pass sends the header and what is held as they are.
func (g *gzipWriter) pass() {
	g.decided = true
	if compressible(g.Header().Get("Content-Type")) {
		g.Header().Add("Vary", "Accept-Encoding")
	}
	g.w.WriteHeader(g.status)
	if len(g.held) > 0 {
		_, _ = g.w.Write(g.held) // a failing connection fails the next write too
	}
}

// compress sends the header of a compressed answer. A strong ETag names the plain bytes, so it becomes a weak one.
func (g *gzipWriter) compress() {
	g.decided = true
	h := g.Header()
	h.Del("Content-Length")
	h.Set("Content-Encoding", "gzip")
	h.Add("Vary", "Accept-Encoding")
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
		h.Set("ETag", "W/"+tag)
	}
	g.w.WriteHeader(g.status)
	g.zip = compressors.Get().(*gzip.Writer)
	g.zip.Reset(g.w)
}

// finish sends the rest and readies the writer for the pool.
func (g *gzipWriter) finish() {
	if !g.decided && g.status != 0 {
		g.pass()
	}
	if g.zip != nil {
		_ = g.zip.Close() // fails when the client is gone
		g.zip.Reset(nil)
		compressors.Put(g.zip)
	}
	*g = gzipWriter{held: g.held[:0]}
}

// FlushError sends everything so far.
func (g *gzipWriter) FlushError() error {
	if !g.decided {
		if g.status == 0 {
			g.status = http.StatusOK
		}
		g.pass()
	}
	if g.zip != nil {
		if err := g.zip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(g.w).Flush()
}

// Flush is FlushError for callers that know only http.Flusher.
func (g *gzipWriter) Flush() { _ = g.FlushError() }

// Unwrap lets http.ResponseController reach the connection.
func (g *gzipWriter) Unwrap() http.ResponseWriter { return g.w }

// restart drops what is held; it answers false when something has been sent.
func (g *gzipWriter) restart() bool {
	if g.decided {
		return false
	}
	g.status, g.held = 0, g.held[:0]
	if b, ok := g.w.(beginner); ok {
		return b.restart()
	}
	return true
}
