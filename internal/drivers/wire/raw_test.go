package wire

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A raw body goes out as it stands, with the content type of the header.
func TestSendRaw(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Header.Get("Content-Type")+" "+string(body))
	}))
	t.Cleanup(srv.Close)
	a, err := Send(t.Context(), srv.Client(), Call{
		Method: http.MethodPut, URL: srv.URL, Raw: []byte("<a/>"), Header: http.Header{"Content-Type": {"text/xml"}}, Write: true,
	})
	if err != nil || string(a.Body) != "text/xml <a/>" {
		t.Errorf("%s, %v", a.Body, err)
	}
}
