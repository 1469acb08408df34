package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"

	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/platform/qty"
)

//go:embed locales/*.json
var files embed.FS

// embedded is the catalogue that the program was built with. A malformed file stops the program at once; tests see it first.
var embedded = mustLoad(files)

func mustLoad(fsys fs.FS) *catalogue {
	c, err := load(fsys)
	if err != nil {
		panic(err)
	}
	return c
}

// catalogue maps language and key to a message.
type catalogue struct {
	texts map[Language]map[string]message
	// area remembers the file of a key.
	area map[Language]map[string]string
	// twice names keys that two files hold; the first file's text is used, and a test refuses the rest.
	twice []string
}

// message is one text: a single form, or one per plural form.
type message struct {
	forms  map[plural.Form]pattern
	plural bool
}

// pattern is a text cut at its placeholders.
type pattern []piece

// piece is either literal text or the name of a placeholder.
type piece struct{ text, name string }

var formNames = map[string]plural.Form{
	"one": plural.One, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// load merges every locales/<area>.<lang>.json of fsys.
func load(fsys fs.FS) (*catalogue, error) {
	c := &catalogue{texts: map[Language]map[string]message{}, area: map[Language]map[string]string{}}
	for _, l := range Languages() {
		c.texts[l], c.area[l] = map[string]message{}, map[string]string{}
	}
	names, err := fs.Glob(fsys, "locales/*.json")
	if err != nil {
		return nil, fmt.Errorf("i18n: list locales: %w", err)
	}
	for _, name := range names {
		if err := c.add(fsys, name); err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
	}
	return c, nil
}

// add reads one file.
func (c *catalogue) add(fsys fs.FS, name string) error {
	parts := strings.Split(strings.TrimPrefix(name, "locales/"), ".")
	if len(parts) != 3 {
		return fmt.Errorf("name is not <area>.<lang>.json")
	}
	lang, ok := Parse(parts[1])
	if !ok {
		return fmt.Errorf("unknown language %q", parts[1])
	}
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return err
	}
	for key, value := range entries {
		if other, taken := c.area[lang][key]; taken {
			c.twice = append(c.twice, fmt.Sprintf("%s %q in %q and %q", lang, key, other, parts[0]))
			continue
		}
		m, err := parseMessage(value)
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
		c.texts[lang][key], c.area[lang][key] = m, parts[0]
	}
	return nil
}

// parseMessage reads a JSON string or an object of plural forms.
func parseMessage(value json.RawMessage) (message, error) {
	var text string
	if err := json.Unmarshal(value, &text); err == nil {
		p, err := parsePattern(text)
		return message{forms: map[plural.Form]pattern{plural.Other: p}}, err
	}
	var forms map[string]string
	if err := json.Unmarshal(value, &forms); err != nil {
		return message{}, err
	}
	m := message{forms: map[plural.Form]pattern{}, plural: true}
	for name, text := range forms {
		form, ok := formNames[name]
		if !ok {
			return message{}, fmt.Errorf("unknown plural form %q", name)
		}
		p, err := parsePattern(text)
		if err != nil {
			return message{}, err
		}
		m.forms[form] = p
	}
	return m, nil
}

// parsePattern cuts a text at its {placeholders}.
func parsePattern(text string) (pattern, error) {
	var p pattern
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			p = append(p, piece{text: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" {
			return nil, fmt.Errorf("placeholder is not closed")
		}
		p = append(p, piece{name: name})
		text = after
	}
	return p, nil
}

func (c *catalogue) has(l Language, key string) bool {
	_, ok := c.texts[l][key]
	return ok
}

// text fills the message of key.
func (c *catalogue) text(l Language, zone *time.Location, key string, args []any) string {
	m, ok := c.texts[l][key]
	if !ok {
		return key
	}
	p := m.forms[plural.Other]
	if m.plural {
		if chosen, ok := m.forms[formOf(l, arg(args, "n"))]; ok {
			p = chosen
		}
	}
	var b strings.Builder
	for _, piece := range p {
		if piece.name == "" {
			b.WriteString(piece.text)
			continue
		}
		b.WriteString(c.value(l, zone, arg(args, piece.name)))
	}
	return b.String()
}

// arg is the value that follows name; nil when there is none.
func arg(args []any, name string) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	return nil
}

// value writes one argument in language l.
func (c *catalogue) value(l Language, zone *time.Location, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case Key:
		return c.text(l, zone, string(v), nil)
	case int:
		return l.Int(int64(v))
	case int64:
		return l.Int(v)
	case qty.Qty:
		return l.Qty(v)
	case money.Money:
		return l.Money(v)
	case time.Duration:
		return l.Span(v)
	case time.Time:
		return l.dateTime(v.In(zone))
	}
	return fmt.Sprint(v)
}

// formOf is the plural form for a count; fractions follow the language's rule for decimals.
func formOf(l Language, n any) plural.Form {
	var thousandths int64
	switch n := n.(type) {
	case int:
		thousandths = int64(n) * 1000
	case int64:
		thousandths = n * 1000
	case qty.Qty:
		thousandths = int64(n)
	default:
		return plural.Other
	}
	if thousandths < 0 {
		thousandths = -thousandths
	}
	whole, frac, digits := thousandths/1000, int(thousandths%1000), 3
	if frac == 0 {
		// The rules look at the last digits only; a million keeps "0" and stays within int.
		return plural.Cardinal.MatchPlural(l.tag(), int(whole%1_000_000_000), 0, 0, 0, 0)
	}
	for frac%10 == 0 {
		frac, digits = frac/10, digits-1
	}
	return plural.Cardinal.MatchPlural(l.tag(), int(whole%1_000_000_000), digits, digits, frac, frac)
}
