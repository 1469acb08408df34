package feeds

import (
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		most int
		want string
	}{
		{"Чайник", 0, "Чайник"}, {"Чайник", 6, "Чайник"}, {"Чайник червоний", 9, "Чайник"}, {"Чайник", 3, "Чай"}, {"А, б", 2, "А"}, {"довгеслово і", 10, "довгеслово"},
	} {
		if got := cut(c.in, c.most); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.most, got, c.want)
		}
	}
}

func TestFullName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, variant, want string }{
		{"Чайник", "", "Чайник"}, {"Футболка Samsung", "S", "Футболка Samsung, S"}, {"Футболка, s", "S", "Футболка, s"}, {"Чайник 17 (червоний)", "Червоний", "Чайник 17 (червоний)"},
		{"Футболка XL", "XL, red", "Футболка XL, XL, red"}, {"", "XL", "XL"},
	} {
		if got := fullName(Item{Name: c.name, Variant: c.variant}); got != c.want {
			t.Errorf("%q with %q is %q, want %q", c.name, c.variant, got, c.want)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://shop.example/чайник 17?c=a&d=<b>": "https://shop.example/%D1%87%D0%B0%D0%B9%D0%BD%D0%B8%D0%BA%2017?c=a&d=%3Cb%3E",
		"http://shop.example/a%20b":                "http://shop.example/a%20b",
		"//shop.example/a":                         "", "/a": "", "": "", "javascript:alert(1)": "", "https://": "", "https://магазин.example/": "",
		"https://shop.example/" + strings.Repeat("a", 2000): "",
	} {
		if got := address(in); got != want {
			t.Errorf("address(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	values := map[string]string{"code": "A/1 б", "id": "17", "name": "Чайник <A>", "brand": ""}
	for _, c := range []struct{ pattern, want string }{
		{"https://shop.example/p/{code}", "https://shop.example/p/A%2F1%20%D0%B1"}, {"https://shop.example/{id}.jpg", "https://shop.example/17.jpg"},
		{"https://shop.example/{brand}/{id}", ""}, {"", ""},
	} {
		if got := fillAddress(c.pattern, values); got != c.want {
			t.Errorf("%q makes %q, want %q", c.pattern, got, c.want)
		}
	}
	if got := fillText("{name}  {brand} {name}", values); got != "Чайник <A> Чайник <A>" {
		t.Errorf("a text of %q", got)
	}
	for pattern, ok := range map[string]bool{"https://shop.example/{code}": true, "": true, "https://shop.example/{sku}": false, "{code}": false, "https://shop.example/}": false} {
		if patternOK(pattern, true) != ok {
			t.Errorf("pattern %q is not %v", pattern, ok)
		}
	}
}

func TestGTIN(t *testing.T) {
	t.Parallel()
	for want, list := range map[string][]string{
		"4820000000017": {"17", "4820000000016", "4820000000017"}, "96385074": {"96385074"}, "036000291452": {"036000291452"}, "": {"4820000000016", "482000000001x", ""},
	} {
		if got := gtin(list); got != want {
			t.Errorf("of %v: %q, want %q", list, got, want)
		}
	}
}

// What any text becomes is well-formed, says the same as the tidy text, and neither breaks out of an element nor of an attribute.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "Чайник", `<a href="x">&amp;'`, "]]>", "a\x00b\x08\x1f", "\xff\xfe", "\ufffe\uffff", "\u200b\u202e", "a\r\n\tb", "&#0;", "<!--", "😀", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := xml.NewDecoder(strings.NewReader("<a b=\"" + escape(s) + "\">" + escape(s) + "</a>"))
		d.Strict = true
		var text, attribute string
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			switch v := token.(type) {
			case xml.StartElement:
				attribute = v.Attr[0].Value
			case xml.CharData:
				text += string(v)
			}
		}
		if want := tidy(s); text != want || attribute != want {
			t.Errorf("%q: text %q, attribute %q, want %q", s, text, attribute, want)
		}
	})
}

func FuzzCut(f *testing.F) {
	f.Add("Чайник червоний", 9)
	f.Add("😀😀", 1)
	f.Fuzz(func(t *testing.T, s string, most int) {
		s = tidy(s)
		got := cut(s, most)
		if !utf8.ValidString(got) || !strings.HasPrefix(s, got) || most > 0 && utf8.RuneCountInString(got) > most {
			t.Errorf("cut(%q, %d) = %q", s, most, got)
		}
	})
}

// An address that is made of anything is ASCII, absolute and of the web.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://shop.example/{code}", "https://shop.example/?q={name}#{id}", "http://[::1]/{code}", "{code}", "https://a@b/{brand}", "https://x/%zz"} {
		f.Add(s, "A/1 б")
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		got := fillAddress(pattern, map[string]string{"code": value, "name": value, "id": "1", "brand": value, "barcode": value})
		if got == "" {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			t.Fatalf("%q with %q makes %q: %v", pattern, value, got, err)
		}
		for _, r := range got {
			if r <= ' ' || r > '~' || strings.ContainsRune(`<>"{}`, r) {
				t.Fatalf("%q holds %q", got, r)
			}
		}
	})
}
