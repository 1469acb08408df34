package wire

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/platform/money"
)

func TestAmount(t *testing.T) {
	t.Parallel()
	good := map[string]money.Money{
		"1 890 грн":              money.New(189000, money.UAH),
		"1\u00a0890,50\u00a0грн": money.New(189050, money.UAH),
		"1\u202f890,5 грн.":      money.New(189050, money.UAH),
		"12 345 678,90 ₴":        money.New(1234567890, money.UAH),
		"740":                    money.New(74000, money.UAH),
		"740.0":                  money.New(74000, money.UAH),
		"740.00":                 money.New(74000, money.UAH),
		"118.40":                 money.New(11840, money.UAH),
		"246.66666666666666":     money.New(24667, money.UAH),
		"1,890.50":               money.New(189050, money.UAH),
		"1.890,50":               money.New(189050, money.UAH),
		"$ 12.30":                money.New(1230, money.USD),
		"19,99 zł":               money.New(1999, money.PLN),
		"5 EUR":                  money.New(500, money.EUR),
		"-3,20 грн":              money.New(-320, money.UAH),
		"−3,20 грн":              money.New(-320, money.UAH),
		"0":                      money.New(0, money.UAH),
	}
	for text, want := range good {
		got, err := Amount(Text(text), money.UAH)
		if err != nil || got != want {
			t.Errorf("Amount(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "грн", "1,890", "1,890 грн", "12 дублонів", "1 XYZ", "1.2.3", "1,2,3", "1-2", "--1", "99999999999999999999", "."} {
		if got, err := Amount(Text(text), money.UAH); err == nil {
			t.Errorf("Amount(%q) = %v, want an error", text, got)
		}
	}
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"1 890,50 грн", "1\u00a0890 грн", "740.0", "$1,890.50", "1.890,50 zł", "", ",", "-", "грн", "1e9", "\u202f", "9999999999999999999,99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := Amount(Text(s), money.UAH)
		if err != nil {
			return
		}
		again, err := Amount(Text(m.Decimal()), m.Currency)
		if err != nil || again != m {
			t.Errorf("%q reads as %v, whose decimal reads as %v, %v", s, m, again, err)
		}
		if m.Minor > money.Max || m.Minor < -money.Max {
			t.Errorf("%q reads as %v, out of range", s, m)
		}
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	cases := map[string][2]string{ // JSON → text, id
		`"17"`: {"17", "17"}, `17`: {"17", "17"}, `17.0`: {"17.0", "17"}, `1.7e1`: {"17", "17"}, `0`: {"0", ""}, `-1`: {"-1", ""},
		`null`: {"", ""}, `[]`: {"", ""}, `{}`: {"", ""}, `true`: {"true", "true"}, `" SKU-1 "`: {"SKU-1", "SKU-1"},
		`415000111222`: {"415000111222", "415000111222"}, `4.15000111222e11`: {"415000111222", "415000111222"}, `"a\u0000b"`: {"ab", "ab"},
	}
	for in, want := range cases {
		var got Text
		if err := json.Unmarshal([]byte(in), &got); err != nil {
			t.Fatal(err)
		}
		if string(got) != want[0] || got.ID() != want[1] {
			t.Errorf("%s reads as %q, id %q, want %q", in, got, got.ID(), want)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	cases := map[Text]string{
		"+380671112233": "+380671112233", "380671112233": "+380671112233", "067 111-22-33": "+380671112233", "(067) 111 22 33": "+380671112233",
		"80671112233": "+380671112233", "+380671112233 Олена": "+380671112233", "тел. 0671112233, після 18": "+380671112233",
		"+48 512 345 678": "+48512345678", "": "", "немає": "немає", "123": "123",
	}
	for in, want := range cases {
		if got := Phone(in); got != want {
			t.Errorf("Phone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDeliveryWords(t *testing.T) {
	t.Parallel()
	services := map[Text]string{
		"Нова Пошта": "nova_poshta", "nova_poshta": "nova_poshta", "NovaPoshta": "nova_poshta", "Нова пошта (поштомат)": "nova_poshta",
		"Укрпошта": "ukrposhta", "Meest ПОШТА": "meest", "Самовивіз": "pickup", "Кур'єр": "Кур'єр", "": "",
	}
	for in, want := range services {
		if got := Carrier("", in); got != want {
			t.Errorf("Carrier(%q) = %q, want %q", in, got, want)
		}
	}
	branches := map[Text]string{
		"Київ, відділення №17": "17", "Відділення № 3: вул. Січових, 12": "3", "Поштомат 25012, Львів": "25012", "вул. Хрещатик, 1": "",
		"Отделение №8": "8", "№44": "44",
	}
	for in, want := range branches {
		if got := Branch(in); got != want {
			t.Errorf("Branch(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	good := []struct {
		line         Line
		quantity     int64
		price, total int64
	}{
		{Line{Quantity: "2", Price: "740", Total: "1480"}, 2000, 74000, 148000},
		{Line{Quantity: "1.5", Price: "100"}, 1500, 10000, 15000},
		{Line{Quantity: "0,250", Price: "100"}, 250, 10000, 2500},
		{Line{Quantity: "3", Total: "100"}, 3000, 3333, 10000},
		{Line{Quantity: "1", Price: "100", Free: true}, 1000, 0, 0},
	}
	for _, c := range good {
		c.line.Currency = money.UAH
		q, price, total, e := c.line.Figures()
		if e != nil || int64(q) != c.quantity || price.Minor != c.price || total.Minor != c.total {
			t.Errorf("%+v: %v, %v, %v, %v", c.line, q, price, total, e)
		}
	}
	for _, bad := range []Line{
		{Quantity: "0", Price: "1"}, {Quantity: "-2", Price: "1"}, {Quantity: "0.0005", Price: "1"}, {Quantity: "", Price: "1"},
		{Quantity: "багато", Price: "1"}, {Quantity: "1"}, {Quantity: "1", Price: "-5"}, {Quantity: "1", Price: "5 дублонів"},
		{Quantity: "1", Price: "5 грн", Total: "5 zł"}, {Quantity: "9999999999999", Price: "1"}, {Quantity: "1000000000", Price: "9999999999"},
	} {
		bad.Currency = money.UAH
		if _, _, _, e := bad.Figures(); e == nil || e.Kind != connector.KindData {
			t.Errorf("%+v: error %v, want kind data", bad, e)
		}
	}
}

func TestWall(t *testing.T) {
	t.Parallel()
	kyiv := Zone("Europe/Kyiv")
	cases := map[string]string{ // UTC → wall clock of a filter
		"2026-07-01T10:00:00Z": "2026-07-01 13:00:00",
		"2026-01-01T10:00:00Z": "2026-01-01 12:00:00",
		"2026-10-25T00:30:00Z": "2026-10-25 02:30:00", // 03:30 summer time, an hour earlier because 03:30 comes twice
		"2026-10-25T01:30:00Z": "2026-10-25 03:30:00",
		"2026-10-25T05:30:00Z": "2026-10-25 07:30:00",
	}
	for in, want := range cases {
		at, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := Wall(at, kyiv, "2006-01-02 15:04:05"); got != want {
			t.Errorf("Wall(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestLaterIgnoresTheFuture(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)
	date := http.Header{"Date": {now.Add(2 * time.Hour).Format(http.TimeFormat)}}
	cases := []struct {
		b    time.Time
		h    http.Header
		want time.Time
	}{
		{now.Add(-time.Minute), nil, now.Add(-time.Minute)},
		{now.Add(-2 * time.Hour), nil, now.Add(-time.Hour)},
		{now.AddDate(73, 0, 0), nil, now.Add(-time.Hour)},
		{now.Add(time.Hour), nil, now.Add(-time.Hour)},
		{now.Add(time.Hour), date, now.Add(time.Hour)}, // our clock is behind
	}
	for _, c := range cases {
		if got := Later(now.Add(-time.Hour), c.b, c.h, now); !got.Equal(c.want) {
			t.Errorf("Later(%v) = %v, want %v", c.b, got, c.want)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"https://my.prom.ua/api/v1/": "https://my.prom.ua/api/v1", "shop.example.com": "https://shop.example.com",
		"http://127.0.0.1:8080/x": "http://127.0.0.1:8080/x", " https://shop.example.com ": "https://shop.example.com",
	}
	for in, want := range good {
		if got, e := Address(in); e != nil || got != want {
			t.Errorf("Address(%q) = %q, %v, want %q", in, got, e, want)
		}
	}
	for _, in := range []string{"", "ftp://x", "https://", "https://user:pass@shop.example.com", "://", "http://a b"} {
		if got, e := Address(in); e == nil || e.Kind != connector.KindSettings {
			t.Errorf("Address(%q) = %q, %v, want kind settings", in, got, e)
		}
	}
}

func TestSendKinds(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/half":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"a":`))
		case "/large":
			_, _ = w.Write([]byte(`"` + strings.Repeat("x", maxBody) + `"`))
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/words":
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"errors":{"message":"bad ttn"}}`))
		}
	}))
	t.Cleanup(srv.Close)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	cases := []struct {
		path     string
		write    bool
		kind     connector.Kind
		words    string
		overHTTP bool
	}{
		{"/half", false, connector.KindTransient, "half an answer", true},
		{"/half", true, connector.KindUnknown, "half an answer", true},
		{"/large", false, connector.KindTransient, "answer larger than", true},
		{"/large", true, connector.KindUnknown, "answer larger than", true},
		{"/moved", true, connector.KindSettings, "redirects", true},
		{"/words", true, connector.KindPermanent, "bad ttn", true},
		{"http://127.0.0.1:1/", true, connector.KindTransient, "no answer from 127.0.0.1:1", false},
	}
	for _, c := range cases {
		url := c.path
		if c.overHTTP {
			url = srv.URL + c.path
		}
		a, err := Send(t.Context(), client, Call{Method: "POST", URL: url, Write: c.write})
		if err == nil {
			if e := a.Err(); e != nil {
				err = e
			}
		}
		if connector.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s (write %v): %v, want %s with %q", c.path, c.write, err, c.kind, c.words)
		}
	}
}

func TestDecodeIsKind(t *testing.T) {
	t.Parallel()
	type inner struct {
		A Text `json:"a"`
	}
	var v struct {
		N     int   `json:"n"`
		Inner inner `json:"inner"`
		List  Rows  `json:"list"`
		Last  Text  `json:"last"`
	}
	if e := Decode([]byte(`{"n":"seven","inner":[],"list":{},"last":3,"more":1}`), &v); e != nil {
		t.Fatal(e)
	}
	if v.Last != "3" || v.Inner.A != "" || v.List != nil {
		t.Errorf("read %+v", v)
	}
}

func TestKeyAndWords(t *testing.T) {
	t.Parallel()
	k := Key{}
	got := []string{k.Next("a"), k.Next("b"), k.Next("a"), k.Next(""), k.Next("")}
	if diff := cmp.Diff([]string{"a", "b", "a#2", "#1", "#2"}, got); diff != "" {
		t.Error(diff)
	}
	words := map[string]Words{
		`"Чайник"`: "Чайник", `{"ua":"Чайник","ru":"x"}`: "Чайник", `{"ua":"","ru":"Чайник"}`: "Чайник",
		`{"id":1,"value":{"ua":"Є"}}`: "Є", `[]`: "", `null`: "",
	}
	for in, want := range words {
		var w Words
		if err := json.Unmarshal([]byte(in), &w); err != nil || w != want {
			t.Errorf("%s reads as %q, %v, want %q", in, w, err, want)
		}
	}
}
