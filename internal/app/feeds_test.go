package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/money"
)

// feedOf makes a feed of so many SKUs.
func feedOf(t *testing.T, s *apptest.Living, skus int) feeds.Feed {
	t.Helper()
	var list []catalog.NewProduct
	for i := range skus {
		list = append(list, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: fmt.Sprint("A", i), Name: "Товар", Price: money.New(100, money.UAH)}}})
	}
	if _, err := s.Catalog.CreateProducts(t.Context(), s.Who, list); err != nil {
		t.Fatal(err)
	}
	in := feeds.Input{Name: "Прайс", Format: "yml", Settings: feeds.Plain("uk", money.UAH)}
	in.Shop = feeds.Shop{Name: "Крамниця", URL: "https://shop.example"}
	f, err := s.Feeds.Add(t.Context(), s.Who, in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tornWriter is a connection that breaks after so many bytes.
type tornWriter struct {
	*httptest.ResponseRecorder
	left int
}

var errTorn = errors.New("connection reset by peer")

// Write takes what fits.
func (w *tornWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errTorn
	}
	return w.ResponseRecorder.Write(p)
}

// SetWriteDeadline is what connections have and recorders lack.
func (w *tornWriter) SetWriteDeadline(time.Time) error { return nil }

// A document that was begun and can not be finished breaks the connection, and the visit says so.
func TestFeedCutOff(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	f := feedOf(t, s, 450)
	rt, err := s.Router(app.ServeOptions{PerSecond: -1})
	if err != nil {
		t.Fatal(err)
	}
	w := &tornWriter{httptest.NewRecorder(), 40 << 10}
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("the connection is not broken: %v", p)
			}
		}()
		rt.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, f.Path(s.Tenant), nil))
	}()
	if text := w.Body.String(); !strings.Contains(text, "<offers>") || strings.Contains(text, "</offers>") {
		t.Errorf("%d bytes: %.200s", len(text), text)
	}
	list, err := s.Feeds.Visits(context.Background(), s.Who, f.ID)
	if err != nil || len(list) != 1 || list[0].Status != 0 || list[0].Bytes == 0 {
		t.Errorf("%+v %v", list, err)
	}
	if got, err := s.Feeds.Get(t.Context(), s.Who, f.ID); err != nil || !got.CountedAt.IsZero() {
		t.Errorf("half a document was counted: %+v %v", got.Counted, err)
	}
}

func TestFeedFigures(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	f := feedOf(t, s, 3)
	want := fmt.Sprintf(`{feed="%d",format="yml",tenant="%d"} `, f.ID, s.Tenant)
	if said := s.Ask("GET", "/metrics", nil); !strings.Contains(string(said.Body), "lad_feed_offers"+want+"-1") || strings.Contains(string(said.Body), "lad_feed_read_age") {
		t.Errorf("before the first reading: %s", said.Body)
	}
	if said := s.AskAs("", "GET", f.Path(s.Tenant), nil); said.Status != http.StatusOK {
		t.Fatalf("HTTP %d", said.Status)
	}
	said := string(s.Ask("GET", "/metrics", nil).Body)
	for _, line := range []string{"lad_feed_offers" + want + "3", "lad_feed_left_out" + want + "0", "lad_feed_read_age_seconds" + want} {
		if !strings.Contains(said, line) {
			t.Errorf("no %q in %s", line, said)
		}
	}
}
