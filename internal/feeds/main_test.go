package feeds_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/money"
)

// input is a feed of a format with what every format asks for.
func input(format string, change func(*feeds.Input)) feeds.Input {
	in := feeds.Input{Name: "Прайс", Format: format, Settings: feeds.Plain("uk", money.UAH)}
	in.Shop = feeds.Shop{Name: "Крамниця", URL: "https://shop.example/", FirmID: "12345"}
	if change != nil {
		change(&in)
	}
	return in
}

// add makes a feed.
func add(t testing.TB, svc *feeds.Service, a access.Actor, in feeds.Input) feeds.Feed {
	t.Helper()
	f, err := svc.Add(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// answer is what a reader got.
type answer struct {
	status int
	header http.Header
	body   string
}

// fetch reads an address; pairs are header names and values. A compressed answer is unpacked.
func fetch(t testing.TB, method, url string, pairs ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "PriceBot/1.0")
	req.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if raw, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return answer{res.StatusCode, res.Header, string(raw)}
}

// get fetches a feed and wants it whole.
func get(t testing.TB, s *apptest.Living, f feeds.Feed) answer {
	t.Helper()
	a := fetch(t, http.MethodGet, s.URL()+f.Path(s.Tenant))
	if a.status != http.StatusOK {
		t.Fatalf("HTTP %d: %.300s", a.status, a.body)
	}
	wellFormed(t, f.Format, a.body)
	return a
}

// again reads a feed's row.
func again(t testing.TB, s *apptest.Living, f feeds.Feed) feeds.Feed {
	t.Helper()
	got, err := s.Feeds.Get(context.Background(), s.Who, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wellFormed parses a document strictly.
func wellFormed(t testing.TB, f feeds.Format, text string) {
	t.Helper()
	if f.Ext == "csv" {
		if _, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil {
			t.Fatal(err)
		}
		return
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	for depth := 0; ; {
		token, err := d.Token()
		if err == io.EOF && depth == 0 {
			return
		}
		if err != nil {
			t.Fatalf("%v in %.500s", err, text)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
}
