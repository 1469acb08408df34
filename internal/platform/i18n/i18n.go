// Package i18n holds every text that a person reads, in Ukrainian, Polish, Russian and English, and writes numbers, money,
// dates and phones the way readers of those languages expect. Code names a text by its key; errors carry a key with arguments
// and are translated where they meet a person.
//
// Texts lie in locales/<area>.<lang>.json: a flat object from key to text, or to plural forms {one, few, many, other} chosen
// by the argument "n". A text may hold placeholders: "{n} замовлень від {name}".
package i18n

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/text/language"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// Language is an ISO 639-1 code of a language that Lad speaks. The zero value reads as Ukrainian.
type Language string

// The languages, in the order in which they are offered.
const (
	Ukrainian Language = "uk"
	Polish    Language = "pl"
	English   Language = "en"
	Russian   Language = "ru"
)

// Cookie is the name of the cookie that holds the language chosen before sign-in.
const Cookie = "lad_lang"

// Languages lists what Lad speaks, in the order in which it is offered.
func Languages() []Language { return []Language{Ukrainian, Polish, English, Russian} }

// Parse reads a language code; ok is false for a language that Lad does not speak.
func Parse(s string) (l Language, ok bool) {
	for _, l := range Languages() {
		if string(l) == s {
			return l, true
		}
	}
	return Ukrainian, false
}

// Name is what the language calls itself.
func (l Language) Name() string {
	switch l {
	case Polish:
		return "Polski"
	case English:
		return "English"
	case Russian:
		return "Русский"
	}
	return "Українська"
}

// tag is the language for golang.org/x/text.
func (l Language) tag() language.Tag {
	switch l {
	case Polish:
		return language.Polish
	case English:
		return language.English
	case Russian:
		return language.Russian
	}
	return language.Ukrainian
}

// matcher chooses among Languages(); its first entry is the answer when nothing fits.
var matcher = language.NewMatcher([]language.Tag{language.Ukrainian, language.Polish, language.English, language.Russian})

// Detect is the language for a request: the user's own choice, then the cookie, then what the browser asks for, then
// Ukrainian. user is empty before sign-in.
func Detect(r *http.Request, user Language) Language {
	if l, ok := Parse(string(user)); ok {
		return l
	}
	if c, err := r.Cookie(Cookie); err == nil {
		if l, ok := Parse(c.Value); ok {
			return l
		}
	}
	_, i := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	return Languages()[i]
}

type langKey struct{}
type zoneKey struct{}

// With gives a context in which texts are in language l.
func With(ctx context.Context, l Language) context.Context {
	return context.WithValue(ctx, langKey{}, l)
}

// Lang is the language of the context; Ukrainian when none was set.
func Lang(ctx context.Context) Language {
	if l, ok := ctx.Value(langKey{}).(Language); ok {
		return l
	}
	return Ukrainian
}

// WithZone gives a context in which times are shown in zone z.
func WithZone(ctx context.Context, z *time.Location) context.Context {
	return context.WithValue(ctx, zoneKey{}, z)
}

// Zone is the time zone of the context; UTC when none was set.
func Zone(ctx context.Context) *time.Location {
	if z, ok := ctx.Value(zoneKey{}).(*time.Location); ok && z != nil {
		return z
	}
	return time.UTC
}

// T is the text of key in the context's language. args are name, value, name, value …; values may be strings, integers,
// qty.Qty, money.Money, time.Duration (written as milliseconds or minutes), time.Time (in the context's zone) or Key.
// The argument "n" chooses the plural form. A key without a text comes back as it is, so that the gap is seen.
func T(ctx context.Context, key string, args ...any) string {
	return embedded.text(Lang(ctx), Zone(ctx), key, args)
}

// T is the text of key in language l, times in UTC; see the function T.
func (l Language) T(key string, args ...any) string { return embedded.text(l, time.UTC, key, args) }

// Key is an argument that is itself a text of the catalogue.
type Key string

// Has says whether the catalogue holds a text for key.
func Has(key string) bool { return embedded.has(Ukrainian, key) }

// Error is what a person reads about err: the text of its key, or that the program failed when err carries none.
func Error(ctx context.Context, err error) string {
	var e *errs.Error
	if !errors.As(err, &e) || !Has(e.Key) {
		return T(ctx, "error.internal")
	}
	return T(ctx, e.Key, e.Args...)
}

// FieldErrors is what a person reads beside each input that err complains about: field name to text.
func FieldErrors(ctx context.Context, err error) map[string]string {
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return nil
	}
	texts := make(map[string]string, len(e.Fields))
	for _, f := range e.Fields {
		texts[f.Name] = T(ctx, f.Key, f.Args...)
	}
	return texts
}
