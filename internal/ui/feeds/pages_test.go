package feedsui_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// must fails unless the answer has the status and holds the texts, and is a sound page.
func must(t *testing.T, what string, a apptest.Answer, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: HTTP %d, want %d: %.400s", what, a.Status, status, a.Text)
	}
	a.Check(t)
	words := a.Words(t)
	for _, text := range texts {
		if !strings.Contains(words, text) {
			t.Errorf("%s has no %q: %.1500s", what, text, words)
		}
	}
}

// typed is the form of a feed as a person fills it in.
func typed(format string) url.Values {
	return url.Values{"format": {format}, "name": {"Мій прайс"}, "shop_name": {"Крамниця"}, "shop_url": {"https://shop.example"}, "firm_id": {"12345"}, "language": {"uk"}, "currency": {"UAH"},
		"mul": {"110 %"}, "add": {"5"}, "step": {"10,00"}, "ending": {"9"}, "round": {"up"}, "share": {"50"}, "safety": {"1"}, "hide_below": {"2"}, "pages_from": {"0"},
		"page_url": {"https://shop.example/{code}"}, "delivery_1_kind": {"warehouse"}, "delivery_1_cost": {"70"}, "delivery_1_free": {"2000"}, "delivery_1_days": {"2"}, "delivery_2_kind": {"pickup"}}
}

// TestLife: a feed is made, refused once, looked at, changed, paused, moved and deleted.
func TestLife(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	s.Goods("A", 740_00, 10)
	s.Goods("FREE", 0, 1)
	owner := s.Owner()
	must(t, "channels", owner.Get("/connections"), http.StatusOK, "Прайси для майданчиків")
	must(t, "no feeds", owner.Get("/feeds"), http.StatusOK, "Прайсів ще немає", "Додати прайс")
	must(t, "formats", owner.Get("/feeds/new"), http.StatusOK, "Prom.ua", "Hotline", "Google Merchant")
	must(t, "form", owner.Get("/feeds/new?format=hotline"), http.StatusOK, "Номер магазину на Hotline", "Доставка")
	wrong := typed("hotline")
	wrong.Set("mul", "багато")
	wrong.Set("shop_url", "shop")
	wrong.Set("delivery_1_days", "завтра")
	must(t, "refused by the form", owner.Post("/feeds/new", wrong), http.StatusUnprocessableEntity, "Множник від 1 до 10 000 %.", "Перевірте ціну, суму й дні доставки.")
	wrong.Set("mul", "110")
	wrong.Set("delivery_1_days", "2")
	must(t, "refused by the domain", owner.Post("/feeds/new", wrong), http.StatusUnprocessableEntity, "Сайт — повна адреса")
	made := owner.Post("/feeds/new", typed("hotline"))
	at := made.Header.Get("Location")
	if made.Status != http.StatusSeeOther || !strings.HasPrefix(at, "/feeds/") {
		t.Fatalf("HTTP %d to %q: %.500s", made.Status, at, made.Text)
	}
	secret := s.Text("select secret from feed where tenant_id = $1")
	must(t, "page", owner.Get(at), http.StatusOK, "Мій прайс", "ще не рахували", "Ще ніхто", secret)
	if a := owner.Post(at+"/count", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("count: HTTP %d", a.Status)
	}
	id, _ := strconv.ParseInt(strings.TrimPrefix(at, "/feeds/"), 10, 64)
	document := owner.Get("/feeds/" + strconv.FormatInt(int64(s.Tenant), 10) + at[len("/feeds"):] + "/" + secret + ".xml")
	for _, text := range []string{"<priceRUAH>819.00</priceRUAH>", `<delivery id="1" type="warehouse" cost="70" freeFrom="2000" time="2"/>`, `<delivery id="2" type="pickup"/>`} {
		if !strings.Contains(document.Text, text) {
			t.Errorf("no %q in %s", text, document.Text)
		}
	}
	must(t, "page with a visit", owner.Get(at), http.StatusOK, "увесь прайс", "127.0.0.1", "Не потрапило 1")
	must(t, "faults", owner.Get(at+"/faults"), http.StatusOK, "FREE", "немає ціни", "немає бренду")
	must(t, "settings", owner.Get(at+"/settings"), http.StatusOK, "Мій прайс")
	changed := typed("prom") // a format can not change
	changed.Set("name", "Інша назва")
	if a := owner.Post(at+"/settings", changed); a.Status != http.StatusSeeOther {
		t.Fatalf("save: HTTP %d %.300s", a.Status, a.Text)
	}
	must(t, "list", owner.Get("/feeds"), http.StatusOK, "Інша назва", "Hotline", "щойно")
	for _, step := range []struct{ do, shows string }{{"/pause", "прибрано"}, {"/resume", "працює"}, {"/address", "працює"}} {
		if a := owner.Post(at+step.do, nil); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: HTTP %d", step.do, a.Status)
		}
		must(t, step.do, owner.Get(at), http.StatusOK, step.shows)
	}
	if now := s.Text("select secret from feed where tenant_id = $1"); now == secret {
		t.Error("the address did not change")
	}
	if a := owner.Post(at+"/delete", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("delete: HTTP %d", a.Status)
	}
	must(t, "gone", owner.Get(at), http.StatusNotFound)
	if n := s.Told("feed.deleted", "feed", id); n != 1 {
		t.Errorf("deleted %d times", n)
	}
}

// Who may only look sees neither the address nor a way to change anything.
func TestViewer(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	s.Goods("A", 740_00, 10)
	at := s.Owner().Post("/feeds/new", typed("google")).Header.Get("Location")
	viewer := s.Viewer()
	page := viewer.Get(at)
	must(t, "page", page, http.StatusOK, "Адресу бачать ті, хто може змінювати")
	if secret := s.Text("select secret from feed where tenant_id = $1"); strings.Contains(page.Text, secret) {
		t.Error("the page holds the secret")
	}
	must(t, "faults", viewer.Get(at+"/faults"), http.StatusOK, "немає фото")
	for _, path := range []string{"/count", "/pause", "/resume", "/address", "/delete", "/settings"} {
		if a := viewer.Post(at+path, typed("google")); a.Status != http.StatusForbidden {
			t.Errorf("%s: HTTP %d", path, a.Status)
		}
	}
	if a := viewer.Post("/feeds/new", typed("yml")); a.Status != http.StatusForbidden {
		t.Errorf("new: HTTP %d", a.Status)
	}
}

// Every page in every language.
func TestLanguages(t *testing.T) {
	t.Parallel()
	s := apptest.Live(t, dbtest.Options(t, db.SQLite))
	s.Goods("A", 740_00, 10)
	owner := s.Owner()
	at := owner.Post("/feeds/new", typed("google")).Header.Get("Location")
	for _, l := range i18n.Languages() {
		if a := owner.Post("/language", url.Values{"lang": {string(l)}}); a.Status != http.StatusSeeOther {
			t.Fatalf("HTTP %d", a.Status)
		}
		for path, key := range map[string]string{"/feeds": "feeds.text", "/feeds/new": "feeds.new_text", "/feeds/new?format=google": "feeds.country", at: "feeds.no_visits",
			at + "/faults": "feeds.fault.picture", at + "/settings": "feeds.all_new_hint"} {
			must(t, path, owner.Get(path), http.StatusOK, l.T(key))
		}
	}
}
