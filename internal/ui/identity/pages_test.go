package identityui_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/lad-hub/lad/internal/app"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/identity"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/dbtest"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

const password = "correct horse battery"

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

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.Console()
	page := b.Get("/sign-in")
	must(t, "form", page, http.StatusOK, "Вхід", "Пароль")
	page.Check(t)
	wrong := b.Post("/sign-in", url.Values{"email": {"olena@shop.example"}, "password": {"guess guess guess"}})
	must(t, "wrong password", wrong, http.StatusUnprocessableEntity, "Неправильна пошта або пароль")
	if strings.Contains(wrong.Text, "guess") {
		t.Error("the password came back")
	}
	must(t, "empty", b.Post("/sign-in", nil), http.StatusUnprocessableEntity, "справжню адресу", "Введіть пароль")
	for next, want := range map[string]string{"/stock?q=1": "/stock?q=1", "//evil.example": "/", `/\evil`: "/", "https://evil.example": "/", "": "/"} {
		in := s.Console().Post("/sign-in", url.Values{"email": {"olena@shop.example"}, "password": {password}, "next": {next}})
		if got := in.Header.Get("Location"); in.Status != http.StatusSeeOther || got != want {
			t.Errorf("next %q goes to %q, HTTP %d", next, got, in.Status)
		}
	}
	in := s.Owner()
	if a := in.Get("/sign-in?next=/tasks"); a.Header.Get("Location") != "/tasks" {
		t.Error("who is signed in is asked again")
	}
	must(t, "account", in.Get("/account"), http.StatusOK, "цей браузер")
	must(t, "sign out", in.Post("/sign-out", nil), http.StatusSeeOther)
	if a := in.Get("/account"); a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/sign-in?next=%2Faccount" {
		t.Errorf("signed out, and the account is HTTP %d, %s", a.Status, a.Header.Get("Location"))
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	b := open(t).Console()
	for range 20 {
		a := b.Post("/sign-in", url.Values{"email": {"olena@shop.example"}, "password": {"guess guess guess"}})
		if strings.Contains(a.Words(t), "Зачекайте") {
			return
		}
	}
	t.Error("twenty guesses and no wait")
}

// The second step is turned on with the seed that the page shows, asked for at sign-in, and turned off again.
func TestTwoSteps(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.Owner()
	begun := b.Post("/account/two-step", nil)
	must(t, "begin", begun, http.StatusOK, "Скануйте код")
	begun.Check(t)
	if !strings.Contains(begun.Text, `class="qr"`) || !strings.Contains(begun.Text, `<path d="M`) {
		t.Error("no code to scan")
	}
	seed := regexp.MustCompile(`data-copy="([A-Z2-7]+)"`).FindStringSubmatch(begun.Text)
	sealed := regexp.MustCompile(`name="sealed" value="([^"]+)"`).FindStringSubmatch(begun.Text)
	if seed == nil || sealed == nil {
		t.Fatal("no seed on the page")
	}
	code := func() string {
		c, err := totp.GenerateCode(seed[1], s.Time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	again := b.Post("/account/two-step/enable", url.Values{"sealed": {sealed[1]}, "code": {"000000"}})
	must(t, "wrong code", again, http.StatusUnprocessableEntity, "Код неправильний")
	if !strings.Contains(again.Text, sealed[1]) {
		t.Error("the seed is lost after a wrong code")
	}
	must(t, "enable", b.Post("/account/two-step/enable", url.Values{"sealed": {sealed[1]}, "code": {code()}}), http.StatusSeeOther)
	must(t, "on", b.Get("/account?done=two-step"), http.StatusOK, "Увімкнено", "Двокрокову перевірку змінено")

	s.Time.Advance(time.Minute)
	other := s.Console()
	must(t, "password", other.Post("/sign-in", url.Values{"email": {"olena@shop.example"}, "password": {password}, "next": {"/stock"}}), http.StatusOK, "Код із застосунку")
	if a := other.Get("/stock"); a.Status != http.StatusSeeOther {
		t.Errorf("half signed in, and the stock is HTTP %d", a.Status)
	}
	must(t, "wrong code", other.Post("/sign-in/code", url.Values{"code": {"123456"}}), http.StatusUnprocessableEntity, "Код неправильний")
	in := other.Post("/sign-in/code", url.Values{"code": {code()}, "next": {"/stock"}})
	if in.Header.Get("Location") != "/stock" {
		t.Errorf("the code leads to HTTP %d %s", in.Status, in.Header.Get("Location"))
	}
	must(t, "wrong password", b.Post("/account/two-step/disable", url.Values{"password": {"guess guess"}}), http.StatusUnprocessableEntity, "пароль не такий")
	must(t, "disable", b.Post("/account/two-step/disable", url.Values{"password": {password}}), http.StatusSeeOther)
}

func TestOwnAccount(t *testing.T) {
	t.Parallel()
	s := open(t)
	b, other := s.Owner(), s.Owner()
	must(t, "no name", b.Post("/account/profile", url.Values{"language": {"pl"}}), http.StatusUnprocessableEntity, "Введіть ім’я")
	must(t, "profile", b.Post("/account/profile", url.Values{"name": {"Олена К."}, "language": {"pl"}}), http.StatusSeeOther)
	must(t, "in Polish", b.Get("/account"), http.StatusOK, "Олена К.", "Hasło")
	must(t, "short", b.Post("/account/password", url.Values{"current": {password}, "new": {"short"}}), http.StatusUnprocessableEntity, "co najmniej 10")
	session := regexp.MustCompile(`name="session" value="([0-9a-f]+)"`).FindStringSubmatch(b.Get("/account").Text)
	if session == nil {
		t.Fatal("the other session is not listed")
	}
	must(t, "end the other", b.Post("/account/sessions/revoke", url.Values{"session": {session[1]}}), http.StatusSeeOther)
	if a := other.Get("/stock"); a.Status != http.StatusSeeOther {
		t.Errorf("a session that was ended is HTTP %d", a.Status)
	}
	must(t, "password", b.Post("/account/password", url.Values{"current": {password}, "new": {"another horse battery"}}), http.StatusSeeOther)
	must(t, "still in", b.Get("/account?done=password"), http.StatusOK)
}

func TestPeopleAndTokens(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.Owner()
	form := url.Values{"name": {"Ігор"}, "email": {"ihor@shop.example"}, "role": {"picker"}, "language": {"uk"}, "password": {"short"}}
	must(t, "short password", b.Post("/people", form), http.StatusUnprocessableEntity, "щонайменше 10")
	form.Set("password", password)
	must(t, "add", b.Post("/people", form), http.StatusSeeOther)
	id := regexp.MustCompile(`action="/people/(\d+)/role"`).FindStringSubmatch(b.Get("/people").Text)
	if id == nil {
		t.Fatal("the person is not listed")
	}
	ihor := s.SignedIn("ihor@shop.example")
	must(t, "a picker's people", ihor.Get("/people"), http.StatusForbidden)
	must(t, "a picker's tokens", ihor.Get("/tokens"), http.StatusForbidden)
	must(t, "role", b.Post("/people/"+id[1]+"/role", url.Values{"role": {"viewer"}}), http.StatusSeeOther)
	must(t, "bad role", b.Post("/people/"+id[1]+"/role", url.Values{"role": {"king"}}), http.StatusUnprocessableEntity, "Оберіть роль")
	must(t, "password", b.Post("/people/"+id[1]+"/password", url.Values{"password": {"third horse battery"}}), http.StatusSeeOther)
	must(t, "disable", b.Post("/people/"+id[1]+"/disable", nil), http.StatusSeeOther)
	must(t, "list", b.Get("/people"), http.StatusOK, "доступ вимкнено")
	must(t, "enable", b.Post("/people/"+id[1]+"/enable", nil), http.StatusSeeOther)

	must(t, "no scope", b.Post("/tokens", url.Values{"name": {"каса"}}), http.StatusUnprocessableEntity, "хоча б один дозвіл")
	made := b.Post("/tokens", url.Values{"name": {"каса"}, "scope": {"orders:read"}, "expires": {"2999-01-31"}})
	must(t, "token", made, http.StatusOK, "lad_", "Скопіюйте його зараз")
	made.Check(t)
	token := regexp.MustCompile(`data-copy="(lad_[^"]+)"`).FindStringSubmatch(made.Text)
	list := b.Get("/tokens")
	if token == nil || strings.Contains(list.Text, token[1]) {
		t.Error("the token is shown never or twice")
	}
	must(t, "list", list, http.StatusOK, "каса", "Бачити замовлення", "31 січ 2999")
	revoke := regexp.MustCompile(`action="(/tokens/\d+/revoke)"`).FindStringSubmatch(list.Text)
	if revoke == nil {
		t.Fatal("no way to revoke")
	}
	must(t, "revoke", b.Post(revoke[1], nil), http.StatusSeeOther)
}

func TestPagesInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := open(t)
	b, out := s.Owner(), s.Console()
	s.Viewer()
	for _, l := range i18n.Languages() {
		b.Post("/language", url.Values{"lang": {string(l)}})
		out.Language = string(l)
		for _, path := range []string{"/account", "/people", "/tokens"} {
			page := b.Get(path)
			must(t, path, page, http.StatusOK)
			page.Check(t)
		}
		out.Get("/sign-in").Check(t)
		dead := out.Get("/setup/" + base64.RawURLEncoding.EncodeToString(make([]byte, 32)))
		must(t, "dead link", dead, http.StatusNotFound)
		dead.Check(t)
	}
}

// The link of the first start founds the shop once and signs its owner in.
func TestSetup(t *testing.T) {
	t.Parallel()
	a, err := app.Open(t.Context(), app.Options{Database: dbtest.Options(t, db.SQLite), Migrate: true, KeyFile: t.TempDir() + "/key", PasswordCost: identity.Cost{MemoryKiB: 8, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(context.Background()) })
	token, needed, err := a.Identity.SetupLink(t.Context())
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	b := apptest.Visit(t, a)
	path := "/setup/" + token.Reveal()
	page := b.Get(path)
	must(t, "form", page, http.StatusOK, "Новий магазин")
	page.Check(t)
	must(t, "faults", b.Post(path, url.Values{"zone": {"Europe/Kyiv"}, "currency": {"UAH"}, "language": {"uk"}}), http.StatusUnprocessableEntity, "Назвіть магазин", "Введіть ім’я")
	form := url.Values{"shop": {"Крамниця"}, "zone": {"Europe/Kyiv"}, "currency": {"UAH"}, "language": {"uk"}, "name": {"Олена"}, "email": {"olena@shop.example"}, "password": {password}}
	must(t, "found", b.Post(path, form), http.StatusSeeOther)
	must(t, "signed in", b.Get("/people"), http.StatusOK, "Олена", "Власник")
	must(t, "used link", b.Get(path), http.StatusNotFound)
}
