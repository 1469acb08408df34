package kit

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/lad-hub/lad/internal/platform/i18n"
)

// Section is an entry of the main navigation.
type Section string

// The sections, in the order of the navigation.
const (
	Orders      Section = "orders"
	Stock       Section = "stock"
	Connections Section = "connections"
	Tasks       Section = "tasks"
)

// Sections lists the navigation.
func Sections() []Section { return []Section{Orders, Stock, Connections, Tasks} }

// Href is the address of the section's list.
func (s Section) Href() string { return "/" + string(s) }

// Count is the number beside a section.
type Count struct {
	N     int  // 0 shows nothing
	Alarm bool // somebody has to look
}

// User is who is signed in.
type User struct {
	Name string
	Role string // in the reader's language
}

// initials are the first letters of the first two words of the name.
func (u User) initials() string {
	s := ""
	for _, word := range strings.Fields(u.Name) {
		if r := []rune(word); len([]rune(s)) < 2 {
			s += strings.ToUpper(string(r[0]))
		}
	}
	return s
}

// Link is an entry of a menu.
type Link struct{ Text, Href string }

// Pulse says how fast the outside follows.
type Pulse struct {
	Took time.Duration // from the last change to its last confirmation; 0 when there was none yet
	Late int           // changes that have not arrived for longer than they should
}

// PageData is everything around a page's own content.
type PageData struct {
	Title   string // of the tab
	Section Section
	Counts  map[Section]Count
	User    User
	Theme   Theme
	Pulse   Pulse
	Query   string // what the search box holds
	Menu    []Link // of the person: own account, people, API tokens

	// LiveURL is the event stream, LiveAt the hub's cursor taken before the page's data was read; empty: not live.
	LiveURL, LiveAt string
	// NavURL and PulseURL answer with the fragments Nav and PulseLine; empty: they are not refreshed.
	NavURL, PulseURL string

	// Head stands above the content and does not scroll: TitleBar, StageTabs, Chips.
	Head templ.Component
	// Split shows children as a list with a card pane beside it.
	Split bool
	// Card fills the pane; nil shows CardHint.
	Card     templ.Component
	CardHint string
}

// Theme is the reader's choice of light and dark.
type Theme string

// The themes.
const (
	Auto  Theme = "auto"
	Light Theme = "light"
	Dark  Theme = "dark"
)

// themeCookie is written by app.js.
const themeCookie = "lad_theme"

// ThemeOf is the theme that the browser's cookie asks for.
func ThemeOf(r *http.Request) Theme {
	c, err := r.Cookie(themeCookie)
	if err != nil {
		return Auto
	}
	switch t := Theme(c.Value); t {
	case Light, Dark:
		return t
	}
	return Auto
}

// LanguageHandler answers POST /language (field "lang"): it keeps the choice in a cookie for a year and goes back to the page
// that asked. A signed-in user's own setting is the identity pages' to save.
func LanguageHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l, ok := i18n.Parse(r.PostFormValue("lang"))
		if ok {
			http.SetCookie(w, &http.Cookie{
				Name: i18n.Cookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
				HttpOnly: true, SameSite: http.SameSiteLaxMode,
			})
		}
		http.Redirect(w, r, back(r), http.StatusSeeOther)
	})
}

// back is the path of the page that sent r; only path and query are kept, so that it stays on this server.
func back(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

// IsFragment says whether the request wants only the fragment with this id ("card", a table's id) and not the whole page.
// Pages that answer both ways send FragmentHeaders.
func IsFragment(r *http.Request, id string) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Target") == id
}

// FragmentHeaders keeps a browser from showing a stored fragment as a page.
func FragmentHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "HX-Request, HX-Target")
}

// FailHeader carries the text of a failure to app.js, which shows it as a toast.
const FailHeader = "Lad-Message"

// SetFail puts a translated text into FailHeader.
func SetFail(h http.Header, text string) { h.Set(FailHeader, url.PathEscape(text)) }

// htmxConfig: no eval, no inline style, own requests only, an element's hx-* say everything about it (no inheritance), failures of forms (422) are shown where the form was, going back
// reads the page again.
const htmxConfig = `{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"allowScriptTags":false,"disableInheritance":true,` +
	`"historyCacheSize":0,"refreshOnHistoryMiss":true,"defaultSettleDelay":0,"timeout":20000,"responseHandling":[` +
	`{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},{"code":"[45]..","swap":false,"error":true}]}`
