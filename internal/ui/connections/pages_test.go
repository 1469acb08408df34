package connectionsui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/facts"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/sim"
	"github.com/lad-hub/lad/internal/sim/prom"
	"github.com/lad-hub/lad/internal/sim/rozetka"
)

func open(t *testing.T) *apptest.Living {
	t.Helper()
	return apptest.Live(t, dbtest.Options(t, db.SQLite))
}

// must fails unless the answer has the status and holds the texts.
func must(t *testing.T, what string, a apptest.Answer, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: HTTP %d, want %d: %.400s", what, a.Status, status, a.Text)
	}
	words := a.Words(t)
	for _, text := range texts {
		if !strings.Contains(words, text) {
			t.Errorf("%s has no %q: %.1500s", what, text, words)
		}
	}
}

// shop serves a simulated Prom shop with a few offers.
func shop(t *testing.T, skus ...string) (*prom.Shop, *httptest.Server) {
	t.Helper()
	p := prom.New(prom.Options{})
	var seeds []sim.OfferSeed
	for _, sku := range skus {
		seeds = append(seeds, sim.OfferSeed{SKU: sku, Title: "Пропозиція " + sku, PriceMinor: 41200, Quantity: 1})
	}
	p.SeedOffers(seeds)
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	return p, srv
}

// settingsForm is the form of the add wizard with working credentials.
func settingsForm(p *prom.Shop, srv *httptest.Server) url.Values {
	form := url.Values{"driver": {"prom"}, "name": {"Мій Prom"}}
	for k, v := range p.Settings(srv.URL) {
		form.Set("set_"+k, v)
	}
	return form
}

// A channel is tested, connected, reads its offers, gets a link by hand and another policy, rests and goes - all on pages.
func TestConnectAgainstTheSimulator(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Goods("LMP", 41200, 10)
	mug := s.Goods("MUG", 100, 4)
	p, srv := shop(t, "LMP", "OTHER")
	s.Start()
	t.Cleanup(s.Connections.Stop)
	b := s.Owner()
	must(t, "drivers", b.Get("/connections/new"), http.StatusOK, "Prom.ua", "Rozetka", "Хорошоп")
	must(t, "form", b.Get("/connections/new?driver=prom"), http.StatusOK, "Токен API")
	must(t, "form with a choice", b.Get("/connections/new?driver=prestashop"), http.StatusOK, "Листи покупцям про зміну статусу так ні")

	form := settingsForm(p, srv)
	form.Set("do", "test")
	form.Set("set_token", "wrong")
	refused := b.Act("/connections/new", "/connections/new", form)
	must(t, "wrong token", refused, http.StatusUnprocessableEntity, "Канал не приймає ці облікові дані")
	if strings.Contains(refused.Text, "wrong\"") {
		t.Error("the secret came back")
	}
	form.Set("set_token", "")
	must(t, "no token", b.Act("/connections/new", "/connections/new", form), http.StatusUnprocessableEntity, "Заповніть це поле")
	form.Set("set_token", p.Settings(srv.URL)["token"])
	must(t, "test", b.Act("/connections/new", "/connections/new", form), http.StatusOK, "Канал відповідає")
	form.Set("do", "save")
	added := b.Post("/connections/new", form)
	must(t, "add", added, http.StatusSeeOther)
	path := added.Header.Get("Location")
	var id int64
	if _, err := fmt.Sscanf(path, "/connections/%d", &id); err != nil {
		t.Fatal(path, err)
	}
	if err := s.Connections.SetRate(t.Context(), s.Who, id, 1000); err != nil {
		t.Fatal(err)
	}
	s.Settled(id)
	must(t, "list", b.Get("/connections"), http.StatusOK, "Мій Prom", "працює", "1 пропозиція без товару")
	page := b.Get(path)
	must(t, "page", page, http.StatusOK, "усі на каналі")
	if strings.Contains(page.Text, p.Settings(srv.URL)["token"]) {
		t.Error("the page shows the token")
	}

	offers := b.Get(path + "/offers?only=unlinked")
	must(t, "unlinked", offers, http.StatusOK, "Пропозиція OTHER", "без товару")
	m := regexp.MustCompile(`href="(/connections/\d+/offers/\d+)[?"]`).FindStringSubmatch(offers.Text)
	if m == nil {
		t.Fatal("no link to the offer")
	}
	must(t, "offer", b.Get(m[1]), http.StatusOK, "не знає свого товару")
	must(t, "find", b.Get(m[1]+"/skus?find=MUG"), http.StatusOK, "MUG")
	must(t, "link to nothing", b.Act(path+"/offers", m[1]+"/link?sku=99999", nil), http.StatusNotFound)
	must(t, "link", b.Act(path+"/offers", fmt.Sprintf("%s/link?sku=%d", m[1], mug.ID), nil), http.StatusOK, "Прив’язано", "вручну", "MUG")
	apptest.Eventually(t, "the channel shows the mug", func() bool { o, ok := p.OfferBySKU("OTHER"); return ok && o.Quantity == 4 })

	must(t, "bad policy", b.Post(path+"/policy", url.Values{"share": {"150"}, "cap": {"x"}}), http.StatusUnprocessableEntity, "від 0 до 100", "Межа")
	must(t, "policy", b.Post(path+"/policy", url.Values{"share": {"80"}, "safety": {"1"}}), http.StatusSeeOther)
	must(t, "example", b.Get(path), http.StatusOK, "10 → 7")
	apptest.Eventually(t, "the channel shows the policy's share", func() bool { o, ok := p.OfferBySKU("LMP"); return ok && o.Quantity == 7 })
	must(t, "retry", b.Act(path+"/offers", m[1]+"/retry", nil), http.StatusOK, "Надсилаємо ще раз")
	must(t, "unlink", b.Act(path+"/offers", m[1]+"/unlink", nil), http.StatusOK, "Відв’язано")

	must(t, "pause", b.Act("/connections", path+"/pause", nil), http.StatusOK, "на паузі", "Відновити")
	must(t, "sync while paused", b.Act("/connections", path+"/sync", nil), http.StatusConflict)
	must(t, "resume", b.Act("/connections", path+"/resume", nil), http.StatusOK, "Синхронізувати")
	must(t, "sync", b.Act("/connections", path+"/sync", nil), http.StatusOK, "синхронізуємо")

	retire(t, b, path, form)
}

// retire renames a channel, is refused with a wrong token and deletes it.
func retire(t *testing.T, b *apptest.Console, path string, form url.Values) {
	t.Helper()
	form.Set("set_token", "")
	form.Set("name", "Prom головний")
	form.Del("driver")
	must(t, "rename, token kept", b.Post(path+"/settings", form), http.StatusSeeOther)
	form.Set("set_token", "wrong")
	must(t, "wrong token", b.Post(path+"/settings", form), http.StatusUnprocessableEntity, "не приймає ці облікові дані")
	must(t, "delete", b.Post(path+"/delete", nil), http.StatusSeeOther)
	must(t, "deleted", b.Get(path), http.StatusNotFound)
	must(t, "empty list", b.Get("/connections"), http.StatusOK, "Канали ще не підключено")
}

// A status that the shop has made itself and nobody has explained stays so when the page is saved.
func TestUnsaidStatus(t *testing.T) {
	t.Parallel()
	s := open(t)
	c, _ := s.Connect(prom.New(prom.Options{}), nil)
	s.Start()
	t.Cleanup(s.Connections.Stop)
	apptest.Eventually(t, "the shop's statuses are read", func() bool { return len(s.Connection(c.ID).Dictionary.Statuses) > 0 })
	b, path := s.Owner(), fmt.Sprintf("/connections/%d/mapping", c.ID)
	must(t, "unsaid", b.Get(path), http.StatusOK, "Збирається (custom-172548) не вказано нове")
	must(t, "saved", b.Post(path, url.Values{"stage_custom-172548": {""}, "stage_custom-172549": {"shipped"}}), http.StatusSeeOther)
	if n := s.Int("select count(*) from connection_map where tenant_id = $1 and connection_id = $2 and code = 'custom-172549'", c.ID); n != 1 {
		t.Error("what was decided is lost")
	}
	if n := s.Int("select count(*) from connection_map where tenant_id = $1 and connection_id = $2 and code = 'custom-172548'", c.ID); n != 0 {
		t.Error("the form decided what was left open")
	}
}

// What a merchant has agreed on with the channel is the rate of its requests; nonsense is refused, an empty field goes back.
func TestAgreedRate(t *testing.T) {
	t.Parallel()
	s := open(t)
	c, _ := s.Connect(prom.New(prom.Options{}), nil)
	b, path := s.Owner(), fmt.Sprintf("/connections/%d", c.ID)
	must(t, "nonsense", b.Post(path+"/rate", url.Values{"rate": {"багато"}}), http.StatusUnprocessableEntity, "Вкажіть від 0 до")
	must(t, "agreed", b.Post(path+"/rate", url.Values{"rate": {"12,5"}}), http.StatusSeeOther)
	if got := s.Connection(c.ID).RateMilli; got != 12500 {
		t.Errorf("agreed: %d", got)
	}
	must(t, "usual", b.Post(path+"/rate", url.Values{"rate": {""}}), http.StatusSeeOther)
	if got := s.Connection(c.ID).RateMilli; got != 0 {
		t.Errorf("usual: %d", got)
	}
}

// What could not be read is shown with its reason, bounded and harmless, and can be read again.
func TestFactsSetAside(t *testing.T) {
	t.Parallel()
	s := open(t)
	p, srv := shop(t, "LMP")
	c, err := s.Connections.Add(t.Context(), s.Who, connections.Input{Driver: "prom", Name: "Prom", Settings: p.Settings(srv.URL)})
	if err != nil {
		t.Fatal(err)
	}
	s.Write(func(tx *db.Tx) error {
		ctx := context.Background()
		_, err := s.Facts.Keep(ctx, tx, c.ID, facts.Order, []facts.Raw{
			{ExternalID: "77", Body: []byte(`{"id":77,"name":"<script>alert(1)</script>"}`)}, {ExternalID: "78", Body: []byte("\x00\x1b[31m" + strings.Repeat("ї", 9000))}})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update fact set state = 'aside', error = 'quantity -3' where tenant_id = $1", int64(tx.Tenant))
		return err
	})
	b, viewer := s.Owner(), s.Viewer()
	path := fmt.Sprintf("/connections/%d/aside", c.ID)
	page := b.Get(path)
	must(t, "aside", page, http.StatusOK, "quantity -3", "77", "<script>alert(1)</script>", "Показано початок")
	page.Check(t)
	if strings.ContainsAny(page.Text, "\x00\x1b") || len(page.Text) > 60_000 {
		t.Errorf("the raw body is shown as it came, %d bytes", len(page.Text))
	}
	must(t, "viewer's retry", viewer.Post(path+"/retry", nil), http.StatusForbidden)
	must(t, "retry", b.Post(path+"/retry", nil), http.StatusSeeOther)
	if n := s.Int("select count(*) from fact where tenant_id = $1 and state = 'new'"); n != 2 {
		t.Errorf("%d facts wait", n)
	}
	must(t, "empty", b.Get(path), http.StatusOK, "Усе прочитано")
}

func TestPagesInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := open(t)
	lamp := s.Goods("LMP", 41200, 10)
	p, srv := shop(t, "LMP")
	c, err := s.Connections.Add(t.Context(), s.Who, connections.Input{Driver: "prom", Name: "Prom", Settings: p.Settings(srv.URL)})
	if err != nil {
		t.Fatal(err)
	}
	s.Write(func(tx *db.Tx) error {
		ctx := context.Background()
		for i, sku := range []int64{lamp.ID, 0} {
			_, err := tx.Exec(ctx, `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, sku_id, linked_by, active, refuses, seen_at)
				values ($1, $2, $3, $4, 'X', '', '', 'https://prom.example/1', 100, 'UAH', $5, 'sku', false, '', $6)`, int64(tx.Tenant), 1000+i, c.ID, fmt.Sprint("o", i), sku, tx.NowMicros())
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `insert into listing_stock (tenant_id, sku_id, connection_id, listing_id, want_gen, done_gen, dirty, wanted_at, state, error)
			values ($1, $2, $3, 1000, 2, 1, true, $4, 'failed', 'busy')`, int64(tx.Tenant), lamp.ID, c.ID, tx.NowMicros()-int64(60_000_000))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update connection set last_error = 'HTTP 500', last_error_at = $2, token_expires_at = $2 where tenant_id = $1", int64(tx.Tenant), tx.NowMicros())
		return err
	})
	owner, viewer := s.Owner(), s.Viewer()
	path := fmt.Sprint("/connections/", c.ID)
	pages := []string{"/connections", path, path + "/offers", path + "/offers?only=behind", path + "/offers/1000", path + "/offers/1001", path + "/aside"}
	for _, l := range i18n.Languages() {
		owner.Post("/language", url.Values{"lang": {string(l)}})
		for _, each := range append(pages, "/connections/new", "/connections/new?driver=prom", "/connections/new?driver=rozetka", "/connections/new?driver=horoshop") {
			page := owner.Get(each)
			must(t, each, page, http.StatusOK)
			page.Check(t)
		}
	}
	for _, each := range pages {
		page := viewer.Get(each)
		must(t, each+" for a viewer", page, http.StatusOK)
		if strings.Contains(page.Text, "hx-post") || strings.Contains(page.Text, `action="`+path) {
			t.Errorf("%s offers a viewer actions", each)
		}
	}
	must(t, "viewer adds", viewer.Get("/connections/new"), http.StatusForbidden)
	must(t, "viewer deletes", viewer.Post(path+"/delete", nil), http.StatusForbidden)
	must(t, "health", viewer.Get("/connections"), http.StatusOK, "HTTP 500", "помилки", "1 у дорозі")
}

// A first reading of a long offer list and prices on their way are seen with what remains, and are gone when they are done.
func TestProgressIsSeen(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := rozetka.New(rozetka.Options{})
	for i := range 250 {
		code := fmt.Sprintf("S%03d", i)
		p.SeedOffers([]sim.OfferSeed{{SKU: code, Title: "Товар " + code, PriceMinor: 100_00, Quantity: 5}})
		if i < 30 {
			s.Goods(code, 100_00, 5)
		}
	}
	reached, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	p.OnRequest(func(r *http.Request, _ time.Time) {
		if r.URL.Query().Get("page") == "2" {
			once.Do(func() { close(reached); <-goOn })
		}
	})
	c, _ := s.Connect(p, nil)
	s.Start()
	t.Cleanup(s.Connections.Stop)
	<-reached
	b := s.Owner()
	path := fmt.Sprint("/connections/", c.ID)
	for name, where := range map[string]string{"page": path, "list": "/connections"} {
		a := b.Get(where)
		must(t, name, a, http.StatusOK, "Читаємо пропозиції каналу: 100 з 250, залишилося 150")
		if !strings.Contains(a.Text, `max="250" value="100"`) {
			t.Errorf("%s has no bar", name)
		}
	}
	close(goOn)
	s.Settled(c.ID)
	if a := b.Get(path); strings.Contains(a.Text, "<progress") {
		t.Error("a bar with nothing under way")
	}
	p.Faults().Set(sim.Status5xx, sim.Rule{})
	rule := connections.AsIs
	rule.Push, rule.MulPPM = true, 1_100_000
	if err := s.Connections.SetPrices(t.Context(), s.Who, c.ID, rule); err != nil {
		t.Fatal(err)
	}
	must(t, "prices", b.Get(path), http.StatusOK, "Надсилаємо ціни: залишилося 30 з 30")
	p.Faults().Clear(sim.Status5xx)
	apptest.Eventually(t, "all prices are there", func() bool { return s.Health(c.ID).DirtyPrices == 0 })
	if a := b.Get(path); strings.Contains(a.Text, "<progress") {
		t.Error("a bar with nothing under way")
	}
}
