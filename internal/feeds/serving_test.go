package feeds_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/catalog"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
)

// A change of stock, price or settings is another document at once; without one the reader keeps what it has.
func TestChangeAndNoChange(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		sku := s.Goods("A", 740_00, 12)
		f := add(t, s.Feeds, s.Who, input("prom", nil))
		at := s.URL() + f.Path(s.Tenant)
		first := get(t, s, f)
		tag := first.header.Get("ETag")
		if !strings.Contains(first.body, "<quantity_in_stock>12<") || tag == "" || first.header.Get("Cache-Control") != "no-cache" {
			t.Fatalf("%v %s", first.header, first.body)
		}
		for _, have := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			if a := fetch(t, http.MethodGet, at, "If-None-Match", have); a.status != http.StatusNotModified || a.body != "" {
				t.Errorf("%s: HTTP %d %s", have, a.status, a.body)
			}
		}
		changes := []struct {
			what, now string
			do        func() error
		}{
			{"stock", "<quantity_in_stock>11<", func() error { s.Adjust(sku.ID, -1); return nil }},
			{"price", "<price>800.00<", func() error {
				price := money.New(800_00, money.UAH)
				_, err := s.Catalog.UpdateSKU(context.Background(), s.Who, catalog.SKUUpdate{ID: sku.ID, Version: sku.Version, Price: &price})
				return err
			}},
			{"rule", "<price>880.00<", func() error {
				return s.Feeds.Update(context.Background(), s.Who, f.ID, input("prom", func(in *feeds.Input) { in.Price.MulPPM = 1_100_000 }))
			}},
		}
		for _, c := range changes {
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			a := fetch(t, http.MethodGet, at, "If-None-Match", tag)
			if a.status != http.StatusOK || a.header.Get("ETag") == tag || !strings.Contains(a.body, c.now) {
				t.Errorf("after a change of %s: HTTP %d, %s, %s", c.what, a.status, a.header.Get("ETag"), a.body)
			}
			tag = a.header.Get("ETag")
		}
	})
}

// Last-Modified is only said of a second that is over, so that two changes in one second can not hide one another.
func TestLastModified(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t)
	sku := s.SKU(t, "A", "Чайник", 740_00, 5)
	f := add(t, s.Feeds, s.Owner, input("yml", nil))
	at := apptest.Visit(t, s.App).URL + f.Path(s.Tenant)
	if a := fetch(t, http.MethodGet, at); a.header.Get("Last-Modified") != "" {
		t.Errorf("within the second: %v", a.header)
	}
	s.Now.Advance(2 * time.Second)
	since := fetch(t, http.MethodGet, at).header.Get("Last-Modified")
	if want := apptest.Start.Format(http.TimeFormat); since != want {
		t.Fatalf("modified %q, want %q", since, want)
	}
	if a := fetch(t, http.MethodGet, at, "If-Modified-Since", since); a.status != http.StatusNotModified {
		t.Errorf("HTTP %d", a.status)
	}
	if a := fetch(t, http.MethodGet, at, "If-Modified-Since", since, "If-None-Match", `"another"`); a.status != http.StatusOK {
		t.Errorf("an ETag that differs: HTTP %d", a.status)
	}
	price := money.New(1_00, money.UAH)
	if _, err := s.Catalog.UpdateSKU(context.Background(), s.Owner, catalog.SKUUpdate{ID: sku.ID, Version: sku.Version, Price: &price}); err != nil {
		t.Fatal(err)
	}
	if a := fetch(t, http.MethodGet, at, "If-Modified-Since", since); a.status != http.StatusOK {
		t.Errorf("after a change: HTTP %d", a.status)
	}
}

func TestGzipAndHead(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		for i := range 40 {
			s.Goods(fmt.Sprint("A", i), 740_00, 1)
		}
		for _, format := range []string{"yml", "csv"} {
			f := add(t, s.Feeds, s.Who, input(format, nil))
			at, plain := s.URL()+f.Path(s.Tenant), get(t, s, f)
			zipped := fetch(t, http.MethodGet, at, "Accept-Encoding", "gzip")
			if zipped.header.Get("Content-Encoding") != "gzip" || offersOf(zipped.body) != offersOf(plain.body) || !strings.Contains(zipped.header.Get("Vary"), "Accept-Encoding") {
				t.Errorf("%v\n%s", zipped.header, zipped.body)
			}
			if a := fetch(t, http.MethodGet, at, "Accept-Encoding", "gzip", "If-None-Match", zipped.header.Get("ETag")); a.status != http.StatusNotModified {
				t.Errorf("the compressed answer's tag %s: HTTP %d", zipped.header.Get("ETag"), a.status)
			}
			head := fetch(t, http.MethodHead, at)
			if head.status != http.StatusOK || head.body != "" || head.header.Get("ETag") != plain.header.Get("ETag") || head.header.Get("Content-Type") != f.Format.ContentType() {
				t.Errorf("HEAD: %d %v", head.status, head.header)
			}
		}
	})
}

// offersOf is a document without its head, which holds the time.
func offersOf(text string) string {
	_, rest, _ := strings.Cut(text, "</categories>")
	if rest == "" {
		return text
	}
	return rest
}

// The address opens one feed of one shop; what is wrong about it is not told apart.
func TestAddress(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		ctx := context.Background()
		s.Goods("A", 740_00, 1)
		f, neighbour := add(t, s.Feeds, s.Who, input("yml", nil)), add(t, s.Feeds, s.Who, input("yml", nil))
		status := func(path string) int { return fetch(t, http.MethodGet, s.URL()+path).status }
		right := f.Path(s.Tenant)
		for _, path := range []string{
			strings.Replace(right, f.Secret, neighbour.Secret, 1), strings.Replace(right, ".xml", ".csv", 1), strings.TrimSuffix(right, ".xml"), right[:len(right)-5] + ".xml",
			f.Path(s.Tenant + 1), f.Path(0), "/feeds/x/1/" + f.Secret + ".xml", "/feeds/1/999/" + f.Secret + ".xml", "/feeds/1/1/.xml", right + "/x",
		} {
			if got := status(path); got != http.StatusNotFound {
				t.Errorf("%s: HTTP %d", path, got)
			}
		}
		steps := []struct {
			what string
			do   func(context.Context) error
			want int
		}{
			{"paused", func(ctx context.Context) error { return s.Feeds.Pause(ctx, s.Who, f.ID) }, http.StatusGone},
			{"resumed", func(ctx context.Context) error { return s.Feeds.Resume(ctx, s.Who, f.ID) }, http.StatusOK},
			{"moved", func(ctx context.Context) error { return s.Feeds.NewAddress(ctx, s.Who, f.ID) }, http.StatusNotFound},
		}
		for _, step := range steps {
			if err := step.do(ctx); err != nil {
				t.Fatal(err)
			}
			if got := status(right); got != step.want {
				t.Errorf("%s: HTTP %d, want %d", step.what, got, step.want)
			}
		}
		moved := again(t, s, f)
		get(t, s, moved)
		if err := s.Feeds.Delete(ctx, s.Who, f.ID); err != nil {
			t.Fatal(err)
		}
		if got := status(moved.Path(s.Tenant)); got != http.StatusNotFound {
			t.Errorf("deleted: HTTP %d", got)
		}
		for _, kind := range []string{"added", "paused", "resumed", "address", "deleted"} {
			if n := s.Told("feed."+kind, "feed", f.ID); n != 1 {
				t.Errorf("feed.%s stands %d times in the journal", kind, n)
			}
		}
		if n := s.Int("select count(*) from journal where tenant_id = $1 and payload like $2", "%"+f.Secret+"%"); n != 0 {
			t.Error("the journal holds the secret")
		}
	})
}

// A feed without an offer is not given out unless everything is sold out.
func TestEmpty(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, apptestOptions(t))
	f := add(t, s.Feeds, s.Who, input("hotline", nil))
	at := s.URL() + f.Path(s.Tenant)
	if a := fetch(t, http.MethodGet, at); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("an empty catalogue: HTTP %d %v", a.status, a.header)
	}
	sku := s.Goods("A", 740_00, 1)
	if a := get(t, s, f); !strings.Contains(a.body, "<stock>В наявності</stock>") {
		t.Error(a.body)
	}
	s.Adjust(sku.ID, -1)
	if a := get(t, s, f); strings.Contains(a.body, "<item>") {
		t.Errorf("what is sold out is still there: %s", a.body)
	}
}

// Visits say who came, what they got and how long it took; strangers leave nothing.
func TestVisits(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		s.Goods("A", 740_00, 1)
		s.Goods("B", 0, 1)
		f := add(t, s.Feeds, s.Who, input("yml", nil))
		at := s.URL() + f.Path(s.Tenant)
		body := get(t, s, f)
		fetch(t, http.MethodGet, at, "If-None-Match", body.header.Get("ETag"))
		fetch(t, http.MethodHead, at, "User-Agent", "x\u200b"+strings.Repeat("long ", 50))
		fetch(t, http.MethodGet, strings.Replace(at, f.Secret, "wrong", 1))
		list, err := s.Feeds.Visits(context.Background(), s.Who, f.ID)
		if err != nil || len(list) != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
		head, same, whole := list[0], list[1], list[2]
		if whole.Status != 200 || whole.Agent != "PriceBot/1.0" || whole.Address != "127.0.0.1" || whole.Bytes != int64(len(body.body)) || whole.Offers != 1 {
			t.Errorf("whole: %+v", whole)
		}
		if same.Status != 304 || same.Bytes != 0 || head.Status != 200 || head.Bytes != 0 || len(head.Agent) > 120 {
			t.Errorf("same: %+v, head: %+v", same, head)
		}
		got := again(t, s, f)
		if got.Counted.Offers != 1 || got.Counted.LeftOut != 1 || got.CountedAt.IsZero() {
			t.Errorf("%+v", got.Counted)
		}
		for range 25 {
			fetch(t, http.MethodHead, at)
		}
		if n := s.Int("select count(*) from feed_read where tenant_id = $1"); n != 20 {
			t.Errorf("%d visits are kept", n)
		}
		for limited := false; !limited; {
			a := fetch(t, http.MethodHead, at)
			if limited = a.status == http.StatusTooManyRequests; limited && a.header.Get("Retry-After") == "" {
				t.Error("not told when to come back")
			}
		}
	})
}

// Readers at the same time, while stock moves and categories are numbered: each gets a whole document.
func TestReadersAtOnce(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		const many = 1200 // three pages
		sku := s.Goods("A", 740_00, 100)
		var list []catalog.NewProduct
		for i := range many {
			list = append(list, catalog.NewProduct{Category: fmt.Sprint("Категорія ", i%7), SKUs: []catalog.NewSKU{{Code: fmt.Sprint("B", i), Name: "Товар", Price: money.New(100, money.UAH)}}})
		}
		if _, err := s.Catalog.CreateProducts(context.Background(), s.Who, list[:500]); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Catalog.CreateProducts(context.Background(), s.Who, list[500:]); err != nil {
			t.Fatal(err)
		}
		f := add(t, s.Feeds, s.Who, input("yml", nil))
		at := s.URL() + f.Path(s.Tenant)
		answers := make([]answer, 6)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = fetch(t, http.MethodGet, at) })
		}
		for range 10 {
			s.Adjust(sku.ID, -1)
		}
		wg.Wait()
		for _, a := range answers {
			wellFormed(t, f.Format, a.body)
			if n := strings.Count(a.body, "<offer "); a.status != http.StatusOK || n != many+1 || strings.Count(a.body, "<category ") != 7 {
				t.Errorf("HTTP %d, %d offers", a.status, n)
			}
		}
		if n := s.Int("select count(*) from feed_category where tenant_id = $1"); n != 7 {
			t.Errorf("%d categories have numbers", n)
		}
	})
}

// What can not be finished ends with an error and without the end of the document.
func TestBreaks(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, apptestOptions(t))
	var list []catalog.NewProduct
	for i := range 501 {
		list = append(list, catalog.NewProduct{SKUs: []catalog.NewSKU{{Code: fmt.Sprint("B", i), Name: "Товар", Price: money.New(100, money.UAH)}}})
	}
	if _, err := s.Catalog.CreateProducts(context.Background(), s.Who, list); err != nil {
		t.Fatal(err)
	}
	f := add(t, s.Feeds, s.Who, input("yml", nil))
	reading, err := s.Feeds.Open(context.Background(), s.Tenant, f.ID, f.Secret, "xml")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	ctx, cancel := context.WithCancel(context.Background())
	_, err = reading.Write(ctx, &text, func() error { cancel(); return nil })
	if err == nil || strings.Contains(text.String(), "</offers>") || !strings.Contains(text.String(), "<offers>") {
		t.Errorf("%v after %d bytes", err, text.Len())
	}
	// Eight at once is the bound; the ninth is asked to wait and has got nothing.
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := reading.Write(context.Background(), io.Discard, func() error { held <- struct{}{}; <-release; return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	for range 8 {
		<-held
	}
	if a := fetch(t, http.MethodGet, s.URL()+f.Path(s.Tenant)); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "30" {
		t.Errorf("HTTP %d %v", a.status, a.header)
	}
	close(release)
	wg.Wait()
	get(t, s, f)
}

// Nobody reaches the feeds of another shop.
func TestTenants(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		ctx, stranger := context.Background(), s.Second()
		f := add(t, s.Feeds, s.Who, input("yml", nil))
		for what, err := range map[string]error{
			"update": s.Feeds.Update(ctx, stranger, f.ID, input("yml", nil)), "pause": s.Feeds.Pause(ctx, stranger, f.ID), "delete": s.Feeds.Delete(ctx, stranger, f.ID),
			"address": s.Feeds.NewAddress(ctx, stranger, f.ID),
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := s.Feeds.Get(ctx, stranger, f.ID); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
		list, err := s.Feeds.All(ctx, stranger)
		if err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		if _, err := s.Feeds.Open(ctx, db.Tenant(int64(stranger.Tenant)), f.ID, f.Secret, "xml"); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
	})
}
