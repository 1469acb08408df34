package i18n

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/internal/platform/errs"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// sample is a catalogue of its own, so that tests do not depend on the console's wording.
func sample(t *testing.T) *catalogue {
	t.Helper()
	c, err := load(fstest.MapFS{
		"locales/a.uk.json": {Data: []byte(`{"n":{"one":"{n} замовлення","few":"{n} замовлення!","many":"{n} замовлень","other":"{n} замовлення?"},"hi":"Вітаю, {name}: {sum}"}`)},
		"locales/a.pl.json": {Data: []byte(`{"n":{"one":"one","few":"few","many":"many","other":"other"}}`)},
		"locales/a.en.json": {Data: []byte(`{"n":{"one":"one","other":"other"},"word":"yes","nest":"{k}!"}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shown makes the special spaces visible: "_" is the thin one between digits, "~" the one that keeps a unit with its number.
func shown(s string) string { return strings.NewReplacer(thin, "_", nbsp, "~").Replace(s) }

func TestPlural(t *testing.T) {
	t.Parallel()
	c := sample(t)
	for _, tt := range []struct {
		lang Language
		n    any
		want string
	}{
		{Ukrainian, 1, "1 замовлення"}, {Ukrainian, 2, "2 замовлення!"}, {Ukrainian, 5, "5 замовлень"},
		{Ukrainian, 11, "11 замовлень"}, {Ukrainian, 21, "21 замовлення"}, {Ukrainian, 1_000_000, "1_000_000 замовлень"},
		{Ukrainian, qty.Qty(1500), "1,5 замовлення?"}, {Ukrainian, -1, "−1 замовлення"},
		{Polish, 1, "one"}, {Polish, 22, "few"}, {Polish, 21, "many"}, {Polish, qty.Qty(500), "other"},
		{English, 1, "one"}, {English, 0, "other"}, {English, nil, "other"},
	} {
		if got := shown(c.text(tt.lang, time.UTC, "n", []any{"n", tt.n})); got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	c := sample(t)
	got := shown(c.text(Ukrainian, time.UTC, "hi", []any{"sum", money.New(1849900, money.UAH), "name", "Олено {sum}"}))
	if want := "Вітаю, Олено {sum}: 18_499,00~₴"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := c.text(English, time.UTC, "nest", []any{"k", Key("word")}); got != "yes!" {
		t.Errorf("nested key: %q", got)
	}
	if got := c.text(English, time.UTC, "no.such", nil); got != "no.such" {
		t.Errorf("unknown key: %q", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"unknown language": {"locales/a.de.json": `{}`},
		"bad name":         {"locales/uk.json": `{}`},
		"not an object":    {"locales/a.uk.json": `[]`},
		"unknown form":     {"locales/a.uk.json": `{"k":{"two":"x"}}`},
		"open brace":       {"locales/a.uk.json": `{"k":"a {n"}`},
		"a number":         {"locales/a.uk.json": `{"k":5}`},
	} {
		fsys := fstest.MapFS{}
		for path, text := range files {
			fsys[path] = &fstest.MapFile{Data: []byte(text)}
		}
		if _, err := load(fsys); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

func TestSameKeyTwiceIsNoticed(t *testing.T) {
	t.Parallel()
	c, err := load(fstest.MapFS{"locales/a.uk.json": {Data: []byte(`{"k":"1"}`)}, "locales/b.uk.json": {Data: []byte(`{"k":"2"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`uk "k" in "a" and "b"`}, c.twice); diff != "" {
		t.Error(diff)
	}
	if got := c.text(Ukrainian, time.UTC, "k", nil); got != "1" {
		t.Errorf("text %q", got)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		user           Language
		cookie, header string
		want           Language
	}{
		{"", "", "", Ukrainian},
		{"", "", "pl-PL,pl;q=0.9,en;q=0.8", Polish},
		{"", "", "de-DE,de;q=0.9", Ukrainian},
		{"", "", "de, ru;q=0.5", Russian},
		{"", "en", "pl", English},
		{"", "xx", "pl", Polish},
		{Russian, "en", "pl", Russian},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", tt.header)
		if tt.cookie != "" {
			r.AddCookie(&http.Cookie{Name: Cookie, Value: tt.cookie})
		}
		if got := Detect(r, tt.user); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	ctx := With(t.Context(), English)
	if got := Error(ctx, errs.New(errs.TooMany, "error.too_many")); got != English.T("error.too_many") {
		t.Errorf("known key: %q", got)
	}
	for _, err := range []error{errors.New("dial tcp: secret host"), errs.New(errs.Internal, "no.such.key")} {
		if got := Error(ctx, err); got != English.T("error.internal") {
			t.Errorf("%v is shown as %q", err, got)
		}
	}
	var c errs.Check
	c.Fail("sku", "error.conflict")
	if diff := cmp.Diff(map[string]string{"sku": English.T("error.conflict")}, FieldErrors(ctx, c.Err())); diff != "" {
		t.Error(diff)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ got, want string }{
		{Ukrainian.Money(money.New(1849900, money.UAH)), "18_499,00~₴"},
		{Polish.Money(money.New(64990, money.PLN)), "649,90~zł"},
		{Russian.Money(money.New(-111000, money.UAH)), "−1_110,00~₴"},
		{English.Money(money.New(123456789, money.EUR)), "1_234_567.89~€"},
		{English.Money(money.New(500, "CZK")), "5.00~CZK"},
		{Ukrainian.Amount(money.New(5, money.UAH)), "0,05"},
		{Ukrainian.Qty(qty.Qty(1500)), "1,5"},
		{Ukrainian.Qty(qty.Pieces(-20000)), "−20_000"},
		{English.Percent(2150), "21.5~%"},
		{Ukrainian.Int(999), "999"},
		{Ukrainian.Typed("-18499.50"), "-18499,50"},
		{English.Typed("18499.50"), "18499.50"},
	} {
		if got := shown(tt.got); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	kyiv := time.FixedZone("EET", 2*3600)
	ctx := WithZone(With(context.Background(), Ukrainian), kyiv)
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{Span(ctx, 84*time.Millisecond), "84~мс"},
		{Span(ctx, 1250*time.Millisecond), "1,2~с"},
		{Span(ctx, 45*time.Second), "45~с"},
		{Span(ctx, 119*time.Minute), "119~хв"},
		{Span(ctx, 47*time.Hour), "47~год"},
		{Span(ctx, 72*time.Hour), "3~дн"},
		{Due(ctx, 12*time.Minute+30*time.Second), "12~хв"},
		{Due(ctx, -4*time.Minute), "−4~хв"},
		{Due(ctx, 30*time.Second), "0~хв"},
		{Moment(ctx, now, now), "14:00"},
		{Moment(ctx, now.Add(-15*time.Hour), now), "учора 23:00"},
		{Moment(ctx, now.AddDate(0, -1, 0), now), "24~жовт 14:00"},
		{Moment(ctx, now.AddDate(-1, 0, 0), now), "24~лист~2025"},
		{Date(ctx, now), "24~лист~2026"},
		{DateTime(ctx, now), "24~лист~2026, 14:00"},
		{ClockSec(ctx, now), "14:00:00"},
		{Date(ctx, time.Time{}), "—"},
		{Ago(ctx, now.Add(-12*time.Minute), now), "12~хв тому"},
		{Ago(ctx, now.Add(12*time.Minute), now), "за 12~хв"},
		{Ago(ctx, now, now), "щойно"},
	} {
		if got := shown(tt.got); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+380671112233": "+380~67~111-22-33", "+48601234567": "+48~601~234~567", "+14155550123": "+14~155~550~123",
		"0671112233": "0671112233", "+38067": "+38~067", "+": "+", "+38a": "+38a",
	} {
		if got := shown(Phone(in)); got != want {
			t.Errorf("Phone(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"20450812345678": "20~4508~1234~5678", "318204771": "318~204~771", "GEN-28-XX": "GEN-28-XX", "10482": "10482",
	} {
		if got := shown(Code(in)); got != want {
			t.Errorf("Code(%q) = %q, want %q", in, got, want)
		}
	}
}
