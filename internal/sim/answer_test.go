package sim

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// An answer that is neither JSON nor an error page knows the faults of the body too.
func TestFaultsOfOtherTypes(t *testing.T) {
	t.Parallel()
	const text = "<list><row/><row/></list>"
	f := NewFront("test", Options{}, 1)
	f.Handle("GET /xml", Read, func(*Call) Answer { return Answer{Status: http.StatusOK, Text: text, Type: "text/xml"} })
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	status, body, err := ask(t, srv, "GET", "/xml")
	if err != nil || status != http.StatusOK || body != text {
		t.Errorf("without a fault: HTTP %d, %s, %v", status, body, err)
	}
	f.Faults().Set(HalfResponse, Rule{Next: 1})
	if _, body, err = ask(t, srv, "GET", "/xml"); !errors.Is(err, io.ErrUnexpectedEOF) || body != text[:len(text)/2] {
		t.Errorf("half a response: %q, %v", body, err)
	}
	f.Faults().Set(BrokenJSON, Rule{Next: 1})
	if _, body, _ = ask(t, srv, "GET", "/xml"); xml.Unmarshal([]byte(body), new(any)) == nil {
		t.Errorf("not broken: %s", body)
	}
	f.Faults().Set(HugeBody, Rule{Next: 1, Bytes: 5000})
	var list struct {
		Rows []struct{} `xml:"row"`
	}
	if _, body, _ = ask(t, srv, "GET", "/xml"); len(body) < 5000 || xml.Unmarshal([]byte(body), &list) != nil || len(list.Rows) != 2 {
		t.Errorf("%d bytes, %d rows", len(body), len(list.Rows))
	}
}
