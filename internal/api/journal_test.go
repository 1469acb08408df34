package api_test

import (
	"fmt"
	"testing"
	"time"
)

type feedAnswer struct {
	Entries []struct {
		ID, Kind, Cursor string
	}
	Next string
}

// The feed is followed page by page without a gap and without a repeat; a call that waits is answered when something happens.
func TestJournalFeed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s shop) {
		for i := range 9 {
			s.Goods(fmt.Sprint("A", i), 740_00, 0)
		}
		seen, after, skus := map[string]bool{}, "", 0
		for {
			var page feedAnswer
			s.call("readJournal", 200, "/api/v1/journal?limit=4&after="+after, nil).Into(s.t, &page)
			if len(page.Entries) == 0 {
				break
			}
			for _, e := range page.Entries {
				if seen[e.ID] {
					s.t.Errorf("%s twice", e.ID)
				}
				if seen[e.ID] = true; e.Kind == "sku.created" {
					skus++
				}
			}
			after = page.Next
		}
		if want := s.Int("select count(*) from journal where tenant_id = $1"); int64(len(seen)) != want || skus != 9 {
			s.t.Errorf("read %d of %d, %d of them SKUs", len(seen), want, skus)
		}
		var now, news feedAnswer
		s.call("readJournal", 200, "/api/v1/journal?after=now", nil).Into(s.t, &now)
		if now.Next != after || len(now.Entries) != 0 {
			s.t.Errorf("now is %+v, not %s", now, after)
		}
		made := make(chan struct{})
		go func() {
			defer close(made)
			s.Goods("NEW", 740_00, 0)
		}()
		began := time.Now()
		s.call("readJournal", 200, "/api/v1/journal?wait=20&after="+after, nil).Into(s.t, &news)
		<-made
		if len(news.Entries) != 1 || news.Entries[0].Kind != "sku.created" || time.Since(began) > 10*time.Second {
			s.t.Errorf("%+v after %s", news, time.Since(began))
		}
		s.call("readJournal", 400, "/api/v1/journal?after=yesterday", nil)
	})
}
