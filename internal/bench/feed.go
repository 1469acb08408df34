package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/feeds"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// FeedResult is how fast a product feed of a large catalogue is read and what it costs in memory.
type FeedResult struct {
	Bench       string  `json:"bench"`
	Engine      string  `json:"engine"`
	Offers      int     `json:"offers"`
	MB          float64 `json:"mb"`            // of the document
	FirstByteMS float64 `json:"first_byte_ms"` // the slowest of the readings
	WholeS      float64 `json:"whole_s"`       // the slowest of the readings
	SameMS      float64 `json:"same_ms"`       // the slowest answer "not changed"
	RSSMB       float64 `json:"rss_mb"`        // before the first reading
	GrowthMB    float64 `json:"growth_mb"`     // at most, during the readings
}

// feedReadings is how often the feed is read as a whole.
const feedReadings = 5

// rssEvery is the pause between two looks at the memory of the process.
const rssEvery = 20 * time.Millisecond

// Feed seeds a catalogue, starts this program on it as a process and reads one YML feed of all of it several times.
func Feed(ctx context.Context, o Options, engine db.Engine) (FeedResult, error) {
	skus := o.SKUs
	if skus == 0 {
		skus = pageSKUs
	}
	r := FeedResult{Bench: "feed", Engine: string(engine), Offers: skus}
	p, err := newPlace(ctx, o, engine)
	if err != nil {
		return r, err
	}
	defer p.end()
	path, err := seedFeed(ctx, p, skus)
	if err != nil {
		return r, err
	}
	run, err := spawn(ctx, o.Program, p)
	if err != nil {
		return r, err
	}
	if err := run.firstPage(ctx); err != nil {
		return r, errors.Join(err, run.stop())
	}
	o.say("feed: reading %d offers", skus)
	return r, errors.Join(r.read(ctx, run, "http://"+run.addr+path), run.stop())
}

// seedFeed fills a place with a shop of so many SKUs and a feed of them, and answers the feed's path.
func seedFeed(ctx context.Context, p *place, skus int) (string, error) {
	a, err := app.Open(ctx, p.options())
	if err != nil {
		return "", err
	}
	h := &hub{App: a}
	if _, err = h.found(ctx); err == nil {
		err = seedShop(ctx, a, skus, 0, qty.Pieces(10))
	}
	if err == nil && p.engine == db.Postgres {
		_, err = a.DB.Writer().ExecContext(ctx, "analyze")
	}
	var f feeds.Feed
	if err == nil {
		in := feeds.Input{Name: "bench", Format: "yml", Settings: feeds.Plain("uk", money.UAH)}
		in.Shop = feeds.Shop{Name: "Bench", URL: "https://bench.example"}
		in.PageURL, in.PictureURL, in.Description = "https://bench.example/{code}", "https://bench.example/{code}.jpg", "{name} {code}"
		f, err = a.Feeds.Add(ctx, access.ForSystem(tenant), in)
	}
	return f.Path(tenant), errors.Join(err, a.Close(ctx))
}

// read measures the readings while the memory of the process is watched.
func (r *FeedResult) read(ctx context.Context, run *process, url string) error {
	pid := run.cmd.Process.Pid
	r.RSSMB = rssMB(pid)
	watching, stop := context.WithCancel(ctx)
	most := make(chan float64, 1)
	go func() {
		peak, every := r.RSSMB, time.NewTicker(rssEvery)
		defer every.Stop()
		for {
			select {
			case <-every.C:
				peak = max(peak, rssMB(pid))
			case <-watching.Done():
				most <- peak
				return
			}
		}
	}()
	err := r.readings(ctx, url)
	stop()
	r.GrowthMB = <-most - r.RSSMB
	return err
}

func (r *FeedResult) readings(ctx context.Context, url string) error {
	var first, whole, same []time.Duration
	for range feedReadings {
		got, err := readFeed(ctx, url, "")
		if err != nil {
			return err
		}
		if got.offers != r.Offers {
			return fmt.Errorf("the feed has %d offers, want %d", got.offers, r.Offers)
		}
		first, whole, r.MB = append(first, got.first), append(whole, got.whole), float64(got.bytes)/(1<<20)
		again, err := readFeed(ctx, url, got.tag)
		if err != nil {
			return err
		}
		if again.status != http.StatusNotModified {
			return fmt.Errorf("an unchanged feed answered %d", again.status)
		}
		same = append(same, again.whole)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	r.FirstByteMS, r.WholeS, r.SameMS = ms(slices.Max(first)), slices.Max(whole).Seconds(), ms(slices.Max(same))
	return nil
}

// feedAnswer is one reading.
type feedAnswer struct {
	status        int
	tag           string
	first, whole  time.Duration
	bytes, offers int
}

// readFeed reads a feed without keeping it.
func readFeed(ctx context.Context, url, tag string) (a feedAnswer, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return a, err
	}
	req.Header.Set("If-None-Match", tag)
	req.Header.Set("Accept-Encoding", "identity")
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	a.status, a.tag = res.StatusCode, res.Header.Get("ETag")
	// The end of a piece is kept, so that an offer between two pieces is counted once.
	mark := []byte("</offer>")
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := res.Body.Read(buf[kept:])
		if n > 0 && a.bytes == 0 {
			a.first = time.Since(began)
		}
		a.bytes += n
		text := buf[:kept+n]
		a.offers += bytes.Count(text, mark)
		kept = copy(buf, text[max(0, len(text)-len(mark)+1):])
		if err == io.EOF {
			a.whole = time.Since(began)
			return a, nil
		}
		if err != nil {
			return a, err
		}
	}
}
