package tasksui_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/httpx"
	"github.com/lad-hub/lad/internal/platform/i18n"
	"github.com/lad-hub/lad/internal/platform/money"
	"github.com/lad-hub/lad/internal/tasks"
	"github.com/lad-hub/lad/internal/ui/assets"
	tasksui "github.com/lad-hub/lad/internal/ui/tasks"
)

var out = flag.String("out", "", "directory to write the pages to, for looking at them")

// board is a shop with its task pages.
type board struct {
	*apptest.Shop
	*apptest.Server
}

func open(t *testing.T) *board {
	t.Helper()
	s := apptest.Open(t)
	return &board{Shop: s, Server: s.Serve(t, func(rt *httpx.Router) {
		tasksui.Register(rt, tasksui.Deps{DB: s.DB, Tasks: s.Tasks, People: s.People, Frame: s.Frame})
	})}
}

// filled raises a task of every kind that orders and channels raise; the shortage is the oldest and late.
func filled(t *testing.T, b *board) {
	t.Helper()
	b.Now.Advance(-5 * time.Hour)
	sweater, lamp := b.SKU(t, "KRP-XL-BL", "Светр «Карпати» синій XL", 129000, 0), b.SKU(t, "LMP-H1", "Ліхтар налобний", 41200, 9)
	prom := b.Channel(t, "prom", "Prom")
	prom.Order(t, "Шевчук Андрій", "+380671234503", nil, apptest.Line(sweater, 2))
	b.Now.Advance(4*time.Hour + 10*time.Minute)
	prom.Order(t, "Кравець Дмитро", "+380671234506", nil, apptest.Line(lamp, 2))
	prom.Order(t, "Кравець Дмитро", "+380671234506", nil, apptest.Line(lamp, 2))
	prom.Order(t, "Гнатюк Оксана", "+380671234507", nil, connector.Line{OfferID: "R-77120", Title: "Рушник", Quantity: 1000, Price: money.New(34900, money.UAH)})
	b.Write(t, func(tx *db.Tx) error {
		return b.Tasks.Raise(context.Background(), tx, []tasks.New{
			{Kind: tasks.PushParked, Subject: "order", SubjectID: 2, Detail: map[string]any{"number": "318204771", "reason": "Order is locked by moderation"}},
			{Kind: tasks.ConnectionStopped, Subject: "connection", SubjectID: prom.ID, Detail: map[string]any{"words": "401 Unauthorized: token is not active"}},
			{Kind: tasks.Drift, Subject: "listing", SubjectID: 77, Detail: map[string]any{"offer": "P-1", "reason": "sent 3, the channel shows 5"}},
			{Kind: "made_up", Subject: "moon", SubjectID: 1},
		})
	})
	b.Now.Advance(50 * time.Minute)
}

func keep(t *testing.T, name string, a apptest.Answer) {
	t.Helper()
	if *out == "" {
		return
	}
	text := a.Text
	for _, asset := range []string{"tokens.css", "app.css", "app.js", "htmx.min.js", "icon.svg"} {
		text = strings.ReplaceAll(text, assets.URL(asset), asset)
	}
	if err := os.WriteFile(filepath.Join(*out, name+".html"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// find is the number of the open task of a kind.
func (b *board) find(t *testing.T, k tasks.Kind) int64 {
	t.Helper()
	p, err := b.Tasks.List(context.Background(), access.ForSystem(b.Tenant), tasks.Filter{Kind: k})
	if err != nil || len(p.Tasks) == 0 {
		t.Fatalf("no task of kind %s: %v", k, err)
	}
	return p.Tasks[0].ID
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := open(t)
	filled(t, b)
	pages := map[string]string{
		"list": "/tasks", "overdue": "/tasks?overdue=1", "mine": "/tasks?mine=1", "kind": "/tasks?kind=drift", "card": fmt.Sprint("/tasks/", b.find(t, tasks.Shortage)),
		"stopped": fmt.Sprint("/tasks/", b.find(t, tasks.ConnectionStopped)), "unknown": fmt.Sprint("/tasks/", b.find(t, "made_up")),
	}
	for _, l := range i18n.Languages() {
		for name, path := range pages {
			t.Run(string(l)+"/"+name, func(t *testing.T) {
				t.Parallel()
				a := b.As("owner", l).Get(t, path)
				if a.Status != http.StatusOK {
					t.Fatalf("status %d: %s", a.Status, a.Text)
				}
				a.Check(t)
				keep(t, "tasks-"+name+"-"+string(l), a)
			})
		}
	}
}

func TestListTellsWhatAndWhere(t *testing.T) {
	t.Parallel()
	b := open(t)
	me := b.As("owner", i18n.Ukrainian)
	if words := me.Get(t, "/tasks").Words(t); !strings.Contains(words, "Завдань немає") {
		t.Errorf("the empty list does not say so: %s", words)
	}
	filled(t, b)
	a := me.Get(t, "/tasks")
	words := a.Words(t)
	for _, want := range []string{"Усі 7", "Прострочені 1", "Нестача товару", "Не вистачає: KRP-XL-BL × 2", "Замовлення 1", "−60 хв", "Канал Prom", "Відповідь каналу: 401 Unauthorized", "made_up", "Пропозиція 77"} {
		if !strings.Contains(words, want) {
			t.Errorf("the list does not say %q:\n%s", want, words)
		}
	}
	if first, second := strings.Index(words, "Нестача товару"), strings.Index(words, "Позиція без SKU"); first > second {
		t.Error("what is due first does not stand first")
	}
	if !strings.Contains(a.Text, `href="/orders/1"`) || !strings.Contains(a.Text, `href="/connections/`) {
		t.Error("subjects are no links")
	}
	if late := me.Get(t, "/tasks?overdue=1").Text; strings.Count(late, "data-row") != 1 {
		t.Error("the filter of overdue tasks shows others")
	}
	f := me.Fragment(t, "/tasks?kind=drift", "tasks-list")
	if strings.Contains(f.Text, "<html") || strings.Count(f.Text, "data-row") != 1 || !strings.Contains(f.Text, `id="tasks-head" hx-swap-oob="true"`) {
		t.Errorf("the fragment is not the filtered list with its filters:\n%s", f.Text)
	}
}

func TestTakeAndDone(t *testing.T) {
	t.Parallel()
	b := open(t)
	filled(t, b)
	me := b.As("picker", i18n.Ukrainian)
	path := fmt.Sprint("/tasks/", b.find(t, tasks.Shortage))
	me.At = path + "?overdue=1"
	a := me.Act(t, path+"/assign", nil)
	if words := a.Words(t); a.Status != http.StatusOK || !strings.Contains(words, "Завдання тепер ваше") || !strings.Contains(words, "Ігор Мельник") || !strings.Contains(a.Text, "overdue=1") {
		t.Errorf("take answers %d: %s", a.Status, words)
	}
	if n := strings.Count(b.As("picker", i18n.Ukrainian).Get(t, "/tasks?mine=1").Text, "data-row"); n != 1 {
		t.Errorf("%d tasks are mine", n)
	}
	if words := me.Act(t, path+"/assign", url.Values{"to": {"queue"}}).Words(t); !strings.Contains(words, "Черга «Склад»") {
		t.Errorf("back to the queue: %s", words)
	}
	a = me.Act(t, path+"/done", nil)
	if words := a.Words(t); a.Status != http.StatusOK || !strings.Contains(words, "Закрито") || strings.Contains(a.Text, path+"/done") || a.Header.Get("HX-Trigger") != "tasks-changed" {
		t.Errorf("done answers %d: %s", a.Status, words)
	}
	viewer := b.As("viewer", i18n.English)
	if a := viewer.Act(t, fmt.Sprint("/tasks/", b.find(t, tasks.Drift), "/done"), nil); a.Status != http.StatusForbidden {
		t.Errorf("a viewer's done answers %d", a.Status)
	}
	if a := viewer.Get(t, path); strings.Contains(a.Text, "hx-post") {
		t.Error("a viewer is offered actions")
	}
	if a := viewer.Get(t, "/tasks/4711"); a.Status != http.StatusNotFound {
		t.Errorf("an unknown task answers %d", a.Status)
	}
}

func TestPagesOfTheList(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.Write(t, func(tx *db.Tx) error {
		list := make([]tasks.New, 60)
		for i := range list {
			list[i] = tasks.New{Kind: tasks.Drift, Subject: "listing", SubjectID: int64(i + 1)}
		}
		return b.Tasks.Raise(context.Background(), tx, list)
	})
	me := b.As("owner", i18n.English)
	first := me.Get(t, "/tasks")
	_, rest, ok := strings.Cut(first.Text, `href="/tasks?after=`)
	if !ok || strings.Count(first.Text, "data-row") != 50 {
		t.Fatalf("the first page has %d rows", strings.Count(first.Text, "data-row"))
	}
	next, _, _ := strings.Cut(rest, `"`)
	second := me.Get(t, "/tasks?after="+next)
	second.Check(t)
	if strings.Count(second.Text, "data-row") != 10 || !strings.Contains(second.Words(t), "To the top") {
		t.Errorf("the second page: %s", second.Words(t))
	}
	if a := me.Get(t, "/tasks?after=nonsense"); a.Status != http.StatusBadRequest {
		t.Errorf("a broken page answers %d", a.Status)
	}
}
