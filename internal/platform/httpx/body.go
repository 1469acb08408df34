package httpx

import (
	"io"
	"net/http"
	"time"
)

// A body must arrive within bodyTime plus its longest length at bodyRate bytes per second.
const (
	bodyTime = 30 * time.Second
	bodyRate = 64 << 10
)

// bound limits the body of a request in length and in time, and frees a stream from the limit on writing. It works on the
// connection's own writer, which closes the connection after a body that is too long.
func (x *exchange) bound(route *Route, r *http.Request) {
	rc := http.NewResponseController(x.ResponseWriter)
	if route.Stream {
		_ = rc.SetWriteDeadline(time.Time{}) // not supported by a recorder in tests
	}
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	allowed := bodyTime + time.Duration(route.MaxBody/bodyRate)*time.Second
	now := time.Now()
	_ = rc.SetReadDeadline(now.Add(allowed))
	if !route.Stream && route.MaxBody > DefaultBody {
		_ = rc.SetWriteDeadline(now.Add(allowed + WriteTimeout))
	}
	r.Body = &timedBody{ReadCloser: http.MaxBytesReader(x.ResponseWriter, r.Body, route.MaxBody), rc: rc}
}

// timedBody lifts the deadline at the end of the body: past it the server watches the connection, and a deadline would look
// like a client that has left.
type timedBody struct {
	io.ReadCloser
	rc *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}
